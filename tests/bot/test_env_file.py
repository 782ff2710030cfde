"""`.env`: its encodings, a file that cannot be read, and names that are not settings."""

import os
import socket
from pathlib import Path

import pytest

from bot.cli import BAD_SETTINGS, main
from bot.load_settings import SettingsError, load
from bot.settings import Settings
from tests.support.other_user import NOBODY, as_nobody
from tests.support.process_launcher import DEADLINE

CASES = Path(__file__).parent.parent / "cases"
REQUIRED = f"BOT_TOKEN=123456:{'A' * 35}\nGPTUNNEL_API_KEY=shds-good-key\n"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the current folder, without settings in the environment."""
    for name in [name for name in os.environ if name.lower() in Settings.model_fields]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _write(text: str, encoding: str = "utf-8") -> None:
    Path(".env").write_bytes(text.encode(encoding))


def _error(capsys: pytest.CaptureFixture[str]) -> str:
    """Run the bot, which must refuse the settings, and return its only line."""
    assert main(["run"]) == BAD_SETTINGS
    shown = capsys.readouterr()
    assert shown.out == ""
    (line,) = shown.err.splitlines()
    return line


def _warnings() -> list[str]:
    lines: list[str] = []
    load(warn=lines.append)
    return lines


def test_a_file_in_utf16_is_refused_in_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".env").write_bytes((CASES / "env-utf16").read_bytes())
    assert _error(capsys) == f".env in {folder} is in UTF-16; save it as UTF-8"


@pytest.mark.parametrize(
    ("encoding", "reason"),
    [
        ("utf-16-le", "not a text file in UTF-8"),
        ("utf-16-be", "not a text file in UTF-8"),
        ("utf-32", "is in UTF-32"),
        ("cp1251", "is not in UTF-8 (line 3)"),
        ("koi8-r", "is not in UTF-8 (line 3)"),
        ("cp866", "is not in UTF-8 (line 3)"),
    ],
)
def test_another_encoding_is_refused_in_one_line(
    encoding: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(REQUIRED + "# ключ от бота\n", encoding)
    line = _error(capsys)
    assert line.startswith(".env in ")
    assert reason in line
    assert line.endswith("; save it as UTF-8")


@pytest.mark.parametrize(
    "text", ["токен от @BotFather, ключ бота", "Сколько картинок в день", "Лимит на пользователя"]
)
@pytest.mark.parametrize(
    ("encoding", "name"), [("cp1251", "Windows-1251"), ("koi8-r", "KOI8-R"), ("cp866", "CP866")]
)
def test_the_encoding_of_a_russian_text_is_named(
    text: str, encoding: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(f"# {text}\n", encoding)
    assert f"is in {name}, not in UTF-8 (line 1)" in _error(capsys)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("für Grüße aus Köln", "latin-1"),
        ("ключ", "cp1251"),
        ("КЛЮЧ ОТ БОТА", "cp1251"),
        ("日本語のコメント", "shift-jis"),
        ("été à l’école", "cp1252"),
    ],
)
def test_an_encoding_that_is_not_sure_is_not_named(
    text: str, encoding: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(f"# {text}\n", encoding)
    assert _error(capsys) == f".env in {folder} is not in UTF-8 (line 1); save it as UTF-8"


@pytest.mark.timeout(DEADLINE)
@pytest.mark.parametrize("link", [False, True])
def test_a_named_pipe_is_refused_in_one_line(
    folder: Path, link: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = folder / ("secrets" if link else ".env")
    os.mkfifo(pipe)
    if link:
        (folder / ".env").symlink_to(pipe)
    assert _error(capsys) == f".env in {folder} is a named pipe, and must be a file"


def test_a_socket_or_a_device_is_refused_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(".env")  # relative, because the path of a socket is short
        assert _error(capsys) == f".env in {folder} is a socket, and must be a file"
    (folder / ".env").unlink()
    (folder / ".env").symlink_to("/dev/zero")
    assert _error(capsys) == f".env in {folder} is a device, and must be a file"


def test_the_null_device_is_an_empty_file(folder: Path) -> None:
    (folder / ".env").symlink_to(os.devnull)
    with pytest.raises(SettingsError, match="BOT_TOKEN is missing"):
        load()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_utf8_is_read_with_and_without_its_mark(encoding: str, end: str) -> None:
    _write((REQUIRED + "# ключ от бота\nDAILY_QUOTA=7\n").replace("\n", end), encoding)
    assert load().daily_quota == 7
    assert _warnings() == []


def test_a_file_that_this_user_may_not_read_is_refused_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(REQUIRED)
    (folder / ".env").chmod(0o600)
    with as_nobody():
        line = _error(capsys)
    assert line == f".env in {folder} cannot be read: permission denied for user id {NOBODY}"


def test_a_folder_is_refused_in_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".env").mkdir()
    assert _error(capsys) == f".env in {folder} is a folder, and must be a file"


def test_a_link_to_nothing_is_refused_in_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".env").symlink_to("secrets/env")
    assert "is a link to a file that does not exist" in _error(capsys)
    (folder / ".env").unlink()
    (folder / ".env").symlink_to(".env")
    assert "cannot be read: Too many levels of symbolic links" in _error(capsys)


def test_a_missing_file_is_named_with_the_command_that_makes_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hint = f"; there is no .env in {folder}: cp .env.example .env"
    with pytest.raises(SettingsError) as raised:
        load()
    first, second = str(raised.value).splitlines()
    assert first.startswith("BOT_TOKEN is missing (example: ")
    assert second.startswith("GPTUNNEL_API_KEY is missing (example: ")
    assert second.endswith(hint)
    _write("BOT_TOKEN=\n")
    with pytest.raises(SettingsError) as raised:
        load()
    assert "cp .env.example" not in str(raised.value)
    (folder / ".env").unlink()
    for line in REQUIRED.splitlines():
        monkeypatch.setenv(*line.split("=", 1))
    assert load().daily_quota == 20


def test_without_a_file_the_environment_is_named_if_other_settings_come_from_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.org:3128")  # of the shell, for all programs
    monkeypatch.setenv("LOG_FORMAT", "")
    with pytest.raises(SettingsError, match=r"cp \.env\.example \.env$"):
        load()
    monkeypatch.setenv("LOG_FORMAT", "json")  # as the unit for systemd has it
    with pytest.raises(SettingsError) as raised:
        load()
    assert str(raised.value).endswith(
        f"; there is no .env in {folder}, and the environment sets LOG_FORMAT: add what is missing to it"
        " (EnvironmentFile= of systemd, env_file of Docker Compose, a Secret of Kubernetes)"
    )
    monkeypatch.setenv("DATABASE_URL", "sqlite:////var/lib/imagine-bot/bot.sqlite3")
    with pytest.raises(SettingsError, match="the environment sets DATABASE_URL and others: add"):
        load()


def test_values_in_the_file_may_refer_to_each_other() -> None:
    _write(REQUIRED + "HOST=bot.example.org\nPUBLIC_URL=https://${HOST}/x\nexport DAILY_QUOTA = 7 # a week\n")
    settings = load()
    assert (settings.public_url, settings.daily_quota) == ("https://bot.example.org/x", 7)


def test_an_empty_variable_of_the_environment_leaves_the_value_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _write(REQUIRED + "DAILY_QUOTA=7\n")
    monkeypatch.setenv("daily_quota", "")
    assert load().daily_quota == 7
    monkeypatch.setenv("daily_quota", "8")
    assert load().daily_quota == 8


@pytest.mark.parametrize(
    ("line", "warning"),
    [
        ("DAILY_QOUTA=3", "DAILY_QOUTA is not a setting; did you mean DAILY_QUOTA?"),
        ("admin_id=3", "admin_id is not a setting; did you mean ADMIN_IDS?"),
        ("TOKEN=3", "TOKEN is not a setting; did you mean BOT_TOKEN?"),
        ("COLOUR=red", "COLOUR is not a setting"),
        (
            "ВОТ_TOKEN=3",
            "ВОТ_TOKEN is not a setting (not all of its letters are Latin); did you mean BOT_TOKEN?",
        ),
    ],
)
def test_an_unknown_name_in_the_file_is_reported(folder: Path, line: str, warning: str) -> None:
    _write(REQUIRED + line + "\n")
    assert _warnings() == [f".env in {folder}: {warning}"]


@pytest.mark.parametrize(
    "line", ["DAILY_QUOTA: 3", "DAILY_QUOTA", "just words", "DAILY_QUOTA='3", "shds-key==", "42:token"]
)
def test_a_line_without_a_value_is_reported(
    folder: Path, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    _write(REQUIRED + "\n\n" + line + "\n")
    assert _warnings() == [f".env in {folder}, line 5 is ignored: it is not NAME=VALUE"]
    assert caplog.records == []


@pytest.mark.parametrize(
    "line",
    [
        "COMPOSE_PROFILES=replicas",
        "POSTGRES_PASSWORD=x",
        "https_proxy=http://proxy:3128",
        "TZ=UTC",
        "# A=1",
        "",
    ],
)
def test_names_that_other_programs_read_are_not_reported(line: str) -> None:
    _write(REQUIRED + line + "\n")
    assert _warnings() == []


def test_a_slip_in_the_environment_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Docker Compose passes the lines of `.env` on as variables of the environment."""
    _write(REQUIRED)
    monkeypatch.setenv("DAILY_QOUTA", "3")
    monkeypatch.setenv("LISTEN_FDS", "1")
    monkeypatch.setenv("SOME_OTHER_NAME", "1")
    assert _warnings() == ["environment: DAILY_QOUTA is not a setting; did you mean DAILY_QUOTA?"]


def test_a_misspelt_required_name_is_reported_with_the_missing_setting(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(REQUIRED.replace("BOT_TOKEN", "BOT_TOKN"))
    assert main(["check"]) == BAD_SETTINGS
    warning, error = capsys.readouterr().err.splitlines()
    assert warning == f".env in {folder}: BOT_TOKN is not a setting; did you mean BOT_TOKEN?"
    assert error.startswith("BOT_TOKEN is missing")
