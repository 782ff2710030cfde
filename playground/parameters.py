"""Reads the parameters and the files of a Bot API call from its HTTP request."""

import json
import re
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

_TEXTS = frozenset({"title", "description", "payload", "error_message", "telegram_payment_charge_id"})
"""Parameters that are texts, even if they look like JSON."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file uploaded with a call."""

    name: str
    data: bytes


async def read_parameters(request: web.Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """Return the parameters of a call, with JSON values parsed as the Bot API does, and the uploaded files."""
    if request.content_type == "application/json":
        return dict(await request.json()), {}
    raw: dict[str, Any] = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type.startswith("multipart/"):
        await _read_parts(request, raw, files)
    else:
        raw |= await request.post()
    return {name: text if name in _TEXTS else _value(text) for name, text in raw.items()}, files


async def _read_parts(request: web.Request, raw: dict[str, Any], files: dict[str, Upload]) -> None:
    """Read a form into memory. `request.post` leaves a temporary file open if the bot is killed during an upload."""
    total = 0
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)  # noqa: S101 - no form holds another one
        data = bytes(await part.read())
        total += len(data)
        if total > request.client_max_size:
            raise web.HTTPRequestEntityTooLarge(request.client_max_size, total)
        name = part.name or ""
        if part.filename is None:
            raw[name] = data.decode()
        else:
            files[name] = Upload(part.filename, data)


def _value(text: Any) -> Any:
    if not isinstance(text, str) or not re.match(r"[\[{]|-?\d+$|true$|false$", text):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
