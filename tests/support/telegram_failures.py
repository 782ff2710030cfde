"""The failures of the Bot API that the bot survives. docs/failures.md has the same rows."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web

from playground import faults
from playground.faults import Fault

Answer = Callable[[], web.StreamResponse]


class Awaited(StrEnum):
    """The thing that the user waits for while a call fails."""

    PICTURE = "a picture"
    GROUP_PICTURE = "a picture in a group"
    GRID = "a grid of two pictures"
    GROUP_NOTICE = "a notice in a group"
    ANSWER = "an answer"
    CANCEL = "a cancel"
    EDIT = "a changed photo"
    DELETION = "the deletion of a picture"
    EXPORT = "a copy of the data"


class Seen(StrEnum):
    """The final state of the chat."""

    PICTURE = "the picture"
    FILE = "the picture, as a file"
    PICTURE_TWICE = "the picture, twice"
    PICTURE_AND_STATUS = "the picture; the status stays"
    TEXT = "the text"
    TEXT_TWICE = "the text, twice"
    SOURCE_REFUSED = "a text that the photo cannot be fetched"
    SOURCE_TOO_LARGE = "a text that the photo is over 20 MB"
    NOTHING = "nothing"
    STATUS_ONLY = "nothing more"
    PICTURE_STAYS = "the picture, and an alert that it stays"
    COPY = "the copy"
    COPY_TWICE = "the copy, twice"
    COPY_FAILED = "a text that the copy did not get through"
    COPY_MISSING = "no copy"


@dataclass(frozen=True, slots=True)
class TelegramFailure:
    """A failure of a method while a user waits. Without an `answer`, the connection breaks.

    `times` limits the number of failing calls, and `seconds` their time; None means all. `after` means that Telegram
    carries out the call.
    """

    waits_for: Awaited
    method: str
    what: str
    sees: Seen
    answer: Answer | None = None
    times: int | None = 1
    after: bool = False
    seconds: float | None = None

    def fault(self, only: str) -> Fault:
        """Return the fault of the stand-in that causes this failure for one chat or file (`Fault.only`)."""
        drop = self.answer is None
        return Fault(
            self.method,
            times=self.times,
            seconds=self.seconds,
            answer=self.answer,
            drop=drop,
            after=self.after,
            only=only,
        )


def _bad(description: str) -> Answer:
    return faults.telegram(400, f"Bad Request: {description}")


def _forbidden(description: str) -> Answer:
    return faults.telegram(403, f"Forbidden: {description}")


RESET_BEFORE = "connection reset before it was accepted"
RESET_AFTER = "connection reset after it was accepted"
OUTAGE_SECONDS = 15.0
"""Longer than the time in which a call is repeated at once."""
HTML = faults.status(502, "<html>Bad gateway</html>")
LARGE_HTML = faults.status(413, "<html>Too large</html>")
SERVER_ERROR = faults.telegram(500, "Internal Server Error")
UNAUTHORIZED = faults.telegram(401, "Unauthorized")
TOO_FAST = faults.telegram(429, "Too Many Requests: retry after 1", retry_after=1)
NO_RIGHTS = _bad("not enough rights to send photos to the chat")
NO_HTML = _bad("can't parse entities: unsupported start tag")
BLOCKED = _forbidden("bot was blocked by the user")
KICKED = _forbidden("bot was kicked from the supergroup chat")


def _any_method(waits_for: Awaited, method: str, sees: Seen, after: Seen) -> list[TelegramFailure]:
    """Return the failures of any method. The user sees `after` if the call was carried out and its answer lost."""
    return [
        TelegramFailure(waits_for, method, "429 with retry_after", sees, TOO_FAST, 2),
        TelegramFailure(waits_for, method, "500", sees, SERVER_ERROR, 2),
        TelegramFailure(waits_for, method, "502 with HTML", sees, HTML),
        TelegramFailure(waits_for, method, RESET_BEFORE, sees),
        TelegramFailure(waits_for, method, RESET_AFTER, after, after=True),
    ]


def _outages(waits_for: Awaited, method: str, sees: Seen) -> list[TelegramFailure]:
    """Return failures that last longer than a few tries."""
    outages = {
        "500 for 15 s": SERVER_ERROR,
        "502 with HTML for 15 s": HTML,
        "connection resets for 15 s": None,
    }
    return [
        TelegramFailure(waits_for, method, what, sees, answer, None, seconds=OUTAGE_SECONDS)
        for what, answer in outages.items()
    ]


TELEGRAM_FAILURES = [
    *_any_method(Awaited.PICTURE, "sendPhoto", Seen.PICTURE, Seen.PICTURE_TWICE),
    *_outages(Awaited.PICTURE, "sendPhoto", Seen.PICTURE),
    TelegramFailure(
        Awaited.PICTURE,
        "sendPhoto",
        "200 with HTML",
        Seen.PICTURE,
        faults.status(200, "<html>This site is blocked</html>"),
        2,
    ),
    TelegramFailure(Awaited.PICTURE, "sendPhoto", "413 with HTML", Seen.FILE, LARGE_HTML, None),
    TelegramFailure(
        Awaited.PICTURE, "sendPhoto", "401: the token was changed", Seen.PICTURE, UNAUTHORIZED, 2
    ),
    TelegramFailure(
        Awaited.PICTURE,
        "sendPhoto",
        "400 PHOTO_INVALID_DIMENSIONS",
        Seen.FILE,
        _bad("PHOTO_INVALID_DIMENSIONS"),
        None,
    ),
    TelegramFailure(
        Awaited.PICTURE, "sendPhoto", "413", Seen.FILE, faults.telegram(413, "Request Entity Too Large"), None
    ),
    TelegramFailure(
        Awaited.PICTURE,
        "sendPhoto",
        "400 IMAGE_PROCESS_FAILED for a WebP",
        Seen.PICTURE,
        _bad("IMAGE_PROCESS_FAILED"),
    ),
    TelegramFailure(
        Awaited.PICTURE,
        "sendPhoto",
        "400 message to be replied not found",
        Seen.PICTURE,
        _bad("message to be replied not found"),
    ),
    TelegramFailure(Awaited.PICTURE, "sendPhoto", "400 can't parse entities", Seen.PICTURE, NO_HTML),
    TelegramFailure(Awaited.PICTURE, "sendPhoto", "403 blocked", Seen.STATUS_ONLY, BLOCKED, None),
    TelegramFailure(
        Awaited.PICTURE,
        "sendPhoto",
        "403 deleted account",
        Seen.STATUS_ONLY,
        _forbidden("user is deactivated"),
        None,
    ),
    *_any_method(Awaited.GRID, "sendPhoto", Seen.PICTURE, Seen.PICTURE_TWICE),
    TelegramFailure(
        Awaited.GRID, "sendPhoto", "413", Seen.FILE, faults.telegram(413, "Request Entity Too Large")
    ),
    TelegramFailure(Awaited.GRID, "sendPhoto", "403 blocked", Seen.STATUS_ONLY, BLOCKED, None),
    TelegramFailure(Awaited.GROUP_PICTURE, "sendPhoto", "403 kicked", Seen.NOTHING, KICKED, None),
    TelegramFailure(
        Awaited.GROUP_PICTURE, "sendPhoto", "400 not enough rights to send photos", Seen.FILE, NO_RIGHTS
    ),
    TelegramFailure(
        Awaited.GROUP_PICTURE, "sendPhoto", "400 TOPIC_CLOSED", Seen.NOTHING, _bad("TOPIC_CLOSED"), None
    ),
    TelegramFailure(
        Awaited.GROUP_PICTURE,
        "setMessageReaction",
        "400 REACTION_INVALID",
        Seen.PICTURE,
        _bad("REACTION_INVALID"),
        None,
    ),
    TelegramFailure(Awaited.GROUP_PICTURE, "setMessageReaction", RESET_BEFORE, Seen.PICTURE),
    *_any_method(Awaited.PICTURE, "sendMessage", Seen.PICTURE, Seen.PICTURE_AND_STATUS),
    *_any_method(Awaited.PICTURE, "deleteMessage", Seen.PICTURE, Seen.PICTURE),
    *_outages(Awaited.PICTURE, "deleteMessage", Seen.PICTURE),
    TelegramFailure(
        Awaited.PICTURE,
        "deleteMessage",
        "400 message can't be deleted",
        Seen.PICTURE_AND_STATUS,
        _bad("message can't be deleted"),
    ),
    TelegramFailure(Awaited.GROUP_PICTURE, "sendChatAction", "500", Seen.PICTURE, SERVER_ERROR, None),
    *_any_method(Awaited.GROUP_NOTICE, "sendMessage", Seen.TEXT, Seen.TEXT_TWICE),
    *_outages(Awaited.GROUP_NOTICE, "sendMessage", Seen.TEXT),
    *_any_method(Awaited.ANSWER, "sendMessage", Seen.TEXT, Seen.TEXT_TWICE),
    *_outages(Awaited.ANSWER, "sendMessage", Seen.TEXT),
    TelegramFailure(Awaited.ANSWER, "sendMessage", "400 can't parse entities", Seen.TEXT, NO_HTML),
    TelegramFailure(Awaited.ANSWER, "sendMessage", "403 blocked", Seen.NOTHING, BLOCKED, None),
    *_any_method(Awaited.CANCEL, "editMessageText", Seen.TEXT, Seen.TEXT),
    *_outages(Awaited.CANCEL, "editMessageText", Seen.TEXT),
    TelegramFailure(
        Awaited.CANCEL,
        "editMessageText",
        "400 message is not modified",
        Seen.TEXT,
        _bad("message is not modified"),
        after=True,
    ),
    *_any_method(Awaited.CANCEL, "answerCallbackQuery", Seen.TEXT, Seen.TEXT),
    TelegramFailure(
        Awaited.CANCEL,
        "answerCallbackQuery",
        "400 query is too old",
        Seen.TEXT,
        _bad("query is too old"),
        None,
    ),
    *_any_method(Awaited.DELETION, "deleteMessage", Seen.NOTHING, Seen.NOTHING),
    TelegramFailure(
        Awaited.DELETION,
        "deleteMessage",
        "400 message can't be deleted for everyone",
        Seen.PICTURE_STAYS,
        _bad("message can't be deleted for everyone"),
    ),
    *_any_method(Awaited.EXPORT, "sendDocument", Seen.COPY, Seen.COPY_TWICE),
    TelegramFailure(Awaited.EXPORT, "sendDocument", "413 with HTML", Seen.COPY_FAILED, LARGE_HTML),
    TelegramFailure(Awaited.EXPORT, "sendDocument", "403 blocked", Seen.COPY_MISSING, BLOCKED),
    TelegramFailure(Awaited.EDIT, "getFile", "500", Seen.PICTURE, SERVER_ERROR, 2),
    TelegramFailure(Awaited.EDIT, "getFile", "502 with HTML", Seen.PICTURE, HTML, 2),
    TelegramFailure(Awaited.EDIT, "getFile", RESET_BEFORE, Seen.PICTURE, None, 2),
    TelegramFailure(Awaited.EDIT, "getFile", "429 with retry_after", Seen.PICTURE, TOO_FAST, 2),
    TelegramFailure(
        Awaited.EDIT, "getFile", "400 file is too big", Seen.SOURCE_TOO_LARGE, _bad("file is too big"), None
    ),
    TelegramFailure(
        Awaited.EDIT,
        "getFile",
        "400 wrong file_id",
        Seen.SOURCE_REFUSED,
        _bad("wrong file_id or the file is temporarily unavailable"),
        None,
    ),
]
