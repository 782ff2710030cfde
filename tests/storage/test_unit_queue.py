"""Batches of units of work: units that wait together share one, and a patient unit joins the next one."""

import asyncio
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from storage.database import Unit
from storage.unit_queue import PATIENT_SECONDS, RESUMED_AT_ONCE, UnitQueue, UnitResult
from storage.urgency import urgent
from tests.support.virtual_loop import virtual_time

BATCH_SECONDS = 0.005


class Batches:
    """Runs batches, each of which takes `BATCH_SECONDS`, and notes when each begins, with the names of its units."""

    def __init__(self) -> None:
        self.begun: list[tuple[float, list[str]]] = []
        self.queue = UnitQueue(self._run)

    async def _run(self, units: Sequence[Unit[Any]]) -> list[UnitResult]:
        names = [unit.__name__ for unit in units]
        self.begun.append((round(asyncio.get_running_loop().time(), 3), names))
        await asyncio.sleep(BATCH_SECONDS)
        return [UnitResult(value=name) for name in names]

    def start(self, name: str, *, patient: bool = False) -> asyncio.Task[str]:
        """Start to run a unit, which returns its name."""

        def unit(_connection: sa.Connection) -> str:
            return name

        unit.__name__ = name
        return asyncio.ensure_future(self.queue.run(unit, patient=patient))


@virtual_time
async def test_a_patient_unit_joins_the_batch_of_the_next_unit() -> None:
    batches = Batches()
    patient = batches.start("patient", patient=True)
    await asyncio.sleep(PATIENT_SECONDS / 2)
    assert not batches.begun
    assert await batches.start("other") == "other"
    assert await patient == "patient"
    await asyncio.sleep(1.0)
    assert batches.begun == [(0.01, ["patient", "other"])]


@virtual_time
async def test_a_patient_unit_runs_by_itself_after_a_short_time() -> None:
    batches = Batches()
    both = [batches.start("first", patient=True), batches.start("second", patient=True)]
    assert await asyncio.gather(*both) == ["first", "second"]
    assert await batches.start("third", patient=True) == "third"
    assert batches.begun == [(0.02, ["first", "second"]), (0.045, ["third"])]


@virtual_time
async def test_a_patient_unit_does_not_run_at_the_end_of_a_batch() -> None:
    batches = Batches()
    running = batches.start("running")
    await asyncio.sleep(BATCH_SECONDS / 2)
    patient = batches.start("patient", patient=True)
    await running
    await asyncio.sleep(BATCH_SECONDS)
    following = batches.start("following")
    await asyncio.gather(patient, following)
    assert [names for _, names in batches.begun] == [["running"], ["patient", "following"]]


@virtual_time
async def test_a_batch_that_is_too_large_leaves_no_unit_behind() -> None:
    batches = Batches()
    patient = [batches.start(str(number), patient=True) for number in range(300)]
    await asyncio.sleep(0.0)
    await batches.start("last")
    await asyncio.gather(*patient)
    assert [len(names) for _, names in batches.begun] == [128, 128, 45]


@virtual_time
async def test_the_end_runs_the_patient_units_at_once() -> None:
    batches = Batches()
    patient = batches.start("patient", patient=True)
    await asyncio.sleep(0.0)
    await batches.queue.drain()
    assert patient.done()
    assert batches.begun == [(0.0, ["patient"])]


@virtual_time
async def test_the_end_waits_for_a_patient_unit_that_comes_during_the_last_batch() -> None:
    batches = Batches()
    first = batches.start("first")
    await asyncio.sleep(0)
    end = asyncio.ensure_future(batches.queue.drain())
    await asyncio.sleep(0)
    patient = batches.start("patient", patient=True)
    await end
    assert (first.done(), patient.done()) == (True, True)


@virtual_time
async def test_urgent_units_run_next_and_by_themselves() -> None:
    batches = Batches()
    waiting = [batches.start(str(number)) for number in range(300)]
    await asyncio.sleep(BATCH_SECONDS / 2)
    with urgent():
        first, second = batches.start("checkout"), batches.start("other checkout", patient=True)
    await asyncio.gather(first, second, *waiting)
    assert [len(names) for _, names in batches.begun] == [128, 2, 128, 44]
    assert batches.begun[1][1] == ["checkout", "other checkout"]


@virtual_time
async def test_an_urgent_unit_leaves_patient_ones_waiting_for_the_next_unit() -> None:
    batches = Batches()
    patient = batches.start("patient", patient=True)
    await asyncio.sleep(0.0)
    with urgent():
        await batches.start("checkout")
    assert await patient == "patient"
    assert [names for _, names in batches.begun] == [["checkout"], ["patient"]]


@virtual_time
async def test_the_callers_of_a_large_batch_go_on_in_several_passes_of_the_loop() -> None:
    batches, resumed = Batches(), [0]

    async def call(name: str) -> None:
        await batches.start(name)
        if resumed[-1] == 0:
            asyncio.get_running_loop().call_soon(resumed.append, 0)  # the next pass
        resumed[-1] += 1

    await asyncio.gather(*(call(str(index)) for index in range(3 * RESUMED_AT_ONCE + 1)))
    assert [count for count in resumed if count] == [RESUMED_AT_ONCE] * 3 + [1]


@virtual_time
async def test_a_unit_that_comes_while_callers_go_on_runs_in_the_next_batch() -> None:
    batches = Batches()

    async def call(name: str) -> list[str]:
        return [await batches.start(name), await batches.start(f"{name} again")]

    names = [str(index) for index in range(2 * RESUMED_AT_ONCE)]
    results = await asyncio.gather(*map(call, names))
    assert results == [[name, f"{name} again"] for name in names]
    await batches.queue.drain()
