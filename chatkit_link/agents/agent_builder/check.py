"""What of an exported file works here, what it needs, and what its author has to decide.

The file is loaded as the server loads it. No agent is run.
"""

import ast
import builtins
import importlib.util
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from chatkit_link.agents.agent_builder.control_flow import silent_calls
from chatkit_link.agents.agent_builder.guardrails import install_command, missing_models
from chatkit_link.agents.agent_builder.load import load_workflow
from chatkit_link.agents.agent_builder.source import (
    ENTRY,
    SCHEMA_TYPES,
    ExportedFile,
    is_empty_stub,
    is_stub,
    read_source,
    unused_functions,
)
from chatkit_link.agents.load_time import LOAD_SECONDS
from chatkit_link.agents.models.names_in_source import file_notices
from chatkit_link.agents.models.shutdowns import Shutdowns
from chatkit_link.errors import ConfigurationError

Level = Literal["works", "repaired", "key", "package", "decide", "wrong", "warning", "error"]

KEY = "set OPENAI_API_KEY: the agents ask models of OpenAI"
_NO_STORE = "the search names no vector store: this line fails. Put its id in"
_HOSTED = {
    "agents.WebSearchTool": "web search",
    "agents.FileSearchTool": "file search",
    "agents.CodeInterpreterTool": "the code interpreter",
    "agents.ImageGenerationTool": "image generation",
    "agents.HostedMCPTool": "the connector",
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """line: of the file, 0 for the whole of it. level: ``wrong`` is what stops the file from loading.

    ``warning`` and ``error`` are about models that are about to be shut down, or have been.
    """

    line: int
    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a file would meet on this server.

    api: that the models are asked by. has_key: whether there is a key or a model server. stores: vector stores that
    are searched here. missing_stores: those that OpenAI does not find with the key. folder: of the catalog, whose
    modules a file may import. seconds: that it may take to load.
    """

    shutdowns: Shutdowns | None = None
    api: str = "responses"
    has_key: bool = False
    stores: Collection[str] = ()
    missing_stores: Collection[str] = ()
    folder: Path | None = None
    seconds: float = LOAD_SECONDS


def check_workflow(
    path: Path, around: Surroundings | None = None, *, entry: str = "", today: date = date.min
) -> list[Finding]:
    """In the order of the file's lines. The file is loaded, as the server would load it, and no agent is run.

    Args:
        entry: the name of its function; the calls of others are then left out.
        today: the day that the ends of models are held against.
    """
    around = around or Surroundings()
    try:
        source = read_source(path, entry)
    except ConfigurationError as error:
        return [wrong(path, error)]
    left_out = {inner for other in unused_functions(source) for inner in ast.walk(other)} if entry else set[ast.AST]()
    found = {*_whole(source, left_out), *_repaired(source), *_undefined(source)}
    if around.shutdowns is not None:
        found |= {
            Finding(line, one.level, one.text) for line, one in file_notices(source.tree, around.shutdowns, today)
        }
    for node in ast.walk(source.tree):
        match node:
            case _ if node in left_out:
                pass
            case ast.Import() | ast.ImportFrom():
                found |= set(_imported(source, node))
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                found |= set(_function(source, node))
            case ast.Call():
                found |= set(_call(source, node, around))
            case _:
                pass
    found |= set(_guardrails(source))
    try:
        load_workflow(path, entry, folder=around.folder, seconds=around.seconds)
    except ConfigurationError as error:  # also what can only be known by loading it
        refused = wrong(path, error)
        found = {one for one in found if one.line != refused.line or one.level not in ("wrong", "works")} | {refused}
    return sorted(found)


def wrong(path: Path, error: ConfigurationError) -> Finding:
    """What the loader says, with the line apart."""
    said = str(error)
    placed = re.match(rf"{re.escape(path.name)}, line (\d+): (.*)", said, re.DOTALL)
    return Finding(int(placed[1]), "wrong", placed[2]) if placed else Finding(0, "wrong", said)


def _whole(source: ExportedFile, left_out: Collection[ast.AST]) -> Iterator[Finding]:
    if source.entry is None:
        return
    if source.entry.name != ENTRY or source.owner:
        name = f"{source.owner}.{source.entry.name}" if source.owner else source.entry.name
        yield Finding(source.entry.lineno, "works", f"a message is answered by {name}")
    for line in source.dropped:
        yield Finding(line, "works", "this starts the file by itself, and is left out here")
    silent, structured = silent_calls(source), set(_structured(source))
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and source.is_run(node) and node not in left_out:
            given = node.args[0] if node.args else None
            agent = ast.unparse(given) if given is not None else "an agent"
            seen = "its text is the answer, and comes word by word"
            if agent in structured:
                seen = "its result is a step"
            elif node in silent:
                seen = "its text is a step, because another agent always follows"
            yield Finding(node.lineno, "works", f"{agent} is asked: {seen}")
    if source.entry.name == ENTRY and not _binds_history(source):
        yield Finding(
            source.entry.lineno,
            "decide",
            "each message is answered without the ones before it, because the agents are given no list called "
            "conversation_history",
        )


def _binds_history(source: ExportedFile) -> bool:
    """Whether the thread's earlier turns reach the agents, or no agent is asked."""
    entry = source.entry
    assert entry is not None
    runs = [node for node in ast.walk(entry) if isinstance(node, ast.Call) and source.is_run(node)]
    names = {node.id for node in ast.walk(entry) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return not runs or "conversation_history" in names or any(_gives_text(source, run) for run in runs)


def _gives_text(source: ExportedFile, run: ast.Call) -> bool:
    """A message that is given as it is has the earlier ones before it."""
    given = [*run.args[1:2], *(keyword.value for keyword in run.keywords if keyword.arg == "input")]
    return any(not isinstance(value, ast.List) for value in given)


def _guardrails(source: ExportedFile) -> Iterator[Finding]:
    """Language models that a guardrail needs beside the package."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Dict):
            given = {_text_of(key): value for key, value in zip(node.keys, node.values, strict=True)}
            name = _text_of(given.get("name")) if "config" in given else None
            for model in missing_models([{"guardrails": [{"name": name}]}]) if name else []:
                yield Finding(
                    node.lineno, "package", f"the guardrail {name} needs {model}: run `{install_command(model)}`"
                )


def _text_of(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _structured(source: ExportedFile) -> Iterator[str]:
    """Names of the file's agents with an output type."""
    for node in source.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.targets[0], ast.Name):
            given = {keyword.arg for keyword in node.value.keywords}
            if source.names(node.value.func) == "agents.Agent" and "output_type" in given:
                yield node.targets[0].id


def _repaired(source: ExportedFile) -> Iterator[Finding]:
    if source.fenced:
        yield Finding(0, "repaired", "the marks of Markdown around the code are left out")
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
        if node.id not in known and node in later:
            yield Finding(node.lineno, "decide", f"{node.id} is defined nowhere in the file: this line fails")


def _imported(source: ExportedFile, node: ast.Import | ast.ImportFrom) -> Iterator[Finding]:
    modules = [name.name for name in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    for module in modules:
        top = module.partition(".")[0]
        if top == "guardrails" and importlib.util.find_spec(top) is None:
            command = install_command("openai-guardrails")
            yield Finding(node.lineno, "package", f"guardrails need the package openai-guardrails: run `{command}`")


def _function(source: ExportedFile, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Finding]:
    if node.name in source.approvals:
        yield Finding(node.lineno, "works", f"{node.name} asks the user in the chat, and waits for the answer")
    elif node.name in source.tools and is_stub(node):
        empty = f"the tool {node.name} is empty: have somebody write what it does. Until then, the model is told so"
        same = f"the tool {node.name} gives the same answer always: have somebody write what it does"
        yield Finding(node.lineno, "decide", empty if is_empty_stub(node) else same)


def _call(source: ExportedFile, node: ast.Call, around: Surroundings) -> Iterator[Finding]:
    name = source.names(node.func)
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    if name == "agents.Agent":
        if not around.has_key:
            yield Finding(0, "key", KEY)
        if isinstance(text := given.get("instructions"), ast.Constant) and not str(text.value).strip():
            yield Finding(node.lineno, "decide", "an agent has no instructions: write what it is to do")
    elif name in _HOSTED:
        yield from _hosted(node, name, given, around)
    elif source.is_search(node):
        yield from _searches(node, given.get("vector_store_id"), around)


def _hosted(node: ast.Call, name: str, given: Mapping[str | None, ast.expr], around: Surroundings) -> Iterator[Finding]:
    code = ast.unparse(node)
    stores = given.get("vector_store_ids")
    if name == "agents.FileSearchTool" and isinstance(stores, ast.List):
        ids = [_text_of(each) for each in stores.elts]
        if ids and all(each in around.stores for each in ids):
            yield Finding(
                node.lineno, "works", f"{', '.join(map(str, ids))} is searched in the documents of this server"
            )
            return
        if not ids or "" in ids:
            yield Finding(node.lineno, "wrong", _NO_STORE)
        for each in stores.elts:
            yield from _store(node.lineno, _text_of(each), around)
    if around.api != "responses":
        tool = _HOSTED[name]
        yield Finding(
            node.lineno, "wrong", f"{tool} is run by OpenAI's Responses API only: unset CHATKIT_LINK_OPENAI_API"
        )
    if not around.has_key:
        yield Finding(0, "key", KEY)
    yield Finding(node.lineno, "works", f"{_HOSTED[name]} is run by OpenAI")
    if name == "agents.HostedMCPTool":
        if "'require_approval'" in code and "'never'" not in code:
            yield Finding(node.lineno, "works", "calls of the connector are to be approved: the user is asked")
        if "'authorization'" not in code and "'connector_id'" in code:
            yield Finding(
                node.lineno, "decide", "the connector has no access token: put one in, which Agent Builder held"
            )


def _searches(node: ast.Call, store: ast.expr | None, around: Surroundings) -> Iterator[Finding]:
    name = _text_of(store)
    if name in around.stores:
        yield Finding(node.lineno, "works", f"{name} is searched in the documents of this server")
        return
    if not around.has_key:
        yield Finding(0, "key", KEY)
    if store is not None and not name and isinstance(store, ast.Constant):
        yield Finding(node.lineno, "wrong", _NO_STORE)
    else:
        yield from _store(node.lineno, name, around)


def _store(line: int, name: str | None, around: Surroundings) -> Iterator[Finding]:
    """A vector store of OpenAI's. Only its own project's key reaches it."""
    if name and name in around.missing_stores:
        yield Finding(
            line,
            "wrong",
            f"the vector store {name} is not there for your key: use a key of its project, put in another id, or let "
            f'documents of your own take its place: write `{name} = "FOLDER/"` below [vector_stores] in '
            "chatkit-link.toml",
        )
    elif name:
        yield Finding(line, "works", f"{name} is searched by OpenAI, with a key of the project that it is in")
