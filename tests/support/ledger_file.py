"""Looks into the file of a ledger beside the bot."""

from pathlib import Path

import sqlalchemy as sa


def connect(path: Path | str) -> sa.Engine:
    """Return an engine on the file, with SQLite's own settings."""
    return sa.create_engine(f"sqlite:///{path}")
