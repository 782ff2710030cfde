"""The buttons of broadcasts: those of the original, the one that ends the subscription, and those of the panel."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from chat.broadcast_callbacks import BroadcastButton, BroadcastLanguage, PanelAction, Subscribe
from chat.translations import LANGUAGES, Translator
from storage.broadcasts import Broadcast, BroadcastState

Rows = Sequence[Sequence[InlineKeyboardButton]]
_KEPT = ("url", "copy_text")
"""The kinds of buttons that work in a copy by another bot. A press of a callback button would be sent to this one."""


def kept_rows(markup: InlineKeyboardMarkup | None) -> list[list[InlineKeyboardButton]]:
    """Return the buttons of a message that a copy of it can have."""
    rows = markup.inline_keyboard if markup is not None else []
    kept = [[button for button in row if _is_kept(button)] for row in rows]
    return [row for row in kept if row]


def without_kind(markup: InlineKeyboardMarkup | None) -> int:
    """Return the number of buttons of a message that a copy of it cannot have."""
    rows = markup.inline_keyboard if markup is not None else []
    return sum(not _is_kept(button) for row in rows for button in row)


def dump(rows: Rows) -> str | None:
    """Return rows of buttons as JSON for the ledger, None for no buttons."""
    stored = [[button.model_dump(mode="json", exclude_none=True) for button in row] for row in rows]
    return json.dumps(stored, ensure_ascii=False) if stored else None


def load(stored: str | None) -> list[list[InlineKeyboardButton]]:
    """Return the rows of buttons that the ledger holds."""
    rows: list[list[dict[str, Any]]] = json.loads(stored) if stored else []
    return [[InlineKeyboardButton.model_validate(button) for button in row] for row in rows]


def of_message(translate: Translator, rows: Rows) -> InlineKeyboardMarkup:
    """Return the buttons of a broadcast for one user."""
    return InlineKeyboardMarkup(inline_keyboard=[*map(list, rows), [_subscription(translate, on=False)]])


def subscription(translate: Translator, rows: Rows, *, subscribed: bool) -> InlineKeyboardMarkup:
    """Return the buttons of a broadcast after its user has ended the subscription or begun it again."""
    return InlineKeyboardMarkup(
        inline_keyboard=[*map(list, rows), [_subscription(translate, on=not subscribed)]]
    )


def panel(
    translate: Translator, broadcast: Broadcast, counts: Mapping[str, int]
) -> InlineKeyboardMarkup | None:
    """Return the buttons of a broadcast's panel. `counts` are the users of each language."""
    if broadcast.state is BroadcastState.DRAFT:
        chosen = [
            _language(translate, broadcast, code, counts[code]) for code in LANGUAGES if counts.get(code)
        ]
        rows = [chosen[first : first + 2] for first in range(0, len(chosen), 2)] if len(chosen) > 1 else []
        rows.append([_action(translate, broadcast, "send", PanelAction.SEND, style="success")])
        rows.append([_action(translate, broadcast, "drop", PanelAction.STOP, style="danger")])
        return InlineKeyboardMarkup(inline_keyboard=rows)
    if broadcast.state in {BroadcastState.WAITING, BroadcastState.SENDING}:
        stop = _action(translate, broadcast, "stop", PanelAction.STOP, style="danger")
        refresh = _action(translate, broadcast, "refresh", PanelAction.REFRESH)
        return InlineKeyboardMarkup(inline_keyboard=[[stop, refresh]])
    return None


def _is_kept(button: InlineKeyboardButton) -> bool:
    return any(getattr(button, kind) is not None for kind in _KEPT)


def _language(translate: Translator, broadcast: Broadcast, code: str, users: int) -> InlineKeyboardButton:
    mark = "✓ " if code in broadcast.languages else ""
    data = BroadcastLanguage(broadcast=broadcast.id, language=code)
    label = f"{mark}{translate.raw(f'language-{code}')} · {users}"
    return InlineKeyboardButton(text=label, callback_data=data.pack())


def _action(
    translate: Translator, broadcast: Broadcast, name: str, action: PanelAction, *, style: str | None = None
) -> InlineKeyboardButton:
    data = BroadcastButton(broadcast=broadcast.id, action=action).pack()
    return InlineKeyboardButton(
        text=translate.raw(f"button-broadcast-{name}"), callback_data=data, style=style
    )


def _subscription(translate: Translator, *, on: bool) -> InlineKeyboardButton:
    label = translate.raw("button-news-on" if on else "button-news-off")
    return InlineKeyboardButton(text=label, callback_data=Subscribe(on=on).pack())
