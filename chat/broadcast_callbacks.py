"""Callback data of the buttons about broadcasts."""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData

from chat.callbacks import LedgerId


class PanelAction(StrEnum):
    """A press under the panel of a broadcast."""

    SEND = "s"
    STOP = "x"
    REFRESH = "r"


class BroadcastButton(CallbackData, prefix="bc"):
    """Send a broadcast now, stop it, or show its numbers again."""

    broadcast: LedgerId
    action: PanelAction


class BroadcastLanguage(CallbackData, prefix="bl"):
    """Add a language to those of a broadcast, or leave it out again."""

    broadcast: LedgerId
    language: str


class Subscribe(CallbackData, prefix="sb"):
    """Get broadcasts, or none. It is below each broadcast."""

    on: bool


class ExplainBroadcast(CallbackData, prefix="be"):
    """Say how a broadcast is sent."""
