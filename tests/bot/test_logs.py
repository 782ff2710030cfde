"""Logs: a secret in a log line is replaced."""

import logging
from collections.abc import Iterator

import pytest
import structlog
from pydantic import SecretStr

from bot import logs
from bot.setting_choices import LogFormat, LogLevel

TOKEN = "4242:" + "T" * 35


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.parametrize("style", list(LogFormat))
def test_secrets_are_replaced_in_every_line(style: LogFormat, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(LogLevel.DEBUG, style, [SecretStr("the-api-key")])
    structlog.get_logger("x").info("sent", header="Authorization: the-api-key", link=f"/file/bot{TOKEN}/a")
    try:
        raise ValueError(  # noqa: TRY301
            f"https://api.telegram.org/bot{TOKEN}/getMe the-api-key"
        )
    except ValueError:
        logging.getLogger("library").exception("failed with %s", TOKEN)
    shown = capsys.readouterr().err
    assert shown.count("[secret]") >= 5
    assert "the-api-key" not in shown
    assert TOKEN not in shown
    assert "ValueError" in shown
