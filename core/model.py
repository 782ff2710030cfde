"""The values every room speaks of: a generation request, its states, and why one may be refused or fail."""

from dataclasses import dataclass
from enum import StrEnum


class AspectRatio(StrEnum):
    """Width to height. These five are what Seedream 3 takes as `ar` (media-api.md)."""

    SQUARE = "1:1"
    WIDE = "16:9"
    TALL = "9:16"
    LANDSCAPE = "4:3"
    PORTRAIT = "3:4"

    @property
    def slug(self) -> str:
        """The ratio without a colon, for callback data and file names: `16x9`."""
        return self.value.replace(":", "x")

    @classmethod
    def from_slug(cls, slug: str) -> "AspectRatio | None":
        """Return the ratio a slug stands for, or None."""
        return next((ratio for ratio in cls if ratio.slug == slug), None)


class State(StrEnum):
    """Where a request stands. It only ever moves down this list, `submitting` back to `queued` excepted."""

    QUEUED = "queued"
    SUBMITTING = "submitting"
    RUNNING = "running"
    READY = "ready"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDELIVERABLE = "undeliverable"


PENDING = frozenset({State.QUEUED, State.SUBMITTING, State.RUNNING})
"""States in which a request counts against its person's line and can be cancelled."""
SENDING = frozenset({State.READY, State.DELIVERING})
"""The provider's part is over, the chat's part is not."""
FINAL = frozenset({State.DELIVERED, State.FAILED, State.CANCELLED, State.UNDELIVERABLE})


class Failure(StrEnum):
    """Why a request ended without a picture. Each has a sentence of its own in the texts."""

    TIMEOUT = "timeout"
    UNAVAILABLE = "unavailable"
    UNKNOWN_CREATE = "unknown-create"
    MODERATED = "moderated"
    BAD_INPUT = "bad-input"
    TASK_FAILED = "task-failed"
    SERVICE_PAUSED = "service-paused"
    PICTURE_LOST = "picture-lost"
    NOT_SENDABLE = "not-sendable"
    NOT_ALLOWED = "not-allowed"
    SOURCE_GONE = "source-gone"
    SOURCE_UNUSABLE = "source-unusable"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What a person asked for, as a handler read it from an update.

    `key` comes from the cause (a message or a button press), so the same cause is the same request.
    `status_message_id` is a message of the bot's that may be edited into the status, where one exists.
    `source_file_id` is Telegram's id of the picture to edit, and `parent_id` the request that drew it, if one did;
    a ratio goes with words only.
    """

    key: str
    user_id: int
    chat_id: int
    message_id: int
    language: str
    prompt: str
    ratio: AspectRatio | None
    thread_id: int | None = None
    status_message_id: int | None = None
    source_file_id: str | None = None
    parent_id: int | None = None


class FileKind(StrEnum):
    """What Telegram's `file_id` of a delivered picture names."""

    PHOTO = "photo"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Request:
    """One row of the ledger. Times are Unix seconds."""

    id: int
    key: str
    user_id: int
    chat_id: int
    thread_id: int | None
    message_id: int
    language: str
    prompt: str
    ratio: AspectRatio | None
    source_file_id: str | None
    parent_id: int | None
    state: State
    quota_day: str
    accepted_at: float
    creates: int
    started_at: float | None
    task_id: str | None
    running_at: float | None
    picture_url: str | None
    ready_at: float | None
    failure: Failure | None
    status_message_id: int | None
    file_id: str | None
    file_kind: FileKind | None
    original_file_id: str | None
    result_message_id: int | None
    finished_at: float | None
    closed_at: float | None
    forget: bool = False

    @property
    def in_group(self) -> bool:
        """Whether it was asked for in a group: groups and channels have negative ids (Bot API, Chat)."""
        return self.chat_id < 0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a person may have: pictures a day (None is unlimited) and requests pending at once.

    `group_daily` is what the group they ask in may have a day; it does not count in a private chat.
    """

    daily: int | None
    pending: int
    group_daily: int | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The request is in the ledger. `fresh` is False when the same cause had been accepted before."""

    request: Request
    fresh: bool


class RejectionReason(StrEnum):
    """Why nothing was written."""

    QUOTA_USED = "quota-used"
    GROUP_QUOTA_USED = "group-quota-used"
    LINE_FULL = "line-full"


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was written, for this reason."""

    reason: RejectionReason
