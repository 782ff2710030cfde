// The figures of /stats: the picture with the charts, and all figures as a table.

import { read, session } from "./api.js";
import { el } from "./dom.js";

/** Read the figures of all users (id 0) or of one, and show them in an element. Throws Failed. */
export async function showFigures(element, id) {
  element.setAttribute("aria-busy", "true");
  try {
    const figures = await read("figures", { id });
    element.replaceChildren(charts(figures, id), table(figures), ...errors(figures));
  } finally {
    element.removeAttribute("aria-busy");
  }
}

function charts(figures, id) {
  const address = (theme) => `charts.png?${new URLSearchParams({ id, theme, at: Date.now() })}`;
  const dark = el("source", { srcset: address("dark"), media: "(prefers-color-scheme: dark)" });
  const image = el("img", { src: address("light"), alt: `${session.texts.statistics}, ${figures.title}`, className: "charts" });
  return el("picture", {}, dark, image);
}

function table(figures) {
  const periods = figures.periods.map((period) => el("th", { scope: "col" }, period));
  const rows = figures.rows.map(({ label, values }) =>
    el("tr", {}, el("th", { scope: "row" }, label), ...values.map((value) => el("td", {}, value))));
  return el("table", {},
    el("caption", {}, figures.title),
    el("thead", {}, el("tr", {}, el("td"), ...periods)),
    el("tbody", {}, ...rows));
}

function errors(figures) {
  if (figures.errors.length === 0) return [];
  const rows = figures.errors.map(({ kind, reason, count }) =>
    el("li", {}, el("span", { className: "about" }, `${reason}: ${count}`), " ", el("code", {}, kind)));
  return [el("h3", {}, figures.errors_title), el("ul", { className: "rows" }, ...rows)];
}
