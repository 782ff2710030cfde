// Forms that change something. A form has one cause until it is answered or its fields change, so two presses act once.

import { change, Failed, newCause, session } from "./api.js";
import { $, setText } from "./dom.js";

/** Say something above the page, also to screen readers, until the next input. The same sentence is said again. */
export function say(text) {
  setText($("said"), "");
  requestAnimationFrame(() => setText($("said"), text));
}

/** Say why a call failed, or call `signedOut` if there is no session any more. */
export function sayFailure(error, signedOut) {
  if (!(error instanceof Failed)) throw error;
  if (error.status === 401 || error.status === 403) signedOut();
  else say(session.texts[error.status === 400 ? "not-done" : "lost"]);
}

/**
 * Let a form change something. `read` returns the body of the change from the values of the fields, `done` shows what
 * has changed, `confirm` asks before. The name of the change is the value of the pressed button, or the `name`.
 */
export function connect(form, { name, read = (fields) => fields, done, confirm = async () => true, signedOut }) {
  let causes = new Map();
  const causeOf = (change) => causes.get(change) ?? causes.set(change, newCause()).get(change);
  form.addEventListener("input", () => { causes = new Map(); });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    const wanted = name ?? event.submitter?.value;
    const body = read(Object.fromEntries(new FormData(form)));
    if (!(await confirm())) return;
    form.setAttribute("aria-busy", "true");
    try {
      const { answer } = await change(wanted, { ...body, cause: causeOf(wanted) });
      causes = new Map();
      form.reset();
      say(answer);
      await done();
    } catch (error) {
      sayFailure(error, signedOut);
    } finally {
      form.removeAttribute("aria-busy");
    }
  });
}

/** Ask a question in a dialog. Return whether the answer is yes. */
export function ask(question) {
  const dialog = $("sure");
  setText($("sure-text"), question);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
