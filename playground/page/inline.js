// The results of an inline query above the composer. The keyboard stays in the field: arrows move along the results.

import { $, el, icon, languageOf, post } from "./dom.js";
import { BOT_NAME, state, t } from "./store.js";

const PAUSE = 300; // milliseconds without typing before a query; 400 in Telegram Desktop (kInlineBotRequestDelay)
const NEAR_END = 120; // CSS pixels above the end of the list at which its next page is asked for
const QUERY = new RegExp(`^${BOT_NAME}\\s(.*)$`, "is");

export class InlineResults {
  /** `actions`: send (a result), start (the payload of the button above the results), failed (report an error). */
  constructor(field, actions) {
    this.field = field;
    this.actions = actions;
    this.box = $("results");
    this.list = this.box.querySelector("[role=listbox]");
    this.asked = 0; // counts the queries: the answer to an older one is too late
    this.forget();
    this.list.addEventListener("scroll", () => this.more(), { passive: true });
    this.list.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    const isOutside = (node) => node && node !== field && !this.box.contains(node);
    document.addEventListener("pointerdown", ({ target }) => { if (isOutside(target)) this.close(); });
    document.addEventListener("focusin", ({ target }) => { if (isOutside(target)) this.close(); });
  }

  /** Ask about a text after a pause, if it is an inline query. Any other text closes the list. */
  typed(text, pause = PAUSE) {
    const query = QUERY.exec(text)?.[1];
    if (query === undefined) this.close();
    if (query === undefined || query === this.query) return;
    Object.assign(this, { query, answered: false, entered: false, next: "" });
    this.asked += 1;
    this.list.setAttribute("aria-busy", "true");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(""), pause);
  }

  /** Ask for the first results, or for those after an offset. */
  async ask(offset) {
    const asked = this.asked += 1;
    this.next = "";
    let answer;
    try {
      answer = await post("/ask", { chat: state.current, user: state.me, query: this.query, offset });
    } catch (error) {
      if (asked === this.asked) { this.close(); this.actions.failed(error); }
      return;
    }
    if (asked !== this.asked) return;
    if (!offset) this.begin(answer);
    this.add(answer);
  }

  /** Show the first page of an answer. */
  begin({ results, button }) {
    Object.assign(this, { entries: [], active: -1, answered: true });
    this.list.replaceChildren();
    this.list.removeAttribute("aria-busy");
    for (const node of [this.field, this.list]) node.removeAttribute("aria-activedescendant");
    if (button) this.entry({ title: button.text, className: "above", run: () => { this.close(); this.actions.start(button.start_parameter); } });
    const remark = results === null ? t("noAnswer") : button || results.length ? "" : t("noResults");
    this.box.querySelector("p").textContent = remark;
    this.box.querySelector("p").hidden = !remark;
    this.list.hidden = Boolean(remark);
    this.list.setAttribute("aria-label", t("results"));
    this.box.hidden = false;
    $("announcer").textContent = remark || t("resultsCount", { count: results.length });
  }

  add({ query, results, next }) {
    const first = this.entries.length;
    for (const result of results ?? []) this.entry({ ...result, run: () => this.actions.send({ query, result: result.id }) });
    this.next = next;
    if (this.active < 0 && this.entries.length > first) this.activate(first);
    if (this.entered && this.active >= 0) this.entries[this.active].run();
    else this.more();
  }

  entry(entry) {
    const { title, description, className = "" } = entry;
    const option = el("li", { role: "option", id: `result-${this.entries.length}`, "aria-selected": "false", className, lang: languageOf(title + (description ?? "")), onclick: entry.run },
      className ? null : thumbnail(entry), el("span", {}, el("b", {}, title), description ? el("small", {}, description) : null));
    this.entries.push({ ...entry, option });
    this.list.append(option);
  }

  /** Ask for the next page near the end of the list. */
  more() {
    const { scrollHeight, scrollTop, clientHeight } = this.list;
    if (this.next && scrollHeight - scrollTop - clientHeight < NEAR_END) this.ask(this.next);
  }

  activate(index) {
    this.entries[this.active]?.option.setAttribute("aria-selected", "false");
    this.active = index;
    const { option } = this.entries[index];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    for (const node of [this.field, this.list]) node.setAttribute("aria-activedescendant", option.id);
  }

  /** Handle a key of the field while a query is typed. Returns whether the key is used. */
  key(event) {
    if (this.query === null || event.isComposing) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], count = this.entries.length;
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && !event.shiftKey) this.enter();
    else if (step && count && !this.box.hidden) this.activate((Math.max(this.active, step < 0 ? 0 : -1) + step + count) % count);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  /** Choose the active result, or the first one of an answer that is on the way. */
  enter() {
    if (this.answered) this.entries[this.active]?.run();
    else this.entered = true;
  }

  close() {
    if (this.query === null) return;
    clearTimeout(this.timer);
    this.asked += 1;
    this.forget();
    this.box.hidden = true;
    for (const node of [this.field, this.list]) node.removeAttribute("aria-activedescendant");
  }

  /** Forget the query. `active` is the index of the active entry, `entered` whether Enter was pressed before the answer. */
  forget() {
    Object.assign(this, { query: null, entries: [], active: -1, answered: false, entered: false, next: "" });
  }
}

function thumbnail({ photo, file, title }) {
  if (photo) return el("img", { src: `/file/${encodeURIComponent(photo)}`, alt: "", loading: "lazy" });
  return el("span", { className: "thumb", "aria-hidden": "true" }, file ? icon("file") : [...title][0]);
}
