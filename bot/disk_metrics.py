"""The metrics of the disk with an SQLite ledger, read when they are asked for."""

import shutil
from collections.abc import Callable
from pathlib import Path

from bot.settings import Settings
from core.metrics import Metrics
from storage.sqlite_file import sqlite_path

_UNKNOWN = float("nan")


def watch_disk(settings: Settings, metrics: Metrics) -> None:
    """Let the metrics show the free space of the ledger's disk and the size of the ledger with its log."""
    if settings.on_postgres:
        metrics.disk_free.set(_UNKNOWN)
        metrics.ledger_size.set(_UNKNOWN)
        return
    ledger = sqlite_path(settings.database_url)
    metrics.disk_free.set_function(_known(lambda: float(shutil.disk_usage(ledger.absolute().parent).free)))
    metrics.ledger_size.set_function(_known(lambda: float(_size(ledger))))


def _size(ledger: Path) -> int:
    return sum(file.stat().st_size for file in (ledger, Path(f"{ledger}-wal")) if file.exists())


def _known(read: Callable[[], float]) -> Callable[[], float]:
    """Return a function that returns NaN where the file system fails: /metrics must answer then, too."""

    def value() -> float:
        try:
            return read()
        except OSError:
            return _UNKNOWN

    return value
