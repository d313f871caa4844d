"""An answer that is left early must be closed at once, not when it is collected.

An async generator that is dropped in the middle is closed some time later by a task of the event loop's own;
until then the model goes on writing. ``contextlib.aclosing`` closes it in time, but wants a generator;
what a server gives may be any iterator.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

T = TypeVar("T")


@asynccontextmanager
async def closing_early(events: AsyncIterator[T]) -> AsyncGenerator[AsyncIterator[T]]:
    """The same events; what gives them is closed with the block."""
    try:
        yield events
    finally:
        if isinstance(events, AsyncGenerator):
            await events.aclose()
