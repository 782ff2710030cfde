// Helpers that build elements, and the requests to the page's server. Text is always set as text, never as HTML.

export const $ = (id) => document.getElementById(id);

/** Return an element with properties and children; a property with a dash, `role` or `lang` is an attribute. */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.includes("-") || name === "role" || name === "lang") made.setAttribute(name, value);
    else if (name === "data") Object.assign(made.dataset, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Return an icon of index.html. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** Letters and common words of a language; the texts of the bot have some of them. */
const SIGNS = {
  es: /[¿¡ñ]|(?<![\p{L}])(el|la|los|las|del|un|una|con|tus?|y|ya|es|en|hay|lo|así|nuestro|imagen|imágenes|dibujo|envía|toca|hoy|más|ningún|aquí|aún|también|nuevas|propia)(?![\p{L}])/giu,
  pt: /[ãõç]|(?<![\p{L}])(o|os|um|uma|com|e|já|em|é|na|você|seus?|suas?|nosso|imagem|imagens|desenhar|desenho|envie|toque|hoje|mais|nenhum|aqui|ainda|também|da|sem|própria)(?![\p{L}])/giu,
  en: /(?<![\p{L}])(the|an|and|of|to|is|it|you|your|this|with|picture|pictures|draw|send|press|today|more)(?![\p{L}])/giu,
};

/** Return the language of a text: Russian if it has Cyrillic letters, else that with the most signs. */
export function languageOf(text, otherwise = "en") {
  if (/[а-яё]/i.test(text)) return "ru";
  const counts = Object.entries(SIGNS).map(([language, signs]) => [text.match(signs)?.length ?? 0, language]);
  const [most, found] = counts.reduce((one, other) => (other[0] > one[0] ? other : one), [0, otherwise]);
  return most ? found : otherwise;
}

/** Return the round picture of a user or a chat: its first letter. */
export const face = (title, id) =>
  el("span", { className: "face", "aria-hidden": "true", lang: languageOf(title), data: { hue: Math.abs(id) % 4 } }, title[0]);

/** Return the count of new messages, or nothing. */
export const badge = (count, label) => (count ? el("span", { className: "unread", role: "img", "aria-label": label }, String(count)) : null);

/** An action that the server refused with a sentence, or that did not reach it (no sentence). */
export class NotDone extends Error {}

/** Send JSON, or a form, to the server of the page and return its answer. The effect arrives through /events. Throws NotDone. */
export async function post(path, body) {
  const form = body instanceof FormData;
  let answer;
  try {
    answer = await fetch(path, form ? { method: "POST", body } : {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
  } catch {
    throw new NotDone("");
  }
  if (answer.ok) return answer.json();
  if (answer.status === 413) throw new NotDone("The files are too large for the playground.");
  throw new NotDone(answer.status === 409 ? await answer.text() : `The playground answered ${answer.status}.`);
}
