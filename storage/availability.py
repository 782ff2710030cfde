"""Whether the database accepts writes."""

from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)


class Availability:
    """Holds the error of the last unit if the database refused it, logs each change, and reports the first error."""

    def __init__(self, database: str) -> None:
        self.error: str | None = None
        self._database = database
        self._callbacks: list[Callable[[], None]] = []

    def on_unavailable(self, callback: Callable[[], None]) -> None:
        """Add a callback for the moment at which the database begins to refuse units."""
        self._callbacks.append(callback)

    def record(self, error: str | None) -> None:
        """Record that the database refused a unit with an error, or None if it accepted one."""
        before, self.error = self.error, error
        if error and not before:
            log.error("database refuses writes", error=error, database=self._database)
            for callback in self._callbacks:
                callback()
        elif before and not error:
            log.info("database accepts writes again", database=self._database)
