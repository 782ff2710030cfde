"""The connections to the Bot API server: a slow Telegram delays no checkout and no receipt of updates."""

import asyncio
from collections import Counter

from aiogram import Bot
from aiogram.methods import AnswerPreCheckoutQuery, GetUpdates
from aiohttp import web

from chat.telegram_session import TelegramSession
from playground.serve import TOKEN, served

CONNECTIONS = 100
"""The limit of aiogram's AiohttpSession."""


async def test_a_checkout_is_answered_while_all_other_connections_wait() -> None:
    waiting: Counter[str] = Counter()
    all_wait, release = asyncio.Event(), asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        method = request.match_info["method"]
        waiting[method] += 1
        if method == "deleteWebhook":
            if waiting[method] == CONNECTIONS:
                all_wait.set()
            await release.wait()
        return web.json_response({"ok": True, "result": [] if method == "getUpdates" else True})

    app = web.Application()
    app.router.add_post("/bot{token}/{method}", answer)
    async with served(app) as url, Bot(TOKEN, session=TelegramSession(url, proxy=None)) as bot:
        slow = [asyncio.create_task(bot.delete_webhook()) for _ in range(CONNECTIONS + 10)]
        await all_wait.wait()
        assert await bot(GetUpdates()) == []
        assert await bot(AnswerPreCheckoutQuery(pre_checkout_query_id="1", ok=True))
        assert waiting["deleteWebhook"] == CONNECTIONS
        release.set()
        assert all(await asyncio.gather(*slow))
