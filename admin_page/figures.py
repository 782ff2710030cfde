"""The figures of /stats on the page: a table and the same picture with charts, read only when they are asked for."""

import asyncio
from typing import Any

from admin_page.texts import plain
from chat import charts
from chat.translations import Translator
from core.clock import Clock
from core.statistics import Figures
from handlers.statistics_charts import charts_of, rows_of, short_failure
from storage.statistics import Statistics

_KEPT_SECONDS = 30.0
"""Time for which figures are kept: the table and the two pictures of one look need them."""
_KINDS = 12

Json = dict[str, Any]


class FigurePages:
    """Reads figures, and draws one picture at a time."""

    def __init__(self, *, statistics: Statistics, clock: Clock, sells: bool) -> None:
        self._statistics = statistics
        self._clock = clock
        self._sells = sells
        self._kept: tuple[int, float, Figures] | None = None
        self._working = asyncio.Lock()

    async def table(self, user_id: int, translate: Translator) -> Json:
        """Return the figures of all users, or of one unless it is 0. Raises StorageUnavailable."""
        figures = await self._read(user_id)
        rows = rows_of(figures, translate, sells=self._sells)
        return {
            "title": _subtitle(user_id, translate),
            "periods": [
                translate.raw("stats-today"),
                translate.raw("stats-week"),
                translate.raw("stats-month"),
            ],
            "rows": [
                {"label": plain(label), "values": [plain(value) for value in values]}
                for label, values in rows
            ],
            "errors_title": translate.raw("stats-errors"),
            "errors": [
                {"kind": kind, "reason": short_failure(kind, translate), "count": count}
                for kind, count in figures.periods[-1].total.errors[:_KINDS]
            ],
        }

    async def picture(self, user_id: int, translate: Translator, *, dark: bool) -> bytes:
        """Return the charts as a PNG file, drawn in a thread. Raises StorageUnavailable."""
        from chat import chart_picture  # noqa: PLC0415 - loads the drawing part of Pillow, only for a picture

        panels = charts_of(await self._read(user_id), translate, sells=self._sells)
        theme = charts.DARK if dark else charts.LIGHT
        title, subtitle = translate.raw("stats-title"), _subtitle(user_id, translate)
        async with self._working:
            return await asyncio.to_thread(chart_picture.draw, title, subtitle, panels, theme)

    async def _read(self, user_id: int) -> Figures:
        async with self._working:
            now = self._clock.monotonic()
            if self._kept is not None:
                kept_of, kept_at, figures = self._kept
                if kept_of == user_id and now - kept_at < _KEPT_SECONDS:
                    return figures
            statistics = self._statistics
            figures = await (statistics.of_user(user_id) if user_id else statistics.of_all())
            self._kept = (user_id, now, figures)
            return figures


def _subtitle(user_id: int, translate: Translator) -> str:
    if user_id:
        return plain(translate("stats-of-user", id=str(user_id)))
    return translate.raw("stats-of-all")
