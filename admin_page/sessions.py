"""Sessions of signed-in admins: a signed cookie, which all replicas accept, and a second word for each change."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass

import itsdangerous
from pydantic import SecretStr

from core.clock import Clock
from storage.admin_sessions import AdminSessions

SESSION_SECONDS = 12 * 3_600.0
"""Time after which an admin signs in again."""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in admin. `word` is sent with each change: only the page knows it, another site does not."""

    admin_id: int
    word: str


class Sessions:
    """Makes and reads the cookies of `admin_ids`.

    The key follows from the bot's token for this purpose only. An admin who is not in ADMIN_IDS any more has no session
    after the next start.
    """

    def __init__(
        self, *, token: SecretStr, admin_ids: Collection[int], stored: AdminSessions, clock: Clock
    ) -> None:
        key = hmac.new(token.get_secret_value().encode(), b"imagine admin sessions", hashlib.sha256)
        self._key = key.digest()
        self._signer = itsdangerous.URLSafeSerializer(key.hexdigest(), salt="admin session")
        self._admin_ids = admin_ids
        self._stored = stored
        self._clock = clock

    async def begin(self, admin_id: int) -> str:
        """Return the cookie of a new session."""
        epoch = await self._stored.epoch(admin_id)
        return str(self._signer.dumps([admin_id, self._clock.now(), epoch, secrets.token_hex(8)]))

    async def read(self, cookie: str) -> Session | None:
        """Return the session of a cookie, or None if it is forged, too old or ended. Raises StorageUnavailable."""
        try:
            admin_id, begun_at, epoch, _ = self._signer.loads(cookie)
        except (itsdangerous.BadData, ValueError, TypeError):
            return None
        age = self._clock.now() - begun_at
        if admin_id not in self._admin_ids or age > SESSION_SECONDS:
            return None
        if not hmac.compare_digest(epoch, await self._stored.epoch(admin_id)):
            return None
        word = hmac.new(self._key, b"word " + cookie.encode(), hashlib.sha256)
        return Session(admin_id, word.hexdigest())
