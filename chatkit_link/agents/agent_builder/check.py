"""What of an exported file works here, what it needs, and what its author has to decide. The file is read, not run."""

import ast
import builtins
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from chatkit_link.agents.agent_builder.control_flow import silent_calls
from chatkit_link.agents.agent_builder.rewrite import REPLACED
from chatkit_link.agents.agent_builder.source import (
    ENTRY,
    SCHEMA_TYPES,
    ExportedFile,
    is_empty_stub,
    is_stub,
    read_source,
)
from chatkit_link.agents.models.names_in_source import file_notices
from chatkit_link.agents.models.shutdowns import Shutdowns
from chatkit_link.errors import ConfigurationError

Level = Literal["works", "repaired", "key", "package", "decide", "wrong", "warning", "error"]

_KEY = "needs OPENAI_API_KEY, and OpenAI's Responses API"
_HOSTED = {
    "agents.WebSearchTool": f"web search is done by OpenAI: {_KEY}",
    "agents.FileSearchTool": f"file search is done by OpenAI: {_KEY}; the vector store must be in the key's project",
    "agents.CodeInterpreterTool": f"the code interpreter is run by OpenAI: {_KEY}",
    "agents.ImageGenerationTool": f"images are made by OpenAI: {_KEY}",
    "agents.HostedMCPTool": f"the MCP server is called by OpenAI: {_KEY}",
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """line: of the file, 0 for the whole of it. level: ``wrong`` is what stops the file from loading.

    ``warning`` and ``error`` are about models that are about to be shut down, or have been.
    """

    line: int
    level: Level
    text: str


def check_workflow(path: Path, shutdowns: Shutdowns | None = None, *, today: date = date.min) -> list[Finding]:
    """In the order of the file's lines.

    Args:
        shutdowns: of the server that the models are asked of; None leaves the models' ends out.
        today: the day that these are held against.
    """
    try:
        source = read_source(path)
    except ConfigurationError as error:
        cause = error.__cause__
        if not isinstance(cause, SyntaxError):
            return [Finding(0, "wrong", str(error))]
        code = f": {cause.text.strip()}" if cause.text else ""
        return [Finding(cause.lineno or 0, "wrong", f"this is not Python: {cause.msg}{code}")]
    found = {*_whole(source), *_repaired(source), *_undefined(source)}
    if shutdowns is not None:
        found |= {Finding(line, one.level, one.text) for line, one in file_notices(source.tree, shutdowns, today)}
    for node in ast.walk(source.tree):
        match node:
            case ast.Import() | ast.ImportFrom():
                found |= set(_imported(source, node))
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                found |= set(_function(source, node))
            case ast.Call():
                found |= set(_call(source, node))
            case _:
                pass
    return sorted(found)


def _whole(source: ExportedFile) -> Iterator[Finding]:
    if source.entry is None:
        yield Finding(0, "wrong", f"there is no `async def {ENTRY}`: this is no export of Agent Builder")
        return
    silent, structured = silent_calls(source), set(_structured(source))
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and source.is_run(node):
            given = node.args[0] if node.args else None
            agent = ast.unparse(given) if given is not None else "an agent"
            display = "streamed"
            if agent in structured:
                display = "displayed as a step: its output is structured"
            elif node in silent:
                display = "displayed as a step: another agent always follows"
            yield Finding(node.lineno, "works", f"{agent} is run, {display}")


def _structured(source: ExportedFile) -> Iterator[str]:
    """Names of the file's agents with an output type."""
    for node in source.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.targets[0], ast.Name):
            given = {keyword.arg for keyword in node.value.keywords}
            if source.names(node.value.func) == "agents.Agent" and "output_type" in given:
                yield node.targets[0].id


def _repaired(source: ExportedFile) -> Iterator[Finding]:
    for line in source.repaired:
        yield Finding(line, "repaired", "an f-string has its own quote or a brace inside, which not every Python reads")
    for line in source.filled:
        yield Finding(line, "repaired", "the branch is empty: nothing happens there")
    known = source.defined | set(source.imported)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.arg) and node.annotation is not None:
            for name in ast.walk(node.annotation):
                if isinstance(name, ast.Name) and name.id in SCHEMA_TYPES and name.id not in known:
                    yield Finding(node.lineno, "repaired", f"{name.id} is taken as {SCHEMA_TYPES[name.id]}")


def _undefined(source: ExportedFile) -> Iterator[Finding]:
    """Names that nothing in the file binds, such as the result of a node that is not there."""
    known = {*dir(builtins), *SCHEMA_TYPES, *source.imported, "__file__", "__name__"}
    later: set[ast.AST] = set()
    used: list[ast.Name] = []
    for node in ast.walk(source.tree):
        match node:
            case ast.Name(ctx=ast.Load()):
                used.append(node)
            case ast.Name(id=name) | ast.arg(arg=name) | ast.ClassDef(name=name):
                known.add(name)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                known.add(name)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                known.add(node.name)
                later |= {inner for statement in node.body for inner in ast.walk(statement)}
            case ast.Lambda():
                later |= set(ast.walk(node.body))
            case _:
                pass
    for node in used:
        if node.id not in known:
            level: Level = "decide" if node in later else "wrong"
            yield Finding(node.lineno, level, f"{node.id} is defined nowhere in the file: this line fails")


def _imported(source: ExportedFile, node: ast.Import | ast.ImportFrom) -> Iterator[Finding]:
    modules = [name.name for name in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    for module in modules:
        top = module.partition(".")[0]
        if top and importlib.util.find_spec(top) is None:
            if top == "guardrails":
                yield Finding(node.lineno, "package", "guardrails need the package openai-guardrails: install it")
            else:
                yield Finding(node.lineno, "wrong", f"the package {top.replace('_', '-')} is not installed")
    if isinstance(node, ast.ImportFrom):
        stood_in = [name.name for name in node.names if source.imported.get(name.asname or name.name, "") in REPLACED]
        if stood_in:
            yield Finding(node.lineno, "works", f"this server replaces {', '.join(stood_in)}")


def _function(source: ExportedFile, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Finding]:
    if node.name in source.approvals:
        yield Finding(node.lineno, "works", f"{node.name} asks the user in the chat, and waits for the answer")
    elif node.name in source.tools and is_stub(node):
        empty = f"the tool {node.name} is empty: write what it does, or the model is informed that it is missing"
        same = f"the tool {node.name} gives the same answer always: write what it does"
        yield Finding(node.lineno, "decide", empty if is_empty_stub(node) else same)


def _call(source: ExportedFile, node: ast.Call) -> Iterator[Finding]:
    name = source.names(node.func)
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    if name == "agents.Agent":
        model = given.get("model")
        if isinstance(model, ast.Constant) and isinstance(model.value, str):
            yield Finding(node.lineno, "key", f"an agent wants the model {model.value}: a key or a server that has it")
        if isinstance(text := given.get("instructions"), ast.Constant) and not str(text.value).strip():
            yield Finding(node.lineno, "decide", "an agent has no instructions")
    elif name in _HOSTED:
        yield Finding(node.lineno, "key", _HOSTED[name])
        code = ast.unparse(node)
        if name == "agents.HostedMCPTool" and "'require_approval'" in code and "'never'" not in code:
            yield Finding(node.lineno, "works", "calls of the MCP server are to be approved: the user is asked")
    elif name == "openai.AsyncOpenAI":
        yield Finding(node.lineno, "key", "a client of OpenAI: what it is asked needs OPENAI_API_KEY")
    elif source.is_search(node):
        yield Finding(node.lineno, "key", f"a vector store is searched by OpenAI: {_KEY}")
        if isinstance(store := given.get("vector_store_id"), ast.Constant) and not store.value:
            yield Finding(node.lineno, "decide", "the search names no vector store: this line fails")
