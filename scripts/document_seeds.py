"""Writes docs/seeds.md from the tables in ``tests/seeds/table``: what of the documents of this project works here.

Run it when a row changes: ``.venv/bin/python scripts/document_seeds.py``. The words before the tables are in
``scripts/reference/seeds.md``.
"""

import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from scripts.markdown import table  # noqa: E402 - behind the path

PAGE: Final = ROOT / "docs" / "seeds.md"
WORDS: Final = ROOT / "scripts" / "reference" / "seeds.md"
TABLES: Final = ROOT / "tests" / "seeds" / "table"
WORKS: Final = ("works", "with a notice")
_FILLED: Final = re.compile(r"\$\{\w+\}")


@dataclass(frozen=True, slots=True)
class Row:
    """lines: of the document, as ``22-27, 96``. tried: what the document has. right: what is right here.

    state: ``works``, ``with a notice``, or the reason why it does not work. tests: ``path.py::name`` of pytest, or
    ``path.ts: title`` of Playwright and Vitest, from the root of the repository.
    """

    lines: str
    tried: str
    right: str
    state: str
    tests: list[str]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows about one part of a document, which has this file name without its ending."""

    title: str
    document: str
    words: str
    rows: list[Row]


def groups() -> list[Group]:
    """In the order of the page."""
    return list(_read())


def _read() -> Iterator[Group]:
    for file in sorted(TABLES.glob("*.toml")):
        found = tomllib.loads(file.read_text(encoding="utf-8"))
        rows = [Row(**row) for row in found.pop("row")]
        yield Group(**found, rows=rows)


def text() -> str:
    """The page."""
    found = groups()
    page = WORDS.read_text(encoding="utf-8").replace("{counts}", _counts(found))
    return page.replace("{groups}", "\n\n".join(_section(group) for group in found))


def _counts(found: list[Group]) -> str:
    states = Counter(row.state if row.state in WORKS else "other" for group in found for row in group.rows)
    return (
        f"{states.total()} rows: {states['works']} work, {states['with a notice']} work with a notice, "
        f"{states['other']} have a reason."
    )


def _section(group: Group) -> str:
    tests = dict.fromkeys(test for row in group.rows for test in row.tests)
    numbers = {test: number for number, test in enumerate(tests, start=1)}
    rows = (
        [row.lines, row.tried, row.right, row.state, ", ".join(map(str, sorted(numbers[test] for test in row.tests)))]
        for row in group.rows
    )
    listed = "\n".join(f"{number}. {_named(test)}" for test, number in numbers.items())
    parts = [
        f"## {group.title}",
        f"{group.words} Lines are those of `{group.document}.txt`.",
        table(["Lines", "In the document", "Here", "State", "Tests"], rows),
        "The tests:",
        listed,
    ]
    return "\n\n".join(parts)


def _named(test: str) -> str:
    """The file and the name or title in it; what a title is filled with is left out."""
    path, name = split(test)
    return f"`{path}`: `{name}`" if path.endswith(".py") else f"`{path}`: {_FILLED.sub('...', name)}"


def split(test: str) -> tuple[str, str]:
    """The file of a test, and its name or title."""
    path, _, name = test.partition("::") if ".py::" in test else test.partition(": ")
    return path, name


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
