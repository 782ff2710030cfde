"""The order in which the tests of a session start."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support.longest_first import deal


@given(long=st.integers(0, 30), others=st.integers(0, 100), workers=st.integers(1, 8))
def test_each_part_has_each_test_once_and_begins_with_its_share(long: int, others: int, workers: int) -> None:
    longest, rest = [f"long {n}" for n in range(long)], [f"other {n}" for n in range(others)]
    order = deal(longest, rest, workers)
    assert sorted(order) == sorted(longest + rest)
    assert [test for test in order if test in rest] == rest
    if others < long * workers:
        return  # too few to fill equal parts
    parts, left = [], order
    for worker in range(workers):  # as xdist divides them
        size = len(left) // (workers - worker)
        parts.append(left[:size])
        left = left[size:]
    for worker, part in enumerate(parts):
        share = longest[worker::workers]
        assert part[: len(share)] == share
