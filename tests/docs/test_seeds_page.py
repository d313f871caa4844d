"""docs/seeds.md is what the tables say, each row works or says why not, and each test that a row names exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from scripts.document_seeds import PAGE, TABLES, WORKS, Row, groups, split, text

ROOT = Path(__file__).parents[2]
#: The issue that asked for the page counted so many.
COUNTED = 161
LINES = re.compile(r"\d+(-\d+)?(, \d+(-\d+)?)*")
ROWS = [pytest.param(row, id=f"{group.title} {row.lines}") for group in groups() for row in group.rows]
TESTS = sorted({test for group in groups() for row in group.rows for test in row.tests})


def test_the_page_is_what_the_script_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == text(), "The page is stale: run `python scripts/document_seeds.py`."


def test_every_feature_that_was_counted_has_a_row() -> None:
    assert len(ROWS) >= COUNTED


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_its_lines_and_a_test_or_a_reason(row: Row) -> None:
    assert LINES.fullmatch(row.lines)
    assert row.tried and row.right
    assert row.tests or row.state not in WORKS
    assert row.state in WORKS or row.state.endswith("."), "a reason is a sentence"
    assert len(set(row.tests)) == len(row.tests)


@pytest.mark.parametrize("test", TESTS)
def test_a_test_that_a_row_names_exists(test: str) -> None:
    assert _exists(test)


def test_a_test_that_does_not_exist_would_be_found() -> None:
    for known in (f"tests/docs/{Path(__file__).name}::test_that_is_not_there", f"{TESTS[0]} x", "tests/no_file.py::x"):
        assert not _exists(known)


def test_a_file_beside_the_tables_is_a_table() -> None:
    assert [file.name for file in TABLES.iterdir() if file.suffix != ".toml"] == []


def _exists(test: str) -> bool:
    path, name = split(test)
    file = ROOT / path
    if not file.is_file():
        return False
    return name in _python(file) if path.endswith(".py") else name in _titles(file)


@cache
def _python(file: Path) -> set[str]:
    """What pytest collects of a file: its functions, and its classes."""
    nodes = ast.parse(file.read_text(encoding="utf-8")).body
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in nodes if isinstance(node, kinds) and node.name.lower().startswith("test")}


@cache
def _titles(file: Path) -> set[str]:
    """The titles of the tests of a file of Playwright or Vitest, as their source has them."""
    assert file.name.endswith((".spec.ts", ".test.ts", ".test.tsx")), file
    source = file.read_text(encoding="utf-8")
    found = re.findall(r"""\b(?:test|it)(?:\.each\(.*?\))?\(\s*(['"`])((?:\\.|(?!\1).)+)\1""", source, re.DOTALL)
    return {title.replace("\\'", "'") for _, title in found}
