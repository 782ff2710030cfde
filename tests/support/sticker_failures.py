"""The failures of the Bot API while a sticker is made. docs/failures.md has the same rows."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web

from playground import faults
from playground.faults import Fault
from tests.support.telegram_failures import HTML, RESET_AFTER, RESET_BEFORE, SERVER_ERROR, TOO_FAST


class SeenSticker(StrEnum):
    """The final state of the chat and of the user's sets."""

    ONCE = "the sticker"
    SENT_TWICE = "the sticker, sent twice; it is in the set once"
    NEXT_SET = "the sticker, in a new set"
    NO_CHAT = "“… Please open our private chat …”"
    REFUSED = "“Telegram does not take this picture as a sticker …”"
    NOT_SENT = "“Your sticker is ready, but I may not send stickers here …”"


@dataclass(frozen=True, slots=True)
class StickerFailure:
    """A failure of a method while a user waits for a sticker. Without an `answer`, the connection breaks."""

    method: str
    what: str
    sees: SeenSticker
    answer: Callable[[], web.StreamResponse] | None = None
    times: int = 1
    after: bool = False

    def fault(self, user_id: int, set_prefix: str) -> Fault:
        """Return the fault of the stand-in that causes this failure for one user."""
        only = f"user {user_id}."
        if self.method == "sendSticker":
            only = f"chat {user_id}."
        elif self.method == "getStickerSet":
            only = f"set {set_prefix}"
        drop = self.answer is None
        return Fault(
            self.method, times=self.times, answer=self.answer, drop=drop, after=self.after, only=only
        )


def _bad(description: str) -> Callable[[], web.StreamResponse]:
    return faults.telegram(400, f"Bad Request: {description}")


def _any_method(method: str, after: SeenSticker = SeenSticker.ONCE) -> list[StickerFailure]:
    """Return the failures of any method. The user sees `after` if the call was carried out and its answer lost."""
    once = SeenSticker.ONCE
    return [
        StickerFailure(method, "429 with retry_after", once, TOO_FAST),
        StickerFailure(method, "500", once, SERVER_ERROR, 2),
        StickerFailure(method, "502 with HTML", once, HTML),
        StickerFailure(method, RESET_BEFORE, once),
        StickerFailure(method, RESET_AFTER, after, after=True),
    ]


STICKER_FAILURES = [
    *_any_method("getStickerSet"),
    *_any_method("uploadStickerFile"),
    StickerFailure(
        "uploadStickerFile", "400 PEER_ID_INVALID", SeenSticker.NO_CHAT, _bad("PEER_ID_INVALID"), 9
    ),
    StickerFailure("uploadStickerFile", "400 user not found", SeenSticker.NO_CHAT, _bad("user not found"), 9),
    StickerFailure("uploadStickerFile", "400 USER_IS_BOT", SeenSticker.NO_CHAT, _bad("USER_IS_BOT"), 9),
    StickerFailure(
        "uploadStickerFile",
        "400 STICKER_FILE_INVALID",
        SeenSticker.REFUSED,
        _bad("STICKER_FILE_INVALID"),
        9,
    ),
    *_any_method("createNewStickerSet"),
    StickerFailure(
        "createNewStickerSet",
        "500 created sticker set not found, although it was accepted",
        SeenSticker.ONCE,
        faults.telegram(500, "Internal Server Error: created sticker set not found"),
        after=True,
    ),
    *_any_method("addStickerToSet"),
    StickerFailure(
        "addStickerToSet", "400 STICKERS_TOO_MUCH", SeenSticker.NEXT_SET, _bad("STICKERS_TOO_MUCH")
    ),
    *_any_method("sendSticker", SeenSticker.SENT_TWICE),
    StickerFailure(
        "sendSticker",
        "400 not enough rights to send stickers",
        SeenSticker.NOT_SENT,
        _bad("not enough rights to send stickers to the chat"),
        9,
    ),
]
