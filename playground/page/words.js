// Converts a text and its entities to nodes. Offsets are in UTF-16 units, like the indices of JavaScript strings.

import { el } from "./dom.js";
import { BOT_NAME, state, t, user } from "./store.js";

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", blockquote: "blockquote", expandable_blockquote: "blockquote",
};
const LINK = new RegExp(`(^|[\\s(,])(/[a-z][a-z0-9_]{1,31}(?:@[a-z_]+)?|${BOT_NAME})(?![\\w/])`, "g");
const START_LINK = /^(?:https:\/\/t\.me\/imagine_demo_bot|tg:\/\/resolve)\?.*?start=([\w-]+)/;

const INVOICE_LINK = /^https:\/\/t\.me\/\$[\w-]+$/;

/** Return the nodes of a text. `actions`: open (a command), choose (a chat), start (the payload of a start link), invoice (a link), copy (a text). */
export function words(text, entities, actions) {
  const nodes = [];
  let at = 0;
  for (const entity of [...entities].sort((a, b) => a.offset - b.offset)) {
    if (entity.offset < at) continue; // nested in the previous entity
    nodes.push(...plain(text.slice(at, entity.offset), actions));
    const inner = text.slice(entity.offset, entity.offset + entity.length);
    nodes.push(styled(entity, inner, actions));
    at = entity.offset + entity.length;
  }
  nodes.push(...plain(text.slice(at), actions));
  return nodes;
}

/** Open a link as Telegram does: a start link of the bot opens the private chat, and one to an invoice the checkout. */
export function openLink(url, actions) {
  const payload = START_LINK.exec(url);
  if (payload) actions.start(payload[1]);
  else if (INVOICE_LINK.test(url)) actions.invoice(url);
  else if (/^https?:/.test(url)) window.open(url, "_blank", "noopener");
}

function styled(entity, inner, actions) {
  if (entity.type === "code" || entity.type === "pre") return copied(entity.type, inner, actions);
  if (entity.type === "date_time") return el("time", { dateTime: new Date(entity.unix * 1000).toISOString() }, moment(entity, inner));
  if (entity.type === "text_link" && entity.url.startsWith("tg://user")) return el("b", { className: "mention" }, inner);
  if (entity.type === "text_link") {
    return el("button", { type: "button", className: "command", onclick: () => openLink(entity.url, actions) }, inner);
  }
  return el(TAGS[entity.type] || "span", {}, inner);
}

/** Code is copied by a tap. It is no `<button>`, so that a long one can break over lines. */
function copied(tag, inner, actions) {
  const run = () => actions.copy(inner);
  const onkeydown = (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); run(); } };
  return el(tag, { role: "button", tabIndex: 0, "aria-label": t("tapToCopy", { name: inner }), onclick: run, onkeydown }, inner);
}

/** Return a time in the reader's words (Bot API, "Date-time entity formatting"). */
function moment({ unix, format }, inner) {
  if (!format) return inner;
  const language = user().language, when = new Date(unix * 1000);
  if (format === "r") return relative(unix * 1000 - Date.now(), language);
  const parts = {
    ...(format.includes("w") && { weekday: "long" }),
    ...(format.includes("d") && { day: "2-digit", month: "2-digit", year: "2-digit" }),
    ...(format.includes("D") && { day: "numeric", month: "long", year: "numeric" }),
    ...(/[tT]/.test(format) && { hour: "2-digit", minute: "2-digit" }),
    ...(format.includes("T") && { second: "2-digit" }),
  };
  return new Intl.DateTimeFormat(language, parts).format(when);
}

function relative(milliseconds, language) {
  const minutes = Math.round(milliseconds / 60_000);
  const [value, unit] = Math.abs(minutes) < 60 ? [minutes, "minute"] : [Math.round(minutes / 60), "hour"];
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(value, unit);
}

function plain(text, actions) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    const begin = match.index + match[1].length;
    nodes.push(text.slice(at, begin));
    const link = match[2], run = () => (link === BOT_NAME ? actions.choose(state.me) : actions.open(link));
    nodes.push(el("button", { type: "button", className: "command", onclick: run }, link));
    at = begin + link.length;
  }
  nodes.push(text.slice(at));
  return nodes.filter((node) => node !== "");
}
