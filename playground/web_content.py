"""Loads the picture of a link as Telegram does for a message (Bot API, Sending files)."""

import aiohttp

from playground.call import ApiError

LARGEST_PHOTO = 5 * 1024 * 1024
"""Bot API, Sending files: 5 MB for photos by a link, which must have the right MIME type."""
_SECONDS = 20.0


async def load_photo(url: str) -> bytes:
    """Return the picture of a link. Raises ApiError with Telegram's words if it is none."""
    try:
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            kind, data = answer.content_type, await answer.read()
            found = answer.status == 200
    except (aiohttp.ClientError, TimeoutError, ValueError):
        found, kind, data = False, "", b""
    if not found:
        raise ApiError(400, "Bad Request: failed to get HTTP URL content")
    if not kind.startswith("image/") or len(data) > LARGEST_PHOTO:
        raise ApiError(400, "Bad Request: wrong type of the web page content")
    return data
