"""What an agent may import is written down, is there, and is all that the examples and the pages use."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import chatkit_link
from chatkit_link.search.blocks import markdown_tokens

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "agents.md"
ROW = re.compile(r"^\| `(chatkit_link[\w.]*)` \| (.*) \|$", re.MULTILINE)
#: Loaded by name as a plugin of pytest, and imported by nobody.
PLUGINS = {"chatkit_link.workshop.pytest_plugin"}
#: Without what Agent Builder has exported: none of it is ours, and some is not even Python.
EXAMPLES = [file for file in sorted((ROOT / "examples").rglob("*.py")) if file.parent.name != "exported_workflow"]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def public() -> dict[str, set[str]]:
    """Module -> its public names, as the page lists them."""
    rows = dict(ROW.findall(PAGE.read_text(encoding="utf-8")))
    listed = {module: set(re.findall(r"`(\w+)`", names)) for module, names in rows.items()}
    listed["chatkit_link.conformance"] = set(importlib.import_module("chatkit_link.conformance").__all__)
    return listed


def imported(source: str) -> Iterator[tuple[str, str]]:
    """(module, name) of each import of this package; the name is "*" where the module itself is imported."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield from ((node.module, alias.name) for alias in node.names if node.module.startswith("chatkit_link"))
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "*") for alias in node.names if alias.name.startswith("chatkit_link"))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in PLUGINS:
            assert not re.fullmatch(r"chatkit_link(\.\w+)+", node.value), f"{node.value} is imported by its name"


def unlisted(source: str) -> list[str]:
    listed = public()
    return [
        f"{module}: {name}"
        for module, name in imported(source)
        # `from chatkit_link import widgets` names a module of the table.
        if name not in listed.get(module, set()) and f"{module}.{name}" not in listed
    ]


def test_the_page_lists_what_the_package_exports() -> None:
    listed = public()
    assert listed["chatkit_link"] == set(chatkit_link.__all__)
    for module, names in listed.items():
        for name in names:
            assert getattr(importlib.import_module(module), name), f"{module} has no {name}"
    for module in ("chatkit_link.widgets", "chatkit_link.search"):
        assert listed[module] == set(importlib.import_module(module).__all__)


@pytest.mark.parametrize("file", EXAMPLES, ids=[file.relative_to(ROOT).as_posix() for file in EXAMPLES])
def test_an_example_imports_public_names_only(file: Path) -> None:
    assert unlisted(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])
def test_the_code_of_a_page_imports_public_names_only(page: Path) -> None:
    for token in markdown_tokens(page.read_text(encoding="utf-8")):
        if token.type == "fence" and token.info.strip() == "python":
            assert unlisted(token.content) == []


def test_what_is_not_listed_is_found() -> None:
    source = """
import chatkit_link.store
from chatkit_link import Assistant, widgets
from chatkit_link.agents.research import Research
from chatkit_link.errors import Unprocessable
"""
    assert unlisted(source) == ["chatkit_link.store: *", "chatkit_link.agents.research: Research"]
