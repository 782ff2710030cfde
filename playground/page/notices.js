// Short notices over the chat, dialogs of the bot, and the large photo.

import { $ } from "./dom.js";
import { t } from "./store.js";

const SHOWN = 4_000; // milliseconds
let fading;

/** Show a notice for a moment. `kind` is "error" for one that reports a failure. */
export function toast(text, kind = "") {
  $("toast").textContent = text;
  $("toast").dataset.kind = kind;
  $("toast").hidden = false;
  clearTimeout(fading);
  fading = setTimeout(hideToast, kind ? 2 * SHOWN : SHOWN);
}

export function hideToast() {
  $("toast").hidden = true;
}

/** Show a text of the bot that must be read (answerCallbackQuery, show_alert). */
export function alertOf(text) {
  $("alert").querySelector("p").textContent = text;
  $("alert").setAttribute("aria-label", text);
  if (!$("alert").open) $("alert").showModal();
}

export function enlarge(source, about) {
  Object.assign($("large").querySelector("img"), { src: source, alt: about });
  $("large").setAttribute("aria-label", t("photo"));
  $("large").showModal();
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("copied"));
  } catch {
    toast(t("notCopied"), "error");
  }
}

$("large").addEventListener("click", (event) => {
  if (event.target.tagName !== "IMG") $("large").close();
});
