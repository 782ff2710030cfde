"""One call of a Bot API method, and the checks shared by all methods. Errors have the texts of the real server."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiogram.methods.base import TelegramMethod
from aiogram.types import (
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LoginUrl,
    Message,
    MessageEntity,
)
from pydantic import ValidationError

from playground.chats import BOT, Chats, message_result
from playground.entities import EntitiesError, parse, units
from playground.flood import Flood
from playground.inline_state import InlineState
from playground.login import LoginButtonRefused, check_button
from playground.star_payments import StarPayments

LONGEST_TEXT = 4_096
"""Bot API, sendMessage, after entities parsing; in UTF-16 units."""


class ApiError(Exception):
    """A Bot API error: `code` is the HTTP status, `parameters` are the ResponseParameters (`retry_after`)."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


@dataclass(slots=True, kw_only=True)
class Call:
    """One call of a method and the state it may read or change.

    `files` are the uploaded contents and `names` their file names, both by form field. `presses` maps the id of an
    unanswered callback query to chat id, message id and user id. `placeholder` is set by `keyboard` for a ForceReply.
    `local_files` is the folder of a server in local mode.
    """

    method: str
    parameters: dict[str, Any]
    files: dict[str, bytes]
    chats: Chats
    flood: Flood
    presses: dict[str, tuple[int, int, int]]
    inline: InlineState
    stars: StarPayments
    names: dict[str, str] = field(default_factory=dict)
    placeholder: str | None = None
    local_files: Path | None = None

    def check(self, kind: type[TelegramMethod[Any]]) -> None:
        """Raise ApiError for a parameter that the method does not have. The real server ignores such parameters."""
        unknown = self.parameters.keys() - kind.model_fields.keys()
        if unknown:
            raise ApiError(400, f"Bad Request: the method has no parameter {sorted(unknown)[0]}")

    def chat(self, *, sending: bool) -> int:
        """Return the chat id. Raises ApiError if the bot may not write there or, when `sending`, exceeds the limits."""
        chat_id = int(self.parameters.get("chat_id") or 0)
        if chat_id in self.chats.moved:
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            raise ApiError(400, words, migrate_to_chat_id=self.chats.moved[chat_id])
        if chat_id not in self.chats.chats:
            raise ApiError(400, "Bad Request: chat not found")
        if chat_id in self.chats.blocked:
            group = chat_id < 0
            words = "bot was kicked from the supergroup chat" if group else "bot was blocked by the user"
            raise ApiError(403, f"Forbidden: {words}")
        thread_id = self.parameters.get("message_thread_id")
        if thread_id is not None and int(thread_id) not in self.chats.topics.get(chat_id, {}):
            raise ApiError(400, "Bad Request: message thread not found")
        if sending and (seconds := self.flood.refuse(chat_id)) is not None:
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        return chat_id

    def message(self, doing: str) -> Message:
        """Return the message addressed by `chat_id` and `message_id`. `doing` is the verb for the error text."""
        key = self.chat(sending=False), int(self.parameters.get("message_id") or 0)
        message = self.chats.messages.get(key)
        if message is None:
            raise ApiError(400, f"Bad Request: message to {doing} not found")
        return message

    def formatted(self, name: str, longest: int, too_long: str) -> tuple[str, list[MessageEntity]]:
        """Return the plain text and the entities of a text parameter. `longest` is in UTF-16 units."""
        given = str(self.parameters.get(name) or "")
        return self.parse(given, self.parameters.get("parse_mode"), longest, too_long)

    def parse(
        self, given: str, mode: str | None, longest: int, too_long: str = "message caption is too long"
    ) -> tuple[str, list[MessageEntity]]:
        """Return the plain text and the entities of `given`. Raises ApiError as the Bot API does."""
        try:
            text, entities = parse(given, mode)
        except EntitiesError as error:
            raise ApiError(400, f"Bad Request: can't parse entities: {error}") from None
        if units(text) > longest:
            raise ApiError(400, f"Bad Request: {too_long}")
        return text, entities

    def reply(self, chat_id: int) -> Message | None:
        """Return the message named by `reply_parameters`, if any."""
        asked = self.parameters.get("reply_parameters")
        if not asked:
            return None
        message = self.chats.messages.get((chat_id, int(asked["message_id"])))
        if message is None and not asked.get("allow_sending_without_reply"):
            raise ApiError(400, "Bad Request: message to be replied not found")
        quote = asked.get("quote")
        # "The message will fail to send if the quote isn't found" (Bot API, ReplyParameters); the words are as reported
        # in openclaw/openclaw#74581.
        if message is not None and quote and quote not in (message.text or message.caption or ""):
            raise ApiError(400, "Bad Request: QUOTE_TEXT_INVALID")
        return message

    def own_message(self, doing: str) -> Message:
        """Return the addressed message. Raises ApiError if the bot sent it neither itself nor through a user."""
        if (inline_id := self.parameters.get("inline_message_id")) is not None:
            return self._inline_message(str(inline_id))
        message = self.message(doing)
        if message.from_user is None or message.from_user.id != BOT.id:
            raise ApiError(400, f"Bad Request: message can't be {doing}ed")
        # "It is only possible to edit messages without reply_markup or with inline keyboards" (Bot API, Updating
        # messages); a ForceReply is neither.
        opens = (message.chat.id, message.message_id) in self.chats.reply_placeholders
        if doing == "edit" and opens and message.reply_markup is None:
            raise ApiError(400, "Bad Request: message can't be edited")
        # "The value of the field can't be changed when the inline keyboard is edited" (Bot API, InlineKeyboardMarkup,
        # force_reply). The words are a guess, and the server may ignore the new value.
        wanted = self.parameters.get("reply_markup")
        if doing == "edit" and wanted and bool(wanted.get("force_reply")) != opens:
            raise ApiError(400, "Bad Request: the value of force_reply can't be changed")
        return message

    def _inline_message(self, inline_id: str) -> Message:
        """Return an inline message. No file can be uploaded to it (Bot API, editMessageMedia)."""
        message = self.chats.inline_message(inline_id)
        if message is None:
            raise ApiError(400, "Bad Request: MESSAGE_ID_INVALID")
        if self.files:
            raise ApiError(400, "Bad Request: can't upload file when editing inline message")
        return message

    def changed(self, message: Message, **content: Any) -> Any:
        """Edit a message, and return it as the result of the call, or True for an inline message."""
        changed = self.chats.change(message, **content)
        return True if "inline_message_id" in self.parameters else message_result(changed)

    def thread(self) -> dict[str, Any]:
        """Return the fields of a message in a topic, or nothing outside topics."""
        thread_id = self.parameters.get("message_thread_id")
        return {} if thread_id is None else {"message_thread_id": int(thread_id), "is_topic_message": True}

    def add(self, chat_id: int, **content: Any) -> dict[str, Any]:
        """Add a message of the bot with its reply, buttons and topic, and return it as the result of the call."""
        reply, keyboard = self.reply(chat_id), self.keyboard(pays="invoice" in content)
        content |= self.thread() | {"reply_to_message": reply, "reply_markup": keyboard}
        return message_result(self.chats.add(chat_id, BOT, reply_placeholder=self.placeholder, **content))

    def not_modified(self, message: Message, **content: Any) -> None:
        """Raise ApiError if an edit changes nothing."""
        if all(getattr(message, name) == value for name, value in content.items()):
            raise ApiError(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message",
            )

    def keyboard(self, *, pays: bool = False) -> InlineKeyboardMarkup | None:
        """Check `reply_markup`. Return an inline keyboard; keep the placeholder of a ForceReply and return None.

        With `pays` it is that of an invoice.
        """
        raw = self.parameters.get("reply_markup")
        if not raw:
            return None
        try:
            if "force_reply" in raw and "inline_keyboard" not in raw:
                force = ForceReply.model_validate(raw)
                if force.input_field_placeholder and not 1 <= len(force.input_field_placeholder) <= 64:
                    raise ApiError(400, "Bad Request: input_field_placeholder is too long")
                self.placeholder = force.input_field_placeholder or ""
                return None
        except ValidationError:
            raise ApiError(400, "Bad Request: object expected as reply markup") from None
        markup = self.inline_keyboard(raw, pays=pays)
        if markup is not None and markup.force_reply:
            self.placeholder = ""
        return markup

    def inline_keyboard(
        self, raw: dict[str, Any] | None, *, pays: bool = False
    ) -> InlineKeyboardMarkup | None:
        """Check the buttons of a message or of an inline result, and return them. With `pays` it is an invoice."""
        if not raw:
            return None
        try:
            markup = InlineKeyboardMarkup.model_validate(raw)
        except ValidationError:
            raise ApiError(400, "Bad Request: object expected as reply markup") from None
        if (
            markup.force_reply and self.chats.old_buttons
        ):  # the words are a guess, and it may ignore the field
            raise ApiError(400, "Bad Request: object expected as reply markup")
        for button in (button for row in markup.inline_keyboard for button in row):
            _check_button(button, old=self.chats.old_buttons)
            if button.login_url is not None:
                _check_login_button(button.login_url, self.chats.login_domain)
        _check_pay_buttons([button for row in markup.inline_keyboard for button in row], pays=pays)
        return markup


def _check_button(button: InlineKeyboardButton, *, old: bool) -> None:
    """Raise ApiError for a button that the Bot API refuses. Other kinds than the bot's are refused, too.

    An `old` server sees no kind in a disabled button (the words are of the Bot API server, get_inline_keyboard_button).
    It would ignore a style; a strict one refuses it.
    """
    if old and (button.disabled is not None or button.style is not None):
        raise ApiError(
            400,
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        )
    if not button.text.strip():
        raise ApiError(400, "Bad Request: text buttons are allowed only with a text")
    if button.style not in {None, "danger", "success", "primary"}:  # Bot API, InlineKeyboardButton, style
        raise ApiError(400, "Bad Request: invalid button style specified")  # the words are a guess
    kinds = button.model_dump(exclude_none=True).keys() - {"text", "style", "icon_custom_emoji_id"}
    if len(kinds) > 1:  # "Exactly one of the fields other than text … must be used" (Bot API)
        raise ApiError(
            400, "Bad Request: can't parse inline keyboard button: more than one type is specified"
        )
    chosen = button.switch_inline_query_chosen_chat
    if chosen is not None and not any(allowed for name, allowed in chosen if name.startswith("allow_")):
        # TDLib, TargetDialogTypes::get_target_dialog_types
        raise ApiError(400, "Bad Request: at least one chat type must be allowed")
    if button.copy_text is not None and not 1 <= units(button.copy_text.text) <= 256:
        raise ApiError(400, "Bad Request: BUTTON_COPY_TEXT_INVALID")
    if button.url is not None and re.match("https?://|tg://", button.url) is None:
        raise ApiError(400, "Bad Request: BUTTON_URL_INVALID")
    if kinds <= {"callback_data"} and not 1 <= len((button.callback_data or "").encode()) <= 64:
        raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")


def _check_login_button(button: LoginUrl, domain: str | None) -> None:
    try:
        check_button(button, domain)
    except LoginButtonRefused as error:
        raise ApiError(400, f"Bad Request: {error}") from None


def _check_pay_buttons(buttons: list[InlineKeyboardButton], *, pays: bool) -> None:
    """Raise ApiError unless exactly the first button of an invoice is `pay`, and no button of any other message.

    Bot API, InlineKeyboardButton, pay. Errors: python-telegram-bot/python-telegram-bot#3736 (a first button of another
    kind), TelegramBot/Api#337 (in a photo) and go-telegram-bot-api/telegram-bot-api#109 (`pay` is false).
    """
    if pays and not (buttons and buttons[0].pay):
        raise ApiError(400, "Bad Request: REPLY_MARKUP_BUY_EMPTY")
    if any(button.pay is not None for button in buttons[1 if pays else 0 :]):
        raise ApiError(400, "Bad Request: BUTTON_TYPE_INVALID")
