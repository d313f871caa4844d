"""Whether the sessions of a database last, found by using them.

Behind a pooler in transaction mode, each transaction of a connection runs in whichever session of the pooler is free.
Such a pooler looks like the database: nothing in the protocol names it. So one connection leaves a mark in its
session, and two things are looked at, each of which alone can miss a pooler:

- whether the mark is still there in its next transactions. A pooler that gives out its sessions in turn, or has other
  clients, shows itself here; one that gives out the session that was used last does not.
- whether a second connection, while the first is open but idle, finds the mark in its own transaction, and whether
  the first still does while the second keeps its session. That shows the other poolers: also one that has a single
  session, where each statement meets the same.

Every look is a transaction of its own, in which a pooler may do nothing else. Where sessions last, neither happens,
whatever else the server does: a verdict that they do not is always right. One that they do is wrong once in some
thousand times on a small pool that is fully busy, so it is checked while the server runs: by the lock of its listener
(``runs/wakeups.py``), and by statements that are prepared and not found again (``engine.py``).
"""

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from chatkit_link.errors import ConfigurationError

#: Opens a connection that prepares nothing by name.
Connect = Callable[[], Awaitable[Any]]

_MARK = "SELECT pg_backend_pid(), set_config('chatkit_link.probe', $1, false)"
_LOOK = "SELECT pg_backend_pid(), current_setting('chatkit_link.probe', true)"
#: Times that both are looked at: among many other clients, a session may be free again by chance.
_ROUNDS = 5
#: Any constant: the first half of a lock, beside those of replicas (``replicas.py``).
_KIND = 0x436B4C70
_LOCK = "SELECT pg_advisory_lock_shared($1::int, $2::int)"
_SEEN = """
    SELECT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND classid = $1::int AND objid = $2::int AND objsubid = 2
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
"""


async def sessions_last(connect: Connect) -> bool:
    """Whether a connection keeps its session between its transactions.

    Raises:
        ConfigurationError: there are no transactions at all, as behind a pooler in statement mode.
        OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError: the database does not answer.
    """
    try:
        async with _opened(connect) as one, _opened(connect) as other:
            return await _keeps_mark(one, other)
    except TimeoutError:
        # Two connections at once are more than there are sessions, or nothing answers.
        async with _opened(connect) as only:
            await _look(only)
        return False
    except asyncpg.PostgresError as error:
        if "statement pooling mode" in str(error):
            raise ConfigurationError(
                "The database is behind a pooler in statement mode, in which there are no transactions: "
                "switch it to transaction or session mode, or name the database itself in DATABASE_URL."
            ) from error
        raise


async def _keeps_mark(one: Any, other: Any) -> bool:
    async with one.transaction():
        marked = tuple(await one.fetchrow(_MARK, secrets.token_hex(8)))
    for _ in range(_ROUNDS):
        if await _look(one) != marked:
            return False
        async with other.transaction():
            if (await other.fetchrow(_LOOK))[1] == marked[1]:
                return False
            if await _look(one) != marked:
                return False
    return True


async def _look(connection: Any) -> tuple[int, str | None]:
    async with connection.transaction():
        return tuple(await connection.fetchrow(_LOOK))


async def is_same_database(connect: Connect, direct: Connect) -> bool:
    """Whether a lock of a session on ``direct`` is seen from ``connect``, as that of a replica must be."""
    number = secrets.randbelow(2**31)
    async with _opened(direct) as holder, _opened(connect) as reader:
        await holder.fetch(_LOCK, _KIND, number)
        async with reader.transaction():
            return await reader.fetchval(_SEEN, _KIND, number)


@asynccontextmanager
async def _opened(connect: Connect) -> AsyncGenerator[Any]:
    connection = await connect()
    try:
        yield connection
    finally:
        connection.terminate()
