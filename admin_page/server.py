"""The admin page over HTTP: the page itself, the sign-in, what it shows as JSON, and its actions.

Everything but the page and the sign-in needs a session. A change needs, besides, a call from the page's own origin and
the word of the session. The addresses in the page are relative, so that a reverse proxy may put a path before them.
"""

import functools
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path

import structlog
from aiohttp import web
from yarl import URL

from admin_page.figures import FigurePages
from admin_page.overview import Overview
from admin_page.page_actions import Arguments, BadCall, PageActions
from admin_page.sessions import Session, Sessions
from admin_page.sign_in import COOKIE, SignIn, language_of
from admin_page.texts import page_texts, sign_in_texts
from admin_page.users import UserPages
from chat.languages import LanguageResolver
from chat.translations import Translator
from core import json_text
from storage.admin_sessions import AdminSessions
from storage.database_errors import StorageUnavailable

log = structlog.get_logger(__name__)

WORD_HEADER = "X-Imagine-Word"
_FOLDER = Path(__file__).parent / "page"
_KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_ID = re.compile(r"-?[0-9]{1,15}", re.ASCII)
_LONGEST_SEARCH = 200
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SignedIn = Callable[[web.Request, Session, Translator], Awaitable[web.StreamResponse]]


class AdminPage:
    """Serves the page. `public_url` is its address before the path `/admin`.

    `bot_link` returns the link to the bot, None before Telegram has named it.
    """

    def __init__(
        self,
        *,
        public_url: str,
        sign_in: SignIn,
        sessions: Sessions,
        stored: AdminSessions,
        overview: Overview,
        users: UserPages,
        figures: FigurePages,
        actions: PageActions,
        languages: LanguageResolver,
        bot_link: Callable[[], str | None],
    ) -> None:
        self._origin = _origin(public_url)
        self._sign_in = sign_in
        self._sessions = sessions
        self._stored = stored
        self._overview = overview
        self._users = users
        self._figures = figures
        self._actions = actions
        self._languages = languages
        self._bot_link = bot_link
        self._files = {file.name: file.read_bytes() for file in _FOLDER.iterdir() if file.suffix in _KINDS}

    def add_to(self, router: web.UrlDispatcher, path: str) -> None:
        """Add the routes of the page below a path."""
        router.add_get(path, _safe(self._to_page))
        router.add_get(f"{path}/", _safe(self._file))
        router.add_get(f"{path}/{{file:[a-z-]+\\.(?:js|css|svg)}}", _safe(self._file))
        router.add_get(f"{path}/login", _safe(self._sign_in.answer), allow_head=False)
        router.add_get(f"{path}/session", _safe(self._session))
        reads: dict[str, SignedIn] = {
            "overview": self._show_overview,
            "users": self._find_users,
            "user": self._show_user,
            "figures": self._show_figures,
            "charts.png": self._show_charts,
        }
        for name, read in reads.items():
            router.add_get(f"{path}/{name}", _safe(self._signed_in(read)))
        router.add_post(f"{path}/sign-out", _safe(self._signed_in(self._sign_out, changes=True)))
        for name in self._actions.by_name:
            press = functools.partial(self._press, name)
            router.add_post(f"{path}/{name}", _safe(self._signed_in(press, changes=True)))

    async def _to_page(self, request: web.Request) -> web.Response:
        last = request.path.rpartition("/")[2]
        return web.Response(status=HTTPStatus.FOUND, headers={"Location": f"{last}/"})

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info.get("file", "index.html")
        body = self._files.get(name)
        if body is None:
            raise web.HTTPNotFound
        return web.Response(body=body, content_type=_KINDS[Path(name).suffix], charset="utf-8")

    async def _session(self, request: web.Request) -> web.Response:
        session = await self._sessions.read(request.cookies.get(COOKIE, ""))
        if session is None:
            translate = self._languages.of_app(language_of(request))
            texts, bot = sign_in_texts(translate), self._bot_link()
            return web.json_response(
                {"admin": None, "language": translate.language, "texts": texts, "bot": bot}
            )
        translate = await self._languages.translator_of(session.admin_id)
        return web.json_response(
            {
                "admin": session.admin_id,
                "word": session.word,
                "language": translate.language,
                "texts": page_texts(translate),
            }
        )

    def _signed_in(self, handler: SignedIn, *, changes: bool = False) -> Handler:
        """Return a handler that answers 401 without a session, and 403 to a change that another site may have sent."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            session = await self._sessions.read(request.cookies.get(COOKIE, ""))
            if session is None:
                raise web.HTTPUnauthorized
            if changes and not (self._is_own(request) and _has_word(request, session)):
                log.warning("change refused", user=session.admin_id, path=request.path.rpartition("/")[2])
                raise web.HTTPForbidden
            return await handler(request, session, await self._languages.translator_of(session.admin_id))

        return guarded

    def _is_own(self, request: web.Request) -> bool:
        """Return whether the page sent a call. A reverse proxy may pass another host on than the browser has called."""
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "")
        if site not in {None, "same-origin"}:
            return False
        return origin in {self._origin, f"http://{request.host}", f"https://{request.host}"}

    async def _sign_out(
        self, _request: web.Request, session: Session, _translate: Translator
    ) -> web.Response:
        await self._stored.end_all(session.admin_id)
        log.info("admin signed out", user=session.admin_id)
        return web.json_response({})

    async def _show_overview(
        self, _request: web.Request, _session: Session, translate: Translator
    ) -> web.Response:
        return web.json_response(await self._overview.read(translate))

    async def _find_users(
        self, request: web.Request, _session: Session, translate: Translator
    ) -> web.Response:
        words = request.query.get("words", "")[:_LONGEST_SEARCH]
        return web.json_response(await self._users.find(words, translate))

    async def _show_user(
        self, request: web.Request, _session: Session, translate: Translator
    ) -> web.Response:
        return web.json_response(await self._users.card(_user_id(request), translate))

    async def _show_figures(
        self, request: web.Request, _session: Session, translate: Translator
    ) -> web.Response:
        return web.json_response(await self._figures.table(_user_id(request), translate))

    async def _show_charts(
        self, request: web.Request, _session: Session, translate: Translator
    ) -> web.Response:
        dark = request.query.get("theme") == "dark"
        png = await self._figures.picture(_user_id(request), translate, dark=dark)
        return web.Response(body=png, content_type="image/png")

    async def _press(
        self, name: str, request: web.Request, session: Session, translate: Translator
    ) -> web.Response:
        try:
            arguments = _arguments(await request.read())
            answer = await self._actions.press(name, session.admin_id, arguments, translate)
        except (BadCall, ValueError, RecursionError, web.RequestPayloadError, ConnectionError) as error:
            # With the last two the body is compressed in no known way, or the browser is gone.
            log.warning("action not understood", action=name, error=type(error).__name__)
            raise web.HTTPBadRequest from None
        return web.json_response({"answer": answer})


def _safe(handler: Handler) -> Handler:
    """Return a handler whose answers have the security headers, refusals and errors, too."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPNotFound:
            raise
        except web.HTTPException as error:
            response = web.Response(status=error.status)
        except StorageUnavailable:
            response = web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        response.headers.update(_HEADERS)
        return response

    return answer


def _origin(url: str) -> str:
    """Return the origin of an address as browsers send it: in lower case, without the usual port (RFC 6454, 6.2)."""
    return str(URL(url).origin())


def _arguments(body: bytes) -> Arguments:
    """Return the arguments of an action. Raises ValueError, RecursionError or BadCall."""
    arguments = json_text.loads(body)
    if not isinstance(arguments, Mapping):
        raise BadCall("no object")
    return arguments


def _has_word(request: web.Request, session: Session) -> bool:
    given = request.headers.get(WORD_HEADER, "")
    return given.isascii() and hmac.compare_digest(given, session.word)


def _user_id(request: web.Request) -> int:
    """Return the id in the query, 0 without one. Raises HTTPBadRequest."""
    given = request.query.get("id", "0")
    if not _ID.fullmatch(given):
        raise web.HTTPBadRequest
    return int(given)
