"""The settings, read from the environment and `.env`: typed, bounded, and named in every error."""

import ipaddress
import os
import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot import env_file
from bot.env_file import EnvFile, EnvFileError
from core.options import SourceImages, UnknownCreate


class Updates(StrEnum):
    """The way in which the bot receives updates from Telegram."""

    POLLING = "polling"
    WEBHOOK = "webhook"


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


class SettingsError(Exception):
    """Settings are missing or bad, or `.env` cannot be read. Each line of the text names one, its error, an example."""


def _bot_token(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\d+:[A-Za-z0-9_-]{20,}", value.get_secret_value()):
        raise ValueError("is not a bot token")
    return value


def _key(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[\x21-\x7e]{8,}", value.get_secret_value()):
        raise ValueError("is not an API key")
    return value


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("is not an http or https address")
    return value.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _public_url(value: str | None) -> str | None:
    if value is None:
        return None
    url = _base_url(value)
    if url.startswith("http:") and not _is_loopback(urlsplit(url).hostname or ""):
        raise ValueError("must be https: Telegram delivers to no other address")
    return url


def _webhook_secret(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
        raise ValueError("may hold 1 to 256 letters, digits, _ and - only")
    return value


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise ValueError("is not HOST:PORT")
    return value


def _database_url(value: str) -> str:
    if not re.fullmatch(r"sqlite:///.+", value) or value.endswith(":memory:"):
        raise ValueError("does not name an SQLite file")
    return value


def _ids(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.split(",")]
    if not all(re.fullmatch(r"\d+", part) for part in parts if part):
        raise ValueError("is not a list of Telegram user ids with commas between")
    return frozenset(int(part) for part in parts if part)


def _in_any_case(kind: type[StrEnum]) -> BeforeValidator:
    """Return a validator that accepts the values of an enum in upper and lower case."""
    values = {member.value.casefold(): member.value for member in kind}
    return BeforeValidator(
        lambda value: values.get(value.casefold(), value) if isinstance(value, str) else value
    )


Url = Annotated[str, AfterValidator(_base_url)]


class Settings(BaseSettings):
    """All settings, named as in the environment, in lower case. `.env.example` explains each."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    bot_token: Annotated[SecretStr, AfterValidator(_bot_token)] = Field(
        examples=["123456789:AAExampleExampleExampleExampleExampl"]
    )
    gptunnel_api_key: Annotated[SecretStr, AfterValidator(_key)] = Field(examples=["shds-exampleexample"])
    gptunnel_api_url: Url = Field("https://gptunnel.ru/v1", examples=["https://gptunnel.ru/v1"])
    gptunnel_model: str = Field("seedream-3", min_length=1, examples=["seedream-3"])
    telegram_api_url: Url = Field("https://api.telegram.org", examples=["https://api.telegram.org"])
    telegram_rate: int = Field(30, ge=1, le=10_000, examples=["30"])
    database_url: Annotated[str, AfterValidator(_database_url)] = Field(
        "sqlite:///data/bot.sqlite3", examples=["sqlite:///data/bot.sqlite3"]
    )
    admin_ids: Annotated[frozenset[int], NoDecode, BeforeValidator(_ids)] = Field(
        frozenset(), examples=["12345,67890"]
    )
    daily_quota: int = Field(20, ge=0, le=1_000_000, examples=["20"])
    group_daily_quota: int = Field(100, ge=0, le=1_000_000, examples=["100"])
    user_concurrency: int = Field(2, ge=1, le=1_000, examples=["2"])
    user_queue_limit: int = Field(5, ge=0, le=1_000, examples=["5"])
    max_in_flight: int = Field(50, ge=1, le=10_000, examples=["50"])
    generation_timeout: float = Field(300, gt=0, le=86_400, examples=["300"])
    throttle: int = Field(30, ge=0, le=10_000, examples=["30"])
    outage_patience: float = Field(900, ge=0, le=86_400, examples=["900"])
    low_balance: float = Field(100, ge=0, le=1_000_000_000, examples=["100"])
    unknown_create: Annotated[UnknownCreate, _in_any_case(UnknownCreate)] = Field(
        UnknownCreate.REPEAT, examples=["repeat"]
    )
    updates: Annotated[Updates, _in_any_case(Updates)] = Field(Updates.POLLING, examples=["polling"])
    public_url: Annotated[str | None, AfterValidator(_public_url)] = Field(
        None, examples=["https://bot.example.org"]
    )
    webhook_secret: Annotated[SecretStr | None, AfterValidator(_webhook_secret)] = Field(
        None, examples=["a-long-random-word"]
    )
    listen: Annotated[str, AfterValidator(_listen)] = Field("127.0.0.1:8080", examples=["127.0.0.1:8080"])
    log_level: Annotated[LogLevel, _in_any_case(LogLevel)] = Field(LogLevel.INFO, examples=["INFO"])
    log_format: Annotated[LogFormat, _in_any_case(LogFormat)] = Field(LogFormat.TEXT, examples=["text"])
    source_images: Annotated[SourceImages, _in_any_case(SourceImages)] = Field(
        SourceImages.AUTO, examples=["auto"]
    )
    media_hosts_allow_private: bool = Field(False, examples=["false"])

    @model_validator(mode="before")
    @classmethod
    def _strip(cls, values: Any) -> Any:
        """Strip blanks and quotes that were pasted with a value. An empty value counts as not set."""
        if not isinstance(values, dict):
            return values
        stripped = {
            k: v.strip().strip("\"'“”«»").strip() if isinstance(v, str) else v for k, v in values.items()
        }
        return {k: v for k, v in stripped.items() if v != ""}

    @model_validator(mode="after")
    def _webhook_needs_an_address(self) -> Self:
        if self.updates is Updates.WEBHOOK and self.public_url is None:
            raise ValueError(
                "PUBLIC_URL is missing: UPDATES=webhook needs the address Telegram reaches this bot at"
            )
        if self.source_images is SourceImages.LINK and self.public_url is None:
            raise ValueError(
                "PUBLIC_URL is missing: SOURCE_IMAGES=link needs the address this bot is reached at"
            )
        return self

    @property
    def resolved_source_images(self) -> SourceImages:
        """The way in which source pictures reach the provider: `link` or `data`."""
        return self.source_images.resolve(self.public_url)

    @property
    def listen_address(self) -> tuple[str, int]:
        """`LISTEN` as host and port."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


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
        if file and not file.exists and any(details["type"] == "missing" for details in error.errors()):
            lines[-1] += f"; there is no {file.name}: cp .env.example .env"
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
        return f"{text} (example: PUBLIC_URL=https://bot.example.org)"
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
