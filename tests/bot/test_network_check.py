"""`imagine-bot check` calls PUBLIC_URL with the authorities of this machine, and names what TLS refuses."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme
from aiohttp import web
from pydantic import SecretStr

from bot.check_failed import CheckFailed
from bot.network_check import public_address
from bot.settings import Settings
from bot.web import NOT_FOUND
from playground.serve import served


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def public_url(authority: trustme.CA) -> AsyncIterator[str]:
    """Yield the address of a reverse proxy with a certificate of the authority, which leads to a bot."""

    async def not_found(_request: web.Request) -> web.Response:
        return web.Response(status=404, text=NOT_FOUND)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", not_found)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    async with served(app, context=context) as url:
        yield url.replace("127.0.0.1", "localhost")


def _settings(public_url: str) -> Settings:
    return Settings.model_construct(
        bot_token=SecretStr("1:token"), public_url=public_url, listen="127.0.0.1:0"
    )


async def test_an_authority_of_this_machine_is_trusted(
    public_url: str, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    assert await public_address(_settings(public_url)) == f"{public_url} leads to this bot"


async def test_a_certificate_that_nobody_vouches_for_is_named(public_url: str) -> None:
    with pytest.raises(CheckFailed, match="ConnectError: CERTIFICATE_VERIFY_FAILED"):
        await public_address(_settings(public_url))
