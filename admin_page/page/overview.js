// What the bot does now: counts, open requests, the last failures, and broadcasts.

import { session } from "./api.js";
import { $, el, row, setText, showList } from "./dom.js";
import { connect, showForm } from "./forms.js";

/** Show the overview. `actions`: user (opens a card), done (reads the overview again), signedOut. */
export function showOverview(overview, actions) {
  setText($("at"), overview.at);
  showNote("outage", overview.outage);
  const paused = overview.paused !== null;
  $("paused").hidden = !paused;
  showForm($("resume"), paused);
  showForm($("pause"), !paused);
  setText($("paused-text"), overview.paused ?? "");
  showList($("counts"), overview.counts.map((one, id) => ({ ...one, id })), makeCount);
  showRows("open", "nothing-open", overview.open, (item) => makeRequest(item, actions));
  showRows("failed", "no-failures", overview.failed, (item) => makeRequest(item, actions));
  showRows("broadcasts", "no-broadcasts", overview.broadcasts, (item) => makeBroadcast(item, actions));
}

function showNote(id, text) {
  $(id).hidden = text === null;
  setText($(id), text ?? "");
}

function showRows(id, nothing, items, make) {
  showList($(id), items, make);
  $(id).hidden = items.length === 0;
  $(nothing).hidden = items.length > 0;
}

function makeCount() {
  const label = el("dt"), count = el("dd");
  return row(el("div", {}, label, count), (item) => {
    setText(label, item.label);
    setText(count, String(item.count));
  });
}

function makeRequest(first, actions) {
  const about = el("span", { className: "about" }), prompt = el("span", { className: "prompt" });
  const kind = el("code"), name = el("button", { type: "button", className: "link" });
  name.addEventListener("click", () => actions.user(first.user));
  const element = el("li", {}, about, " ", prompt, " ", name, " ", kind);
  return row(element, (item) => {
    setText(about, item.state === undefined ? `${item.reason} · ${item.when}` : `${item.state} · ${item.age}`);
    setText(prompt, item.prompt === "" ? `#${item.id}` : `#${item.id} ${item.prompt}`);
    setText(kind, item.kind ?? "");
    kind.hidden = item.kind === undefined;
    setText(name, item.name);
  });
}

function makeBroadcast(first, actions) {
  const lines = el("span", { className: "lines" }), bar = el("progress");
  const form = el("form", {}, el("button", { className: "danger" }, session.texts["button-stop-broadcast"]));
  connect(form, { name: "stop-broadcast", read: () => ({ broadcast: first.id }), ...actions });
  return row(el("li", {}, lines, bar, form), (item) => {
    setText(lines, item.lines.join("\n"));
    bar.hidden = !item.open || item.total === 0;
    bar.max = Math.max(item.total, 1);
    bar.value = item.done;
    bar.setAttribute("aria-label", item.lines[0]);
    form.hidden = !item.open;
  });
}
