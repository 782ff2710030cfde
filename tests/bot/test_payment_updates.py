"""Updates about payments are neither throttled nor lost: not on a full disk, not because of a bug in a handler."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.types import Message, TelegramObject

from bot.failed_payments import FIRST_PAUSE, LONGEST_PAUSE
from bot.fleeting_updates import ANSWER_SECONDS, HANDLED_AT_ONCE
from bot.update_handler import CHECKOUT_SECONDS
from bot.update_queue import NotStored
from chat.errors import Rejected, TryLater, Unreachable
from handlers import error_handler
from handlers.middleware import UserContextMiddleware
from handlers.user_errors import ButtonExpired
from storage.bans import Ban
from storage.database_errors import StorageUnavailable, StorageUnreachable
from tests.support.intake import (
    OneReplica,
    checkout_query,
    open_replicas,
    payment,
    retire,
    subscription,
    text_update,
)
from tests.support.virtual_loop import virtual_time

GROUP = {"id": -1_000_000_000_005, "type": "supergroup", "title": "Friends"}


def _in_group(update: dict[str, Any]) -> dict[str, Any]:
    return update | {"message": update["message"] | {"chat": GROUP}}


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[Any]]:
    """Collect the log: to print each traceback with all variables takes seconds."""
    with structlog.testing.capture_logs() as logged:
        yield logged


async def _unhandled(replica: OneReplica) -> list[int]:
    return await replica.storage.inbox.unhandled_ids(None, 99)


@virtual_time
async def test_a_flooder_is_silenced_but_for_payments(database_url: str) -> None:
    async with open_replicas(database_url, None, throttle=3, stars=True) as (one,):
        await one.queue.put([text_update(number) for number in range(20)])
        await one.queue.put([payment(20, "paid"), subscription(21), checkout_query(22), text_update(23)])
        await asyncio.sleep(1)
        assert sorted(one.handled) == ["0", "1", "2", "canceled", "order", "paid"]
        assert one.telegram.checkouts == {"22": None}


@virtual_time
async def test_a_payment_in_a_group_is_no_chatter(database_url: str) -> None:
    async with open_replicas(database_url, None, stars=True) as (one,):
        refund = payment(2, "refunded", kind="refunded_payment")
        await one.queue.put([_in_group(payment(1, "paid")), _in_group(refund), _in_group(text_update(3))])
        await asyncio.sleep(1)
        assert one.handled == ["paid", "refunded"]


@virtual_time
async def test_what_a_banned_user_pays_counts(database_url: str) -> None:
    async with open_replicas(database_url, None, stars=True) as (one,):
        context = UserContextMiddleware(
            languages=one.languages, bans=one.storage.bans, users=one.storage.users
        )
        for observer in (
            one.dispatcher.message,
            one.dispatcher.subscription,
            one.dispatcher.pre_checkout_query,
        ):
            observer.outer_middleware(context)
        await one.storage.bans.add(Ban.SUBJECT, "7")
        refund = payment(3, "refunded", kind="refunded_payment")
        await one.queue.put([text_update(1), payment(2, "paid"), refund, subscription(4), checkout_query(5)])
        await asyncio.sleep(1)
        assert sorted(one.handled) == ["canceled", "order", "paid", "refunded"]
        assert one.telegram.checkouts == {"5": None}


@virtual_time
async def test_the_error_handler_answers_no_error_of_a_payment(database_url: str) -> None:
    async with open_replicas(database_url, None, stars=True) as (one,):
        one.dispatcher.include_router(error_handler.router())
        errors: dict[str, Exception] = {
            "a bug": RuntimeError("a bug"),
            "a guard": ButtonExpired(),
            "telegram is away": TryLater("away"),
            "blocked": Unreachable("blocked"),
            "refused": Rejected("refused"),
        }

        async def fail(message: Message) -> None:
            assert message.successful_payment is not None
            raise errors[message.successful_payment.telegram_payment_charge_id]

        one.dispatcher.message.handlers.clear()
        one.dispatcher.message.register(fail)
        await one.queue.put([payment(number, charge) for number, charge in enumerate(errors)])
        await asyncio.sleep(1)
        # A confirmation that can never be sent is no reason to try the payment again.
        assert (await _unhandled(one), one.failures, one.telegram.sent) == ([0, 1, 2], 3, [])


@virtual_time
async def test_without_stars_nothing_about_payments_is_received(database_url: str) -> None:
    async with open_replicas(database_url, None) as (one,):
        await one.queue.put([checkout_query(1), subscription(2), _in_group(payment(3, "paid"))])
        await asyncio.sleep(1)
        assert (one.handled, await _unhandled(one)) == ([], [])


@virtual_time
async def test_a_payment_whose_handler_fails_is_tried_again_while_the_user_s_other_updates_go_on(
    database_url: str,
) -> None:
    async with open_replicas(database_url, None, stars=True) as (one,):
        one.broken = {"paid", "canceled"}
        await one.queue.put([payment(1, "paid"), text_update(2), subscription(3), payment(4, "other")])
        await asyncio.sleep(FIRST_PAUSE - 1)
        assert one.handled == ["2", "other"]
        assert (one.tries["paid"], one.failures, one.queue.failed_payments) == (1, 2, 2)
        await asyncio.sleep(7 * FIRST_PAUSE)  # the pauses are 1, 2, 4, 8 times as long
        assert (one.tries["paid"], one.tries["canceled"]) == (4, 4)
        await asyncio.sleep(6 * LONGEST_PAUSE)
        assert one.tries["paid"] == 4 + 9
        one.broken = set()
        await asyncio.sleep(LONGEST_PAUSE)
        assert sorted(one.handled) == ["2", "canceled", "other", "paid"]
        assert (one.queue.failed_payments, await _unhandled(one)) == (0, [])
        # Nobody is told of a failure: Telegram wrote the message.
        assert one.telegram.sent == []


@virtual_time
async def test_the_next_start_tries_a_failed_payment_again(database_url: str) -> None:
    async with open_replicas(database_url, None, stars=True) as (one,):
        one.broken = {"paid"}
        await one.queue.put([payment(1, "paid"), text_update(2)])
        await asyncio.sleep(1)
    async with open_replicas(database_url, None, stars=True) as (two,):
        await two.queue.start()
        await asyncio.sleep(1)
        assert (one.handled, two.handled, await _unhandled(two)) == (["2"], ["paid"], [])


@virtual_time
async def test_a_failed_payment_delays_no_update_at_another_replica_and_outlives_its_own(
    postgres_url: str,
) -> None:
    async with open_replicas(postgres_url, "one", "two", stars=True) as (one, two):
        one.broken = {"paid"}
        await one.queue.put([payment(1, "paid")])
        await asyncio.sleep(1)
        await two.queue.put([text_update(2)])
        await asyncio.sleep(5)
        assert (one.handled, two.handled) == ([], ["2"])
        await one.queue.stop(0.0)  # it dies
        await retire(postgres_url, "one")
        await two.queue.adopt()
        await asyncio.sleep(5)
        assert two.handled == ["2", "paid"]


@virtual_time
async def test_a_look_for_lost_updates_leaves_a_failed_payment_to_its_next_try(postgres_url: str) -> None:
    async with open_replicas(postgres_url, "one", stars=True) as (one,):
        one.broken = {"paid"}
        await one.queue.put([payment(1, "paid")])
        await asyncio.sleep(1)
        for _ in range(3):
            await one.queue.adopt()
            await asyncio.sleep(1)
        assert one.tries["paid"] == 1


@pytest.mark.parametrize("damage", ["no handler", "no charge", "no sender"])
@virtual_time
async def test_a_payment_that_nobody_understands_is_kept(database_url: str, damage: str) -> None:
    async with open_replicas(database_url, None, stars=True) as (one,):
        paid = payment(1, "paid")
        if damage == "no handler":
            one.dispatcher.message.outer_middleware(_skip_payments)
        elif damage == "no charge":
            del paid["message"]["successful_payment"]["telegram_payment_charge_id"]
        else:
            del paid["message"]["from"]
        await one.queue.put([paid, text_update(2)])
        await asyncio.sleep(1)
        assert (one.handled, await _unhandled(one), one.failures) == (["2"], [1], 1)
        assert one.telegram.sent == []


async def _skip_payments(handler: Any, event: TelegramObject, data: dict[str, Any]) -> Any:
    if isinstance(event, Message) and event.successful_payment is not None:
        raise SkipHandler
    return await handler(event, data)


@virtual_time
async def test_on_a_full_disk_payments_stay_at_telegram_and_the_others_are_told_once(
    database_url: str,
) -> None:
    async with open_replicas(database_url, None, stars=True) as (one,):
        batch = [text_update(1), payment(2, "paid"), text_update(3, 8), checkout_query(4), payment(5, "more")]
        one.refuses_writes = True
        with pytest.raises(NotStored) as raised:
            await one.queue.put(batch)
        assert raised.value.first_id == 2
        told = [(method.chat_id, "didn’t take this" in method.text) for method in one.telegram.sent]
        assert sorted(told) == [(7, True), (8, True)]
        with pytest.raises(NotStored):
            await one.queue.put([*batch[1:], text_update(6, 9)])  # as Telegram repeats them
        one.refuses_writes = False
        await one.queue.put([*batch[1:], text_update(6, 9), text_update(7)])
        await asyncio.sleep(1)
        # Those who were told have sent their messages again, or not: what they sent before is not drawn later.
        assert sorted(one.handled) == ["7", "more", "order", "paid"]
        assert [method.chat_id for method in one.telegram.sent[2:]] == [9]
        assert (list(one.telegram.checkouts), one.tries["order"]) == (["4"], 1)
        await one.queue.put([text_update(3, 8)])  # the id counts as finished no longer
        await asyncio.sleep(1)
        assert one.handled[-1] == "3"


@virtual_time
async def test_a_payment_waits_without_a_notice_while_the_database_is_unreachable(database_url: str) -> None:
    async with open_replicas(database_url, None, stars=True) as (one,):
        one.loses_answers = True
        with pytest.raises(StorageUnreachable):
            await one.queue.put([payment(1, "paid")])
        await asyncio.sleep(60)
        assert one.handled == ["paid"]
        assert one.telegram.sent == []


@virtual_time
async def test_a_payment_that_cannot_be_credited_now_waits_without_a_notice(database_url: str) -> None:
    async with open_replicas(database_url, None, stars=True) as (one,):
        has_space = asyncio.Event()

        async def credit(_message: Message) -> None:
            if not has_space.is_set():
                raise StorageUnavailable("the disk is full")
            one.handled.append("credited")

        one.dispatcher.message.handlers.clear()
        one.dispatcher.message.register(credit)
        await one.queue.put([payment(1, "paid")])
        await asyncio.sleep(60)
        assert (one.handled, one.failures, one.telegram.sent) == ([], 0, [])
        has_space.set()
        await asyncio.sleep(60)
        assert (one.handled, await _unhandled(one)) == (["credited"], [])


@virtual_time
async def test_a_checkout_whose_handler_fails_or_hangs_gets_a_no(database_url: str) -> None:
    async with open_replicas(database_url, None, stars=True) as (one,):
        one.broken = {"broken"}
        await one.queue.put([checkout_query(1, payload="broken"), checkout_query(2)])
        await asyncio.sleep(1)
        assert one.telegram.checkouts["2"] is None
        assert "nothing was paid" in (one.telegram.checkouts["1"] or "")
        one.dispatcher.pre_checkout_query.handlers.clear()
        one.dispatcher.pre_checkout_query.register(_hang)
        await one.queue.put([checkout_query(3)])
        await asyncio.sleep(CHECKOUT_SECONDS + 1)
        assert "nothing was paid" in (one.telegram.checkouts["3"] or "")
        one.dispatcher.pre_checkout_query.handlers.clear()
        await one.queue.put([checkout_query(4)])
        await asyncio.sleep(1)
        assert "nothing was paid" in (one.telegram.checkouts["4"] or "")


async def _hang(_query: object) -> None:
    await asyncio.get_running_loop().create_future()


@virtual_time
async def test_a_checkout_that_waited_too_long_is_dropped(database_url: str) -> None:
    async with open_replicas(database_url, None, stars=True) as (one,):
        one.dispatcher.pre_checkout_query.handlers.clear()
        one.dispatcher.pre_checkout_query.register(_hang)
        # Of 200 that hang for five seconds each, the last ones wait for more than ten.
        await one.queue.put([checkout_query(number) for number in range(200)])
        await asyncio.sleep(60)
        assert len(one.telegram.checkouts) == 3 * HANDLED_AT_ONCE
        assert 2 * CHECKOUT_SECONDS <= ANSWER_SECONDS < 3 * CHECKOUT_SECONDS
