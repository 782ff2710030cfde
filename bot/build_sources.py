"""Constructs the ways of source pictures to the provider."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from bot.build_chat import ChatParts
from bot.build_storage import StorageParts
from bot.settings import Settings
from core.clock import Clock
from generation.alarms import Alarm, Alarms
from generation.conversion import PictureConverter
from generation.signed_links import LINK_MARGIN_SECONDS, SOURCE_PATH, SignedLinks
from generation.source_bucket import SourceBucket
from generation.source_cleanup import SourceCleanup
from generation.source_images import SourceImageLoader
from generation.source_ways import SourceWays


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceParts:
    """The loader of source pictures, the order of its ways, and the deletion of uploaded ones."""

    cleanup: SourceCleanup
    images: SourceImageLoader
    ways: SourceWays


def open_source_bucket(settings: Settings, seconds: float) -> SourceBucket | None:
    """Return the bucket of the settings, or None without one. Its links are valid for `seconds`."""
    if settings.bucket_address is None:
        return None
    bot_id = settings.bot_token.get_secret_value().partition(":")[0]
    proxy = settings.proxies.for_url(settings.bucket_address.endpoint)
    return SourceBucket(settings.bucket_address, bot_id=bot_id, seconds=seconds, proxy=proxy)


def build_sources(
    settings: Settings,
    *,
    clock: Clock,
    storage: StorageParts,
    chat: ChatParts,
    alarms: Alarms,
    converter: PictureConverter,
    stack: AsyncExitStack,
) -> SourceParts:
    """Return the parts that bring source pictures to the provider. `stack` closes them."""
    seconds = settings.generation_timeout + LINK_MARGIN_SECONDS
    bucket = open_source_bucket(settings, seconds)
    cleanup = SourceCleanup(bucket=bucket, requests=storage.requests, clock=clock)
    stack.push_async_callback(cleanup.stop)
    ways = SourceWays(
        ways=settings.source_ways,
        settings=_settings_of_ways(settings),
        key_values=storage.key_values,
        report=alarms.report_refused_way,
    )
    stack.push_async_callback(ways.stop)
    images = SourceImageLoader(
        requests=storage.requests,
        files=chat.files,
        converter=converter,
        links=SignedLinks(
            path=SOURCE_PATH,
            public_url=settings.public_url,
            token=settings.bot_token,
            seconds=seconds,
            clock=clock,
        ),
        bucket=bucket,
        cleanup=cleanup,
        ways=ways,
        on_bucket_unavailable=lambda: alarms.raise_alarm(Alarm.BUCKET),
    )
    return SourceParts(cleanup=cleanup, images=images, ways=ways)


def _settings_of_ways(settings: Settings) -> str:
    """Return the settings on which the accepted ways depend, as one text."""
    values = (
        settings.gptunnel_api_url,
        settings.gptunnel_model,
        settings.public_url,
        settings.bucket_address,
        *settings.source_ways,
    )
    return " ".join(map(str, values))
