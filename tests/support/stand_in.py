"""The stand-in of the Bot API with a client, for tests of the stand-in itself."""

from dataclasses import dataclass

from aiogram import Bot
from aiogram.types import User

from playground.telegram import Telegram

GROUP = -7


@dataclass(frozen=True, slots=True)
class StandIn:
    """The stand-in, a client of it, and a user with a private chat and a group."""

    telegram: Telegram
    bot: Bot
    user: User
