"""The file's tree, changed so that it runs here. The file itself stays as it is.

What it uses of a few libraries is bound to ours, by name and in this module alone; approvals are awaited;
the conversation and the state start with what the thread and the session hold. Everything that is inserted
is reached through one name, ``LINK``, which is bound to ``shims.Shims``. Line numbers stay.
"""

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from chatkit_link.agents.agent_builder.control_flow import Flow, read_flow
from chatkit_link.agents.agent_builder.inputs import holds_user_message, input_of, is_alone
from chatkit_link.agents.agent_builder.siblings import resolve
from chatkit_link.agents.agent_builder.source import SCHEMA_TYPES, ExportedFile, is_empty_stub

LINK = "__chatkit_link__"
#: Names of libraries -> the attribute of LINK that replaces them in an exported file.
REPLACED = {
    "agents.Runner": "Runner",
    "agents.trace": "trace",
    "agents.function_tool": "function_tool",
    "agents.WebSearchTool": "WebSearchTool",
    "openai.AsyncOpenAI": "AsyncOpenAI",
    "openai.OpenAI": "OpenAI",
    "guardrails.runtime.run_guardrails": "run_guardrails",
    "guardrails.runtime.load_config_bundle": "load_config_bundle",
    "guardrails.runtime.instantiate_guardrails": "instantiate_guardrails",
    "guardrails.run_guardrails": "run_guardrails",
    "guardrails.load_config_bundle": "load_config_bundle",
    "guardrails.instantiate_guardrails": "instantiate_guardrails",
}
#: Calls that would end the whole server.
_ENDS = frozenset({"sys.exit", "os._exit", "os.abort", "exit", "quit"})
#: The exporter's own helper. It reads the results of guardrails that it was not given.
FAIL_OUTPUT = "build_guardrail_fail_output"

Node = TypeVar("Node", bound=ast.AST)


def rewrite(source: ExportedFile, roots: Sequence[Path] = ()) -> tuple[ast.Module, Flow]:
    """The tree to run, and its flow. ``source`` is used up.

    Args:
        roots: folders whose files it imports, in this order.
    """
    flow = read_flow(source)
    rewriter = _Rewriter(source, flow, roots or [source.path.parent])
    return ast.fix_missing_locations(rewriter.visit(source.tree)), flow


class _Rewriter(ast.NodeTransformer):
    def __init__(self, source: ExportedFile, flow: Flow, roots: Sequence[Path]) -> None:
        self._source = source
        self._flow = flow
        self._roots = roots
        self._awaiting = False
        self._in_function = False
        #: Inputs that are written in a call of Runner.run: what they leave out, they leave out on purpose.
        self._inputs: set[ast.expr] = set()

    # Imports

    def visit_Import(self, node: ast.Import) -> Any:
        return [_at(node, each) for each in resolve(node, self._source.path, self._roots)]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        ours = [name for name in node.names if self._source.imported.get(name.asname or name.name, "") in REPLACED]
        if not ours:
            return [_at(node, each) for each in resolve(node, self._source.path, self._roots)]
        others = [name for name in node.names if name not in ours]
        bound = [
            ast.Assign(
                targets=[ast.Name(name.asname or name.name, ast.Store())],
                value=_link(REPLACED[self._source.imported[name.asname or name.name]]),
            )
            for name in ours
        ]
        rest = [ast.ImportFrom(node.module, others, node.level)] if others else []
        return [ast.copy_location(each, node) for each in [*rest, *bound]]

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        ours = REPLACED.get(self._source.names(node)) if isinstance(node.value, ast.Name) else None
        return _at(node, _link(ours)) if ours else self.generic_visit(node)

    # Functions

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> Any:
        return self._function(node, awaiting=True)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        return self._function(node, awaiting=False)

    def visit_Lambda(self, node: ast.Lambda) -> Any:
        before, self._awaiting = self._awaiting, False
        self.generic_visit(node)
        self._awaiting = before
        return node

    def _function(self, node: Any, *, awaiting: bool) -> Any:
        before = self._awaiting, self._in_function
        self._awaiting, self._in_function = awaiting, True
        if self._source.tools.get(node.name) is node and is_empty_stub(node):
            docstring: list[ast.stmt] = node.body[:1] if isinstance(node.body[0], ast.Expr) else []
            reply = _call("unwritten", ast.Constant(node.name))
            node.body = [*docstring, _at(node.body[-1], ast.Return(reply))]
        if node.name == FAIL_OUTPUT:
            node.decorator_list.append(_at(node, _link("fail_output")))
        self.generic_visit(node)
        self._awaiting, self._in_function = before
        return node

    def visit_arg(self, node: ast.arg) -> Any:
        node.annotation = self._annotation(node.annotation)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        annotation = self._annotation(node.annotation)
        assert annotation is not None
        node.annotation = annotation
        if node.value is not None:
            node.value = self._state(node.target, self.visit(node.value))
        return node

    def _annotation(self, node: ast.expr | None) -> ast.expr | None:
        return None if node is None else _SchemaTypes(self._source).visit(node)

    # What happens in the workflow

    def visit_While(self, node: ast.While) -> Any:
        """Each round of a loop gives way to others, so that one without an end can be stopped."""
        self.generic_visit(node)
        if self._awaiting:
            gives_way = ast.Expr(ast.Await(_call("go_round", ast.Constant(node.lineno))))
            node.body.insert(0, ast.copy_location(gives_way, node))
        return node

    def visit_Assign(self, node: ast.Assign) -> Any:
        self.generic_visit(node)
        node.value = self._state(node.targets[0], node.value)
        return node

    def visit_NamedExpr(self, node: ast.NamedExpr) -> Any:
        self.generic_visit(node)
        node.value = self._state(node.target, node.value)
        return node

    def _state(self, target: ast.expr, value: ast.expr) -> ast.expr:
        """What the file makes its state begins with what the thread has kept."""
        name = target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""
        return _at(value, _call("state", value)) if name == "state" and self._in_function else value

    def visit_List(self, node: ast.List) -> Any:
        """Where the user's message is written into a list, the earlier turns come before it."""
        joined = self._in_function and node not in self._inputs and holds_user_message(node)
        self.generic_visit(node)
        return _at(node, _call("conversation", node)) if joined else node

    def visit_Await(self, node: ast.Await) -> Any:
        changed = self.visit(node.value)
        return changed if isinstance(changed, ast.Await) else ast.Await(changed) if changed is not node.value else node

    def visit_Call(self, node: ast.Call) -> Any:
        run, question, search = (
            self._source.is_run(node),
            self._source.is_question(node),
            self._source.is_search(node),
        )
        number, called, name = self._flow.numbers.get(node), node.func, self._source.names(node.func)
        given = input_of(node) if run else None
        if given is not None:
            self._inputs.add(given)
        alone = is_alone(given)
        self.generic_visit(node)
        if name in _ENDS and name not in self._source.defined:
            return _at(node, _call("end", ast.Constant(node.lineno)))
        if name == "asyncio.run" and node.args:
            return self._run_coroutine(node)
        if name == "time.sleep" and self._awaiting:
            node.func = _at(node, _link("sleep"))
            return _at(node, ast.Await(node))
        if isinstance(called, ast.Attribute) and called.attr == "parse_args":
            return _at(node, _call("parse_args", called, *node.args))
        if isinstance(called, ast.Attribute) and called.attr == "json" and _names_output(called.value):
            called.attr = "model_dump_json"  # pydantic's name for it since 2.0
        if run:
            site = [ast.Constant(node.lineno), ast.Constant(number), ast.Constant(alone)]
            method = name.rpartition(".")[2]
            blocks = method == "run_sync" and self._awaiting
            node.func = _at(node, ast.Attribute(_call("at", *site), "run" if blocks else method, ast.Load()))
            return _at(node, ast.Await(node)) if blocks else node
        if number is not None:
            node.func = _at(node, _call("inside", ast.Constant(number), node.func))
            return node
        if question and self._awaiting:
            assert isinstance(called, ast.Name)
            node.args.insert(0, _at(node, ast.Constant(called.id)))
            node.func = _at(node, _link("ask"))
            return _at(node, ast.Await(node))
        if search and self._awaiting:
            node.args[:0] = [_at(node, ast.Constant(node.lineno)), node.func]
            node.func = _at(node, _link("search"))
            return _at(node, ast.Await(node))
        return node

    def _run_coroutine(self, node: ast.Call) -> Any:
        """``asyncio.run`` inside of a coroutine, where there is a loop already, waits; elsewhere it finds a thread."""
        if self._awaiting:
            return _at(node, ast.Await(node.args[0]))
        node.func = _at(node, _link("run_coroutine"))
        return node


class _SchemaTypes(ast.NodeTransformer):
    """Turns the names of JSON schema types into Python's, where the file does not define them itself."""

    def __init__(self, source: ExportedFile) -> None:
        self._known = source.defined | set(source.imported)

    def visit_Name(self, node: ast.Name) -> Any:
        python = SCHEMA_TYPES.get(node.id) if node.id not in self._known else None
        return _at(node, ast.parse(python, mode="eval").body) if python else node


def _names_output(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "final_output"


def _link(attribute: str) -> ast.expr:
    return ast.Attribute(ast.Name(LINK, ast.Load()), attribute, ast.Load())


def _call(attribute: str, *args: ast.expr) -> ast.expr:
    return ast.Call(_link(attribute), list(args), [])


def _at(place: ast.AST, node: Node) -> Node:
    return ast.copy_location(node, place)
