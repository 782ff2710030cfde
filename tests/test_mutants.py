"""`make mutants`: the report of what mutmut stored. mutmut itself is no package of the tests."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.mutants import forget_outdated, outcomes, report, score, settings
from tests.support.process_launcher import ROOT

STORED = {"a__mutmut_1": 0, "a__mutmut_2": 1, "a__mutmut_3": 33, "a__mutmut_4": -24, "a__mutmut_5": None}


def test_each_stored_exit_code_has_an_outcome() -> None:
    counts = outcomes(STORED)
    assert counts == {"survived": 1, "noticed": 2, "untested": 1, "not run": 1}
    assert (score(counts), score({"not run": 3})) == ("50 %", "-")


def test_the_report_has_the_score_of_each_module_and_the_survivors(tmp_path: Path) -> None:
    folder = tmp_path / "mutants" / "core"
    folder.mkdir(parents=True)
    (folder / "inner").mkdir()
    for name in ("clock.py", "inner/clock.py"):
        (folder / f"{name}.meta").write_text(json.dumps({"exit_code_by_key": STORED}), encoding="utf-8")
    lines = report(tmp_path, "core", show=lambda name: f"--- {name}").splitlines()
    assert lines[0] == "50 % of the mutants of core are noticed by its own fast tests."
    names = ("clock.py", "inner/clock.py", "all")
    assert [line.split()[:3] for line in lines[2:5]] == [[name, "50", "%"] for name in names]
    assert lines[-1] == "--- a__mutmut_1"


@pytest.mark.parametrize("package", ["core", "storage"])
def test_the_settings_name_the_package_and_copy_all_others(package: str) -> None:
    chosen = settings(package)
    assert f'source_paths = ["{package}"]' in chosen
    assert f'pytest_add_cli_args_test_selection = ["tests/{package}"]' in chosen
    assert '"provider"' in chosen
    assert f'"{package}",' not in chosen.partition("also_copy")[2]


@pytest.mark.parametrize(
    ("line", "exempt"),
    [
        ('        log.warning("a poll failed", task=7)', True),
        ('        self._metrics.calls.labels(call, "ok").inc()', True),
        ("        self.calls = Counter(", True),
        ('        self.waiting = Gauge("imagine_waiting", "Requests.")', True),
        ('        raise LinkExpired(f"the store answers {status}")', True),
        ('    raise NotSent("not sent") from error', True),
        ("        raise OutOfMoney(message)", False),
        ('        raise RateLimited("slow down", retry_after)', False),
        ("        self._metrics = metrics", False),
        ('    words = "log.warning"', False),
    ],
)
def test_only_lines_that_are_words_for_operators_are_left_alone(line: str, exempt: bool) -> None:
    patterns = tomllib.loads(settings("core"))["tool"]["mutmut"]["do_not_mutate_patterns"]
    assert any(re.search(pattern, line) for pattern in patterns) is exempt


@pytest.mark.parametrize(("of_package", "kept"), [("core", True), ("chat", False)])
def test_mutants_of_other_settings_are_made_anew(tmp_path: Path, of_package: str, kept: bool) -> None:
    (tmp_path / "mutants").mkdir()
    forget_outdated(tmp_path, "core")
    (tmp_path / "pyproject.toml").write_text(f"[project]\n{settings(of_package)}", encoding="utf-8")
    forget_outdated(tmp_path, "core")
    assert (tmp_path / "mutants").exists() is kept


def test_without_a_package_the_command_names_them() -> None:
    command = [sys.executable, "-m", "tests.support.mutants"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "PACKAGE=admin_page|bot|chat|core" in done.stderr) == (1, True)
