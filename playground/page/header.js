// The header of the open chat: its title, the bot's action, the state of the bot's process, topics and the chat's menu.

import { $, badge, el, languageOf } from "./dom.js";
import { chatFace } from "./side.js";
import { chat, chatsOf, state, t, topicOf, unread } from "./store.js";

const ACTING = 5_000; // milliseconds that a chat action is shown (Bot API, sendChatAction)

export function drawHeader() {
  const { about } = chat();
  $("face").replaceChildren(chatFace(about));
  $("title").textContent = about.title;
  document.title = `${about.title} – playground`;
  for (const [id, name] of [["more", "more"], ["back", "back"], ["send", "send"], ["attach", "attach"], ["menu-toggle", "commands"], ["down", "down"], ["reply-cancel", "cancel"]]) {
    $(id).setAttribute("aria-label", t(name));
    $(id).title = t(name);
  }
  $("menu").setAttribute("aria-label", t("commands"));
  $("more-menu").setAttribute("aria-label", t("more"));
  $("log").setAttribute("aria-label", t("messages"));
  $("large").querySelector("button").setAttribute("aria-label", t("close"));
  drawAs();
  drawDoing();
  drawBot();
}

function drawAs() {
  const { name } = state.users.get(state.me), label = t("youAs", { name });
  $("as").textContent = name[0];
  $("as").lang = languageOf(name);
  $("as").dataset.hue = String(state.me % 4);
  $("as").title = label;
  $("as").setAttribute("aria-label", label);
  $("as-menu").setAttribute("aria-label", t("you"));
}

/** Draw the count of new messages in other chats, which a narrow window does not show otherwise. */
export function drawBack() {
  const others = chatsOf(state.me).filter(({ about }) => about.id !== state.current);
  const count = others.reduce((sum, one) => sum + unread(one), 0);
  $("back").querySelector(".unread").replaceWith(badge(count, t("fromNow", { count })) ?? el("span", { className: "unread", hidden: true }));
}

export function drawTopics(choose) {
  const { about } = chat();
  const topic = topicOf(about);
  $("topics").hidden = !about.topics.length;
  $("topics").setAttribute("aria-label", t("topics"));
  const focused = $("topics").contains(document.activeElement);
  $("topics").replaceChildren(...about.topics.map(({ id, title }) => {
    const count = id === topic ? 0 : unread(chat(), state.me, id);
    return el("button", { type: "button", "aria-pressed": String(id === topic), onclick: () => choose(id) }, `# ${title}`, badge(count, t("fromNow", { count })));
  }));
  if (focused) $("topics").querySelector('[aria-pressed="true"]')?.focus();
}

export function noteAction(chatId, action) {
  state.acting.set(chatId, { since: Date.now(), action });
  drawDoing();
  setTimeout(drawDoing, ACTING + 100);
}

export function drawDoing() {
  const latest = state.acting.get(state.current), { about } = chat();
  const doing = latest && t(latest.action) !== latest.action ? latest.action : "busy"; // other actions have no words
  const active = latest && Date.now() - latest.since < ACTING;
  const usual = about.kind === "private" ? t("bot") : t("members", { count: about.members.length + Number(about.present) });
  $("doing").classList.toggle("active", Boolean(active));
  $("doing").textContent = !state.connected ? t("connecting") : active ? `Imagine: ${t(doing)}` : usual;
}

export function drawBot() {
  const now = t(state.bot === "down" ? "down_" : state.bot);
  $("bot").dataset.state = state.bot;
  $("bot").title = now;
  if ($("bot").textContent !== now) $("bot").firstElementChild.textContent = now;
}
