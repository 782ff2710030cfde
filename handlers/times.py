"""Times in words, in the machine's time zone (TZ): `18:00`, `tomorrow 18:00`, `in 2 hours`, `2026-12-01 18:00`."""

import re
from datetime import datetime, timedelta

_DAYS = {
    0: ("today", "сегодня", "hoy", "hoje"),
    1: ("tomorrow", "завтра", "mañana", "manana", "amanhã", "amanha"),
    2: ("day after tomorrow", "послезавтра", "pasado mañana", "depois de amanhã"),
}
_UNITS = {
    60: ("minute", "minutes", "min", "минуту", "минуты", "минут", "мин", "minuto", "minutos"),
    3_600: ("hour", "hours", "h", "час", "часа", "часов", "hora", "horas"),
    86_400: ("day", "days", "день", "дня", "дней", "día", "días", "dia", "dias"),
}
_DAY_OF_WORD = {word: days for days, words in _DAYS.items() for word in words}
_SECONDS_OF_WORD = {word: seconds for seconds, words in _UNITS.items() for word in words}
_CLOCK = r"(?:at |в |a las |às |as )?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})"
_WORDS = "|".join(sorted(_DAY_OF_WORD, key=len, reverse=True))
_OF_DAY = re.compile(rf"(?:(?P<day>{_WORDS})[ ,]*)?{_CLOCK}")
_DATE = re.compile(
    rf"(?:(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})"
    rf"|(?P<day2>\d{{1,2}})\.(?P<month2>\d{{1,2}})\.(?P<year2>\d{{4}}))[ ,t]+{_CLOCK}"
)
_SPAN = re.compile(r"(?:in|через|en|em|dentro de|daqui a) (?:(?P<count>\d{1,4}) ?)?(?P<unit>[^\W\d_]+)\.?")


def parse_time(text: str, now: float) -> float | None:
    """Return the Unix time that a text names, or None. A time without a day is the next one; others may be past."""
    words = " ".join(text.casefold().split()).rstrip(".!")
    if span := _SPAN.fullmatch(words):
        seconds = _SECONDS_OF_WORD.get(span["unit"])
        return None if seconds is None else now + int(span["count"] or 1) * seconds
    today = datetime.fromtimestamp(now)  # noqa: DTZ006 - the machine's time zone is wanted
    try:
        if date := _DATE.fullmatch(words):
            year, month, day = (int(date[name] or date[f"{name}2"]) for name in ("year", "month", "day"))
            at = datetime(year, month, day, int(date["hour"]), int(date["minute"]))  # noqa: DTZ001 - the same
            return at.timestamp()
        if of_day := _OF_DAY.fullmatch(words):
            at = today.replace(
                hour=int(of_day["hour"]), minute=int(of_day["minute"]), second=0, microsecond=0
            )
            days = _DAY_OF_WORD[of_day["day"]] if of_day["day"] else int(at <= today)
            return (at + timedelta(days=days)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    return None
