"""The order in which the ways of sending a source picture are tried, learned from the provider's answers.

The ledger holds the record, so a restart continues with the way that works. A record that was made with other settings
does not count.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

import structlog

from core.background import Background
from core.options import SourceWay
from storage.database_errors import StorageUnavailable
from storage.key_values import KeyValueStore

log = structlog.get_logger(__name__)

ReportRefusedWay = Callable[[SourceWay, SourceWay | None], Awaitable[None]]
"""Reports to the admins that the provider refused a way, and the way that works instead, or None."""
_NAME = "source ways"
_REPORT_SECONDS = 1.0
"""Time that a stop gives to a report, so that it is sent and recorded."""


@dataclass(slots=True)
class _Record:
    """The way that worked last, the ways that were refused last, and the reports that were sent."""

    works: SourceWay | None = None
    refused: set[SourceWay] = field(default_factory=set)
    reported: set[str] = field(default_factory=set)


class SourceWays:
    """Orders the ways that the settings allow. `settings` names the settings that an answer depends on."""

    def __init__(
        self,
        *,
        ways: Sequence[SourceWay],
        settings: str,
        key_values: KeyValueStore,
        report: ReportRefusedWay,
    ) -> None:
        self._ways = ways
        self._settings = settings
        self._key_values = key_values
        self._report = report
        self._lock = asyncio.Lock()
        self._reporting: set[str] = set()
        self._background = Background()

    async def stop(self) -> None:
        """Finish the reports that are under way. One that takes longer is sent again after a later edit."""
        await self._background.stop(_REPORT_SECONDS)

    async def in_order(self) -> list[SourceWay]:
        """Return the ways: the one that works, then those that were not refused, then the rest."""
        record = await self._read()
        return sorted(self._ways, key=lambda way: (way is not record.works, way in record.refused))

    def are_left(self, refused: Collection[SourceWay]) -> bool:
        """Return whether a way is left that is not in `refused`."""
        return any(way not in refused for way in self._ways)

    async def has_worked(self) -> bool:
        """Return whether a way works: then a picture that is refused in all ways may be at fault itself."""
        return (await self._read()).works is not None

    async def record_refused(self, way: SourceWay) -> None:
        """Record that the provider refused a picture sent in this way."""
        async with self._changed() as record:
            record.refused.add(way)

    async def record_accepted(self, way: SourceWay) -> None:
        """Record that the provider accepted a picture sent in this way, and report the refused ones before it."""
        async with self._changed() as record:
            record.works = way
            record.refused.discard(way)
        preferred = [other for other in self._ways[: self._ways.index(way)] if other in record.refused]
        if preferred:
            self._report_once(preferred[0], way)

    async def record_all_refused(self) -> None:
        """Record that no way is left. Report it unless one worked before: see `has_worked`."""
        async with self._changed() as record:
            worked, record.works = record.works, None
            record.refused.update(self._ways)
        if worked is None:
            self._report_once(self._ways[0], None)

    async def record_not_loaded(self, way: SourceWay) -> None:
        """Record that an accepted task failed because the provider could not load the picture sent in this way."""
        async with self._changed() as record:
            record.refused.add(way)
            record.works = None if record.works is way else record.works
        if record.refused.issuperset(self._ways):
            self._report_once(way, None)

    @contextlib.asynccontextmanager
    async def _changed(self) -> AsyncIterator[_Record]:
        """Yield the record and store it if it was changed. A change that the disk refuses is lost."""
        async with self._lock:
            record = await self._read()
            before = replace(record, refused=set(record.refused), reported=set(record.reported))
            yield record
            if record != before:
                with contextlib.suppress(StorageUnavailable):  # costs one more refusal, which is free
                    await self._key_values.set(_NAME, self._write(record))

    async def _read(self) -> _Record:
        stored = json.loads(await self._key_values.get(_NAME) or "{}")
        if stored.get("settings") != self._settings:
            return _Record()
        return _Record(
            works=SourceWay(stored["works"]) if stored["works"] else None,
            refused={SourceWay(way) for way in stored["refused"]},
            reported=set(stored["reported"]),
        )

    def _write(self, record: _Record) -> str:
        return json.dumps(
            {
                "settings": self._settings,
                "works": record.works,
                "refused": sorted(record.refused),
                "reported": sorted(record.reported),
            }
        )

    def _report_once(self, refused: SourceWay, works: SourceWay | None) -> None:
        """Start to send a report, unless it was sent with these settings or is under way."""
        report = f"{refused} {works}"
        if report not in self._reporting:
            self._reporting.add(report)
            self._background.start(self._send_report(report, refused, works))

    async def _send_report(self, report: str, refused: SourceWay, works: SourceWay | None) -> None:
        if report in (await self._read()).reported:
            return
        log.error("photo edits refused", way=refused, works=works)
        await self._report(refused, works)
        async with self._changed() as record:
            record.reported.add(report)
