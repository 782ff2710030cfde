"""Reads `.env`: values, lines that are not settings, and the reason if the file cannot be read."""

import codecs
import difflib
import io
import os
import re
import stat
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
_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_RUSSIAN = {"cp1251": "Windows-1251", "koi8-r": "KOI8-R", "cp866": "CP866"}
_COMMON_LETTERS = frozenset("оеаинтсрвл")
"""About six in ten letters of a Russian text. Read in a wrong encoding, it has about three in ten."""
_CAPITALS = 0.7
"""Weight of a text in capitals: in KOI8-R, the capitals are where Windows-1251 has the small letters."""
_SURE, _LEAD, _FEWEST_LETTERS = 0.4, 1.5, 12
"""Share of common letters in the right encoding, its lead over the second, and letters needed to name it."""
_OF_OTHERS = re.compile(
    r"(?:COMPOSE|DOCKER|BUILDKIT|POSTGRES|PYTHON|PIP|LC)_.+|.+_PROXY|TZ|LANG|PATH|PUID|PGID|UMASK", re.I
)
"""Names that Docker Compose, its PostgreSQL, Python, the C library and HTTP clients read from the same place."""
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

    def advice(self, environment: Iterable[str], known: Collection[str]) -> str:
        """Return the end of the line about a missing setting, for a process with these names in its environment.

        It is empty if the file exists. Proxies in the environment are for all programs, so they say nothing.
        """
        if self.exists:
            return ""
        others = sorted(
            name.upper() for name in environment if name.upper() in known and not _OF_OTHERS.fullmatch(name)
        )
        if not others:
            return f"; there is no {self.name}: cp .env.example .env"
        found = f"{others[0]} and others" if len(others) > 1 else others[0]
        return (
            f"; there is no {self.name}, and the environment sets {found}: add what is missing to it"
            " (EnvironmentFile= of systemd, env_file of Docker Compose, a Secret of Kubernetes)"
        )


def read(path: Path) -> EnvFile:
    """Read a file. A missing one is empty. Raises EnvFileError if it is no text file in UTF-8 that can be read."""
    name = f"{path.name} in {path.parent.absolute()}"
    try:
        raw = _read_bytes(name, path)
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


def _read_bytes(name: str, path: Path) -> bytes:
    """Return the content of a file. Raises EnvFileError for anything that may block or never end.

    The null device is an empty file: containers hide an `.env` with it.
    """
    found = path.stat()
    if stat.S_ISCHR(found.st_mode) and os.path.samestat(found, Path(os.devnull).stat()):
        return b""
    for is_kind, kind in _KINDS:
        if is_kind(found.st_mode):
            raise EnvFileError(f"{name} is {kind}, and must be a file")
    return path.read_bytes()


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
        found = _russian_encoding(raw)
        encoding = f"in {found}, not in UTF-8" if found else "not in UTF-8"
        raise EnvFileError(f"{name} is {encoding} (line {line}); {advice}") from None


def _russian_encoding(raw: bytes) -> str | None:
    """Return the name of the encoding of a Russian text that is not in UTF-8, or None if that is not sure."""
    scores = sorted((_score(raw.decode(codec, "replace")), name) for codec, name in _RUSSIAN.items())
    (second, _), (best, name) = scores[-2:]
    return name if best >= _SURE and best >= second * _LEAD else None


def _score(text: str) -> float:
    """Return the share of common Russian letters among the characters that are not ASCII. It is 0 without a word."""
    foreign = [character for character in text.lower() if not character.isascii()]
    if len(foreign) < _FEWEST_LETTERS or re.search(r"[а-яё]{3}", text.lower()) is None:
        return 0.0
    share = sum(character in _COMMON_LETTERS for character in foreign) / len(foreign)
    capitals = sum(character.isupper() for character in text if not character.isascii())
    return share * _CAPITALS if capitals > len(foreign) / 2 else share


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
