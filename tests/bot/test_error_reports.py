"""Error reports: received whole by a real HTTP server, and without secrets or words of users."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
import structlog
from pydantic import SecretStr

from bot import logs
from bot.cli import error_reports
from bot.error_reports import MOST_A_MINUTE, ErrorReports
from bot.load_settings import load
from bot.setting_choices import LogFormat, LogLevel
from bot.settings import Settings
from tests.support.collectors import SENTRY_KEY, ErrorServer, open_error_server

TOKEN = "4242:" + "T" * 35
KEY = "shds-the-key-of-the-provider"
PASSWORD = "the-password-of-the-database"
WEBHOOK = "the-secret-of-the-webhook"
PROMPT = "a prompt about wolfram"
SECRETS = (
    TOKEN,
    "T" * 35,
    KEY,
    PASSWORD,
    WEBHOOK,
    SENTRY_KEY,
    PROMPT,
    "wolfram",
    f"https://api.telegram.org/file/bot{TOKEN}/photos/file_7.jpg",
    "https://bot.example.org/source/eyJpZCI6MX0.signature",
)


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def settings_for(server: ErrorServer, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    monkeypatch.setenv("GPTUNNEL_API_KEY", KEY)
    monkeypatch.setenv("DATABASE_URL", f"postgresql://bot:{PASSWORD}@db.example.org/imagine")
    monkeypatch.setenv("ENGINE", "local")
    monkeypatch.setenv("WEBHOOK_SECRET", WEBHOOK)
    monkeypatch.setenv("SENTRY_DSN", server.dsn)
    return load(None)


def raise_with(secret: str) -> None:
    """Raise an error that holds a secret in its message, its causes, local variables, notes and a group."""
    link = f"https://{secret}@example.org/{secret}?x={secret}"
    local = {"secret": secret, "link": link}
    try:
        try:
            raise ExceptionGroup(secret, [KeyError(secret), LookupError(link)])  # noqa: TRY301
        except ExceptionGroup as group:
            raise ValueError(f"{secret}: {local}") from group
    except ValueError:
        error = OSError(28, secret, f"/tmp/{secret}")  # noqa: S108 - no file is opened
        error.add_note(secret)
        raise error  # noqa: B904 - the ValueError is its context


async def end(reports: AbstractContextManager[object]) -> None:
    """End the context while the server of this event loop still answers."""
    await asyncio.to_thread(reports.__exit__, None, None, None)


async def test_no_secret_and_no_word_of_a_user_leaves_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_error_server() as server:
        settings = settings_for(server, monkeypatch)
        logs.set_up(LogLevel.INFO, LogFormat.JSON, settings.secrets)
        reports = error_reports(settings)
        reports.__enter__()
        for secret in SECRETS:
            try:
                raise_with(secret)
            except OSError as error:
                structlog.get_logger("generation.step_loop").exception(
                    "advance failed", request=7, tries=2, prompt=secret, error=str(error)
                )
                logging.getLogger("asyncio").error("Task failed: %s " + secret, secret, exc_info=error)  # noqa: G003
        structlog.get_logger("bot").error("no traceback", words=PROMPT)
        structlog.get_logger("bot").warning("none either", exc_info=False)
        await server.arrivals.until(lambda: len(server.reports) == 2 * len(SECRETS))
        await end(reports)
    received = b"".join(server.bodies).decode()
    assert not [secret for secret in SECRETS if secret in received]
    own, library = server.reports[:2]
    assert own["logentry"] == {"message": "advance failed"}
    assert own["tags"] == {"request": "7", "tries": "2"}
    assert "logentry" not in library
    kinds = [one["type"] for one in own["exception"]["values"]]
    assert kinds == ["LookupError", "KeyError", "ExceptionGroup", "ValueError", "OSError"]
    last = own["exception"]["values"][-1]
    assert last["value"] == "[Errno 28] No space left on device"
    frame = last["stacktrace"]["frames"][-1]
    assert frame["function"] == "raise_with"
    assert frame["context_line"].strip().startswith("raise error")
    assert "vars" not in frame
    assert not {"breadcrumbs", "request", "user", "modules"} & own.keys()


async def test_what_gets_into_a_report_by_mistake_is_struck_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second line of defence sees every text: here secrets are in the name of a class and of a module."""
    async with open_error_server() as server:
        settings = settings_for(server, monkeypatch)
        reports = error_reports(settings)
        reports.__enter__()
        kind = type(
            f"Error {TOKEN} {KEY}", (Exception,), {"__module__": f"{PASSWORD} https://x.example/{WEBHOOK}"}
        )
        logging.getLogger("anything").error("x", exc_info=kind())
        await server.arrivals.until(lambda: server.reports)
        await end(reports)
    error = server.reports[0]["exception"]["values"][0]
    assert (error["type"], error["module"]) == ("Error [secret] [secret]", "[secret] [link]")


async def test_reports_are_bounded_and_the_end_of_the_process_is_one() -> None:
    now = 1_000.0
    async with open_error_server() as server:
        reports = ErrorReports(SecretStr(server.dsn), secrets=[], proxy=None, now=lambda: now)
        reports.__enter__()
        for _ in range(MOST_A_MINUTE + 3):
            logging.getLogger("anything").error("x", exc_info=ValueError())
        now += 61.0
        error = RuntimeError("the end")
        await asyncio.to_thread(reports.__exit__, RuntimeError, error, None)
    assert len(server.reports) == MOST_A_MINUTE + 1
    assert server.reports[-1]["level"] == "fatal"
    assert server.reports[-1]["extra"] == {"left_out": 3}
