"""The schema that the migrations make is the schema that the code speaks of."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from chatkit_link.store import documents as _documents  # noqa: F401 - its table belongs to the metadata
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import migrate, read_schema, schema_connection
from chatkit_link.store.tables import metadata
from tests.suite.partitions import PARTITIONED


@pytest.mark.skipif(PARTITIONED, reason="the tables have partitions")
async def test_the_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        options = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith("run_batches_")}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    async with schema_connection(database) as connection:
        assert await connection.run_sync(differences) == []


async def test_replicas_that_start_together_migrate_one_after_the_other(database: Database) -> None:
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(migrate(database))
    assert (await read_schema(database)).state == "current"
