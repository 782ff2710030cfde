"""Failures of the provider: the user's answer, the quota, and the number of calls.

All failures of tests/support/provider_failures.py happen at the same time, so none of them delays another request.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest
from aiogram.types import User

from playground.faults import Fault
from tests.support.provider_failures import PROVIDER_FAILURES, ProviderFailure
from tests.support.world import World, open_world

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


@dataclass(slots=True)
class Case:
    """A failure with a user and a prompt of its own."""

    failure: ProviderFailure
    user: User
    prompt: str
    fault: Fault

    @classmethod
    def begin(cls, world: World, failure: ProviderFailure, number: int) -> "Case":
        prompt = f"failure {number:02}"
        return cls(failure, world.add_user(), prompt, world.media.faults.add(failure.fault(prompt)))

    def deviation(self, world: World) -> str | None:
        """Return a description of the chat, the quota and the calls if they are not as expected."""
        texts, pictures = world.texts(self.user), len(world.pictures(self.user))
        used, calls = world.quota_used(self.user), self._calls(world)
        answered = (
            (pictures == 1 and not texts)
            if self.failure.counts
            else any(self.failure.answer_to_user in text for text in texts)
            and any("didn’t count" in text for text in texts)
        )
        enough = calls >= self.failure.calls if self.failure.times is None else calls == self.failure.calls
        if answered and used == self.failure.counts and enough:
            return None
        return f"{self.failure.what}: {texts}, {pictures} pictures, {used} used, {calls} calls"

    def _calls(self, world: World) -> int:
        """Return the number of calls for the prompt: the failing ones, and the successful one if there is one."""
        if self.failure.call == "create":
            accepted = sum(f'"{self.prompt}"' in body for body in world.media.bodies)
            reached_the_stand_in = self.failure.after or self.failure.delay
            return accepted if reached_the_stand_in else accepted + self.fault.hits
        return self.fault.hits + self.failure.counts


@pytest.mark.long(97)
async def test_each_failure_is_answered_and_counted_as_documented(tmp_path: Path, database_url: str) -> None:
    async with open_world(
        tmp_path, DATABASE_URL=database_url, GENERATION_TIMEOUT="90", MAX_IN_FLIGHT="100"
    ) as world:
        world.media.faults.clear()
        cases = [Case.begin(world, failure, number) for number, failure in enumerate(PROVIDER_FAILURES)]
        await world.process.start()
        for case in cases:
            world.telegram.say(case.user, f"/imagine {case.prompt} --ar 1:1")
        closed = "SELECT 1 FROM requests WHERE closed_at IS NOT NULL"
        await world.process.wait_until(lambda: len(world.rows(closed)) == len(cases), 400)
        assert [deviation for case in cases if (deviation := case.deviation(world))] == []
