"""The connections to the database, and the only functions that open one.

``session(caller)`` is for everything that belongs to a user: it cannot be opened without a Caller, and
what it yields (``store/tenancy.py``) carries the filter. ``replica()`` and ``system()`` are for what
belongs to no user or to all of them: the runs' logs and leases, the bundled documents, housekeeping.

There are two pools, so that a connection is always either for one user or for the system, and so that many
users who wait for a connection never block the writing of the event log. Users wait for theirs in turn (``Turns``),
and what is looked up for those who are not identified yet never has the last two of the system.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, Protocol

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from sqlalchemy import Executable

from chatkit_link.caller import Caller
from chatkit_link.store.address import parse_address
from chatkit_link.store.json_column import decode_json
from chatkit_link.store.outages import DatabaseUnavailable, Outage, outage_of
from chatkit_link.store.row_security import RowSecurityConnection
from chatkit_link.store.statement import Connection, Row, Rows, Statement, run
from chatkit_link.store.tenancy import Session
from chatkit_link.translations import Localized
from chatkit_link.wire.sanitize import to_json_text

logger = logging.getLogger(__name__)

#: Of all connections, for the system: to write logs, renew leases, end orphans and read for followers.
_SYSTEM_SHARE = 0.4
_SYSTEM_LEAST = 3
#: Of those, kept from ``lookup``.
_SYSTEM_RESERVED = 2
#: Seconds that connecting, a free connection, or one statement may take.
PATIENCE = 10.0
#: What the driver and the network raise; which of it passes by itself, ``outage_of`` knows.
_REFUSALS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
#: Seconds that a probe may take, and for which a server that lacked something counts as one that still does.
_PROBE = 1.0
_LACKING = 3.0
#: Seconds after which a listening connection is given up, too, where the server only reads.
_SETTLED = 5.0
#: Seconds in which the log has one line about errors of the same SQLSTATE.
_NOTED = 10.0
_READS_ONLY = "SELECT current_setting('transaction_read_only') = 'on' AS reads_only"


class Turns(Protocol):
    """Who is next to have one of the connections for users."""

    def turn(self, caller: Caller) -> AbstractAsyncContextManager[None]:
        """Wait until the caller may have a connection inside the block."""
        ...


class _AnyOrder:
    def turn(self, caller: Caller) -> AbstractAsyncContextManager[None]:
        del caller
        return nullcontext()


def user_connections(pool_size: int) -> int:
    """How many of all connections are for users."""
    return max(1, pool_size - _system_connections(pool_size))


def _system_connections(pool_size: int) -> int:
    return max(_SYSTEM_LEAST, round(pool_size * _SYSTEM_SHARE))


class System:
    """An open system connection: it sees the rows of all users."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def execute(self, statement: Statement | Executable, /, **values: Any) -> Rows:
        """Run a statement with these values of its parameters."""
        return await run(self.connection, statement, values)

    async def execute_many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a statement once for each row of values."""
        await self.connection.executemany(statement.sql, [statement.arguments(row) for row in rows])


class Database:
    """Connections to one PostgreSQL database. Belongs to the event loop that it is made in."""

    def __init__(
        self, url: str, *, pool_size: int = 10, patience: float = PATIENCE, turns: Turns | None = None
    ) -> None:
        """Does not connect yet.

        Args:
            url: any address that ``parse_address`` reads.
            pool_size: connections held at most.
            patience: seconds that connecting, a free connection, or one statement may take.
            turns: for users' connections; they are given out as they are asked for if None.
        """
        self.url = url
        self.address = parse_address(url)
        self.pooled = self.address.pooled
        self._patience = patience
        self._turns: Turns = turns or _AnyOrder()
        system = _system_connections(pool_size)
        self._system_pool = self._pool(system, self._prepare_system)
        self._user_pool = self._pool(user_connections(pool_size), _prepare)
        self._lookups = asyncio.Semaphore(system - _SYSTEM_RESERVED)
        self._probe: asyncio.Task[bool] | None = None
        #: When the server last lacked something, by ``time.monotonic``; the open listening connections, and since when.
        self._lacked_at = -_LACKING
        self._listening: dict[Connection, float] = {}
        self._noted_at: dict[str, float] = {}

    def for_another_loop(self) -> "Database":
        """Another one of the same address with a few connections, for the event loop of another thread."""
        return Database(self.url, pool_size=1, patience=self._patience)

    @property
    def _settings(self) -> dict[str, Any]:
        return {"timeout": self._patience, "command_timeout": self._patience, **self.address.connect_args}

    def _pool(self, size: int, prepare: Any) -> Any:
        create: Any = asyncpg.create_pool  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return create(
            min_size=0,
            max_size=size,
            connection_class=RowSecurityConnection,
            record_class=Row,
            init=prepare,
            reset=_keep,
            **self._settings,
        )

    async def close(self) -> None:
        if self._probe is not None:
            self._probe.cancel()
            await asyncio.gather(self._probe, return_exceptions=True)
        for pool in (self._user_pool, self._system_pool):
            try:
                await pool
                async with asyncio.timeout(1):
                    await pool.close()
            except Exception:  # noqa: BLE001 - a connection that is lost, or still waits for an answer
                pool.terminate()

    @asynccontextmanager
    async def session(self, caller: Caller, *, atomic: bool = False) -> AsyncGenerator[Session]:
        """A connection for this caller's data. Without ``atomic``, each statement commits by itself,
        which saves the two round trips of BEGIN and COMMIT where one statement does it all.
        """
        async with self._turns.turn(caller), self._acquired(self._user_pool) as connection:
            if not self.pooled:
                await connection.show_only(caller)
            async with self._together(connection, atomic=atomic):
                if self.pooled:
                    await connection.show_only(caller, local=True)
                yield Session(connection, caller)

    @asynccontextmanager
    async def system(self) -> AsyncGenerator[System]:
        """A connection inside a transaction, for what belongs to no user, or to all of them."""
        async with self._open_system(atomic=True) as connection:
            yield connection

    @asynccontextmanager
    async def replica(self) -> AsyncGenerator[System]:
        """A connection for what a replica does for all users' runs, each statement by itself (``store/runs.py``)."""
        async with self._open_system(atomic=False) as connection:
            yield connection

    @asynccontextmanager
    async def lookup(self, *, atomic: bool = False) -> AsyncGenerator[System]:
        """A system connection for what anybody can ask for: however many do, answers are still written."""
        try:
            async with asyncio.timeout(self._patience):
                await self._lookups.acquire()
        except TimeoutError:
            raise DatabaseUnavailable(Localized("database_timeout")) from None
        try:
            async with self._open_system(atomic=atomic) as connection:
                yield connection
        finally:
            self._lookups.release()

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[Connection]:
        """A connection of its own, to listen on: a listener must be back at once, and never wait for a free one."""
        connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        connection = await self._opened(connect(**self._settings))
        self._listening[connection] = time.monotonic()
        try:
            yield connection
        finally:
            del self._listening[connection]
            connection.terminate()

    async def ping(self) -> None:
        """Raises Unavailable within a second while the database cannot be reached, or stores nothing."""
        if self._probe is None or self._probe.done():
            self._probe = asyncio.create_task(self._reads_only())
        done, _ = await asyncio.wait({self._probe}, timeout=_PROBE)  # it may stand still for longer than it may take
        if not done:
            raise DatabaseUnavailable(Localized("database_timeout"))
        if self._probe.result():
            raise DatabaseUnavailable("The database is read-only, as during a failover.")
        if self.is_lacking:
            raise DatabaseUnavailable("The database server lacks space, memory or connections. The log has the rest.")

    @property
    def is_lacking(self) -> bool:
        """Whether the server has lately lacked something, such as space on its disk."""
        return time.monotonic() - self._lacked_at < _LACKING

    async def _reads_only(self) -> bool:
        async with self.replica() as connection:
            (row,) = await connection.connection.fetch(_READS_ONLY)
            return row.reads_only

    @asynccontextmanager
    async def _open_system(self, *, atomic: bool) -> AsyncGenerator[System]:
        async with self._acquired(self._system_pool) as connection, self._together(connection, atomic=atomic):
            if self.pooled:
                await connection.show_all(local=True)
            yield System(connection)

    async def _prepare_system(self, connection: Any) -> None:
        await _prepare(connection)
        if not self.pooled:
            await connection.show_all()

    def _together(self, connection: Any, *, atomic: bool) -> AbstractAsyncContextManager[Any]:
        """One transaction, if that is asked for or must be: a pooler may run each on another connection of its own."""
        return connection.transaction() if atomic or self.pooled else nullcontext()

    @asynccontextmanager
    async def _acquired(self, pool: Any) -> AsyncGenerator[Any]:
        await pool  # the first time makes it; it connects when a connection is asked for
        connection = await self._opened(pool.acquire(timeout=self._patience))
        try:
            yield connection
        except TimeoutError as error:  # the statement's; no other clock runs in here
            connection.terminate()
            raise DatabaseUnavailable(Localized("database_timeout")) from error
        except _REFUSALS as error:
            outage = outage_of(error)
            if outage is None:
                raise
            await self._note(outage, error)
            raise DatabaseUnavailable(Localized("database_unavailable")) from error
        finally:
            await pool.release(connection)  # which is shielded: a cancelled request gives its connection back, too

    async def _note(self, outage: Outage, error: BaseException) -> None:
        """Have ``ping`` report what is lacking, and new connections made where the old ones are of no use.

        The log has the SQLSTATE, again only after a while.
        """
        state = getattr(error, "sqlstate", None) or "-"
        if time.monotonic() - self._noted_at.get(state, -_NOTED) > _NOTED:
            self._noted_at[state] = time.monotonic()
            logger.warning("the database refused a statement: %s (SQLSTATE %s)", type(error).__name__, state)
        if outage is Outage.FULL:
            self._lacked_at = time.monotonic()
        if outage is not Outage.READ_ONLY:
            return
        for pool in (self._user_pool, self._system_pool):
            await pool.expire_connections()
        for connection, since in self._listening.items():
            if time.monotonic() - since > _SETTLED:
                connection.terminate()

    @staticmethod
    async def _opened(opening: Awaitable[Any]) -> Any:
        try:
            return await opening
        except (*_REFUSALS, TimeoutError) as error:
            # Away, starting, full, or refusing us: to the caller it is all the same, the log states which.
            raise DatabaseUnavailable(Localized("database_unavailable")) from error


async def _prepare(connection: Any) -> None:
    """JSON as Python values, and written text as it is."""
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=to_json_text, decoder=decode_json)


async def _keep(_connection: Any) -> None:
    """What a connection knows (its owner, its prepared statements) stays when it goes back to its pool.

    asyncpg's default would ask the server to reset it, in a round trip after each use.
    """
