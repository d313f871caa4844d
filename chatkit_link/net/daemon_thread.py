"""Calls what blocks, in a thread that keeps nobody waiting.

A pool of threads, such as that of an event loop, has so many: a few calls that hang stop all others, among them the
lookups of names for everything else, and the end of the process waits for them. A daemon thread of its own does
neither. Whoever calls it bounds how many there are, until they are over (``over``), not until nobody waits any more.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar, cast

T = TypeVar("T")


def _nothing() -> None:
    pass


async def call_in_thread(function: Callable[[], T], *, over: Callable[[], object] = _nothing) -> T:
    """What the function returns or raises. over: called on the loop when the function has ended, also if this was
    cancelled meanwhile.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        over()
        if future.done():
            return
        if error is None:
            future.set_result(cast("T", result))
        else:
            future.set_exception(error)

    def work() -> None:
        outcome: tuple[Any, BaseException | None]
        try:
            outcome = (function(), None)
        except Exception as error:  # noqa: BLE001 - raised where it is awaited
            outcome = (None, error)
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(settle, *outcome)

    try:
        threading.Thread(target=work, daemon=True).start()
    except RuntimeError as error:  # there can be no more threads
        over()
        raise OSError(str(error)) from error
    return await future
