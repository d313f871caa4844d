"""What the documentation says of files, commands and code is so."""

import ast
import inspect
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer.main
from agents import Agent
from chatkit.server import ChatKitServer
from chatkit.types import NonStreamingReq, StreamingReq
from pydantic import BaseModel

from chatkit_link.agents.assistant import Assistant
from chatkit_link.agents.catalog import Target, load_target, read_catalog
from chatkit_link.cli.program import cli
from chatkit_link.protocol.request_parser import RequestParser
from chatkit_link.search.blocks import markdown_blocks, markdown_tokens
from chatkit_link.widgets.templates import WidgetLibrary

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / f"{name}.md" for name in ("README", "CHANGELOG", "CONTRIBUTING", "SECURITY")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
EXAMPLES = ROOT / "examples"

MAKE = re.compile(r"(?:^|[`\s])make ([a-z][a-z-]*)(?=[`\s]|$)", re.MULTILINE)
COMMAND = re.compile(r"chatkit-link ([a-z]+)\b(?!\.)")
FILE = re.compile(r"`((?:chatkit_link|docs|examples|frontend|migrations|widgets|tests)/[\w./-]*)`")
OPTION = re.compile(r"`(--[a-z][a-z-]*)")


def code(page: Path) -> Iterator[tuple[str, str]]:
    """Code blocks and inline code, as (language, text); inline code and indented blocks have no language."""
    for token in markdown_tokens(page.read_text(encoding="utf-8")):
        if token.type == "fence":
            yield token.info.strip(), token.content
        elif token.type == "code_block":
            yield "", token.content
        elif token.type == "inline":
            yield from (("", child.content) for child in token.children or [] if child.type == "code_inline")


def links(page: Path) -> Iterator[str]:
    for token in markdown_tokens(page.read_text(encoding="utf-8")):
        for child in token.children or []:
            target = child.attrGet("href" if child.type == "link_open" else "src")
            if isinstance(target, str):
                yield target


@pytest.mark.parametrize("name", NAMES)
def test_a_relative_link_leads_to_a_file_and_its_heading(name: str) -> None:
    page = ROOT / name
    for link in links(page):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            anchors = {block.anchor for block in markdown_blocks(target.read_text(encoding="utf-8"))}
            assert anchor in anchors, f"{link}: there is no such heading"


@pytest.mark.parametrize("name", NAMES)
def test_code_in_a_page_parses(name: str) -> None:
    for language, text in code(ROOT / name):
        match language:
            case "python":
                ast.parse(text)
            case "toml":
                tomllib.loads(text)
            case "json":
                json.loads(text)
            case _:
                pass


@pytest.mark.parametrize("name", NAMES)
def test_what_a_page_imports_can_be_imported(name: str) -> None:
    for language, text in code(ROOT / name):
        if language == "python":
            imports = [node for node in ast.parse(text).body if isinstance(node, ast.Import | ast.ImportFrom)]
            exec(compile(ast.Module(body=list(imports), type_ignores=[]), name, "exec"), {})


@pytest.mark.parametrize("name", NAMES)
def test_a_make_target_in_a_page_is_in_the_makefile(name: str) -> None:
    named = {target for _, text in code(ROOT / name) for target in MAKE.findall(text)}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8") if named else ""
    defined = set(re.findall(r"^([a-z][a-z-]*)\s*:(?!=)", makefile, re.MULTILINE))
    assert named <= defined


@pytest.mark.parametrize("name", NAMES)
def test_a_command_in_a_page_exists(name: str) -> None:
    known = set(typer.main.get_group(cli).commands)
    named = {command for _, text in code(ROOT / name) for command in COMMAND.findall(text)}
    assert named <= known


@pytest.mark.parametrize("name", NAMES)
def test_an_option_in_a_page_exists(name: str) -> None:
    known = {option for command in _commands(typer.main.get_group(cli)) for option in command}
    named = set(OPTION.findall((ROOT / name).read_text(encoding="utf-8")))
    assert named <= known


def _commands(group: Any) -> Iterator[list[str]]:
    """The options of each command, those of groups inside included."""
    for command in group.commands.values():
        yield [option for parameter in command.params for option in parameter.opts]
        if hasattr(command, "commands"):
            yield from _commands(command)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_named_in_a_page_exists(name: str) -> None:
    for path in FILE.findall((ROOT / name).read_text(encoding="utf-8")):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("name", NAMES)
def test_a_page_can_be_quoted_sentence_by_sentence(name: str) -> None:
    """A page has one title, and each of its sections says something."""
    blocks = markdown_blocks((ROOT / name).read_text(encoding="utf-8"))
    assert [block.level for block in blocks].count(1) == 1
    assert blocks[0].level == 1


def test_every_page_is_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    pending = [ROOT / "README.md"]
    while pending:
        page = pending.pop().resolve()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        pending += [page.parent / link.partition("#")[0] for link in links(page) if "://" not in link]
    assert {page.resolve() for page in PAGES} <= seen


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("echo_agent.py", "function"),
        ("echo_agent.py:respond", "function"),
        ("support_agent.py", Agent),
        ("support_agent.py:agent", Agent),
        ("professor_lock/", Agent),
        ("existing_server.py:MyChatKitServer", ChatKitServer),
    ],
)
def test_an_example_loads_as_what_it_says_it_is(target: str, kind: type | str) -> None:
    found: Target = load_target(target, beside=EXAMPLES)
    if isinstance(kind, str):
        assert isinstance(found, Assistant) and inspect.isasyncgenfunction(found.answer)
    elif kind is Agent:
        assert isinstance(found, Assistant) and isinstance(found.answer, Agent)
    else:
        assert isinstance(found, type) and issubclass(found, kind)


@pytest.mark.parametrize(
    ("folder", "agents"), [(EXAMPLES, {"echo", "support", "mine"}), (EXAMPLES / "professor_lock", {"lock"})]
)
def test_every_agent_of_an_example_catalog_loads(folder: Path, agents: set[str]) -> None:
    catalog = read_catalog(folder / "chatkit-link.toml", {})
    assert set(catalog.agents) == agents
    for entry in catalog.agents.values():
        load_target(entry.target, beside=folder)


def test_a_catalog_in_a_page_is_one_the_server_reads(tmp_path: Path) -> None:
    file = tmp_path / "chatkit-link.toml"
    for page in PAGES:
        for language, text in code(page):
            if language == "toml":
                file.write_text(text, encoding="utf-8")
                assert read_catalog(file, {}).agents


def test_the_widgets_in_the_widgets_page_are_right(tmp_path: Path) -> None:
    data = {
        "Greeting": {"name": 'Ada "the first"'},
        "Note": {"text": "a\nb", "streaming": True},
        "Guest": {"guests": "Nobody yet"},
    }
    files = [text for language, text in code(ROOT / "docs" / "how-to" / "widgets.md") if language == "json"]
    assert [json.loads(text)["name"] for text in files] == list(data)
    for text in files:
        (tmp_path / "one.widget").write_text(text, encoding="utf-8")
        WidgetLibrary(tmp_path).load("one").check(data[json.loads(text)["name"]])


def test_the_request_in_the_protocol_page_is_one_the_server_reads() -> None:
    texts = [text for language, text in code(ROOT / "docs" / "reference" / "protocol.md") if language == "json"]
    requests = [text for text in texts if "params" in json.loads(text)]
    assert requests
    for text in requests:
        RequestParser().parse(text.encode())


def test_every_request_type_of_the_protocol_is_in_its_page() -> None:
    page = (ROOT / "docs" / "reference" / "protocol.md").read_text(encoding="utf-8")
    kinds = [_kind(request) for union in (StreamingReq, NonStreamingReq) for request in get_args(union)]
    assert len(kinds) == 16
    assert all(f"| `{kind}` |" in page for kind in kinds)


def _kind(request: type[BaseModel]) -> str:
    return str(get_args(request.model_fields["type"].annotation)[0])
