// The side: all users, of whom one is the current user, and the chats of that user.

import { $, badge, el, face, languageOf } from "./dom.js";
import { serviceWords } from "./message.js";
import { botPicture, chatsOf, nameOf, state, t, unread, user } from "./store.js";

/** Return the round picture of a chat: that of the bot in a private chat, the photo of a group that has one. */
export function chatFace({ kind, title, id, picture }) {
  const src = kind === "private" ? botPicture() : picture && `/file/${picture}`;
  return src ? el("img", { className: "face", src, alt: "" }) : face(title, id);
}

/** Draw the side. `actions`: play (a user), choose (a chat). */
export function drawSide(actions) {
  $("side").setAttribute("aria-label", t("chats"));
  $("chats").setAttribute("aria-label", t("chats"));
  $("you-title").textContent = t("you");
  keepFocus($("accounts"), [...state.users.values()].map((one) => account(one, actions)));
  keepFocus($("chats"), chatsOf(state.me).map((one) => row(one, actions)));
}

/** Return the entries of a menu of all users. */
export function accountEntries(actions) {
  return [...state.users.values()].map((one) => ({
    label: one.name, lang: languageOf(one.name), note: one.runs_bot ? t("runsBot") : null, face: face(one.name, one.id),
    checked: one.id === state.me, run: () => actions.play(one.id),
  }));
}

/** Replace the buttons of a list. The keyboard stays on the same one. */
function keepFocus(list, buttons) {
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
  list.replaceChildren(...buttons);
  if (focused !== null) buttons.find((button) => button.dataset.id === focused)?.focus({ preventScroll: true });
}

function account(one, actions) {
  const private_ = state.chats.get(one.id);
  const count = one.id === state.me ? 0 : unread(private_, one.id);
  const note = one.runs_bot ? t("runsBot") : null;
  return el("button", { type: "button", "aria-pressed": String(one.id === state.me), title: note, data: { id: one.id }, onclick: () => actions.play(one.id) },
    face(one.name, one.id), badge(count, t("fromNow", { count })),
    el("span", { className: "name", lang: languageOf(one.name) }, one.name), note ? el("small", { className: "hidden-text" }, note) : null);
}

function row(one, actions) {
  const { about } = one;
  const last = [...one.messages.values()].filter(({ to }) => to === null || to === state.me).sort((a, b) => a.id - b.id).at(-1);
  const count = about.id === state.current ? 0 : unread(one);
  const time = last ? new Date(last.date * 1000).toLocaleTimeString(user().language, { hour: "2-digit", minute: "2-digit" }) : "";
  const words = last ? preview(last) : t("empty");
  return el("button", { type: "button", "aria-current": String(about.id === state.current), data: { id: about.id }, onclick: () => actions.choose(about.id) },
    chatFace(about),
    el("span", { className: "name" }, about.title), el("span", { className: "time" }, time),
    el("span", { className: "last", lang: languageOf(words) }, words), badge(count, t("fromNow", { count })));
}

function preview(message) {
  if (message.service) return serviceWords(message);
  const words = message.text || message.invoice?.title || t(message.sticker ? "sticker" : message.photo ? "photo" : "file");
  const mark = message.invoice ? "⭐ " : message.photo ? "🖼 " : message.document ? "📄 " : "";
  return message.chat > 0 && message.from.bot ? `${mark}${words}` : `${nameOf(message.from)}: ${mark}${words}`;
}
