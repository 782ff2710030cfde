"""Delivers a finished picture: a request from `ready` to its final state, paid once however often a step fails.

The slot is acquired before the picture is fetched, so that requests that wait for Telegram hold no pictures in memory.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from chat.errors import NotAllowed, Rejected, TryLater, Unreachable, Unsure
from chat.limits import Priority
from chat.picture_sender import PictureSender, SentPicture
from core.clock import Clock
from core.metrics import Metrics
from core.model import SENDING, Failure, FileKind, Request, State
from core.retries import backoff
from generation.conversion import Picture, UnusablePicture
from generation.picture_fetcher import PictureFetcher
from generation.picture_messages import PictureMessages
from generation.request_memory import RequestMemory
from generation.send_retries import SEND_SECONDS, wait_before_resend
from generation.shielded_tasks import ShieldedTasks
from generation.status_messages import StatusMessages
from generation.step_result import StepResult
from provider.errors import DownloadError, DownloadRefused, LinkUnavailable
from storage.requests import Requests

log = structlog.get_logger(__name__)

PICTURES_AT_ONCE = 8
"""Pictures in memory at once, each up to 25 MiB while it is fetched."""
FETCH_SECONDS = 30 * 60.0
"""Time for which a store with an outage is retried."""
_TRIES_PER_LINK = 2
_LINK_REFRESHES = 2


class Delivery:
    """Moves a request from `ready` to its final state.

    `wait_for_lease` returns once no other process can have taken over what is recorded here.
    """

    def __init__(
        self,
        *,
        requests: Requests,
        fetcher: PictureFetcher,
        picture_sender: PictureSender,
        picture_messages: PictureMessages,
        status_messages: StatusMessages,
        tasks: ShieldedTasks,
        clock: Clock,
        metrics: Metrics,
        wait_for_lease: Callable[[], Awaitable[None]],
    ) -> None:
        self._requests = requests
        self._fetcher = fetcher
        self._picture_sender = picture_sender
        self._picture_messages = picture_messages
        self._status_messages = status_messages
        self._tasks = tasks
        self._clock = clock
        self._metrics = metrics
        self._wait_for_lease = wait_for_lease
        self._slots = asyncio.Semaphore(PICTURES_AT_ONCE)

    async def step(self, request: Request, memory: RequestMemory, *, note: str = "") -> StepResult:
        """Try once to deliver a request that is `ready` or `delivering`. `note` is HTML below the caption."""
        self._status_messages.sending(request.id)
        await self._picture_sender.acquire_slot(request.place.chat_id, Priority.PICTURE)
        async with self._slots:
            if not self._status_messages.has_message(request.id):
                self._picture_sender.show_chat_action(request.place)
            try:
                picture = await self._fetcher.fetch(request, webp=not memory.webp_refused)
            except (DownloadError, UnusablePicture) as error:
                return await self.retry_fetch(request, memory, error)
            memory.fetch_tries = memory.link_refreshes = 0
            memory.fetch_failed_at = None
            return await self._tasks.run(self._send(request, memory, picture, note))

    async def retry_fetch(
        self, request: Request, memory: RequestMemory, error: DownloadError | UnusablePicture
    ) -> StepResult:
        """Plan the next download after a failed one, renew the link, or fail the request."""
        now = self._clock.now()
        memory.fetch_tries += 1
        # A picture that waits for Telegram is fetched again for each send, so its age says nothing about the store.
        memory.fetch_failed_at = memory.fetch_failed_at or now
        log.warning("picture not fetched", request=request.id, tries=memory.fetch_tries, error=str(error))
        outage = isinstance(error, LinkUnavailable)
        late = now - memory.fetch_failed_at > FETCH_SECONDS or self._has_waited(request) > SEND_SECONDS
        if outage and late:
            return await self._fail(request, Failure.PICTURE_LOST)
        if memory.fetch_tries % _TRIES_PER_LINK == 0:
            if not outage and memory.link_refreshes >= _LINK_REFRESHES:
                return await self._fail(request, Failure.PICTURE_LOST)
            memory.link_refreshes += 1
            await self._fetcher.renew_link(request)
        longest = 5.0 if isinstance(error, DownloadRefused | UnusablePicture) else 60.0
        return StepResult(request.state, wait=backoff(memory.fetch_tries, longest=longest))

    async def _send(self, request: Request, memory: RequestMemory, picture: Picture, note: str) -> StepResult:
        """Record `delivering`, send and settle, as a shielded task. After a crash in between it is sent again."""
        if request.state is State.READY and not await self._requests.move(
            request.id, State.READY, State.DELIVERING
        ):
            return StepResult(request.state)
        if request.state is State.DELIVERING and not memory.send_tries:
            memory.unsure_sends = 1  # by an earlier process
        await self._wait_for_lease()
        memory.send_tries += 1
        try:
            sent = await self._picture_messages.send(request, picture, note)
        except Unreachable as error:
            log.info("undeliverable", request=request.id, error=str(error))
            if request.place.inline_message_id is not None:
                return await self._fail(request, Failure.NOT_STARTED)
            return await self._settle(request, State.UNDELIVERABLE, failure=Failure.BLOCKED)
        except Rejected as error:
            allowed = not isinstance(error, NotAllowed)
            if picture.is_webp and allowed:
                log.info("picture refused as a WebP", request=request.id, error=str(error))
                memory.webp_refused = True  # the next step sends a JPEG
                return StepResult(State.DELIVERING)
            log.error("picture rejected by Telegram", request=request.id, error=str(error))
            return await self._fail(request, Failure.NOT_SENDABLE if allowed else Failure.NOT_ALLOWED)
        except (TryLater, Unsure) as error:
            return await self._retry_send(request, memory, error)
        if _needs_jpeg(memory, picture, sent):
            self._fetcher.note_webp_refusal()
        if request.ready_at is not None:
            self._metrics.delivering.observe(max(0.0, self._clock.now() - request.ready_at))
        return await self._settle(
            request,
            State.DELIVERED,
            file_id=sent.file_id or None,
            file_kind=sent.kind,
            result_message_id=sent.message_id,
        )

    async def _retry_send(
        self, request: Request, memory: RequestMemory, error: TryLater | Unsure
    ) -> StepResult:
        log.warning("picture not sent", request=request.id, tries=memory.send_tries, error=str(error))
        wait = wait_before_resend(memory, error, self._has_waited(request))
        if wait is None:
            return await self._fail(request, Failure.NOT_SENT)
        return StepResult(State.DELIVERING, wait=wait)

    def _has_waited(self, request: Request) -> float:
        """Return the seconds since the picture was ready, which the ledger knows over restarts."""
        return max(0.0, self._clock.now() - request.require_ready_at())

    async def _fail(self, request: Request, failure: Failure) -> StepResult:
        return await self._settle(request, State.FAILED, failure=failure)

    async def _settle(self, request: Request, final: State, **columns: Any) -> StepResult:
        settled = await self._tasks.retry_until_written(
            lambda: self._requests.settle(request, SENDING, final, **columns)
        )
        return StepResult(final, request=settled)


def _needs_jpeg(memory: RequestMemory, picture: Picture, sent: SentPicture) -> bool:
    """Return whether the server refused a WebP and accepted the JPEG as a photo, or made something else of a WebP.

    A picture that only a link shows was sent to no chat, so it has neither a file nor a message.
    """
    if memory.webp_refused:
        return bool(sent.file_id) and sent.kind is FileKind.PHOTO
    return picture.is_webp and not sent.file_id and sent.message_id is not None
