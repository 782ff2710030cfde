// The bot's Stars in the side panel: transactions and subscriptions, with what happens to them outside the bot.

import { $, el, languageOf } from "./dom.js";

const KINDS = { payment: "Payment", subscription: "Subscription", renewal: "Renewal", refund: "Refund", chargeback: "Chargeback" };

export class Stars {
  /** `act` sends an action, by its name and the number or id that it is about. `turn` is called when the page changes. */
  constructor(act, turn) {
    this.act = act;
    this.first = 0; // the newest transaction that is shown, counted from the newest of all
    this.drawn = "";
    this.length = 0;
    for (const [id, step] of [["newer", -1], ["older", 1]]) {
      $(id).addEventListener("click", () => { this.first = Math.max(0, this.first + step * this.length); turn(); });
    }
  }

  /** Draw the list, if it has changed. The keyboard stays on the same button. */
  draw(now) {
    this.length = now.length;
    this.first = now.first;
    if (this.drawn === JSON.stringify(now)) return;
    this.drawn = JSON.stringify(now);
    $("stars-balance").textContent = `⭐${now.balance.toLocaleString("en")}`;
    const last = now.first + now.transactions.length;
    $("stars-shown").textContent = now.total ? `${now.first + 1}–${last} of ${now.total}` : "No transactions yet";
    $("newer").disabled = !now.first;
    $("older").disabled = last >= now.total;
    fill($("transactions"), now.transactions.map((one) => this.transaction(one)));
    fill($("subscriptions"), now.subscriptions.map((one) => this.subscription(one)));
    $("subscriptions-title").hidden = !now.subscriptions.length;
  }

  transaction(one) {
    const name = `${KINDS[one.kind]} ${one.number + 1}`, who = one.user ?? "unknown";
    const button = (action, label, usable) => this.button(action, one.number, label, `${label}: ${name}, ${who}`, usable);
    return el("li", { tabIndex: -1 },
      el("span", { className: one.stars < 0 ? "amount minus" : "amount" }, `${one.stars < 0 ? "−" : "+"}⭐${Math.abs(one.stars).toLocaleString("en")}`),
      el("span", {}, `${name} · `, el("span", { lang: languageOf(who) }, who), el("small", { lang: languageOf(one.title) }, one.title)),
      el("span", { className: "choices" },
        ...(one.stars > 0 ? [button("refund", "Refund", one.open), button("charge-back", "Charge back", one.open)] : []),
        one.reported ? button("repeat", "Repeat the update", true) : ""));
  }

  subscription(one) {
    const until = new Date(one.until * 1000).toLocaleDateString("en", { day: "numeric", month: "long", year: "numeric" });
    const button = (action, label, usable) => this.button(action, one.id, label, `${label}: ${one.title}, ${one.user}`, usable);
    const active = one.state === "active", resumable = one.state === "canceled" && !one.stopped;
    return el("li", { tabIndex: -1 },
      el("span", { className: "amount" }, one.state),
      el("span", {}, el("span", { lang: languageOf(one.title) }, one.title), " · ", el("span", { lang: languageOf(one.user) }, one.user),
        el("small", {}, `Until ${until}${one.stopped ? ", stopped by the bot" : ""}`)),
      el("span", { className: "choices" },
        button("renew", "Renew", active), button("fail", "Let a renewal fail", active), button("cancel", "Cancel as the user", active), button("resume", "Resume as the user", resumable)));
  }

  button(action, id, label, whole, usable) {
    return el("button", { type: "button", disabled: !usable, "aria-label": whole, data: { key: `${action} ${id}` }, onclick: () => this.act(action, id) }, label);
  }
}

/** Replace the entries of a list. The keyboard stays on the same button, or goes to another one of its entry. */
function fill(list, entries) {
  const key = list.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  list.replaceChildren(...entries);
  if (!key) return;
  const same = [...list.querySelectorAll("button")].find((button) => button.dataset.key === key);
  const entry = same?.closest("li") ?? list.querySelector("li");
  (same && !same.disabled ? same : entry?.querySelector("button:enabled") ?? entry)?.focus({ preventScroll: true });
}
