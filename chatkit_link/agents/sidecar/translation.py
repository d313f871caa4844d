"""A JavaScript file as a tree of Python, so that what is known of a workflow is worked out once for both languages.

The tree is read (``agent_builder/control_flow.py``) and never run. It keeps what that reading looks at: which agents
are run and in what order, what their output goes into, and what is tested. The process sends ESTree, with the number of
each call that runs an agent in ``site``. A property that is read is a key here: ``state.count`` is ``state["count"]``.
"""

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from chatkit_link.agents.agent_builder.source import ENTRY, ExportedFile

Node = Mapping[str, Any]

_COMPARED: dict[str, type[ast.cmpop]] = {
    "==": ast.Eq, "===": ast.Eq, "!=": ast.NotEq, "!==": ast.NotEq,
    "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE, "in": ast.In,
}  # fmt: skip
#: An agent's fields that are looked at, and their names in Python.
_FIELDS = {"outputType": "output_type"}
_FUNCTIONS = ("FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression")
_LOOPS = ("WhileStatement", "DoWhileStatement", "ForStatement", "ForOfStatement", "ForInStatement")


@dataclass(slots=True)
class Translated:
    """sites: each call that runs an agent -> its number in the process."""

    source: ExportedFile
    sites: dict[ast.Call, int] = field(default_factory=dict[ast.Call, int])


def translate(path: Path, program: Node, entry: str, approvals: Sequence[str]) -> Translated:
    """The tree of ``program``, an ESTree ``Program``. entry: the name of the function that answers a message."""
    made = _Translator(entry)
    module = ast.fix_missing_locations(ast.Module(made.block(program["body"]), []))
    functions = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    found = functions.get(ENTRY)
    source = ExportedFile(
        path, "", module, [], [],
        imported={"Runner": "agents.Runner", "Agent": "agents.Agent"},
        defined=set(functions),
        entry=found if isinstance(found, ast.AsyncFunctionDef) else None,
        approvals={name: functions[name] for name in approvals if name in functions},
    )  # fmt: skip
    return Translated(source, made.sites)


class _Translator:
    def __init__(self, entry: str) -> None:
        self._entry = entry
        self.sites: dict[ast.Call, int] = {}
        self._order = 0

    # Statements

    def block(self, nodes: Iterable[Node]) -> list[ast.stmt]:
        return [made for node in nodes for made in self._statement(node)]

    def _body(self, node: Node | None) -> list[ast.stmt]:
        if node is None:
            return []
        return (self.block(node["body"]) if node["type"] == "BlockStatement" else self._statement(node)) or [ast.Pass()]

    def _statement(self, node: Node) -> list[ast.stmt]:
        kind = node["type"]
        if kind in _LOOPS:
            return self._loop(node)
        match kind:
            case "ExportNamedDeclaration" | "ExportDefaultDeclaration" if node.get("declaration"):
                return self._statement(node["declaration"])
            case "VariableDeclaration":
                return [made for each in node["declarations"] for made in self._declared(each)]
            case "FunctionDeclaration":
                named: Node = node.get("id") or {}
                return [self._function(str(named.get("name", "default")), node)]
            case "BlockStatement":
                return self.block(node["body"])
            case "IfStatement" if _only_throws(node):
                return []
            case "IfStatement":
                return [
                    ast.If(self._value(node["test"]), self._body(node["consequent"]), self._body(node["alternate"]))
                ]
            case "SwitchStatement":
                return [ast.Match(self._value(node["discriminant"]), [self._case(each) for each in node["cases"]])]
            case "TryStatement":
                return [self._try(node)]
            case "ReturnStatement":
                return self._returned(node["argument"])
            case "ThrowStatement":
                return [ast.Raise()]
            case "BreakStatement":
                return [ast.Break()]
            case "ContinueStatement":
                return [ast.Continue()]
            case "ExpressionStatement":
                return self._expression(node["expression"])
            case _:
                return []

    def _loop(self, node: Node) -> list[ast.stmt]:
        body = self._body(node["body"])
        if node["type"] in ("ForOfStatement", "ForInStatement"):
            return [ast.For(self._target(node["left"]), self._value(node["right"]), body, [])]
        test = ast.Constant(value=True) if node.get("test") is None else self._value(node["test"])
        before = [] if node.get("init") is None else self._started(node["init"])
        return [*before, ast.While(test, body, [])]

    def _started(self, node: Node) -> list[ast.stmt]:
        return self._statement(node) if node["type"] == "VariableDeclaration" else self._expression(node)

    def _case(self, node: Node) -> ast.match_case:
        body = self.block(each for each in node["consequent"] if each["type"] != "BreakStatement")
        pattern = ast.MatchAs() if node["test"] is None else ast.MatchValue(self._value(node["test"]))
        return ast.match_case(pattern, None, body or [ast.Pass()])

    def _try(self, node: Node) -> ast.Try:
        handler = node.get("handler")
        handlers = [] if handler is None else [ast.ExceptHandler(None, None, self._body(handler["body"]))]
        return ast.Try(self._body(node["block"]), handlers, [], self._body(node.get("finalizer")))

    def _returned(self, node: Node | None) -> list[ast.stmt]:
        """``return await withTrace("...", async () => { ... })``: what is inside is the function's own body."""
        inner = node["argument"] if node and node["type"] == "AwaitExpression" else node
        if inner and inner["type"] == "CallExpression" and inner["callee"].get("name") == "withTrace":
            for given in inner["arguments"]:
                if given["type"] in _FUNCTIONS:
                    return self._within(given["body"])
        return [ast.Return(None if node is None else self._value(node))]

    def _within(self, body: Node) -> list[ast.stmt]:
        """The body of a function, which may be an expression."""
        return self._body(body) if body["type"] == "BlockStatement" else [ast.Return(self._value(body))]

    def _declared(self, node: Node) -> list[ast.stmt]:
        target, value = node["id"], node.get("init")
        if value is None:
            return []
        if value["type"] in _FUNCTIONS and target["type"] == "Identifier":
            return [self._function(target["name"], value)]
        return [ast.Assign([self._target(target)], self._value(value))]

    def _function(self, name: str, node: Node) -> ast.stmt:
        header = "async def f(): pass" if node["async"] or name == self._entry else "def f(): pass"
        made: Any = ast.parse(header).body[0]
        made.name = ENTRY if name == self._entry else name
        made.body = self._within(node["body"]) or [ast.Pass()]
        return made

    def _expression(self, node: Node) -> list[ast.stmt]:
        if node["type"] != "AssignmentExpression":
            return [ast.Expr(self._value(node))]
        target, value = self._target(node["left"]), self._value(node["right"])
        if node["operator"] == "=":
            return [ast.Assign([target], value)]
        changed: Any = ast.AugAssign
        return [changed(target, ast.Add(), value)]

    def _target(self, node: Node) -> ast.expr:
        match node["type"]:
            case "Identifier":
                return ast.Name(node["name"], ast.Store())
            case "VariableDeclaration":
                return self._target(node["declarations"][0]["id"])
            case "ObjectPattern":
                return ast.Tuple([self._target(each.get("value") or each["argument"]) for each in node["properties"]])
            case "ArrayPattern":
                return ast.Tuple([self._target(each) for each in node["elements"] if each])
            case "AssignmentPattern":
                return self._target(node["left"])
            case "RestElement":
                return self._target(node["argument"])
            case _:
                return self._value(node)

    # Expressions

    def _value(self, node: Node) -> ast.expr:
        match node["type"]:
            case "Identifier":
                return ast.Name(node["name"], ast.Load())
            case "Literal":
                return ast.Constant(node.get("value"))
            case "MemberExpression":
                return ast.Subscript(self._value(node["object"]), self._key(node["property"], node["computed"]))
            case "AwaitExpression":
                return ast.Await(self._value(node["argument"]))
            case "ChainExpression" | "ParenthesizedExpression":
                return self._value(node["expression"])
            case "SpreadElement":
                return ast.Starred(self._value(node["argument"]))
            case "CallExpression":
                return self._call(node)
            case "NewExpression":
                return self._made(node)
            case "ConditionalExpression":
                return ast.IfExp(
                    self._value(node["test"]), self._value(node["consequent"]), self._value(node["alternate"])
                )
            case "LogicalExpression":
                return ast.BoolOp(ast.Or(), [self._value(node["left"]), self._value(node["right"])])
            case "BinaryExpression" if node["operator"] in _COMPARED:
                compared = _COMPARED[node["operator"]]()
                return ast.Compare(self._value(node["left"]), [compared], [self._value(node["right"])])
            case "ObjectExpression":
                return self._object(node)
            case "ArrayExpression":
                return ast.List([self._value(each) for each in node["elements"] if each])
            case "AssignmentExpression":
                return self._value(node["right"])
            case kind if kind in _FUNCTIONS:
                return self._each_time(node)
            case _:
                return ast.Tuple([self._value(child) for child in _children(node)])

    def _key(self, node: Node, computed: bool) -> ast.expr:
        return self._value(node) if computed else ast.Constant(node["name"])

    def _object(self, node: Node) -> ast.expr:
        keys: list[ast.expr | None] = []
        values: list[ast.expr] = []
        for each in node["properties"]:
            if each["type"] == "Property":
                keys.append(ast.Constant(each["key"].get("name") or each["key"].get("value")))
                values.append(self._value(each["value"]))
            else:
                keys.append(None)
                values.append(self._value(each["argument"]))
        return ast.Dict(keys, values)

    def _call(self, node: Node) -> ast.Call:
        callee, given = node["callee"], node["arguments"]
        arguments = [self._value(each) for each in given]
        if (site := node.get("site")) is not None:
            runner = ast.Attribute(ast.Name("Runner", ast.Load()), "run", ast.Load())
            call = self._placed(runner if node["runs"] else self._value(callee), arguments, node)
            self.sites[call] = site
            return call
        if callee["type"] != "MemberExpression" or callee["computed"]:
            return self._placed(self._value(callee), arguments, node)
        if callee["object"].get("name") == "Promise":
            gather = ast.Attribute(ast.Name("asyncio", ast.Load()), "gather", ast.Load())
            return self._placed(gather, [each for one in arguments for each in getattr(one, "elts", [one])], node)
        called = ast.Attribute(self._value(callee["object"]), callee["property"]["name"], ast.Load())
        return self._placed(called, arguments, node)

    def _made(self, node: Node) -> ast.Call:
        """``new Agent({ ... })``: with its fields as keywords."""
        given = node["arguments"]
        if len(given) == 1 and given[0]["type"] == "ObjectExpression":
            call = self._placed(self._value(node["callee"]), [], node)
            for each in given[0]["properties"]:
                if each["type"] == "Property" and (name := each["key"].get("name")):
                    call.keywords.append(ast.keyword(_FIELDS.get(name, name), self._value(each["value"])))
            return call
        return self._placed(self._value(node["callee"]), [self._value(each) for each in given], node)

    def _each_time(self, node: Node) -> ast.expr:
        """A function that is handed on, such as to ``map``: as a comprehension, since it may be called many times."""
        inside = self._within(node["body"])
        calls = [each for one in inside for each in ast.walk(one) if isinstance(each, ast.Call)]
        element = ast.Tuple(list[ast.expr](calls))
        return ast.ListComp(element, [ast.comprehension(ast.Name("_", ast.Store()), ast.List([]), [], 0)])

    def _placed(self, called: ast.expr, arguments: list[ast.expr], node: Node) -> ast.Call:
        """In the order in which the calls are made here, which is that of the file."""
        self._order += 1
        line = node.get("line") or 1
        return ast.Call(called, arguments, [], lineno=line, col_offset=self._order, end_lineno=line, end_col_offset=0)


def _only_throws(node: Node) -> bool:
    """``if (!result.finalOutput) throw ...``, which the exporter writes behind each agent: it chooses no way."""
    then = node["consequent"]
    body: Sequence[Node] = then["body"] if then["type"] == "BlockStatement" else [then]
    return node.get("alternate") is None and [each["type"] for each in body] == ["ThrowStatement"]


def _children(node: Node) -> list[Node]:
    return [child for value in node.values() for child in _listed(value) if _is_node(child)]


def _listed(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _is_node(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(cast("dict[str, Any]", value).get("type"), str)
