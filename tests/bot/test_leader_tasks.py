"""Work that only the leader does: begun and cancelled with the leadership."""

import asyncio

from bot.leader_tasks import LeaderTasks
from tests.support.virtual_loop import LoopClock, virtual_time


@virtual_time
async def test_work_runs_while_this_process_leads_and_begins_anew_each_time() -> None:
    leads = False
    running: list[str] = []
    begun = 0

    async def work(name: str) -> None:
        nonlocal begun
        begun += 1
        running.append(name)
        try:
            await asyncio.sleep(1e6)
        finally:
            running.remove(name)

    tasks = LeaderTasks(is_leader=lambda: leads, clock=LoopClock())
    tasks.add(lambda: work("menus"))
    await tasks.start()
    await asyncio.sleep(5)
    assert running == []
    leads = True
    await asyncio.sleep(2)
    assert running == ["menus"]
    tasks.add(lambda: work("polling"))
    await asyncio.sleep(2)
    assert running == ["menus", "polling"]
    leads = False
    await asyncio.sleep(2)
    assert running == []
    leads = True
    await asyncio.sleep(2)
    assert (running, begun) == (["menus", "polling"], 4)
    await tasks.stop()
    assert running == []
