"""One file of an export: an archive with pictures as Telegram has them, and everything else in JSON.

The archive is written to the disk while the pictures are fetched one by one, so only one is in memory at a time.
"""

import asyncio
import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import IO, Any

from aiogram import Bot

from chat.links import bot_address, request_link
from chat.telegram_files import FileRefused, FileTooLarge, FileUnavailable, TelegramFiles
from core.clock import Clock
from core.model import Request, State
from core.reply_target import ReplyTarget
from core.retries import backoff
from generation.conversion import extension_of
from generation.file_names import file_name
from generation.hidden_file import shown
from generation.singles import Singles
from storage.exports import Export, Exports
from storage.users import StoredUser

LARGEST_ARCHIVE = 45_000_000
"""Largest archive in bytes. A bot may send files of up to 50 MB (Bot API, sendDocument)."""
DESCRIPTION = "imagine.json"
_BATCH = 100
"""Requests that are read at once."""
_TRIES = 5
_MOST_UNAVAILABLE = 3
"""Pictures in a row that may be left out because Telegram does not answer. More are an outage."""
_ENTRY_BYTES = 300
"""More than the archive needs for a picture beside its bytes, without its name."""

Json = dict[str, Any]


class Missing(StrEnum):
    """The reason for which a picture is not in the archive."""

    NO_PICTURE = "there is no picture"
    DELETED = "Telegram no longer has it"
    TOO_LARGE = "larger than a bot can fetch from Telegram"
    UNAVAILABLE = "Telegram did not send it"


class TelegramUnavailable(Exception):
    """Telegram does not answer, so the archive cannot be made now."""


@dataclass(slots=True)
class Contents:
    """The contents of an archive: the last request in it, whether it ends the export, and its pictures."""

    sent_id: int
    last: bool = True
    pictures: int = 0
    missing: int = 0
    size: int = 0
    _entries: list[Json] = field(default_factory=list)

    def has_space(self, size: int) -> bool:
        """Return whether some more bytes fit in. The first request always does."""
        return not self._entries or self.size + size <= LARGEST_ARCHIVE

    def add(self, entry: Json, size: int) -> None:
        """Add the description of a request, with the size of everything about it."""
        self._entries.append(entry)
        self.size += size

    @property
    def requests(self) -> list[Json]:
        """The descriptions of the requests."""
        return self._entries


class ExportArchives:
    """Writes the archives of exports."""

    def __init__(
        self, *, bot: Bot, exports: Exports, files: TelegramFiles, singles: Singles, clock: Clock
    ) -> None:
        self._bot = bot
        self._exports = exports
        self._files = files
        self._singles = singles
        self._clock = clock

    async def write(self, export: Export, file: IO[bytes]) -> Contents:
        """Write the next archive of an export to an empty file. Raises TelegramUnavailable or an AiogramError.

        The first archive also has everything that is kept beside requests.
        """
        address = await bot_address(self._bot)
        contents = Contents(sent_id=export.sent_id)
        unavailable = 0
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            async for request in self._requests(export):
                picture = await self._picture(request)
                entry = _description(request, address)
                data = b"" if isinstance(picture, Missing) else picture
                if isinstance(picture, Missing):
                    entry["missing"] = picture
                else:
                    entry["file"] = _path(request, data)
                size = len(data) + len(json.dumps(entry)) + _ENTRY_BYTES
                if not contents.has_space(size):
                    contents.last = False
                    break
                unavailable = unavailable + 1 if picture is Missing.UNAVAILABLE else 0
                if unavailable > _MOST_UNAVAILABLE:
                    raise TelegramUnavailable
                if data:
                    await asyncio.to_thread(archive.writestr, _member(request, entry["file"]), data)
                contents.add(entry, size)
                contents.sent_id = request.id
                contents.pictures += bool(data)
                contents.missing += isinstance(picture, Missing) and picture is not Missing.NO_PICTURE
            whole = await self._everything(export, contents)
            text = json.dumps(whole, ensure_ascii=False, indent=2)
            await asyncio.to_thread(archive.writestr, DESCRIPTION, text)
        return contents

    async def _requests(self, export: Export) -> AsyncIterator[Request]:
        """Yield the requests of an export that are not sent yet."""
        after = export.sent_id
        while batch := await self._exports.requests_after(export, after, _BATCH):
            for request in batch:
                yield request
            after = batch[-1].id

    async def _picture(self, request: Request) -> bytes | Missing:
        if not request.file_id:
            if request.batch_id is None or request.state is not State.DELIVERED:
                return Missing.NO_PICTURE
            return await self._singles.data_of(request) or Missing.DELETED
        tries = 0
        while True:
            try:
                return shown(await self._files.download(request.file_id))
            except FileTooLarge:
                return Missing.TOO_LARGE
            except FileRefused:
                return Missing.DELETED
            except FileUnavailable:
                tries += 1
                if tries == _TRIES:
                    return Missing.UNAVAILABLE
            await self._clock.sleep(backoff(tries, first=1.0, longest=10.0))

    async def _everything(self, export: Export, contents: Contents) -> Json:
        whole: Json = {"exported_at": _time(export.asked_at), "file": export.files + 1}
        if export.files == 0:
            kept = await self._exports.choices(export.user_id)
            whole |= {
                "user": export.user_id,
                "language": kept.language,
                "shape": kept.ratio,
                "questions": [{"description": text, "asked_at": _time(at)} for text, at in kept.questions],
                "style": kept.style,
                "own_styles": [{"name": name, "words": words} for name, words in kept.styles],
                "sticker_sets": [f"https://t.me/addstickers/{name}" for name in kept.sticker_sets],
                "at_telegram": _account(kept.user),
                "searches": [{"words": words, "searched_at": _time(at)} for words, at in kept.searches],
            }
        return whole | {"requests": contents.requests}


def archive_name(export: Export) -> str:
    """Return the name of the next archive. No picture's file has such a name (generation.file_names)."""
    day = datetime.fromtimestamp(export.asked_at, UTC).date().isoformat()
    return f"{EXPORT_PREFIX}{day}" + (f"_{export.files + 1}" if export.files else "") + ".zip"


EXPORT_PREFIX = "imagine_export_"


def _account(user: StoredUser | None) -> Json | None:
    """Return what is kept of a user's account, without the id."""
    if user is None:
        return None
    return {
        "name": user.name,
        "username": user.username,
        "language": user.language,
        "first_day": user.first_day,
        "last_day": user.last_day,
        "has_private_chat": user.private_chat,
        "blocked_bot_at": _time(user.blocked_at),
        "unsubscribed_at": _time(user.unsubscribed_at),
    }


def _path(request: Request, data: bytes) -> str:
    return f"pictures/{request.id}-{file_name(request.prompt, request.id, extension_of(data))}"


def _member(request: Request, path: str) -> zipfile.ZipInfo:
    """Return the archive's entry for a picture, with the time at which it was drawn."""
    return zipfile.ZipInfo(path, datetime.fromtimestamp(request.require_finished_at(), UTC).timetuple()[:6])


def _description(request: Request, address: str) -> Json:
    source = request.source
    return {
        "link": request_link(address, request.id),
        "description": request.prompt,
        "shape": request.ratio,
        "changes": None if source is None else _source(source.parent_id, address),
        "state": request.state,
        "failure": request.failure,
        "chat": _kind_of_chat(request.place),
        "language": request.language,
        "asked_at": _time(request.accepted_at),
        "finished_at": _time(request.finished_at),
        "favourite_since": _time(request.favourite_at),
    }


def _kind_of_chat(place: ReplyTarget) -> str:
    if place.inline_message_id is not None:
        return "inline"
    return "group" if place.in_group else "private"


def _source(parent_id: int | None, address: str) -> str:
    return "a picture that the user sent" if parent_id is None else request_link(address, parent_id)


def _time(at: float | None) -> str | None:
    """Return a time in ISO 8601, in seconds and UTC."""
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
