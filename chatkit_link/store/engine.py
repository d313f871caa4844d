"""The connection pool, and the only two ways to get a connection out of it.

``session(caller)`` is for everything that belongs to somebody: it cannot be opened without a Caller,
and what it yields (``store/tenancy.py``) carries the filter. ``system()`` is for what belongs to
nobody: migrations, the bundled documents, housekeeping.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol, cast

from pydantic_core import from_json
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from chatkit_link.caller import Caller
from chatkit_link.errors import Unavailable
from chatkit_link.store.address import parse_address
from chatkit_link.store.tenancy import Session
from chatkit_link.store.text import to_json_text


class Listener(Protocol):
    """What asyncpg's connection, which has no types, offers to those who listen."""

    def is_closed(self) -> bool: ...
    def add_termination_listener(self, callback: Callable[[Any], None]) -> None: ...
    async def add_listener(self, channel: str, callback: Callable[[Any, int, str, str], None]) -> None: ...
    async def remove_listener(self, channel: str, callback: Callable[[Any, int, str, str], None]) -> None: ...


def _require_alive(connection: Any, _record: Any, _proxy: Any) -> None:
    """A restarted Postgres costs a reconnect, not a failed request: the driver has seen its connections close.

    SQLAlchemy's own ``pool_pre_ping`` asks the server, in a transaction, before each use: three round trips
    for each statement of ours.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError


class Database:
    """An open pool of connections to one PostgreSQL database."""

    def __init__(self, url: str, *, pool_size: int = 10, patience: float = 10.0) -> None:
        """Does not connect yet.

        Args:
            url: any address that ``parse_address`` reads.
            pool_size: connections held at most.
            patience: seconds that connecting, a free connection, or one statement may take.
        """
        address = parse_address(url)
        self.pooled = address.pooled
        self.engine: AsyncEngine = create_async_engine(
            address.url,
            connect_args={"timeout": patience, "command_timeout": patience} | address.connect_args,
            pool_timeout=patience,
            pool_size=pool_size + 1,  # one of them listens (runs/wakeups.py)
            max_overflow=0,
            hide_parameters=True,  # what people write is no part of an error's text
            json_serializer=to_json_text,
            json_deserializer=from_json,
        )
        event.listen(self.engine.sync_engine, "checkout", _require_alive)
        self._autocommit = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    async def close(self) -> None:
        await self.engine.dispose()

    @asynccontextmanager
    async def session(self, caller: Caller, *, atomic: bool = False) -> AsyncGenerator[Session]:
        """A connection for this caller's data. Without ``atomic``, each statement commits by itself,
        which saves the two round trips of BEGIN and COMMIT where one statement does it all.
        """
        async with self._connect(atomic) as connection:
            yield Session(connection, caller)

    @asynccontextmanager
    async def system(self) -> AsyncGenerator[AsyncConnection]:
        """A connection inside a transaction, for tables that hold nobody's private data."""
        async with self._connect(atomic=True) as connection:
            yield connection

    @asynccontextmanager
    async def replica(self) -> AsyncGenerator[AsyncConnection]:
        """A connection for what a replica does for everybody's runs, each statement by itself (``store/runs.py``)."""
        async with self._connect(atomic=False) as connection:
            yield connection

    @asynccontextmanager
    async def driver_connection(self) -> AsyncGenerator[Listener]:
        """A connection of asyncpg's own, to listen on."""
        async with self._connect(atomic=False) as connection:
            raw = await connection.get_raw_connection()
            yield cast("Listener", raw.driver_connection)

    async def ping(self) -> None:
        """Raises Unavailable while the database cannot be reached."""
        async with self.system() as connection:
            await connection.execute(text("SELECT 1"))

    @asynccontextmanager
    async def _connect(self, atomic: bool) -> AsyncGenerator[AsyncConnection]:
        try:
            connection = await (self.engine if atomic else self._autocommit).connect()
        except (OSError, DBAPIError, TimeoutError, PoolTimeout) as error:
            # Away, starting, full, or refusing us: to whoever asks it is all the same, the log says which.
            raise Unavailable("The database cannot be reached right now. Please try again in a moment.") from error
        try:
            if atomic:
                async with connection.begin():
                    yield connection
            else:
                yield connection
        except TimeoutError as error:  # the statement's; nobody else's clock runs in here
            await connection.invalidate()
            raise Unavailable("The database did not answer in time. Please try again in a moment.") from error
        except DBAPIError as error:
            if error.connection_invalidated or isinstance(error, InterfaceError):
                raise Unavailable("The database connection was lost. Please try again in a moment.") from error
            raise
        finally:
            await asyncio.shield(connection.close())  # a cancelled request gives its connection back, too
