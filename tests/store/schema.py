"""How the schema of a database differs from the tables of the code."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from chatkit_link.store import documents as _documents  # noqa: F401 - its table belongs to the metadata
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import schema_connection
from chatkit_link.store.tables import metadata


def _is_compared(name: str | None, kind: str, _parents: object) -> bool:
    """All but the partitions of the event log, which servers make and drop."""
    return kind != "table" or not (name or "").startswith("run_batches_")


async def differences(database: Database) -> list[Any]:
    """As Alembic would write them into a migration; empty where there are none."""

    def compare(connection: Connection) -> list[Any]:
        options = {"include_name": _is_compared}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    async with schema_connection(database) as connection:
        return await connection.run_sync(compare)
