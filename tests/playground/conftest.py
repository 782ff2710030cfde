"""Fixtures for the tests of the stand-ins."""

from collections.abc import AsyncIterator

import pytest_asyncio
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from playground.serve import TOKEN, served
from playground.telegram import Telegram
from tests.support.shop import Shop
from tests.support.stand_in import GROUP, StandIn


@pytest_asyncio.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    """Yield a stand-in with a client."""
    telegram = Telegram(TOKEN)
    user = telegram.chats.add_user(7)
    telegram.chats.add_group(GROUP, "Friends", {user.id: "creator"})
    async with served(telegram.app()) as address:
        session = AiohttpSession(api=TelegramAPIServer.from_base(address))
        async with Bot(TOKEN, session=session).context() as client:
            yield StandIn(telegram, client, user)


@pytest_asyncio.fixture
async def shop(stand_in: StandIn) -> AsyncIterator[Shop]:
    """Yield a shop at a fresh stand-in."""
    shop = Shop(stand_in)
    await shop.updates()
    yield shop
