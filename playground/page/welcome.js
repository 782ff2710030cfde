// The empty chat, and the bars that stand in place of the composer: START, restart, and adding the bot to a group.

import { $, el } from "./dom.js";
import { BOT_NAME, botPicture, chat, state, t, user, visible } from "./store.js";

/** Draw them for the open chat. `actions`: begin (press START), join, type (a text into the composer), fill (an inline query). */
export function drawWelcome(actions) {
  const { about } = chat();
  const empty = !visible().length;
  const started = about.kind !== "private" || !empty;
  $("welcome").hidden = !empty || (about.kind !== "private" && !about.present);
  if (!$("welcome").hidden) $("welcome").replaceChildren(...(about.kind === "private" ? description() : hint(actions)));
  const bar = about.kind === "private" ? privateBar(about, started) : about.present ? null : ["join", absent(actions)];
  const focused = [...$("bar").querySelectorAll("button")].indexOf(document.activeElement);
  $("bar").hidden = !bar;
  $("bar").replaceChildren(...(bar ? [
    bar[1],
    el("button", { type: "button", className: "wide", onclick: () => (bar[0] === "join" ? actions.join() : actions.begin()) }, t(bar[0])),
  ].filter(Boolean) : []));
  $("composer").hidden = Boolean(bar) && about.kind === "private";
  if (focused >= 0) ($("bar").querySelectorAll("button")[focused] ?? $("text")).focus({ preventScroll: true });
}

/** Telegram shows START in a chat without messages and for a start link, and a restart after the user blocked the bot. */
function privateBar(about, started) {
  if (!about.present) return ["restart", null];
  return started && !state.payloads.has(state.me) ? null : ["start", null];
}

/** In a group without the bot, inline queries and mentions work all the same. */
function absent(actions) {
  const example = t("inlineExample");
  return el("p", {}, `${t("absent")} `, el("button", { type: "button", className: "command", onclick: () => actions.fill(example) }, `${BOT_NAME} ${example}`));
}

function description() {
  const text = state.descriptions[user().language];
  return [
    el("img", { src: botPicture(), alt: "" }),
    el("h2", {}, text ? t("about") : "Imagine"),
    el("p", {}, text || ""),
    el("small", {}, t("youHere", { name: user().name })),
  ];
}

function hint(actions) {
  return [
    el("p", {}, t("hint")),
    el("button", { type: "button", className: "command", onclick: () => actions.type(t("example")) }, t("example")),
  ];
}
