"""A consistent picture of the whole database: its rows counted, its files listed, and dumped by ``pg_dump``.

One transaction exports its snapshot to ``pg_dump``, so that all three agree however much is written meanwhile. While it
is open, no replica removes bytes of deleted files (``store/files.py``): what the snapshot names is still there.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, cast

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from chatkit_link.errors import ConfigurationError, Unavailable
from chatkit_link.store.address import Address
from chatkit_link.store.engine import Database
from chatkit_link.store.files import BACKUP_LOCK
from chatkit_link.store.postgres_programs import Programs, program, program_environment
from chatkit_link.store.row_security import SHOW_ALL

#: Seconds that connecting may take, where DATABASE_URL has no connect_timeout.
_CONNECT = 10
#: Rows of files that are read at a time.
_CHUNK = 500
#: For a role that the policies hold; no other is changed by it.
SEE_ALL = "-c chatkit_link.is_system=on"
_NAME = "chatkit-link backup"
_TABLES = """
    SELECT quote_ident(relname) AS name, relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = current_schema() AND relkind IN ('r', 'p') AND NOT relispartition AND relpersistence <> 'u'
    ORDER BY relname
"""
#: Tables of which this connection may not see all rows, whatever it declares.
_HIDDEN = """
    SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = current_schema() AND row_security_active(pg_class.oid) AND NOT EXISTS (
        SELECT FROM pg_policy
        WHERE polrelid = pg_class.oid AND pg_get_expr(polqual, polrelid) LIKE '%chatkit_link.is_system%'
    )
"""
_FILES = """
    SELECT place, mime_type, data->>'name' AS name, renditions::text AS renditions FROM attachments
    WHERE state = 'kept' AND place IS NOT NULL ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """place: key of the bytes in the storage. renditions: what was made of them: name -> media type."""

    place: str
    mime_type: str
    name: str
    renditions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The database as it was at one moment.

    server: version of PostgreSQL, such as ``18.4``. schema: in which the tables are. revision: of the migrations.
    rows: of each table. deployment: what all replicas have in common: name -> value.
    """

    server: str
    schema: str
    revision: str
    rows: Mapping[str, int]
    deployment: Mapping[str, str]
    _id: str
    _address: Address
    _connection: Any

    @property
    def major(self) -> int:
        """The major version of PostgreSQL."""
        return int(self.server.split(".", maxsplit=1)[0])

    async def dump(self, programs: Programs) -> AsyncGenerator[bytes]:
        """An archive of ``pg_dump`` in its custom format. Raises ConfigurationError where it fails."""
        arguments = (
            "--format=custom",
            "--no-password",
            "--enable-row-security",
            "--no-unlogged-table-data",  # counts of the last minute
            f"--schema={_pattern(self.schema)}",
            f"--snapshot={self._id}",
        )
        environment = program_environment(self._address, name=_NAME, options=SEE_ALL)
        async with program(programs.path("pg_dump"), *arguments, environment=environment) as running:
            async for chunk in running.output():
                yield chunk
            await running.succeeded()

    async def files(self) -> AsyncIterator[StoredFile]:
        """Those that are complete, by their places."""
        if "attachments" not in self.rows:
            return
        async for row in self._connection.cursor(_FILES, prefetch=_CHUNK):
            renditions = cast("dict[str, str]", json.loads(row["renditions"] or "null") or {})
            yield StoredFile(row["place"], row["mime_type"] or "", row["name"] or "file", renditions)


@asynccontextmanager
async def snapshot(database: Database) -> AsyncGenerator[Snapshot]:
    """The database as it is now, for as long as the block lasts.

    Raises:
        ConfigurationError: there is nothing of ours in it, or it hides rows from this role.
        Unavailable: it cannot be reached.
    """
    require_direct(database, "A backup")
    async with connected(database, _NAME) as connection:
        await connection.execute("SELECT pg_advisory_lock_shared($1)", BACKUP_LOCK)
        await connection.execute(SHOW_ALL, False)  # noqa: FBT003 - a parameter of the statement
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.execute("SET LOCAL statement_timeout = 0")
            await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            tables = {row["relname"]: row["name"] for row in await connection.fetch(_TABLES)}
            if "alembic_version" not in tables:
                raise ConfigurationError("The database has no tables of ChatKit Link: there is nothing to back up.")
            if hidden := [row["relname"] for row in await connection.fetch(_HIDDEN)]:
                raise ConfigurationError(
                    f"Row-level security hides rows of {', '.join(hidden)} from this role, so that a backup would lack "
                    "them. Connect as a superuser, or as a role with BYPASSRLS that may read all tables."
                )
            yield Snapshot(
                server=(await connection.fetchval("SHOW server_version")).split()[0],
                schema=await connection.fetchval("SELECT current_schema()"),
                revision=await connection.fetchval("SELECT version_num FROM alembic_version"),
                rows=await count_rows(connection, tables),
                deployment=dict(await connection.fetch("SELECT name, value FROM deployment"))
                if "deployment" in tables
                else {},
                _id=await connection.fetchval("SELECT pg_export_snapshot()"),
                _address=database.session_address,
                _connection=connection,
            )


def require_direct(database: Database, what: str) -> None:
    """Raises ConfigurationError where there is a pooler in transaction mode and no way past it."""
    if not database.listens:
        raise ConfigurationError(
            f"{what} needs a connection to the database itself: name its own address in DATABASE_DIRECT_URL, beside "
            "that of the pooler."
        )


async def count_rows(connection: Any, tables: Mapping[str, str]) -> dict[str, int]:
    """How many rows there are by table. tables: name -> the same as SQL has it."""
    return {
        name: await connection.fetchval(f"SELECT count(*) FROM {quoted}")  # noqa: S608 - quoted by the database
        for name, quoted in tables.items()
    }


@asynccontextmanager
async def connected(database: Database, name: str) -> AsyncGenerator[Any]:
    """A connection of its own, whose statements may take as long as they take. name: for the database server."""
    given: dict[str, Any] = {"timeout": _CONNECT, **database.session_address.connect_args}
    given["server_settings"] = given["server_settings"] | {"application_name": name}
    connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    try:
        connection = await connect(**given)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
        raise Unavailable("The database cannot be reached right now. Please try again in a moment.") from error
    try:
        yield connection
    finally:
        with suppress(Exception):  # it was lost
            await connection.close(timeout=5)


def _pattern(schema: str) -> str:
    """A pattern of ``pg_dump`` that only this schema fits."""
    return '"' + schema.replace('"', '""') + '"'
