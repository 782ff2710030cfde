"""The health check of the image."""

import pytest

from bot.healthcheck import address


@pytest.mark.parametrize(
    ("listen", "host"),
    [
        ("127.0.0.1:8080", "127.0.0.1:8080"),
        ("0.0.0.0:8080", "127.0.0.1:8080"),
        ("[::]:80", "[::1]:80"),
        (":::80", "[::1]:80"),
        ("[::1]:80", "[::1]:80"),
        ("fd00::7:80", "[fd00::7]:80"),
        ("bot.internal:8080", "bot.internal:8080"),
        (' "0.0.0.0:8080" ', "127.0.0.1:8080"),
    ],
)
def test_the_address_at_which_the_bot_listens_is_asked(listen: str, host: str) -> None:
    assert address(listen) == f"http://{host}/healthz"
    assert address(listen, "/readyz") == f"http://{host}/readyz"
