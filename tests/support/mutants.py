"""Runs mutmut on one package with its own fast tests: `make mutants PACKAGE=storage`.

mutmut changes one thing in one function (a mutant) and runs the fast tests that call this function. A mutant that they
do not notice has survived. A run takes hours for a large package. An interrupted run continues where it was.

The working copy is in `.mutants/PACKAGE`, because mutmut reads its settings from the `pyproject.toml` of its folder.
The report is `.mutants/PACKAGE.txt`: the score of each module, and each survivor as a diff.
"""

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support.source_tree import PACKAGES

ROOT = Path(__file__).parents[2]
WORK = ROOT / ".mutants"
_COPIED = (*PACKAGES, "benchmarks", "deploy", "docs", "tests")
_FILES = ("*.toml", "*.md", "*.lock", "*.yaml", "Makefile", "Dockerfile", "LICENSE", ".env.example")
_SETTINGS = """
[tool.mutmut]
source_paths = ["{package}"]
also_copy = {others}
do_not_mutate_patterns = {exempt}
process_isolation = "forkserver"
pytest_add_cli_args = ["-m", "not slow", "-p", "no:cacheprovider", "--hypothesis-profile", "mutants"]
pytest_add_cli_args_test_selection = ["tests/{package}"]
"""
_EXEMPT = (
    r"^\s*log\.",
    r"_metrics\.",
    r"self\.\w+ = (Counter|Gauge|Histogram)\(",
    r"""\braise \w+\(f?"[^"]*"\)""",
)
"""Lines that mutmut leaves alone: log lines, counts, the names of metrics, and errors that are one text."""
_OUTCOMES = {0: "survived", 1: "noticed", 3: "noticed", 5: "untested", 33: "untested", 34: "skipped"}
"""The meaning of the exit codes that mutmut stores. All others are timeouts and signals: the tests hang or crash."""


def outcomes(meta: Mapping[str, int | None]) -> Counter[str]:
    """Count the mutants of a module by outcome, from their stored exit codes. None is one that was not run yet."""
    return Counter(
        _OUTCOMES.get(code, "noticed") if code is not None else "not run" for code in meta.values()
    )


def score(counts: Mapping[str, int]) -> str:
    """Return the noticed part of the mutants that were run, in per cent."""
    run = counts.get("noticed", 0) + counts.get("survived", 0) + counts.get("untested", 0)
    return f"{100 * counts.get('noticed', 0) / run:.0f} %" if run else "-"


def settings(package: str) -> str:
    """Return the section of mutmut in the `pyproject.toml` of the working copy."""
    found = (path.name for pattern in _FILES for path in ROOT.glob(pattern))
    others = sorted({*_COPIED, *found} - {package})
    exempt = ", ".join(f"'''{pattern}'''" for pattern in _EXEMPT)
    return _SETTINGS.format(package=package, others=json.dumps(others), exempt=f"[{exempt}]")


def forget_outdated(folder: Path, package: str) -> None:
    """Remove the mutants of other settings: mutmut makes mutants anew only for a source that has changed."""
    project = folder / "pyproject.toml"
    if project.exists() and settings(package) not in project.read_text(encoding="utf-8"):
        shutil.rmtree(folder / "mutants", ignore_errors=True)


def _prepare(package: str) -> Path:
    folder = WORK / package
    folder.mkdir(parents=True, exist_ok=True)
    forget_outdated(folder, package)
    ignored = shutil.ignore_patterns("__pycache__")
    for name in _COPIED:
        shutil.copytree(ROOT / name, folder / name, dirs_exist_ok=True, ignore=ignored)
    for pattern in _FILES:
        for path in ROOT.glob(pattern):
            shutil.copy(path, folder)
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as project:
        project.write(settings(package))
    return folder


def report(folder: Path, package: str, *, show: Callable[[str], str]) -> str:
    """Return the scores of a package and of its modules, and `show` of each survivor's name."""
    modules: dict[str, Counter[str]] = {}
    survivors: list[str] = []
    mutated = folder / "mutants" / package
    for path in sorted(mutated.rglob("*.meta")):
        codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        modules[path.relative_to(mutated).as_posix().removesuffix(".meta")] = outcomes(codes)
        survivors += [name for name, code in codes.items() if code == 0]
    total = sum(modules.values(), Counter[str]())
    lines = [f"{score(total)} of the mutants of {package} are noticed by its own fast tests.", ""]
    for name, counts in [*modules.items(), ("all", total)]:
        if counts:
            kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items()))
            lines.append(f"{name:28} {score(counts):>6}  {kinds}")
    return "\n".join([*lines, "", *map(show, survivors)])


def main() -> None:
    """Run mutmut on the package that the command line names, and write the report. More arguments go to mutmut."""
    package, *arguments = sys.argv[1:] or [""]
    if package not in PACKAGES:
        sys.exit(f"Name a package: make mutants PACKAGE={'|'.join(PACKAGES)}")
    folder, mutmut = _prepare(package), [sys.executable, "-m", "mutmut"]

    def show(name: str) -> str:
        command = [*mutmut, "show", name]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout

    ended = subprocess.run([*mutmut, "run", *arguments], cwd=folder, check=False).returncode
    written = report(folder, package, show=show)
    place = WORK / f"{package}.txt"
    place.write_text(written, encoding="utf-8")
    print(written.partition("\n\n---")[0], f"Report: {place}", sep="\n\n")  # noqa: T201
    sys.exit(ended)


if __name__ == "__main__":
    main()
