"""Bringing a database to the schema of this version."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from chatkit_link.errors import ConfigurationError, Unavailable
from chatkit_link.resources import resource
from chatkit_link.store.engine import Database
from chatkit_link.store.row_security import GRANT_ROLE, PROTECT_AUDIT, SHOW_ALL

logger = logging.getLogger(__name__)

#: Any constant: replicas that start together migrate one after the other.
_LOCK = 0x436B4C6B
#: Seconds that they wait for each other, longer than any request may.
_PATIENCE = 600
#: Seconds between two attempts to get tables that are in use.
_PAUSE = 1.0
#: Cancelled by its statement_timeout or lock_timeout, or the victim of a deadlock.
_NOT_GIVEN = frozenset({"57014", "55P03", "40P01"})
#: Seconds that connecting may take, where DATABASE_URL has no connect_timeout.
_CONNECT = 10
_AWAY = (OSError, DBAPIError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


@dataclass(frozen=True, slots=True)
class Schema:
    """The revision that a database is at (None: it has no tables of ours), and the one this version needs."""

    current: str | None
    needed: str | None
    known: bool

    @property
    def state(self) -> Literal["current", "empty", "older", "newer"]:
        if self.current == self.needed:
            return "current"
        if self.current is None:
            return "empty"
        return "older" if self.known else "newer"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resource("migrations")))
    return config


def head() -> str | None:
    """The revision this version of the code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def knows(revision: str) -> bool:
    """Whether this version can bring a database at this revision up to date."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _schema(connection: Connection) -> Schema:
    scripts = ScriptDirectory.from_config(_config())
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    return Schema(current, scripts.get_current_head(), current is None or current in known)


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    connection.exec_driver_sql(SHOW_ALL, (True,))
    if (schema := _schema(connection)).state == "newer":
        raise ConfigurationError(_newer(schema))
    command.upgrade(config, "head")
    connection.exec_driver_sql(GRANT_ROLE)
    connection.exec_driver_sql(PROTECT_AUDIT)


async def migrate(database: Database) -> None:
    """Upgrade to the newest schema, in one transaction; does nothing where that is done already.

    A migration that needs tables to itself asks for them for less than a second. Where it does not get them, it
    leaves them to the running servers for a while, and asks again.

    Raises:
        ConfigurationError: the schema is that of a newer version.
        Unavailable: it did not get the tables within ten minutes.
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


async def read_schema(database: Database) -> Schema:
    """What the database is at; changes nothing."""
    async with schema_connection(database) as connection:
        return await connection.run_sync(_schema)


async def require_schema(database: Database, *, older: bool = False) -> None:
    """Raises ConfigurationError where the schema is not that of this version; changes nothing.

    older: whether it may be that of an earlier version.
    """
    schema = await read_schema(database)
    match schema.state:
        case "older" if older:
            pass
        case "newer":
            raise ConfigurationError(_newer(schema))
        case "older" | "empty":
            found = f"is at schema {schema.current}" if schema.current else "has no tables of ChatKit Link yet"
            raise ConfigurationError(
                f"The database {found}; this version needs schema {schema.needed}. Run chatkit-link migrate, "
                "or start the server of this version, which does the same."
            )
        case "current":
            pass


def _newer(schema: Schema) -> str:
    return (
        f"The database is at schema {schema.current} of a newer version of ChatKit Link; this version knows schemas "
        f"up to {schema.needed}. Install the newer version, or name another database in DATABASE_URL."
    )


@asynccontextmanager
async def schema_connection(database: Database) -> AsyncGenerator[AsyncConnection]:
    """A connection of SQLAlchemy's, which Alembic speaks to, inside a transaction."""
    address = database.address
    arguments = {"timeout": _CONNECT, **address.engine_args, "command_timeout": _PATIENCE}
    engine = create_async_engine(address.url, poolclass=NullPool, connect_args=arguments)
    try:
        try:
            connection = await engine.connect()
        except _AWAY as error:
            raise Unavailable("The database cannot be reached right now. Please try again in a moment.") from error
        try:
            async with connection.begin():
                yield connection
        except (ConnectionError, TimeoutError) as error:
            raise Unavailable("The database did not answer in time. Please try again in a moment.") from error
        finally:
            await connection.close()
    finally:
        await engine.dispose()
