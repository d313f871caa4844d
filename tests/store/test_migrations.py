"""The schema that the migrations make is the schema that the code speaks of."""

import asyncio

import pytest

from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import migrate, read_schema
from tests.store.schema import differences
from tests.suite.partitions import PARTITIONED


@pytest.mark.skipif(PARTITIONED, reason="the tables have partitions")
async def test_the_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    assert await differences(database) == []


async def test_replicas_that_start_together_migrate_one_after_the_other(database: Database) -> None:
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(migrate(database))
    assert (await read_schema(database)).state == "current"
