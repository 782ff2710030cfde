"""The lines that the commands of the ledger print."""

import contextlib
import io
from pathlib import Path

import pytest

from bot import cli
from bot.ledger_commands import print_transfer
from storage.ledger_rows import TABLES
from tests.support.released_ledgers import DUMPS, build_ledger


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_each_table_and_the_setting_with_a_hidden_password(
    tmp_path: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = build_ledger(DUMPS[-1], tmp_path)
    url = postgres_url.replace("imagine@", "imagine:secret-word@")
    with contextlib.redirect_stderr(Terminal()) as terminal:
        assert print_transfer(f"sqlite:///{ledger}", url)
    lines = terminal.getvalue().splitlines()
    assert any(line.startswith("requests: ") and line.endswith(" rows") for line in lines)
    assert len(lines) == len(TABLES)
    moved, setting, _ = capsys.readouterr().out.splitlines()
    assert moved.startswith(f"{ledger} is moved: ")
    hidden = postgres_url.replace("imagine@", "imagine:***@")
    assert setting == f"Now set DATABASE_URL={hidden}, with the password in place of ***, and start the bot."


def test_a_missing_package_is_one_line_with_the_command_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_TOKEN", "123456:" + "A" * 35)
    monkeypatch.setenv("GPTUNNEL_API_KEY", "shds-good-key")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert cli.main(["migrate-to", "postgresql://bot:secret-word@db.example.org/imagine"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert printed.err.startswith("The URL needs an optional package: pip install 'imagine-bot[postgres]' (")
