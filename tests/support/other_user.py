"""Runs a part of a test as a user without rights, because root may read and write everything."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

NOBODY = 65_534


@contextmanager
def as_nobody() -> Iterator[None]:
    """Act as the user `nobody`. Skips the test if this process is not root's."""
    if os.geteuid() != 0:
        pytest.skip("acting as another user needs root")
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
