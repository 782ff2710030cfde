"""Constructs the HTTP clients of the media API and of its picture store."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx

from bot.settings import Settings
from core.metrics import Metrics
from provider.client import MediaClient
from provider.downloads import Downloads


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderParts:
    """The HTTP clients of the provider."""

    client: MediaClient
    downloads: Downloads


def build_provider(
    settings: Settings, *, metrics: Metrics, transport: httpx.AsyncBaseTransport | None, stack: AsyncExitStack
) -> ProviderParts:
    """Return the clients of the provider. `stack` closes them; `transport` replaces the network in tests."""
    client = MediaClient(
        url=settings.gptunnel_api_url,
        key=settings.gptunnel_api_key,
        model=settings.gptunnel_model,
        metrics=metrics,
        in_flight=settings.max_in_flight,
        proxies=settings.proxies,
        transport=transport,
    )
    stack.push_async_exit(client)
    downloads = Downloads(
        settings.gptunnel_api_url,
        allow_private=settings.media_hosts_allow_private,
        proxies=settings.proxies,
        transport=transport,
    )
    stack.push_async_exit(downloads)
    return ProviderParts(client=client, downloads=downloads)
