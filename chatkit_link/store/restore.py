"""A dump back into a database, in one transaction: all of it, with as many rows as there were, or nothing.

``pg_restore`` writes the dump as SQL, and ``psql`` runs it between statements of ours, which remove what was there and
count what is there now. So a command line never has an address, and a restore that breaks off changes nothing.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping

from chatkit_link.errors import ConfigurationError
from chatkit_link.store.dump import connected, count_rows, require_direct
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import Schema
from chatkit_link.store.postgres_programs import Program, Programs, program, program_environment
from chatkit_link.store.row_security import SHOW_ALL
from chatkit_link.store.tables import metadata

_NAME = "chatkit-link restore"
#: Servers of the product, by the name that they connect with.
_SERVERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = $1
"""
#: Tables of the present schema in which there is something of a user.
_OWNED = """
    SELECT quote_ident(relname) AS name, relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = current_schema() AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'audit_log'
    AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'tenant' AND NOT attisdropped)
    ORDER BY relname
"""
#: A dump is of tables and of the functions of their triggers and policies.
_DROP = """
DO $drop$ DECLARE
    each text;
    functions text[] := ARRAY(
        SELECT DISTINCT pg_proc.oid::regprocedure::text
        FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
        JOIN pg_depend ON refclassid = 'pg_proc'::regclass AND refobjid = pg_proc.oid
        LEFT JOIN pg_trigger ON classid = 'pg_trigger'::regclass AND objid = pg_trigger.oid
        LEFT JOIN pg_policy ON classid = 'pg_policy'::regclass AND objid = pg_policy.oid
        JOIN pg_class ON pg_class.oid IN (tgrelid, polrelid)
        WHERE nspname = current_schema() AND pg_class.relnamespace = pronamespace AND relname IN ({names})
    );
BEGIN
    FOREACH each IN ARRAY ARRAY[{names}] LOOP
        EXECUTE format('DROP TABLE IF EXISTS %I.%I CASCADE', current_schema(), each);
    END LOOP;
    FOREACH each IN ARRAY functions LOOP
        EXECUTE format('DROP FUNCTION IF EXISTS %s', each);
    END LOOP;
END $drop$;
"""
_COUNT = """
DO $count$ DECLARE
    found bigint;
BEGIN
    SELECT count(*) INTO found FROM {table};
    IF found <> {rows} THEN
        RAISE EXCEPTION 'the table % has % rows after the restore, and the backup has {rows}', {name}, found;
    END IF;
END $count$;
"""
#: Answers that were being written then are not gone on with: their tools may have acted since. They end as interrupted,
#: as those do that have outlived too many crashes (``runs/takeover.py``). Older backups have no such column.
_INTERRUPT = """
DO $past$ BEGIN
    IF EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = {runs}::regclass AND attname = 'takeovers' AND NOT attisdropped
    ) THEN
        UPDATE {table} SET takeovers = 1000 WHERE status = 'running';
    END IF;
END $past$;
"""
#: Where what a dump sets for its session ends and its objects begin.
_FIRST_OBJECT = re.compile(rb"^(CREATE|ALTER|COPY|-- Name:|-- Data for Name:)", re.MULTILINE)
_SETTING = re.compile(rb"^SET (\w+) = .*;\n", re.MULTILINE)
#: What a dump sets has fewer bytes.
_PREAMBLE = 64 * 1024


async def require_unused(database: Database) -> None:
    """Raises ConfigurationError where a server uses the database, or only a pooler leads to it.

    To be asked before anything of ours uses it.
    """
    require_direct(database, "A restore")
    name = database.address.connect_args["server_settings"]["application_name"]
    async with connected(database, _NAME) as connection:
        if servers := await connection.fetchval(_SERVERS, name):
            raise ConfigurationError(
                f"A server uses this database ({servers} connections): stop all of them, then restore."
            )


async def data_in(database: Database) -> dict[str, int]:
    """How many rows of users there are, by table; only tables that have any."""
    async with connected(database, _NAME) as connection:
        await connection.execute(SHOW_ALL, False)  # noqa: FBT003 - a parameter of the statement
        tables = {row["relname"]: row["name"] for row in await connection.fetch(_OWNED)}
        counts = await count_rows(connection, tables)
        return {name: count for name, count in counts.items() if count}


async def server_of(database: Database) -> tuple[int, str]:
    """The major version of PostgreSQL, and the schema that new tables are made in."""
    async with connected(database, _NAME) as connection:
        version = int(await connection.fetchval("SHOW server_version_num")) // 10_000
        return version, await connection.fetchval("SELECT current_schema()")


async def restore_dump(
    database: Database,
    programs: Programs,
    chunks: AsyncIterator[bytes],
    *,
    schema: str,
    rows: Mapping[str, int],
    before: Schema,
) -> None:
    """Replace the tables of this database by those of a dump.

    Args:
        programs: not older than the ones that wrote the dump.
        schema: in which its tables are.
        rows: how many each table must have then.
        before: what the database is at.

    Raises:
        ConfigurationError: the database is as it was, and why.
    """
    environment = program_environment(database.session_address, name=_NAME)
    arguments = ("--no-owner", "--no-privileges", f"--schema={schema}", "--file=-")
    known = await _settings(database)
    sql = ("--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--output=/dev/null", "--file=-")
    async with (
        program(programs.path("psql"), *sql, environment=environment, fed=True) as target,
        program(programs.path("pg_restore"), *arguments, environment=environment, fed=True) as source,
    ):
        feeding = asyncio.create_task(source.take(chunks))
        try:
            await target.write(_beginning(before, rows).encode())
            if await _copy(source, target, known):
                await feeding
                await source.succeeded()  # else the transaction is never committed
                await target.write(_end(schema, rows).encode())
            target.end()
            await target.succeeded()
        finally:
            feeding.cancel()
            await asyncio.wait([feeding])


async def _settings(database: Database) -> set[bytes]:
    """Names of all settings that the server knows: a newer ``pg_dump`` sets some that it does not."""
    async with connected(database, _NAME) as connection:
        return {row["name"].encode() for row in await connection.fetch("SELECT name FROM pg_settings")}


async def _copy(source: Program, target: Program, known: set[bytes]) -> bool:
    """False where the target has ended before its input."""
    head = b""
    begun = False
    async for chunk in source.output():
        if begun:
            if not await target.write(chunk):
                return False
            continue
        head += chunk
        if len(head) >= _PREAMBLE or _FIRST_OBJECT.search(head):
            begun = True
            if not await target.write(_fitting(head, known)):
                return False
    return True if begun else await target.write(_fitting(head, known))


def _fitting(head: bytes, known: set[bytes]) -> bytes:
    """The beginning of a dump without settings that the server does not know."""
    first = _FIRST_OBJECT.search(head)
    end = first.start() if first else len(head)
    return _SETTING.sub(lambda found: found[0] if found[1] in known else b"", head[:end]) + head[end:]


def _beginning(before: Schema, rows: Mapping[str, int]) -> str:
    begin = "BEGIN;\nSET LOCAL lock_timeout = '20s';\n"
    if before.state == "empty":
        return begin
    names = sorted({*metadata.tables, *rows, "alembic_version"})
    return begin + _DROP.format(names=", ".join(map(_literal, names)))


def _end(schema: str, rows: Mapping[str, int]) -> str:
    return "\n".join((*_counts(schema, rows), "COMMIT;\n"))


def _counts(schema: str, rows: Mapping[str, int]) -> Iterable[str]:
    yield "SET LOCAL row_security = on;"  # which a dump switches off
    yield "SELECT pg_catalog.set_config('chatkit_link.is_system', 'on', true);"
    yield "SELECT pg_catalog.set_config('chatkit_link.house', 'on', true);"
    for name, number in rows.items():
        table = f"{_identifier(schema)}.{_identifier(name)}"
        yield _COUNT.format(table=table, name=_literal(name), rows=number)
    if "runs" in rows:
        table = f"{_identifier(schema)}.{_identifier('runs')}"
        yield _INTERRUPT.format(table=table, runs=_literal(table))


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
