"""The router of a feature differs from aiogram's in its cost alone."""

import datetime
import functools
import threading
from pathlib import Path

import pytest
from aiogram import Bot, F, Router
from aiogram.dispatcher.event.bases import UNHANDLED, SkipHandler
from aiogram.dispatcher.event.handler import FilterObject, HandlerObject
from aiogram.filters import Command as AiogramCommand
from aiogram.handlers import MessageHandler
from aiogram.types import Chat, Message

from handlers.commands import Command
from handlers.feature_router import FeatureObserver, FeatureRouter
from handlers.identity import UserIdentity
from handlers.user_errors import UserError
from tests.support.fake_apis import EngineTelegram, FakeProvider, KillSwitch
from tests.support.in_process_app import open_app
from tests.support.ledger import file_url
from tests.support.virtual_loop import LoopClock


def test_it_has_the_attributes_of_a_router() -> None:
    whole, feature = Router(name="x"), FeatureRouter(name="x")
    observers = {*whole.observers, "errors"}
    assert {*vars(feature)} == {*vars(whole)} - observers


def test_an_observer_is_made_at_its_first_use() -> None:
    router = FeatureRouter(name="x")
    assert router.observers == {}
    assert router.message is router.message is router.observers["message"]
    assert router.message.event_name == "message"
    assert router.errors is router.error
    assert {*router.observers} == {"message", "error"}
    with pytest.raises(AttributeError):
        _ = router.no_such_kind


def _message(text: str) -> Message:
    chat = Chat(id=1, type="private")
    return Message(message_id=1, date=datetime.datetime.fromtimestamp(0, datetime.UTC), chat=chat, text=text)


def _register(router: Router, seen: list[str]) -> Router:
    """Register handlers behind filters of the event, of other arguments, and one that rejects the rest."""

    async def asked(_message: Message) -> bool:
        seen.append("asked")
        return True

    async def refuses(message: Message) -> bool:
        seen.append("refuses")
        if message.text == "/quota":
            raise UserError
        return False

    async def leaves(_message: Message) -> None:
        seen.append("leaves")
        raise SkipHandler

    async def ends(_message: Message) -> str:
        return "ended"

    router.message.register(leaves, Command("queue"), asked)
    router.message.register(ends, refuses, Command("quota"))
    router.message.register(ends, Command("queue"), F.text.contains("fox"))
    router.message.register(ends, F.text == "words", asked)
    return router


@pytest.mark.parametrize(
    ("text", "outcome", "filters"),
    [
        ("/queue fox", "ended", ["asked", "leaves", "refuses"]),
        ("/queue", UNHANDLED, ["asked", "leaves", "refuses"]),
        ("words", "ended", ["refuses", "asked"]),
        ("/quota", UserError, ["refuses"]),
        ("/style", UNHANDLED, ["refuses"]),
    ],
)
async def test_an_update_reaches_the_same_handlers_as_with_the_router_of_aiogram(
    text: str, outcome: object, filters: list[str]
) -> None:
    bot = Bot("1:x")
    user = UserIdentity(1, "en", "User")
    for router in (Router(name="x"), FeatureRouter(name="x")):
        seen: list[str] = []
        arrived: object = None
        try:
            arrived = await _register(router, seen).propagate_event(
                "message", _message(text), bot=bot, user=user
            )
        except UserError as error:
            arrived = type(error)
        assert (arrived, seen) == (outcome, filters)


async def test_a_router_whose_handlers_are_for_other_commands_asks_no_filter() -> None:
    asked: list[Message] = []

    async def ask(message: Message) -> bool:
        asked.append(message)
        return True

    router = FeatureRouter(name="x")
    router.message.register(ask, Command("queue"), ask)
    router.message.register(ask, F.photo, ask)
    assert await router.propagate_event("message", _message("/quota")) is UNHANDLED
    assert asked == []


async def test_a_magic_filter_runs_in_the_thread_of_the_event_loop() -> None:
    threads: list[int] = []

    def note(_text: str) -> bool:
        threads.append(threading.get_ident())
        return True

    async def handle(_message: Message) -> None:
        return None

    router = FeatureRouter(name="x")
    router.message.filter(F.text.func(note))
    router.message.register(handle, F.text.func(note))
    await router.propagate_event("message", _message("words"))
    assert {*threads} == {threading.get_ident()}


async def test_handlers_and_filters_take_the_arguments_that_aiogram_would_give_them(tmp_path: Path) -> None:
    """All of the bot's, and of each kind that aiogram knows."""

    async def of_keywords(_message: Message, *, user: UserIdentity, **others: object) -> None:
        raise NotImplementedError

    def in_a_thread(_message: Message, bot: Bot) -> None:
        raise NotImplementedError

    class OfClass(MessageHandler):
        async def handle(self) -> None:
            raise NotImplementedError

    switch = KillSwitch()
    telegram, provider = EngineTelegram(switch), FakeProvider(switch)
    app = await open_app(
        file_url(tmp_path / "bot.sqlite3"), telegram=telegram, provider=provider, clock=LoopClock()
    )
    router = FeatureRouter(name="x")
    part = functools.partial(in_a_thread, bot=Bot("1:token"))
    for callback in (of_keywords, in_a_thread, OfClass, part, str.format):
        router.message.register(callback, flags={"kept": True})
    observers = [
        observer
        for one in (*app.dispatcher.chain_tail, router)
        for observer in one.observers.values()
        if isinstance(observer, FeatureObserver)
    ]
    handlers = [handler for observer in observers for handler in observer.handlers]
    filters = [one for handler in handlers for one in handler.filters or []]
    assert len(handlers) > 150
    assert len(filters) > 400
    for quick in handlers:
        known = HandlerObject(quick.callback, filters=quick.filters, flags={**quick.flags})
        assert (quick.awaitable, quick.params - {"self"}, quick.varkw, quick.flags) == (
            known.awaitable,
            known.params,
            known.varkw,
            known.flags,
        )
    for one in filters:
        same = FilterObject(one.callback)
        assert (one.awaitable, one.params - {"self"}, one.varkw) == (
            same.awaitable,
            same.params,
            same.varkw,
        )
    await app.database.close()


def test_a_filter_adds_its_flags_to_those_of_the_handler() -> None:
    router = FeatureRouter(name="x")
    given = {"own": True}

    @router.message(AiogramCommand("queue"), flags=given)
    async def handle(_message: Message) -> None:
        raise NotImplementedError

    (handler,) = router.message.handlers
    assert {*handler.flags} == {"own", "commands"}
    assert given == {"own": True}
    with pytest.raises(TypeError, match="content_types"):
        router.message.register(handle, content_types=["text"])
