// The words of the page itself, in the language of the current user, as a Telegram client has them.

export const TEXTS = {
  en: {
    you: "You are", youHere: "You are {name} here.", youAs: "You write as {name}", runsBot: "runs the bot", chats: "Chats", topics: "Topics", messages: "Messages",
    start: "Start", restart: "Restart bot", about: "What can this bot do?", bot: "bot", message: "Message", caption: "Caption",
    reply: "Reply", edit: "Edit", replyTo: "Reply to {name}", editing: "Edit the message", cancel: "Cancel", remove: "Remove {name}",
    copied: "Copied to the clipboard.", notCopied: "The browser did not allow copying.", edited: "edited", onlyYou: "Only you see this",
    fresh: "New messages", photo: "Photo", sticker: "Sticker", file: "File", empty: "No messages yet", yourself: "You",
    added: "{name} added Imagine", removed: "{name} removed Imagine", newPhoto: "{name} changed the group photo", block: "Block the bot", leave: "Remove Imagine from the group",
    join: "Add Imagine to the group", absent: "Imagine is not in this group. It draws here all the same:", inlineExample: "a fox in the snow", hint: "Nothing here yet. Try:", example: "/imagine a fox in the snow",
    notDone: "That did not work: the playground does not answer.", notSent: "Not sent. Your text is kept.", connecting: "Connecting…",
    commands: "Commands", noCommands: "The bot has not set its commands yet.", attach: "Attach photos or files", send: "Send", back: "All chats",
    down: "To the newest message", more: "More", open: "Open: {name}", uncover: "Covered, show: {name}", close: "Close", fromNow: "{count} new", buttons: "Buttons of the message",
    reaction: "Reaction {name}", tapToCopy: "Copy: {name}", sample: "Example:", samples: "This page draws the examples. Telegram shows only the names.",
    starting: "The bot is starting", running: "The bot is running", down_: "The bot is down",
    upload_photo: "sending a photo…", upload_document: "sending a file…", typing: "typing…", busy: "busy…",
    via: "via @{name}", chooseChat: "Choose a chat", results: "Results of Imagine", noResults: "No results.", noAnswer: "Imagine does not answer.",
    resultsCount: { one: "{count} result. Arrows choose, Enter sends.", other: "{count} results. Arrows choose, Enter sends." },
    members: { one: "{count} member", other: "{count} members" },
    price: "Price", yourStars: "You have", stars: "⭐{stars}", monthly: "⭐{stars} every 30 days, until you cancel", pay: "Pay ⭐{stars}",
    tooFew: "You need ⭐{stars} more.", topUp: "Buy ⭐{stars}", checking: "Imagine has 10 seconds to answer.", tryAgain: "Try again",
    refused: "Imagine refuses the order:", "timed-out": "Imagine did not answer within 10 seconds. Nothing was paid.", "too-few-stars": "You have too few Stars. Nothing was paid.",
    paid: "You paid ⭐{stars} to Imagine", subscribed: "You paid ⭐{stars} to Imagine. The subscription runs until {date}.", renewed: "The subscription was renewed for ⭐{stars}, until {date}.",
    refunded: "Imagine returned ⭐{stars} to you",
  },
  ru: {
    you: "Вы", youHere: "Здесь вы — {name}.", youAs: "Вы пишете как {name}", runsBot: "владеет ботом", chats: "Чаты", topics: "Темы", messages: "Сообщения",
    start: "Запустить", restart: "Перезапустить бота", about: "Что умеет этот бот?", bot: "бот", message: "Сообщение", caption: "Подпись",
    reply: "Ответить", edit: "Изменить", replyTo: "Ответ: {name}", editing: "Изменить сообщение", cancel: "Отменить", remove: "Убрать {name}",
    copied: "Скопировано.", notCopied: "Браузер не разрешил копирование.", edited: "изменено", onlyYou: "Видно только вам",
    fresh: "Новые сообщения", photo: "Фото", sticker: "Стикер", file: "Файл", empty: "Сообщений пока нет", yourself: "Вы",
    added: "Imagine теперь в группе: {name}", removed: "Imagine больше не в группе: {name}", newPhoto: "Новое фото группы: {name}", block: "Заблокировать бота", leave: "Удалить Imagine из группы",
    join: "Добавить Imagine в группу", absent: "Imagine нет в этой группе. Но рисует и здесь:", inlineExample: "лиса на снегу", hint: "Здесь пока пусто. Попробуйте:", example: "/imagine лиса на снегу",
    notDone: "Не получилось: демонстрация не отвечает.", notSent: "Не отправлено. Текст сохранён.", connecting: "Соединение…",
    commands: "Команды", noCommands: "Бот ещё не задал команды.", attach: "Прикрепить фото или файлы", send: "Отправить", back: "Все чаты",
    down: "К последнему сообщению", more: "Ещё", open: "Открыть: {name}", uncover: "Скрыто, показать: {name}", close: "Закрыть", fromNow: "Новых: {count}", buttons: "Кнопки сообщения",
    reaction: "Реакция {name}", tapToCopy: "Скопировать: {name}", sample: "Пример:", samples: "Примеры нарисованы этой страницей. В Telegram видны только названия.",
    starting: "Бот запускается", running: "Бот работает", down_: "Бот остановлен",
    upload_photo: "отправляет фото…", upload_document: "отправляет файл…", typing: "печатает…", busy: "занят…",
    via: "через @{name}", chooseChat: "Выберите чат", results: "Варианты от Imagine", noResults: "Ничего не найдено.", noAnswer: "Imagine не отвечает.",
    resultsCount: { one: "{count} вариант. Выбор стрелками, отправка клавишей Enter.", few: "{count} варианта. Выбор стрелками, отправка клавишей Enter.", other: "{count} вариантов. Выбор стрелками, отправка клавишей Enter." },
    members: { one: "{count} участник", few: "{count} участника", other: "{count} участников" },
    price: "Цена", yourStars: "У вас есть", stars: "⭐{stars}", monthly: "⭐{stars} каждые 30 дней, пока не отмените", pay: "Заплатить ⭐{stars}",
    tooFew: "Не хватает ⭐{stars}.", topUp: "Купить ⭐{stars}", checking: "У Imagine 10 секунд на ответ.", tryAgain: "Ещё раз",
    refused: "Imagine не принимает заказ:", "timed-out": "Imagine не ответил за 10 секунд. Звёзды не списаны.", "too-few-stars": "Звёзд не хватает. Ничего не списано.",
    paid: "Вы заплатили Imagine ⭐{stars}", subscribed: "Вы заплатили Imagine ⭐{stars}. Подписка действует до {date}.", renewed: "Подписка продлена за ⭐{stars}, до {date}.",
    refunded: "Imagine вернул вам ⭐{stars}",
  },
};

/** Return the function that gives the words of a language. */
export function textsFor(language) {
  const known = TEXTS[language] ? language : "en";
  const plural = new Intl.PluralRules(known);
  return (name, values = {}) => {
    const found = TEXTS[known][name] ?? TEXTS.en[name] ?? name;
    const text = typeof found === "string" ? found : found[plural.select(values.count)] ?? found.other;
    return text.replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
  };
}
