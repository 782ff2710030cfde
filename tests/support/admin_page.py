"""A bot with the admin page, and the sign-in of its admin over the stand-in of Telegram."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiogram.types import User

from tests.support.world import ADMIN, World, open_world

DOMAIN, PREFIX = "bot.example.org", "/bots/imagine"
PUBLIC_URL = f"https://{DOMAIN.title()}:443{PREFIX}"
"""As an operator may write it. The origin that a browser sends is in lower case and without the usual port."""
SETTINGS = {
    "ADMIN_IDS": str(ADMIN),
    "ADMIN_LOGIN": "telegram",
    "PUBLIC_URL": PUBLIC_URL,
    "DAILY_QUOTA": "6",
    "SOURCE_IMAGES": "data",
}


@asynccontextmanager
async def open_admin_world(folder: Path, url: str) -> AsyncIterator[World]:
    """Yield the world of a running bot with the admin page, whose domain is linked to the bot."""
    async with open_world(folder, DATABASE_URL=url, **SETTINGS) as world:
        world.telegram.chats.login_domain = DOMAIN
        await world.process.start()
        yield world
        assert await world.process.stop() == 0
        assert not world.process.tracebacks, world.process.tracebacks


async def sign_in_address(world: World, user: User, *, at: float | None = None, prefix: str = PREFIX) -> str:
    """Let an admin ask for the menu and press the button as a user. Return the address that opens, at LISTEN.

    The browser of an admin calls PUBLIC_URL, and the reverse proxy there calls LISTEN: with the path of PUBLIC_URL, or
    without it, as `prefix` says.
    """
    admin = world.add_user(user_id=ADMIN, name="Ada")
    before = len(world.messages_to(admin))
    world.telegram.say(admin, "/admin")
    await world.wait_until(lambda: len(world.messages_to(admin)) > before)
    address = world.telegram.sign_in(user, world.messages_to(admin)[-1], "Admin page", at=at)
    return address.replace(PUBLIC_URL, f"{await world.process.address()}{prefix}", 1)
