"""The client of the media API for `imagine-bot check`."""

from bot.settings import Settings
from core.metrics import Metrics
from provider.client import MediaClient


def media_client(settings: Settings) -> MediaClient:
    """Return a client with the settings of the bot. Open it with `async with`."""
    return MediaClient(
        url=settings.gptunnel_api_url,
        key=settings.gptunnel_api_key,
        model=settings.gptunnel_model,
        metrics=Metrics(),
        proxies=settings.proxies,
    )
