"""The buttons under a report in an admin's private chat."""

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from chat.callbacks import DecideReport
from chat.translations import Translator
from storage.reports import Decision


def decisions(translate: Translator, report_id: int) -> InlineKeyboardMarkup:
    """Return one button for each decision."""
    row = [
        InlineKeyboardButton(
            text=translate.raw(f"button-report-{decision}"),
            callback_data=DecideReport(report=report_id, decision=decision).pack(),
        )
        for decision in Decision
    ]
    return InlineKeyboardMarkup(inline_keyboard=[row])
