// Helpers that build elements. Text is always set as text, never as HTML.

export const $ = (id) => document.getElementById(id);

/** Return an element with properties and children; a property with a dash or `role` is an attribute. */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.includes("-") || name === "role") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Set a text if it differs: a live region announces each change, and a selection ends with it. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Show one element for each item, in order. An item that stays keeps its element, and with it the focus.
 * `make` returns a function that shows an item, with the element as its property `element`.
 */
export function showList(list, items, make) {
  list.shown ??= new Map();
  const ids = new Set(items.map((item) => item.id));
  for (const [id, row] of list.shown) {
    if (!ids.has(id)) {
      row.element.remove();
      list.shown.delete(id);
    }
  }
  items.forEach((item, index) => {
    if (!list.shown.has(item.id)) list.shown.set(item.id, make(item));
    const row = list.shown.get(item.id);
    row(item);
    if (list.children[index] !== row.element) list.insertBefore(row.element, list.children[index] ?? null);
  });
}

/** Return a row of a list: an element and the function that shows an item in it. */
export function row(element, show) {
  show.element = element;
  return show;
}
