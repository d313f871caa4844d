"""What a server's ``respond`` or ``action`` gives, checked: its author is told how it is written."""

import inspect
from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import Any, cast, get_args

from chatkit.types import ThreadItem, ThreadStreamEvent
from pydantic import BaseModel

from chatkit_link.agents.sdk_methods import ServerMistake, named

#: The classes of all items.
ITEMS: tuple[type[Any], ...] = get_args(get_args(ThreadItem)[0])


def event_stream(given: object, place: Callable[[], str]) -> AsyncIterator[ThreadStreamEvent]:
    """What gives the events.

    place: names the method.

    Raises:
        ServerMistake: it cannot be iterated over.
    """
    if isinstance(given, AsyncIterable):
        return cast("AsyncIterator[ThreadStreamEvent]", given)
    if inspect.iscoroutine(given):
        given.close()
        what = "a coroutine: it has no `yield`. Yield its events, or write `def` in the place of `async def`"
    elif given is None:
        what = "None. Write it as `async def` with `yield`, or return what yields the events"
    else:
        what = f"{named(given)}. Write it as `async def` with `yield`, so that it is an async generator"
    raise ServerMistake(f"{place()} returned {what}.")


def require_event(given: object, place: Callable[[], str]) -> None:
    """Raises ServerMistake for what is no event."""
    if isinstance(given, ITEMS):
        raise ServerMistake(
            f"{place()} yielded {named(given)}, which is an item. Yield `ThreadItemDoneEvent(item=...)` with it."
        )
    if not isinstance(given, BaseModel):
        raise ServerMistake(f"{place()} yielded {named(given)}. Yield events, such as `ThreadItemDoneEvent(item=...)`.")
