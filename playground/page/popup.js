// Menus that open above or below a button. A click outside, Escape and a choice close them.

import { $, el } from "./dom.js";

const open = new Set();

document.addEventListener("pointerdown", (event) => {
  for (const popup of open) if (!popup.contains(event.target)) popup.close();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !open.size) return;
  event.stopImmediatePropagation();
  for (const popup of open) popup.close(true);
}, true);

export class Popup {
  /** `fill` returns the entries: { label, note, run, checked, face }. */
  constructor(toggle, menu, fill) {
    this.toggle = $(toggle);
    this.menu = $(menu);
    this.toggle.addEventListener("click", () => (this.menu.hidden ? this.show(fill(), true) : this.close()));
    this.menu.addEventListener("keydown", (event) => this.move(event));
  }

  contains(node) {
    return this.menu.contains(node) || this.toggle.contains(node);
  }

  /** Show entries; with `focus` the first gets the keyboard. Text instead of entries is a remark. */
  show(entries, focus) {
    this.menu.replaceChildren(...(typeof entries === "string" ? [el("p", { role: "menuitem", "aria-disabled": "true" }, entries)] : entries.map((entry) => this.item(entry))));
    this.menu.hidden = false;
    this.toggle.setAttribute("aria-expanded", "true");
    open.add(this);
    if (focus) (this.menu.querySelector('[aria-checked="true"]') ?? this.menu.querySelector("button"))?.focus();
  }

  item({ label, note, run, checked, face, lang }) {
    const role = checked === undefined ? "menuitem" : "menuitemradio";
    const onclick = () => { this.close(this.menu.contains(document.activeElement)); run(); };
    return el("button", { type: "button", role, onclick, "aria-checked": checked === undefined ? null : String(checked) },
      face, el("span", { lang }, label), note ? el("small", {}, note) : null);
  }

  close(refocus = false) {
    this.menu.hidden = true;
    this.toggle.setAttribute("aria-expanded", "false");
    open.delete(this);
    if (refocus) this.toggle.focus();
  }

  move(event) {
    const items = [...this.menu.querySelectorAll("button")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !items.length) return;
    event.preventDefault();
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
  }
}
