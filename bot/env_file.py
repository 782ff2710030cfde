"""Reads `.env`: values, lines that are not settings, and the reason if the file cannot be read."""

import codecs
import difflib
import io
import os
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_OF_OTHERS = re.compile(
    r"(?:COMPOSE|DOCKER|BUILDKIT|PYTHON|PIP|LC)_.+|.+_PROXY|TZ|LANG|PATH|PUID|PGID|UMASK", re.I
)
"""Names that Docker Compose, Python, the C library and HTTP clients read from the same file or environment."""
_SIMILAR_IN_FILE = 0.6
_SIMILAR_IN_ENVIRONMENT = 0.85
"""The environment holds many names that are not meant for the bot, so only a slip of a letter or two is reported."""


class EnvFileError(Exception):
    """The file cannot be read. The text says why in one line."""


@dataclass(frozen=True, slots=True)
class EnvFile:
    """The contents of an `.env`. `name` describes the file in messages."""

    name: str
    exists: bool
    values: dict[str, str]
    bad_lines: tuple[int, ...] = ()

    def warnings(self, known: Collection[str]) -> list[str]:
        """Return a line for each line of the file without NAME=VALUE and each name that is not a known setting."""
        lines = [f"{self.name}, line {number} is ignored: it is not NAME=VALUE" for number in self.bad_lines]
        for name in self.values:
            if name.upper() not in known and not _OF_OTHERS.fullmatch(name):
                meant = _similar(name, known, _SIMILAR_IN_FILE)
                alphabet = "" if name.isascii() else " (not all of its letters are Latin)"
                question = f"; did you mean {meant}?" if meant else ""
                lines.append(f"{self.name}: {name} is not a setting{alphabet}{question}")
        return lines


def read(path: Path) -> EnvFile:
    """Read a file. A missing one is empty. Raises EnvFileError if it is no text file in UTF-8 that can be read."""
    name = f"{path.name} in {path.parent.absolute()}"
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        if path.is_symlink():
            raise EnvFileError(f"{name} is a link to a file that does not exist") from None
        return EnvFile(name, exists=False, values={})
    except IsADirectoryError:
        raise EnvFileError(f"{name} is a folder, and must be a file") from None
    except PermissionError:
        raise EnvFileError(f"{name} cannot be read: permission denied for user id {os.geteuid()}") from None
    except OSError as error:
        raise EnvFileError(f"{name} cannot be read: {error.strerror or error}") from None
    return _parse(name, _decode(name, raw))


def misspelt(names: Iterable[str], known: Collection[str]) -> list[str]:
    """Return a line for each name of the environment that differs from a known setting by a letter or two."""
    others = [name for name in names if name.upper() not in known and not _OF_OTHERS.fullmatch(name)]
    found = [(name, _similar(name, known, _SIMILAR_IN_ENVIRONMENT)) for name in others]
    return [f"environment: {name} is not a setting; did you mean {meant}?" for name, meant in found if meant]


def _decode(name: str, raw: bytes) -> str:
    advice = "save it as UTF-8"
    for mark, encoding in _ENCODINGS:
        if raw.startswith(mark):
            raise EnvFileError(f"{name} is in {encoding}; {advice}")
    if b"\0" in raw:
        raise EnvFileError(f"{name} is not a text file in UTF-8 (in UTF-16 perhaps); {advice}")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise EnvFileError(
            f"{name} is not in UTF-8 but in another encoding, Windows-1251 perhaps (line {line}); {advice}"
        ) from None


def _parse(name: str, text: str) -> EnvFile:
    """Parse a text. A line counts as bad if its name is no identifier: it may be a secret and must not be shown."""
    good: list[str] = []
    bad: list[int] = []
    for binding in parse_stream(io.StringIO(text)):
        if binding.error or (
            binding.key is not None and (binding.value is None or not binding.key.isidentifier())
        ):
            blank = len(binding.original.string) - len(binding.original.string.lstrip())
            bad.append(binding.original.line + binding.original.string.count("\n", 0, blank))
        else:
            good.append(binding.original.string)
    values = dotenv_values(stream=io.StringIO("".join(good)))
    return EnvFile(
        name, exists=True, values={key: value or "" for key, value in values.items()}, bad_lines=tuple(bad)
    )


def _similar(name: str, known: Collection[str], ratio: float) -> str:
    return next(iter(difflib.get_close_matches(name.upper(), known, n=1, cutoff=ratio)), "")
