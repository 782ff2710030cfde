"""The first part of the page: the requests, the last failures and the broadcasts, as they are now."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from admin_page.texts import plain
from chat.broadcast_panel import local_time, state_lines
from chat.captions import one_line
from chat.dates import date_in_words
from chat.translations import Translator
from core.clock import Clock
from core.model import State
from handlers.access_rules import pause_text
from handlers.statistics_charts import short_failure
from storage.broadcasts import OPEN, Broadcast, Broadcasts, BroadcastState
from storage.controls import Controls
from storage.open_requests import ListedRequest, OpenRequests

_LONGEST_PROMPT, _LONGEST_NAME = 80, 40
"""In UTF-16 units."""
_BROADCASTS = 3
_GROUPS: dict[str, tuple[State, ...]] = {
    "waiting": (State.QUEUED,),
    "drawing": (State.SUBMITTING, State.RUNNING),
    "sending": (State.READY, State.DELIVERING),
}
"""The states of open requests as the page names them."""

Json = dict[str, Any]


class Overview:
    """Reads the overview. `outage` returns the reason of an outage of the provider that is known, or None."""

    def __init__(
        self,
        *,
        open_requests: OpenRequests,
        broadcasts: Broadcasts,
        controls: Controls,
        clock: Clock,
        outage: Callable[[], str | None],
    ) -> None:
        self._open_requests = open_requests
        self._broadcasts = broadcasts
        self._controls = controls
        self._clock = clock
        self._outage = outage

    async def read(self, translate: Translator) -> Json:
        """Return the overview as JSON. Raises StorageUnavailable."""
        found = await self._open_requests.overview()
        broadcasts = await self._broadcasts.newest(_BROADCASTS)
        outage = self._outage()
        return {
            "at": f"{datetime.fromtimestamp(self._clock.wall(), UTC):%H:%M:%S} UTC",
            "paused": pause_plain(self._controls, translate),
            "outage": None if outage is None else plain(translate("admin-outage", reason=outage)),
            "counts": [
                {
                    "label": translate.raw(f"admin-state-{name}"),
                    "count": sum(found.counts.get(state, 0) for state in states),
                }
                for name, states in _GROUPS.items()
            ],
            "open": [self._open(one, translate) for one in found.oldest],
            "failed": [self._failed(one, translate) for one in found.failed],
            "broadcasts": [self._broadcast(one, translate) for one in broadcasts],
        }

    def _open(self, one: ListedRequest, translate: Translator) -> Json:
        name = next(name for name, states in _GROUPS.items() if one.state in states)
        waited = max(self._clock.now() - one.accepted_at, 0.0)
        return _about(one) | {
            "state": translate.raw(f"admin-state-{name}"),
            "age": plain(translate("stats-time", amount=f"{waited:.0f}")),
        }

    def _failed(self, one: ListedRequest, translate: Translator) -> Json:
        kind = one.failure or State.UNDELIVERABLE.value
        at = one.finished_at or one.accepted_at
        return _about(one) | {
            "reason": short_failure(kind, translate),
            "kind": " ".join(filter(None, (kind, one.failure_detail))),
            "when": plain(date_in_words(at, self._clock.now(), translate)),
        }

    def _broadcast(self, one: Broadcast, translate: Translator) -> Json:
        if one.state is BroadcastState.WAITING and one.due_at is not None:
            lines = [translate("admin-broadcast-waits", when=local_time(one.due_at))]
        else:
            lines = state_lines(one, translate)
        return {
            "id": one.id,
            "lines": [plain(line) for line in lines],
            "open": one.state in OPEN,
            "done": one.handled,
            "total": one.total,
        }


def pause_plain(controls: Controls, translate: Translator) -> str | None:
    """Return the sentence that users see in a pause without markup, or None without a pause."""
    text = pause_text(controls.pause, translate)
    return None if text is None else plain(text)


def _about(one: ListedRequest) -> Json:
    return {
        "id": one.id,
        "user": one.user_id,
        "name": one_line(one.name or str(one.user_id), _LONGEST_NAME),
        "prompt": one_line(one.prompt, _LONGEST_PROMPT),
    }
