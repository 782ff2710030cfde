// The search for users, and the card of one user with the forms for them.

import { read, session } from "./api.js";
import { $, el, setText } from "./dom.js";
import { showFigures } from "./figures.js";
import { ask, connect, sayFailure } from "./forms.js";

let shown = 0;

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

/** Show the card of a user, and move the focus to it with `focus`. No id closes it. */
export async function showCard(id, actions, { focus = false } = {}) {
  shown = id;
  if (id === 0) {
    $("card").hidden = true;
    return;
  }
  try {
    const user = await read("user", { id });
    if (shown !== id) return; // another card was opened meanwhile
    const title = el("h3", { id: "card-title", tabIndex: -1 }, user.lines[0]);
    const lines = el("p", { className: "lines" }, user.lines.slice(1).join("\n").trim());
    $("card").replaceChildren(title, lines, ...forms(user, actions));
    $("card").hidden = false;
    if (focus) title.focus();
  } catch (error) {
    sayFailure(error, actions.signedOut);
  }
}

function forms(user, actions) {
  const more = {
    done: async () => { await Promise.all([showCard(user.id, actions, { focus: true }), actions.done()]); },
    signedOut: actions.signedOut,
  };
  const figures = el("div"), show = el("button", { type: "button" }, session.texts["button-statistics"]);
  show.addEventListener("click", () => showFigures(figures, user.id).catch((error) => sayFailure(error, actions.signedOut)));
  const made = [];
  if (user.limitable) {
    const limit = number("daily", "limit", 0, user.limit), grant = number("units", "grant", 1, null);
    grant.querySelector("input").required = true;
    connect(limit, {
      name: "limit", ...more, read: ({ daily }) => ({ user: user.id, daily: daily === "" ? null : Number(daily) }),
    });
    connect(grant, { name: "grant", ...more, read: ({ units }) => ({ user: user.id, units: Number(units) }) });
    made.push(limit, grant);
  }
  if (user.bannable) made.push(user.banned ? plain("unban", user, more) : plain("ban", user, more));
  return [...made, show, figures];
}

function number(name, text, least, value) {
  const input = el("input", { name, type: "number", min: least, max: 999_999, step: 1, inputMode: "numeric" });
  if (value !== null) input.setAttribute("value", String(value));
  const label = el("label", {}, el("span", {}, session.texts[text]), input);
  return el("form", { autocomplete: "off" }, label, el("button", {}, session.texts[`button-${text}`]));
}

function plain(name, user, more) {
  const button = el("button", { className: name === "ban" ? "danger" : "" }, session.texts[`button-${name}`]);
  const form = el("form", {}, button);
  const confirm = name === "ban" ? () => ask(user.ban_question) : undefined;
  connect(form, { name, confirm, ...more, read: () => ({ user: user.id }) });
  return form;
}
