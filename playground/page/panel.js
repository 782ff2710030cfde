// The side panel: the bot's calls, the provider's tasks, quotas, and switches. It polls only while it is open.

import { $, el, post } from "./dom.js";

const SWITCHES = {
  slow: "The provider is slow (40 s)",
  down: "The provider is down (503)",
  moderation: "Every prompt is rejected as unsafe",
  poor: "The provider's balance is empty",
  flood: "Telegram answers 429",
  links: "The provider takes photos as links only",
  "public-links": "The provider takes photos as public links only",
};
const EVERY = 700;
const MOST_CALLS = 150;

/** Set up the panel. */
export function setUpPanel() {
  let since = 0, timer = null;
  const boxes = new Map();

  async function look() {
    const answer = await fetch(`/panel?since=${since}`);
    const now = await answer.json();
    draw(now);
  }

  function draw(now) {
    drawSwitches(now.switches);
    $("tasks").replaceChildren(...now.tasks.map((task) => row(
      task.prompt, `${task.age} s`, `${task.left} s`, task.polls, task.left > 0 ? "drawing" : task.noticed ? task.ends : `${task.ends}, not fetched yet`,
    )));
    $("quotas").replaceChildren(...now.quotas.map((quota) => row(quota.subject, quota.day, quota.used)));
    for (const call of now.calls) {
      const failed = call.status >= 400;
      $("calls").prepend(el("li", {}, el("details", {},
        el("summary", { className: failed ? "failed" : "" }, `${call.server} · ${call.call} · ${call.status} · ${call.duration} ms`),
        el("pre", {}, call.parameters), el("pre", {}, call.response))));
    }
    while ($("calls").children.length > MOST_CALLS) $("calls").lastChild.remove();
    since = now.since;
  }

  /** Update the checkboxes. They are created only once, so that they keep the keyboard focus. */
  function drawSwitches(switches) {
    for (const [name, on] of Object.entries(switches)) {
      if (!boxes.has(name)) {
        const box = el("input", { type: "checkbox", onchange: () => post("/switch", { name, on: box.checked }) });
        boxes.set(name, box);
        $("switches").append(el("label", {}, box, ` ${SWITCHES[name] || name}`));
      }
      boxes.get(name).checked = on;
    }
  }

  function row(...cells) {
    return el("tr", {}, ...cells.map((cell) => el("td", {}, String(cell))));
  }

  $("panel-toggle").addEventListener("click", () => {
    const open = $("panel").hidden;
    $("panel").hidden = !open;
    document.body.classList.toggle("with-panel", open);
    $("panel-toggle").setAttribute("aria-expanded", String(open));
    clearInterval(timer);
    if (open) { look(); timer = setInterval(look, EVERY); }
  });
  $("kill").addEventListener("click", () => post("/bot", { action: "kill" }));
  $("start").addEventListener("click", () => post("/bot", { action: "start" }));
}
