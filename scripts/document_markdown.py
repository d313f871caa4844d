"""Writes docs/reference/markdown.md from the examples by which the Markdown of answers is tested.

Run it when ``frontend/src/markdown/examples.json`` changes: ``.venv/bin/python scripts/document_markdown.py``.
The words before the tables are in ``scripts/reference/markdown.md``.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from scripts.markdown import table  # noqa: E402 - behind the path

PAGE: Final = ROOT / "docs" / "reference" / "markdown.md"
WORDS: Final = ROOT / "scripts" / "reference" / "markdown.md"
EXAMPLES: Final = ROOT / "frontend" / "src" / "markdown" / "examples.json"
_HERE: Final = "{examples}"


def groups() -> list[dict[str, Any]]:
    """Each with ``title``, ``words`` and ``examples``; an example is a ``text`` and the ``html`` that it becomes."""
    return json.loads(EXAMPLES.read_text(encoding="utf-8"))


def text() -> str:
    """The page."""
    return WORDS.read_text(encoding="utf-8").replace(_HERE, "\n\n".join(_section(group) for group in groups()))


def _section(group: dict[str, Any]) -> str:
    rows = ([_code(example["text"]), _code(example["html"])] for example in group["examples"])
    words = f"{group['words']}\n\n" if group["words"] else ""
    return f"## {group['title']}\n\n{words}{table(['Written', 'Displayed as'], rows)}"


def _code(source: str) -> str:
    """As code, line by line: a cell of a table is one line."""
    return "<br>".join(_line(line) for line in source.splitlines() if line.strip())


def _line(line: str) -> str:
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    marks = "`" * (longest + 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{marks}{space}{line}{space}{marks}"


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
