"""An exported file, read and not run: its tree, and the meaning of its names."""

import ast
from dataclasses import dataclass, field
from pathlib import Path

from chatkit_link.agents.agent_builder.syntax_repair import parse
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


@dataclass(slots=True)
class ExportedFile:
    """path, text and tree of the file. repaired: lines whose f-strings only Python 3.12 reads, or none.
    filled: lines that start an empty block.

    imported: local name -> what it is, such as "agents.Runner". defined: names bound at the top.
    entry: ``run_workflow``. approvals: stubs that ask the user. tools: functions that are tools, by name.
    """

    path: Path
    text: str
    tree: ast.Module
    repaired: list[int]
    filled: list[int]
    imported: dict[str, str] = field(default_factory=dict[str, str])
    defined: set[str] = field(default_factory=set[str])
    entry: ast.AsyncFunctionDef | None = None
    approvals: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = field(
        default_factory=dict[str, "ast.FunctionDef | ast.AsyncFunctionDef"]
    )
    tools: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = field(
        default_factory=dict[str, "ast.FunctionDef | ast.AsyncFunctionDef"]
    )

    def names(self, node: ast.AST | None) -> str:
        """What an expression names, spelled out: ``Runner.run`` is "agents.Runner.run"; empty if it names nothing."""
        if isinstance(node, ast.Name):
            return self.imported.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            before = self.names(node.value)
            return f"{before}.{node.attr}" if before else ""
        return ""

    def is_run(self, node: ast.AST) -> bool:
        """Whether this is a call of ``Runner.run``."""
        return isinstance(node, ast.Call) and self.names(node.func) == "agents.Runner.run"

    def is_question(self, node: ast.AST) -> bool:
        """Whether this is a call of an approval's stub."""
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self.approvals

    def is_search(self, node: ast.AST) -> bool:
        """Whether this is a call of ``client.vector_stores.search``."""
        return isinstance(node, ast.Call) and self.names(node.func).endswith(".vector_stores.search")


def looks_exported(path: Path) -> bool:
    """Whether a file has what Agent Builder's export has: ``async def run_workflow``. A broken file has it, too."""
    text = _read(path)
    return f"async def {ENTRY}(" in text


def read_source(path: Path) -> ExportedFile:
    """The file at ``path``.

    Raises:
        ConfigurationError: it is not there, or it is not Python; with the file's own line.
    """
    text = _read(path)
    try:
        tree, repaired, filled = parse(text, str(path))
    except SyntaxError as error:
        raise ConfigurationError(syntax_sentence(path, error)) from error
    source = ExportedFile(path, text, tree, repaired, filled)
    _bind(source)
    return source


def syntax_sentence(path: Path, error: SyntaxError) -> str:
    code = f": {error.text.strip()}" if error.text else ""
    return f"{path.name}, line {error.lineno}: this is not Python: {error.msg}{code}"


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
            source.imported |= {name.asname or name.name: _origin(node.module, name.name) for name in node.names}
    for node in source.tree.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                source.defined.add(node.name)
                if node.name == ENTRY and isinstance(node, ast.AsyncFunctionDef):
                    source.entry = node
                elif _asks(node):
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


def _origin(module: str | None, name: str) -> str:
    """Where a name comes from; "agents.run" and "agents.tool" are modules inside ``agents``."""
    top = (module or "").partition(".")[0]
    return f"{top if top in ('agents', 'openai') else module}.{name}"


def _is_tool(source: ExportedFile, decorator: ast.expr) -> bool:
    return source.names(decorator.func if isinstance(decorator, ast.Call) else decorator) == "agents.function_tool"


def _asks(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """An approval as it is exported: nothing is implemented, and it returns a constant."""
    name = node.name.removeprefix("approval_request")
    return node.name.startswith("approval_request") and (not name or name.strip("_").isdigit()) and is_stub(node)


def is_stub(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function does nothing: a docstring, ``pass``, ``...``, or a constant that it returns."""
    return all(
        isinstance(statement, ast.Pass)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        or (isinstance(statement, ast.Return) and isinstance(statement.value, ast.Constant | None))
        for statement in node.body
    )


def is_empty_stub(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A stub that gives the model nothing at all; one that returns a constant gives that."""
    return is_stub(node) and not any(
        isinstance(statement, ast.Return) and isinstance(statement.value, ast.Constant) and statement.value.value
        for statement in node.body
    )
