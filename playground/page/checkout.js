// The dialog in which a user pays an invoice: what is bought, the user's Stars, the wait for the bot, and its answer.

import { $, el, languageOf, post } from "./dom.js";
import { toast } from "./notices.js";
import { state, t, user } from "./store.js";

const dialog = $("checkout");
let open = null; // the invoice in the dialog; another one, or none, if the user has closed it

dialog.addEventListener("close", () => { open = null; });

/** Open the dialog for an invoice: { chat, id } of its message, or { link }. */
export async function checkOut(named, report) {
  const me = state.me, about = { ...named, user: me };
  try {
    const invoice = await post("/invoice", about);
    if (dialog.open || state.me !== me) return;
    open = { about, invoice, report };
    draw();
    dialog.showModal();
    dialog.querySelector("h2").focus(); // not Pay, which a held Enter would press
  } catch (error) {
    report(error);
  }
}

const shown = (stars) => stars.toLocaleString(user().language);

/** Draw the whole dialog. */
function draw() {
  const { title, description, stars, monthly } = open.invoice;
  dialog.replaceChildren(
    el("h2", { id: "checkout-title", tabIndex: -1, lang: languageOf(title) }, title),
    el("p", { className: "what", lang: languageOf(description) }, description),
    el("dl", {}, el("dt", {}, t("price")), el("dd", {}, t(monthly ? "monthly" : "stars", { stars: shown(stars) })),
      el("dt", {}, t("yourStars")), el("dd", { id: "checkout-balance" })),
    el("p", { id: "checkout-state", role: "status" }),
    el("div", { className: "choices" }, el("button", { type: "button", className: "quiet", onclick: () => dialog.close() }), el("button", { type: "button", className: "wide" })),
  );
  drawBalance();
  offer();
}

function drawBalance() {
  $("checkout-balance").textContent = t("stars", { stars: shown(open.invoice.balance) });
}

/** Let the user pay, or buy the Stars that are missing first. `words` are about the last try. */
function offer(words = "", kind = "") {
  const missing = open.invoice.stars - open.invoice.balance;
  const button = dialog.querySelector(".wide");
  say(words || (missing > 0 ? t("tooFew", { stars: shown(missing) }) : ""), kind);
  button.removeAttribute("aria-disabled");
  dialog.querySelector(".quiet").textContent = t(words ? "close" : "cancel");
  button.textContent = missing > 0 ? t("topUp", { stars: shown(missing) }) : t(words ? "tryAgain" : "pay", { stars: shown(open.invoice.stars) });
  button.onclick = missing > 0 ? () => topUp(missing) : pay;
}

/** Show a sentence. `kind` is waiting, bad or empty. */
function say(words, kind) {
  const place = $("checkout-state");
  place.dataset.kind = kind;
  place.replaceChildren(...(Array.isArray(words) ? words : [words]));
}

async function topUp(stars) {
  const mine = open;
  try {
    await post("/top-up", { user: mine.about.user, stars });
    mine.invoice = await post("/invoice", mine.about);
  } catch (error) {
    mine.report(error);
    return;
  }
  if (open !== mine) return;
  drawBalance();
  offer();
}

async function pay() {
  const mine = open, button = dialog.querySelector(".wide");
  button.setAttribute("aria-disabled", "true");
  button.onclick = null;
  dialog.querySelector(".quiet").textContent = t("close"); // which cancels nothing any more
  say(t("checking"), "waiting");
  $("checkout-state").style.setProperty("--seconds", `${mine.invoice.seconds}s`);
  let answer;
  try {
    answer = await post("/pay", mine.about);
  } catch (error) {
    if (open === mine) dialog.close();
    mine.report(error);
    return;
  }
  if (answer.outcome === "paid") paid(mine);
  else if (open === mine) await refused(mine, answer);
  else toast(answer.refusal || t(answer.outcome), "error");
}

function paid(mine) {
  const words = t("paid", { stars: shown(mine.invoice.stars) });
  if (open === mine) dialog.close();
  $("announcer").textContent = words; // the service message is the user's own, which is not announced
  if (state.current !== mine.about.user) toast(words);
}

async function refused(mine, { outcome, refusal }) {
  const words = refusal ? [el("b", {}, t("refused")), " ", el("span", { lang: languageOf(refusal) }, refusal)] : t(outcome);
  mine.invoice = await post("/invoice", mine.about).catch(() => mine.invoice);
  if (open !== mine) return;
  drawBalance();
  offer(words, "bad");
}
