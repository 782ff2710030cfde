"""Whatever people and forgers send: no handler dies, no traceback reaches anybody, nothing of another's is touched."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import Update, User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from bot.app import App
from bot.settings import Settings
from playground.entities import parse
from provider.answers import read_balance, read_json, read_task
from provider.errors import MediaError
from storage.database import Database
from tests.support.factories import PLENTY, generation_request
from tests.support.fake_apis import Chats, KillSwitch, Provider
from tests.support.virtual_loop import LoopClock, VirtualLoop

ANN, MALLORY = 7, 66
ODD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\u202e\u200b\u0301\x00<>&\"'*_`[]@/—–:=\n\t🦊👩‍👩‍👧"),
    ),
    max_size=300,
)
TEXTS = st.one_of(
    ODD,
    ODD.map("/imagine ".__add__),
    ODD.map("/imagine@x ".__add__),
    ODD.map("/start ".__add__),
    st.sampled_from(
        ["/prompt", "/history", "/queue", "/quota", "/ratio", "/language", "/forget", "/settings", "/help"]
    ),
    st.tuples(ODD, st.sampled_from([" --ar ", " —ar ", " ar=", " --"]), ODD)
    .map("".join)
    .map("/imagine ".__add__),
)
NUMBERS = st.one_of(st.integers(-5, 5), st.integers(-(2**70), 2**70))
DATA = st.one_of(
    ODD,
    st.builds(
        lambda p, parts: ":".join([p, *map(str, parts)]),
        st.sampled_from(list("rcpxshglf")),
        st.lists(st.one_of(NUMBERS, st.sampled_from(["16x9", "a", "u", "o", "0", "1", ""])), max_size=4),
    ),
)


class Town(Chats):
    """A Telegram that takes every method and checks that what is said could be sent."""

    def _do(self, method: Any) -> Any:
        name = type(method).__name__
        if name == "GetMe":
            return User(id=1, is_bot=True, first_name="Imagine", username="imagine_bot")
        if name == "GetChatMember":
            raise TelegramBadRequest(method, "Bad Request: user not found")
        text = getattr(method, "text", None)
        if isinstance(text, str) and name != "AnswerCallbackQuery":
            shown, _ = parse(text, "HTML")
            assert "Traceback" not in shown
        if name in {
            "AnswerCallbackQuery",
            "SetMessageReaction",
            "SendChatAction",
            "EditMessageReplyMarkup",
            "EditMessageMedia",
        }:
            return True
        return super()._do(method)


class House:
    """The dispatcher over a real ledger, in one thread."""

    def __init__(self, folder: Path) -> None:
        self.loop = VirtualLoop()
        asyncio.set_event_loop(self.loop)
        self.telegram = Town(KillSwitch())
        self.app = self.loop.run_until_complete(self._open(folder))
        self.dispatcher = self.app.dispatcher
        self.failures: list[BaseException] = []
        self._updates = 0

    async def _open(self, folder: Path) -> App:
        database = await Database.open(f"sqlite:///{folder}/bot.sqlite3")
        chosen = Settings.model_construct(
            bot_token=SecretStr("1:token"),
            gptunnel_api_key=SecretStr("key-key-key"),
            gptunnel_api_url="http://media.test/v1",
            telegram_rate=100_000,
            daily_quota=1_000_000,
            user_queue_limit=1_000,
        )
        provider = Provider(self.telegram.kill_switch)
        app = App(
            chosen, database=database, session=self.telegram, media_transport=provider, clock=LoopClock()
        )
        await app.start()
        self.owned = await app.engine.submit(generation_request(1, ANN), PLENTY)
        return app

    def feed(self, content: dict[str, Any]) -> None:
        """Handle an update; what a handler raises is raised here."""
        self._updates += 1
        update = Update.model_validate({"update_id": self._updates, **content}, context={"bot": self.app.bot})

        async def handle() -> None:
            await self.dispatcher.feed_update(self.app.bot, update)
            await asyncio.sleep(0.01)

        with structlog.testing.capture_logs() as logged:
            self.loop.run_until_complete(handle())
        assert not [line for line in logged if line["event"] == "handler failed"]

    def close(self) -> None:
        self.loop.run_until_complete(self.app.stop())
        self.loop.close()
        asyncio.set_event_loop(None)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("hostile"))
    yield made
    made.close()


def _message(text: str, chat_id: int, number: int = 1, **more: Any) -> dict[str, Any]:
    kind = "private" if chat_id > 0 else "supergroup"
    return {
        "message_id": number,
        "date": 1_790_000_000,
        "chat": {"id": chat_id, "type": kind, "title": "<x>"},
        "from": {"id": MALLORY, "is_bot": False, "first_name": "<b>M&M", "language_code": "ru"},
        "text": text,
        **more,
    }


@pytest.mark.slow
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS, chat_id=st.sampled_from([MALLORY, -1_000_000_000_005]), edited=st.booleans())
def test_no_text_breaks_a_handler(house: House, text: str, chat_id: int, edited: bool) -> None:
    kind = "edited_message" if edited else "message"
    more = {"edit_date": 1_790_000_001} if edited else {}
    house.feed({kind: _message(text, chat_id, house._updates + 10, **more)})


@pytest.mark.slow
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=DATA)
def test_no_callback_data_breaks_a_handler_or_touches_what_is_another_s(house: House, data: str) -> None:
    query = {
        "id": str(house._updates),
        "from": {"id": MALLORY, "is_bot": False, "first_name": "M"},
        "chat_instance": "1",
        "data": data,
        "message": _message("x", MALLORY, 5),
    }
    house.feed({"callback_query": query})
    rows = house.loop.run_until_complete(house.app.requests.pending_of_user(ANN))
    everything = house.loop.run_until_complete(
        house.app.requests.by_key(generation_request(1, ANN).origin.key)
    )
    assert everything is not None
    assert not everything.forget
    assert everything.state.value != "cancelled"
    assert len(rows) <= 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ODD,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.one_of(
                st.sampled_from(["id", "status", "url", "code", "message", "error", "balance", "cost"]), ODD
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(st.one_of(st.binary(max_size=200), JSON.map(lambda value: json.dumps(value).encode())))
def test_no_answer_of_the_provider_s_is_more_than_a_known_error(body: bytes) -> None:
    for read in (read_task, read_balance):
        with contextlib.suppress(MediaError):
            read(read_json(200, body))


@given(JSON)
def test_an_update_is_understood_or_refused(value: Any) -> None:
    with contextlib.suppress(ValidationError):
        Update.model_validate({"update_id": 1, "message": value})
