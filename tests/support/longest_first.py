"""The order of the tests under pytest-xdist: most workers start with a share of the longest ones.

`--dist worksteal` gives each worker a part of the tests, all parts equally many, and an idle worker steals from the end
of another part. A long test at an end would run alone. Long and slow tests wait much: for kills, timers and browsers.
So the other workers start with short tests, which use the CPU meanwhile, and each part ends with short ones.
"""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def starting_with_long(workers: int) -> int:
    """Return the number of workers that start with the longest tests: three of five."""
    return max(1, round(workers * 3 / 5))


def deal(longest: Sequence[T], slow: Sequence[T], short: Sequence[T], workers: int) -> list[T]:
    """Return all tests in an order for `workers` equal parts.

    The first parts (`starting_with_long`) begin with a share of the longest tests, longest first, and a share of the
    slow ones, neighbours together, as they may share a bot.
    """
    ordered: list[T] = []
    rest = list(short)
    total = len(longest) + len(slow) + len(short)
    dealt = starting_with_long(workers)
    for worker in range(workers):
        size = (total - len(ordered)) // (workers - worker)
        share: list[T] = []
        if worker < dealt:
            of_slow = slow[len(slow) * worker // dealt : len(slow) * (worker + 1) // dealt]
            share = [*longest[worker::dealt], *of_slow]
        filler = max(0, size - len(share))
        ordered += [*share, *rest[:filler]]
        del rest[:filler]
    return [*ordered, *rest]
