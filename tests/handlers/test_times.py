"""Times in words, in the time zone of the machine."""

from datetime import datetime

import pytest

from handlers.times import parse_time

NOW = datetime(2026, 11, 27, 15, 30).timestamp()  # noqa: DTZ001 - the machine's time zone


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("18:00", "2026-11-27 18:00"),
        ("9:05", "2026-11-28 09:05"),
        ("15:30", "2026-11-28 15:30"),
        ("today 9:00", "2026-11-27 09:00"),
        ("Tomorrow at 18:00", "2026-11-28 18:00"),
        ("завтра в 18:00", "2026-11-28 18:00"),
        ("mañana a las 7:00", "2026-11-28 07:00"),
        ("amanhã às 7:00", "2026-11-28 07:00"),
        ("послезавтра, 10.15", "2026-11-29 10:15"),
        ("in 2 hours", "2026-11-27 17:30"),
        ("через час", "2026-11-27 16:30"),
        ("через 45 мин.", "2026-11-27 16:15"),
        ("dentro de 3 días", "2026-11-30 15:30"),
        ("em 2 horas", "2026-11-27 17:30"),
        ("2026-12-01 18:00", "2026-12-01 18:00"),
        ("2026-12-01T18:00", "2026-12-01 18:00"),
        ("01.12.2026 18:00", "2026-12-01 18:00"),
        ("2020-01-01 12:00", "2020-01-01 12:00"),
    ],
)
def test_a_time_is_understood(text: str, expected: str) -> None:
    at = parse_time(text, NOW)
    assert at is not None
    assert f"{datetime.fromtimestamp(at):%Y-%m-%d %H:%M}" == expected  # noqa: DTZ006 - the same


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "25:00",
        "18:60",
        "2026-02-30 18:00",
        "in 2 moons",
        "99999 18:00",
        "in 18:00",
        "1e9",
        "0000-01-01 0:00",
    ],
)
def test_anything_else_is_no_time(text: str) -> None:
    assert parse_time(text, NOW) is None
