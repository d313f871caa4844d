"""Whether a tree of nodes is a widget: the SDK's own models, applied strictly.

The SDK's union of node types falls back to "any object", so that a misspelt type or property passes it
in silence and shows nothing in the browser. Here each node is checked by the model of its own type,
and a property that the model does not know is an error.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast, get_args

from chatkit.icons import IconName
from chatkit.widgets import BasicRoot, StrictWidgetComponent, StrictWidgetRoot
from pydantic import BaseModel, TypeAdapter, ValidationError

from chatkit_link.widgets.errors import WidgetError
from chatkit_link.widgets.icon_names import unknown_icon
from chatkit_link.widgets.prop_words import words_of
from chatkit_link.widgets.template_tokens import nearest

DEEPEST = 24
MOST_NODES = 2_000
# In the browser's types only (``@openai/chatkit``); the SDK has no model for them.
_BROWSER_ONLY = frozenset({"Table", "Table.Row", "Table.Cell"})
_BROWSER_ONLY_PROPS = {"Card": {"border"}}
# Values of ChatKit's first documentation, which the page draws as these.
_RENAMED: dict[tuple[str, str], dict[object, object]] = {
    ("Box", "direction"): {"column": "col"},
    ("Form", "direction"): {"column": "col"},
    ("Title", "size"): {"xs": "sm"},
    ("Text", "editable"): {True: {"name": "text"}},
}
_ICON_KEYS = {".iconStart", ".iconEnd", ".icon"}
_URL_KEYS = {"src", "favicon"}
_SAFE_SOURCE = re.compile(r"https?://|data:image/(png|jpeg|gif|webp);|/(?!/)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TreeProblem:
    """path: of the node or value. place: of what is to be changed; of_name: its name and not its value."""

    path: str
    reason: str
    place: str
    of_name: bool = False
    cause: ValidationError | None = None


class TreeChecker:
    """Made once; holds the models of all node types."""

    def __init__(self) -> None:
        components: tuple[type[BaseModel], ...] = get_args(get_args(StrictWidgetComponent)[0])
        roots: tuple[type[BaseModel], ...] = get_args(get_args(StrictWidgetRoot)[0])
        self._models = {_type_of(model): model for model in (*components, *roots) if model is not BasicRoot}
        self._icons: TypeAdapter[str] = TypeAdapter(IconName)
        self._roots = frozenset(_type_of(model) for model in roots)
        self._types = frozenset(self._models) | _BROWSER_ONLY | self._roots

    def check(self, source: str, tree: Any) -> None:
        """Raises ``WidgetError`` with the path of the first node that is not right."""
        if problem := next(self.problems(tree), None):
            raise WidgetError(source, problem.path, problem.reason) from problem.cause

    def problems(self, tree: Any) -> Iterator[TreeProblem]:
        """All that is not right, in the order of the tree."""
        if not isinstance(tree, dict) or tree.get("type") not in self._roots:  # pyright: ignore[reportUnknownMemberType] - JSON
            yield self._no_root(cast("Any", tree))
            return
        nodes = 0
        pending: list[tuple[str, Any, int, str]] = [("", tree, 0, "")]
        while pending:
            path, node, depth, within = pending.pop()
            nodes += 1
            if depth > DEEPEST or nodes > MOST_NODES:
                yield TreeProblem(path, f"more than {DEEPEST} levels or {MOST_NODES} nodes", path)
                return
            if not isinstance(node, dict):
                yield TreeProblem(path, "a node must be an object with a type", path)
                continue
            found = cast("dict[str, Any]", node)
            yield from self._node(path, found, may_be_root=depth == 0 or within == "Basic")
            children: Any = found.get("children") or []
            prefix = f"{path}.children".lstrip(".")
            node_type = str(found.get("type"))
            if isinstance(children, list):
                listed = list(enumerate(cast("list[Any]", children)))
                pending.extend((f"{prefix}[{at}]", child, depth + 1, node_type) for at, child in reversed(listed))
            else:
                pending.append((prefix, children, depth + 1, node_type))

    def _no_root(self, tree: Any) -> TreeProblem:
        reason = f"the root must be one of {', '.join(sorted(self._roots))}"
        written: Any = tree.get("type") if isinstance(tree, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - JSON
        if isinstance(written, str) and written not in self._types:
            reason = f"there is no node type {written!r}{nearest(written, self._roots)}; {reason}"
        elif isinstance(written, str):
            reason = f"{reason}, and {written} is none"
        return TreeProblem("", reason, "type" if written is not None else "")

    def _node(self, path: str, node: dict[str, Any], *, may_be_root: bool) -> Iterator[TreeProblem]:
        at_type = f"{path}.type".lstrip(".")
        if "type" not in node:
            yield TreeProblem(path, "this node has no type", path)
            return
        node_type = str(node["type"])
        if node_type not in self._types:
            yield TreeProblem(
                path, f"there is no node type {node_type!r} here{nearest(node_type, self._types)}", at_type
            )
            return
        if node_type in self._roots and not may_be_root:
            reason = f"there is no node type {node_type!r} here: it is for the root only; Box, Col and Row hold nodes"
            yield TreeProblem(path, reason, at_type)
            return
        props = {key: value for key, value in node.items() if key != "children"}
        if model := self._models.get(node_type):
            yield from _unknown_props(path, model, node)
            wrong = list(_wrong_props(path, model, props))
            yield from wrong
            if not any(one.path.endswith(".status") for one in wrong):
                yield from self._status(path, props.get("status"))
        for key in sorted(_URL_KEYS & props.keys()):
            if not _SAFE_SOURCE.match(str(props[key])):
                place = f"{path}.{key}".lstrip(".")
                yield TreeProblem(place, "not an address an image may come from: https, /path or data:image", place)

    def _status(self, path: str, status: Any) -> Iterator[TreeProblem]:
        """The icon of a status: the SDK takes a status with a wrong icon for one with a favicon."""
        if isinstance(status, dict) and "icon" in status:
            icon = cast("object", status["icon"])
            try:
                self._icons.validate_python(icon)
            except ValidationError as error:
                place = f"{path}.status.icon".lstrip(".")
                yield TreeProblem(place, unknown_icon(icon), place, cause=error)


def _unknown_props(path: str, model: type[BaseModel], node: dict[str, Any]) -> Iterator[TreeProblem]:
    node_type = str(node["type"])
    known = model.model_fields.keys() | _BROWSER_ONLY_PROPS.get(node_type, set[str]())
    for name, value in node.items():
        if name not in known and not (name == "children" and value in (None, [])):
            meant = nearest(name, known - node.keys()) or f"; it has {', '.join(sorted(known - {'type'}))}"
            place = f"{path}.{name}".lstrip(".")
            yield TreeProblem(path, f"{node_type} has no property {name!r}{meant}", place, of_name=True)


def _wrong_props(path: str, model: type[BaseModel], props: dict[str, Any]) -> Iterator[TreeProblem]:
    fields = model.model_fields.keys()
    known = {key: value for key, value in props.items() if key in fields}
    try:
        model.model_validate({**_present_values(_numbers_as_text(model, known)), **_no_children(model)})
    except ValidationError as error:
        for at, value, reason in words_of(error, known):
            place = f"{path}{at}".lstrip(".")
            is_icon = at in _ICON_KEYS or (at == ".name" and props["type"] == "Icon")
            yield TreeProblem(place, unknown_icon(value) if is_icon else reason, place, cause=error)


def _numbers_as_text(model: type[BaseModel], props: dict[str, Any]) -> dict[str, Any]:
    """The page displays a number where the models want a text; the Widget Builder makes one of ``${index + 1}``."""
    fields = model.model_fields
    kinds: dict[str, Any] = {key: fields[key].annotation for key in props.keys() & fields.keys()}
    texts = {key for key, kind in kinds.items() if kind in (str, str | None)}
    return {key: str(value) if key in texts and type(value) in (int, float) else value for key, value in props.items()}


def _present_values(props: dict[str, Any]) -> dict[str, Any]:
    renamed = {key: _RENAMED.get((str(props["type"]), key), {}) for key in props}
    return {
        key: renamed[key].get(value, value) if isinstance(value, str | bool) else value for key, value in props.items()
    }


def _no_children(model: type[BaseModel]) -> dict[str, Any]:
    """The children are checked one by one, so the model gets an empty value for them here."""
    if "children" not in model.model_fields:
        return {}
    return {"children": None if _type_of(model) == "Transition" else []}


def _type_of(model: type[BaseModel]) -> str:
    return str(get_args(model.model_fields["type"].annotation)[0])
