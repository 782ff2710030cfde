"""The style of docstrings (CONTRIBUTING.md, Style)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = (
    *("bot", "handlers", "generation", "payments", "chat", "storage", "provider", "core"),
    *("admin_page", "playground", "tests", "benchmarks"),
)
CLAUSE = re.compile(r"(What|Who|Whose|Where)\b")
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _docstrings(package: str) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of each docstring, those of constants included."""
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, Documented) and (text := ast.get_docstring(node)):
                yield f"{path}:{getattr(node, 'lineno', 1)}", text
            elif isinstance(node, ast.Expr):
                match node.value:
                    case ast.Constant(value=str(text)):
                        yield f"{path}:{node.lineno}", text


@pytest.mark.parametrize("package", PACKAGES)
def test_no_docstring_starts_with_a_headless_clause(package: str) -> None:
    found = list(_docstrings(package))
    assert found
    assert [place for place, text in found if CLAUSE.match(text)] == []
