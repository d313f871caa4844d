"""The actions a widget offers.

An action comes back from a browser, so its payload is anybody's. An action is only taken as offered when
its type and payload stand literally in the widget that was stored: what the server wrote itself needs
no other proof.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from pydantic import BaseModel

# Every property that holds an action in the SDK's models; Card's confirm and cancel hold theirs as "action".
_ACTION_KEYS = ("onClickAction", "onChangeAction", "onSubmitAction", "action")
_NESTED_KEYS = ("children", "confirm", "cancel")


@dataclass(frozen=True, slots=True)
class OfferedAction:
    """An action as it stands in a widget. handler: ``server`` or ``client``; streaming: how it is sent."""

    type: str
    payload: Any
    handler: str
    streaming: bool


def actions_of(widget: BaseModel) -> list[OfferedAction]:
    """Every action in the tree, in reading order."""
    return list(_actions(widget.model_dump(mode="json")))


def offers(widget: BaseModel, type: str, payload: Any) -> bool:  # noqa: A002 - the wire's own word
    """Whether this very action, payload included, stands in the widget and is for the server."""
    return any(
        action.type == type and action.handler == "server" and _same(action.payload, payload)
        for action in actions_of(widget)
    )


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
    if isinstance(kind := action.get("type"), str):
        # The defaults of the SDK's ActionConfig: a widget may leave them out.
        yield OfferedAction(kind, action.get("payload"), action.get("handler", "server"), action.get("streaming", True))


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
