"""The web server: the webhook, source pictures, drawn ones, /healthz, /readyz and /metrics. Every other path is 404.

With ADMIN_LOGIN it serves the admin page, too.

With METRICS_LISTEN, /metrics is served at that address and not at the other one.

The webhook, the pictures and the admin page are served at their own paths and below the path of PUBLIC_URL, because a
reverse proxy may take that path off or keep it.
"""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import SecretStr

from bot.update_queue import UpdateQueue
from chat.telegram_files import FileRefused, FileUnavailable
from core import json_text
from core.metrics import Metrics
from generation.conversion import Picture, UnusablePicture
from generation.signed_links import PICTURE_PATH, SOURCE_PATH, LinkRefused
from provider.errors import DownloadError
from storage.database_errors import StorageUnavailable

log = structlog.get_logger(__name__)

LoadSource = Callable[[str], Awaitable[bytes]]
"""Returns the JPEG of a signed link. Raises LinkRefused, FileRefused, FileUnavailable or UnusablePicture."""
LoadPicture = Callable[[str], Awaitable[Picture]]
"""Returns the drawn picture of a signed link. Raises LinkRefused, DownloadError or UnusablePicture."""
LARGEST_UPDATE = 1024 * 1024
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name (Bot API, setWebhook)
WEBHOOK_PATH = "/webhook"
HEALTH_PATH, READY_PATH, METRICS_PATH = "/healthz", "/readyz", "/metrics"
NOT_FOUND = "imagine-bot: not found\n"
"""The text of a 404 of this server, by which `imagine-bot check` tells it from the 404 of a reverse proxy."""


def webhook_path(token: SecretStr) -> str:
    """Return the path of the webhook: hard to guess, and the same after a restart."""
    digest = hmac.new(token.get_secret_value().encode(), b"imagine webhook path", hashlib.sha256)
    return f"{WEBHOOK_PATH}/{digest.hexdigest()[:40]}"


def webhook_secret(token: SecretStr, chosen: SecretStr | None) -> SecretStr:
    """Return the operator's secret, or one that follows from the token, so that all replicas have the same."""
    digest = hmac.new(token.get_secret_value().encode(), b"imagine webhook secret", hashlib.sha256)
    return chosen or SecretStr(digest.hexdigest())


async def try_to_listen(address: tuple[str, int]) -> None:
    """Listen on an address as the server does, and stop at once. Raises OSError if that is not possible."""
    host, port = address
    server = await asyncio.get_running_loop().create_server(asyncio.Protocol, host, port)
    server.close()
    await server.wait_closed()


class CannotListen(OSError):
    """An address cannot be used. `setting` names it."""

    def __init__(self, setting: str, error: OSError) -> None:
        super().__init__(error.errno, error.strerror or str(error))
        self.setting = setting


class WebServer:
    """Listens on one address, `host` and `port`. `public_url` is the address of the reverse proxy before it.

    `metrics_address` is a second one, for /metrics alone.

    /healthz is 200 while this answers and `is_ending` returns false: a process that cannot reach the database, Telegram
    or the provider must not be killed for that. /readyz is 200 if `find_unready` returns no part.
    """

    def __init__(
        self,
        *,
        address: tuple[str, int],
        public_url: str | None,
        metrics: Metrics,
        is_ending: Callable[[], bool],
        find_unready: Callable[[], Awaitable[Sequence[str]]],
        load_source: LoadSource,
        load_picture: LoadPicture,
        metrics_address: tuple[str, int] | None = None,
    ) -> None:
        self._address = address
        self._metrics_address = metrics_address
        self._metrics = metrics
        self._is_ending = is_ending
        self._find_unready = find_unready
        self._load_source = load_source
        self._load_picture = load_picture
        self._prefixes = {"", urlsplit(public_url or "").path}
        self._app = web.Application(client_max_size=LARGEST_UPDATE, middlewares=[_name_not_found])
        self._app.router.add_get(HEALTH_PATH, self._show_health)
        self._app.router.add_get(READY_PATH, self._show_readiness)
        self._metrics_app = self._app
        if metrics_address is not None:
            self._metrics_app = web.Application(middlewares=[_name_not_found])
        self._metrics_app.router.add_get(METRICS_PATH, self._show_metrics)
        for prefix in self._prefixes:
            self._app.router.add_get(f"{prefix}{SOURCE_PATH}/{{signed}}", self._source)
            self._app.router.add_get(f"{prefix}{PICTURE_PATH}/{{signed}}", self._picture)
        self._runner, self._metrics_runner = _runner(self._app), _runner(self._metrics_app)

    def add_webhook(self, path: str, secret: SecretStr, update_queue: UpdateQueue) -> None:
        """Accept updates at a path, with a secret header. Call this before `start`."""
        expected = secret.get_secret_value().encode()

        async def receive(request: web.Request) -> web.Response:
            given = request.headers.get(SECRET_HEADER, "").encode(errors="replace")
            if not hmac.compare_digest(given, expected):
                return web.Response(status=401)
            return await _receive_update(request, update_queue)

        for prefix in self._prefixes:
            self._app.router.add_post(f"{prefix}{path}", receive)

    def add_page(self, path: str, add: Callable[[web.UrlDispatcher, str], None]) -> None:
        """Serve what `add` adds to a router, at a path and below it. Call this before `start`."""
        for prefix in self._prefixes:
            add(self._app.router, f"{prefix}{path}")

    async def start(self) -> None:
        """Listen. Raises CannotListen if an address is in use."""
        await _listen("LISTEN", self._runner, self._address)
        log.info("listening", address=self.address)
        if self._metrics_address is not None:
            await _listen("METRICS_LISTEN", self._metrics_runner, self._metrics_address)
            log.info("metrics listening", address=self.metrics_address)

    @property
    def address(self) -> str:
        """The bound `host:port`. For port 0 the system chose one."""
        return _bound(self._runner)

    @property
    def metrics_address(self) -> str:
        """The bound `host:port` that serves /metrics."""
        return self.address if self._metrics_address is None else _bound(self._metrics_runner)

    async def stop(self) -> None:
        """Close the sockets and finish the open requests."""
        await self._runner.cleanup()
        await self._metrics_runner.cleanup()

    async def _source(self, request: web.Request) -> web.Response:
        try:
            jpeg = await self._load_source(request.match_info["signed"])
        except (LinkRefused, FileRefused, UnusablePicture) as error:
            log.info("source refused", reason=type(error).__name__)
            raise web.HTTPNotFound from None
        except FileUnavailable as error:
            log.warning("source not read", error=str(error))
            raise web.HTTPServiceUnavailable from None
        return web.Response(body=jpeg, content_type="image/jpeg", headers={"Cache-Control": "no-store"})

    async def _picture(self, request: web.Request) -> web.Response:
        try:
            picture = await self._load_picture(request.match_info["signed"])
        except (LinkRefused, UnusablePicture) as error:
            log.info("picture refused", reason=type(error).__name__)
            raise web.HTTPNotFound from None
        except DownloadError as error:
            log.warning("picture not read", error=str(error))
            raise web.HTTPServiceUnavailable from None
        kind = "image/png" if picture.extension == "png" else "image/jpeg"
        return web.Response(body=picture.data, content_type=kind, headers={"Cache-Control": "no-store"})

    async def _show_health(self, _request: web.Request) -> web.Response:
        return web.Response(status=503, text="ending\n") if self._is_ending() else web.Response(text="ok\n")

    async def _show_readiness(self, _request: web.Request) -> web.Response:
        unready = await self._find_unready()
        if unready:
            return web.Response(status=503, text=f"not ready: {', '.join(unready)}\n")
        return web.Response(text="ok\n")

    async def _show_metrics(self, _request: web.Request) -> web.Response:
        body = generate_latest(self._metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


def _runner(app: web.Application) -> web.AppRunner:
    logging.getLogger("aiohttp.server").addFilter(_is_own_fault)
    return web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=2.0)


def _is_own_fault(record: logging.LogRecord) -> bool:
    """Return whether a log line is about more than a request that breaks the rules of HTTP. Anybody can send one."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | web.RequestPayloadError)


async def _listen(setting: str, runner: web.AppRunner, address: tuple[str, int]) -> None:
    await runner.setup()
    host, port = address
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise CannotListen(setting, error) from error


def _bound(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"{host}:{port}"


@web.middleware
async def _name_not_found(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPNotFound as error:
        error.text = NOT_FOUND
        raise


async def _receive_update(request: web.Request, update_queue: UpdateQueue) -> web.Response:
    try:
        update = json_text.loads(await request.read())
    except ConnectionError:
        return web.Response(status=400)  # nobody reads it: the caller is gone
    except (ValueError, RecursionError, web.RequestPayloadError):
        return web.Response(status=400)
    if not isinstance(update, dict) or not _is_update_id(update.get("update_id")):
        return web.Response(status=400)
    try:
        await update_queue.put([update])
    except StorageUnavailable:
        return web.Response(status=503)  # Telegram repeats the update
    return web.Response()


def _is_update_id(value: object) -> bool:
    """Return whether a value is an integer that SQLite can store. Telegram's ids are far smaller (Bot API, Update)."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
