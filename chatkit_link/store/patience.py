"""Who waits for a database that is away: an answer does, as long as it takes; a request is refused instead.

An answer that people read must not be lost from its thread because the database restarts, fails over, has no space
left or stands still. So what it reads and stores is tried again until it is done. Its ``Caller`` carries the check
that comes before each attempt (``patience``): whether the answer is known to be this replica's to write. What has only
met another transaction is tried again at once, for everybody.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from functools import wraps
from itertools import chain, repeat
from types import CoroutineType
from typing import Any, Concatenate, ParamSpec, TypeVar

from chatkit_link.caller import Caller
from chatkit_link.errors import LinkError, TooManyRequests, Unavailable
from chatkit_link.store.outages import is_conflict

S = TypeVar("S")
T = TypeVar("T")
P = ParamSpec("P")

#: What a store raises that passes by itself: it is away, or too many wait for it.
PASSING = (Unavailable, TooManyRequests)
#: Attempts of a request that meets other transactions.
_ATTEMPTS = 5


def delays() -> Iterator[float]:
    """Seconds between attempts, without an end."""
    return chain((0.05, 0.1, 0.2, 0.5), repeat(1.0))


async def patiently(
    caller: Caller, work: Callable[[], Awaitable[T]], *, while_it_is: tuple[type[LinkError], ...] = PASSING
) -> T:
    """What ``work`` gives, which is tried again as the caller's patience allows.

    Raises:
        LinkError: one of ``while_it_is``, where the caller does not wait; at once, where it is another one.
        CancelledError: the caller's answer belongs to another replica now.
    """
    waits = delays()
    attempt = 1
    while True:
        while caller.patience is not None and not caller.patience():  # noqa: ASYNC110 - it is a matter of time
            await asyncio.sleep(next(waits))
        try:
            return await work()
        except while_it_is as error:
            met_another = is_conflict(error) and attempt < _ATTEMPTS
            if caller.patience is None and not met_another:
                raise
            attempt += 1
            await asyncio.sleep(0 if met_another else next(waits))


def patient(
    method: Callable[Concatenate[S, P], Coroutine[Any, Any, T]],
) -> "Callable[Concatenate[S, P], CoroutineType[Any, Any, T]]":
    """A method of a store, with the patience of the ``Caller`` among its arguments. It may be run several times."""

    @wraps(method)
    async def again(self: S, *args: P.args, **named: P.kwargs) -> T:
        caller = next(value for value in (*args, *named.values()) if isinstance(value, Caller))
        return await patiently(caller, lambda: method(self, *args, **named))

    return again
