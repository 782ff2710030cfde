"""The permissions of the ledger's files, which hold texts of users: only the user of this process may open them."""

import errno
import os
import stat
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

PRIVATE = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def create_private(path: Path) -> None:
    """Create a ledger with mode 0600 unless it exists, and take the permissions of other users from its files.

    SQLite gives the -wal and -shm files that it creates the mode of the ledger (sqlite.org/walformat.html).
    Raises OSError if this process may not read and write the ledger, or may not create files beside it.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE))
    ledger = path.resolve()
    if not os.access(ledger.parent, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(ledger.parent))
    for file in (ledger, Path(f"{ledger}-wal"), Path(f"{ledger}-shm"), Path(f"{path}.lock")):
        _tighten(file)


def _tighten(file: Path) -> None:
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
        if mode & _OTHERS:
            file.chmod(mode & ~_OTHERS)
            log.info("file made private", path=str(file), old_mode=f"{mode:04o}")
    except FileNotFoundError:
        return
    except OSError as error:  # the file belongs to another user, or the file system has no permissions
        log.warning("other users may read a file", path=str(file), error=error.strerror)


def explain(error: OSError) -> str:
    """Return the reason of an error of the file system; for missing permissions, with the users that matter."""
    reason = error.strerror or str(error)
    if not isinstance(error, PermissionError):
        return reason
    reason += f" for user id {os.geteuid()}"
    for path in _with_parents(error.filename):
        try:
            found = path.stat()
        except OSError:
            continue
        return f"{reason}; {path} belongs to user id {found.st_uid}, mode {stat.S_IMODE(found.st_mode):04o}"
    return reason


def _with_parents(filename: object) -> list[Path]:
    if not isinstance(filename, str | os.PathLike):
        return []
    path = Path(filename).absolute()
    return [path, *path.parents]
