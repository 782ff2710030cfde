"""The web server: the webhook, pictures to edit, /healthz and /metrics. Every other path is 404."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import SecretStr

from bot.update_queue import UpdateQueue
from chat.telegram_files import FileGone, FileUnavailable
from core.metrics import Metrics
from generation.source_images import SOURCE_PATH, LinkRefused
from provider.errors import PictureRefused
from storage.database import StorageUnavailable

log = structlog.get_logger(__name__)

ReadSource = Callable[[str], Awaitable[bytes]]
"""Gives the JPEG of a signed link. Raises LinkRefused, FileGone, FileTrouble or PictureRefused."""
LARGEST_UPDATE = 1024 * 1024
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name (Bot API, setWebhook)
HEALTH_PATIENCE = 2.0


def webhook_path(token: SecretStr) -> str:
    """Return the webhook's path: not to be guessed, and the same after a restart, so Telegram need not be told anew."""
    digest = hmac.new(token.get_secret_value().encode(), b"imagine webhook path", hashlib.sha256)
    return f"/webhook/{digest.hexdigest()[:40]}"


def _is_update_id(value: object) -> bool:
    """Say whether it is a whole number that an SQLite integer holds; Telegram's are far smaller (Bot API, Update)."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


class Web:
    """Listens on one address."""

    def __init__(
        self,
        address: tuple[str, int],
        metrics: Metrics,
        healthy: Callable[[], Awaitable[bool]],
    ) -> None:
        self._address = address
        self._metrics = metrics
        self._healthy = healthy
        self._app = web.Application(client_max_size=LARGEST_UPDATE)
        self._app.router.add_get("/healthz", self._healthz)
        self._app.router.add_get("/metrics", self._show_metrics)
        self._runner = web.AppRunner(self._app, access_log=None, handle_signals=False, shutdown_timeout=2.0)
        self._update_queue: UpdateQueue | None = None
        self._read_source: ReadSource | None = None
        self._secret = b""

    def serve_sources(self, read: ReadSource) -> None:
        """Serve pictures to edit at their signed links."""
        self._read_source = read
        self._app.router.add_get(f"{SOURCE_PATH}/{{signed}}", self._source)

    def take_updates(self, path: str, secret: SecretStr, update_queue: UpdateQueue) -> None:
        """Serve the webhook on this path."""
        self._secret = secret.get_secret_value().encode()
        self._update_queue = update_queue
        self._app.router.add_post(path, self._webhook)

    async def start(self) -> None:
        """Listen. Raises OSError where the address is taken."""
        await self._runner.setup()
        host, port = self._address
        await web.TCPSite(self._runner, host, port).start()
        log.info("listening", address=self.address)

    @property
    def address(self) -> str:
        """`host:port` as bound: with port 0 the system chose one."""
        host, port = self._runner.addresses[0][:2]
        return f"{host}:{port}"

    async def stop(self) -> None:
        """Take no more connections and finish those that are open."""
        await self._runner.cleanup()

    async def _webhook(self, request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "").encode(errors="replace")
        if not hmac.compare_digest(given, self._secret):
            return web.Response(status=401)
        body = await request.read()
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            return web.Response(status=400)
        if not isinstance(update, dict) or not _is_update_id(update.get("update_id")):
            return web.Response(status=400)
        if self._update_queue is None:
            return web.Response(status=503)
        try:
            await self._update_queue.put([update])
        except StorageUnavailable:
            return web.Response(status=503)  # Telegram brings it again
        return web.Response()

    async def _source(self, request: web.Request) -> web.Response:
        try:
            if self._read_source is None:
                raise web.HTTPNotFound
            jpeg = await self._read_source(request.match_info["signed"])
        except (LinkRefused, FileGone, PictureRefused) as error:
            log.info("source refused", why=type(error).__name__)
            raise web.HTTPNotFound from None
        except FileUnavailable as error:
            log.warning("source not read", error=str(error))
            raise web.HTTPServiceUnavailable from None
        return web.Response(body=jpeg, content_type="image/jpeg", headers={"Cache-Control": "no-store"})

    async def _healthz(self, _request: web.Request) -> web.Response:
        try:
            healthy = await asyncio.wait_for(self._healthy(), HEALTH_PATIENCE)
        except Exception as error:
            log.error("not healthy", error=type(error).__name__)
            healthy = False
        return web.Response(text="ok\n") if healthy else web.Response(status=503, text="not ok\n")

    async def _show_metrics(self, _request: web.Request) -> web.Response:
        body = generate_latest(self._metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})
