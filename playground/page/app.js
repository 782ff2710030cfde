// The page: draws the chats from the events of /events and sends the actions of the user by POST.

import { $, el, post } from "./dom.js";
import { item } from "./message.js";
import { setUpComposer } from "./composer.js";
import { setUpPanel } from "./panel.js";

const state = {
  chats: new Map(), // id -> { about, messages: Map, ephemeral: [], unread }
  current: null, topic: null, atEnd: true, top: 0, senders: new Map(), menus: [], acting: new Map(),
};
const composer = setUpComposer(state, { redraw, open: say, closeTo: scrollDown });
setUpPanel();
connect();

function connect() {
  const events = new EventSource("/events");
  events.onmessage = ({ data }) => handle(JSON.parse(data));
}

function handle(event) {
  if (event.kind === "all") return loadAll(event);
  if (event.kind === "bot") return showBot(event.text);
  const chat = state.chats.get(event.chat);
  if (!chat) return undefined;
  if (event.kind === "toast") return event.to === me() && event.chat === state.current ? toast(event.text, event.alert) : undefined;
  if (event.kind === "action") return acting(event.chat, event.text);
  if (event.kind === "ephemeral") {
    chat.ephemeral.push({ ...event.message, id: `e${chat.ephemeral.length}`, to: event.to, after: lastId(chat) });
  } else if (event.kind === "deleted") {
    chat.messages.delete(event.id);
  } else {
    chat.messages.set(event.message.id, event.message);
  }
  if (event.kind === "sent" && event.chat !== state.current) chat.unread += 1;
  if (event.kind === "sent" && event.message.from.bot) state.acting.delete(event.chat);
  if (event.chat === state.current) change(event, chat);
  return drawChats();
}

function loadAll(event) {
  const chosen = state.current;
  state.chats = new Map(event.chats.map((about) => [about.id, { about, messages: new Map(), ephemeral: [], unread: 0 }]));
  for (const message of event.messages) state.chats.get(message.chat)?.messages.set(message.id, message);
  for (const { about } of state.chats.values()) {
    if (!state.senders.has(about.id)) state.senders.set(about.id, about.members[0].id);
  }
  state.menus = event.menus;
  showBot(event.bot);
  choose(state.chats.has(chosen) ? chosen : event.chats[0].id);
}

const chat = () => state.chats.get(state.current);
const me = () => state.senders.get(state.current);
const lastId = (one) => Math.max(0, ...one.messages.keys());
const visible = (message) => state.topic === null || message.topic === state.topic;

const actions = {
  press: (message, data) => post("/press", { chat: message.chat, id: message.id, user: me(), data }),
  reply: (message) => composer.replyTo(message),
  edit: (message) => composer.edit(message),
  open: say,
  jump(id) {
    const found = $("messages").querySelector(`[data-id="${id}"]`);
    found?.scrollIntoView({ block: "center" });
    found?.classList.add("flash");
    setTimeout(() => found?.classList.remove("flash"), 1300);
  },
};

function say(text) {
  const private_ = text.startsWith("/start ") && state.current < 0 ? me() : state.current;
  return post("/say", { chat: private_, user: me(), topic: state.topic, text });
}

/** Draw one change in the open chat without redrawing the rest of the list. */
function change(event, one) {
  const list = $("messages");
  const standing = event.kind === "ephemeral" ? null : list.querySelector(`[data-id="${event.id}"]`);
  if (event.kind === "deleted") standing?.remove();
  else if (event.kind === "ephemeral") {
    if (event.to === me()) list.append(item(one.ephemeral.at(-1), me(), actions, "ephemeral"));
  } else if (visible(event.message)) {
    const drawn = item(event.message, me(), actions);
    if (standing) standing.replaceWith(drawn);
    else list.append(drawn);
    if (event.kind === "sent") composer.forceReply(event.message);
  }
  doing();
  if (event.kind === "sent" && event.message.from.id === me()) state.atEnd = true;
  keepAtEnd();
}

function redraw() {
  const one = chat();
  const shown = [...one.messages.values()].filter(visible).map((message) => item(message, me(), actions));
  for (const message of one.ephemeral.filter(({ to }) => to === me())) {
    const drawn = item(message, me(), actions, "ephemeral");
    const next = shown.findIndex((li) => Number(li.dataset.id) > message.after);
    shown.splice(next < 0 ? shown.length : next, 0, drawn);
  }
  $("messages").replaceChildren(...shown);
  scrollDown();
}

function choose(id) {
  state.current = id;
  const { about } = chat();
  chat().unread = 0;
  state.topic = about.topics.length ? about.topics[0].id : null;
  $("title").textContent = about.title;
  document.title = `${about.title} – Imagine`;
  drawTopics(about);
  composer.enter(about);
  doing();
  redraw();
  drawChats();
}

function drawTopics(about) {
  const topics = $("topics");
  topics.hidden = !about.topics.length;
  topics.replaceChildren(...about.topics.map((topic) => el("button", {
    type: "button", "aria-pressed": String(topic.id === state.topic),
    onclick: () => { state.topic = topic.id; drawTopics(about); redraw(); },
  }, `# ${topic.title}`)));
}

function drawChats() {
  $("chats").replaceChildren(...[...state.chats.values()].map((one, number) => {
    const last = [...one.messages.values()].at(-1);
    const words = last ? `${last.from.name}: ${last.text || (last.photo ? "🖼 Photo" : "📄 File")}` : "No messages yet";
    const unread = one.unread ? el("span", { className: "unread", "aria-label": `${one.unread} new` }, String(one.unread)) : el("span");
    return el("button", { type: "button", "aria-current": String(one.about.id === state.current), onclick: () => choose(one.about.id) },
      el("span", { className: "face", "aria-hidden": "true", data: { hue: number % 4 } }, one.about.title[0]),
      el("span", { className: "name" }, one.about.title), unread, el("span", { className: "last" }, words));
  }));
}

const ACTIONS = { upload_photo: "is sending a photo…", upload_document: "is sending a file…", typing: "is typing…" };

function acting(id, action) {
  state.acting.set(id, { since: Date.now(), words: ACTIONS[action] || "is busy…" });
  doing();
  setTimeout(doing, 5100);
}

function doing() {
  const act = state.acting.get(state.current);
  const { about } = chat();
  const usual = about.kind === "private" ? "with Imagine, a bot" : `${about.members.length} members and Imagine, a bot`;
  $("doing").textContent = act && Date.now() - act.since < 5000 ? `Imagine ${act.words}` : usual;
}

function showBot(now) {
  $("bot").dataset.state = now;
  $("bot").textContent = { starting: "The bot is starting", running: "The bot is running", down: "The bot is down" }[now] || now;
}

let fading;
function toast(text, alert) {
  if (!text) return;
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { $("toast").hidden = true; }, alert ? 12000 : 4000);
}

function scrollDown() {
  state.atEnd = true;
  keepAtEnd();
}

/** Keep the newest message in view unless the user has scrolled up. Also called when a picture has loaded. */
function keepAtEnd() {
  const list = $("messages");
  if (state.atEnd) list.scrollTop = list.scrollHeight;
  state.top = list.scrollTop;
}

$("messages").addEventListener("load", keepAtEnd, true);
$("messages").addEventListener("scroll", () => {
  const list = $("messages");
  // Only the user scrolls up: appended messages leave scrollTop unchanged.
  if (list.scrollHeight - list.scrollTop - list.clientHeight < 60) state.atEnd = true;
  else if (list.scrollTop < state.top - 5) state.atEnd = false;
  state.top = list.scrollTop;
}, { passive: true });
