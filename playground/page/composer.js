// The composer: text, replies, edits, photos by file, paste and drag, the command menu, and the choice of the sender.

import { $, el, post } from "./dom.js";

/** Set up the composer. `actions`: redraw, open (send a text), closeTo (scroll down). */
export function setUpComposer(state, actions) {
  const text = $("text");
  let replying = null, editing = null, attached = null;
  const me = () => state.senders.get(state.current);

  const composer = {
    enter(about) {
      stopReplying();
      detach();
      const members = about.members.map((user) => el("option", { value: String(user.id) }, user.name));
      $("sender").replaceChildren(...members);
      $("sender").value = String(me());
      closeMenu();
      text.focus({ preventScroll: true });
    },
    replyTo(message, placeholder) {
      editing = null;
      replying = message;
      bar(`Reply to ${message.from.name}: ${message.text || "Photo"}`);
      text.placeholder = placeholder || "Message";
      text.focus();
    },
    edit(message) {
      replying = null;
      editing = message;
      bar(`Edit: ${message.text}`);
      text.value = message.text;
      text.focus();
    },
    /** Open the reply field for a ForceReply of the bot if it answers or mentions the current sender. */
    forceReply(message) {
      const one = state.chats.get(state.current);
      const answered = message.reply && one.messages.get(message.reply.id);
      const named = message.entities.some((entity) => entity.url === `tg://user?id=${me()}`);
      if (message.reply_placeholder !== null && (!answered || answered.from.id === me() || named)) {
        composer.replyTo(message, message.reply_placeholder);
      }
    },
  };

  function bar(words) {
    $("replying").hidden = false;
    $("replying").querySelector("p").textContent = words;
  }

  function stopReplying() {
    replying = editing = null;
    $("replying").hidden = true;
    text.placeholder = "Message";
  }

  function attach(file) {
    if (!file) return;
    attached = file;
    const image = $("attached").querySelector("img");
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(file);
    $("attached").hidden = false;
    text.focus();
  }

  function detach() {
    attached = null;
    $("attached").hidden = true;
    $("file").value = "";
  }

  async function send() {
    const words = text.value.trim();
    const about = { chat: state.current, user: me(), topic: state.topic, reply: replying?.id };
    if (editing) await post("/edit", { chat: state.current, id: editing.id, text: words });
    else if (attached) {
      const form = new FormData();
      form.append("about", JSON.stringify({ ...about, text: words }));
      form.append("file", attached, attached.name || "photo.png");
      await fetch("/photo", { method: "POST", body: form });
    } else if (words) await post("/say", { ...about, text: words });
    else return;
    text.value = "";
    grow();
    detach();
    stopReplying();
    actions.closeTo();
  }

  function grow() {
    text.rows = Math.min(6, text.value.split("\n").length);
  }

  function commands() {
    const one = state.chats.get(state.current);
    const user = one.about.members.find((member) => member.id === me());
    const scopes = one.about.kind === "private" ? ["all_private_chats"]
      : user.admin ? ["all_chat_administrators", "all_group_chats"] : ["all_group_chats"];
    for (const scope of scopes) {
      for (const language of [user.language, ""]) {
        const found = state.menus.find((menu) => menu.scope === scope && menu.language === language);
        if (found) return found.commands;
      }
    }
    return [];
  }

  function openMenu() {
    const items = commands().map(([name, about]) => el("button", {
      type: "button", role: "menuitem",
      onclick: () => { closeMenu(); if (name === "imagine") { text.value = "/imagine "; text.focus(); } else actions.open(`/${name}`); },
    }, `/${name}`, el("small", {}, about)));
    $("menu").replaceChildren(...(items.length ? items : [el("p", {}, "The bot has not set its commands yet.")]));
    $("menu").hidden = false;
    $("menu-toggle").setAttribute("aria-expanded", "true");
    $("menu").querySelector("button")?.focus();
  }

  function closeMenu() {
    $("menu").hidden = true;
    $("menu-toggle").setAttribute("aria-expanded", "false");
  }

  async function refreshMenus() {
    const answer = await fetch("/menus");
    state.menus = await answer.json();
  }

  $("composer").addEventListener("submit", (event) => { event.preventDefault(); send(); });
  text.addEventListener("input", grow);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
    if (event.key === "Escape") stopReplying();
  });
  text.addEventListener("paste", (event) => {
    const file = [...event.clipboardData.files].find((one) => one.type.startsWith("image/"));
    if (file) { event.preventDefault(); attach(file); }
  });
  $("attach").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", () => attach($("file").files[0]));
  $("attach-cancel").addEventListener("click", detach);
  $("reply-cancel").addEventListener("click", stopReplying);
  $("menu-toggle").addEventListener("click", async () => {
    if (!$("menu").hidden) { closeMenu(); return; }
    await refreshMenus();
    openMenu();
  });
  $("menu").addEventListener("keydown", (event) => {
    const items = [...$("menu").querySelectorAll("button")];
    const at = items.indexOf(document.activeElement);
    if (event.key === "Escape") { closeMenu(); $("menu-toggle").focus(); }
    if (event.key === "ArrowDown") items[(at + 1) % items.length]?.focus();
    if (event.key === "ArrowUp") items[(at - 1 + items.length) % items.length]?.focus();
  });
  $("sender").addEventListener("change", () => {
    state.senders.set(state.current, Number($("sender").value));
    actions.redraw();
  });
  const main = document.querySelector("main");
  main.addEventListener("dragover", (event) => { event.preventDefault(); main.classList.add("dropping"); });
  main.addEventListener("dragleave", () => main.classList.remove("dropping"));
  main.addEventListener("drop", (event) => {
    event.preventDefault();
    main.classList.remove("dropping");
    attach([...event.dataTransfer.files].find((one) => one.type.startsWith("image/")));
  });
  return composer;
}
