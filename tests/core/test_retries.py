"""Delays between retries: doubled for each try, up to a longest one."""

import pytest

from core.retries import backoff


@pytest.mark.parametrize(
    ("tries", "seconds"), [(1, 0.5), (2, 1.0), (3, 2.0), (6, 16.0), (7, 30.0), (100_000, 30.0)]
)
def test_a_delay_doubles_up_to_half_a_minute(tries: int, seconds: float) -> None:
    assert backoff(tries) == seconds
    assert isinstance(backoff(tries), float)


def test_a_delay_has_its_own_beginning_and_end() -> None:
    assert [backoff(tries, first=3, longest=7) for tries in (1, 2, 3)] == [3, 6, 7]
    assert backoff(10_000, first=1, longest=1e9) == 2**20
