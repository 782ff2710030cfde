"""The pace of messages with Telegram's limit of 30 a second as a strict sliding window, in virtual time."""

from pathlib import Path

import pytest

from tests.support.pace_simulation import Latency, deliver_at_once, jittered, quick, slow
from tests.support.virtual_loop import virtual_time

REQUESTS = 75
# The times that the scheduler took before it counted messages on the wire, with 1 to 8 refusals (seconds).
BEFORE = {"jittered": (4.77, 6.78), "quick": (4.42, 5.65), "slow": (5.71, 7.88)}


@pytest.mark.parametrize("latency", [jittered, quick, slow], ids=lambda latency: latency.__name__)
@pytest.mark.parametrize("seed", [0, 1])
def test_75_requests_at_once_meet_no_limit_and_lose_no_time(
    tmp_path: Path, latency: Latency, seed: int
) -> None:
    @virtual_time
    async def measure() -> None:
        statistics = await deliver_at_once(tmp_path, REQUESTS, seed, latency)
        mean, last = BEFORE[latency.__name__]
        assert statistics.refusals <= 2
        assert statistics.mean <= mean * 1.1
        assert statistics.last <= last * 1.1

    measure()
