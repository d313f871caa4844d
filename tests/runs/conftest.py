"""A database of its own: elsewhere, servers that run beside these tests would end the orphans made here."""

import uuid
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import migrate
from tests.runs.answers import keep_nothing
from tests.suite.partitions import partition_if_asked


@pytest.fixture(scope="package")
async def database(postgres_url: str) -> AsyncIterator[Database]:
    name = f"runs_{uuid.uuid4().hex}"
    server = Database(postgres_url, pool_size=1)
    async with server.replica() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    own = Database(url, pool_size=10)
    await migrate(own)
    await partition_if_asked(own)
    yield own
    await own.close()
    async with server.replica() as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await server.close()


@pytest.fixture
async def here(database: Database) -> AsyncIterator[Coordinator]:
    async with Coordinator(database, keep_nothing, drain=1) as coordinator:
        yield coordinator


@pytest.fixture
async def there(database: Database) -> AsyncIterator[Coordinator]:
    """Another replica on the same database."""
    async with Coordinator(database, keep_nothing, drain=1) as coordinator:
        yield coordinator


@pytest.fixture
def thread() -> str:
    return f"thr_{uuid.uuid4().hex}"
