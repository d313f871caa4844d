"""Whether a tree of nodes is a widget: the SDK's own models, applied strictly.

The SDK's union of node types falls back to "any object", so that a misspelt type or property passes it
in silence and shows nothing in the browser. Here each node is checked by the model of its own type,
and a property that the model does not know is an error.
"""

import re
from typing import Any, cast, get_args

from chatkit.icons import IconName
from chatkit.widgets import BasicRoot, StrictWidgetComponent, StrictWidgetRoot
from pydantic import BaseModel, TypeAdapter, ValidationError

from chatkit_link.widgets.errors import WidgetError
from chatkit_link.widgets.icon_names import unknown_icon

DEEPEST = 24
MOST_NODES = 2_000
# In the browser's types only (``@openai/chatkit``); the SDK has no model for them.
_BROWSER_ONLY = frozenset({"Table", "Table.Row", "Table.Cell"})
_BROWSER_ONLY_PROPS = {"Card": {"border"}}
_ICON_KEYS = {".iconStart", ".iconEnd", ".icon"}
_URL_KEYS = {"src", "favicon"}
_SAFE_SOURCE = re.compile(r"https?://|data:image/(png|jpeg|gif|webp);|/(?!/)", re.IGNORECASE)


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
        if not isinstance(tree, dict) or tree.get("type") not in self._roots:  # pyright: ignore[reportUnknownMemberType] - JSON
            raise WidgetError(source, "", f"the root must be one of {', '.join(sorted(self._roots))}")
        nodes = 0
        pending: list[tuple[str, Any, int, str]] = [("", tree, 0, "")]
        while pending:
            path, node, depth, within = pending.pop()
            nodes += 1
            if depth > DEEPEST or nodes > MOST_NODES:
                raise WidgetError(source, path, f"more than {DEEPEST} levels or {MOST_NODES} nodes")
            children = self._check_node(source, path, node, may_be_root=depth == 0 or within == "Basic")
            prefix = f"{path}.children" if path else "children"
            node_type = str(node["type"])
            pending.extend((f"{prefix}[{at}]", child, depth + 1, node_type) for at, child in enumerate(children))

    def _check_node(self, source: str, path: str, node: Any, *, may_be_root: bool) -> list[Any]:
        if not isinstance(node, dict):
            raise WidgetError(source, path, "a node must be an object with a type")
        node_type = str(node.get("type"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - JSON
        if node_type not in self._types or (node_type in self._roots and not may_be_root):
            raise WidgetError(source, path, f"there is no node type {node_type!r} here")
        props: dict[str, Any] = {key: value for key, value in node.items() if key != "children"}  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] - JSON
        children: Any = node.get("children") or []  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - JSON
        if model := self._models.get(node_type):
            _check_props(source, path, model, props)
            self._check_status(source, path, props.get("status"))
        for key in _URL_KEYS & props.keys():
            if not _SAFE_SOURCE.match(str(props[key])):
                raise WidgetError(source, f"{path}.{key}".lstrip("."), "not an address an image may come from")
        return children if isinstance(children, list) else [children]  # pyright: ignore[reportUnknownVariableType] - JSON

    def _check_status(self, source: str, path: str, status: Any) -> None:
        """The icon of a status: the SDK takes a status with a wrong icon for one with a favicon."""
        if isinstance(status, dict) and "icon" in status:
            try:
                self._icons.validate_python(status["icon"])
            except ValidationError as error:
                raise WidgetError(
                    source, f"{path}.status.icon".lstrip("."), unknown_icon(cast("Any", status["icon"]))
                ) from error


def _check_props(source: str, path: str, model: type[BaseModel], props: dict[str, Any]) -> None:
    ours = _BROWSER_ONLY_PROPS.get(str(props["type"]), set())
    unknown = props.keys() - model.model_fields.keys() - ours
    if unknown:
        raise WidgetError(source, path, f"{props['type']} has no property {min(unknown)!r}")
    try:
        model.model_validate({**_numbers_as_text(model, props), **_no_children(model)})
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        at, value = _place(props, first["loc"])
        if at in _ICON_KEYS or (at == ".name" and props["type"] == "Icon"):
            raise WidgetError(source, f"{path}{at}".lstrip("."), unknown_icon(value)) from error
        raise WidgetError(source, f"{path}{at}".lstrip("."), first["msg"]) from error


def _numbers_as_text(model: type[BaseModel], props: dict[str, Any]) -> dict[str, Any]:
    """The page displays a number where the models want a text; the Widget Builder makes one of ``${index + 1}``."""
    fields = model.model_fields
    kinds: dict[str, Any] = {key: fields[key].annotation for key in props.keys() & fields.keys()}
    texts = {key for key, kind in kinds.items() if kind in (str, str | None)}
    return {key: str(value) if key in texts and type(value) in (int, float) else value for key, value in props.items()}


def _place(props: Any, location: tuple[int | str, ...]) -> tuple[str, Any]:
    """The path in the properties and the value there: pydantic puts the names of union branches in between."""
    at, value = "", props
    for step, part in enumerate(location):
        if isinstance(value, dict) and (part in value or step == len(location) - 1 or str(part).isidentifier()):
            at, value = f"{at}.{part}", value.get(part)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - JSON
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):  # pyright: ignore[reportUnknownArgumentType] - JSON
            at, value = f"{at}[{part}]", value[part]  # pyright: ignore[reportUnknownVariableType] - JSON
    return at, value  # pyright: ignore[reportUnknownVariableType] - JSON


def _no_children(model: type[BaseModel]) -> dict[str, Any]:
    """The children are checked one by one, so the model gets an empty value for them here."""
    if "children" not in model.model_fields:
        return {}
    return {"children": None if _type_of(model) == "Transition" else []}


def _type_of(model: type[BaseModel]) -> str:
    return str(get_args(model.model_fields["type"].annotation)[0])
