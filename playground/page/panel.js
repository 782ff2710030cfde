// The side panel: the bot's calls, the provider's tasks, quotas, Stars, and switches. It polls only while it is open.

import { $, el, languageOf, post } from "./dom.js";
import { Stars } from "./stars.js";

const SWITCHES = {
  slow: "The provider is slow (40 s)",
  stuck: "A task never ends (given up after 2 minutes)",
  down: "The provider is down (503)",
  moderation: "Every prompt is rejected as unsafe",
  low: "The provider's balance is low (seen when the bot starts)",
  poor: "The provider's balance is empty",
  flood: "Telegram answers 429",
  links: "The provider takes photos as links only",
  "public-links": "The provider takes photos as public links only",
  "lost-payments": "Updates about payments get lost",
  "repeated-payments": "Updates about payments arrive three times",
};
const EVERY = 700;
const MOST_CALLS = 150;

/** Set up the panel. `report` shows an error. */
export function setUpPanel(report) {
  let since = 0, timer = null, changing = 0, changed = 0;
  const boxes = new Map(), quotas = new Map();
  const perform = (path, body) => post(path, body).catch(report);
  const stars = new Stars((action, id) => perform("/stars", { action, id }).then(look), look);

  async function look() {
    const before = changed;
    try {
      const answer = await fetch(`/panel?since=${since}&transactions=${stars.first}`);
      if (answer.ok) draw(await answer.json(), before);
    } catch { /* the demo has ended, as the header says */ }
  }

  function draw(now, before) {
    if (!changing && changed === before) drawSwitches(now.switches); // else the answer may be older than a change
    $("tasks").replaceChildren(...now.tasks.map((task) => row(
      task.prompt, `${task.age} s`, `${task.left} s`, task.polls, task.left > 0 ? "drawing" : task.noticed ? task.ends : `${task.ends}, not fetched yet`,
    )));
    drawQuotas(now.quotas);
    stars.draw(now.stars);
    for (const call of now.calls) {
      const failed = call.status >= 400;
      $("calls").prepend(el("li", {}, el("details", {},
        el("summary", { className: failed ? "failed" : "" }, `${call.server} · ${call.call} · ${call.status} · ${call.duration} ms`),
        el("pre", {}, call.parameters), el("pre", {}, call.response))));
    }
    while ($("calls").children.length > MOST_CALLS) $("calls").lastChild.remove();
    since = now.since;
  }

  async function change(name, on) {
    changing += 1;
    await perform("/switch", { name, on });
    changing -= 1;
    changed += 1;
  }

  /** Update the checkboxes. They are created only once, so that they keep the keyboard focus. */
  function drawSwitches(switches) {
    for (const [name, on] of Object.entries(switches)) {
      if (!boxes.has(name)) {
        const box = el("input", { type: "checkbox", onchange: () => change(name, box.checked) });
        boxes.set(name, box);
        $("switches").append(el("label", {}, box, el("span", {}, SWITCHES[name] || name)));
      }
      boxes.get(name).checked = on;
    }
  }

  function drawQuotas(rows) {
    for (const { id, subject, used } of rows) {
      if (!quotas.has(id)) {
        const leave = el("button", { type: "button", "aria-label": `Leave ${subject} 1`, onclick: () => perform("/quota", { subject: id, left: 1 }) }, "Leave 1");
        const cell = el("td", {});
        quotas.set(id, cell);
        $("quotas").append(el("tr", {}, el("td", { lang: languageOf(subject) }, subject), cell, el("td", {}, leave)));
      }
      quotas.get(id).textContent = String(used);
    }
  }

  function row(first, ...cells) {
    return el("tr", {}, el("td", { lang: languageOf(first) }, first), ...cells.map((cell) => el("td", {}, String(cell))));
  }

  function show(open) {
    $("panel").hidden = !open;
    document.body.classList.toggle("with-panel", open);
    $("panel-toggle").setAttribute("aria-expanded", String(open));
    clearInterval(timer);
    if (open) { look(); timer = setInterval(look, EVERY); }
  }

  $("panel-toggle").addEventListener("click", () => {
    show($("panel").hidden);
    if (!$("panel").hidden) $("panel-close").focus();
  });
  const close = () => { show(false); $("panel-toggle").focus(); };
  $("panel-close").addEventListener("click", close);
  $("panel").addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  $("kill").addEventListener("click", () => perform("/bot", { action: "kill" }));
  $("start").addEventListener("click", () => perform("/bot", { action: "start" }));
  $("start-later").addEventListener("click", () => perform("/bot", { action: "start-later" }));
}
