"""The actions a widget offers.

An action comes back from a browser, so its payload is untrusted. An action is only accepted as offered when
its type and payload are literally in the widget that was stored: what the server wrote itself needs
no other proof. Only the values of a form's fields may be added, and these are untrusted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from pydantic import BaseModel

# Every property that holds an action in the SDK's models; Card's confirm and cancel hold theirs as "action".
_ACTION_KEYS = ("onClickAction", "onChangeAction", "onSubmitAction", "action")
#: Nodes whose value a form submits under their name.
_CONTROLS = frozenset({"Input", "Textarea", "Select", "DatePicker", "Checkbox", "RadioGroup"})
_NESTED_KEYS = ("children", "confirm", "cancel")


@dataclass(frozen=True, slots=True)
class OfferedAction:
    """An action in a widget. handler: ``server`` or ``client``; streaming: how it is sent."""

    type: str
    payload: Any
    handler: str
    streaming: bool


def actions_of(widget: BaseModel) -> list[OfferedAction]:
    """Every action in the tree, in reading order."""
    return list(_actions(widget.model_dump(mode="json")))


def offers(widget: BaseModel, type: str, payload: Any) -> bool:  # noqa: A002 - the field's name on the wire
    """Whether this action is in the widget, for the server, with this very payload.

    A form adds the values of its fields to the payload and takes nothing away, so every additional key
    must be the name of a field.
    """
    tree = widget.model_dump(mode="json")
    offered = [action for action in _actions(tree) if action.type == type and action.handler == "server"]
    if not offered:
        return False
    fields = frozenset(name.partition(".")[0] for name in _fields(tree))
    return any(_covers(action.payload, payload, fields) for action in offered)


def _covers(offered: Any, given: Any, fields: frozenset[str]) -> bool:
    if _same(offered, given):
        return True
    if not fields or not isinstance(given, dict) or not isinstance(offered, dict | None):
        return False
    stored = cast("dict[str, Any]", offered or {})
    rest = {key: value for key, value in cast("dict[str, Any]", given).items() if key in stored or key not in fields}
    return _same(stored, rest)


def _fields(node: Any) -> Iterator[str]:
    """The names of the form fields in a tree: of controls, and of texts that can be edited."""
    if isinstance(node, list):
        for part in cast("list[Any]", node):
            yield from _fields(part)
    elif isinstance(node, dict):
        found = cast("dict[str, Any]", node)
        editable = found.get("editable")
        named: list[Any] = [found, editable] if isinstance(editable, dict) else [found]
        for owner in named:
            if isinstance(name := owner.get("name"), str) and (owner is editable or found.get("type") in _CONTROLS):
                yield name
        yield from _fields(found.get("children"))


def _actions(node: Any) -> Iterator[OfferedAction]:
    if isinstance(node, list):
        for part in node:  # pyright: ignore[reportUnknownVariableType] - JSON
            yield from _actions(part)
    elif isinstance(node, dict):
        found = cast("dict[str, Any]", node)
        for key in _ACTION_KEYS:
            if isinstance(action := found.get(key), dict):
                yield from _offered(cast("dict[str, Any]", action))
        for key in _NESTED_KEYS:
            yield from _actions(found.get(key))


def _offered(action: dict[str, Any]) -> Iterator[OfferedAction]:
    if isinstance(name := action.get("type"), str):
        # The defaults of the SDK's ActionConfig: a widget may leave them out.
        yield OfferedAction(name, action.get("payload"), action.get("handler", "server"), action.get("streaming", True))


def _same(left: Any, right: Any) -> bool:
    """Equality of JSON: unlike Python's, true is not 1; a missing property is null, as in stored widgets."""
    if isinstance(left, dict) and isinstance(right, dict):
        keys: set[Any] = {*left, *right}  # pyright: ignore[reportUnknownArgumentType] - JSON
        return all(_same(left.get(key), right.get(key)) for key in keys)  # pyright: ignore[reportUnknownMemberType] - JSON
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))  # pyright: ignore[reportUnknownArgumentType] - JSON
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return left == right
