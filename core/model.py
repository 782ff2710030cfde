"""The domain model: requests, their origins, states, failures and limits."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from core.reply_target import ReplyTarget

T = TypeVar("T")


class MissingValue(Exception):
    """A request lacks a value that its state requires."""


class AspectRatio(StrEnum):
    """Width to height. Seedream 3 accepts these five as `ar` (docs/media-api.md)."""

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


MOST_AT_ONCE = 4
"""Pictures of one batch: their grid still shows each of them well on a phone."""
DEFAULT_RATIO = AspectRatio.SQUARE
"""The ratio of a picture for a user who names and prefers none, and who does not choose one."""


class State(StrEnum):
    """The stage of a request. It only moves down this list, except from `submitting` back to `queued`."""

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
"""States in which a request counts against its owner's queue limit and can be cancelled."""
SENDING = frozenset({State.READY, State.DELIVERING})
"""States in which the provider has finished and Telegram has not."""
ENDED_WITHOUT_PICTURE = frozenset({State.FAILED, State.CANCELLED})
"""States after which an edited form of the request's message may be drawn."""
FINAL = ENDED_WITHOUT_PICTURE | {State.DELIVERED, State.UNDELIVERABLE}


class Ending(StrEnum):
    """The end of a request, as buttons and toasts name it. A picture that is on its way to the user is done."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @classmethod
    def of(cls, state: State) -> "Ending":
        """Return the end that a state means. The state is not pending."""
        if state is State.CANCELLED:
            return cls.CANCELLED
        return cls.FAILED if state in {State.FAILED, State.UNDELIVERABLE} else cls.DONE


class Failure(StrEnum):
    """The reason of a request that ended without a picture. The texts have one sentence for each."""

    TIMEOUT = "timeout"
    UNAVAILABLE = "unavailable"
    UNKNOWN_CREATE = "unknown-create"
    MODERATED = "moderated"
    BAD_INPUT = "bad-input"
    TASK_FAILED = "task-failed"
    SERVICE_PAUSED = "service-paused"
    PICTURE_LOST = "picture-lost"
    NOT_SENDABLE = "not-sendable"
    NOT_SENT = "not-sent"
    NOT_ALLOWED = "not-allowed"
    SOURCE_UNAVAILABLE = "source-unavailable"
    SOURCE_GONE = "source-gone"
    SOURCE_TOO_LARGE = "source-too-large"
    SOURCE_UNKNOWN_FORMAT = "source-unknown-format"
    SOURCE_BROKEN = "source-broken"
    SOURCE_MOVES = "source-moves"
    SOURCE_TOO_MANY_PIXELS = "source-too-many-pixels"
    SOURCE_UNUSABLE = "source-unusable"
    """Written by earlier versions instead of the four values above."""
    SOURCE_REFUSED = "source-refused"
    EDITS_NOT_SET_UP = "edits-not-set-up"
    BLOCKED = "blocked"
    NOT_STARTED = "not-started"
    """No chat takes the picture of an inline message: its user has not started the private chat."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The cause of a request: its idempotency key, its owner, the place of the answer, and the language.

    The key is derived from the Telegram message or button press (`handlers.origins`), so a repeated cause is the same
    request. `user_id` is negative for an anonymous admin or a channel: the id of the chat they write for.
    """

    key: str
    user_id: int
    place: ReplyTarget
    language: str


@dataclass(frozen=True, slots=True)
class SourcePicture:
    """A picture to edit: Telegram's `file_id`, and the request that drew it if the bot did.

    `spoiler` is True if Telegram hides the picture until it is tapped. Its edits are hidden, too. `unique_id` is
    Telegram's `file_unique_id`, if known: the `file_id` of one file may change (Bot API, PhotoSize).
    """

    file_id: str
    parent_id: int | None = None
    spoiler: bool = False
    unique_id: str | None = None

    def shows_same(self, other: "SourcePicture | None") -> bool:
        """Return whether another source is the same picture."""
        if other is None:
            return False
        if self.unique_id is not None and other.unique_id is not None:
            return self.unique_id == other.unique_id
        return self.file_id == other.file_id


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """A request before it is accepted.

    `ratio` is None for an edit. `status_message_id` is an existing message of the bot to edit into the status message.
    More than one as `count`, at most `MOST_AT_ONCE`, is a batch: it becomes as many requests. With `needs_approval`,
    the admins of its group decide whether it is drawn.
    """

    origin: Origin
    prompt: str
    ratio: AspectRatio | None
    source: SourcePicture | None = None
    status_message_id: int | None = None
    count: int = 1
    needs_approval: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A request that still lacks a prompt or a ratio, with the message of the bot that asked for it.

    `refused_at` (Unix seconds) marks an origin that was refused: a later photo of the same album is ignored.
    `answered_at` (Unix seconds) marks a question that was answered by another message of the user. After
    `superseded_at` (Unix seconds) words without a reply do not answer the question any more. `style` are the names of
    the styles that the prompt will get, separated by blanks; it is empty for no style, also not the usual one.
    """

    id: int
    origin: Origin
    prompt: str | None
    ratio: AspectRatio | None
    source: SourcePicture | None
    question_message_id: int | None
    created_at: float
    refused_at: float | None
    answered_at: float | None
    superseded_at: float | None
    style: str | None = None
    count: int = 1

    @property
    def offers_both(self) -> bool:
        """Whether the question offers to draw the words or to change a picture. Only then ratio and source are set."""
        return self.prompt is not None and self.ratio is not None and self.source is not None


class Approval(StrEnum):
    """The decision of a group's admins about a request. One that waits for it is asked, as a late request is."""

    WAITING = "waiting"
    GIVEN = "given"
    DECLINED = "declined"
    UNANSWERED = "unanswered"
    """No admin has answered in time."""


class FileKind(StrEnum):
    """The kind of file that Telegram's `file_id` of a delivered picture names."""

    PHOTO = "photo"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Request:
    """One row of the ledger's table of requests. Times are Unix seconds, `cost` is in roubles.

    `failure_detail` is a value that the sentence about the failure names, such as a number of pixels or of bytes.
    `asked_at` is set while a question is open: the owner is asked whether a late request is still wanted, or the admins
    of the group whether to draw it.
    `batch_id` is the id of the head of the request's batch, the first of its requests, or None without a batch.
    `approval` is set if the group's admins decide whether it is drawn, `hidden_at` if the bot's admins hid its picture.
    `credit_lot_id` is the lot that pays for it, None for a unit of the user's day. `forget` is True once its owner has
    deleted it while it was open, and for a request that is emptied after KEEP_DAYS: its `prompt` is empty then.

    A column that is filled on the way is None before. The `require_…` methods return it and raise MissingValue if it is
    None, which means that the state and the columns contradict each other.
    """

    id: int
    origin: Origin
    prompt: str
    ratio: AspectRatio | None
    source: SourcePicture | None
    state: State
    quota_day: str
    accepted_at: float
    creates: int
    started_at: float | None = None
    task_id: str | None = None
    running_at: float | None = None
    picture_url: str | None = None
    cost: float | None = None
    ready_at: float | None = None
    failure: Failure | None = None
    failure_detail: str | None = None
    status_message_id: int | None = None
    file_id: str | None = None
    file_kind: FileKind | None = None
    original_file_id: str | None = None
    result_message_id: int | None = None
    finished_at: float | None = None
    closed_at: float | None = None
    favourite_at: float | None = None
    forget: bool = False
    asked_at: float | None = None
    batch_id: int | None = None
    approval: Approval | None = None
    hidden_at: float | None = None
    credit_lot_id: str | None = None

    @property
    def is_asked(self) -> bool:
        """Whether nothing may be paid for the request before the question about it is answered."""
        return self.asked_at is not None and self.state is State.QUEUED and self.creates == 0

    @property
    def is_visible(self) -> bool:
        """Whether its picture may be shown: its owner keeps it, and no bot admin has hidden it."""
        return not self.forget and self.hidden_at is None

    @property
    def waits_for_approval(self) -> bool:
        """Whether the admins of its group are asked about the request, and not its owner."""
        return self.is_asked and self.approval is Approval.WAITING

    @property
    def is_member(self) -> bool:
        """Whether the request belongs to a batch and is not its head: the head shows, sends and reports for it."""
        return self.batch_id is not None and self.batch_id != self.id

    @property
    def user_id(self) -> int:
        """The owner's id."""
        return self.origin.user_id

    @property
    def place(self) -> ReplyTarget:
        """The place of the picture and of every message about the request."""
        return self.origin.place

    @property
    def spoiler(self) -> bool:
        """Whether the picture is sent under a spoiler, as its source was."""
        return self.source is not None and self.source.spoiler

    @property
    def language(self) -> str:
        """The language of every message about the request."""
        return self.origin.language

    def require_task_id(self) -> str:
        """Return the provider's id of the task. Raises MissingValue before the create call was answered."""
        return self._require("task_id", self.task_id)

    def require_picture_url(self) -> str:
        """Return the link to the picture at the provider's store. Raises MissingValue before the task is done."""
        return self._require("picture_url", self.picture_url)

    def require_ready_at(self) -> float:
        """Return the time at which the link was stored. Raises MissingValue before the task is done."""
        return self._require("ready_at", self.ready_at)

    def require_finished_at(self) -> float:
        """Return the time of the final state. Raises MissingValue before."""
        return self._require("finished_at", self.finished_at)

    def require_file(self) -> tuple[str, FileKind]:
        """Return Telegram's id of the delivered picture and its kind. Raises MissingValue unless delivered."""
        return self._require("file_id", self.file_id), self._require("file_kind", self.file_kind)

    def _require(self, column: str, value: T | None) -> T:
        if value is None:
            raise MissingValue(f"request {self.id} in state {self.state} has no {column}")
        return value


@dataclass(frozen=True, slots=True)
class Allowance:
    """A user's limits: pictures a UTC day (None is unlimited) and pending requests at once.

    `group_daily` is the limit of pictures a UTC day of the group in which the user asks, and `member_daily` the part of
    it that the user may have, None for all of it. Both are ignored in private chats. With `credits`, paid and granted
    units are used where the user's day has none left. Without it, nothing about them is read. With `sells`, the user
    can buy some.
    """

    daily: int | None
    pending: int
    group_daily: int | None = None
    member_daily: int | None = None
    credits: bool = False
    sells: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """The request is in the ledger. `fresh` is False if the same origin was accepted before.

    `members` are the other requests of a batch, of which `request` is the head.
    """

    request: Request
    fresh: bool
    members: tuple[Request, ...] = ()


class RejectionReason(StrEnum):
    """The limit that a rejected request exceeds."""

    QUOTA_USED = "quota-used"
    GROUP_QUOTA_USED = "group-quota-used"
    MEMBER_SHARE_USED = "member-share-used"
    QUEUE_FULL = "queue-full"


@dataclass(frozen=True, slots=True)
class Rejection:
    """The request was not accepted, and nothing was written. `left` is the number of pictures that the limit allows."""

    reason: RejectionReason
    left: int = 0
