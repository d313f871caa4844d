"""An exported file, read and not run: its tree, and the meaning of its names."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from chatkit_link.agents.agent_builder.script_start import drop_script_start
from chatkit_link.agents.agent_builder.syntax_repair import parse, without_fences
from chatkit_link.errors import ConfigurationError

#: What a name of a JSON schema means as a type; the exporter writes them into annotations.
SCHEMA_TYPES = {
    "integer": "int",
    "number": "float",
    "string": "str",
    "boolean": "bool",
    "array": "list",
    "object": "dict",
    "null": "None",
}
ENTRY = "run_workflow"
#: The class of what an exported workflow is given.
INPUT = "WorkflowInput"
#: What is in the text of an export, also of one that was edited or is broken.
_MARKS = (f"def {ENTRY}(", f"class {INPUT}(", '"__trace_source__": "agent-builder"')
_RUNS = frozenset({"agents.Runner.run", "agents.Runner.run_streamed", "agents.Runner.run_sync"})
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(slots=True)
class ExportedFile:
    """path, text and tree of the file. repaired: lines whose f-strings only Python 3.12 reads, or none.
    filled: lines that start an empty block. fenced: whether it was copied with the marks of Markdown around it.
    dropped: lines of statements that start it as a script.

    imported: local name -> what it is, such as "agents.Runner". defined: names bound at the top.
    entry: the function of the workflow, ``run_workflow`` if it was not renamed. owner: the class that it stands in, or
    empty. entries: the names of all functions that may be one, where none was found.
    approvals: stubs that ask the user. tools: functions that are tools, by name.
    """

    path: Path
    text: str
    tree: ast.Module
    repaired: list[int]
    filled: list[int]
    fenced: bool = False
    dropped: list[int] = field(default_factory=list[int])
    imported: dict[str, str] = field(default_factory=dict[str, str])
    defined: set[str] = field(default_factory=set[str])
    entry: Function | None = None
    owner: str = ""
    entries: list[str] = field(default_factory=list[str])
    approvals: dict[str, Function] = field(default_factory=dict[str, "Function"])
    tools: dict[str, Function] = field(default_factory=dict[str, "Function"])

    def names(self, node: ast.AST | None) -> str:
        """What an expression names, spelled out: ``Runner.run`` is "agents.Runner.run"; empty if it names nothing."""
        if isinstance(node, ast.Name):
            return self.imported.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            before = self.names(node.value)
            return f"{before}.{node.attr}" if before else ""
        return ""

    def is_run(self, node: ast.AST) -> bool:
        """Whether this is a call of ``Runner.run``, or of its streamed or blocking form."""
        return isinstance(node, ast.Call) and self.names(node.func) in _RUNS

    def is_question(self, node: ast.AST) -> bool:
        """Whether this is a call of an approval's stub."""
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self.approvals

    def is_search(self, node: ast.AST) -> bool:
        """Whether this is a call of ``client.vector_stores.search``."""
        return isinstance(node, ast.Call) and self.names(node.func).endswith(".vector_stores.search")


def looks_exported(path: Path) -> bool:
    """Whether a file has what Agent Builder's export has. A broken file has it, too."""
    text = _read(path)
    return any(mark in text for mark in _MARKS)


def is_workflow(path: Path, name: str) -> bool:
    """Whether the function or method ``name`` of the file answers a message as an exported one does.

    Others, such as one that makes a server, or one that yields events, are none.
    """
    try:
        source = read_source(path, name)
    except ConfigurationError:
        return name == ENTRY and looks_exported(path)
    if source.entry is None:
        return False
    inside = list(ast.walk(source.entry))
    runs = source.entry.name == ENTRY or _takes_input(source.entry) or any(map(source.is_run, inside))
    return runs and (source.entry.name == ENTRY or not any(isinstance(each, ast.Yield) for each in inside))


def read_source(path: Path, entry: str = "") -> ExportedFile:
    """The file at ``path``.

    Args:
        entry: the name of the workflow's function, where it is not the only one, or not ``run_workflow``.

    Raises:
        ConfigurationError: it is not there, or it is not Python; with the file's own line.
    """
    text, fenced = _read(path), False
    try:
        try:
            tree, repaired, filled = parse(text, str(path))
        except SyntaxError:
            if (bare := without_fences(text)) is None:
                raise
            tree, repaired, filled = parse(bare, str(path))
            fenced = True
    except SyntaxError as error:
        raise ConfigurationError(syntax_sentence(path, error)) from error
    source = ExportedFile(path, text, tree, repaired, filled, fenced)
    _bind(source)
    _find_entry(source, entry)
    source.dropped = drop_script_start(tree, source.imported, source.entry.name if source.entry else ENTRY)
    return source


def syntax_sentence(path: Path, error: SyntaxError) -> str:
    code = f": {error.text.strip()}" if error.text else ""
    return f"{path.name}, line {error.lineno}: this is not Python: {error.msg}{code}. Correct that line."


def _read(path: Path) -> str:
    try:
        # An editor's byte order mark is no part of the program.
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigurationError(f"There is no file {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name} cannot be read as text: {error}.") from error


def _bind(source: ExportedFile) -> None:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            source.imported |= {name.asname or name.name.partition(".")[0]: name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            source.imported |= {name.asname or name.name: _origin(module, name.name) for name in node.names}
    for node in source.tree.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                source.defined.add(node.name)
                if _asks(node):
                    source.approvals[node.name] = node
                elif any(_is_tool(source, decorator) for decorator in node.decorator_list):
                    source.tools[node.name] = node
            case ast.ClassDef():
                source.defined.add(node.name)
            case ast.Assign():
                source.defined |= {target.id for target in node.targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                source.defined.add(name)
            case _:
                pass


def _functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """The functions of the file, and the methods of its classes with the name of their class."""
    for node in tree.body:
        if isinstance(node, Function):
            yield "", node
        elif isinstance(node, ast.ClassDef):
            yield from ((node.name, inner) for inner in node.body if isinstance(inner, Function))


def _find_entry(source: ExportedFile, name: str) -> None:
    """The named function; ``run_workflow``; the only one that takes a ``WorkflowInput``; the only one that runs agents
    and is called by no other.
    """
    every = list(_functions(source.tree))
    named = [one for one in every if (name or ENTRY) in (one[1].name, f"{one[0]}.{one[1].name}")]
    found = named[:1]
    if not found and not name:
        called = {
            source.names(each.func).rpartition(".")[2] for each in ast.walk(source.tree) if isinstance(each, ast.Call)
        }
        free = [one for one in every if one[1].name not in called or one[1].name == ENTRY]
        taking = [one for one in every if _takes_input(one[1])]
        running = [one for one in free if any(source.is_run(each) for each in ast.walk(one[1]))]
        for some in (taking, [one for one in taking if one in free], running):
            if len(some) == 1:
                found = some
                break
        else:
            source.entries = [f"{owner}.{one.name}" if owner else one.name for owner, one in taking or running]
    if found:
        source.owner, source.entry = found[0]
        source.approvals.pop(source.entry.name, None)


def unused_functions(source: ExportedFile) -> list[Function]:
    """Those that neither the workflow's function nor the top of the file leads to, such as another workflow."""
    every = [function for _, function in _functions(source.tree)]
    inside = {inner for function in every for inner in ast.walk(function)}
    named = {name for node in ast.walk(source.tree) if node not in inside for name in _names(node)}
    unused = [function for function in every if function is not source.entry]
    reached = [source.entry] if source.entry else []
    while reached:
        named |= {name for function in reached for node in ast.walk(function) for name in _names(node)}
        reached = [function for function in unused if function.name in named]
        unused = [function for function in unused if function.name not in named]
    return unused


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name
        case _:
            pass


def _takes_input(node: Function) -> bool:
    return any(
        each.arg == "workflow_input" or (each.annotation is not None and INPUT in ast.unparse(each.annotation))
        for each in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    )


def _origin(module: str | None, name: str) -> str:
    """Where a name comes from; "agents.run" and "agents.tool" are modules inside ``agents``."""
    top = (module or "").partition(".")[0]
    return f"{top if top in ('agents', 'openai') else module}.{name}"


def _is_tool(source: ExportedFile, decorator: ast.expr) -> bool:
    return source.names(decorator.func if isinstance(decorator, ast.Call) else decorator) == "agents.function_tool"


def _asks(node: Function) -> bool:
    """An approval as it is exported: nothing is implemented, and it returns a constant. Or it asks in a terminal."""
    name = node.name.removeprefix("approval_request")
    if not node.name.startswith("approval_request") or (name and not name.strip("_").isdigit()):
        return False
    calls = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
    return is_stub(node) or any(isinstance(each, ast.Name) and each.id == "input" for each in calls)


def is_stub(node: Function) -> bool:
    """Whether a function does nothing: a docstring, ``pass``, ``...``, or a constant that it returns."""
    return all(
        isinstance(statement, ast.Pass)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        or (isinstance(statement, ast.Return) and isinstance(statement.value, ast.Constant | None))
        for statement in node.body
    )


def is_empty_stub(node: Function) -> bool:
    """A stub that gives the model nothing at all; one that returns a constant gives that."""
    return is_stub(node) and not any(
        isinstance(statement, ast.Return) and isinstance(statement.value, ast.Constant) and statement.value.value
        for statement in node.body
    )
