"""Looks into a ledger beside the bot."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa


@contextmanager
def connect(url: str) -> Iterator[sa.Connection]:
    """Yield a connection to a ledger, in a transaction that is committed at the end."""
    engine = sa.create_engine(sync_url(url), poolclass=sa.NullPool)
    with engine.begin() as connection:
        yield connection


def sync_url(url: str) -> str:
    """Return the URL for SQLAlchemy without asyncio."""
    return url.replace("postgresql://", "postgresql+psycopg://")


def file_url(path: Path | str) -> str:
    """Return the URL of an SQLite file."""
    return f"sqlite:///{path}"
