"""The chat's part of a request: fetch the picture, make it fit, send it. Paid once, however often this fails.

The turn to send comes before the picture is fetched, so what waits for Telegram holds no pictures in memory.
"""

import asyncio
from dataclasses import dataclass

import structlog
from aiogram.types import BufferedInputFile

from chat import keyboards
from chat.captions import caption
from chat.errors import NotAllowed, Rejected, TryLater, Unreachable, Unsure
from chat.limits import Priority
from chat.sender import Sender, SentPicture
from chat.translations import Translations
from core.clock import Clock
from core.metrics import Metrics
from core.model import SENDING, Failure, Request, State
from core.reply_target import ReplyTarget
from generation.conversion import Picture, PictureConverter
from generation.shielded_tasks import ShieldedTasks, StepResult, backoff
from generation.status_messages import StatusMessages
from provider.client import MediaClient
from provider.downloads import Downloads
from provider.errors import DownloadError, LinkUnavailable, MediaError, PictureRefused
from storage.requests import Requests

log = structlog.get_logger(__name__)

PICTURES_AT_ONCE = 8
"""Pictures held in memory together, up to 25 MiB each while they are fetched."""
FETCH_PATIENCE = 30 * 60.0
"""Seconds a store with a problem is waited for."""
SEND_PATIENCE = 24 * 3600.0
"""Seconds Telegram is waited for: about as long as the link lives."""
_TRIES_A_LINK = 2
_REFRESHES = 2
_UNSURE_TRIES = 3


@dataclass(slots=True)
class _Tries:
    """What was tried for one request since the process began."""

    fetches: int = 0
    refreshes: int = 0
    sends: int = 0
    unsure: int = 0


class Delivery:
    """Takes a request from `ready` to its end."""

    def __init__(
        self,
        requests: Requests,
        media: MediaClient,
        downloads: Downloads,
        pictures: PictureConverter,
        sender: Sender,
        status_messages: StatusMessages,
        translations: Translations,
        tasks: ShieldedTasks,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._requests = requests
        self._media = media
        self._downloads = downloads
        self._pictures = pictures
        self._sender = sender
        self._status_messages = status_messages
        self._translations = translations
        self._tasks = tasks
        self._clock = clock
        self._metrics = metrics
        self._places = asyncio.Semaphore(PICTURES_AT_ONCE)
        self._tries: dict[int, _Tries] = {}

    def forget(self, request_id: int) -> None:
        """Drop what is remembered of a closed request."""
        self._tries.pop(request_id, None)

    async def step(self, request: Request) -> StepResult:
        """Try once to deliver a request that is `ready` or `delivering`."""
        tries = self._tries.setdefault(request.id, _Tries())
        self._status_messages.sending(request.id)
        await self._sender.acquire_slot(request.chat_id, Priority.PICTURE)
        async with self._places:
            self._sender.show_chat_action(ReplyTarget(request.chat_id, request.thread_id))
            try:
                picture = await self._pictures.fit(await self._downloads.fetch(request.picture_url or ""))
            except DownloadError as error:
                return await self._not_fetched(request, tries, error)
            return await self._tasks.run(self._send(request, tries, picture))

    async def _not_fetched(self, request: Request, tries: _Tries, error: DownloadError) -> StepResult:
        tries.fetches += 1
        log.warning("picture not fetched", request=request.id, tries=tries.fetches, error=str(error))
        trouble = isinstance(error, LinkUnavailable)
        if trouble and self._clock.now() - (request.ready_at or 0.0) > FETCH_PATIENCE:
            return await self._fail(request, Failure.PICTURE_LOST)
        if tries.fetches % _TRIES_A_LINK == 0:
            if not trouble and tries.refreshes >= _REFRESHES:
                return await self._fail(request, Failure.PICTURE_LOST)
            tries.refreshes += 1
            await self._refresh(request)
        longest = 5.0 if isinstance(error, PictureRefused) else 60.0
        return StepResult(request.state, wait=backoff(tries.fetches, longest=longest))

    async def _refresh(self, request: Request) -> None:
        """Ask the provider for the picture's link anew."""
        try:
            task = await self._media.result(request.task_id or "")
        except MediaError as error:
            log.warning("link not renewed", request=request.id, error=str(error))
            return
        if task.url and task.url != request.picture_url:
            await self._requests.move(request.id, request.state, request.state, picture_url=task.url)

    async def _send(self, request: Request, tries: _Tries, picture: Picture) -> StepResult:
        """Write `delivering`, send, settle: an act. Killed in between, the picture is sent again."""
        if request.state is State.READY and not await self._requests.move(
            request.id, State.READY, State.DELIVERING
        ):
            return StepResult(request.state)
        tries.sends += 1
        try:
            sent = await self._as_it_fits(request, picture)
        except Unreachable as error:
            log.info("undeliverable", request=request.id, error=str(error))
            return await self._settle(request, State.UNDELIVERABLE, failure=Failure.BLOCKED)
        except Rejected as error:
            log.error("Telegram refuses the picture", request=request.id, error=str(error))
            allowed = not isinstance(error, NotAllowed)
            return await self._fail(request, Failure.NOT_SENDABLE if allowed else Failure.NOT_ALLOWED)
        except (TryLater, Unsure) as error:
            log.warning("picture not sent", request=request.id, tries=tries.sends, error=str(error))
            tries.unsure += isinstance(error, Unsure)
            late = self._clock.now() - (request.ready_at or 0.0) > SEND_PATIENCE
            if late or tries.unsure >= _UNSURE_TRIES:
                return await self._fail(request, Failure.NOT_SENDABLE)
            named = error.retry_after if isinstance(error, TryLater) else None
            return StepResult(State.DELIVERING, wait=named or backoff(tries.sends, longest=60.0))
        if request.ready_at is not None:
            self._metrics.delivering.observe(max(0.0, self._clock.now() - request.ready_at))
        return await self._settle(
            request,
            State.DELIVERED,
            file_id=sent.file_id,
            file_kind=sent.kind,
            result_message_id=sent.message_id,
        )

    async def _as_it_fits(self, request: Request, picture: Picture) -> SentPicture:
        place = ReplyTarget(request.chat_id, request.thread_id, request.message_id)
        name = f"imagine-{request.id}.{picture.extension}"
        words = caption(request.prompt)
        keyboard = keyboards.result(self._translations.of(request.language), request)
        if picture.as_photo:
            try:
                return await self._sender.send_photo(place, picture.data, name, words, keyboard)
            except Rejected as error:
                log.warning("not taken as a photo", request=request.id, error=str(error))
                await self._sender.acquire_slot(request.chat_id, Priority.PICTURE)
        return await self._sender.send_document(place, BufferedInputFile(picture.data, name), words, keyboard)

    async def _fail(self, request: Request, failure: Failure) -> StepResult:
        return await self._settle(request, State.FAILED, failure=failure)

    async def _settle(self, request: Request, final: State, **values: str | int) -> StepResult:
        await self._tasks.retry_until_written(
            lambda: self._requests.settle(request, SENDING, final, **values)
        )
        return StepResult(final)
