"""The figures of /stats as charts and as a caption."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

from chat.charts import Chart, Kind, Series
from chat.translations import Translator
from core.model import Failure, State
from core.statistics import DayFigures, Figures, PeriodFigures

_ROWS, _KINDS = 5, 12
"""Most kinds of failures in the chart, and in the caption."""
_AT_SERVICE, _AT_TELEGRAM, _PHOTO = "service", "telegram", "photo"
_SHORT_NAMES = {
    Failure.TIMEOUT: "timeout",
    Failure.MODERATED: "moderated",
    Failure.BAD_INPUT: "refused",
    **dict.fromkeys(
        (
            *(Failure.UNAVAILABLE, Failure.UNKNOWN_CREATE, Failure.TASK_FAILED),
            *(Failure.SERVICE_PAUSED, Failure.PICTURE_LOST),
        ),
        _AT_SERVICE,
    ),
    **dict.fromkeys(
        (
            *(Failure.NOT_SENDABLE, Failure.NOT_SENT, Failure.NOT_ALLOWED),
            *(Failure.BLOCKED, Failure.NOT_STARTED),
        ),
        _AT_TELEGRAM,
    ),
}
"""Kinds of failures as the chart names them. All others are about the photo to change."""


def charts_of(figures: Figures, translate: Translator, *, sells: bool) -> list[Chart]:
    """Return the charts of the last days: of a bot that `sells`, with the Stars that arrived."""
    month = figures.periods[-1]
    charts = [
        _outcomes(figures, month.total, translate),
        *([] if month.users is None else [_users(figures.periods, translate)]),
        _seconds(figures, month.total, translate),
        _days(
            figures,
            translate,
            translate.raw("stats-spent"),
            f"{_number(month.total.roubles)} ₽",
            [day.roubles for day in figures.days],
        ),
    ]
    if sells:
        stars = [max(stars, 0) for stars in figures.stars]  # more may be refunded on a day than paid
        headline = f"{_number(month.stars)} ★"
        charts.append(_days(figures, translate, translate.raw("stats-stars"), headline, stars))
    return [*charts, _failures(month.total, translate)]


def caption_of(figures: Figures, translate: Translator, *, sells: bool) -> str:
    """Return the figures of the periods as HTML, within the length of a caption."""
    lines = [f"<b>{translate('stats-periods')}</b>"]
    lines += [
        f"{label}: <b>{' · '.join(values)}</b>" for label, values in rows_of(figures, translate, sells=sells)
    ]
    if errors := figures.periods[-1].total.errors:
        kinds = ", ".join(f"<code>{kind}</code> {_number(count)}" for kind, count in errors[:_KINDS])
        lines.append(f"{translate('stats-errors')}: {kinds}")
    return "\n".join(lines)


def rows_of(figures: Figures, translate: Translator, *, sells: bool) -> list[tuple[str, list[str]]]:
    """Return the figures as rows: a label, and a value for each period."""
    totals = [period.total for period in figures.periods]
    rows: list[tuple[str, list[str]]] = []

    def line(label: str, values: list[str]) -> None:
        rows.append((label, values))

    def count(label: str, read: Callable[[DayFigures], float]) -> None:
        line(label, [_number(read(total)) for total in totals])

    users = [period.users for period in figures.periods if period.users is not None]
    if users:
        line(translate("stats-active"), [_number(one.active) for one in users])
        line(translate("stats-new"), [_number(one.new) for one in users])
        line(translate("stats-returning"), [_number(one.returning) for one in users])
    count(translate("stats-requests"), lambda total: total.requests)
    count(translate("stats-pictures"), lambda total: total.of_state(State.DELIVERED))
    count(translate("stats-failed"), lambda total: total.failed)
    count(translate("stats-cancelled"), lambda total: total.of_state(State.CANCELLED))
    count(translate("stats-pending"), lambda total: total.pending)
    line(translate("stats-median"), [_time(total.quantile(0.5), translate) for total in totals])
    line(translate("stats-p95"), [_time(total.quantile(0.95), translate) for total in totals])
    line(translate("stats-spent"), [_number(total.roubles) for total in totals])
    if sells:
        line(translate("stats-stars"), [_number(period.stars) for period in figures.periods])
    return rows


def short_failure(kind: str, translate: Translator) -> str:
    """Return a few words for a kind of failure, as plain text."""
    known = kind in set(Failure)  # else another version of the bot wrote it
    name = _SHORT_NAMES.get(Failure(kind), _PHOTO) if known else _AT_SERVICE
    return translate.raw(f"stats-error-{name}")


def _outcomes(figures: Figures, month: DayFigures, translate: Translator) -> Chart:
    done = [day.of_state(State.DELIVERED) for day in figures.days]
    failed = [day.failed for day in figures.days]
    other = [day.of_state(State.CANCELLED) for day in figures.days]
    return Chart(
        kind=Kind.BARS,
        title=translate.raw("stats-requests"),
        headline=_number(month.requests),
        series=[Series(values=values) for values in (done, failed, other)],
        first=_date(figures.days[0].day, translate),
        last=_date(figures.days[-1].day, translate),
        legend=[
            translate.raw("stats-pictures"),
            translate.raw("stats-failed"),
            translate.raw("stats-cancelled"),
        ],
    )


def _users(periods: Sequence[PeriodFigures], translate: Translator) -> Chart:
    names = [
        translate.raw("stats-today"),
        translate.raw("stats-week"),
        translate.raw("stats-month"),
    ]
    counts = [period.users for period in periods]
    rows = [
        Series(name=name, values=[one.returning, one.new])
        for name, one in zip(names, counts, strict=True)
        if one is not None
    ]
    newest = counts[-1]
    return Chart(
        kind=Kind.ROWS,
        title=translate.raw("stats-active"),
        headline=_number(newest.active if newest is not None else 0),
        series=rows,
        legend=[translate.raw("stats-returning"), translate.raw("stats-new")],
    )


def _seconds(figures: Figures, month: DayFigures, translate: Translator) -> Chart:
    shares = (0.5, 0.95)
    return Chart(
        kind=Kind.LINES,
        title=translate.raw("stats-seconds"),
        headline=_time(month.quantile(0.5), translate),
        series=[Series(values=[day.quantile(share) for day in figures.days]) for share in shares],
        first=_date(figures.days[0].day, translate),
        last=_date(figures.days[-1].day, translate),
        legend=[translate.raw("stats-half"), "95 %"],
    )


def _days(
    figures: Figures, translate: Translator, title: str, headline: str, values: Sequence[float]
) -> Chart:
    return Chart(
        kind=Kind.BARS,
        title=title,
        headline=headline,
        series=[Series(values=values)],
        first=_date(figures.days[0].day, translate),
        last=_date(figures.days[-1].day, translate),
    )


def _failures(month: DayFigures, translate: Translator) -> Chart:
    found: Counter[str] = Counter()
    for kind, count in month.errors:
        found[short_failure(kind, translate)] += count
    rows = [Series(name=name, values=[count]) for name, count in found.most_common(_ROWS)]
    title = translate.raw("stats-errors")
    return Chart(kind=Kind.ROWS, title=title, headline=_number(month.failed), series=rows)


def _number(value: float) -> str:
    """Return a whole number with narrow gaps between thousands."""
    return f"{value:,.0f}".replace(",", "\u00a0")


def _time(seconds: float | None, translate: Translator) -> str:
    return "–" if seconds is None else translate("stats-time", amount=f"{seconds:.0f}")


def _date(day: str, translate: Translator) -> str:
    return translate("stats-date", date=date.fromisoformat(day))
