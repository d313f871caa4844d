"""What a server's ``respond`` or ``action`` gives, checked: its author is told how it is written."""

import inspect
import logging
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Coroutine
from typing import Any, cast, get_args

from chatkit.types import ThreadItem, ThreadStreamEvent
from pydantic import BaseModel

from chatkit_link.agents.aclosing import closing_early
from chatkit_link.agents.sdk_methods import ServerMistake, named

logger = logging.getLogger(__name__)

#: The classes of all items.
ITEMS: tuple[type[Any], ...] = get_args(get_args(ThreadItem)[0])


def event_stream(
    given: object, place: Callable[[], str], *, may_be_silent: bool = False
) -> AsyncIterator[ThreadStreamEvent]:
    """What gives the events.

    place: names the method. may_be_silent: a coroutine is awaited; what it returns gives the events, or nothing does.

    Raises:
        ServerMistake: it cannot be iterated over.
    """
    if isinstance(given, AsyncIterable):
        return cast("AsyncIterator[ThreadStreamEvent]", given)
    if inspect.iscoroutine(given):
        if may_be_silent:
            return _awaited(given, place)
        given.close()
        what = "a coroutine: it has no `yield`. Yield its events, or write `def` in the place of `async def`"
    elif given is None:
        what = "None. Write it as `async def` with `yield`, or return what yields the events"
    else:
        what = f"{named(given)}. Write it as `async def` with `yield`, so that it is an async generator"
    raise ServerMistake(f"{place()} returned {what}.")


async def _awaited(given: Coroutine[Any, Any, object], place: Callable[[], str]) -> AsyncGenerator[ThreadStreamEvent]:
    returned = await given
    if returned is None:
        logger.warning("%s has no `yield`: it was awaited, and gave no events", place())
        return
    async with closing_early(event_stream(returned, place)) as events:
        async for event in events:
            yield event


def require_event(given: object, place: Callable[[], str]) -> None:
    """Raises ServerMistake for what is no event."""
    if isinstance(given, ITEMS):
        raise ServerMistake(
            f"{place()} yielded {named(given)}, which is an item. Yield `ThreadItemDoneEvent(item=...)` with it."
        )
    if not isinstance(given, BaseModel):
        raise ServerMistake(f"{place()} yielded {named(given)}. Yield events, such as `ThreadItemDoneEvent(item=...)`.")
