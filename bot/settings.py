"""The settings: typed, bounded, and checked against each other. `bot/load_settings.py` reads them."""

import importlib.util
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.setting_choices import AdminLogin, EngineChoice, LogFormat, LogLevel, Updates
from bot.setting_types import (
    ApiKey,
    BotToken,
    BucketUrl,
    ChatId,
    Contact,
    DatabaseUrl,
    EffectId,
    ListenAddress,
    OtlpHeaders,
    OtlpUrl,
    PageUrl,
    ProxyUrl,
    PublicUrl,
    SentryDsn,
    StarsPacks,
    StarsPlan,
    Url,
    UserIds,
    WebhookSecret,
    in_any_case,
    parse_otlp_headers,
    passwords,
)
from core.bucket_address import BucketAddress
from core.options import SourceImages, SourceWay, UnknownCreate
from core.payments.offers import Pack, Prices
from core.proxies import Proxy, ProxyRules, is_loopback

TELEGRAM_HOST = "api.telegram.org"
ADMIN_PATH = "/admin"
"""The path of the admin page."""
_SHORTEST_KEY = 8


class Settings(BaseSettings):
    """All settings, named as in the environment, in lower case. `.env.example` explains each."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    bot_token: BotToken = Field(examples=["123456789:AAExampleExampleExampleExampleExampl"])
    gptunnel_api_key: ApiKey = Field(examples=["shds-exampleexample"])
    gptunnel_api_url: Url = Field("https://gptunnel.ru/v1", examples=["https://gptunnel.ru/v1"])
    gptunnel_model: str = Field("seedream-3", min_length=1, examples=["seedream-3"])
    telegram_api_url: Url = Field("https://api.telegram.org", examples=["https://api.telegram.org"])
    telegram_files_dir: Path | None = Field(None, examples=["/var/lib/telegram-bot-api"])
    telegram_proxy: ProxyUrl = Field(None, examples=["socks5://user:password@proxy.example.org:1080"])
    https_proxy: ProxyUrl = Field(None, examples=["http://proxy.example.org:3128"])
    http_proxy: ProxyUrl = Field(None, examples=["http://proxy.example.org:3128"])
    all_proxy: ProxyUrl = Field(None, examples=["socks5://proxy.example.org:1080"])
    no_proxy: str = Field("", examples=["gptunnel.ru,10.0.0.0/8"])
    telegram_rate: int = Field(30, ge=1, le=10_000, examples=["30"])
    database_url: DatabaseUrl = Field(
        "sqlite:///data/bot.sqlite3", examples=["sqlite:///data/bot.sqlite3"], repr=False
    )
    engine: Annotated[EngineChoice, in_any_case(EngineChoice)] = Field(EngineChoice.AUTO, examples=["auto"])
    backup_dir: Path | None = Field(None, examples=["data/backups"])
    keep_days: int = Field(90, ge=0, le=36_500, examples=["90"])
    admin_ids: UserIds = Field(frozenset(), examples=["12345,67890"])
    admin_login: Annotated[AdminLogin | None, in_any_case(AdminLogin)] = Field(None, examples=["telegram"])
    daily_quota: int = Field(20, ge=0, le=1_000_000, examples=["20"])
    group_daily_quota: int = Field(100, ge=0, le=1_000_000, examples=["100"])
    user_concurrency: int = Field(2, ge=1, le=1_000, examples=["2"])
    user_queue_limit: int = Field(5, ge=0, le=1_000, examples=["5"])
    max_in_flight: int = Field(50, ge=1, le=10_000, examples=["50"])
    generation_timeout: float = Field(300, gt=0, le=86_400, examples=["300"])
    throttle: int = Field(30, ge=0, le=10_000, examples=["30"])
    outage_patience: float = Field(900, ge=0, le=86_400, examples=["900"])
    ask_after_minutes: int = Field(10, ge=0, le=1_440, examples=["10"])
    low_balance: float = Field(100, ge=0, le=1_000_000_000, examples=["100"])
    unknown_create: Annotated[UnknownCreate, in_any_case(UnknownCreate)] = Field(
        UnknownCreate.REPEAT, examples=["repeat"]
    )
    updates: Annotated[Updates, in_any_case(Updates)] = Field(Updates.POLLING, examples=["polling"])
    public_url: PublicUrl = Field(None, examples=["https://bot.example.org"])
    webhook_secret: WebhookSecret = Field(None, examples=["a-long-random-word"])
    listen: ListenAddress = Field("127.0.0.1:8080", examples=["127.0.0.1:8080"])
    metrics_listen: ListenAddress | None = Field(None, examples=["127.0.0.1:9090"])
    log_level: Annotated[LogLevel, in_any_case(LogLevel)] = Field(LogLevel.INFO, examples=["INFO"])
    log_format: Annotated[LogFormat, in_any_case(LogFormat)] = Field(LogFormat.TEXT, examples=["text"])
    source_images: Annotated[SourceImages, in_any_case(SourceImages)] = Field(
        SourceImages.AUTO, examples=["auto"]
    )
    source_bucket: BucketUrl = Field(
        None, examples=["https://KEY_ID:SECRET@s3.eu-central-1.amazonaws.com/my-bucket"]
    )
    first_picture_effect: EffectId = Field(None, examples=["5046509860389126442"])
    storage_chat_id: ChatId = Field(None, examples=["-1001234567890"])
    stars: bool = Field(False, examples=["true"])
    stars_packs: StarsPacks = Field(
        (Pack(20, 50), Pack(50, 110), Pack(120, 240)), examples=["20:50, 50:110, 120:240"]
    )
    stars_subscription: StarsPlan = Field(None, examples=["300:450"])
    terms_url: PageUrl = Field(None, examples=["https://bot.example.org/terms"])
    support_contact: Contact = Field(None, examples=["@my_support"])
    otel_exporter_otlp_endpoint: OtlpUrl = Field(None, examples=["http://127.0.0.1:4318"])
    otel_exporter_otlp_headers: OtlpHeaders = Field(None, examples=["authorization=Basic%20abc123"])
    sentry_dsn: SentryDsn = Field(None, examples=["https://key@sentry.example.org/1"])
    webp_photos: bool = Field(True, examples=["true"])
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
        if self.source_images is SourceImages.BUCKET and self.source_bucket is None:
            raise ValueError("SOURCE_BUCKET is missing: SOURCE_IMAGES=bucket needs a bucket")
        return self

    @model_validator(mode="after")
    def _sales_need_an_admin(self) -> Self:
        """Users ask the bot's admins for refunds, which Telegram expects the seller to decide about."""
        if self.stars and not self.admin_ids:
            raise ValueError("ADMIN_IDS is missing: STARS=true needs an admin who decides about refunds")
        return self

    @model_validator(mode="after")
    def _admins_can_sign_in(self) -> Self:
        """Telegram signs in to https addresses only, with every Bot API server (TDLib, LinkManager::check_link)."""
        if self.admin_login is not None:
            if not self.admin_ids:
                raise ValueError("ADMIN_IDS is missing: ADMIN_LOGIN=telegram needs an admin who signs in")
            if self.public_url is None:
                raise ValueError(
                    "PUBLIC_URL is missing: ADMIN_LOGIN=telegram needs the address at which admins reach this bot"
                )
            if urlsplit(self.public_url).scheme != "https":
                raise ValueError(
                    "PUBLIC_URL must be https for ADMIN_LOGIN=telegram: Telegram signs in to no other address"
                )
        return self

    @model_validator(mode="after")
    def _engine_fits_the_database(self) -> Self:
        if self.engine is EngineChoice.DBOS and not self.on_postgres:
            raise ValueError("ENGINE=dbos needs a PostgreSQL database, but DATABASE_URL names an SQLite file")
        if self.uses_dbos and importlib.util.find_spec("dbos") is None:
            raise ValueError(
                "ENGINE needs an optional package for PostgreSQL: pip install 'imagine-bot[replicas]',"
                " or ENGINE=local for one process"
            )
        return self

    @model_validator(mode="after")
    def _backups_are_of_a_file(self) -> Self:
        if self.backup_dir is not None and self.on_postgres:
            raise ValueError(
                "BACKUP_DIR is for an SQLite file, but DATABASE_URL names a PostgreSQL database: copy it with pg_dump"
                " (docs/operating.md)"
            )
        return self

    @model_validator(mode="after")
    def _metrics_have_an_address_of_their_own(self) -> Self:
        metrics = self.metrics_address
        if metrics is not None and metrics[1] and metrics == self.listen_address:
            raise ValueError(
                "METRICS_LISTEN must not be the same address as LISTEN; leave it out to share that one"
            )
        return self

    @model_validator(mode="after")
    def _public_url_is_https(self) -> Self:
        """Telegram delivers to https only; an own Bot API server also to http (Bot API, local mode)."""
        url = urlsplit(self.public_url or "")
        official = urlsplit(self.telegram_api_url).hostname == TELEGRAM_HOST
        if url.scheme == "http" and official and not is_loopback(url.hostname or ""):
            raise ValueError("PUBLIC_URL must be https: Telegram delivers to no other address")
        return self

    @property
    def prices(self) -> Prices:
        """Today's offers for Stars."""
        return Prices(packs=self.stars_packs, plan=self.stars_subscription)

    @property
    def admin_sign_in_url(self) -> str | None:
        """The address to which Telegram sends an admin who signs in to the admin page, None without that page."""
        return None if self.admin_login is None else f"{self.public_url}{ADMIN_PATH}/login"

    @property
    def uses_dbos(self) -> bool:
        """Whether DBOS drives requests, so that several processes may share the ledger."""
        return self.on_postgres and self.engine is not EngineChoice.LOCAL

    @property
    def on_postgres(self) -> bool:
        """Whether the ledger is in PostgreSQL."""
        return self.database_url.startswith("postgresql:")

    @property
    def proxies(self) -> ProxyRules:
        """The proxies for every connection but that to Telegram."""
        return ProxyRules(
            https=_parsed("HTTPS_PROXY", self.https_proxy),
            http=_parsed("HTTP_PROXY", self.http_proxy),
            everything=_parsed("ALL_PROXY", self.all_proxy),
            direct=self.no_proxy,
        )

    @property
    def proxy_to_telegram(self) -> Proxy | None:
        """The proxy for the Bot API server: TELEGRAM_PROXY, which NO_PROXY does not limit, or that of the others."""
        own = _parsed("TELEGRAM_PROXY", self.telegram_proxy)
        if own is None or is_loopback(urlsplit(self.telegram_api_url).hostname or ""):
            return self.proxies.for_url(self.telegram_api_url)
        return own

    @property
    def secrets(self) -> list[SecretStr]:
        """The values that no log line may show."""
        proxies = (self.telegram_proxy, self.https_proxy, self.http_proxy, self.all_proxy)
        words = [SecretStr(p.password) for p in (_parsed("", proxy) for proxy in proxies) if p and p.password]
        words += passwords(self.database_url)
        bucket = self.bucket_address
        given = [self.bot_token, self.gptunnel_api_key, self.webhook_secret, *proxies, *words]
        given += [self.source_bucket, bucket.secret if bucket else None]
        given += [self.otel_exporter_otlp_headers, self.sentry_dsn, *self._keys_of_collectors()]
        return [secret for secret in given if secret is not None]

    @property
    def otlp_headers(self) -> dict[str, str]:
        """`OTEL_EXPORTER_OTLP_HEADERS` by name."""
        given = self.otel_exporter_otlp_headers
        return {} if given is None else parse_otlp_headers(given.get_secret_value())

    def _keys_of_collectors(self) -> list[SecretStr]:
        """Return the keys for traces and error reports, as they are sent. A short word is no key."""
        keys = list(self.otlp_headers.values())
        if self.sentry_dsn is not None:
            keys.append(urlsplit(self.sentry_dsn.get_secret_value()).username or "")
        return [SecretStr(key) for key in keys if len(key) >= _SHORTEST_KEY]

    @property
    def source_ways(self) -> tuple[SourceWay, ...]:
        """The ways in which source pictures may reach the provider, in the order in which they are tried at first."""
        return self.source_images.ways(
            public_url=self.public_url is not None, bucket=self.source_bucket is not None
        )

    @property
    def bucket_address(self) -> BucketAddress | None:
        """`SOURCE_BUCKET` with its parts."""
        return BucketAddress.parse(self.source_bucket.get_secret_value()) if self.source_bucket else None

    @property
    def listen_address(self) -> tuple[str, int]:
        """`LISTEN` as host and port."""
        return _host_and_port(self.listen)

    @property
    def metrics_address(self) -> tuple[str, int] | None:
        """`METRICS_LISTEN` as host and port, None if `LISTEN` serves /metrics, too."""
        return None if self.metrics_listen is None else _host_and_port(self.metrics_listen)


def _host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def _parsed(setting: str, address: SecretStr | None) -> Proxy | None:
    return None if address is None else Proxy.parse(setting, address.get_secret_value())
