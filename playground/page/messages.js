// The list of messages of the open chat: order, scrolling, new messages, and announcements for screen readers.

import { $, badge, el, languageOf } from "./dom.js";
import { Item } from "./message.js";
import { chat, markRead, placeOf, state, t, unread, user, visible, topicOf } from "./store.js";

const NEAR_END = 60; // CSS pixels

export class Messages {
  /** `actions` are those of Item. `onRead` is called after messages were read. */
  constructor(actions, onRead) {
    this.actions = actions;
    this.onRead = onRead;
    this.items = new Map(); // id -> Item, in the order of the list
    this.list = $("messages");
    this.log = $("log");
    this.atEnd = true;
    this.top = 0;
    this.pressedAt = 0;
    this.log.addEventListener("load", () => this.keepAtEnd(), true);
    this.log.addEventListener("scroll", () => this.scrolled(), { passive: true });
    new ResizeObserver(() => this.keepAtEnd()).observe(this.log);
    $("down").addEventListener("click", () => this.scrollDown());
  }

  /** Show the open chat. Messages that are shown already stay as they are. With `fresh`, mark those not seen yet. */
  draw(fresh) {
    const shown = visible();
    const ids = new Set(shown.map(({ id }) => id));
    for (const id of this.items.keys()) if (!ids.has(id)) this.remove(id);
    for (const message of shown) this.put(message);
    if (fresh) this.markNew(shown);
    this.arrange();
  }

  /** Show a new or changed message of the open chat. */
  change(message, sent) {
    const drawn = message.photo && !sent && !this.items.get(message.id)?.message.photo;
    this.put(message);
    this.arrange();
    if (sent && message.from.id === state.me) this.atEnd = true;
    if (drawn || (message.from.id !== state.me && (sent || Date.now() - this.pressedAt < 3_000))) this.announce(message);
    this.keepAtEnd();
  }

  /** Show one message in the place of another. The focus goes along, and to no button, which Enter would press. */
  exchange(before, after) {
    const focused = this.items.get(before)?.li.contains(document.activeElement);
    this.draw(false);
    if (focused) this.items.get(after)?.li.focus({ preventScroll: true });
    this.keepAtEnd();
  }

  put(message) {
    const known = this.items.get(message.id);
    if (known) { known.update(message); return; }
    const item = new Item(message, this.actions);
    const later = [...this.list.children].find((li) => Number(li.dataset.place) > placeOf(message));
    item.li.dataset.place = placeOf(message);
    this.list.insertBefore(item.li, later ?? null);
    this.items.set(message.id, item);
  }

  /** Remove a message. The focus goes on to its neighbour, and to no button there, which Enter would press. */
  remove(id) {
    const item = this.items.get(id);
    if (!item) return;
    const neighbour = item.li.nextElementSibling ?? item.li.previousElementSibling;
    const focused = item.li.contains(document.activeElement);
    item.li.remove();
    this.items.delete(id);
    if (focused) (neighbour ?? $("text")).focus({ preventScroll: true });
    this.arrange();
  }

  /** Mark the first message of each author in a row, and the first of each day. */
  arrange() {
    let author = null, day = null;
    for (const item of [...this.items.values()].sort((a, b) => placeOf(a.message) - placeOf(b.message))) {
      const { from, to, service, date } = item.message;
      const today = new Date(date * 1000).toLocaleDateString(user().language, { day: "numeric", month: "long" });
      const key = service ? null : `${from.id} ${to ?? ""}`;
      item.li.classList.toggle("follows", key !== null && key === author && today === day);
      if (today !== day) item.li.dataset.day = today;
      else delete item.li.dataset.day;
      [author, day] = [key, today];
    }
  }

  markNew(shown) {
    this.list.querySelector("[data-new]")?.removeAttribute("data-new");
    const before = markRead();
    const first = shown.find((message) => message.id > before && message.from.id !== state.me);
    if (first) this.items.get(first.id).li.dataset.new = t("fresh");
    this.atEnd = true;
    this.keepAtEnd();
    if (first) this.items.get(first.id).li.scrollIntoView({ block: "nearest" });
  }

  showPresses(messageId) {
    this.items.get(messageId)?.showPresses();
  }

  jump(id) {
    const li = this.items.get(id)?.li;
    li?.scrollIntoView({ block: "center" });
    li?.classList.add("flash");
    setTimeout(() => li?.classList.remove("flash"), 1_300);
  }

  /** Announce a message to screen readers. Of what the bot writes into an old message, only a picture is announced. */
  announce({ from, text, photo, invoice }) {
    const words = text || invoice?.title || "";
    $("announcer").replaceChildren(el("span", { lang: languageOf(words) }, `${from.name}: ${words || (photo ? t("photo") : t("file"))}`));
  }

  scrollDown() {
    this.atEnd = true;
    this.keepAtEnd();
  }

  /** Keep the newest message in view unless the user has scrolled up. Also called when a picture has loaded. */
  keepAtEnd() {
    if (!chat()) return;
    if (this.atEnd) {
      this.log.scrollTop = this.log.scrollHeight;
      if (unread(chat(), state.me, topicOf(chat().about))) { markRead(); this.onRead(); }
    }
    this.top = this.log.scrollTop;
    const fresh = this.atEnd ? 0 : unread(chat(), state.me, topicOf(chat().about));
    $("down").hidden = this.atEnd;
    $("down").querySelector(".unread").replaceWith(badge(fresh, t("fromNow", { count: fresh })) ?? el("span", { className: "unread", hidden: true }));
  }

  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    // Only the user scrolls up: appended messages leave scrollTop unchanged.
    if (scrollHeight - scrollTop - clientHeight < NEAR_END) this.atEnd = true;
    else if (scrollTop < this.top - 5) this.atEnd = false;
    this.top = scrollTop;
    this.keepAtEndUnlessMoving();
  }

  /** Update the button down; do not pull the list while the user scrolls near its end. */
  keepAtEndUnlessMoving() {
    if (!this.atEnd) { this.keepAtEnd(); return; }
    $("down").hidden = true;
    if (unread(chat(), state.me, topicOf(chat().about))) { markRead(); this.onRead(); }
  }
}
