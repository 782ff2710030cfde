"""Settings: names, defaults, and errors that name the setting and the problem but never a secret value."""

import importlib.util
import re
from pathlib import Path

import pytest

from bot.load_settings import SettingsError, load
from bot.settings import Settings
from core.payments.offers import Pack, Plan, Prices
from tests.support.process_launcher import ROOT

BUCKET = "https://KEY:a/secret+of=the-bucket@s3.example.org/photos"
REQUIRED = {"BOT_TOKEN": "123456:" + "A" * 35, "GPTUNNEL_API_KEY": "shds-good-key"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)


def test_the_two_secrets_suffice_and_the_rest_has_defaults() -> None:
    settings = load(None)
    assert settings.gptunnel_api_url == "https://gptunnel.ru/v1"
    assert settings.listen_address == ("127.0.0.1", 8080)
    assert (settings.daily_quota, settings.user_concurrency, settings.user_queue_limit) == (20, 2, 5)
    assert (settings.max_in_flight, settings.generation_timeout, settings.telegram_rate) == (50, 300, 30)
    assert settings.database_url == "sqlite:///data/bot.sqlite3"


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("BOT_TOKEN", "hello", "is not a bot token"),
        ("GPTUNNEL_API_KEY", "short", "is not an API key"),
        ("GPTUNNEL_API_URL", "gptunnel.ru", "is not an http or https address"),
        ("TELEGRAM_API_URL", "ftp://x", "is not an http or https address"),
        ("FIRST_PICTURE_EFFECT", "🎉", "is not the id of a message effect, a number"),
        ("DATABASE_URL", "mysql://x/y", "names neither an SQLite file nor a PostgreSQL database"),
        ("DATABASE_URL", "postgresql://x", "names neither an SQLite file nor a PostgreSQL database"),
        ("DATABASE_URL", "postgresql://bot:p@ss@x/y", "has an @ in its user or password"),
        ("DATABASE_URL", "postgresql://bot@x/y?password=p", "has its password behind the ?"),
        ("DATABASE_URL", "postgresql://bot@x:p/y", "has a port that is no number"),
        ("DATABASE_URL", "sqlite:///:memory:", "names neither an SQLite file nor a PostgreSQL database"),
        ("ENGINE", "steam", "is not usable"),
        ("ENGINE", "dbos", "needs a PostgreSQL database, but DATABASE_URL names an SQLite file"),
        ("ADMIN_IDS", "1,@me", "is not"),
        ("DAILY_QUOTA", "-1", "is not usable"),
        ("DAILY_QUOTA", "many", "is not usable"),
        ("USER_CONCURRENCY", "0", "is not usable"),
        ("MAX_IN_FLIGHT", "0", "is not usable"),
        ("GENERATION_TIMEOUT", "0", "is not usable"),
        ("UNKNOWN_CREATE", "guess", "is not usable"),
        ("UPDATES", "pigeon", "is not usable"),
        ("PUBLIC_URL", "http://bot.example.org", "must be https"),
        ("PUBLIC_URL", "https://bot.example.org:99999", "has no valid port"),
        ("PUBLIC_URL", "https://bot.example.org:https", "has no valid port"),
        ("PUBLIC_URL", "https://bot.example.org/?a=b", "may hold a host, a port and a path only"),
        ("PUBLIC_URL", "https://ann:secret@bot.example.org", "may hold a host, a port and a path only"),
        ("TELEGRAM_PROXY", "tg://proxy?server=x&port=443&secret=y", "is an MTProto proxy"),
        ("TELEGRAM_PROXY", "socks4://proxy:1080", "is not the address of an http or socks5 proxy"),
        ("HTTPS_PROXY", "https://proxy:3128", "is not the address of an http or socks5 proxy"),
        ("HTTP_PROXY", "http://proxy:99999", "out of range"),
        ("ALL_PROXY", "socks5://", "is not the address of an http or socks5 proxy"),
        ("WEBHOOK_SECRET", "no spaces here", "may hold"),
        ("METRICS_LISTEN", "9090", "is not HOST:PORT"),
        ("METRICS_LISTEN", "0.0.0.0:65536", "is not HOST:PORT"),
        ("METRICS_LISTEN", "127.0.0.1:8080", "must not be the same address as LISTEN"),
        ("KEEP_DAYS", "-1", "is not usable"),
        ("KEEP_DAYS", "36501", "is not usable"),
        ("KEEP_DAYS", "a month", "is not usable"),
        ("LISTEN", "8080", "is not HOST:PORT"),
        ("LISTEN", "127.0.0.1:99999", "is not HOST:PORT"),
        ("LOG_LEVEL", "LOUD", "is not usable"),
        ("MEDIA_HOSTS_ALLOW_PRIVATE", "perhaps", "is not usable"),
        ("TELEGRAM_RATE", "0", "is not usable"),
        ("SOURCE_BUCKET", "just-a-name", "is not https://KEY_ID:SECRET@HOST/BUCKET"),
        ("SOURCE_BUCKET", "https://K:S@s3.example.org", "is not https://KEY_ID:SECRET@HOST/BUCKET"),
        ("SOURCE_IMAGES", "pigeon", "is not usable"),
        ("STARS", "perhaps", "is not usable"),
        ("STARS_PACKS", "20=50", "is not PICTURES:STARS"),
        ("STARS_PACKS", "20:50:3", "is not PICTURES:STARS"),
        ("STARS_PACKS", "20:1.5", "is not PICTURES:STARS"),
        ("STARS_PACKS", "٢٠:٥٠", "is not PICTURES:STARS"),
        ("STARS_PACKS", ",", "names no pack"),
        ("STARS_PACKS", "0:50", "must have 1 to 1,000,000 pictures"),
        ("STARS_PACKS", "20:0", "must cost 1 to 10,000 Stars"),
        ("STARS_PACKS", "20:10001", "must cost 1 to 10,000 Stars"),
        ("STARS_PACKS", "20:50, 30:50", "has two packs for 50 Stars"),
        ("STARS_SUBSCRIPTION", "300", "is not PICTURES:STARS"),
        ("STARS_SUBSCRIPTION", "300:450, 600:800", "is not PICTURES:STARS"),
        ("TERMS_URL", "bot.example.org/terms", "is not an http or https address"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "is not an http or https address"),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://ann:key@collector",
            "may hold a host, a port and a path only",
        ),
        ("OTEL_EXPORTER_OTLP_HEADERS", "Basic abc", "is not NAME=VALUE,NAME=VALUE"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=a%0Ab", "is not NAME=VALUE,NAME=VALUE"),
        ("SENTRY_DSN", "https://sentry.example.org/1", "is not https://KEY@HOST/PROJECT"),
        ("SENTRY_DSN", "https://key@sentry.example.org/", "is not https://KEY@HOST/PROJECT"),
        ("SUPPORT_CONTACT", "@ann\nand @ben", "must be one line"),
    ],
)
def test_a_bad_value_is_reported_in_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, problem: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        load(None)
    line = str(raised.value)
    assert re.match(f"{name}[ =]", line)
    assert problem in line
    assert f"(example: {name}=" in line
    assert "\n" not in line
    if "KEY" in name or "TOKEN" in name or "BUCKET" in name:
        assert value not in line


@pytest.mark.parametrize(
    ("name", "value", "extra"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318/", "tracing"),
        ("SENTRY_DSN", "https://0123456789abcdef@sentry.example.org/1", "sentry"),
    ],
)
def test_a_setting_of_an_optional_package_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, extra: str
) -> None:
    monkeypatch.setenv(name, value)
    load(None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(SettingsError, match=rf"^{name} needs an optional package: .*imagine-bot\[{extra}\]"):
        load(None)


def test_the_keys_of_collectors_are_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Basic%20abc123, X-Scope=7")
    monkeypatch.setenv("SENTRY_DSN", "https://0123456789abcdef@sentry.example.org/1")
    settings = load(None)
    assert settings.otlp_headers == {"authorization": "Basic abc123", "x-scope": "7"}
    secrets = {secret.get_secret_value() for secret in settings.secrets}
    assert {"Basic abc123", "0123456789abcdef"} <= secrets
    assert "7" not in secrets
    assert not any(secret in repr(settings) for secret in ("Basic", "abc123", "0123456789abcdef"))


def test_nothing_is_sold_unless_the_operator_switches_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(None)
    assert not settings.stars
    assert settings.prices == Prices((Pack(20, 50), Pack(50, 110), Pack(120, 240)))
    monkeypatch.setenv("STARS", "TRUE")
    monkeypatch.setenv("STARS_PACKS", "'10 : 1,7:10000,'")
    monkeypatch.setenv("STARS_SUBSCRIPTION", "300:450")
    monkeypatch.setenv("TERMS_URL", "https://example.org/terms/#buy?x=1")
    with pytest.raises(SettingsError, match=r"^ADMIN_IDS is missing: .*\(example: ADMIN_IDS=12345"):
        load(None)
    monkeypatch.setenv("ADMIN_IDS", "12345")
    settings = load(None)
    assert settings.stars
    assert settings.prices == Prices((Pack(10, 1), Pack(7, 10_000)), Plan(300, 450))
    assert settings.terms_url == "https://example.org/terms/#buy?x=1"
    monkeypatch.setenv("STARS_SUBSCRIPTION", "")
    assert load(None).prices.plan is None


@pytest.mark.parametrize("name", ["BOT_TOKEN", "GPTUNNEL_API_KEY"])
def test_a_missing_secret_is_named_in_the_error(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "  ")
    with pytest.raises(SettingsError, match=f"^{name} is missing"):
        load(None)


def test_a_webhook_needs_a_public_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPDATES", "webhook")
    with pytest.raises(SettingsError, match=r"^PUBLIC_URL is missing"):
        load(None)
    monkeypatch.setenv("PUBLIC_URL", "http://localhost:8080/")
    assert load(None).public_url == "http://localhost:8080"


def test_the_admin_page_needs_an_admin_and_an_https_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(None).admin_sign_in_url is None
    monkeypatch.setenv("ADMIN_LOGIN", "Telegram")
    with pytest.raises(SettingsError, match=r"^ADMIN_IDS is missing: .*\(example: ADMIN_IDS=12345"):
        load(None)
    monkeypatch.setenv("ADMIN_IDS", "12345")
    with pytest.raises(SettingsError, match=r"^PUBLIC_URL is missing: .*\(example: PUBLIC_URL=https"):
        load(None)
    monkeypatch.setenv("PUBLIC_URL", "http://localhost:8080/")
    with pytest.raises(SettingsError, match=r"^PUBLIC_URL must be https for ADMIN_LOGIN"):
        load(None)
    monkeypatch.setenv("PUBLIC_URL", "https://bot.example.org/bots/imagine/")
    assert load(None).admin_sign_in_url == "https://bot.example.org/bots/imagine/admin/login"
    monkeypatch.setenv("ADMIN_LOGIN", "password")
    with pytest.raises(SettingsError, match=r"^ADMIN_LOGIN is not usable"):
        load(None)


def test_backups_are_of_a_file_and_the_error_names_the_tool_of_postgresql(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BACKUP_DIR", "data/backups")
    assert load(None).backup_dir == Path("data/backups")
    monkeypatch.setenv("ENGINE", "local")
    monkeypatch.setenv("DATABASE_URL", "postgresql://bot@db.example.org/imagine")
    with pytest.raises(SettingsError, match=r"^BACKUP_DIR is for an SQLite file, .* pg_dump"):
        load(None)


def test_a_bucket_needs_the_optional_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_BUCKET", BUCKET)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(SettingsError, match=r"^SOURCE_BUCKET needs an optional package: .*imagine-bot\[s3\]"):
        load(None)


def test_a_postgresql_database_needs_the_optional_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINE", "local")
    monkeypatch.setenv("DATABASE_URL", "postgresql://bot:p%40ss@db.example.org/imagine?sslmode=verify-full")
    assert load(None).database_url.endswith("verify-full")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(
        SettingsError, match=r"^DATABASE_URL needs an optional package: .*imagine-bot\[postgres\]"
    ):
        load(None)


@pytest.mark.parametrize(
    ("url", "engine", "uses_dbos"),
    [
        ("sqlite:///data/bot.sqlite3", "auto", False),
        ("sqlite:///data/bot.sqlite3", "local", False),
        ("postgresql://bot@/imagine", "auto", True),
        ("postgresql://bot@/imagine", "DBOS", True),
        ("postgresql://bot@/imagine", "local", False),
    ],
)
def test_the_engine_follows_from_the_database_unless_it_is_chosen(
    monkeypatch: pytest.MonkeyPatch, url: str, engine: str, uses_dbos: bool
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("ENGINE", engine)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: object())
    assert load(None).uses_dbos is uses_dbos


@pytest.mark.parametrize("engine", ["auto", "dbos"])
def test_several_processes_need_the_optional_package(monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://bot@/imagine")
    monkeypatch.setenv("ENGINE", engine)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "dbos" else object())
    with pytest.raises(
        SettingsError, match=r"^ENGINE needs an optional package .*imagine-bot\[replicas\]"
    ) as raised:
        load(None)
    assert "\n" not in str(raised.value)
    monkeypatch.setenv("ENGINE", "local")
    assert not load(None).uses_dbos


def test_the_password_of_the_database_is_in_no_log_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINE", "local")
    monkeypatch.setenv("DATABASE_URL", "postgresql://bot:p%40ss-of-the-bot@/imagine?host=/run/postgresql")
    secrets = [secret.get_secret_value() for secret in load(None).secrets]
    assert {"p%40ss-of-the-bot", "p@ss-of-the-bot"} <= set(secrets)


@pytest.mark.parametrize(
    ("name", "lowest", "highest"),
    [
        ("TELEGRAM_RATE", 1, 10_000),
        ("KEEP_DAYS", 0, 36_500),
        ("DAILY_QUOTA", 0, 1_000_000),
        ("GROUP_DAILY_QUOTA", 0, 1_000_000),
        ("USER_CONCURRENCY", 1, 1_000),
        ("USER_QUEUE_LIMIT", 0, 1_000),
        ("MAX_IN_FLIGHT", 1, 10_000),
        ("GENERATION_TIMEOUT", 1, 86_400),
        ("THROTTLE", 0, 10_000),
        ("OUTAGE_PATIENCE", 0, 86_400),
        ("ASK_AFTER_MINUTES", 0, 1_440),
        ("LOW_BALANCE", 0, 1_000_000_000),
    ],
)
def test_a_number_is_within_its_bounds(
    monkeypatch: pytest.MonkeyPatch, name: str, lowest: int, highest: int
) -> None:
    for value in (lowest, highest):
        monkeypatch.setenv(name, str(value))
        assert getattr(load(None), name.lower()) == value
    for value in (lowest - 1, highest + 1):
        monkeypatch.setenv(name, str(value))
        with pytest.raises(SettingsError, match=name):
            load(None)


@pytest.mark.parametrize(("name", "value"), [("SOURCE_IMAGES", "link"), ("UPDATES", "webhook")])
def test_a_choice_by_which_others_reach_the_bot_needs_its_address(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^PUBLIC_URL is missing: {name}={value} needs"):
        load(None)
    monkeypatch.setenv("PUBLIC_URL", "https://bot.example.org")
    assert load(None).public_url == "https://bot.example.org"


def test_a_bucket_by_choice_needs_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_IMAGES", "bucket")
    with pytest.raises(SettingsError, match=r"^SOURCE_BUCKET is missing: .*\(example: SOURCE_BUCKET=https:"):
        load(None)
    monkeypatch.setenv("SOURCE_BUCKET", BUCKET)
    assert load(None).source_ways == ("bucket",)


def test_the_secret_of_a_bucket_is_in_no_log_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_BUCKET", BUCKET)
    settings = load(None)
    assert "a/secret+of=the-bucket" in [secret.get_secret_value() for secret in settings.secrets]
    assert "a/secret" not in repr(settings)


def test_an_own_bot_api_server_delivers_to_http_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "http://bot:8080/imagine/")
    with pytest.raises(SettingsError, match=r"^PUBLIC_URL must be https"):
        load(None)
    monkeypatch.setenv("TELEGRAM_API_URL", "http://telegram-bot-api:8081")
    assert load(None).public_url == "http://bot:8080/imagine"


def test_proxies_are_read_in_both_cases_and_from_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text("HTTPS_PROXY=proxy:3128\nTELEGRAM_PROXY=socks5://ann:s%40cret@telegram-proxy\n")
    monkeypatch.setenv("no_proxy", "gptunnel.ru")
    monkeypatch.setenv("all_proxy", "")
    settings = load(str(file))
    assert str(settings.proxy_to_telegram) == "TELEGRAM_PROXY (socks5://telegram-proxy:1080)"
    assert settings.proxies.for_url(settings.gptunnel_api_url) is None
    assert str(settings.proxies.for_url("https://store.example")) == "HTTPS_PROXY (http://proxy:3128)"
    assert settings.proxies.for_url("http://store.example") is None
    assert "s@cret" in {secret.get_secret_value() for secret in settings.secrets}
    assert "cret@" not in repr(settings)


@pytest.mark.parametrize(
    ("telegram_api_url", "proxy"),
    [
        ("https://api.telegram.org", "TELEGRAM_PROXY (socks5://telegram-proxy:1080)"),
        ("http://telegram-bot-api:8081", "TELEGRAM_PROXY (socks5://telegram-proxy:1080)"),
        ("http://127.0.0.1:8081", "None"),
    ],
)
def test_the_proxy_to_telegram_is_its_own_but_for_a_server_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, telegram_api_url: str, proxy: str
) -> None:
    monkeypatch.setenv("TELEGRAM_PROXY", "socks5://telegram-proxy")
    monkeypatch.setenv("ALL_PROXY", "proxy")
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("TELEGRAM_API_URL", telegram_api_url)
    assert str(load(None).proxy_to_telegram) == proxy


@pytest.mark.parametrize("quoted", ["'{}'", '"{}"', " {} ", ' "{}"\n', "“{}”"])
def test_spaces_and_quotes_around_a_value_are_removed(monkeypatch: pytest.MonkeyPatch, quoted: str) -> None:
    monkeypatch.setenv("GPTUNNEL_API_KEY", quoted.format("shds-good-key"))
    assert load(None).gptunnel_api_key.get_secret_value() == "shds-good-key"


def test_the_environment_overrides_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("DAILY_QUOTA=3\nADMIN_IDS=1, 2,3\nMAX_IN_FLIGHT=7\n")
    monkeypatch.setenv("MAX_IN_FLIGHT", "9")
    settings = load(str(file))
    assert (settings.daily_quota, settings.max_in_flight) == (3, 9)
    assert settings.admin_ids == {1, 2, 3}


@pytest.mark.parametrize(
    ("name", "value", "chosen"),
    [
        ("LOG_LEVEL", "info", "INFO"),
        ("LOG_LEVEL", "Warning", "WARNING"),
        ("LOG_FORMAT", "JSON", "json"),
        ("UPDATES", "Polling", "polling"),
        ("UNKNOWN_CREATE", "REFUND", "refund"),
        ("SOURCE_IMAGES", "Data", "data"),
        ("MEDIA_HOSTS_ALLOW_PRIVATE", "True", "True"),
    ],
)
def test_a_choice_is_accepted_in_any_case(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, chosen: str
) -> None:
    monkeypatch.setenv(name, value)
    assert str(getattr(load(None), name.lower())) == chosen


def test_the_repr_hides_the_secrets() -> None:
    shown = repr(load(None))
    assert not any(value in shown for value in REQUIRED.values())


def test_the_example_file_and_the_readme_name_every_setting() -> None:
    names = {name.upper() for name in Settings.model_fields}
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", example, re.MULTILINE)) == names
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {name for name in names if f"`{name}`" in readme} == names
