"""The daily copy of the ledger: at night, at once if one is missing, again after a failure, with an alarm."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from bot.backups import RETRY_SECONDS, Backups
from core.metrics import Metrics
from storage.backup_folder import KEPT, BackupFolder
from storage.open_database import open_database
from tests.support.engine_harness import EngineHarness
from tests.support.ledger import file_url
from tests.support.virtual_loop import LoopClock, virtual_time

DAY = 86_400.0
ADMIN = 99


def _times(folder: Path) -> list[datetime]:
    stamps = sorted(path.name for path in folder.glob("bot-*.sqlite3"))
    return [datetime.strptime(name, "bot-%Y-%m-%dT%H%M%SZ.sqlite3").replace(tzinfo=UTC) for name in stamps]


@virtual_time
async def test_a_copy_is_made_at_once_and_then_each_night(tmp_path: Path) -> None:
    database = await open_database(file_url(tmp_path / "bot.sqlite3"))
    folder, clock, metrics = tmp_path / "copies", LoopClock(), Metrics()
    failures: list[None] = []

    def backups() -> Backups:
        return Backups(
            folder=BackupFolder(folder=folder, ledger=tmp_path / "bot.sqlite3"),
            clock=clock,
            metrics=metrics,
            on_failure=lambda: failures.append(None),
        )

    task = asyncio.create_task(backups().run())
    await asyncio.sleep(1)
    assert len(_times(folder)) == 1
    await asyncio.sleep(9 * DAY)
    first, *nightly = _times(folder)
    assert len(nightly) == KEPT - 1
    assert all((time.hour, time.minute < 10) == (2, True) for time in (first, *nightly))
    task.cancel()
    again = asyncio.create_task(backups().run())  # a restart finds the copy of the last night
    await asyncio.sleep(1)
    assert _times(folder) == [first, *nightly]
    made = metrics.registry.get_sample_value("imagine_backup_timestamp_seconds")
    assert made == nightly[-1].timestamp()
    again.cancel()
    assert not failures
    await database.close()


@virtual_time
async def test_a_failed_copy_raises_an_alarm_and_is_tried_again(tmp_path: Path) -> None:
    (blocked := tmp_path / "copies").write_text("no folder")
    harness = EngineHarness(
        file_url(tmp_path / "bot.sqlite3"), admin_ids=frozenset({ADMIN}), backup_dir=blocked
    )
    app = await harness.start()
    await asyncio.sleep(60)
    assert harness.alarms().total() == 1
    assert app.metrics.registry.get_sample_value("imagine_backup_failures_total") == 1
    blocked.unlink()
    await asyncio.sleep(RETRY_SECONDS)
    assert len(_times(blocked)) == 1
    assert app.metrics.registry.get_sample_value("imagine_backup_failures_total") == 1
    await app.stop()
