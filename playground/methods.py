"""The Bot API's methods as the stand-in performs them: each checks what the real server checks, in its words."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiogram import methods
from aiogram.methods.base import TelegramMethod
from aiogram.types import Document, ForceReply, InlineKeyboardMarkup, Message, MessageEntity, PhotoSize
from PIL import Image
from pydantic import ValidationError

from playground.chats import BOT, Chats
from playground.entities import EntitiesError, parse, units
from playground.flood import Flood

LONGEST_TEXT, LONGEST_CAPTION, LONGEST_TOAST = 4_096, 1_024, 200
LARGEST_PHOTO, LARGEST_DOCUMENT = 10 * 1024 * 1024, 50 * 1024 * 1024


class ApiError(Exception):
    """The Bot API refuses."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after


@dataclass(slots=True)
class Call:
    """One call of a method with everything it may touch."""

    method: str
    parameters: dict[str, Any]
    files: dict[str, bytes]
    chats: Chats
    flood: Flood
    presses: dict[str, tuple[int, int]]

    def check(self, kind: type[TelegramMethod[Any]]) -> None:
        """Refuse parameters the method does not have, which the real server would overlook."""
        unknown = self.parameters.keys() - kind.model_fields.keys()
        if unknown:
            raise ApiError(400, f"Bad Request: the playground knows no parameter {sorted(unknown)[0]}")

    def chat(self, *, sending: bool) -> int:
        """Return the chat's id, once the bot may write there and is not too fast."""
        chat_id = int(self.parameters.get("chat_id") or 0)
        if chat_id not in self.chats.chats:
            raise ApiError(400, "Bad Request: chat not found")
        if chat_id in self.chats.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if sending and (seconds := self.flood.refuse(chat_id)) is not None:
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", seconds)
        return chat_id

    def message(self, doing: str) -> Message:
        """Return the message a call is about."""
        key = self.chat(sending=False), int(self.parameters.get("message_id") or 0)
        message = self.chats.messages.get(key)
        if message is None:
            raise ApiError(400, f"Bad Request: message to {doing} not found")
        return message

    def words(self, name: str, longest: int, too_long: str) -> tuple[str, list[MessageEntity]]:
        """Return a text parameter parsed."""
        try:
            text, entities = parse(str(self.parameters.get(name) or ""), self.parameters.get("parse_mode"))
        except EntitiesError as error:
            raise ApiError(400, f"Bad Request: can't parse entities: {error}") from None
        if units(text) > longest:
            raise ApiError(400, f"Bad Request: {too_long}")
        return text, entities

    def reply(self, chat_id: int) -> Message | None:
        """Return the message that is replied to."""
        asked = self.parameters.get("reply_parameters")
        if not asked:
            return None
        message = self.chats.messages.get((chat_id, int(asked["message_id"])))
        if message is None and not asked.get("allow_sending_without_reply"):
            raise ApiError(400, "Bad Request: message to be replied not found")
        return message

    def keyboard(self) -> InlineKeyboardMarkup | None:
        """Return the inline keyboard, checked; a ForceReply is checked and shows nothing."""
        raw = self.parameters.get("reply_markup")
        if not raw:
            return None
        try:
            if "force_reply" in raw:
                force = ForceReply.model_validate(raw)
                if force.input_field_placeholder and not 1 <= len(force.input_field_placeholder) <= 64:
                    raise ApiError(400, "Bad Request: input_field_placeholder is too long")
                return None
            markup = InlineKeyboardMarkup.model_validate(raw)
        except ValidationError:
            raise ApiError(400, "Bad Request: object expected as reply markup") from None
        for button in (button for row in markup.inline_keyboard for button in row):
            if not 1 <= len((button.callback_data or "").encode()) <= 64:
                raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
            if not button.text.strip():
                raise ApiError(400, "Bad Request: text buttons are allowed only with a text")
        return markup


def get_me(_call: Call) -> Any:
    return BOT.model_dump(mode="json", exclude_none=True)


def send_message(call: Call) -> Any:
    call.check(methods.SendMessage)
    text, entities = call.words("text", LONGEST_TEXT, "message is too long")
    if not text:
        raise ApiError(400, "Bad Request: message text is empty")
    chat_id = call.chat(sending=True)
    reply, keyboard = call.reply(chat_id), call.keyboard()
    return _sent(
        call.chats.add(
            chat_id, BOT, text=text, entities=entities or None, reply_to_message=reply, reply_markup=keyboard
        )
    )


def send_photo(call: Call) -> Any:
    call.check(methods.SendPhoto)
    caption, entities = call.words("caption", LONGEST_CAPTION, "message caption is too long")
    data = _file(call, "photo")
    if len(data) > LARGEST_PHOTO:
        raise ApiError(
            400, "Bad Request: file of size too big for a photo; the maximum size is 10485760 bytes"
        )
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.verify()
            width, height = image.size
    except Exception:
        raise ApiError(400, "Bad Request: IMAGE_PROCESS_FAILED") from None
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise ApiError(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    chat_id = call.chat(sending=True)
    reply = call.reply(chat_id)
    file_id = _keep(call.chats, data, "photo")
    size = PhotoSize(
        file_id=file_id, file_unique_id=file_id[-12:], width=width, height=height, file_size=len(data)
    )
    small = size.model_copy(update={"file_id": f"{file_id}-small", "width": 90, "height": 90})
    content = {"photo": [small, size], "caption": caption or None, "caption_entities": entities or None}
    return _sent(
        call.chats.add(chat_id, BOT, reply_to_message=reply, reply_markup=call.keyboard(), **content)
    )


def send_document(call: Call) -> Any:
    call.check(methods.SendDocument)
    caption, entities = call.words("caption", LONGEST_CAPTION, "message caption is too long")
    data = _file(call, "document")
    if len(data) > LARGEST_DOCUMENT:
        raise ApiError(413, "Request Entity Too Large")
    chat_id = call.chat(sending=True)
    reply = call.reply(chat_id)
    file_id = _keep(call.chats, data, "document")
    document = Document(file_id=file_id, file_unique_id=file_id[-12:], file_size=len(data))
    content = {"document": document, "caption": caption or None, "caption_entities": entities or None}
    return _sent(
        call.chats.add(chat_id, BOT, reply_to_message=reply, reply_markup=call.keyboard(), **content)
    )


def edit_message_text(call: Call) -> Any:
    call.check(methods.EditMessageText)
    message = call.message("edit")
    if message.from_user is None or message.from_user.id != BOT.id or message.text is None:
        raise ApiError(400, "Bad Request: message can't be edited")
    text, entities = call.words("text", LONGEST_TEXT, "message is too long")
    if not text:
        raise ApiError(400, "Bad Request: message text is empty")
    keyboard = call.keyboard()
    if text == message.text and keyboard == message.reply_markup:
        raise ApiError(
            400,
            "Bad Request: message is not modified: specified new message content and reply markup are exactly "
            "the same as a current content and reply markup of the message",
        )
    return _sent(call.chats.change(message, text=text, entities=entities or None, reply_markup=keyboard))


def delete_message(call: Call) -> Any:
    call.check(methods.DeleteMessage)
    call.chats.remove(call.message("delete"))
    return True


def answer_callback_query(call: Call) -> Any:
    call.check(methods.AnswerCallbackQuery)
    press = call.presses.pop(str(call.parameters.get("callback_query_id")), None)
    if press is None:
        raise ApiError(
            400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
        )
    text = str(call.parameters.get("text") or "")
    if units(text) > LONGEST_TOAST:
        raise ApiError(400, "Bad Request: MESSAGE_TOO_LONG")
    call.chats.toast(*press, text)
    return True


def _file(call: Call, name: str) -> bytes:
    given = str(call.parameters.get(name) or "")
    if given.startswith("attach://"):
        data = call.files.get(given.removeprefix("attach://"))
    else:
        data = call.files.get(name) or call.chats.files.get(given)
    if not data:
        raise ApiError(400, f"Bad Request: there is no {name} in the request")
    return data


def _keep(chats: Chats, data: bytes, kind: str) -> str:
    file_id = f"{kind}-{len(chats.files)}-{hashlib.sha256(data).hexdigest()[:12]}"
    chats.files[file_id] = data
    return file_id


def _sent(message: Message) -> dict[str, Any]:
    return message.model_dump(mode="json", exclude_none=True, by_alias=True, exclude_defaults=True)


METHODS: dict[str, Callable[[Call], Any]] = {
    "getMe": get_me,
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "editMessageText": edit_message_text,
    "deleteMessage": delete_message,
    "answerCallbackQuery": answer_callback_query,
}
