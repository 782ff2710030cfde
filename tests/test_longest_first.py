"""The order in which the tests of a session start."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.longest_first import deal, starting_with_long


@given(long=st.integers(0, 30), slow=st.integers(0, 60), short=st.integers(0, 200), workers=st.integers(1, 8))
def test_each_test_is_in_one_part_and_the_first_parts_begin_with_long_ones(
    long: int, slow: int, short: int, workers: int
) -> None:
    longest, slower, rest = ([f"{n} {kind}" for n in range(m)] for kind, m in enumerate((long, slow, short)))
    order = deal(longest, slower, rest, workers)
    assert sorted(order) == sorted(longest + slower + rest)
    assert [test for test in order if test in slower] == slower
    assert [test for test in order if test in rest] == rest
    if short < (long + slow) * workers:
        return  # too few to fill equal parts
    parts, left = [], order
    for worker in range(workers):  # as xdist divides them
        size = len(left) // (workers - worker)
        parts.append(left[:size])
        left = left[size:]
    dealt = starting_with_long(workers)
    for worker, part in enumerate(parts):
        share = longest[worker::dealt] if worker < dealt else []
        of_slow = [test for test in part if test in slower]
        assert part[: len(share) + len(of_slow)] == share + of_slow
        assert bool(of_slow) == (worker < dealt) or slow < dealt


@pytest.mark.parametrize(("workers", "dealt"), [(1, 1), (2, 1), (3, 2), (5, 3), (8, 5)])
def test_some_workers_start_with_short_tests(workers: int, dealt: int) -> None:
    assert starting_with_long(workers) == dealt
