"""Caddy and nginx, run with the files of `deploy/` in front of web servers of the bot."""

import asyncio
import io
import os
import shutil
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest
import trustme
from pydantic import SecretStr

from bot.update_queue import UpdateQueue
from bot.web import SECRET_HEADER, WEBHOOK_PATH, WebServer
from core.metrics import Metrics
from generation.conversion import Picture
from generation.signed_links import LinkRefused
from tests.support.free_port import free_port
from tests.support.process_launcher import DEADLINE, ROOT, started

SECRET, SECRET_PATH = "secret-of-the-webhook", "path-of-the-webhook"
CADDYFILE = ROOT / "deploy" / "caddy" / "Caddyfile"
CADDYFILE_OF_ONE = ROOT / "deploy" / "caddy" / "one-bot.Caddyfile"
NGINX_SITE = ROOT / "deploy" / "nginx" / "imagine-bot.conf"
_NGINX = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/start.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


class Replica:
    """The web server of a replica without a bot behind it."""

    def __init__(self, port: int = 0) -> None:
        self.calls = 0
        self.unready: Sequence[str] = ()
        self.server = WebServer(
            address=("127.0.0.1", port),
            public_url=None,
            metrics=Metrics(),
            is_ending=lambda: False,
            find_unready=self._find_unready,
            load_source=self._count,
            load_picture=self._count_picture,
        )
        # No update is passed on: the body of each call is no JSON.
        self.server.add_webhook(f"{WEBHOOK_PATH}/{SECRET_PATH}", SecretStr(SECRET), cast("UpdateQueue", None))

    async def _find_unready(self) -> Sequence[str]:
        return self.unready

    async def _count_picture(self, _signed: str) -> Picture:
        self.calls += 1
        raise LinkRefused("a test")

    async def _count(self, _signed: str) -> bytes:
        self.calls += 1
        raise LinkRefused("a test")


class Proxy:
    """A running proxy with TLS, and its address. `log` has everything that it writes."""

    def __init__(self, url: str, log: Path, http: aiohttp.ClientSession, context: ssl.SSLContext) -> None:
        self.log = log
        self.url = url
        self._http = http
        self._context = context

    async def call(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        async with self._http.request(method, self.url + path, ssl=self._context, **more) as answer:
            return answer.status, await answer.text()

    async def post_update(self, size: int = 2_000) -> int:
        """Call the webhook as Telegram does, with a body that the bot reads and refuses. Return the status."""
        headers = {SECRET_HEADER: SECRET}
        status, _ = await self.call(
            "POST", f"{WEBHOOK_PATH}/{SECRET_PATH}", data=io.BytesIO(b"x" * size), headers=headers
        )
        return status


def skip_without(program: str) -> None:
    """Skip the test if a proxy is not installed. In CI, which installs both, the test fails then."""
    if shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin") is None and "CI" not in os.environ:
        pytest.skip(f"{program} is not installed")


def replaced(file: Path, changes: Mapping[str, str]) -> str:
    """Return the text of a file with some words replaced, each of which it has once."""
    text = file.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@asynccontextmanager
async def caddy(text: str, url: str, folder: Path) -> AsyncIterator[Proxy]:
    """Run Caddy with a Caddyfile that serves `url` with local certificates."""
    (config := folder / "Caddyfile").write_text(text, encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "PUBLIC_URL": url,
    }
    command = ("caddy", "run", "--adapter", "caddyfile", "--config", str(config))
    root = folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"
    async with _running(command, environment, url, root, folder) as proxy:
        yield proxy


def local_caddy(port: int, *, tls: bool = True) -> str:
    """Return global options with which Caddy needs no network and no port below 1024."""
    http, https = (free_port(), port) if tls else (port, free_port())
    return f"admin off\nlocal_certs\nskip_install_trust\nhttp_port {http}\nhttps_port {https}\n"


@asynccontextmanager
async def caddy_of_one(bot: str, folder: Path, *, tls: bool = True) -> AsyncIterator[Proxy]:
    """Run Caddy with the file for one bot, which listens on `bot`."""
    port = free_port()
    url = f"{'https://localhost' if tls else 'http://127.0.0.1'}:{port}"
    changes = {
        "bot.example.org {": f"{url} {{",
        "127.0.0.1:8080": bot,
        "grace_period": f"{local_caddy(port, tls=tls)}grace_period",
    }
    async with caddy(replaced(CADDYFILE_OF_ONE, changes), url, folder) as proxy:
        yield proxy


@asynccontextmanager
async def nginx_of_one(bot: str, folder: Path, *, tls: bool = True) -> AsyncIterator[Proxy]:
    """Run nginx with the file for one bot, which listens on `bot`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(root := folder / "root.pem")
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(folder / "all.pem")
    port = free_port()
    changes = {
        "    listen [::]:443 ssl;\n": "",
        "listen 443 ssl": f"listen 127.0.0.1:{port}{' ssl' if tls else ''}",
        "server_name bot.example.org": "server_name localhost",
        "/etc/letsencrypt/live/bot.example.org/fullchain.pem": f"{folder}/all.pem",
        "/etc/letsencrypt/live/bot.example.org/privkey.pem": f"{folder}/all.pem",
        "/var/log/nginx/imagine-bot.log": f"{folder}/log",
        "/var/log/nginx/imagine-bot.error.log": f"{folder}/log",
        "http://127.0.0.1:8080": f"http://{bot}",
    }
    (folder / "site.conf").write_text(replaced(NGINX_SITE, changes), encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, user=user), encoding="utf-8")
    command = ("nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"))
    url = f"{'https://localhost' if tls else 'http://127.0.0.1'}:{port}"
    async with _running(command, {"PATH": f"{os.environ['PATH']}:/usr/sbin"}, url, root, folder) as proxy:
        yield proxy


@asynccontextmanager
async def _running(
    command: Sequence[str], environment: dict[str, str], url: str, root: Path, folder: Path
) -> AsyncIterator[Proxy]:
    """Run a proxy and wait until it answers. `root` is the certificate of its authority, which it may make itself."""
    with (file := folder / "log").open("ab") as log:
        async with (
            started(*command, env=environment, folder=folder, stderr=log.fileno()) as process,
            aiohttp.ClientSession() as http,
        ):
            proxy: Proxy | None = None
            async with asyncio.timeout(DEADLINE):
                while proxy is None:
                    assert process.returncode is None, file.read_text(encoding="utf-8")
                    with suppress(OSError, aiohttp.ClientError):
                        cafile = root if url.startswith("https:") else None
                        found = Proxy(url, file, http, ssl.create_default_context(cafile=cafile))
                        await found.call("GET", "/")
                        proxy = found
                    await asyncio.sleep(0.05)
            yield proxy


ONE_BOT = {"caddy": caddy_of_one, "nginx": nginx_of_one}
"""Runs each proxy with its file for one bot."""
