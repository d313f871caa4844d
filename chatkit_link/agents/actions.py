"""Typed actions of an agent's widgets, dispatched by their type.

How it flows: a click, or a form that is sent, comes back from a browser as a type and a payload. The registry
finds the handler of that type, makes sure that the stored widget offers this very action, reads the payload
as the action's own model, and calls the handler. What is unknown, not offered or not of the right form is
refused with a message before anything is done.

An action is a class of the SDK's: ``AddLeg = Action[Literal["parlay.add"], LegPayload]``; in a widget built in
Python, ``AddLeg.create(payload)`` is what a button holds.
"""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args, get_origin

from chatkit.actions import Action
from chatkit.types import ThreadItem, ThreadStreamEvent, WidgetItem
from chatkit.widgets import DynamicWidgetRoot, StrictWidgetRoot, WidgetRoot
from pydantic import ValidationError

from chatkit_link.agents.aclosing import closing_early
from chatkit_link.agents.context import TurnContext
from chatkit_link.agents.sdk_events import ITEMS, event_stream, require_event
from chatkit_link.agents.sdk_methods import ServerMistake, named
from chatkit_link.errors import Unprocessable
from chatkit_link.translations import Localized
from chatkit_link.widgets.actions import offers

Payload = TypeVar("Payload")
#: The classes of all widgets.
_WIDGETS: tuple[type[Any], ...] = (*get_args(get_args(StrictWidgetRoot)[0]), DynamicWidgetRoot)

#: The stored widget that was clicked; None for an action that the host page sent without one.
Sender = WidgetItem | None
Asks = Callable[[TurnContext, Payload, Sender], Awaitable[Sequence[ThreadItem]]]
Streams = Callable[[TurnContext, Payload, Sender], AsyncIterator[ThreadStreamEvent]]
Updates = Callable[[TurnContext, Payload, Sender], Awaitable[WidgetRoot]]


@dataclass(frozen=True, slots=True)
class _Handler:
    """asks, streams, updates: one of them answers. from_page: taken without a widget, too."""

    action_class: type[Action[Any, Any]]
    asks: Asks[Any] | None = None
    streams: Streams[Any] | None = None
    updates: Updates[Any] | None = None
    from_page: bool = False


class ActionRegistry:
    """The actions that one agent answers. A type has one handler; a second one is a ``ValueError``."""

    def __init__(self) -> None:
        self._handlers: dict[str, _Handler] = {}

    def asks(
        self, action_class: type[Action[Any, Payload]], *, from_page: bool = False
    ) -> Callable[[Asks[Payload]], Asks[Payload]]:
        """The handler returns items, such as a message in the user's name; the agent then answers them."""

        def register(handler: Asks[Payload]) -> Asks[Payload]:
            self._register(_Handler(action_class, asks=handler, from_page=from_page))
            return handler

        return register

    def streams(
        self, action_class: type[Action[Any, Payload]], *, from_page: bool = False
    ) -> Callable[[Streams[Payload]], Streams[Payload]]:
        """The handler yields the events of the answer itself."""

        def register(handler: Streams[Payload]) -> Streams[Payload]:
            self._register(_Handler(action_class, streams=handler, from_page=from_page))
            return handler

        return register

    def updates(self, action_class: type[Action[Any, Payload]]) -> Callable[[Updates[Payload]], Updates[Payload]]:
        """The handler gives the widget that takes the place of the clicked one (``streaming: false``)."""

        def register(handler: Updates[Payload]) -> Updates[Payload]:
            self._register(_Handler(action_class, updates=handler))
            return handler

        return register

    def include(self, other: "ActionRegistry") -> None:
        """Answer what another registry answers, too. A type that both answer is a ``ValueError``."""
        for handler in other._handlers.values():  # noqa: SLF001 - of the same class
            self._register(handler)

    def types(self) -> frozenset[str]:
        """Every type that is answered."""
        return frozenset(self._handlers)

    def _register(self, handler: _Handler) -> None:
        name = action_type(handler.action_class)
        if name in self._handlers:
            raise ValueError(f"the action {name!r} has a handler already")
        self._handlers[name] = handler

    async def before(self, ctx: TurnContext, action: Action[str, Any], sender: Sender) -> Sequence[ThreadItem]:
        """Items to add before the agent answers; raises Unprocessable for what no ``asks`` handler takes."""
        handler = self._find(action, sender)
        if handler.asks is None:
            raise unknown_action()
        given = cast("object", await handler.asks(ctx, _payload(handler, action), sender))
        items = cast("list[Any]", given) if isinstance(given, list | tuple) else None
        if items is None or not all(isinstance(item, ITEMS) for item in items):
            raise ServerMistake(
                f"{_place(handler.asks)} returned {named(cast('object', given))}. Return a list of items."
            )
        return items

    def stream(
        self, ctx: TurnContext, action: Action[str, Any], sender: Sender
    ) -> AsyncIterator[ThreadStreamEvent] | None:
        """The events of a ``streams`` handler; None for any other handler. Raises Unprocessable."""
        handler = self._find(action, sender)
        streams = handler.streams
        if streams is None:
            return None
        return _checked(event_stream(streams(ctx, _payload(handler, action), sender), lambda: _place(streams)), streams)

    async def update(self, ctx: TurnContext, action: Action[str, Any], sender: Sender) -> ThreadItem:
        """The changed sender; raises Unprocessable for what no ``updates`` handler takes."""
        handler = self._find(action, sender)
        if handler.updates is None or sender is None:
            raise unknown_action()
        widget: Any = await handler.updates(ctx, _payload(handler, action), sender)
        if not isinstance(widget, _WIDGETS):
            raise ServerMistake(f"{_place(handler.updates)} returned {named(widget)}. Return the widget as it is now.")
        return sender.model_copy(update={"widget": widget})

    def _find(self, action: Action[str, Any], sender: Sender) -> _Handler:
        handler = self._handlers.get(action.type)
        if handler is None:
            raise unknown_action()
        offered = handler.from_page if sender is None else offers(sender.widget, action.type, action.payload)
        if not offered:
            raise Unprocessable(Localized("action_not_offered"))
        return handler


async def _checked(events: AsyncIterator[ThreadStreamEvent], streams: Streams[Any]) -> AsyncIterator[ThreadStreamEvent]:
    """The same events. Raises ServerMistake, which names the handler, for what is none."""
    async with closing_early(events) as given:
        async for event in given:
            require_event(event, lambda: _place(streams))
            yield event


def _place(handler: Callable[..., Any]) -> str:
    """``buy (shop.py:12)``, for the author of a handler."""
    code = getattr(inspect.unwrap(handler), "__code__", None)
    name = getattr(handler, "__qualname__", type(handler).__name__)
    return f"{name} ({Path(code.co_filename).name}:{code.co_firstlineno})" if code else name


def action_type(action_class: type[Action[Any, Any]]) -> str:
    """The type that a class of actions names. Raises ``TypeError`` when it names none or several."""
    literal = action_class.model_fields["type"].annotation
    names = get_args(literal) if get_origin(literal) is Literal else ()
    if len(names) != 1:
        raise TypeError(f'{action_class.__name__} must name its type: Action[Literal["shop.buy"], Payload]')
    return cast(str, names[0])


def unknown_action() -> Unprocessable:
    return Unprocessable(Localized("action_unknown"))


def _payload(handler: _Handler, action: Action[str, Any]) -> Any:
    try:
        return handler.action_class.model_validate({"type": action.type, "payload": action.payload}).payload
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "value_error":  # a validator of the payload's own, and the message that it raised
            raise Unprocessable(str(first["ctx"]["error"])) from None  # pyright: ignore[reportTypedDictNotRequiredAccess]
        place = ".".join(str(part) for part in first["loc"][1:])
        reason = f"{place + ': ' if place else ''}{first['msg']}"
        raise Unprocessable(Localized("action_invalid", reason=reason)) from None
