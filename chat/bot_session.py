"""The HTTP session of the Bot API. It reports each failure as an error of aiogram, and each sent message as sent.

aiogram itself discards a message that it cannot parse although Telegram has sent it, and stumbles over some answers of
proxies. Of a sent message only the parts that the bot uses are parsed, and a call is sent in one piece
(chat.call_body): both together cost a third of aiogram's CPU time.
"""

import copy
import functools
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramEntityTooLarge,
    TelegramNetworkError,
    TelegramServerError,
)
from aiogram.methods import Response
from aiogram.methods.base import TelegramMethod, TelegramType
from aiogram.types import InputFile, Message
from aiohttp import BytesPayload, FormData

from chat.call_body import call_body
from core.tracing import traced

log = structlog.get_logger(__name__)

_MESSAGES = (Message, Message | bool)
"""The results of calls that send or edit a message."""


class BotSession(AiohttpSession):
    """Calls the Bot API. Every failed call raises a subclass of AiogramError."""

    def __init__(self, **options: Any) -> None:
        # AiohttpSession.__init__ would make a TLS context for each session.
        vars(self).update(_connection_settings())
        BaseSession.__init__(self, **options)
        self._answer_types: dict[object, type[Response[Any]]] = {}
        """The types of the answers by the types of their results. pydantic forgets one that is not in use, and builds
        it again, which takes some 10 ms."""

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 - aiogram's signature
    ) -> TelegramType:
        """Call a method. A connection that breaks and an answer that is no text are the same error."""
        try:
            return await traced(
                f"telegram {method.__api_method__}", super().make_request(bot, method, timeout)
            )
        except (UnicodeDecodeError, OSError) as error:
            raise TelegramNetworkError(method=method, message=type(error).__name__) from error

    def build_form_data(  # type: ignore[override]  # aiohttp takes both
        self, bot: Bot, method: TelegramMethod[TelegramType]
    ) -> FormData | BytesPayload:
        """Return the body of a call."""
        files: dict[str, InputFile] = {}
        fields = {}
        for name, value in method.model_dump(warnings=False, exclude_none=True).items():
            if prepared := self.prepare_value(value, bot=bot, files=files):
                fields[name] = prepared
        body = call_body(fields, files)
        return super().build_form_data(bot, method) if body is None else body

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        """Return the answer of a successful call. Raises the error of a failed one."""
        if status_code == HTTPStatus.OK and method.__returning__ in _MESSAGES:
            sent = self._parse_sent(content)
            if sent is not None:
                return Response[Any].model_construct(ok=True, result=sent)
        if method.__returning__ not in self._answer_types:
            self._answer_types[method.__returning__] = Response[method.__returning__]  # type: ignore[name-defined]
        try:
            response = super().check_response(bot, method, status_code, content)
        except ClientDecodeError as error:
            if status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:  # from a proxy, in HTML
                raise TelegramEntityTooLarge(method=method, message="Request Entity Too Large") from error
            message = sent_message(error.data) if method.__returning__ is Message else None
            if message is None:
                raise
            log.error("answer parsed in part", method=type(method).__name__)
            return Response[Any](ok=True, result=message)
        except TypeError as error:  # aiogram expects a description of each refusal with 5xx
            raise TelegramServerError(method=method, message=f"HTTP {status_code}") from error
        if response.result is None:
            raise ClientDecodeError("No result", ValueError("null"), None)
        return response

    def _parse_sent(self, content: str) -> Message | None:
        """Return the message in an answer, or None if the whole answer is needed or cannot be parsed like that."""
        try:
            answer = self.json_loads(content)
        except (ValueError, RecursionError):
            return None
        return None if _has_quoted_buttons(answer) else sent_message(answer)


def _connection_settings() -> dict[str, Any]:
    """Return the attributes that AiohttpSession.__init__ sets, with a TLS context that all sessions share."""
    own = vars(_session_of_process())
    return {name: copy.copy(value) for name, value in own.items()}


@functools.cache
def _session_of_process() -> AiohttpSession:
    """Return a session that is never used. It reads the public authorities in 35 ms, once in a process."""
    return AiohttpSession()


def _has_quoted_buttons(answer: object) -> bool:
    """Return whether the answered message has buttons, as one of the bot's own (chat.lost_status)."""
    result = answer.get("result") if isinstance(answer, Mapping) else None
    quoted = result.get("reply_to_message") if isinstance(result, Mapping) else None
    return isinstance(quoted, Mapping) and "reply_markup" in quoted


def sent_message(answer: object) -> Message | None:
    """Return the message in a successful answer that cannot be parsed as a whole: its ids and its file.

    None if the answer is no success or names no message.
    """
    result = answer.get("result") if isinstance(answer, Mapping) and answer.get("ok") is True else None
    if not isinstance(result, Mapping) or not isinstance(result.get("message_id"), int):
        return None
    chat_id = result["chat"].get("id") if isinstance(result.get("chat"), Mapping) else None
    photo = result.get("photo")
    ephemeral_id = result.get("ephemeral_message_id")
    return Message.model_validate(
        {
            "message_id": result["message_id"],
            "ephemeral_message_id": ephemeral_id if isinstance(ephemeral_id, int) else None,
            "date": 0,
            "chat": {"id": chat_id if isinstance(chat_id, int) else 0, "type": "private"},
            "photo": [file for size in photo if (file := _file(size))] if isinstance(photo, list) else None,
            "document": _file(result.get("document")),
        }
    )


def _file(value: object) -> dict[str, object] | None:
    file_id = value.get("file_id") if isinstance(value, Mapping) else None
    if not isinstance(file_id, str):
        return None
    return {"file_id": file_id, "file_unique_id": "", "width": 0, "height": 0}
