"""The failures of the Bot API around reports and group photos. docs/failures.md has the same rows."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web

from playground import faults
from playground.faults import Fault
from tests.support.telegram_failures import RESET_AFTER, SERVER_ERROR, TOO_FAST


class Follows(StrEnum):
    """The final state of the chats. One of two admins cannot be reached at first."""

    REPORT = "the report, to each admin once"
    REPORT_TWICE = "the report, to this admin twice"
    NO_ADMIN = "“… I can’t reach my owner right now …”, and an error in the log"
    DELETED = "the picture is hidden and deleted"
    STAYS = "the picture is hidden; its message stays without buttons, and an alert says so"
    DECISION = "the decision in each copy"
    PHOTO = "the group's photo"
    NO_RIGHT = "“… Make me an admin with the right “Change group info” …”"
    PHOTO_REFUSED = "“Telegram does not take this picture as a group photo …”"


@dataclass(frozen=True, slots=True)
class ReportFailure:
    """A failure of a method. Without an `answer`, the connection breaks. `times` is None for all calls."""

    method: str
    what: str
    follows: Follows
    answer: Callable[[], web.StreamResponse] | None = None
    times: int | None = 1
    after: bool = False

    def fault(self, chat_id: int) -> Fault:
        """Return the fault of the stand-in that causes this failure in one chat."""
        drop, only = self.answer is None, f"chat {chat_id}."
        return Fault(
            self.method, times=self.times, answer=self.answer, drop=drop, after=self.after, only=only
        )


def _bad(description: str) -> Callable[[], web.StreamResponse]:
    return faults.telegram(400, f"Bad Request: {description}")


def _any_method(method: str, end: Follows, after: Follows | None = None) -> list[ReportFailure]:
    """Return the failures of any method. `after` follows if the call was carried out and its answer lost."""
    return [
        ReportFailure(method, "429 with retry_after", end, TOO_FAST),
        ReportFailure(method, "500", end, SERVER_ERROR),
        ReportFailure(method, RESET_AFTER, after or end, after=True),
    ]


BLOCKED = faults.telegram(403, "Forbidden: bot was blocked by the user")
REPORT_FAILURES = [
    *_any_method("sendPhoto", Follows.REPORT, Follows.REPORT_TWICE),
    ReportFailure("sendPhoto", "403 blocked by all admins", Follows.NO_ADMIN, BLOCKED, None),
    *_any_method("deleteMessage", Follows.DELETED),
    ReportFailure(
        "deleteMessage", "400 can't be deleted", Follows.STAYS, _bad("message can't be deleted"), None
    ),
    *_any_method("editMessageCaption", Follows.DECISION),
    *_any_method("setChatPhoto", Follows.PHOTO),
    ReportFailure(
        "setChatPhoto",
        "400 not enough rights",
        Follows.NO_RIGHT,
        _bad("not enough rights to change chat photo"),
        None,
    ),
    ReportFailure(
        "setChatPhoto",
        "400 PHOTO_CROP_SIZE_SMALL",
        Follows.PHOTO_REFUSED,
        _bad("PHOTO_CROP_SIZE_SMALL"),
        None,
    ),
]
