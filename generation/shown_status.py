"""The status of one request as this process shows it."""

import asyncio
from dataclasses import dataclass

from chat.translations import Translator
from core.reply_target import ReplyTarget
from generation.status_content import Content, Phase


@dataclass(slots=True)
class ShownStatus:
    """The status of one request.

    `shown` is the content that the user sees, `shown_at` a monotonic time. `reaction_only` means that a reaction stands
    in for the message. `stored` means that the ledger has the message id. `sending` means that a call is in flight.
    `filled` are the cells of the progress bar that the user has seen filled. `adopted_at` is the monotonic time at
    which the request was taken over from another replica. `of_batch` means that the request is the head of a batch, of
    which `ready` pictures are ready; the user sees `shown_ready`.
    """

    request_id: int
    prompt: str
    place: ReplyTarget
    translate: Translator
    phase: Phase
    since: float
    message_id: int | None
    reaction_only: bool
    shown: Content | None = None
    shown_at: float = float("-inf")
    stored: bool = True
    update: asyncio.Task[object] | None = None
    sending: bool = False
    adopted_at: float | None = None
    filled: int = 0
    of_batch: bool = False
    ready: int = 0
    shown_ready: int = 0

    def next_filled(self, content: Content, cells: int) -> int:
        """Return the cells of the progress bar to fill for a content that alone would fill `cells`.

        The bar runs backwards only after the user has seen the request wait.
        """
        return 0 if content[0] in {Phase.WAITING, Phase.PAUSED} else max(self.filled, cells)

    @property
    def is_inline(self) -> bool:
        """Whether the status is shown in an inline message, which exists before the request."""
        return self.place.inline_message_id is not None

    @property
    def is_steady(self) -> bool:
        """Whether the content stays as it is until the phase changes."""
        return self.update is None and self.phase is Phase.SENDING and self.shown == (Phase.SENDING, 0)
