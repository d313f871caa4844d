"""The connections to the database, and the only functions that open one.

``session(caller)`` is for everything that belongs to a user: it cannot be opened without a Caller, and
what it yields (``store/tenancy.py``) carries the filter. ``replica()`` and ``system()`` are for what
belongs to no user or to all of them: the runs' logs and leases, the bundled documents, housekeeping.

There are two pools, so that a connection is always either for one user or for the system, and so that many
users who wait for a connection never block the writing of the event log. Users wait for theirs in turn (``Turns``),
and what is looked up for those who are not identified yet never has the last two of the system.

Whether sessions last is asked when a database is opened, and again when its listener had to reconnect: behind a
pooler in transaction mode everything happens in transactions that say whose they are, and nothing is prepared by
name. What needs a session of its own, then goes to the direct address, if there is one, or is not done.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, Literal, Protocol

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from sqlalchemy import Executable

from chatkit_link.caller import Caller
from chatkit_link.errors import ConfigurationError, Unavailable
from chatkit_link.store.activity import Activity
from chatkit_link.store.address import Address, parse_address
from chatkit_link.store.database_errors import reason_of
from chatkit_link.store.json_column import decode_json
from chatkit_link.store.outages import DatabaseUnavailable, Outage, outage_of
from chatkit_link.store.row_security import RowSecurityConnection
from chatkit_link.store.session_probe import Connect, is_same_database, sessions_last
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
#: Seconds after which an idle connection is closed: before the networks of clouds forget it, which takes four minutes
#: on Azure and six on AWS, without a word to either side.
_IDLE = 150.0
#: Seconds without use after which a user's connection is tried before it is given out, and until a try has failed: a
#: database that suspends itself ends connections at any time, and some networks without a word.
_STALE = 0.25
_TRY = 2.0
#: Seconds that a server may take to wake up or to start, and between two attempts meanwhile.
_WAKING = 5.0
_WAKING_RETRY = 0.1
#: Seconds for the look at whether sessions last.
_PROBE = 5.0
#: What the driver and the network raise; which of it passes by itself, ``outage_of`` knows.
_REFUSALS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
_UNREACHED = (*_REFUSALS, TimeoutError)
#: A statement that was prepared is gone, or one is there that was not: only a pooler does that.
_OTHER_SESSION = (asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError)
#: Seconds that ``ping`` may take, and for which a server that lacked something counts as one that still does.
_PING = 1.0
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
        self.address = parse_address(url) if isinstance(url, str) else url
        self.url = url if isinstance(url, str) else url.url.render_as_string(hide_password=False)
        self._given = direct
        self._direct: Address | None = None
        self._direct_problem = ""
        self._examining = asyncio.Lock()
        #: Until the first connection of the listener, right after the database was examined.
        self._is_fresh = True
        self.activity = Activity()
        self._patience = patience
        self._turns: Turns = turns or _AnyOrder()
        system = _system_connections(pool_size)
        self._system_pool = self._pool(system, self._prepare_system)
        self._user_pool = self._pool(user_connections(pool_size), _prepare)
        self._lookups = asyncio.Semaphore(system - _SYSTEM_RESERVED)
        #: System connections that ended so far, by whichever side: after a crash of PostgreSQL, it has grown.
        self.lost_connections = 0
        self._pinging: asyncio.Task[bool] | None = None
        #: When the server last lacked something, by ``time.monotonic``; the open listening connections, and since when.
        self._lacked_at = -_LACKING
        self._listening: dict[Connection, float] = {}
        self._noted_at: dict[str, float] = {}

    def for_another_loop(self) -> "Database":
        """Another one of the same address with a few connections, for the event loop of another thread."""
        return Database(self.address, direct=self._given, pool_size=1, patience=self._patience)

    @property
    def pooled(self) -> bool:
        """Whether sessions do not last: the database is behind a pooler in transaction mode."""
        return self.address.pooled

    @property
    def session_address(self) -> Address:
        """Where sessions last, if anywhere: for what listens, holds locks, or takes long."""
        return self._direct or self.address

    @property
    def listens(self) -> bool:
        """Whether ``listening`` gives a session that lasts."""
        return not self.session_address.pooled

    @property
    def mode(self) -> Literal["sessions", "pooled", "pooled, with a direct connection"]:
        """``connection`` in a word or two, and without an address."""
        if not self.pooled:
            return "sessions"
        return "pooled" if self._direct is None else "pooled, with a direct connection"

    @property
    def connection(self) -> str:
        """One line about what is between this process and the database."""
        pooler = self.address.pooler
        name = f" ({pooler.name})" if pooler is not None else ""
        if not self.pooled:
            return f"sessions last: no pooler, or one in session mode{name}"
        found = f"the database is behind a pooler in transaction mode{name}"
        if self._direct is not None:
            return f"{found}, with a direct connection beside it to {self._direct.text}"
        return f"{found}, without a direct connection beside it{self._direct_problem}"

    async def examine(self) -> None:
        """Find out whether sessions last, and if not, whether there is a direct connection.

        Raises:
            ConfigurationError: it is behind a pooler in statement mode.
            Unavailable: the database cannot be reached.
        """
        async with self._examining:
            if not self.pooled and not await self._sessions_last():
                await self._become_pooled()
            if self.pooled:
                await self._find_direct()
            if self.listens and (self.pooled or self.address.pooler is not None):  # else the listener warns
                logger.info("%s", self.connection)

    async def confirm(self) -> None:
        """Look again, once a connection that was lost is back: it may lead somewhere else now.

        Raises:
            ConfigurationError: as ``examine``.
            Unavailable: sessions no longer last, or the database is away again.
        """
        if self._is_fresh:
            self._is_fresh = False
            return
        address = self.address
        if not self.pooled and not await self._sessions_last():
            await self.lose_sessions(address)
            raise Unavailable("sessions of the database do not last")

    async def lose_sessions(self, address: Address) -> None:
        """Go on without sessions at this address, which did not keep one."""
        async with self._examining:
            if address is self._direct:
                self._direct = None
                self._direct_problem = f": {address.text} is behind a pooler in transaction mode, too"
            elif address is self.address and not self.pooled:
                await self._become_pooled()
                await self._find_direct()
            else:  # somebody else was faster
                return
            logger.warning("sessions of the database do not last: %s", self.connection)

    async def _sessions_last(self) -> bool:
        try:
            return await sessions_last(self._connects(self.address))
        except _UNREACHED as error:
            raise Unavailable(Localized("database_unavailable")) from error

    async def _become_pooled(self) -> None:
        self.address = self.address.as_pooled()
        for pool in (self._user_pool, self._system_pool):
            pool.set_connect_args(**self._settings_for(self.address))
            await pool.expire_connections()

    async def _find_direct(self) -> None:
        direct = self._given or self.address.direct
        self._direct, self._direct_problem = None, ""
        if direct is None:
            return
        try:
            problem = await self._problem_of(direct)
        except _UNREACHED as error:
            problem = f"cannot be used: {reason_of(error)}"
        except ConfigurationError:
            problem = "is behind a pooler in statement mode"
        if problem is None:
            self._direct = direct
        else:
            name = "DATABASE_DIRECT_URL" if self._given else "the one that follows from DATABASE_URL"
            self._direct_problem = f": {name}, {direct.text}, {problem}"

    async def _problem_of(self, direct: Address) -> str | None:
        connect = self._connects(direct)
        if direct.pooled or not await sessions_last(connect):
            return "is behind a pooler in transaction mode, too"
        if not await is_same_database(self._connects(self.address), connect):
            return "is another database than DATABASE_URL: locks that are held there are not seen here"
        return None

    def _connects(self, address: Address) -> Connect:
        """For a look at whether sessions last: prepares nothing, and does not wait for long once it is connected."""
        connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        settings = {"timeout": self._patience, **address.connect_args, "statement_cache_size": 0}
        return lambda: connect(**settings, command_timeout=_PROBE)

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
        if self._pinging is not None:
            self._pinging.cancel()
            await asyncio.gather(self._pinging, return_exceptions=True)
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
        connection = await self._opened(lambda: connect(**settings))
        self._listening[connection] = time.monotonic()
        try:
            yield connection
        finally:
            del self._listening[connection]
            connection.terminate()

    async def ping(self) -> None:
        """Raises Unavailable within a second while the database cannot be reached, or stores nothing."""
        if self._pinging is None or self._pinging.done():
            self._pinging = asyncio.create_task(self._reads_only())
            self._pinging.add_done_callback(_look_at)
        done, _ = await asyncio.wait({self._pinging}, timeout=_PING)  # it may stand still for longer than it may take
        if not done:
            raise DatabaseUnavailable(Localized("database_timeout"))
        if self._pinging.result():
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
            connection = await self._opened(lambda: self._tried(pool), waking=_WAKING)
        else:
            connection = await self._opened(lambda: pool.acquire(timeout=self._patience))
        try:
            yield connection
        except TimeoutError as error:  # the statement's; no other clock runs in here
            connection.terminate()
            raise DatabaseUnavailable(Localized("database_timeout")) from error
        except _OTHER_SESSION as error:
            await self.lose_sessions(address)
            raise DatabaseUnavailable(Localized("database_unavailable")) from error
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

    async def _tried(self, pool: Any) -> Any:
        """A connection that was used just now, or answers."""
        while True:
            connection = await pool.acquire(timeout=self._patience)
            if connection.unused_for < _STALE:
                return connection
            try:
                async with asyncio.timeout(_TRY):
                    await connection.execute("SELECT 1")
            except BaseException as error:
                connection.terminate()
                await pool.release(connection)
                if not isinstance(error, _UNREACHED):
                    raise
                if isinstance(error, TimeoutError):  # so would the others be
                    await pool.expire_connections()
            else:
                return connection

    @staticmethod
    async def _opened(opening: Callable[[], Awaitable[Any]], *, waking: float = 0) -> Any:
        """waking: seconds that a server which is just starting is waited for."""
        clock = asyncio.get_running_loop().time
        ends = clock() + waking
        while True:
            try:
                return await opening()
            except _UNREACHED as error:
                if not isinstance(error, asyncpg.CannotConnectNowError) or clock() > ends:
                    # Away, starting, full, or refusing us: to the caller it is all the same, the log states which.
                    raise DatabaseUnavailable(Localized("database_unavailable")) from error
            await asyncio.sleep(_WAKING_RETRY)


def _look_at(pinging: asyncio.Task[bool]) -> None:
    """Nobody waits for an answer that comes late: without this, its error would be in the log as one of ours."""
    if not pinging.cancelled():
        pinging.exception()


async def _prepare(connection: Any) -> None:
    """JSON as Python values, and written text as it is."""
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=to_json_text, decoder=decode_json)


async def _keep(connection: Any) -> None:
    """What a connection knows (its owner, its prepared statements) stays when it goes back to its pool.

    asyncpg's default would ask the server to reset it, in a round trip after each use.
    """
    connection.note_use()
