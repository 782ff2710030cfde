"""Delivers the ready pictures of a batch as one grid: recorded before it is sent, settled together afterwards."""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from chat.captions import caption
from chat.errors import NotAllowed, Rejected, TryLater, Unreachable, Unsure
from chat.grid_keyboards import grid as grid_keyboard
from chat.limits import Priority
from chat.picture_sender import PictureSender, SentPicture
from chat.translations import Translations
from core.clock import Clock
from core.metrics import Metrics
from core.model import Failure, Request, State
from generation.delivery import Delivery
from generation.file_names import file_name
from generation.first_effect import FirstEffect
from generation.grid_cells import CellNotFetched, GridCells
from generation.grids import Grid
from generation.hidden_file import picture_file
from generation.picture_fetcher import PictureFetcher
from generation.request_memory import RequestMemories, RequestMemory
from generation.send_retries import wait_before_resend
from generation.shielded_tasks import ShieldedTasks
from generation.step_result import StepResult
from storage.batches import Batches, DeliveredGrid

log = structlog.get_logger(__name__)


class GridDelivery:
    """Moves the ready requests of a batch to their final state.

    `wait_for_lease` returns once no other process can have taken over what is recorded here.
    """

    def __init__(
        self,
        *,
        batches: Batches,
        delivery: Delivery,
        fetcher: PictureFetcher,
        picture_sender: PictureSender,
        translations: Translations,
        first_effect: FirstEffect,
        tasks: ShieldedTasks,
        clock: Clock,
        metrics: Metrics,
        wait_for_lease: Callable[[], Awaitable[None]],
    ) -> None:
        self._batches = batches
        self._delivery = delivery
        self._fetcher = fetcher
        self._picture_sender = picture_sender
        self._translations = translations
        self._first_effect = first_effect
        self._tasks = tasks
        self._clock = clock
        self._metrics = metrics
        self._wait_for_lease = wait_for_lease
        self._cells = GridCells(fetcher)
        self._memories = RequestMemories()

    async def fetch_ahead(self, ready: Sequence[Request]) -> None:
        """Fetch pictures that are ready while others of their batch are drawn."""
        await self._cells.fetch_ahead(ready)

    async def step(
        self, head: Request, ready: Sequence[Request], memory: RequestMemory, note: str
    ) -> StepResult:
        """Try once to send the grid of the ready requests. `note` is HTML below the caption, `memory` the head's."""
        await self._picture_sender.acquire_slot(head.place.chat_id, Priority.PICTURE)
        try:
            grid = await self._fetcher.join(await self._cells.fetch_all(ready))
        except CellNotFetched as missing:
            own = self._memories.of_request(missing.request.id)
            return await self._delivery.retry_fetch(missing.request, own, missing.error)
        return await self._tasks.run(self._send(head, ready, memory, grid, note))

    def forget(self, ids: Sequence[int]) -> None:
        """Drop what this process remembers about the requests of a batch that has ended."""
        self._cells.drop(ids)
        for request_id in ids:
            self._memories.drop(request_id)

    async def _send(
        self, head: Request, ready: Sequence[Request], memory: RequestMemory, grid: Grid, note: str
    ) -> StepResult:
        """Record the delivery, send and settle, as a shielded task. After a crash in between it is sent again."""
        begun = await self._batches.begin_delivery(head.id)
        if not begun and not memory.send_tries:
            memory.unsure_sends = 1  # by an earlier process
        await self._wait_for_lease()
        memory.send_tries += 1
        try:
            sent = await self._send_photo_or_document(head, ready, grid, note)
        except Unreachable as error:
            log.info("grid undeliverable", batch=head.id, error=str(error))
            return await self._fail(head, State.UNDELIVERABLE, Failure.BLOCKED)
        except Rejected as error:
            log.error("grid rejected by Telegram", batch=head.id, error=str(error))
            allowed = not isinstance(error, NotAllowed)
            return await self._fail(
                head, State.FAILED, Failure.NOT_SENDABLE if allowed else Failure.NOT_ALLOWED
            )
        except (TryLater, Unsure) as error:
            log.warning("grid not sent", batch=head.id, tries=memory.send_tries, error=str(error))
            wait = wait_before_resend(memory, error, self._has_waited(ready))
            if wait is None:
                return await self._fail(head, State.FAILED, Failure.NOT_SENT)
            return StepResult(State.DELIVERING, wait=wait)
        self._metrics.delivering.observe(self._has_waited(ready))
        return await self._settle(head, ready, grid, sent)

    def _has_waited(self, ready: Sequence[Request]) -> float:
        """Return the seconds since the last picture was ready, which the ledger knows over restarts."""
        return max(0.0, self._clock.now() - max(one.require_ready_at() for one in ready))

    async def _send_photo_or_document(
        self, head: Request, ready: Sequence[Request], grid: Grid, note: str
    ) -> SentPicture:
        name = file_name(head.prompt, head.id, "jpg")
        translate = self._translations.for_language(head.language)
        text, keyboard = caption(head.prompt, below=note), grid_keyboard(translate, head, ready)
        effect_id = await self._first_effect.of(ready)
        try:
            return await self._picture_sender.send_photo(
                head.place, grid.data, name, text, keyboard, spoiler=head.spoiler, effect_id=effect_id
            )
        except Rejected as error:
            log.warning("photo rejected, sent as a document", batch=head.id, error=str(error))
        await self._picture_sender.acquire_slot(head.place.chat_id, Priority.PICTURE)
        hidden = head.spoiler or await self._picture_sender.covers(head.place.chat_id)
        file = picture_file(grid.data, name, hidden=hidden)
        if hidden:
            below = [line for line in (note, translate("hidden-file")) if line]
            text = caption(head.prompt, below="\n\n".join(below))
        return await self._picture_sender.send_document(head.place, file, text, keyboard)

    async def _settle(
        self, head: Request, ready: Sequence[Request], grid: Grid, sent: SentPicture
    ) -> StepResult:
        cells = [one.id for one in ready]
        delivered = DeliveredGrid(sent.message_id, sent.file_id, sent.kind, cells, grid.columns)
        settled = await self._tasks.retry_until_written(
            lambda: self._batches.settle_delivered(head.id, delivered)
        )
        for one in settled:
            if one.is_member:
                self._metrics.record_end(one.state, one.cost)
                log.info("request closed", request=one.id, state=one.state, failure=None)
        return StepResult(State.DELIVERED)

    async def _fail(self, head: Request, final: State, failure: Failure) -> StepResult:
        await self._tasks.retry_until_written(
            lambda: self._batches.settle_without_picture(head.id, final, failure)
        )
        return StepResult(final)
