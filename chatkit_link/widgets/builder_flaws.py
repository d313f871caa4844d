"""What the Widget Builder gets wrong when it turns JSX into a template, mended.

It translates ``items.map((item, i) => ...)`` to a loop that does not set ``i``, and ``order.items`` to what Jinja takes
for a method of ``order``. It leaves ``key={i}`` a number, and null among the children. Templates that people finish by
hand print commas that JSON does not allow.
``undefined`` is a global of the sandbox.
"""

import json
import re
from typing import Any, cast

from jinja2 import meta, nodes
from jinja2.visitor import NodeTransformer

_MAP = re.compile(r"\.map\(\s*(?:function\s*)?\(\s*([\w$]+)\s*,\s*([\w$]+)")
#: Where there is no JSX to look into.
_USUAL_NAMES = frozenset({"index", "idx", "i"})
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\s+|[A-Za-z_]+|-?\d[\d.eE+-]*|.', re.DOTALL)
_WORDS = {"True": "true", "False": "false", "None": "null", "undefined": "null"}


def mend(parsed: nodes.Template, view: str | None, described: frozenset[str]) -> nodes.Template:
    """The template as it was meant. view: its JSX; described: the names of its schema."""
    counted = meta.find_undeclared_variables(parsed) - described
    for loop in parsed.find_all(nodes.For):
        for name in sorted(counted & _index_names(loop, view)):
            loop.body.insert(0, _counting(name, loop.lineno))
    return cast("nodes.Template", _Properties().visit(parsed))


def parse(rendered: str) -> Any:
    """The JSON that a template rendered to, with children and keys as React takes them. Raises ValueError."""
    return _as_nodes(_read(rendered))


def _read(rendered: str) -> Any:
    try:
        return json.loads(rendered)
    except ValueError as error:
        try:
            return json.loads(_repaired(rendered), strict=False)
        except ValueError:
            at = getattr(error, "pos", 0)
            near = rendered[max(at - 20, 0) : at + 20].strip()
            raise ValueError(f"it does not render to JSON: {error}, near {near!r}") from error


def _as_nodes(node: Any) -> Any:
    """A key that is a number becomes a text; of children, null and false are none, and lists of them are one list."""
    if isinstance(node, dict):
        found = cast("dict[str, Any]", node)
        for name in ("key", "id"):
            if type(found.get(name)) in (int, float):
                found[name] = str(found[name])
        children = found.get("children")
        if isinstance(children, list):
            found["children"] = [_as_nodes(child) for child in _flat(cast("list[Any]", children))]
        elif isinstance(children, dict):
            found["children"] = _as_nodes(children)
    return cast("Any", node)


def _flat(children: list[Any]) -> list[Any]:
    flat: list[Any] = []
    for child in children:
        if isinstance(child, list):
            flat += _flat(cast("list[Any]", child))
        elif child is not None and not isinstance(child, bool):
            flat.append(child)
    return flat


class _Properties(NodeTransformer):
    """``a.b`` is first of all the property, as in JavaScript; where it is called it stays the method."""

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja2's name
        if isinstance(node.node, nodes.Getattr):
            called = node.node
            node.node = nodes.Const(None)
            self.generic_visit(node)
            called.node = self.visit(called.node)
            node.node = called
            return node
        return self.generic_visit(node)

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:  # noqa: N802 - Jinja2's name
        owner = self.visit(node.node)
        return nodes.Getitem(owner, nodes.Const(node.attr, lineno=node.lineno), node.ctx, lineno=node.lineno)


def _index_names(loop: nodes.For, view: str | None) -> frozenset[str]:
    pairs = _MAP.findall(view or "")
    if pairs:
        item = loop.target.name if isinstance(loop.target, nodes.Name) else None
        return frozenset(index for name, index in pairs if name == item)
    return frozenset(_names_outside_of_loops(loop.body)) & _USUAL_NAMES


def _names_outside_of_loops(found: list[nodes.Node]) -> set[str]:
    names: set[str] = set()
    for node in found:
        if isinstance(node, nodes.Name):
            names.add(node.name)
        elif not isinstance(node, nodes.For):
            names |= _names_outside_of_loops(list(node.iter_child_nodes()))
    return names


def _counting(name: str, line: int) -> nodes.Assign:
    """``{% set name = name if name is defined else loop.index0 %}``: data that has it goes before."""
    given = nodes.Name(name, "load")
    count = nodes.Getattr(nodes.Name("loop", "load"), "index0", "load")
    value = nodes.CondExpr(nodes.Test(given, "defined", [], [], None, None), nodes.Name(name, "load"), count)
    made = nodes.Assign(nodes.Name(name, "store"), value)
    made.set_lineno(line)
    return made


def _repaired(rendered: str) -> str:
    """Without the commas that are too many, and with JSON's words for Python's."""
    kept: list[str] = []
    for part in _TOKEN.findall(rendered):
        if part.isspace() or (part == "," and (not kept or kept[-1] in "[{,:")):
            continue
        if part in ("]", "}") and kept and kept[-1] == ",":
            kept.pop()
        kept.append(_WORDS.get(part, part))
    return " ".join(kept)
