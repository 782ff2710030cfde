"""One SQLite file: its path, connections to it, its schema, and a check for damage."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from storage.database_errors import DatabaseError
from storage.schema import HEAD

LARGEST_CHECKED = 64 * 1024 * 1024
"""The largest file in bytes that is checked for damage at each start, which takes about 0.1 s."""
_RESTORE = "restore a copy of it with `imagine-bot restore`, or move it away to begin anew"


def sqlite_path(url: str) -> Path:
    """Return the path in a `sqlite:///…` URL. Raises DatabaseError for any other URL."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise DatabaseError(f"{url} does not name an SQLite file")
    return Path(parsed.database)


def connect(path: Path, *, read_only: bool = False) -> sa.Engine:
    """Return an engine with one connection. Transactions begin IMMEDIATE, so that none fails on its first write."""
    engine = sa.create_engine(
        f"sqlite:///{path}",
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "timeout": 10},
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(dbapi: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The event below begins each transaction. The implicit transactions of sqlite3 would break savepoints.
        dbapi.isolation_level = None
        cursor = dbapi.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def migrate(engine: sa.Engine) -> None:
    """Migrate the schema to HEAD in one transaction. Raises DatabaseError if it is newer than this program."""
    with engine.begin() as connection:
        has_version = sa.inspect(connection).has_table("alembic_version")
        version = (
            connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            if has_version
            else None
        )
        if version == HEAD:
            return
        # Imported here: a start with nothing to migrate saves the time and the memory.
        from alembic import command  # noqa: PLC0415
        from alembic.config import Config  # noqa: PLC0415
        from alembic.util import CommandError  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise DatabaseError(
                f"its schema ({version}) is not one this version knows; install the version that wrote it"
            ) from error


def check(engine: sa.Engine, path: Path) -> None:
    """Check a file for damage unless it is larger than `LARGEST_CHECKED`. Raises DatabaseError if it is damaged."""
    if path.stat().st_size > LARGEST_CHECKED:
        return
    with engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        raise DatabaseError(f"the file is damaged ({found}); {_RESTORE}")


def explain_sqlite_error(error: Exception) -> str:
    """Return the words of an error at opening, with advice if the file is damaged."""
    words = str(getattr(error, "orig", error))
    damaged = "malformed" in words or "not a database" in words
    return f"{words}; {_RESTORE}" if damaged else words
