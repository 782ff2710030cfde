"""The choices that a setting offers. Those that lower layers act on are in `core/options.py`."""

from enum import StrEnum


class Updates(StrEnum):
    """The way in which the bot receives updates from Telegram."""

    POLLING = "polling"
    WEBHOOK = "webhook"


class EngineChoice(StrEnum):
    """The engine that drives requests; `auto` follows from the database."""

    AUTO = "auto"
    LOCAL = "local"
    DBOS = "dbos"


class AdminLogin(StrEnum):
    """The way in which the bot's admins sign in to the admin page."""

    TELEGRAM = "telegram"


class LogLevel(StrEnum):
    """The lowest level to log."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class LogFormat(StrEnum):
    """The format of log lines: for humans or for machines."""

    TEXT = "text"
    JSON = "json"
