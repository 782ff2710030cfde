"""The body of a call of the Bot API in one piece, with its length, so that aiohttp writes it at once.

aiogram's own form passes each file on in chunks, and costs several times the CPU time.
"""

import re
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

from aiogram.types import BufferedInputFile, InputFile
from aiohttp import BytesPayload

LARGEST_FILES = 1_000_000
"""Files that are larger together, in bytes, are not copied into a body: aiohttp passes them on in chunks."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def call_body(fields: Mapping[str, str], files: Mapping[str, InputFile]) -> BytesPayload | None:
    """Return the body of a call, or None if its files are not in memory or too large for one piece."""
    # As bytes at once, since the string format of an enumeration is not its value.
    values = {name: value.encode() for name, value in fields.items()}
    if not files:
        return BytesPayload(urlencode(values).encode(), content_type="application/x-www-form-urlencoded")
    contents = {
        name: (file.filename or name, file.data)
        for name, file in files.items()
        if isinstance(file, BufferedInputFile)
    }
    if len(contents) < len(files) or sum(len(data) for _, data in contents.values()) > LARGEST_FILES:
        return None
    boundary = secrets.token_hex(16)
    begin = f"--{boundary}\r\nContent-Disposition: form-data; name="
    parts = [f'{begin}"{name}"\r\n\r\n'.encode() + value for name, value in values.items()]
    for name, (filename, data) in contents.items():
        head = f'{begin}"{name}"; filename="{_quoted(filename)}"\r\nContent-Type: application/octet-stream'
        parts.append(f"{head}\r\n\r\n".encode() + data)
    parts.append(f"--{boundary}--\r\n".encode())
    return BytesPayload(b"\r\n".join(parts), content_type=f"multipart/form-data; boundary={boundary}")


def _quoted(filename: str) -> str:
    """Return the name of a file as it stands between quotes in a header of a part (RFC 2183, section 2)."""
    return _CONTROL.sub("_", filename).replace("\\", "\\\\").replace('"', '\\"')
