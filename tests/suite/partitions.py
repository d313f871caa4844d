"""A migrated database whose tables of users' rows are hash-partitioned by tenant.

That is the strictest rule there is for a table that is spread by tenant: PostgreSQL refuses a key that does not contain
it, as Citus does. The tables are made again from the catalog, with whatever the migrations gave them; they are empty.
"""

import os
from dataclasses import dataclass, field
from typing import Any

from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import schema_connection
from chatkit_link.store.row_security import GRANT_ROLE

PARTITIONED = os.environ.get("CHATKIT_LINK_TEST_PARTITIONED") == "1"
#: Tenants of one test are in different ones, as a rule.
PARTITIONS = 4

#: Plain tables whose primary key begins with the tenant; those that are partitioned by time already stay as they are.
_TABLES = """
    SELECT relname FROM pg_class
    JOIN pg_constraint ON conrelid = pg_class.oid AND contype = 'p'
    JOIN pg_attribute ON attrelid = pg_class.oid AND attnum = conkey[1] AND attname = 'tenant'
    WHERE relkind = 'r' AND NOT relispartition AND relnamespace = current_schema()::regnamespace ORDER BY relname
"""
_CONSTRAINTS = """
    SELECT conname, contype::text, pg_get_constraintdef(oid) AS definition FROM pg_constraint
    WHERE conrelid = $1::text::regclass AND contype IN ('p', 'u', 'f')
"""
_INDEXES = """
    SELECT pg_get_indexdef(indexrelid) AS definition, indisunique AND NOT EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = indrelid AND attname = 'tenant' AND attnum = ANY (indkey::int2[])
    ) AS spans_tenants
    FROM pg_index
    WHERE indrelid = $1::text::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
_TRIGGERS = """
    SELECT pg_get_triggerdef(oid) AS definition FROM pg_trigger WHERE tgrelid = $1::text::regclass AND NOT tgisinternal
"""
_OPTIONS = "SELECT array_to_string(reloptions, ', ') AS options FROM pg_class WHERE oid = $1::text::regclass"
_POLICIES = "SELECT policyname, permissive, cmd, qual, with_check FROM pg_policies WHERE tablename = $1"


@dataclass
class _Table:
    name: str
    options: str = ""
    keys: list[str] = field(default_factory=list[str])
    references: list[str] = field(default_factory=list[str])
    rest: list[str] = field(default_factory=list[str])


async def partition_if_asked(database: Database) -> None:
    """Do it where CHATKIT_LINK_TEST_PARTITIONED=1."""
    if PARTITIONED:
        await partition(database)


async def partition(database: Database) -> None:
    """Replace the tables of an empty, migrated database."""
    async with database.system() as system:
        connection: Any = system.connection
        names = [row.relname for row in await connection.fetch(_TABLES)]
        tables = [await _read(connection, name) for name in names]
        for table in tables:
            name, options = table.name, f" WITH ({table.options})" if table.options else ""
            await connection.execute(f"ALTER TABLE {name} RENAME TO whole_{name}")
            await connection.execute(
                f"CREATE TABLE {name} (LIKE whole_{name} INCLUDING DEFAULTS INCLUDING GENERATED) "
                "PARTITION BY HASH (tenant)"
            )
            for part in range(PARTITIONS):
                await connection.execute(
                    f"CREATE TABLE {name}_{part} PARTITION OF {name} "
                    f"FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part}){options}"
                )
        # What refers to a key that cannot be there goes as well: run_events, until it goes altogether.
        await connection.execute(f"DROP TABLE {', '.join(f'whole_{name}' for name in names)} CASCADE")
        for step in ("keys", "references", "rest"):
            for table in tables:
                for statement in getattr(table, step):
                    await connection.execute(statement)
    async with schema_connection(database) as owner:
        await owner.exec_driver_sql(GRANT_ROLE)


async def _read(connection: Any, name: str) -> _Table:
    table = _Table(name, await connection.fetchval(_OPTIONS, name) or "")
    for row in await connection.fetch(_CONSTRAINTS, name):
        statement = f"ALTER TABLE {name} ADD CONSTRAINT {row.conname} {row.definition}"
        (table.references if row.contype == "f" else table.keys).append(statement)
    for row in await connection.fetch(_INDEXES, name):
        table.keys.append(row.definition.replace("CREATE UNIQUE", "CREATE") if row.spans_tenants else row.definition)
    table.rest += [row.definition for row in await connection.fetch(_TRIGGERS, name)]
    for row in await connection.fetch(_POLICIES, name):
        check = f" WITH CHECK ({row.with_check})" if row.with_check else ""
        kind = f"AS {row.permissive} FOR {row.cmd}"
        table.rest.append(f"CREATE POLICY {row.policyname} ON {name} {kind} USING ({row.qual}){check}")
    table.rest += [f"ALTER TABLE {name} {kind} ROW LEVEL SECURITY" for kind in ("ENABLE", "FORCE")]
    return table
