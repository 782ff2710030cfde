"""Reads the parameters and the files of a Bot API call from its HTTP request."""

import json
import re
from dataclasses import dataclass
from typing import Any

from aiohttp import web


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
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = Upload(value.filename, value.file.read())
        else:
            raw[name] = value
    return {name: _value(text) for name, text in raw.items()}, files


def _value(text: Any) -> Any:
    if not isinstance(text, str) or not re.match(r"[\[{]|-?\d+$|true$|false$", text):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
