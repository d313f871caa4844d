"""What a workflow looks at in an agent's output to choose its way: such an output decides, and is not for the user.

A test may be far from the output: the exporter puts it into a dictionary, a field of that into a variable or the
state, and tests that. So what an output goes into is followed through the assignments of its function.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chatkit_link.agents.agent_builder.source import ExportedFile

_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Tested:
    """fields: names that are read on the way from the output to a test; also such that are no fields of it.
    any: whether there is a test at all. compared: whether it is compared with texts, as the name of a category is.
    """

    fields: frozenset[str] = frozenset()
    any: bool = False
    compared: bool = False


def tested_by(source: ExportedFile, calls: Sequence[ast.Call]) -> dict[ast.Call, Tested]:
    """For each call of an agent, the tests of its output."""
    found = dict.fromkeys(calls, Tested())
    functions = [node for node in ast.walk(source.tree) if isinstance(node, _FUNCTIONS)]
    for function in functions:  # an inner function comes behind its outer one, and knows better
        inside = list(ast.walk(function))
        bindings, tests = list(_bindings(inside)), list(_tests(source, inside))
        for call in set(calls).intersection(each for each in inside if isinstance(each, ast.Call)):
            found[call] = _follow(call, set(calls), bindings, tests)
    return found


def _follow(
    call: ast.Call, calls: set[ast.Call], bindings: list[tuple[str, ast.expr]], tests: list[ast.expr]
) -> Tested:
    #: Where the output, or a part of it, is: the name of a variable -> what is read on the way to it.
    places: dict[str, frozenset[str]] = {}
    grows = True
    while grows:
        grows = False
        for name, value in bindings:
            inside = set(ast.walk(value))
            if (calls & inside) - {call}:
                continue  # it is the output of another one
            reached = [places[each] for each in map(_name, inside) if each in places]
            if call in inside or reached:
                fields = _read(inside - set(ast.walk(call))).union(*reached)
                if name not in places or not fields <= places[name]:
                    places[name] = places.get(name, frozenset()) | fields
                    grows = True
    result = Tested()
    for test in tests:
        inside = set(ast.walk(test))
        reached = [places[each] for each in map(_name, inside) if each in places]
        if call in inside or reached:
            compared = result.compared or any(_compares(node) for node in inside)
            result = Tested(result.fields | _read(inside).union(*reached), any=True, compared=compared)
    return result


def _bindings(nodes: list[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    for node in nodes:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = [each for target in node.targets for each in _each_target(target)]
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr | ast.AugAssign):
            targets = [node.target]
        value = getattr(node, "value", None)
        for target in targets:
            if (name := _name(target)) and isinstance(value, ast.expr):
                yield name, value


def _each_target(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple | ast.List) else [node]


def _tests(source: ExportedFile, nodes: list[ast.AST]) -> Iterator[ast.expr]:
    for node in nodes:
        test = node.subject if isinstance(node, ast.Match) else getattr(node, "test", None)
        # What a question quotes is not what decides: the user's answer does.
        if isinstance(test, ast.expr) and not any(source.is_question(each) for each in ast.walk(test)):
            yield ast.Compare(test, [ast.Eq()], [ast.Constant("")]) if isinstance(node, ast.Match) else test


def _name(node: ast.AST) -> str:
    """A variable, or an entry of a dictionary such as ``state["approved"]``; empty for anything else."""
    match node:
        case ast.Name():
            return node.id
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))):
            return f"{name}.{key}"
        case _:
            return ""


def _read(nodes: set[ast.AST]) -> frozenset[str]:
    """The attributes and keys that an expression reads."""
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    keys = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return frozenset(attributes | {key for key in keys if key.isidentifier()})


def _compares(node: ast.AST) -> bool:
    """``category == "Order"``, or ``category in ("Order", "Return")``."""
    if not isinstance(node, ast.Compare):
        return False
    same = isinstance(node.ops[0], ast.Eq | ast.NotEq)
    among = isinstance(node.ops[0], ast.In | ast.NotIn) and isinstance(
        node.comparators[0], ast.List | ast.Tuple | ast.Set
    )
    sides = [node.left, *node.comparators, *(getattr(node.comparators[0], "elts", None) or ())]
    return (same or among) and any(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in sides)
