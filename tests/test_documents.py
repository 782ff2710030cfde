"""The documents: their links lead somewhere, and the commands of docs/operating.md are well formed and exist."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.process_launcher import DEADLINE, ROOT

DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
MANUAL = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
CLI = (ROOT / "bot" / "cli.py").read_text(encoding="utf-8")
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def _anchors(document: Path) -> set[str]:
    """Return the anchors of a document, as GitHub makes them of its headings."""
    text = _FENCE.sub("", document.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_each_link_within_the_project_leads_somewhere(document: Path) -> None:
    text = _FENCE.sub("", document.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if re.match(r"\w+:", path):
            continue
        file = document if not path else (document.parent / path).resolve()
        assert file.exists(), target
        if anchor and file.suffix == ".md":
            assert anchor in _anchors(file), target


def _scripts() -> list[str]:
    """Return the blocks of commands in the manual, without the indent of a list."""
    blocks = [(indent, code) for indent, kind, code in _FENCE.findall(MANUAL) if kind == "sh"]
    return [re.sub(rf"^{indent}", "", code, flags=re.MULTILINE) for indent, code in blocks]


@pytest.mark.parametrize("script", _scripts())
def test_the_shell_understands_each_block_of_commands(script: str) -> None:
    parsed = subprocess.run(
        ["/bin/sh", "-n"], input=script, capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    assert (parsed.returncode, parsed.stderr) == (0, "")


def test_each_command_of_the_bot_in_the_manual_exists() -> None:
    named = set(re.findall(r"(?:^|`|&& |\| |bin/|bot )imagine-bot ([a-z][a-z-]*)", MANUAL, re.MULTILINE))
    commands = set(re.findall(r'add_parser\(\s*"([a-z-]+)"', CLI))
    assert {"check", "backup", "restore"} <= named
    assert named <= commands


def test_each_file_of_the_project_in_a_command_of_the_manual_exists() -> None:
    for name in re.findall(r"(?<![\w/.])((?:deploy/|requirements)[\w./*-]+)", "\n".join(_scripts())):
        assert list(ROOT.glob(name)), name
