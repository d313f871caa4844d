"""Bringing a database to the schema of this version."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from chatkit_link.errors import Unavailable
from chatkit_link.resources import resource
from chatkit_link.store.engine import Database
from chatkit_link.store.row_security import GRANT_ROLE, SHOW_ALL

logger = logging.getLogger(__name__)

#: Any constant: replicas that start together migrate one after the other.
_LOCK = 0x436B4C6B
#: Seconds that they wait for each other, longer than any request may.
_PATIENCE = 600
#: Seconds between two attempts to get tables that are in use.
_PAUSE = 1.0
#: Cancelled by its statement_timeout or lock_timeout, or the victim of a deadlock.
_NOT_GIVEN = frozenset({"57014", "55P03", "40P01"})


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resource("migrations")))
    return config


def head() -> str | None:
    """The revision this version of the code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    connection.exec_driver_sql(SHOW_ALL, (True,))
    command.upgrade(config, "head")
    connection.exec_driver_sql(GRANT_ROLE)


async def migrate(database: Database) -> None:
    """Upgrade to the newest schema, in one transaction; does nothing where that is done already.

    A migration that needs tables to itself asks for them for less than a second. Where it does not get them, it
    leaves them to the running servers for a while, and asks again.

    Raises:
        Unavailable: it did not get them within ten minutes.
    """
    clock = asyncio.get_running_loop().time
    ends = clock() + _PATIENCE
    while True:
        try:
            async with schema_connection(database) as connection:
                await connection.run_sync(_upgrade)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _NOT_GIVEN:
                raise
            if clock() > ends:
                raise Unavailable(
                    "The database cannot be upgraded while another program, such as a backup, holds its tables."
                ) from error
            logger.info("the tables are in use: the upgrade of the database is tried again")
            await asyncio.sleep(_PAUSE)
        else:
            return


async def revision(database: Database) -> str | None:
    """The revision the database is at, or None for an empty one."""
    async with schema_connection(database) as connection:
        return await connection.run_sync(lambda c: MigrationContext.configure(c).get_current_revision())


@asynccontextmanager
async def schema_connection(database: Database) -> AsyncGenerator[AsyncConnection]:
    """A connection of SQLAlchemy's, which Alembic speaks to, inside a transaction."""
    address = database.address
    engine = create_async_engine(
        address.url, poolclass=NullPool, connect_args={**address.engine_args, "command_timeout": _PATIENCE}
    )
    try:
        try:
            connection = await engine.connect()
        except (OSError, DBAPIError, TimeoutError) as error:
            raise Unavailable("The database cannot be reached right now. Please try again in a moment.") from error
        try:
            async with connection.begin():
                yield connection
        finally:
            await connection.close()
    finally:
        await engine.dispose()
