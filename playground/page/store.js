// The state of the page: the users and chats of the stand-in, the current user, and the messages that each user has read.

import { textsFor } from "./texts.js";

export const state = {
  users: new Map(), // id -> { id, name, language, runs_bot }
  chats: new Map(), // id -> { about, messages: Map }, each user's private chat with the bot included
  me: null, // the id of the current user, whom the visitor plays
  current: null, // the id of the open chat
  topics: new Map(), // chat id -> the topic that is open in it
  read: new Map(), // "user chat topic" -> the id of the newest message that was seen
  baseline: null, // messages up to this id were there when the page was opened
  payloads: new Map(), // user id -> the payload of the start link that waits for START
  pressing: new Set(), // "message key" of presses that the bot has not answered
  uncovered: new Set(), // "user chat message file" of photos under a spoiler that the user has tapped
  acting: new Map(), // chat id -> { since, action }
  menus: [], descriptions: {}, picture: null, bot: "starting", connected: false,
};

/** The name with which the bot is mentioned. */
export const BOT_NAME = "@imagine_demo_bot";
export const user = () => state.users.get(state.me);
export const chat = () => state.chats.get(state.current);
/** Return the address of the bot's profile picture, or of the page's own without one. */
export const botPicture = () => (state.picture ? `/file/${state.picture}` : "/page/icon.svg");
/** Return the page's words in the language of the current user. */
export const t = (name, values) => textsFor(user()?.language)(name, values);
/** Return the open topic of a chat: an id, 0 for General, null without topics. */
export const topicOf = (about) => (about.topics.length ? state.topics.get(about.id) ?? about.topics[0].id : null);
export const nameOf = (from) => (from.id === state.me ? t("yourself") : from.name);

/** Replace everything after a new connection to /events. The user, the chat, topics and drafts stay. */
export function load(event) {
  state.users = new Map(event.users.map((one) => [one.id, one]));
  state.chats = new Map(event.chats.map((about) => [about.id, { about, messages: new Map() }]));
  for (const message of event.messages.sort((a, b) => a.id - b.id)) put(message);
  Object.assign(state, { menus: event.menus, descriptions: event.descriptions, picture: event.picture, bot: event.bot });
  state.pressing.clear(); // their answers may have been missed
  state.baseline ??= Math.max(0, ...event.messages.map(({ id }) => id));
  if (!state.users.has(state.me)) state.me = event.users[0].id;
  if (!state.chats.has(state.current)) state.current = state.me;
}

export function put(message) {
  state.chats.get(message.chat)?.messages.set(message.id, message);
}

/** Return whether a user sees a message in a topic of its chat: not one in whose place is another for them alone. */
export function sees(message, userId, topic) {
  if ((message.to !== null && message.to !== userId) || (topic !== null && (message.topic ?? 0) !== topic)) return false;
  if (message.chat > 0) return true; // no ephemeral messages there
  const others = [...state.chats.get(message.chat).messages.values()];
  return !others.some(({ to, replaces }) => to === userId && replaces === message.id);
}

/** Return the number by which a message is sorted. */
export const placeOf = (message) => message.replaces ?? message.id;

/** Return the messages of the open chat and topic that the user sees, oldest first. */
export function visible() {
  const topic = topicOf(chat().about);
  return [...chat().messages.values()].filter((message) => sees(message, state.me, topic)).sort((a, b) => placeOf(a) - placeOf(b));
}

const readKey = (userId, chatId, topic) => `${userId} ${chatId} ${topic ?? ""}`;
const readUpTo = (userId, chatId, topic) => state.read.get(readKey(userId, chatId, topic)) ?? state.baseline;

/** Return the number of messages that a user has not seen in a chat or, with `topic`, in one topic of it. */
export function unread(one, userId = state.me, topic = undefined) {
  const topics = topic !== undefined ? [topic] : one.about.topics.length ? one.about.topics.map(({ id }) => id) : [null];
  let count = 0;
  for (const each of topics) {
    const seen = readUpTo(userId, one.about.id, each);
    for (const message of one.messages.values()) {
      if (message.id > seen && message.from.id !== userId && sees(message, userId, each)) count += 1;
    }
  }
  return count;
}

/** Remember that the user has seen all messages of the open chat and topic. Returns the id seen before. */
export function markRead() {
  const topic = topicOf(chat().about);
  const before = readUpTo(state.me, state.current, topic);
  state.read.set(readKey(state.me, state.current, topic), Math.max(before, ...visible().map(({ id }) => id)));
  return before;
}

/** Return the chats of a user in the order of the list. */
export const chatsOf = (userId) =>
  [...state.chats.values()].filter(({ about }) => about.members.some((member) => member.id === userId));

/** Return the bot's commands for the user in the open chat, by the rules of the Bot API (botCommandScope). */
export function commands() {
  const { about } = chat();
  const admin = about.members.find((member) => member.id === state.me)?.admin;
  const kinds = about.kind === "private" ? ["all_private_chats"] : admin ? ["all_chat_administrators", "all_group_chats"] : ["all_group_chats"];
  for (const scope of [about.id, ...kinds, "default"]) {
    for (const language of [user().language, ""]) {
      const found = state.menus.find((menu) => menu.scope === scope && menu.language === language);
      if (found?.commands.length) return found.commands;
    }
  }
  return [];
}
