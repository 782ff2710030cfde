"""The stand-in's updates: queued until the bot fetches them (getUpdates) or they are posted to its webhook."""

import asyncio
import itertools
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from playground.call import ApiError

_CONNECTIONS = 40
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name


@dataclass(slots=True)
class Webhook:
    """The webhook as set by the bot, with the last delivery that failed: Unix seconds and words."""

    url: str
    secret: str | None
    drop_pending: bool
    failed_at: int = 0
    error: str = ""


class UpdateFeed:
    """The updates that the bot has not acknowledged, and the methods of the Bot API that deliver them."""

    def __init__(self) -> None:
        self.webhook: Webhook | None = None
        self._allowed: frozenset[str] | None = None
        self._updates: list[dict[str, Any]] = []
        self._ids = itertools.count(1000)
        self._arrived = asyncio.Event()
        self._poller: asyncio.Future[None] | None = None
        self._poster: asyncio.Task[None] | None = None
        self._methods = {
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "getWebhookInfo": self._get_webhook_info,
            "deleteWebhook": self._delete_webhook,
        }

    def add(self, content: dict[str, Any], *, update_id: int | None = None) -> int:
        """Queue an update and return its id. An `update_id` in use repeats that update.

        An update of a kind that the bot has not asked for is lost, unless it is older than the request for updates (Bot
        API, getUpdates, allowed_updates).
        """
        number = next(self._ids) if update_id is None else update_id
        if self._allowed is not None and not self._allowed & content.keys():
            return number
        self._updates.append({"update_id": number, **content})
        self._arrived.set()
        return number

    def expire(self) -> int:
        """Drop all waiting updates, as if the bot had been away for more than a day. Return their number.

        Telegram keeps an update for 24 hours (Bot API, Getting updates; Bot API server, `left_time` of an update).
        """
        expired, self._updates = len(self._updates), []
        return expired

    def waiting(self) -> int:
        """Return the number of updates that the bot has not acknowledged."""
        return len(self._updates)

    def method(self, name: str) -> Callable[[dict[str, Any]], Awaitable[Any]] | None:
        """Return the method of the Bot API with this name, or None if it does not concern updates."""
        return self._methods.get(name)

    async def close(self) -> None:
        """Stop posting."""
        if self._poster is not None:
            self._poster.cancel()
            await asyncio.gather(self._poster, return_exceptions=True)

    async def _get_updates(self, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook is not None:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)
        mine = self._poller = asyncio.get_running_loop().create_future()
        self._allow(parameters)
        offset = int(parameters.get("offset") or 0)
        if offset:
            self._updates = [update for update in self._updates if update["update_id"] >= offset]
        until = time.monotonic() + float(parameters.get("timeout") or 0)
        while not self._updates and (left := until - time.monotonic()) > 0:
            self._arrived.clear()
            arrived = asyncio.ensure_future(self._arrived.wait())
            await asyncio.wait([arrived, mine], timeout=left, return_when=asyncio.FIRST_COMPLETED)
            arrived.cancel()
            if mine.done():
                raise ApiError(
                    409,
                    "Conflict: terminated by other getUpdates request; "
                    "make sure that only one bot instance is running",
                )
        return self._updates[: int(parameters.get("limit") or 100)]

    async def _set_webhook(self, parameters: dict[str, Any]) -> bool:
        url = str(parameters.get("url") or "")
        secret = parameters.get("secret_token")
        if not re.match(r"https://|http://(127\.0\.0\.1|localhost)[:/]", url):
            raise ApiError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", str(secret)):
            raise ApiError(400, "Bad Request: secret token contains unallowed characters")
        before = self.webhook
        self.webhook = Webhook(url, secret, parameters.get("drop_pending_updates") is True)
        if before is not None and before.url == url:  # Telegram forgets the error with the address only
            self.webhook.failed_at, self.webhook.error = before.failed_at, before.error
        self._allow(parameters)
        self._drop(parameters)
        self._arrived.set()
        if self._poster is None:
            self._poster = asyncio.create_task(self._post())
        return True

    async def _get_webhook_info(self, _parameters: dict[str, Any]) -> dict[str, Any]:
        """Return a WebhookInfo (Bot API, getWebhookInfo): without a webhook the url is empty."""
        hook = self.webhook or Webhook("", None, drop_pending=False)
        info: dict[str, Any] = {"url": hook.url, "has_custom_certificate": False}
        info["pending_update_count"] = len(self._updates)
        return info | (
            {"last_error_date": hook.failed_at, "last_error_message": hook.error} if hook.error else {}
        )

    async def _delete_webhook(self, parameters: dict[str, Any]) -> bool:
        self.webhook = None
        self._drop(parameters)
        return True

    def _allow(self, parameters: dict[str, Any]) -> None:
        if allowed := parameters.get("allowed_updates"):
            self._allowed = frozenset(allowed)

    def _drop(self, parameters: dict[str, Any]) -> None:
        if parameters.get("drop_pending_updates") is True:
            self._updates.clear()

    async def _post(self) -> None:
        """Post updates to the webhook: those of a chat in order, those of several chats at the same time.

        Telegram opens up to max_connections (40 by default) connections at once (Bot API, setWebhook), and sends the
        next update of a chat after the one before is acknowledged (grammY, Deployment, "Ending webhook requests in
        time"). Each is repeated until the response is 2xx.
        """
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
            posting: set[tuple[str, int]] = set()
            while True:
                self._arrived.clear()
                for update in self._updates if self.webhook is not None else []:
                    queue = _queue_of(update)
                    if queue not in posting and len(posting) < _CONNECTIONS:
                        posting.add(queue)
                        group.create_task(self._post_in_turn(session, update, posting))
                await self._arrived.wait()

    async def _post_in_turn(
        self, session: aiohttp.ClientSession, update: dict[str, Any], posting: set[tuple[str, int]]
    ) -> None:
        if self.webhook is not None:
            await self._post_one(session, self.webhook, update)
        posting.remove(_queue_of(update))
        self._arrived.set()

    async def _post_one(self, session: aiohttp.ClientSession, hook: Webhook, update: dict[str, Any]) -> None:
        headers = {_SECRET_HEADER: hook.secret} if hook.secret else {}
        error = ""
        try:
            async with session.post(hook.url, json=update, headers=headers) as answer:
                if not 200 <= answer.status < 300:
                    error = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except aiohttp.ClientError:
            error = "Connection refused"
        if not error:
            self._updates = [one for one in self._updates if one is not update]  # a repeat has the same id
        else:
            hook.failed_at, hook.error = int(time.time()), error
            await asyncio.sleep(0.1)


def _queue_of(update: dict[str, Any]) -> tuple[str, int]:
    """Return the queue of an update: that of its chat, or of its user.

    Pre-checkout queries and changes of subscriptions have a queue of their own for each user (Bot API server,
    `webhook_queue_id`). There it has more of them; here all other updates of a chat wait in one queue.
    """
    for kind, content in update.items():
        if isinstance(content, dict):
            message = content.get("message", content)
            about = message.get("chat") or content.get("from") or content.get("user") or {}
            if "id" in about:
                own = kind if kind in {"pre_checkout_query", "subscription"} else ""
                return own, int(about["id"])
    return "", 0
