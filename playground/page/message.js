// One message as a list item.

import { $, el } from "./dom.js";
import { words } from "./words.js";

/** Return the list item of a message as seen by the user `me`. `actions`: press, reply, edit, open, jump. */
export function item(message, me, actions, kind = "") {
  const own = message.from.id === me;
  const li = el("li", { className: `${own ? "own" : ""} ${kind}`.trim(), data: { id: message.id } });
  const bubble = el("div", { className: "bubble" });
  if (!own) bubble.append(el("div", { className: "author" }, message.from.name));
  if (message.reply) bubble.append(quoted(message.reply, actions));
  if (message.photo) bubble.append(photo(message));
  if (message.document) bubble.append(file(message.document));
  bubble.append(...words(message.text, message.entities, actions.open));
  const time = new Date(message.date * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  bubble.append(el("span", { className: "meta" }, message.edited ? `edited ${time}` : time));
  if (message.reaction) {
    bubble.append(el("div", {}, el("span", { className: "reaction", "aria-label": `Reaction ${message.reaction}` }, message.reaction)));
  }
  if (message.buttons.length) bubble.append(keys(message, actions));
  li.append(...(own ? [tools(message, own, actions), bubble] : [bubble, tools(message, own, actions)]));
  return li;
}

function quoted(reply, actions) {
  const jump = () => actions.jump(reply.id);
  return el("button", { type: "button", className: "reply", onclick: jump }, el("b", {}, reply.name), reply.text);
}

function photo(message) {
  const source = `/file/${encodeURIComponent(message.photo.file)}`;
  const about = message.text || `Photo from ${message.from.name}`;
  const image = el("img", {
    alt: about, loading: "lazy", decoding: "async", width: message.photo.width, height: message.photo.height, src: source,
  });
  return el("button", { type: "button", className: "photo", "aria-label": `Open: ${about}`, onclick: () => enlarge(source, about) }, image);
}

function enlarge(source, about) {
  const dialog = $("large");
  Object.assign(dialog.querySelector("img"), { src: source, alt: about });
  dialog.showModal();
}

function file(document_) {
  const source = `/file/${encodeURIComponent(document_.file)}?save`;
  const size = `${Math.max(1, Math.round((document_.size || 0) / 1024))} kB`;
  return el("a", { className: "file", href: source, download: document_.name }, el("span", { "aria-hidden": "true" }, "📄"), `${document_.name} · ${size}`);
}

function keys(message, actions) {
  const rows = message.buttons.map((row) =>
    el("div", {}, ...row.map((key) => el("button", { type: "button", onclick: () => pressed(message, key, actions) }, key.text))),
  );
  return el("div", { className: "keys", role: "group", "aria-label": "Buttons of the message" }, ...rows);
}

function pressed(message, key, actions) {
  if (key.copy) navigator.clipboard.writeText(key.copy);
  else actions.press(message, key.data);
}

function tools(message, own, actions) {
  const reply = el("button", { type: "button", onclick: () => actions.reply(message) }, "Reply");
  const edit = own && !message.photo && !message.document
    ? el("button", { type: "button", onclick: () => actions.edit(message) }, "Edit")
    : null;
  return el("div", { className: "tools" }, reply, edit);
}
