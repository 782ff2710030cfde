// The page: keeps the state from the events of /events, draws it, and sends the actions of the users by POST.

import { checkOut } from "./checkout.js";
import { chooseChat } from "./chooser.js";
import { Composer } from "./composer.js";
import { $, post } from "./dom.js";
import { drawBack, drawBot, drawDoing, drawHeader, drawTopics, noteAction } from "./header.js";
import { Messages } from "./messages.js";
import { alertOf, copy, enlarge, hideToast, toast } from "./notices.js";
import { setUpPanel } from "./panel.js";
import { Popup } from "./popup.js";
import { accountEntries, drawSide } from "./side.js";
import { chat, chatsOf, load, put, sees, state, t, topicOf } from "./store.js";
import { drawWelcome } from "./welcome.js";

const actions = {
  press, copy, enlarge, play, choose, inline,
  reply: (message) => composer.replyTo(message),
  edit: (message) => composer.edit(message),
  jump: (id) => messages.jump(id),
  open: (text) => perform("/say", { ...here(), text }),
  join: () => perform("/membership", { ...here(), present: true }),
  start: followStart,
  pay: (message) => checkOut({ chat: message.chat, id: message.id }, report),
  invoice: (link) => checkOut({ link }, report),
  begin: start,
  type(text) { composer.draft.text = text; composer.enter(true); },
  fill: (query) => composer.fill(query),
  sent: () => messages.scrollDown(),
  failed: report,
};
const composer = new Composer(actions);
const messages = new Messages(actions, drawAround);
new Popup("more", "more-menu", chatEntries);
new Popup("as", "as-menu", () => accountEntries(actions));
setUpPanel(report);
$("back").addEventListener("click", () => { document.body.dataset.view = "list"; $("chats").querySelector("[aria-current=true]")?.focus(); });
connect();

function connect() {
  const events = new EventSource("/events");
  events.onmessage = ({ data }) => handle(JSON.parse(data));
  events.onerror = () => { state.connected = false; if (chat()) drawDoing(); };
}

const HANDLERS = {
  all(event) {
    const first = !state.chats.size;
    state.connected = true;
    load(event);
    show(first);
  },
  bot(event) { state.bot = event.text; drawBot(); },
  profile(event) { Object.assign(state, { menus: event.menus, descriptions: event.descriptions, picture: event.picture }); drawHeader(); welcome(); drawAround(); },
  membership(event, one) { Object.assign(one.about, { present: event.present, picture: event.group_picture }); welcome(); drawHeader(); drawAround(); },
  action: (event) => noteAction(event.chat, event.text),
  toast(event) {
    for (const press of state.pressing) if (press.startsWith(`${event.id} `) || !event.id) state.pressing.delete(press);
    for (const id of messages.items.keys()) messages.showPresses(id);
    if (event.to !== state.me || event.chat !== state.current || !event.text) return;
    (event.alert ? alertOf : toast)(event.text);
  },
  sent: received, edited: received, reaction: received, ephemeral: received, "ephemeral-edited": received,
  deleted: removed, "ephemeral-deleted": removed,
};

function handle(event) {
  const one = state.chats.get(event.chat);
  if (event.chat && !one) return;
  HANDLERS[event.kind]?.(event, one);
}

function received({ kind, message }, one) {
  const sent = kind === "sent" || kind === "ephemeral";
  put(message);
  if (sent && message.from.bot) state.acting.delete(message.chat);
  if (sent) composer.forceReply(message, one);
  if (message.chat === state.current) {
    welcome();
    if (sees(message, state.me, topicOf(one.about))) {
      if (sent && message.replaces !== null) messages.exchange(message.replaces, message.id);
      else messages.change(message, sent);
    }
    drawDoing();
  }
  drawAround();
}

function removed({ message }, one) {
  one.messages.delete(message.id);
  composer.forget(message.id);
  if (message.chat === state.current) {
    if (message.replaces === null) messages.remove(message.id);
    else messages.exchange(message.id, message.replaces);
  }
  drawAround();
}

/** Draw the parts that messages of other chats and topics change. */
function drawAround() {
  drawSide(actions);
  drawBack();
  drawTopics(chooseTopic);
}

/** Draw the open chat. `fresh` is false if it was open before. */
function show(fresh) {
  document.documentElement.lang = state.users.get(state.me).language;
  drawHeader();
  messages.draw(fresh);
  welcome();
  composer.enter(fresh);
  drawAround();
}

/** Draw the empty chat or the bar, and the composer if it appears. */
function welcome() {
  const before = $("composer").hidden;
  drawWelcome(actions);
  if (before && !$("composer").hidden) composer.enter(document.activeElement === document.body);
}

function choose(id) {
  hideToast();
  document.body.dataset.view = "chat";
  state.current = id;
  show(true);
}

function chooseTopic(id) {
  state.topics.set(state.current, id);
  show(true);
}

/** Play another user: in the same chat if they are in it, otherwise in their private chat. */
function play(id) {
  const stays = state.current < 0 && chatsOf(id).some(({ about }) => about.id === state.current);
  hideToast();
  state.me = id;
  if (!stays) state.current = id;
  show(true);
}

const here = () => ({ chat: state.current, user: state.me, topic: topicOf(chat().about) });

/** Do an action of the user. Returns whether it was done; a failure is reported. */
async function perform(path, body) {
  try {
    await post(path, body);
    return true;
  } catch (error) {
    report(error);
    return false;
  }
}

function report(error, kept = "") {
  toast([error.message || t("notDone"), kept].filter(Boolean).join(" "), "error");
}

async function press(message, data) {
  const name = `${message.id} ${data}`;
  state.pressing.add(name);
  messages.pressedAt = Date.now();
  messages.showPresses(message.id);
  if (await perform("/press", { ...here(), id: message.id, ephemeral: message.to !== null, data })) return;
  state.pressing.delete(name);
  messages.showPresses(message.id);
}

/** Press START: unblock the bot if it is blocked, and send /start with the payload of a link that was followed. */
async function start() {
  const payload = state.payloads.get(state.me);
  if (!chat().about.present && !(await perform("/membership", { ...here(), present: true }))) return;
  if (await perform("/say", { ...here(), text: payload ? `/start ${payload}` : "/start" })) state.payloads.delete(state.me);
  welcome();
}

/** Follow a start link: Telegram opens the private chat and shows START, which sends the payload. */
function followStart(payload) {
  state.payloads.set(state.me, payload);
  choose(state.me);
}

/** Write an inline query into the open chat, or into one that is chosen first. */
function inline({ query, kinds }) {
  if (kinds) chooseChat(kinds, (id) => { choose(id); composer.fill(query); });
  else composer.fill(query);
}

function chatEntries() {
  const { about } = chat();
  const label = about.kind === "private" ? (about.present ? "block" : "restart") : about.present ? "leave" : "join";
  const change = () => (label === "restart" ? start() : perform("/membership", { ...here(), present: !about.present }));
  return [{ label: t(label), run: change }];
}
