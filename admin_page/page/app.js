// The start of the page: the session, the two views, and the overview that is read again while the page is visible.

import { change, Failed, read, session } from "./api.js";
import { $, setText } from "./dom.js";
import { showFigures } from "./figures.js";
import { showOverview } from "./overview.js";
import { connect, say, sayFailure } from "./forms.js";
import { connectSearch, showCard } from "./users.js";

const OFTEN = 4_000, SELDOM = 30_000;
let failures = 0, timer = 0, connected = false;

const actions = {
  user: (id) => {
    if (location.hash === `#user=${id}`) void openCard();
    else location.hash = `user=${id}`;
  },
  done: () => refresh(),
  signedOut: () => void start(),
};

/** Ask who is signed in, and show the page or the way to sign in. */
async function start() {
  clearTimeout(timer);
  let found;
  try {
    found = await read("session");
  } catch {
    failures += 1;
    timer = setTimeout(start, pause());
    return;
  }
  failures = 0;
  session.word = found.word ?? "";
  session.texts = found.texts;
  document.documentElement.lang = found.language;
  document.title = found.texts.title;
  for (const element of document.querySelectorAll("[data-text]")) setText(element, found.texts[element.dataset.text] ?? "");
  const signedIn = found.admin !== null;
  $("page").hidden = !signedIn;
  $("sign-in").hidden = signedIn;
  if (signedIn) await open();
  else showSignIn(found.bot);
}

function showSignIn(bot) {
  const why = { "#refused": "refused", "#not-admin": "not-admin" }[location.hash];
  setText($("sign-in-note"), why ? session.texts[why] : "");
  $("open-chat").hidden = bot === null;
  if (bot !== null) $("open-chat").href = bot;
}

async function open() {
  if (!connected) {
    connected = true;
    connect($("pause"), { name: "pause", ...actions });
    connect($("resume"), { name: "resume", read: () => ({}), ...actions });
    connect($("words"), { ...actions });
    connectSearch(actions);
    $("sign-out").addEventListener("click", signOut);
    $("figures-show").addEventListener("click", () =>
      showFigures($("figures"), 0).catch((error) => sayFailure(error, actions.signedOut)));
    window.addEventListener("hashchange", openCard);
    document.addEventListener("input", () => say(""));
    document.addEventListener("visibilitychange", () => { if (!document.hidden) void refresh(); });
  }
  await Promise.all([refresh(), openCard()]);
}

function openCard() {
  const id = Number(/^#user=(-?\d+)$/.exec(location.hash)?.[1] ?? 0);
  return showCard(id, actions, { focus: true });
}

async function signOut() {
  try {
    await change("sign-out");
    await start();
  } catch (error) {
    sayFailure(error, actions.signedOut);
  }
}

/** Read the overview, and again after some seconds, as long as the page is visible and somebody is signed in. */
async function refresh() {
  clearTimeout(timer);
  if (document.hidden || $("page").hidden) return;
  try {
    showOverview(await read("overview"), actions);
    if (failures > 0) say("");
    failures = 0;
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    if (error.status === 401) return void start();
    if (failures === 0) say(session.texts.lost);
    failures += 1;
  }
  clearTimeout(timer);
  timer = setTimeout(refresh, pause());
}

const pause = () => Math.min(OFTEN * 2 ** Math.min(failures, 4), SELDOM);

void start();
