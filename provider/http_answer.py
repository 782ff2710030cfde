"""An HTTP answer with as much of its body as arrived and can be decompressed."""

import asyncio
import zlib
from dataclasses import dataclass

import httpx

_COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})
ACCEPTED_ENCODINGS = "gzip, deflate"
LARGEST_ANSWER = 1024 * 1024
_GZIP_OR_ZLIB, _BARE_DEFLATE = 47, -15
"""Formats for zlib. Servers send `deflate` with and without the header of zlib (RFC 9110, 8.4.1.2)."""
_STEPPED_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status, body and `Retry-After` of an answer. `broken` is the reason why the body may lack a part, or None.

    `arrived` is then everything behind the headers, whatever they say about the body.
    """

    status: int
    body: bytes
    retry_after: str | None = None
    broken: str | None = None
    arrived: bytes = b""


async def close(response: httpx.Response) -> None:
    """Close a response, and end the reference cycle with its stream: garbage of each call makes the loop pause."""
    await response.aclose()
    response.stream = httpx.ByteStream(b"")


async def read_raw(
    response: httpx.Response, failures: tuple[type[Exception], ...], seconds: float | None = None
) -> tuple[bytes, str | None]:
    """Return as much of a body as arrives, and the reason why a part may be missing. Closes the response.

    The body is not decompressed. After `LARGEST_ANSWER` bytes, some seconds or one of the failures, a part is missing.
    """
    raw = bytearray()
    broken = None
    try:
        async with asyncio.timeout(seconds):
            async for chunk in response.aiter_raw():
                raw += chunk
                if len(raw) > LARGEST_ANSWER:
                    broken = "the answer is too large"
                    break
    except failures as error:
        broken = type(error).__name__
    finally:
        await close(response)
    return bytes(raw), broken


def decompressed(raw: bytes, encoding: str, largest: int) -> tuple[bytes, bool]:
    """Return at most `largest` bytes of a decompressed body, and whether they are the whole.

    `encoding` is the header Content-Encoding. A body that is not compressed at all, or in an unknown way, stays as it
    is, and so does its beginning if nothing of it can be decompressed.
    """
    whole = True
    names = [name.strip().lower() for name in encoding.split(",")]
    if raw[:2] == b"\x1f\x8b" and not _COMPRESSED & {*names}:
        names = ["gzip"]  # a proxy removed the header
    for name in reversed(names):
        if name in _COMPRESSED and raw.lstrip()[:1] not in {b"{", b"[", b"<", b""}:
            formats = [_GZIP_OR_ZLIB, _BARE_DEFLATE] if name == "deflate" else [_GZIP_OR_ZLIB]
            raw, complete = _inflated(raw, formats, largest)
            whole = whole and complete
    return raw[:largest], whole and len(raw) <= largest


def _inflated(raw: bytes, formats: list[int], largest: int) -> tuple[bytes, bool]:
    for wbits in formats:
        inflater = zlib.decompressobj(wbits)
        try:
            found = inflater.decompress(raw, largest + 1)
        except zlib.error:
            found = _before_the_damage(raw[:_STEPPED_BYTES], wbits, largest)
        if found:
            return found, inflater.eof
    return raw, False


def _before_the_damage(raw: bytes, wbits: int, largest: int) -> bytes:
    """Return the part before the damage: zlib gives nothing of a block of input with an error in it."""
    inflater = zlib.decompressobj(wbits)
    found = bytearray()
    try:
        for at in range(len(raw)):
            found += inflater.decompress(raw[at : at + 1], largest)
            if len(found) > largest:
                break
    except zlib.error:
        pass
    return bytes(found)
