// The composer: text, replies, edits, files, inline queries, the menu of commands. Each user has a draft of their own in each chat and topic.

import { $, el, icon, post } from "./dom.js";
import { InlineResults } from "./inline.js";
import { Popup } from "./popup.js";
import { BOT_NAME, chat, commands, state, t, topicOf } from "./store.js";

const MOST_FILES = 10; // as an album of Telegram
const HIGHEST = 170; // CSS pixels

export class Composer {
  /** `actions`: open (send a text), start (a payload), sent (scroll down), failed (report an error). */
  constructor(actions) {
    this.actions = actions;
    this.drafts = new Map();
    this.text = $("text");
    this.menu = new Popup("menu-toggle", "menu", () => this.entries("") || t("noCommands"));
    this.results = new InlineResults(this.text, { ...actions, send: (result) => this.post("/choose", result) });
    this.listen();
  }

  draftOf(userId, chatId, topic) {
    const key = `${userId} ${chatId} ${topic ?? ""}`;
    if (!this.drafts.has(key)) this.drafts.set(key, empty());
    return this.drafts.get(key);
  }

  get draft() {
    return this.draftOf(state.me, state.current, topicOf(chat().about));
  }

  /** Show the draft of the open chat. With `focus`, put the keyboard into it (a touch screen would open its own). */
  enter(focus) {
    this.menu.close();
    this.results.close();
    this.show();
    if (focus && matchMedia("(hover: hover)").matches) this.text.focus({ preventScroll: true });
  }

  show() {
    const { text, reply, edit, files, placeholder } = this.draft;
    if (this.text.value !== text) this.text.value = text;
    this.text.placeholder = placeholder || t(files.length ? "caption" : "message");
    this.text.setAttribute("aria-label", t("message"));
    const about = chat().messages.get(reply ?? edit);
    $("replying").hidden = !about;
    if (about) {
      const title = edit ? t("editing") : t("replyTo", { name: about.from.name });
      $("replying").querySelector("p").replaceChildren(el("b", {}, title), el("span", {}, about.text || about.invoice?.title || t(about.sticker ? "sticker" : about.photo ? "photo" : "file")));
    }
    this.showFiles(files);
    this.grow();
  }

  showFiles(files) {
    for (const image of $("attached").querySelectorAll("img")) URL.revokeObjectURL(image.src);
    $("attached").hidden = !files.length;
    $("attached").replaceChildren(...files.map((file) => {
      const remove = () => { this.draft.files = files.filter((one) => one !== file); this.show(); this.text.focus(); };
      return el("li", { title: file.name }, preview(file),
        el("button", { type: "button", className: "round", "aria-label": t("remove", { name: file.name }), onclick: remove }, icon("close")));
    }));
  }

  replyTo(message) {
    Object.assign(this.draft, { reply: message.id, edit: null, placeholder: "" });
    this.show();
    this.text.focus();
  }

  edit(message) {
    Object.assign(this.draft, { edit: message.id, reply: null, text: message.text, files: [] });
    this.show();
    this.text.focus();
  }

  /** Write an inline query and show its results, as a button or a press on the bot's name does. */
  fill(query) {
    Object.assign(this.draft, empty(), { text: `${BOT_NAME} ${query}` });
    this.show();
    this.text.focus();
    this.text.setSelectionRange(this.text.value.length, this.text.value.length);
    this.results.typed(this.draft.text, 0);
  }

  /** Open the reply field for a ForceReply: in private always; in a group for the user it answers or mentions (TDLib). */
  forceReply(message, one) {
    if (message.reply_placeholder === null) return;
    const answered = message.reply && one.messages.get(message.reply.id);
    for (const { id } of one.about.members) {
      const named = message.entities.some((entity) => entity.url === `tg://user?id=${id}`);
      if (message.chat < 0 && answered && answered.from.id !== id && !named) continue;
      const draft = this.draftOf(id, message.chat, one.about.topics.length ? message.topic ?? 0 : null);
      if (draft.edit === null) Object.assign(draft, { reply: message.id, placeholder: message.reply_placeholder });
      if (draft === this.draft) this.enter(!document.activeElement?.closest("#messages, .menu"));
    }
  }

  /** Forget a deleted message in all drafts. */
  forget(id) {
    for (const draft of this.drafts.values()) {
      if (draft.reply === id) Object.assign(draft, { reply: null, placeholder: "" });
      if (draft.edit === id) Object.assign(draft, { edit: null, text: "" });
    }
    if (chat()) this.show();
  }

  attach(files) {
    this.results.close();
    this.draft.files = [...this.draft.files, ...files].slice(0, MOST_FILES);
    this.show();
    this.text.focus();
  }

  send() {
    const { text, files, edit } = this.draft;
    if (!(text.trim() || files.length)) return;
    if (edit !== null) this.post("/edit", { id: edit });
    else this.post(files.length ? "/photo" : "/say");
  }

  /** Send the draft. It stays as it is if that fails. */
  async post(path, more = {}) {
    const draft = this.draft;
    if (draft.sending) return;
    const about = { chat: state.current, user: state.me, topic: topicOf(chat().about), reply: draft.reply, text: draft.text.trim(), ...more };
    draft.sending = true;
    try {
      await post(path, draft.files.length ? form(about, draft.files) : about);
      const { reply, placeholder } = draft; // a question of the bot may have opened it before this answer came
      Object.assign(draft, empty(), reply === about.reply ? {} : { reply, placeholder });
      this.menu.close();
      this.results.close();
      this.actions.sent();
    } catch (error) {
      this.actions.failed(error, t("notSent"));
    } finally {
      draft.sending = false;
      this.show();
    }
  }

  /** Stop replying or editing. */
  cancel() {
    Object.assign(this.draft, { reply: null, placeholder: "" }, this.draft.edit === null ? {} : { edit: null, text: "" });
    this.show();
  }

  grow() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(HIGHEST, this.text.scrollHeight + 2)}px`;
  }

  /** Return the entries of the menu for commands that begin with a word, or null. */
  entries(begin) {
    const found = commands().filter(([name]) => name.startsWith(begin));
    const run = (name) => () => {
      if (name !== "imagine") { Object.assign(this.draft, { text: "" }); this.show(); this.actions.open(`/${name}`); return; }
      this.draft.text = "/imagine ";
      this.show();
      this.text.focus();
    };
    return found.length ? found.map(([name, about]) => ({ label: `/${name}`, note: about, run: run(name) })) : null;
  }

  typed() {
    this.draft.text = this.text.value;
    this.grow();
    const command = /^\/(\w*)$/.exec(this.text.value);
    const entries = command && this.entries(command[1]);
    if (entries) this.menu.show(entries, false);
    else this.menu.close();
    this.results.typed(this.draft.edit === null && !this.draft.files.length ? this.text.value : "");
  }

  listen() {
    $("composer").addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.text.addEventListener("input", () => this.typed());
    this.text.addEventListener("keydown", (event) => {
      if (this.results.key(event)) return;
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.send(); }
      if (event.key === "Escape") this.cancel();
      if (/^Arrow(Up|Down)$/.test(event.key) && !this.menu.menu.hidden) this.menu.move(event);
    });
    $("composer").addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      this.attach(event.clipboardData.files);
    });
    $("attach").addEventListener("click", () => $("file").click());
    $("file").addEventListener("change", () => { this.attach($("file").files); $("file").value = ""; });
    $("reply-cancel").addEventListener("click", () => { this.cancel(); this.text.focus(); });
    const main = $("chat");
    main.addEventListener("dragover", (event) => { event.preventDefault(); main.classList.add("dropping"); });
    main.addEventListener("dragleave", () => main.classList.remove("dropping"));
    main.addEventListener("drop", (event) => {
      event.preventDefault();
      main.classList.remove("dropping");
      this.attach(event.dataTransfer.files);
    });
  }
}

const empty = () => ({ text: "", reply: null, edit: null, files: [], placeholder: "", sending: false });

function form(about, files) {
  const made = new FormData();
  made.append("about", JSON.stringify(about));
  for (const file of files) made.append("file", file, file.name || "photo.png");
  return made;
}

/** Return a picture of a file, or its name if the browser cannot show it. */
function preview(file) {
  const named = el("span", { className: "file-name" }, icon("file"), el("span", {}, file.name));
  if (!file.type.startsWith("image/")) return named;
  return el("img", { alt: file.name, src: URL.createObjectURL(file), onerror: ({ target }) => target.replaceWith(named) });
}
