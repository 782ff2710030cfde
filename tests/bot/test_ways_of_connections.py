"""The ways that `imagine-bot check` names, for each combination of the proxy settings."""

from typing import Any

import pytest
from pydantic import SecretStr

from bot.network_check import connections
from bot.settings import Settings

HTTP, SOCKS = "http://ann:secret-word@proxy.example:3128", "socks5://ann:secret-word@proxy.example:1080"


def _settings(**given: str) -> Settings:
    values: dict[str, Any] = {name: SecretStr(value) for name, value in given.items() if name != "no_proxy"}
    return Settings(
        bot_token=SecretStr(f"123456:{'A' * 35}"),
        gptunnel_api_key=SecretStr("shds-good-key"),
        media_hosts_allow_private=True,  # no names are resolved
        no_proxy=given.get("no_proxy", ""),
        _env_file=None,
        **values,
    )


@pytest.mark.parametrize(
    ("given", "ways"),
    [
        ({}, "Telegram directly, provider directly, pictures directly"),
        (
            {"https_proxy": HTTP},
            "Telegram through HTTPS_PROXY (http://proxy.example:3128), provider through HTTPS_PROXY "
            "(http://proxy.example:3128), pictures through HTTPS_PROXY (http://proxy.example:3128)",
        ),
        (
            {"https_proxy": SOCKS, "all_proxy": HTTP},
            "Telegram through HTTPS_PROXY (socks5://proxy.example:1080), provider through HTTPS_PROXY "
            "(socks5://proxy.example:1080), pictures through HTTPS_PROXY (socks5://proxy.example:1080)",
        ),
        (
            {"telegram_proxy": SOCKS},
            "Telegram through TELEGRAM_PROXY (socks5://proxy.example:1080), provider directly, pictures directly",
        ),
        (
            {"https_proxy": SOCKS, "no_proxy": "api.telegram.org"},
            "Telegram directly, provider through HTTPS_PROXY (socks5://proxy.example:1080), pictures through "
            "HTTPS_PROXY (socks5://proxy.example:1080); NO_PROXY exempts api.telegram.org",
        ),
        (
            {"telegram_proxy": SOCKS, "all_proxy": HTTP, "no_proxy": "gptunnel.ru"},
            "Telegram through TELEGRAM_PROXY (socks5://proxy.example:1080), provider directly, pictures through "
            "ALL_PROXY (http://proxy.example:3128); NO_PROXY exempts gptunnel.ru",
        ),
    ],
)
async def test_check_names_the_way_of_each_connection(given: dict[str, str], ways: str) -> None:
    assert await connections(_settings(**given)) == ways
