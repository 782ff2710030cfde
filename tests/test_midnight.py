"""The tests move the ends of days, so that no midnight comes during a test of quotas."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from tests.support.process_launcher import ROOT

PRINT_DAYS = """
import sys
from core.clock import seconds_to_next_day, utc_day
from tests.support.midnight import avoid_midnight

start, later = map(float, sys.argv[1:])
avoid_midnight(start)
print(utc_day(start), utc_day(later), round(seconds_to_next_day(later)))
"""


@pytest.mark.parametrize(
    ("start", "later", "printed"),
    [
        ("22:59:59", "23:10:00", "2026-11-27 2026-11-27 3000"),
        ("23:00:00", "23:59:59", "2026-11-28 2026-11-28 82801"),
        ("23:59:59", "23:59:59", "2026-11-28 2026-11-28 82801"),
        ("00:00:00", "00:30:00", "2026-11-27 2026-11-27 84600"),
    ],
)
def test_a_process_that_starts_in_the_last_hour_of_a_day_is_in_the_next_one(
    start: str, later: str, printed: str
) -> None:
    times = [
        str(datetime.fromisoformat(f"2026-11-27T{time}").replace(tzinfo=UTC).timestamp())
        for time in (start, later)
    ]
    done = subprocess.run(
        [sys.executable, "-c", PRINT_DAYS, *times], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == printed
