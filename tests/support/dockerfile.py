"""The instructions of the Dockerfile, as far as other files must agree with them."""

import re
import shlex
from functools import cache

from tests.support.process_launcher import ROOT


@cache
def instructions(keyword: str) -> list[str]:
    """Return the arguments of each instruction with a keyword, in order, in one line each."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"^\s*#.*\n", "", text, flags=re.M).replace("\\\n", " ").splitlines()
    return [line.partition(" ")[2].strip() for line in lines if line.startswith(f"{keyword} ")]


def environment() -> dict[str, str]:
    """Return the variables that the image sets."""
    return _pairs("ENV")


def labels() -> dict[str, str]:
    """Return the labels of the image."""
    return _pairs("LABEL")


def _pairs(keyword: str) -> dict[str, str]:
    pairs = [pair for line in instructions(keyword) for pair in shlex.split(line)]
    return dict(pair.split("=", 1) for pair in pairs)


def port() -> int:
    """Return the port on which the bot listens in the image."""
    return int(environment()["LISTEN"].rpartition(":")[2])
