"""The hourly deletion of old rows."""

import asyncio
import sqlite3
from pathlib import Path

from bot.housekeeping import prune_hourly
from storage.drafts import KEPT_SECONDS, Drafts
from storage.inbox import Inbox, StoredUpdate
from storage.open_database import open_database
from tests.support.factories import origin
from tests.support.virtual_loop import LoopClock, virtual_time

HOUR = 3600.0


def _count(folder: Path, table: str) -> int:
    with sqlite3.connect(folder / "bot.sqlite3") as connection:
        count = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    connection.close()
    return int(count)


@virtual_time
async def test_unfinished_drafts_and_handled_updates_are_deleted_within_an_hour_of_their_time(
    tmp_path: Path,
) -> None:
    database = await open_database(f"sqlite:///{tmp_path}/bot.sqlite3")
    clock = LoopClock()
    drafts, inbox = Drafts(database=database, clock=clock), Inbox(database=database, clock=clock)
    await drafts.save(origin(), prompt="a fox")
    await inbox.put([StoredUpdate(1, "{}"), StoredUpdate(2, "{}")])
    await inbox.handled(1)
    task = asyncio.create_task(prune_hourly(inbox, drafts, clock))
    await asyncio.sleep(23 * HOUR)
    assert (_count(tmp_path, "drafts"), _count(tmp_path, "inbox")) == (1, 2)
    await asyncio.sleep(3 * HOUR)
    assert (_count(tmp_path, "drafts"), _count(tmp_path, "inbox")) == (1, 1)
    await asyncio.sleep(KEPT_SECONDS - 27 * HOUR)
    assert _count(tmp_path, "drafts") == 1
    await asyncio.sleep(3 * HOUR)
    assert _count(tmp_path, "drafts") == 0
    task.cancel()
    await database.close()
