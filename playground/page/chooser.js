// The dialog in which a chat is chosen for an inline query, for example to share a picture.

import { $, el, languageOf } from "./dom.js";
import { chatFace } from "./side.js";
import { chatsOf, state, t } from "./store.js";

/** Let the user choose a chat of these kinds: user, bot, group, channel (Bot API, SwitchInlineQueryChosenChat). Calls `run` with its id. */
export function chooseChat(kinds, run) {
  const dialog = $("chooser");
  const found = chatsOf(state.me).filter(({ about }) => kinds.includes(about.kind === "private" ? "bot" : "group"));
  const choose = (id) => { dialog.close(); run(id); };
  dialog.querySelector("h2").textContent = t("chooseChat");
  dialog.querySelector("form button").textContent = t("cancel");
  dialog.querySelector("[role=group]").replaceChildren(...found.map(({ about }) =>
    el("button", { type: "button", onclick: () => choose(about.id) }, chatFace(about), el("span", { lang: languageOf(about.title) }, about.title))));
  dialog.showModal();
}
