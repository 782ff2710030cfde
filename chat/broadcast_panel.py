"""The panel of a broadcast: one message in the admin's private chat, which is edited as the broadcast goes on."""

from collections.abc import Mapping
from datetime import datetime

from aiogram.types import InlineKeyboardMarkup

from chat import broadcast_keyboards
from chat.languages import LanguageResolver
from chat.limits import Priority
from chat.sender import Sender
from chat.translations import Translations, Translator
from core.clock import Clock
from core.reply_target import ReplyTarget
from storage.audience import Audience
from storage.broadcasts import Broadcast, Broadcasts, BroadcastState

_COUNTED = ("unreachable", "refused", "unknown")
"""The counts of a broadcast that are shown if they are not 0."""


class BroadcastPanel:
    """Sends and edits panels."""

    def __init__(
        self,
        *,
        broadcasts: Broadcasts,
        audience: Audience,
        translations: Translations,
        languages: LanguageResolver,
        sender: Sender,
        clock: Clock,
    ) -> None:
        self._broadcasts = broadcasts
        self._audience = audience
        self._translations = translations
        self._languages = languages
        self._sender = sender
        self._clock = clock

    async def send(self, broadcast: Broadcast, translate: Translator, *, notes: str = "") -> None:
        """Send the panel of a broadcast, and store its id. `notes` is the first paragraph."""
        text, keyboard = await self._content(broadcast, translate)
        text = f"{notes}\n\n{text}" if notes else text
        message_id = await self._sender.send_text(ReplyTarget(broadcast.admin_id), text, keyboard=keyboard)
        await self._broadcasts.set_panel(broadcast.id, message_id)

    async def edit(self, broadcast: Broadcast) -> None:
        """Show a broadcast as it is now, with retries. Raises SendError."""
        if broadcast.panel_message_id is not None:
            text, keyboard = await self._content(
                broadcast, await self._languages.translator(broadcast.admin_id)
            )
            await self._sender.edit_text(
                broadcast.admin_id, broadcast.panel_message_id, text, keyboard=keyboard
            )

    async def show_progress(self, broadcast: Broadcast) -> None:
        """Show a broadcast as it is now, once and after everything more urgent. Raises SendError."""
        if broadcast.panel_message_id is not None:
            text, keyboard = await self._content(
                broadcast, await self._languages.translator(broadcast.admin_id)
            )
            await self._sender.acquire_slot(broadcast.admin_id, Priority.STATUS)
            await self._sender.edit_status(
                broadcast.admin_id, broadcast.panel_message_id, text, keyboard=keyboard
            )

    async def counts(self) -> Mapping[str, int]:
        """Return the number of users who get a broadcast, by the language in which the bot answers them."""
        counts: dict[str, int] = {}
        for tag, users in (await self._audience.count()).items():
            language = self._translations.for_language(tag).language
            counts[language] = counts.get(language, 0) + users
        return counts

    async def _content(
        self, broadcast: Broadcast, translate: Translator
    ) -> tuple[str, InlineKeyboardMarkup | None]:
        is_draft = broadcast.state is BroadcastState.DRAFT
        counts = await self.counts() if is_draft or broadcast.state is BroadcastState.WAITING else {}
        users = sum(counts.get(language, 0) for language in broadcast.languages)
        text = self._text(broadcast, users, translate)
        return text, broadcast_keyboards.panel(translate, broadcast, counts)

    def _text(self, broadcast: Broadcast, users: int, translate: Translator) -> str:
        if broadcast.state is BroadcastState.DRAFT:
            return translate("broadcast-draft", users=users, zone=zone_name(self._clock.wall()))
        if broadcast.state is BroadcastState.WAITING and broadcast.due_at is not None:
            if broadcast.due_at <= self._clock.now():
                return translate("broadcast-next", users=users)
            at = broadcast.due_at
            return translate("broadcast-waits", users=users, at=str(round(at)), when=local_time(at))
        if broadcast.state is BroadcastState.STOPPED and broadcast.started_at is None:
            return translate("broadcast-dropped")
        return "\n".join(state_lines(broadcast, translate))


def state_lines(broadcast: Broadcast, translate: Translator) -> list[str]:
    """Return the state of a broadcast that has begun or ended, and its counts, as lines of HTML."""
    lines = [translate(f"broadcast-state-{broadcast.state}", sent=broadcast.sent, total=broadcast.total)]
    for name in _COUNTED:
        if count := getattr(broadcast, name):
            lines.append(translate(f"broadcast-count-{name}", users=count))
    return lines


def zone_name(now: float) -> str:
    """Return the name of the machine's time zone (TZ), such as `UTC` or `CET`."""
    return datetime.fromtimestamp(now).astimezone().tzname() or "UTC"


def local_time(at: float) -> str:
    """Return a time in the machine's time zone, for servers and apps that do not show it by the reader's clock."""
    return f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d %H:%M %Z}"
