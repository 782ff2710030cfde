"""The webhook at Telegram, as leaders of replicas set it one after the other."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.web import webhook_path, webhook_secret
from bot.webhook import Webhook
from chat.sender import make_bot
from chat.telegram_session import TelegramSession
from core.clock import SystemClock
from playground import faults
from playground.faults import Fault
from playground.serve import TOKEN, served
from playground.telegram import Telegram
from tests.support.process_launcher import DEADLINE


class Process:
    """A process with a webhook."""

    def __init__(self, telegram: Telegram, url: str) -> None:
        self.telegram = telegram
        self.bot = make_bot(TOKEN, TelegramSession(url, proxy=None))
        self.webhook = Webhook(
            bot=self.bot,
            clock=SystemClock(),
            url="https://bot.example.org/webhook/x",
            secret=SecretStr("secret"),
            allowed=("message",),
        )

    async def lead_until(self, call: str, count: int) -> None:
        """Keep the webhook until the stand-in has received so many calls."""
        task = asyncio.create_task(self.webhook.keep())
        async with asyncio.timeout(DEADLINE):
            while self.telegram.calls[call] < count:  # noqa: ASYNC110 - the stand-in has no event for a call
                await asyncio.sleep(0.01)
        task.cancel()


@pytest.fixture
async def process() -> AsyncIterator[Process]:
    telegram = Telegram(TOKEN)
    async with served(telegram.app()) as url:
        process = Process(telegram, url)
        yield process
        await process.bot.session.close()


async def test_a_leader_sets_the_webhook_each_time_that_it_begins_to_lead(process: Process) -> None:
    assert not process.webhook.is_set
    await process.lead_until("getWebhookInfo", 1)
    assert (process.webhook.is_set, process.telegram.calls["setWebhook"]) == (True, 1)
    await process.lead_until("getWebhookInfo", 2)
    assert process.telegram.calls["setWebhook"] == 2


async def test_a_stand_by_relies_on_the_webhook_of_its_leader_also_when_it_leads(process: Process) -> None:
    """It gets updates all the while: otherwise no replica would be ready when a leader ends."""
    process.telegram.faults.add(Fault("setWebhook", times=None, answer=faults.status(502, "")))
    process.webhook.rely_on_leader()
    assert process.webhook.is_set
    await process.lead_until("setWebhook", 1)
    assert process.webhook.is_set


def test_all_replicas_have_the_same_secret_and_no_other_bot_has_it() -> None:
    one, other = SecretStr("1:token"), SecretStr("2:token")
    assert webhook_secret(one, None) == webhook_secret(one, None) != webhook_secret(other, None)
    assert webhook_secret(one, None).get_secret_value() not in webhook_path(one)
    assert webhook_secret(one, SecretStr("chosen")) == SecretStr("chosen")
