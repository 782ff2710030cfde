"""The part of `imagine-bot check` that tries, free of charge, in which ways photos to edit reach the provider.

For each way it sends a create without a prompt, which the provider refuses by validation. The refusal says whether the
picture was a cause, too.
"""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from PIL import Image

from bot.build_sources import open_source_bucket
from bot.check_clients import media_client
from bot.settings import Settings
from core.options import SourceWay
from core.tls import tls_context
from generation.signed_links import SOURCE_PATH
from generation.source_bucket import BucketUnavailable
from generation.source_images import data_address
from provider.connections import transport_through
from provider.errors import MediaError

WHAT_TO_SET = (
    "set PUBLIC_URL (an https address at which the provider reaches this bot) or SOURCE_BUCKET (an S3 bucket)"
)
_CHECK_ID = 0
"""The ids of requests start at 1, so the object of the check belongs to none."""
_LINK_SECONDS = 300.0


class EditsRefused(Exception):
    """No way works, or the bucket does not. The text names the setting to change."""


class WaysUnknown(Exception):
    """The provider's answers do not show whether a way works."""


async def check_photo_edits(settings: Settings) -> str:
    """Return one line about each way. Raises EditsRefused or WaysUnknown."""
    jpeg = _jpeg()
    objections: dict[SourceWay, str | None] = {}
    async with media_client(settings) as client:
        for way in settings.source_ways:
            async with _address(settings, way, jpeg) as address:
                try:
                    objections[way] = await client.try_picture(address)
                except MediaError as error:
                    raise WaysUnknown(f"not tested: the answer does not show it ({error})") from None
    results = ", ".join(
        f"by {way}: accepted" if objection is None else f"by {way}: refused ({objection})"
        for way, objection in objections.items()
    )
    if all(objections.values()):
        raise EditsRefused(f"{results}; {WHAT_TO_SET}")
    return results


@asynccontextmanager
async def _address(settings: Settings, way: SourceWay, jpeg: bytes) -> AsyncIterator[str]:
    """Yield the address of a small picture. Raises EditsRefused if the bucket does not work."""
    bucket = open_source_bucket(settings, _LINK_SECONDS) if way is SourceWay.BUCKET else None
    if bucket is None:
        yield f"{settings.public_url}{SOURCE_PATH}/check" if way is SourceWay.LINK else data_address(jpeg)
        return
    try:
        link = await bucket.upload(_CHECK_ID, jpeg)
        try:
            await _read_back(settings, link, jpeg)
            await bucket.list_request_ids()
            yield link
        finally:
            await bucket.delete(_CHECK_ID)
    except BucketUnavailable as error:
        raise EditsRefused(f"SOURCE_BUCKET cannot be used: {error}") from None


async def _read_back(settings: Settings, link: str, jpeg: bytes) -> None:
    """Read the picture by its link, as the provider does. Raises BucketUnavailable."""
    through = transport_through(settings.proxies.for_url(link), context=tls_context(), limits=httpx.Limits())
    try:
        async with httpx.AsyncClient(transport=through, trust_env=False, timeout=20.0) as http:
            answer = await http.get(link)
    except httpx.HTTPError as error:
        raise BucketUnavailable(f"its link is not read ({type(error).__name__})") from None
    if answer.status_code != 200 or answer.content != jpeg:
        raise BucketUnavailable(f"its link gives HTTP {answer.status_code}, not the picture")


def _jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (256, 256), "teal").save(out, "JPEG")
    return out.getvalue()
