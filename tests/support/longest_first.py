"""The order of the tests under pytest-xdist: each worker starts with its share of the longest ones.

`--dist worksteal` gives each worker a part of the tests, all parts equally many, and an idle worker steals from the end
of another part. A long test at an end would run alone.
"""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def deal(longest: Sequence[T], others: Sequence[T], workers: int) -> list[T]:
    """Return all tests in an order whose `workers` equal parts begin with a share of the longest, longest first."""
    ordered: list[T] = []
    rest = list(others)
    total = len(longest) + len(others)
    for worker in range(workers):
        size = (total - len(ordered)) // (workers - worker)
        share = longest[worker::workers]
        filler = max(0, size - len(share))
        ordered += [*share, *rest[:filler]]
        del rest[:filler]
    return [*ordered, *rest]
