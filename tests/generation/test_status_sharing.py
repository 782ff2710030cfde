"""Status messages of two replicas: each request has one, it never goes back, and it is over when the request is."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from pydantic import SecretStr

from bot.build_chat import build_chat
from bot.build_storage import build_storage
from bot.settings import Settings
from chat import keyboards
from chat.sender import Sender
from chat.translations import Translations
from core.metrics import Metrics
from core.model import PENDING, Accepted, Request, State
from generation.drawing_estimate import DrawingEstimate
from generation.duration_model import PRIOR
from generation.engine import DRAIN_SECONDS
from generation.lost_status import LostStatusFinder
from generation.shielded_tasks import ShieldedTasks
from generation.status_messages import CHECKED_AT_ONCE, StatusMessages
from generation.status_sharing import ID_SECONDS, StatusSharing
from storage.open_database import open_database
from storage.requests import Requests
from tests.support.factories import AMPLE, generation_request
from tests.support.fake_apis import EngineTelegram, KillSwitch
from tests.support.virtual_loop import LoopClock, virtual_time


@dataclass(slots=True)
class Pair:
    """The statuses of the leader and of another replica, on one ledger and one Telegram."""

    leader: StatusMessages
    other: StatusMessages
    requests: Requests
    sender: Sender
    tasks: ShieldedTasks
    telegram: EngineTelegram

    @property
    def texts(self) -> Mapping[int, str]:
        """The texts in the chat by message id."""
        return self.telegram.texts

    async def accept(self) -> Request:
        """Accept a request that waits."""
        accepted = await self.requests.accept(generation_request(self.telegram.next_message_id()), AMPLE)
        assert isinstance(accepted, Accepted)
        return accepted.request

    def show(self, statuses: StatusMessages, request: Request) -> None:
        """Let a replica show a request that it has just accepted."""
        statuses.show(request)
        statuses.update_now(request.id)

    async def begin(self, request: Request) -> Request:
        """Record the create of a request and return its row."""
        assert await self.requests.move(request.id, State.QUEUED, State.SUBMITTING, creates=1)
        return await self.row(request)

    async def row(self, request: Request) -> Request:
        """Return the row of a request as it is now."""
        row = await self.requests.get(request.id)
        assert row is not None
        return row


async def _position() -> Mapping[int, int]:
    return {1: 1}


@asynccontextmanager
async def _pair(url: str) -> AsyncIterator[Pair]:
    settings = Settings.model_construct(bot_token=SecretStr("1:token"))
    async with AsyncExitStack() as stack:
        database = await open_database(url)
        stack.push_async_callback(database.close)
        storage = build_storage(database, LoopClock())
        telegram = EngineTelegram(KillSwitch())
        chat = build_chat(
            settings,
            session=telegram,
            clock=LoopClock(),
            metrics=Metrics(),
            storage=storage,
            stack=stack,
            replica=None,
        )
        tasks = ShieldedTasks(LoopClock())
        made = []
        for leads in (True, False):
            statuses = StatusMessages(
                sender=chat.sender,
                inline_messages=chat.inline_messages,
                requests=storage.requests,
                translations=chat.translations,
                tasks=tasks,
                clock=LoopClock(),
                lost_status_finder=LostStatusFinder(chat.sender),
                deletion_scheduler=chat.deletion_scheduler,
                estimate=lambda: DrawingEstimate((PRIOR,)),
                sharing=StatusSharing(
                    requests=storage.requests,
                    clock=LoopClock(),
                    leads=lambda leads=leads: leads,  # type: ignore[misc]
                ),
            )
            statuses.start(_position)
            stack.push_async_callback(statuses.stop)
            made.append(statuses)
        leader, other = made
        yield Pair(leader, other, storage.requests, chat.sender, tasks, telegram)


@virtual_time
async def test_the_replica_that_accepts_leaves_a_waiting_request_to_the_leader(database_url: str) -> None:
    async with _pair(database_url) as pair:
        request = await pair.accept()
        pair.show(pair.other, request)
        await asyncio.sleep(5)
        assert len(pair.texts) == 1
        assert not pair.other.shows(request.id)
        pair.leader.adopt(await pair.row(request))
        await asyncio.sleep(20)
        assert len(pair.texts) == 1


@virtual_time
async def test_a_late_leader_does_not_take_a_drawing_back(database_url: str) -> None:
    async with _pair(database_url) as pair:
        request = await pair.accept()
        pair.show(pair.other, request)
        await asyncio.sleep(2)
        waiting = await pair.row(request)
        pair.other.adopt(await pair.begin(request))
        pair.other.drawing(request.id)
        await asyncio.sleep(10)
        pair.leader.adopt(waiting)  # read before the create
        await asyncio.sleep(2)
        [text] = pair.texts.values()
        assert "Drawing" in text
        assert not pair.leader.shows(request.id)


@virtual_time
async def test_the_first_message_of_another_replica_is_continued(database_url: str) -> None:
    """Its id is stored a while after the replica that draws has begun."""
    async with _pair(database_url) as pair:
        request = await pair.begin(await pair.accept())
        pair.other.adopt(request)
        await asyncio.sleep(ID_SECONDS - 3)
        assert not pair.texts
        pair.show(pair.leader, request)  # this replica has accepted it, and its call took long
        await asyncio.sleep(10)
        assert len(pair.texts) == 1
        assert (await pair.row(request)).status_message_id in pair.texts


@virtual_time
async def test_a_first_message_that_never_comes_is_replaced(database_url: str) -> None:
    async with _pair(database_url) as pair:
        pair.other.adopt(await pair.begin(await pair.accept()))
        await asyncio.sleep(ID_SECONDS + 10)  # the lost one is searched first
        assert len(pair.texts) == 1


@virtual_time
async def test_a_first_message_whose_id_was_not_stored_is_found(database_url: str) -> None:
    """The replica that sent it has ended."""
    async with _pair(database_url) as pair:
        request = await pair.accept()
        place, text = request.place, "⏳ Your picture is next."
        buttons = keyboards.cancel(Translations().for_language("en"), request.id)
        lost = await pair.sender.send_status(place, text, keyboard=buttons)
        pair.other.adopt(await pair.begin(request))
        await asyncio.sleep(ID_SECONDS + 10)
        assert list(pair.texts) == [lost]
        assert (await pair.row(request)).status_message_id == lost


@virtual_time
async def test_the_id_of_a_message_in_flight_is_stored_although_the_process_stops(database_url: str) -> None:
    async with _pair(database_url) as pair:
        request = await pair.accept()
        pair.show(pair.other, request)
        pair.telegram.answer_seconds = 5.0
        await asyncio.sleep(2)
        assert pair.texts
        await pair.other.stop()
        await pair.tasks.drain(DRAIN_SECONDS)
        assert (await pair.row(request)).status_message_id in pair.texts


@virtual_time
async def test_nothing_is_shown_of_a_request_that_is_over(database_url: str) -> None:
    async with _pair(database_url) as pair:
        request = await pair.begin(await pair.accept())
        pair.other.adopt(request)
        assert await pair.requests.settle(request, PENDING, State.CANCELLED)
        await asyncio.sleep(2 * ID_SECONDS)
        assert not pair.texts
        assert not pair.other.shows(request.id)


@virtual_time
async def test_of_two_first_messages_one_stays(database_url: str) -> None:
    async with _pair(database_url) as pair:
        request = await pair.accept()
        for statuses in (pair.leader, pair.other):
            pair.show(statuses, request)
        await asyncio.sleep(10)
        assert list(pair.texts) == [(await pair.row(request)).status_message_id]


@virtual_time
async def test_other_work_runs_while_a_tick_checks_many_statuses(database_url: str) -> None:
    async with _pair(database_url) as pair:
        request = await pair.accept()
        for number in range(4 * CHECKED_AT_ONCE):
            pair.leader.show(replace(request, id=1_000 + number))
        passes = 0

        async def count() -> None:
            nonlocal passes
            while True:
                passes += 1
                await asyncio.sleep(0)

        counting = asyncio.create_task(count())
        await pair.leader.tick()
        counting.cancel()
        assert passes >= 4
