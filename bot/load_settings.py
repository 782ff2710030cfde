"""Reads the settings from the environment and `.env`. Each bad one gets a line with its error and an example."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot import env_file
from bot.env_file import EnvFile, EnvFileError
from bot.settings import Settings


class SettingsError(Exception):
    """Settings are missing or bad, or `.env` cannot be read. Each line of the text names one, its error, an example."""


def load(path: str | None = ".env", *, warn: Callable[[str], None] = lambda _line: None) -> Settings:
    """Return the settings of the environment and a file, in this order of precedence.

    Calls `warn` with a line for each name that is not a setting. Raises SettingsError with one line for each bad
    setting, without its value.
    """
    try:
        file = env_file.read(Path(path)) if path else None
    except EnvFileError as error:
        raise SettingsError(str(error)) from None
    names = {field.upper() for field in Settings.model_fields}
    for line in [*(file.warnings(names) if file else ()), *env_file.misspelt(os.environ, names)]:
        warn(line)
    try:
        return Settings(**_values(file))
    except ValidationError as error:
        lines = [_line(details) for details in error.errors(include_url=False)]
        if file and any(details["type"] == "missing" for details in error.errors()):
            lines[-1] += file.advice([name for name, value in os.environ.items() if value], names)
        raise SettingsError("\n".join(lines)) from None


def _values(file: EnvFile | None) -> dict[str, Any]:
    """Return the values of the file that the environment does not set. An empty value sets nothing."""
    if file is None:
        return {}
    in_environment = {name.upper() for name, value in os.environ.items() if value}
    return {
        name.lower(): value
        for name, value in file.values.items()
        if value and name.upper() not in in_environment
    }


def _line(details: Any) -> str:
    if not details["loc"]:
        text = str(details["ctx"]["error"])
        name = re.split("[ =]", text, maxsplit=1)[0]
        examples = Settings.model_fields[name.lower()].examples or [""]
        return f"{text} (example: {name}={examples[0]})"
    field = str(details["loc"][0])
    name = field.upper()
    examples = Settings.model_fields[field].examples or [""]
    if details["type"] == "missing":
        problem = "is missing"
    elif "error" in details.get("ctx", {}) and details["type"] == "value_error":
        problem = str(details["ctx"]["error"])
    else:
        problem = f"is not usable: {details['msg'][0].lower()}{details['msg'][1:]}"
    return f"{name} {problem} (example: {name}={examples[0]})"
