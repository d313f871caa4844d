"""The connections to the database, and the only functions that open one.

``session(caller)`` is for everything that belongs to a user: it cannot be opened without a Caller, and
what it yields (``store/tenancy.py``) carries the filter. ``replica()`` and ``system()`` are for what
belongs to no user or to all of them: the runs' logs and leases, the bundled documents, housekeeping.

There are two pools, so that a connection is always either for one user or for the system, and so that many
users who wait for a connection never block the writing of the event log. Users wait for theirs in turn (``Turns``),
and what is looked up for those who are not identified yet never has the last two of the system.

Where sessions do not last (``session_route.py``), everything happens in transactions that say whose they are, and
nothing is prepared by name. What needs a session of its own, then goes to the direct address, or is not done.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, Protocol

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from sqlalchemy import Executable

from chatkit_link.caller import Caller
from chatkit_link.store.acquire import WAKING, acquire_checked, opened
from chatkit_link.store.activity import Activity
from chatkit_link.store.address import Address, parse_address
from chatkit_link.store.health_check import HealthCheck
from chatkit_link.store.json_column import decode_json
from chatkit_link.store.outages import REFUSALS, DatabaseUnavailable, Outage, outage_of
from chatkit_link.store.row_security import RowSecurityConnection
from chatkit_link.store.session_route import SessionRoute
from chatkit_link.store.statement import Connection, Row, Rows, Statement, run
from chatkit_link.store.tenancy import Session
from chatkit_link.translations import Localized
from chatkit_link.wire.sanitize import to_json_text

#: Of all connections, for the system: to write logs, renew leases, end orphans and read for followers.
_SYSTEM_SHARE = 0.4
_SYSTEM_LEAST = 3
#: Of those, kept from ``lookup``.
_SYSTEM_RESERVED = 2
#: Seconds that connecting, a free connection, or one statement may take.
PATIENCE = 10.0
#: Seconds after which an idle connection is closed: before the networks of clouds forget it, which takes four minutes
#: on Azure and six on AWS, without a word to either side.
_IDLE = 150.0
#: A statement that was prepared is gone, or one is there that was not: only a pooler does that.
_OTHER_SESSION = (asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError)
#: Seconds after which a listening connection is given up, too, where the server only reads.
_SETTLED = 5.0
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
        self,
        url: str | Address,
        *,
        direct: Address | None = None,
        pool_size: int = 10,
        patience: float = PATIENCE,
        turns: Turns | None = None,
    ) -> None:
        """Does not connect yet.

        Args:
            url: any address that ``parse_address`` reads, or has read.
            direct: of the same database, past a pooler; what follows from the address if None.
            pool_size: connections held at most.
            patience: seconds that connecting, a free connection, or one statement may take.
            turns: for users' connections; they are given out as they are asked for if None.
        """
        address = parse_address(url) if isinstance(url, str) else url
        self.url = url if isinstance(url, str) else url.url.render_as_string(hide_password=False)
        self.route = SessionRoute(address, direct, timeout=patience, became_pooled=self._become_pooled)
        self.health = HealthCheck(self._reads_only)
        self.activity = Activity()
        self._patience = patience
        self._turns: Turns = turns or _AnyOrder()
        system = _system_connections(pool_size)
        self._system_pool = self._pool(system, self._prepare_system)
        self._user_pool = self._pool(user_connections(pool_size), _prepare)
        self._pools = (self._user_pool, self._system_pool)
        self._lookups = asyncio.Semaphore(system - _SYSTEM_RESERVED)
        #: System connections that ended so far, by whichever side: after a crash of PostgreSQL, it has grown.
        self.lost_connections = 0
        #: The open listening connections, and since when, by ``time.monotonic``.
        self._listening: dict[Connection, float] = {}

    def for_another_loop(self, *, patience: float) -> "Database":
        """Another one of the same address with three connections at most, for the event loop of another thread.

        patience: seconds, in place of those of this one if it has more.
        """
        return Database(self.address, direct=self.route.given, pool_size=1, patience=min(patience, self._patience))

    @property
    def address(self) -> Address:
        """Where everything goes that needs no session of its own."""
        return self.route.address

    @property
    def pooled(self) -> bool:
        """Whether sessions do not last: the database is behind a pooler in transaction mode."""
        return self.address.pooled

    @property
    def session_address(self) -> Address:
        """Where sessions last, if anywhere: for what listens, holds locks, or takes long."""
        return self.route.session_address

    @property
    def listens(self) -> bool:
        """Whether ``listening`` gives a session that lasts."""
        return not self.session_address.pooled

    async def _become_pooled(self, address: Address) -> None:
        for pool in self._pools:
            pool.set_connect_args(**self._settings_for(address))
            await pool.expire_connections()

    def _settings_for(self, address: Address) -> dict[str, Any]:
        return {"timeout": self._patience, "command_timeout": self._patience, **address.connect_args}

    def _pool(self, size: int, prepare: Any) -> Any:
        create: Any = asyncpg.create_pool  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return create(
            min_size=0,
            max_size=size,
            connection_class=RowSecurityConnection,
            record_class=Row,
            init=prepare,
            reset=_keep,
            max_inactive_connection_lifetime=_IDLE,
            **self._settings_for(self.address),
        )

    async def close(self) -> None:
        await self.health.close()
        for pool in self._pools:
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
        self.activity.note()
        async with self._turns.turn(caller), self._acquired(self._user_pool, patient=True) as connection:
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
        self.activity.note()
        try:
            async with asyncio.timeout(self._patience):
                await self._lookups.acquire()
        except TimeoutError:
            raise DatabaseUnavailable(Localized("database_timeout")) from None
        try:
            async with self._open_system(atomic=atomic, patient=True) as connection:
                yield connection
        finally:
            self._lookups.release()

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[Connection]:
        """A connection of its own, to listen on: a listener must be back at once, and never wait for a free one.

        Beside a pooler it is the direct one, if there is one.
        """
        connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        settings = self._settings_for(self.session_address)
        connection = await opened(lambda: connect(**settings))
        self._listening[connection] = time.monotonic()
        try:
            yield connection
        finally:
            del self._listening[connection]
            connection.terminate()

    async def _reads_only(self) -> bool:
        async with self.replica() as connection:
            (row,) = await connection.connection.fetch(_READS_ONLY)
            return row.reads_only

    @asynccontextmanager
    async def _open_system(self, *, atomic: bool, patient: bool = False) -> AsyncGenerator[System]:
        opening = self._acquired(self._system_pool, patient=patient)
        async with opening as connection, self._together(connection, atomic=atomic):
            if self.pooled:
                await connection.show_all(local=True)
            yield System(connection)

    async def _prepare_system(self, connection: Any) -> None:
        await _prepare(connection)
        connection.add_termination_listener(self._count_lost)
        if not self.pooled:
            await connection.show_all()

    def _count_lost(self, _connection: Any) -> None:
        self.lost_connections += 1

    def _together(self, connection: Any, *, atomic: bool) -> AbstractAsyncContextManager[Any]:
        """One transaction, if that is asked for or must be: a pooler may run each on another connection of its own."""
        return connection.transaction() if atomic or self.pooled else nullcontext()

    @asynccontextmanager
    async def _acquired(self, pool: Any, *, patient: bool = False) -> AsyncGenerator[Any]:
        """patient: for what somebody waits for: an error that another connection would not have is not theirs."""
        await pool  # the first time makes it; it connects when a connection is asked for
        address = self.address
        if patient:
            connection = await opened(lambda: acquire_checked(pool, timeout=self._patience), waking=WAKING)
        else:
            connection = await opened(lambda: pool.acquire(timeout=self._patience))
        try:
            yield connection
        except TimeoutError as error:  # the statement's; no other clock runs in here
            connection.terminate()
            raise DatabaseUnavailable(Localized("database_timeout")) from error
        except _OTHER_SESSION as error:
            await self.route.lose_sessions(address)
            raise DatabaseUnavailable(Localized("database_unavailable")) from error
        except REFUSALS as error:
            outage = outage_of(error)
            if outage is None:
                raise
            self.health.note(outage, error, is_users=pool is self._user_pool)
            if outage is Outage.READ_ONLY:
                await self._leave_read_only_server()
            raise DatabaseUnavailable(Localized("database_unavailable")) from error
        finally:
            await pool.release(connection)  # which is shielded: a cancelled request gives its connection back, too

    async def _leave_read_only_server(self) -> None:
        """The address may lead to another server by now: the connections to this one are of no use."""
        for pool in self._pools:
            await pool.expire_connections()
        for connection, since in self._listening.items():
            if time.monotonic() - since > _SETTLED:
                connection.terminate()


async def _prepare(connection: Any) -> None:
    """JSON as Python values, and written text as it is."""
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=to_json_text, decoder=decode_json)


async def _keep(connection: Any) -> None:
    """What a connection knows (its owner, its prepared statements) stays when it goes back to its pool.

    asyncpg's default would ask the server to reset it, in a round trip after each use.
    """
    connection.note_use()
