// The search for users, and the card of one user with the forms for them.

import { read, session } from "./api.js";
import { $, el, setText } from "./dom.js";
import { showFigures } from "./figures.js";
import { ask, connect, sayFailure, showForm } from "./forms.js";

let shown = 0, card = null;

/** Connect the search. `actions`: user (opens a card), signedOut. */
export function connectSearch(actions) {
  $("find").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const { note, users } = await read("users", { words: new FormData($("find")).get("words") });
      setText($("found-note"), note);
      $("found").replaceChildren(...users.map((user) => found(user, actions)));
    } catch (error) {
      sayFailure(error, actions.signedOut);
    }
  });
}

function found(user, actions) {
  const open = el("button", { type: "button", className: "link" }, user.name);
  open.addEventListener("click", () => actions.user(user.id));
  return el("li", {}, open, ` ${user.username ? `@${user.username} · ` : ""}${user.id}`);
}

/** Show the card of a user, and move the focus to it with `focus`. No id closes it. The forms of one user stay. */
export async function showCard(id, actions, { focus = false } = {}) {
  shown = id;
  if (id === 0) {
    $("card").hidden = true;
    return;
  }
  try {
    const user = await read("user", { id });
    if (shown !== id) return; // another card was opened meanwhile
    if (card?.id !== id) {
      card = makeCard(user, actions);
      $("card").replaceChildren(...card.parts);
    }
    card.show(user);
    $("card").hidden = false;
    if (focus) card.title.focus();
  } catch (error) {
    sayFailure(error, actions.signedOut);
  }
}

function makeCard({ id, limitable, bannable, ban_question }, actions) {
  const done = async () => { await Promise.all([showCard(id, actions), actions.done()]); };
  const more = { done, signedOut: actions.signedOut };
  const title = el("h3", { id: "card-title", tabIndex: -1 }), lines = el("p", { className: "lines" });
  const limit = number("daily", "limit", 0), grant = number("units", "grant", 1);
  grant.querySelector("input").required = true;
  connect(limit, { name: "limit", ...more, read: ({ daily }) => ({ user: id, daily: daily === "" ? null : Number(daily) }) });
  connect(grant, { name: "grant", ...more, read: ({ units }) => ({ user: id, units: Number(units) }) });
  const ban = plain("ban"), unban = plain("unban"), read = () => ({ user: id });
  connect(ban, { name: "ban", ...more, read, confirm: () => ask(ban_question) });
  connect(unban, { name: "unban", ...more, read });
  const figures = el("div"), button = el("button", { type: "button" }, session.texts["button-statistics"]);
  button.addEventListener("click", () => showFigures(figures, id).catch((error) => sayFailure(error, actions.signedOut)));
  const forms = [...(limitable ? [limit, grant] : []), ...(bannable ? [ban, unban] : [])];
  const show = (user) => {
    setText(title, user.lines[0]);
    setText(lines, user.lines.slice(1).join("\n").trim());
    limit.querySelector("input").setAttribute("value", user.limit ?? "");
    const [now, before] = user.banned ? [unban, ban] : [ban, unban];
    const moves = before.contains(document.activeElement);
    showForm(now, true);
    showForm(before, false);
    if (moves) now.querySelector("button").focus();
  };
  return { id, title, parts: [title, lines, ...forms, button, figures], show };
}

function number(name, text, least) {
  const input = el("input", { name, type: "number", min: least, max: 999_999, step: 1, inputMode: "numeric" });
  const label = el("label", {}, el("span", {}, session.texts[text]), input);
  return el("form", { autocomplete: "off" }, label, el("button", {}, session.texts[`button-${text}`]));
}

const plain = (name) =>
  el("form", { hidden: true }, el("button", { className: name === "ban" ? "danger" : "" }, session.texts[`button-${name}`]));
