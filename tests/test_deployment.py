"""The files in deploy/, checked by the tools that read them."""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from bot.cli import BAD_SETTINGS
from bot.stop_signals import exit_code
from tests.support.process_launcher import DEADLINE, ROOT

UNITS = ROOT / "deploy" / "systemd"
PROGRAM = "/opt/imagine-bot/bin/imagine-bot"
LARGEST_EXPOSURE = "20"
"""2.0 of 10, in tenths (systemd-analyze security). A unit without sandboxing has 9.6."""

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None and "CI" not in os.environ,
    reason="systemd-analyze is not installed",
)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """Return a folder with the units, in which the program is one that exists."""
    for unit in UNITS.iterdir():
        text = unit.read_text(encoding="utf-8")
        assert (PROGRAM in text) == (unit.suffix == ".service")
        (tmp_path / unit.name).write_text(text.replace(PROGRAM, "/bin/true"), encoding="utf-8")
    return tmp_path


def _analyze(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    command = ["systemd-analyze", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=False)


@needs_systemd
def test_systemd_accepts_the_units(units: Path) -> None:
    verified = _analyze("verify", *units.iterdir())
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")


@needs_systemd
def test_the_services_are_sandboxed(units: Path) -> None:
    for service in units.glob("*.service"):
        analysed = _analyze("security", "--offline=true", f"--threshold={LARGEST_EXPOSURE}", service)
        assert analysed.returncode == 0, analysed.stdout


def test_both_services_have_the_same_user_and_sandbox() -> None:
    bot, backup = (_section(UNITS / name) for name in ("imagine-bot.service", "imagine-bot-backup.service"))
    assert bot[bot.index("User=imagine-bot") :] == backup[backup.index("User=imagine-bot") :]


def test_the_service_lets_the_bot_stop_and_does_not_repeat_bad_settings() -> None:
    service = dict(line.split("=", 1) for line in _section(UNITS / "imagine-bot.service"))
    assert int(service["TimeoutStopSec"]) > 10  # docs/operating.md: SIGTERM
    assert int(service["RestartPreventExitStatus"]) == BAD_SETTINGS
    assert int(service["SuccessExitStatus"]) == exit_code(signal.SIGTERM)


def test_the_command_for_operators_runs_as_the_service_does() -> None:
    script = (ROOT / "deploy" / "imagine-bot").read_text(encoding="utf-8")
    service = _section(UNITS / "imagine-bot.service")
    properties = re.findall(r"--property=(\S+)", script)
    assert {p.split("=")[0] for p in properties} >= {
        "User",
        "DynamicUser",
        "StateDirectory",
        "EnvironmentFile",
    }
    assert set(properties) <= set(service)
    (environment,) = (
        line.removeprefix("Environment=").split() for line in service if line.startswith("Environment=")
    )
    assert set(re.findall(r"--setenv=(\S+)", script)) == {v for v in environment if "LOG_FORMAT" not in v}
    assert f'{PROGRAM} "$@"' in script
    assert os.access(ROOT / "deploy" / "imagine-bot", os.X_OK)


def _section(unit: Path) -> list[str]:
    """Return the lines of the section [Service] without comments."""
    section = unit.read_text(encoding="utf-8").split("[Service]")[1].split("[Install]")[0]
    return [line for line in section.splitlines() if line and not line.startswith("#")]
