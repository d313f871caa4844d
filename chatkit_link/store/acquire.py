"""Getting a connection that works: from a server that wakes up, or out of a pool whose connections may be dead."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from chatkit_link.store.outages import UNREACHED, DatabaseUnavailable
from chatkit_link.translations import Localized

#: Seconds that a server may take to wake up or to start, and between two attempts meanwhile.
WAKING = 5.0
_WAKING_RETRY = 0.1
#: Seconds without use after which a pooled connection is tried before it is given out, and until a try has failed: a
#: database that suspends itself ends connections at any time, and some networks without a word.
_STALE = 0.25
_TRY = 2.0


async def opened(opening: Callable[[], Awaitable[Any]], *, waking: float = 0) -> Any:
    """The connection that ``opening`` gives. waking: seconds that a server which is just starting is waited for.

    Raises:
        DatabaseUnavailable: there is none.
    """
    clock = asyncio.get_running_loop().time
    ends = clock() + waking
    while True:
        try:
            return await opening()
        except UNREACHED as error:
            if not isinstance(error, asyncpg.CannotConnectNowError) or clock() > ends:
                # Away, starting, full, or refusing us: to the caller it is all the same, the log states which.
                raise DatabaseUnavailable(Localized("database_unavailable")) from error
        await asyncio.sleep(_WAKING_RETRY)


async def acquire_checked(pool: Any, *, timeout: float) -> Any:  # noqa: ASYNC109 - asyncpg's own
    """A connection of the pool that was used just now, or answers. timeout: seconds to wait for a free one.

    Raises:
        OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError: none is free, or a new one failed.
    """
    while True:
        connection = await pool.acquire(timeout=timeout)
        if connection.unused_for < _STALE:
            return connection
        try:
            async with asyncio.timeout(_TRY):
                await connection.execute("SELECT 1")
        except BaseException as error:
            connection.terminate()
            await pool.release(connection)
            if not isinstance(error, UNREACHED):
                raise
            if isinstance(error, TimeoutError):  # so would the others be
                await pool.expire_connections()
        else:
            return connection
