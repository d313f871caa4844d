"""Bringing a database to the schema of this version, and to that of another one.

A migration runs in one transaction, and holds tables for less than a second while servers run. What takes longer is
done around it, without a lock that anyone notices: the indexes that its module lists in ``AHEAD`` are built before,
and foreign keys are checked against the rows that are there afterwards. Broken off, both go on at the next start.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Literal

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, bindparam, text
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
#: Another one, of the replica that builds indexes ahead.
_AHEAD_LOCK = _LOCK + 1
#: Milliseconds that work without a transaction waits for those of others, such as a backup.
_WAIT = 60_000
#: Seconds that they wait for each other, longer than any request may.
_PATIENCE = 600
#: Seconds between two attempts to get tables that are in use.
_PAUSE = 1.0
#: Cancelled by its statement_timeout or lock_timeout, or the victim of a deadlock.
_NOT_GIVEN = frozenset({"57014", "55P03", "40P01"})
_NOT_UNIQUE = "23505"
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


@dataclass(frozen=True, slots=True)
class Plan:
    """From one revision to another. losses: what is deleted on the way, of data that cannot be made again."""

    current: str | None
    target: str
    losses: tuple[str, ...]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resource("migrations")))
    return config


def head() -> str | None:
    """The revision this version of the code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


@cache
def _revisions() -> tuple[str | None, frozenset[str]]:
    """The revision that this version needs, and all that it knows."""
    scripts = ScriptDirectory.from_config(_config())
    return scripts.get_current_head(), frozenset(script.revision for script in scripts.walk_revisions())


def knows(revision: str) -> bool:
    """Whether this version can bring a database at this revision up to date."""
    return revision in _revisions()[1]


def schema_at(revision: str | None) -> Schema:
    """What a database at this revision is to this version."""
    needed, known = _revisions()
    return Schema(revision, needed, revision is None or revision in known)


def _schema(connection: Connection) -> Schema:
    return schema_at(MigrationContext.configure(connection).get_current_revision())


class _NotBuilt(Exception):
    """Indexes that are to be built ahead of the migration: name -> table and definition."""

    def __init__(self, indexes: Mapping[str, tuple[str, str]]) -> None:
        super().__init__()
        self.indexes = indexes


_VALID = text(
    "SELECT relname, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
    "WHERE relname IN :names AND relnamespace = current_schema()::regnamespace"
).bindparams(bindparam("names", expanding=True))
#: Held by a transaction: behind a pooler, a session does not last. The building of an index waits for all who have a
#: snapshot, so nobody waits for this lock inside of a statement, and it is taken without a portal that stays open.
_HOLD = f"""
    DO $$ BEGIN
        IF NOT pg_try_advisory_xact_lock({_AHEAD_LOCK}) THEN RAISE lock_not_available; END IF;
    END $$
"""
_UNCHECKED = text(
    "SELECT conrelid::regclass::text, conname FROM pg_constraint "
    "WHERE contype = 'f' AND NOT convalidated AND connamespace = current_schema()::regnamespace"
)


def _upgrade(connection: Connection, target: str | None) -> list[tuple[str, str]] | None:
    """Foreign keys that are still to be checked, table and name; None where there is another stage to come.

    target: a revision, None for the newest.
    """
    config = _config()
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    connection.exec_driver_sql(SHOW_ALL, (True,))
    schema = _schema(connection)
    if schema.state == "newer":
        raise ConfigurationError(_newer(schema))
    config.attributes.update(connection=connection, is_new=schema.current is None)
    if target is not None and _is_before(target, schema.current):
        command.downgrade(config, target)
        return []
    target = target or schema.needed
    assert target is not None
    stage = target if schema.current is None else _stage(connection, schema.current, target)
    command.upgrade(config, stage)
    connection.exec_driver_sql(GRANT_ROLE)
    connection.exec_driver_sql(PROTECT_AUDIT)
    if stage != target:
        return None
    return [(table, name) for table, name in connection.execute(_UNCHECKED)]


def _is_before(target: str, current: str | None) -> bool:
    """Whether the revision is one that the schema has passed already."""
    scripts = ScriptDirectory.from_config(_config())
    passed = [] if current is None else [script.revision for script in scripts.iterate_revisions(current, "base")]
    return target != current and target in passed


def _stage(connection: Connection, current: str, target: str) -> str:
    """How far one transaction can go: to before a migration whose indexes are to be built ahead and are not there yet.

    Raises _NotBuilt where that one is the next.
    """
    pending = ScriptDirectory.from_config(_config()).iterate_revisions(target, current)
    for script in reversed(list(pending)):
        indexes: dict[str, tuple[str, str]] = getattr(script.module, "AHEAD", {})
        names = {"names": list(indexes)}
        built = {name for name, valid in connection.execute(_VALID, names) if valid} if indexes else set[str]()
        if missing := {name: index for name, index in indexes.items() if name not in built}:
            if script.down_revision != current:
                return str(script.down_revision)
            raise _NotBuilt(missing)
    return target


def _missing(connection: Connection, target: str | None) -> Mapping[str, tuple[str, str]]:
    """The indexes that the next migration on the way wants built ahead and that are not there."""
    schema = _schema(connection)
    to = target or schema.needed
    if schema.current is not None and to is not None and schema.known:
        try:
            _stage(connection, schema.current, to)
        except _NotBuilt as error:
            return error.indexes
    return {}


async def _build(database: Database, target: str | None) -> bool:
    """Build indexes while servers read and write the tables; False where another replica is at it."""
    async with database.listening() as holder, holder.transaction():
        try:
            await holder.execute(_HOLD)
        except asyncpg.LockNotAvailableError:
            return False
        async with schema_connection(database) as connection:
            indexes = await connection.run_sync(_missing, target)  # another replica may have built and used them
        async with schema_connection(database, autocommit=True, patience=None) as connection:
            if not database.pooled:  # there, what is set would stay for whoever has the connection next
                await connection.exec_driver_sql(f"SET lock_timeout = {_WAIT}")
            for name, (table, definition) in indexes.items():
                columns = definition.removeprefix("UNIQUE ")
                unique = "UNIQUE " if columns != definition else ""
                logger.info("the upgrade of the database builds the index %s of %s", name, table)
                # An attempt that was broken off leaves one that is not valid.
                await connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
                await connection.exec_driver_sql(f"CREATE {unique}INDEX CONCURRENTLY {name} ON {table} {columns}")
    return True


async def _check(database: Database, references: Sequence[tuple[str, str]]) -> None:
    """Check the rows that are there against these foreign keys, beside running servers."""
    for table, name in references:
        async with schema_connection(database, patience=None) as connection:
            await connection.exec_driver_sql(SHOW_ALL, (True,))
            await connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_WAIT}")
            await connection.exec_driver_sql(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


async def migrate(database: Database, target: str | None = None) -> None:
    """Bring the schema to a revision, to the newest by default; nothing where it is there already.

    A migration that needs tables to itself asks for them for less than a second. Where it does not get them, it
    leaves them to the running servers for a while, and asks again.

    Raises:
        ConfigurationError: the schema is that of a newer version, or an older one cannot hold what is stored.
        Unavailable: it did not get the tables within ten minutes.
    """
    clock = asyncio.get_running_loop().time
    ends = clock() + _PATIENCE
    while True:
        try:
            async with schema_connection(database) as connection:
                unchecked = await connection.run_sync(_upgrade, target)
            if unchecked is None:
                continue
            await _check(database, unchecked)
        except _NotBuilt:
            if await _built(database, target):
                continue
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == _NOT_UNIQUE:
                raise ConfigurationError(
                    "The database stays at its schema: two tenants use the same id, which the older one cannot store."
                ) from error
            _require_in_use(error)
        else:
            return
        if clock() > ends:
            raise Unavailable(
                "The database cannot be upgraded while another program, such as a backup, holds its tables."
            )
        await asyncio.sleep(_PAUSE)


async def _built(database: Database, target: str | None) -> bool:
    """Build what is to be built ahead; False where another replica is at it, or the tables are in use."""
    try:
        return await _build(database, target)
    except DBAPIError as error:
        _require_in_use(error)
        return False


def _require_in_use(error: DBAPIError) -> None:
    """Raises the error unless it means that others use the tables."""
    if getattr(error.orig, "sqlstate", None) not in _NOT_GIVEN:
        raise error
    logger.info("the tables are in use: the upgrade of the database is tried again")


async def plan(database: Database, target: str) -> Plan:
    """What ``migrate`` to this revision would do; changes nothing.

    Raises:
        ConfigurationError: there is no such revision, or the schema is that of a newer version.
    """
    schema = await read_schema(database)
    if schema.state == "newer":
        raise ConfigurationError(_newer(schema))
    scripts = ScriptDirectory.from_config(_config())
    known = [script.revision for script in scripts.walk_revisions()]
    if target not in known:
        raise ConfigurationError(f"There is no schema {target}: this version knows {known[-1]} to {known[0]}.")
    losses: list[str] = []
    if _is_before(target, schema.current):
        assert schema.current is not None
        passed = scripts.iterate_revisions(schema.current, target)
        losses = [script.module.LOSES for script in passed if hasattr(script.module, "LOSES")]
    return Plan(schema.current, target, tuple(losses))


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
async def schema_connection(
    database: Database, *, autocommit: bool = False, patience: float | None = _PATIENCE
) -> AsyncGenerator[AsyncConnection]:
    """A connection of SQLAlchemy's, which Alembic speaks to, inside a transaction; past a pooler if there is a way.

    autocommit: outside of one. patience: seconds that a statement may take.
    """
    address = database.session_address
    arguments = {"timeout": _CONNECT, **address.engine_args, "command_timeout": patience}
    engine = create_async_engine(
        address.url,
        poolclass=NullPool,
        connect_args=arguments,
        **({"isolation_level": "AUTOCOMMIT"} if autocommit else {}),
    )
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
