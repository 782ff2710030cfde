"""The parts of the layer payments on one ledger, over a fake of the Bot API that stands below aiogram."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiogram.exceptions import TelegramBadRequest, TelegramNetworkError, TelegramServerError
from aiogram.methods import (
    EditMessageText,
    EditUserStarSubscription,
    GetMe,
    GetStarTransactions,
    RefundStarPayment,
    SendMessage,
    TelegramMethod,
)
from aiogram.types import StarTransaction, StarTransactions, TransactionPartnerUser, User

from chat.api_calls import ApiCaller
from chat.invoices import Invoices
from chat.languages import LanguageResolver
from chat.rate_limiter import LocalRateLimiter
from chat.sender import Sender, make_bot
from chat.translations import Translations
from core.metrics import Metrics
from payments.messages import PaymentMessages
from payments.receipts import Receipts
from payments.reconciler import Reconciler
from payments.refund_requests import RefundRequests
from payments.refund_worker import RefundWorker
from storage.known_languages import KnownLanguages
from storage.preferences import Preferences
from storage.reconciliation import Find
from tests.support.fake_apis import EngineTelegram, KillSwitch
from tests.support.manual_clock import ManualClock
from tests.support.payments_ledger import PaymentsLedger
from tests.support.process_launcher import DEADLINE

ADMIN, OTHER_ADMIN = 1, 2


class StarsTelegram(EngineTelegram):
    """The Bot API with Telegram Stars.

    `refund_outcomes` are the outcomes of the next refunds: "lost" is carried out and not answered, "down", "refused"
    and "a bug" are not carried out, "before" was carried out earlier. Later ones are carried out. `stop_outcomes` are
    those of the next calls that cancel a subscription, `list_outcomes` those of the next looks at the list of Stars,
    which is `transactions`. `messages` are the texts with their chats, `keyboards` the buttons below them, `arrived`
    the chats of messages that no test has waited for, `edited` the edits, `refunded` the charges, and `stopped` the
    subscriptions with their users.
    """

    def __init__(self) -> None:
        super().__init__(KillSwitch())
        self.refund_outcomes: list[str] = []
        self.stop_outcomes: list[str] = []
        self.list_outcomes: list[str] = []
        self.messages: list[tuple[int, str]] = []
        self.edited: list[EditMessageText] = []
        self.refunded: list[str] = []
        self.refund_calls = 0
        self.stopped: list[tuple[int, str]] = []
        self.transactions: list[StarTransaction] = []
        self.keyboards: list[Any] = []
        self.arrived: asyncio.Queue[int] = asyncio.Queue()

    def perform(self, method: TelegramMethod[Any]) -> Any:
        if isinstance(method, RefundStarPayment):
            return self._refund(method)
        if isinstance(method, EditUserStarSubscription):
            assert method.is_canceled
            _fail(self.stop_outcomes, method)
            self.stopped.append((method.user_id, method.telegram_payment_charge_id))
            return True
        if isinstance(method, GetStarTransactions):
            _fail(self.list_outcomes, method)
            offset, limit = method.offset or 0, method.limit or 100
            return StarTransactions(transactions=self.transactions[offset : offset + limit])
        if isinstance(method, GetMe):
            return User(id=42, is_bot=True, first_name="Imagine", username="imagine_bot")
        if isinstance(method, EditMessageText):
            self.edited.append(method)
            return True
        answer = super().perform(method)
        if isinstance(method, SendMessage):
            self.messages.append((int(method.chat_id), method.text))
            self.keyboards.append(method.reply_markup)
            self.arrived.put_nowait(int(method.chat_id))
        return answer

    def add_transaction(
        self, charge_id: str, stars: int, at: float, *, user_id: int = 7, payload: str = "x"
    ) -> None:
        """Add a payment to the list, or with a negative number its refund."""
        user = User(id=user_id, is_bot=False, first_name="Ann")
        partner = TransactionPartnerUser(
            transaction_type="invoice_payment", user=user, invoice_payload=payload
        )
        self.transactions.append(
            StarTransaction(
                id=charge_id,
                amount=abs(stars),
                date=datetime.fromtimestamp(at, UTC),
                source=partner if stars > 0 else None,
                receiver=partner if stars < 0 else None,
            )
        )

    def _refund(self, method: RefundStarPayment) -> bool:
        self.refund_calls += 1
        outcome = self.refund_outcomes[0] if self.refund_outcomes else "done"
        if outcome in {"done", "lost"}:
            self.refunded.append(method.telegram_payment_charge_id)
        _fail(self.refund_outcomes, method)
        return True


def _fail(outcomes: list[str], method: TelegramMethod[Any]) -> None:
    outcome = outcomes.pop(0) if outcomes else "done"
    if outcome == "a bug":
        raise LookupError(outcome)
    if outcome == "lost":
        raise TelegramNetworkError(method, "reset")
    if outcome == "down":
        raise TelegramServerError(method, "Bad Gateway")
    if outcome in {"refused", "before"}:
        words = "CHARGE_ALREADY_REFUNDED" if outcome == "before" else "CHARGE_NOT_FOUND"
        raise TelegramBadRequest(method, f"Bad Request: {words}")


class PausingClock(ManualClock):
    """A clock of one task: its sleep notes the seconds and never ends."""

    def __init__(self, ledger_clock: ManualClock) -> None:
        super().__init__()
        self._ledger_clock = ledger_clock
        self.paused: asyncio.Queue[float] = asyncio.Queue()

    def now(self) -> float:
        return self._ledger_clock.now()

    async def sleep(self, seconds: float) -> None:
        self.paused.put_nowait(seconds)
        await asyncio.Event().wait()


@dataclass
class Payments:
    """Everything that payments are made of, and its fake of the Bot API.

    `reported` are the finds that the admins got, `heard` whether they get any; `changes` counts the calls of
    `on_change`.
    """

    ledger: PaymentsLedger
    telegram: StarsTelegram = field(default_factory=StarsTelegram)
    metrics: Metrics = field(default_factory=Metrics)
    reported: list[Find] = field(default_factory=list)
    heard: bool = True
    changes: int = 0

    def __post_init__(self) -> None:
        ledger, clock, database = self.ledger, self.ledger.clock, self.ledger.database
        bot = make_bot("1:token", self.telegram)
        caller = ApiCaller(
            bot=bot,
            rate_limiter=LocalRateLimiter(rate=1_000_000, clock=clock),
            clock=clock,
            metrics=self.metrics,
        )
        sender = Sender(caller)
        self.translations = Translations()
        languages = LanguageResolver(
            translations=self.translations, preferences=Preferences(database), known=KnownLanguages(database)
        )
        admins = (OTHER_ADMIN, ADMIN)
        self.invoices = Invoices(caller)
        self.messages = PaymentMessages(
            bot=bot,
            charges=ledger.charges,
            refunds=ledger.refunds,
            credits=ledger.credits,
            receipts=Receipts(clock=clock, contact=None),
            sender=sender,
            languages=languages,
            admins=admins,
        )
        self.requests = RefundRequests(
            charges=ledger.charges,
            refunds=ledger.refunds,
            sender=sender,
            languages=languages,
            clock=clock,
            admins=admins,
        )

    def reconciler(self, clock: ManualClock | None = None) -> Reconciler:
        """Return a new reconciler, as after a restart."""

        async def on_find(find: Find) -> bool:
            self.reported.append(find)
            return self.heard

        def on_change() -> None:
            self.changes += 1

        return Reconciler(
            reconciliation=self.ledger.reconciliation,
            charges=self.ledger.charges,
            invoices=self.invoices,
            metrics=self.metrics,
            clock=clock or self.ledger.clock,
            on_find=on_find,
            on_change=on_change,
        )

    def worker(self, clock: PausingClock, look_seconds: float | None = 60.0) -> RefundWorker:
        """Return a new worker, as after a restart."""
        return RefundWorker(
            charges=self.ledger.charges,
            refunds=self.ledger.refunds,
            stops=self.ledger.stops,
            invoices=self.invoices,
            messages=self.messages,
            requests=self.requests,
            reconciler=self.reconciler(),
            clock=clock,
            look_seconds=look_seconds,
        )

    def texts(self, chat_id: int) -> list[str]:
        """Return the texts that a chat got."""
        return [text for chat, text in self.telegram.messages if chat == chat_id]


async def until_paused(run: Awaitable[None], clock: PausingClock) -> float:
    """Let a task run until it pauses, and return the length of the pause in seconds. The task is cancelled then."""
    task = asyncio.ensure_future(run)
    try:
        async with asyncio.timeout(DEADLINE):
            return await clock.paused.get()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
