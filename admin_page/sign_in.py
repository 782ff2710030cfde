"""The sign-in to the admin page: from the data that Telegram adds to the address of the button to a session."""

import re
from collections.abc import Callable
from http import HTTPStatus

import structlog
from aiohttp import web
from pydantic import SecretStr

from admin_page.sessions import SESSION_SECONDS, Sessions
from admin_page.telegram_login import Login, LoginRefused, check_login
from admin_page.texts import try_again_page
from chat.languages import LanguageResolver
from core.clock import Clock
from storage.admin_sessions import AdminSessions
from storage.database_errors import StorageUnavailable

log = structlog.get_logger(__name__)

COOKIE = "imagine-admin"


class SignIn:
    """Begins the sessions of `admin_ids`.

    `bot_link` returns the link to the bot, None before Telegram has named it.
    """

    def __init__(
        self,
        *,
        token: SecretStr,
        admin_ids: frozenset[int],
        sessions: Sessions,
        stored: AdminSessions,
        languages: LanguageResolver,
        clock: Clock,
        bot_link: Callable[[], str | None],
    ) -> None:
        self._token = token
        self._admin_ids = admin_ids
        self._sessions = sessions
        self._stored = stored
        self._languages = languages
        self._clock = clock
        self._bot_link = bot_link

    async def answer(self, request: web.Request) -> web.Response:
        """Begin a session, and lead to the page without the data of the sign-in. The page says why there is none."""
        try:
            login = check_login(list(request.query.items()), token=self._token, now=self._clock.wall())
        except LoginRefused as error:
            log.warning("sign-in refused", reason=str(error))
            return _redirect("./#refused")
        if login.user_id not in self._admin_ids:
            log.warning("sign-in refused", reason="no admin", user=login.user_id)
            return _redirect("./#not-admin")
        try:
            cookie = await self._begin(login)
        except StorageUnavailable as error:
            log.warning("sign-in not possible", reason=str(error), user=login.user_id)
            translate = self._languages.of_app(language_of(request))
            return web.Response(
                status=HTTPStatus.SERVICE_UNAVAILABLE,
                text=try_again_page(translate, self._bot_link()),
                content_type="text/html",
            )
        if cookie is None:
            log.warning("sign-in refused", reason="used before", user=login.user_id)
            return _redirect("./#refused")
        log.info("admin signed in", user=login.user_id)
        response = _redirect("./")
        response.set_cookie(
            COOKIE,
            cookie,
            path="",  # none, so it is that of the page as the browser knows it (RFC 6265, 5.1.4)
            max_age=int(SESSION_SECONDS),
            secure=True,
            httponly=True,
            samesite="Strict",
        )
        return response

    async def _begin(self, login: Login) -> str | None:
        """Return the cookie of a new session, or None for a sign-in that was used before.

        Everything that may fail goes first, so that a sign-in is not used up without a session.
        """
        cookie = await self._sessions.begin(login.user_id)
        accepted = await self._stored.begin(login.user_id, login.signed_at, login.signature)
        return cookie if accepted else None


def language_of(request: web.Request) -> str:
    """Return the first language that the browser asks for (RFC 9110, Accept-Language)."""
    return re.split("[,;]", request.headers.get("Accept-Language", ""), maxsplit=1)[0].strip()


def _redirect(place: str) -> web.Response:
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": place})
