// Converts a text and its entities to nodes. Offsets are in UTF-16 units, like the indices of JavaScript strings.

import { el } from "./dom.js";

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote" };
const COMMAND = /(^|[\s(,])(\/[a-z]{2,32})(?![\w/])/g;

/** Return the nodes of a text. `open` is called with the command of a pressed command or start link. */
export function words(text, entities, open) {
  const nodes = [];
  let at = 0;
  for (const entity of [...entities].sort((a, b) => a.offset - b.offset)) {
    if (entity.offset < at) continue; // nested in the previous entity
    nodes.push(...plain(text.slice(at, entity.offset), open));
    const inner = text.slice(entity.offset, entity.offset + entity.length);
    nodes.push(styled(entity, inner, open));
    at = entity.offset + entity.length;
  }
  nodes.push(...plain(text.slice(at), open));
  return nodes;
}

function styled(entity, inner, open) {
  if (entity.type === "text_link") {
    const payload = /[?&]start=([\w-]+)/.exec(entity.url || "");
    const act = payload ? () => open(`/start ${payload[1]}`) : () => {};
    return el("button", { type: "button", className: "command", onclick: act }, inner);
  }
  return el(TAGS[entity.type] || "span", {}, inner);
}

function plain(text, open) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(COMMAND)) {
    const begin = match.index + match[1].length;
    nodes.push(text.slice(at, begin));
    const command = match[2];
    nodes.push(el("button", { type: "button", className: "command", onclick: () => open(command) }, command));
    at = begin + command.length;
  }
  nodes.push(text.slice(at));
  return nodes.filter((node) => node !== "");
}
