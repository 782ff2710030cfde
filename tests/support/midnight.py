"""The end of the day (UTC), which must not come during a test: its quotas would be counted on two days."""

from datetime import UTC, datetime

from core.clock import seconds_to_next_day, utc_day

_HOUR = 3_600


def avoid_midnight(now: float) -> None:
    """Let the days of this process end an hour earlier from now on, if this is the last hour of a day (UTC).

    Only days move. If the clock of the bot did, it would not agree with that of the stand-ins: a sign-in of Telegram
    would be an hour old.
    """
    if seconds_to_next_day(now) <= _HOUR:
        # Modules have imported the functions by name, so their code is replaced.
        utc_day.__code__ = _utc_day_an_hour_later.__code__
        seconds_to_next_day.__code__ = _seconds_to_next_day_an_hour_later.__code__


# These run with the globals of core.clock: they may use what it has imported, and literals.


def _utc_day_an_hour_later(now: float) -> str:
    return datetime.fromtimestamp(now + 3_600, UTC).date().isoformat()


def _seconds_to_next_day_an_hour_later(now: float) -> float:
    return 86_400 - (now + 3_600) % 86_400
