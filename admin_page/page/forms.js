// Forms that change something. A form has one cause until it is answered, its fields change or it is hidden, so two
// presses act once.

import { change, Failed, newCause, session } from "./api.js";
import { $, setText } from "./dom.js";

/** Say something above the page, also to screen readers, until the next input. The same sentence is said again. */
export function say(text) {
  setText($("said"), "");
  requestAnimationFrame(() => setText($("said"), text));
}

/** Say why a call failed. Call `signedOut` if there may be no session any more, or another one. */
export function sayFailure(error, signedOut) {
  if (!(error instanceof Failed)) throw error;
  if (error.status === 401 || error.status === 403) signedOut();
  if (error.status !== 401) say(session.texts[error.status === 400 || error.status === 403 ? "not-done" : "not-now"]);
}

/**
 * Show or hide a form. What a hidden form changes is done, even if its answer was lost: when it is shown again, after the
 * opposite was done, a press is a new one.
 */
export function showForm(form, shown) {
  form.hidden = !shown;
  if (!shown) form.dispatchEvent(new Event("settled"));
}

/**
 * Let a form change something. `read` returns the body of the change from the values of the fields, `done` shows what
 * has changed, `confirm` asks before. The name of the change is the value of the pressed button, or the `name`.
 */
export function connect(form, { name, read = (fields) => fields, done, confirm = async () => true, signedOut }) {
  let causes = new Map(), press = null; // the press that is under way
  const causeOf = (change) => causes.get(change) ?? causes.set(change, newCause()).get(change);
  const free = (ended) => {
    if (press !== ended) return;
    press = null;
    form.removeAttribute("aria-busy");
  };
  for (const type of ["input", "settled"]) form.addEventListener(type, () => {
    causes = new Map();
    if (press?.answered) free(press); // what comes next is no second click of a double click
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (press !== null) return;
    const wanted = name ?? event.submitter?.value;
    const body = read(Object.fromEntries(new FormData(form)));
    if (!(await confirm())) return;
    if (press !== null) return;
    const own = press = { answered: false };
    form.setAttribute("aria-busy", "true");
    try {
      const { answer } = await change(wanted, { ...body, cause: causeOf(wanted) });
      causes = new Map();
      own.answered = true;
      form.reset();
      say(answer);
      await done();
    } catch (error) {
      sayFailure(error, signedOut);
    } finally {
      free(own);
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
