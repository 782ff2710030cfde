"""Callback data of the buttons for the bot's admins, at most 64 bytes."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from chat.callbacks import LedgerId


class AdminQuestion(StrEnum):
    """A command whose argument a button asks for. The value is its name."""

    FIND = "find"
    PAUSE = "pause"
    BAN_WORD = "banword"
    UNBAN_WORD = "unbanword"
    REFUND = "refund"
    LIMIT = "limit"
    GRANT = "grant"


class AskAdmin(CallbackData, prefix="aq"):
    """Ask for the argument of a command, about a user unless `user` is 0."""

    question: AdminQuestion
    user: LedgerId = 0


class ShowAdminMenu(CallbackData, prefix="am"):
    """Show the menu for admins. With `resume`, end the pause first."""

    resume: bool = False


class ShowActions(CallbackData, prefix="al"):
    """Show actions of admins, from the one with the id `newest` on, or the newest ones if it is 0.

    `subject` is the user or chat that they are about, 0 for all.
    """

    newest: Annotated[int, Field(ge=0, lt=2**63)] = 0
    subject: LedgerId = 0


class CardAction(StrEnum):
    """An action of a button of a user's card."""

    SHOW = "s"
    ASK_BAN = "b"
    BAN = "y"
    UNBAN = "u"


class UserCard(CallbackData, prefix="au"):
    """Show the card of a user, after the action."""

    user: LedgerId
    action: CardAction = CardAction.SHOW


class ShowStatistics(CallbackData, prefix="as"):
    """Show the figures of all users, or of one unless `user` is 0, on a dark or a light page.

    `again` is True for a button under the picture, which is replaced then.
    """

    user: LedgerId = 0
    dark: bool = False
    again: bool = False
