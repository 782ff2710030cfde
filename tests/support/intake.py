"""Replicas, or a single process, that only receive and handle updates."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramServerError
from aiogram.methods import AnswerPreCheckoutQuery
from aiogram.methods.base import TelegramMethod
from aiogram.types import BotSubscriptionUpdated, InlineQuery, Message, PreCheckoutQuery
from pydantic import SecretStr

from bot.build_chat import build_chat
from bot.build_storage import StorageParts, build_storage
from bot.notices import Notices
from bot.settings import Settings
from bot.throttle import Throttle
from bot.update_queue import UpdateQueue
from chat.languages import LanguageResolver
from core.metrics import Metrics
from storage.database_errors import StorageUnavailable, StorageUnreachable
from storage.open_database import open_database
from storage.replicas import Replicas
from tests.support.fake_apis import DispatcherTelegram, KillSwitch
from tests.support.virtual_loop import LoopClock


class IntakeTelegram(DispatcherTelegram):
    """The Bot API with pre-checkout queries. `checkouts` holds their answers: None is yes.

    While it `is_down`, every call fails.
    """

    def __init__(self, kill_switch: KillSwitch) -> None:
        super().__init__(kill_switch)
        self.checkouts: dict[str, str | None] = {}
        self.is_down = False

    def perform(self, method: TelegramMethod[Any]) -> Any:
        if self.is_down:
            raise TelegramServerError(method, "Bad Gateway")
        if isinstance(method, AnswerPreCheckoutQuery):
            self.checkouts[method.pre_checkout_query_id] = method.error_message
            return True
        return super().perform(method)


class OneReplica:
    """A replica that only handles updates: it notes their texts, once `may_handle` is set.

    A payment is noted by its charge id, a change of a subscription by its state. `broken` are those whose handler
    fails, `tries` counts their tries, and `failures` those that were reported. A checkout is answered with yes unless
    its payload is broken, too.
    """

    bot: Bot
    queue: UpdateQueue
    storage: StorageParts
    languages: LanguageResolver

    def __init__(self) -> None:
        self.handled: list[str] = []
        self.broken: set[str] = set()
        self.tries: Counter[str] = Counter()
        self.failures = 0
        self.loses_answers = False
        self.refuses_writes = False
        self.may_handle = asyncio.Event()
        self.may_handle.set()
        self.telegram = IntakeTelegram(KillSwitch())
        self.dispatcher = Dispatcher()
        self.dispatcher.message.register(self._handle)
        self.dispatcher.inline_query.register(self._answer)
        self.dispatcher.subscription.register(self._change)
        self.dispatcher.pre_checkout_query.register(self._agree)

    def at_failpoint(self, point: str) -> None:
        """Refuse a write, or lose the database's answer to a commit (Failpoint)."""
        if point == "write" and self.refuses_writes:
            raise StorageUnavailable("the disk is full")
        if point == "committed" and self.loses_answers:
            self.loses_answers = False
            raise StorageUnreachable("the connection ended")

    def report_failure(self) -> None:
        """Note that a payment was not handled."""
        self.failures += 1

    async def _handle(self, message: Message) -> None:
        await self.may_handle.wait()
        paid = message.successful_payment or message.refunded_payment
        self._note(paid.telegram_payment_charge_id if paid else str(message.text))

    async def _answer(self, query: InlineQuery) -> None:
        await self.may_handle.wait()
        self.handled.append(query.query)

    async def _change(self, changed: BotSubscriptionUpdated) -> None:
        self._note(changed.state)

    async def _agree(self, query: PreCheckoutQuery) -> None:
        self._note(query.invoice_payload)
        await query.answer(ok=True)

    def _note(self, name: str) -> None:
        self.tries[name] += 1
        if name in self.broken:
            raise RuntimeError("a bug")
        self.handled.append(name)


@asynccontextmanager
async def open_replicas(
    url: str, *names: str | None, throttle: int = 0, stars: bool = False
) -> AsyncIterator[list[OneReplica]]:
    """Yield replicas that share a database and are registered with it, or a single process, named None."""
    settings = Settings.model_construct(bot_token=SecretStr("1:token"))
    async with AsyncExitStack() as stack:
        made = []
        for name in names:
            replica = OneReplica()
            database = await open_database(url, replica.at_failpoint, shared=name is not None)
            stack.push_async_callback(database.close)
            if name is not None:
                await Replicas(database).register(name)
            replica.storage = storage = build_storage(database, LoopClock())
            chat = build_chat(
                settings,
                session=replica.telegram,
                clock=LoopClock(),
                metrics=Metrics(),
                storage=storage,
                stack=stack,
                replica=None,
            )
            replica.bot, replica.languages = chat.bot, chat.languages
            replica.queue = UpdateQueue(
                inbox=storage.inbox,
                dispatcher=replica.dispatcher,
                bot=chat.bot,
                clock=LoopClock(),
                throttle=Throttle(throttle),
                notices=Notices(
                    sender=chat.sender,
                    private_replies=chat.private_replies,
                    guest_answers=chat.guest_answers,
                    invoices=chat.invoices,
                    languages=chat.languages,
                ),
                owner=name,
                stars=stars,
                on_failed_payment=replica.report_failure,
            )
            stack.push_async_callback(replica.queue.stop, 0.0)
            made.append(replica)
        yield made


async def retire(url: str, name: str) -> None:
    """Let a replica leave, so that the others take over what it has not handled."""
    database = await open_database(url, shared=True)
    await Replicas(database).retire(name)
    await database.close()


def text_update(number: int, user: int = 7, **content: Any) -> dict[str, Any]:
    """Return an update with a private message, by default the number as a text."""
    chat = {"id": user, "type": "private"}
    message = {"message_id": number, "date": 1_790_000_000, "chat": chat, "from": _user(user)}
    return {"update_id": number, "message": message | (content or {"text": f"{number}"})}


def inline_query(number: int, user: int) -> dict[str, Any]:
    """Return an update with an inline query."""
    query = {"id": f"{number}", "from": _user(user), "query": f"q{number}", "offset": ""}
    return {"update_id": number, "inline_query": query}


def checkout_query(number: int, user: int = 7, payload: str = "order") -> dict[str, Any]:
    """Return an update with a pre-checkout query, whose id is the number."""
    query = {"id": f"{number}", "from": _user(user), **_AMOUNT, "invoice_payload": payload}
    return {"update_id": number, "pre_checkout_query": query}


def payment(number: int, charge: str, user: int = 7, *, kind: str = "successful_payment") -> dict[str, Any]:
    """Return an update with a payment or a refund (`refunded_payment`)."""
    paid = {**_AMOUNT, "invoice_payload": "order", "telegram_payment_charge_id": charge}
    return text_update(number, user, **{kind: paid | {"provider_payment_charge_id": ""}})


def subscription(number: int, user: int = 7, state: str = "canceled") -> dict[str, Any]:
    """Return an update with a change of a subscription."""
    return {
        "update_id": number,
        "subscription": {"user": _user(user), "invoice_payload": "o", "state": state},
    }


_AMOUNT = {"currency": "XTR", "total_amount": 50}


def _user(user_id: int) -> dict[str, Any]:
    return {"id": user_id, "is_bot": False, "first_name": "Ann", "language_code": "en"}
