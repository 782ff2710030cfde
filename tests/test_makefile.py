"""`make` in a fresh clone, and after everything that breaks its virtual environment. No test needs the network."""

import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.demo import clean_environment
from tests.support.process_launcher import ROOT
from tests.support.source_tree import PACKAGES

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")]

FILES = ("Makefile", "pyproject.toml", "README.md", "LICENSE", "requirements.lock", "requirements-build.lock")
SECONDS = 300
ASKS_FOR_THE_TOKEN = (2, "BOT_TOKEN is missing")
"""The result of `make check` without settings: make and the bot itself work."""

# Makes virtual environments that see the packages of the tests, pip among them, which finds the others installed.
WITH_PACKAGES = """#!/bin/sh
[ "$1 $2" = "-m venv" ] || exec {python} "$@"
shift 2
{python} -m venv --without-pip "$@" || exit
for folder; do :; done
echo '{packages}' > "$folder/lib/{version}/site-packages/shared.pth"
"""
WITHOUT_ENSUREPIP = """#!/bin/sh
if [ "$1 $2" = "-m venv" ]; then
    {python} -m venv --without-pip .venv
    echo 'The virtual environment was not created successfully because ensurepip is not available.'
    exit 1
fi
exec {python} "$@"
"""
OLD = """#!/bin/sh
exec {python} -c 'import sys; sys.version_info = (3, 10, 12, "final", 0); exec(sys.argv.pop(2))' "$@"
"""
ANOTHER = """#!/bin/sh
[ "$1" = -c ] && echo 3.99.0
"""


@dataclass(slots=True)
class Clone:
    """A copy of the repository without a virtual environment, in a folder with blanks in its name."""

    folder: Path
    tools: Path

    def python(self, script: str) -> Path:
        """Return a Python that behaves as a script defines."""
        path = self.tools / f"python-{len(list(self.tools.iterdir()))}"
        path.write_text(
            script.format(
                python=Path(sys.base_prefix) / "bin" / "python3",
                packages=sysconfig.get_path("purelib"),
                version=f"python3.{sys.version_info.minor}",
            ),
            encoding="utf-8",
        )
        path.chmod(0o755)
        return path

    def make(self, target: str, script: str | None = WITH_PACKAGES) -> tuple[int, str]:
        """Run make with PYTHON and return its exit code and everything that it printed."""
        named = [] if script is None else [f"PYTHON={self.python(script)}"]
        return self.run("make", target, *named)

    def run(self, *command: str) -> tuple[int, str]:
        """Run a command in the folder and return its exit code and everything that it printed."""
        ours = {"PYTHONPATH", "MAKEFLAGS", "MAKELEVEL", "VIRTUAL_ENV"}
        kept = {name: value for name, value in clean_environment().items() if name not in ours}
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=kept | {"PIP_NO_INDEX": "1", "HOME": str(self.tools)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return done.returncode, done.stdout

    def move(self) -> None:
        """Rename the folder."""
        self.folder = self.folder.rename(self.folder.parent / "imagine bot, moved")


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    folder, tools = tmp_path / "My Bots" / "imagine bot", tmp_path / "tools"
    folder.mkdir(parents=True)
    tools.mkdir()
    for name in FILES:
        shutil.copy(ROOT / name, folder)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return Clone(folder, tools)


def _assert_works(result: tuple[int, str]) -> None:
    code, output = result
    assert (code, ASKS_FOR_THE_TOKEN[1] in output) == (ASKS_FOR_THE_TOKEN[0], True), output


def _assert_repaired(result: tuple[int, str]) -> None:
    _assert_works(result)
    assert "Repairing" in result[1]


@pytest.mark.long(25)
def test_make_works_once_what_was_missing_is_installed(clone: Clone) -> None:
    """Afterwards, make reports that another Python is not used."""
    code, output = clone.make("check", OLD)
    assert code != 0
    assert "Python 3.11 or newer is needed. Name one: make check PYTHON=python3.12" in output
    code, output = clone.run("make", "check", "PYTHON=python-that-is-not-installed")
    assert code != 0
    assert "Python 3.11 or newer is needed" in output
    code, output = clone.make("check", WITHOUT_ENSUREPIP)
    assert code != 0
    assert "apt install python3-venv" in output
    _assert_works(clone.make("check"))

    code, output = clone.make("check", ANOTHER)
    _assert_works((code, output))
    assert "is not used: .venv has Python" in output
    assert "make clean" in output
    assert "is not used" not in clone.make("check")[1]


@pytest.mark.long(20)
def test_an_installation_that_fails_names_the_way_out(clone: Clone) -> None:
    code, output = clone.make("check", '#!/bin/sh\nexec {python} "$@"\n')
    assert code != 0
    assert "if that does not help: make clean" in output
    assert clone.run("make", "clean")[0] == 0
    assert not (clone.folder / ".venv").exists()


@pytest.mark.long(80)
def test_make_repairs_a_virtual_environment(clone: Clone) -> None:
    """The folder is moved; Python is removed, or replaced by an older one or a newer one without the packages."""
    _assert_works(clone.make("check"))
    clone.move()
    _assert_repaired(clone.make("check", None))
    _assert_works(clone.run(str(clone.folder / ".venv/bin/imagine-bot"), "check"))

    assert "Repairing" not in clone.make("check", None)[1]
    python = clone.folder / ".venv" / "bin" / "python"

    python.unlink()
    python.symlink_to("/nowhere/python3")
    _assert_repaired(clone.make("check"))
    python.unlink()
    shutil.copy(clone.python(OLD), python)
    _assert_repaired(clone.make("check"))
    shutil.rmtree(clone.folder / ".venv" / "lib")
    _assert_repaired(clone.make("check"))
