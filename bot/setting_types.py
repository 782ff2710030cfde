"""The types of single settings: each checks the form of a value and describes the error without the value."""

import importlib.util
import re
from enum import StrEnum
from typing import Annotated
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from core.bucket_address import BucketAddress
from core.payments.offers import Pack, Plan
from core.proxies import Proxy

MOST_STARS = 10_000
"""The highest price of a subscription (Bot API, createInvoiceLink), which packs keep to as well."""
_MOST_PICTURES = 1_000_000
_OTLP = "opentelemetry.exporter.otlp"
_POSTGRES_URL = re.compile(r"postgresql://[^/?#]*/[^/?#]+(\?.*)?")


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
    _check_port(parts)
    return value.rstrip("/")


def _check_port(parts: SplitResult) -> None:
    try:
        valid = parts.port != 0
    except ValueError:  # not a number, or too large
        valid = False
    if not valid:
        raise ValueError("has no valid port")


def _public_url(value: str | None) -> str | None:
    if value is None:
        return None
    if re.search(r"[?#{}@]", value):
        raise ValueError("may hold a host, a port and a path only")
    return _base_url(value)


def _proxy(value: SecretStr | None) -> SecretStr | None:
    if value is not None:
        if urlsplit(value.get_secret_value()).scheme in {"tg", "mtproto"}:
            raise ValueError("is an MTProto proxy, which serves apps but no bots: it must be http or socks5")
        Proxy.parse("", value.get_secret_value())
    return value


def _webhook_secret(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
        raise ValueError("may hold 1 to 256 letters, digits, _ and - only")
    return value


def _bucket(value: SecretStr | None) -> SecretStr | None:
    if value is not None:
        BucketAddress.parse(value.get_secret_value())
        if importlib.util.find_spec("obstore") is None:
            raise ValueError("needs an optional package: pip install 'imagine-bot[s3]'")
    return value


def _otlp_url(value: str | None) -> str | None:
    if value is None:
        return None
    address = _public_url(value)
    if importlib.util.find_spec("opentelemetry") is None or importlib.util.find_spec(_OTLP) is None:
        raise ValueError("needs an optional package: pip install 'imagine-bot[tracing]'")
    return address


def passwords(database_url: str) -> list[SecretStr]:
    """Return the password in the URL of a database, as it is written there and as it is meant."""
    password = urlsplit(database_url).password
    return [SecretStr(password), SecretStr(unquote(password))] if password else []


def parse_otlp_headers(value: str) -> dict[str, str]:
    """Return the headers of `name=value,name=value`, in which values are URL-encoded. Raises ValueError.

    This is the form of OpenTelemetry (OpenTelemetry Protocol Exporter, Specifying headers via environment variables).
    """
    headers = {}
    for pair in filter(None, (pair.strip() for pair in value.split(","))):
        name, _, content = (part.strip() for part in pair.partition("="))
        if not re.fullmatch(r"[A-Za-z0-9_-]+", name) or not re.fullmatch(r"[\x20-\x7e]+", unquote(content)):
            raise ValueError("is not NAME=VALUE,NAME=VALUE with URL-encoded values")
        headers[name.lower()] = unquote(content)
    return headers


def _otlp_headers(value: SecretStr | None) -> SecretStr | None:
    if value is not None:
        parse_otlp_headers(value.get_secret_value())
    return value


def _sentry_dsn(value: SecretStr | None) -> SecretStr | None:
    if value is not None:
        parts = urlsplit(value.get_secret_value())
        if parts.scheme not in {"http", "https"} or not parts.username or not re.search(r"/\d+$", parts.path):
            raise ValueError("is not https://KEY@HOST/PROJECT, with the number of a project")
        if importlib.util.find_spec("sentry_sdk") is None:
            raise ValueError("needs an optional package: pip install 'imagine-bot[sentry]'")
    return value


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise ValueError("is not HOST:PORT")
    return value


def postgres_url(value: str) -> str:
    """Return the URL of a PostgreSQL database. Raises ValueError, which does not show the password."""
    if not _POSTGRES_URL.fullmatch(value):
        raise ValueError("names no PostgreSQL database")
    user, _, server = urlsplit(value).netloc.rpartition("@")
    if "@" in user:
        raise ValueError("has an @ in its user or password, which must be written as %40")
    if re.search(r"[?&](ssl)?password=", value):
        raise ValueError(
            "has its password behind the ?, where messages would show it: write user:password@host"
        )
    if not re.fullmatch(r"(\[[^]]*\]|[^:]*)(:\d{1,5})?", server):
        raise ValueError("has a port that is no number")
    if importlib.util.find_spec("psycopg") is None:
        raise ValueError("needs an optional package: pip install 'imagine-bot[postgres]'")
    return value


def _database_url(value: str) -> str:
    if _POSTGRES_URL.fullmatch(value):
        return postgres_url(value)
    if not re.fullmatch(r"sqlite:///.+", value) or value.endswith(":memory:"):
        raise ValueError("names neither an SQLite file nor a PostgreSQL database")
    return value


def _ids(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.split(",")]
    if not all(re.fullmatch(r"\d+", part) for part in parts if part):
        raise ValueError("is not a list of Telegram user ids with commas between")
    return frozenset(int(part) for part in parts if part)


def _chat_id(value: str | int | None) -> str | int | None:
    if isinstance(value, str) and re.fullmatch(r"-?[1-9]\d{0,15}", value.strip()) is None:
        raise ValueError("is not the id of a chat")
    return value


def _effect_id(value: str | None) -> str | None:
    if value is not None and re.fullmatch(r"[1-9]\d{0,19}", value) is None:
        raise ValueError("is not the id of a message effect, a number")
    return value


def _page(value: str | None) -> str | None:
    if value is not None:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"\s", value):
            raise ValueError("is not an http or https address")
    return value


def _contact(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"[^\n\r]{1,200}", value):
        raise ValueError("must be one line of up to 200 characters")
    return value


def _offer(text: str) -> tuple[int, int]:
    """Return pictures and Stars of `20:50`. Raises ValueError."""
    found = re.fullmatch(r"([0-9]{1,7})\s*:\s*([0-9]{1,5})", text.strip())
    if found is None:
        raise ValueError("is not PICTURES:STARS, both whole numbers")
    units, stars = int(found[1]), int(found[2])
    if not 1 <= units <= _MOST_PICTURES:
        raise ValueError(f"must have 1 to {_MOST_PICTURES:,} pictures")
    if not 1 <= stars <= MOST_STARS:
        raise ValueError(f"must cost 1 to {MOST_STARS:,} Stars")
    return units, stars


def _packs(value: object) -> object:
    if not isinstance(value, str):
        return value
    packs = tuple(Pack(*_offer(text)) for text in value.split(",") if text.strip())
    prices = [pack.stars for pack in packs]
    if not packs:
        raise ValueError("names no pack")
    if twice := next((stars for stars in prices if prices.count(stars) > 1), None):
        raise ValueError(
            f"has two packs for {twice} Stars: a payment of unknown origin is credited by its amount"
        )
    return packs


def _plan(value: object) -> object:
    return Plan(*_offer(value)) if isinstance(value, str) else value


def in_any_case(kind: type[StrEnum]) -> BeforeValidator:
    """Return a validator that accepts the values of an enum in upper and lower case."""
    values = {member.value.casefold(): member.value for member in kind}
    return BeforeValidator(
        lambda value: values.get(value.casefold(), value) if isinstance(value, str) else value
    )


BotToken = Annotated[SecretStr, AfterValidator(_bot_token)]
ApiKey = Annotated[SecretStr, AfterValidator(_key)]
Url = Annotated[str, AfterValidator(_base_url)]
PublicUrl = Annotated[str | None, AfterValidator(_public_url)]
ProxyUrl = Annotated[SecretStr | None, AfterValidator(_proxy)]
WebhookSecret = Annotated[SecretStr | None, AfterValidator(_webhook_secret)]
BucketUrl = Annotated[SecretStr | None, AfterValidator(_bucket)]
OtlpUrl = Annotated[str | None, AfterValidator(_otlp_url)]
OtlpHeaders = Annotated[SecretStr | None, AfterValidator(_otlp_headers)]
SentryDsn = Annotated[SecretStr | None, AfterValidator(_sentry_dsn)]
ListenAddress = Annotated[str, AfterValidator(_listen)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
EffectId = Annotated[str | None, AfterValidator(_effect_id)]
ChatId = Annotated[int | None, BeforeValidator(_chat_id)]
PageUrl = Annotated[str | None, AfterValidator(_page)]
Contact = Annotated[str | None, AfterValidator(_contact)]
StarsPacks = Annotated[tuple[Pack, ...], NoDecode, BeforeValidator(_packs)]
StarsPlan = Annotated[Plan | None, NoDecode, BeforeValidator(_plan)]
UserIds = Annotated[frozenset[int], NoDecode, BeforeValidator(_ids)]
