// One message as a list item. An update replaces only the parts that changed: the others keep focus and picture.

import { el, icon, languageOf } from "./dom.js";
import { KeyFocus } from "./focus.js";
import { state, t, user } from "./store.js";
import { openLink, words } from "./words.js";

const WIDEST = 420, HIGHEST = 440, NARROWEST = 250; // CSS pixels of a photo, as in Telegram Desktop
/** Name -> [the data of the part, or null; the node for the data]. The node is drawn again when the data changes. */
const PARTS = {
  onlyYou: [(m) => (m.to === null ? null : t("onlyYou")), (label) => el("div", { className: "only-you" }, label)],
  author: [
    (m, own) => (own || m.chat > 0 ? null : [m.from.name, m.from.id]),
    ([name, id]) => el("div", { className: "author", lang: languageOf(name), data: { hue: Math.abs(id) % 4 } }, name),
  ],
  via: [
    (m) => m.via && [m.via, t("via", { name: m.via })],
    ([, label], actions) => el("button", { type: "button", className: "command via", onclick: () => actions.inline({ query: "", kinds: null }) }, label),
  ],
  reply: [(m) => m.reply, quoted],
  photo: [(m) => (m.photo ? [m.photo, m.text || t(m.sticker ? "sticker" : "photo"), m.spoiler ? `${state.me} ${m.chat} ${m.id} ${m.photo.file}` : null] : null), photo],
  file: [(m) => m.document, file],
  invoice: [(m) => m.invoice, ({ title, description }) => el("span", { className: "invoice" }, el("b", { lang: languageOf(title) }, title), el("span", { lang: languageOf(description) }, description))],
  text: [(m) => (m.text ? [shown(m), m.entities] : null), text],
  meta: [(m) => [m.date, m.edited && !m.via], ([date, edited]) => el("span", { className: "meta" }, `${edited ? `${t("edited")} ` : ""}${clock(date)}`)],
  effect: [(m) => m.effect, (emoji) => el("div", { className: "effect", "aria-hidden": "true" }, emoji)],
  reaction: [(m) => m.reaction, (emoji) => el("div", {}, el("span", { className: "reaction", role: "img", "aria-label": t("reaction", { name: emoji }) }, emoji))],
};

export class Item {
  /** `actions`: press, pay, invoice, reply, edit, open, start, copy, inline, jump, enlarge. */
  constructor(message, actions) {
    this.actions = actions;
    this.signatures = {};
    this.focus = new KeyFocus();
    this.shownKeys = []; // the buttons in reading order
    this.slots = Object.fromEntries(Object.keys(PARTS).map((name) => [name, el("div", { className: "slot" })]));
    this.bubble = el("div", { className: "bubble" }, ...Object.values(this.slots));
    this.keys = el("div", { className: "keys", role: "group" });
    this.tools = el("div", { className: "tools" });
    this.li = el("li", { data: { id: message.id }, tabIndex: -1 }, el("div", { className: "body" }, this.bubble, this.keys), this.tools);
    this.update(message);
  }

  update(message) {
    this.message = message;
    const own = message.from.id === state.me;
    this.li.className = [own && "own", message.to !== null && "ephemeral", message.service && "service", message.photo && "with-photo", message.sticker && "with-sticker"].filter(Boolean).join(" ");
    if (message.service) {
      this.bubble.replaceChildren(serviceWords(message));
      this.keys.hidden = this.tools.hidden = true;
      return;
    }
    const changed = new Set();
    for (const [name, [data, draw]] of Object.entries(PARTS)) {
      const value = data(message, own);
      this.part(name, value && [value, user().language], () => { this.fill(this.slots[name], value && draw(value, this.actions)); changed.add(name); });
    }
    if (message.photo) this.bubble.style.setProperty("--photo", `${message.sticker ? NARROWEST : fit(message.photo)}px`);
    this.part("keys", [message.buttons, user().language], () => this.drawKeys(changed.has("text") || changed.has("photo")));
    this.part("tools", [own, message.to, user().language], () => this.drawTools(own && !message.via));
    this.showPresses();
  }

  part(name, data, draw) {
    const signature = JSON.stringify(data ?? null);
    if (this.signatures[name] === signature) return;
    this.signatures[name] = signature;
    draw();
  }

  /** Put a node into a part. A control that is replaced there gives its focus to the new one, or to the message. */
  fill(slot, node) {
    const focused = slot.contains(document.activeElement);
    slot.replaceChildren(...(node ? [node] : []));
    if (focused) (slot.querySelector("button, a, [tabindex]") ?? this.li).focus({ preventScroll: true });
  }

  /** Draw the buttons. `otherContent` says whether the text or the picture changed, too. */
  drawKeys(otherContent) {
    const before = this.shownKeys;
    const at = [...this.keys.querySelectorAll("button")].indexOf(document.activeElement);
    this.shownKeys = this.message.buttons.flat();
    const rows = this.message.buttons.map((row) => el("div", {}, ...row.map((key) => this.key(key))));
    const samples = this.shownKeys.some((key) => key.sample) && el("small", {}, t("samples"));
    this.keys.replaceChildren(...rows, ...(samples ? [samples] : []));
    this.keys.hidden = !rows.length;
    this.keys.setAttribute("aria-label", t("buttons"));
    if (at < 0) return;
    const next = this.focus.next(before, at, this.shownKeys, otherContent);
    (this.keys.querySelectorAll("button")[next] ?? this.li).focus({ preventScroll: true });
  }

  key(key) {
    const run = () => {
      if (key.pay) this.actions.pay(this.message);
      else if (key.copy !== null) this.actions.copy(key.copy);
      else if (key.url !== null) openLink(key.url, this.actions);
      else if (key.inline !== null) this.actions.inline(key.inline);
      else this.actions.press(this.message, key.data);
    };
    const mark = key.copy !== null ? "copy" : key.url !== null ? "link" : key.inline !== null ? "share" : null;
    return el("button", { type: "button", lang: languageOf(key.text, languageOf(this.message.text)), disabled: key.disabled, "aria-haspopup": key.pay ? "dialog" : null, data: { key: key.data ?? "", style: key.style ?? "" }, onclick: run },
      key.sample && el("img", { alt: t("sample"), src: `/sample/${key.sample}`, width: 48, height: 48 }), el("span", {}, key.text), mark && icon(mark));
  }

  /** Show the presses that the bot has not answered. */
  showPresses() {
    for (const button of this.keys.querySelectorAll("button")) {
      const pressed = button.dataset.key && state.pressing.has(`${this.message.id} ${button.dataset.key}`);
      if (pressed) button.setAttribute("aria-busy", "true");
      else button.removeAttribute("aria-busy");
    }
  }

  drawTools(editable) {
    const tool = (name, run) => el("button", { type: "button", "aria-label": t(name), title: t(name), onclick: () => run(this.message) }, icon(name));
    const reply = this.message.to === null ? tool("reply", this.actions.reply) : null;
    this.tools.replaceChildren(...[reply, editable ? tool("edit", this.actions.edit) : null].filter(Boolean));
  }
}

/** Return the words of a service message. Stars and a date are in those about payments. */
export function serviceWords({ service, from, stars, until }) {
  const date = until ? new Date(until * 1000).toLocaleDateString(user().language, { day: "numeric", month: "long" }) : "";
  return t(service, { name: from.name, stars: stars?.toLocaleString(user().language), date });
}

/** Return the text as a Telegram client shows it: the payload of a start link is not shown. */
function shown(message) {
  return message.from.bot ? message.text : message.text.replace(/^\/start .+$/s, "/start");
}

const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString(user().language, { hour: "2-digit", minute: "2-digit" });

/** Return the width of a photo in CSS pixels. */
function fit({ width, height }) {
  return Math.round(Math.max(NARROWEST, width * Math.min(WIDEST / width, HIGHEST / height)));
}

function text([content, entities], actions) {
  return el("span", { className: "text", lang: languageOf(content) }, ...words(content, entities, actions));
}

function quoted(reply, actions) {
  const jump = () => actions.jump(reply.id);
  return el("button", { type: "button", className: "reply", onclick: jump, lang: languageOf(reply.text) },
    reply.photo ? el("img", { className: reply.spoiler ? "covered" : "", src: `/file/${encodeURIComponent(reply.photo)}`, alt: "", loading: "lazy" }) : null,
    el("span", {}, el("b", { lang: languageOf(reply.name) }, reply.name), el("span", {}, reply.text || t(reply.file ? "file" : "photo"))));
}

/** Return a photo. `cover` names the photo of a user that is blurred until a tap (Bot API, has_spoiler), or is null. */
function photo([{ file: id, width, height }, about, cover], actions) {
  const source = `/file/${encodeURIComponent(id)}`;
  const image = el("img", { alt: about, loading: "lazy", decoding: "async", width, height, src: source });
  const isCovered = () => cover !== null && !state.uncovered.has(cover);
  const run = () => {
    if (!isCovered()) { actions.enlarge(source, about); return; }
    state.uncovered.add(cover);
    draw();
  };
  const button = el("button", { type: "button", className: "photo", lang: languageOf(about), onclick: run }, image);
  const draw = () => {
    button.classList.toggle("covered", isCovered());
    button.setAttribute("aria-label", t(isCovered() ? "uncover" : "open", { name: about }));
  };
  draw();
  return button;
}

function file(document_) {
  const source = `/file/${encodeURIComponent(document_.file)}?save`;
  const size = document_.size < 1_000_000 ? `${Math.max(1, Math.round(document_.size / 1024))} kB` : `${(document_.size / 1_048_576).toFixed(1)} MB`;
  return el("a", { className: "file", href: source, download: document_.name },
    el("span", { className: "file-mark", "aria-hidden": "true" }, icon("file")),
    el("span", { className: "file-name" }, el("b", {}, document_.name), el("small", {}, size)));
}
