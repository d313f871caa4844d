"""One PostgreSQL on a port for the whole folder, a database of its own for each test."""

import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.faults.processes import Postgres, Server
from tests.faults.users import Person


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    # Not a folder of pytest's: run as root, PostgreSQL is another user, whom pytest shuts out of its folders.
    with tempfile.TemporaryDirectory(prefix="chatkit-link-faults-", ignore_cleanup_errors=True) as folder:
        postgres = Postgres(Path(folder))
        postgres.start()
        yield postgres
        postgres.stop()


@pytest.fixture
def database_name(postgres: Postgres) -> str:
    name = f"faults_{uuid.uuid4().hex[:12]}"
    postgres.create(name)
    return name


@pytest.fixture
def make_server(postgres: Postgres, database_name: str, tmp_path: Path) -> Callable[..., Server]:
    """Servers on this test's database."""

    def make(**settings: Any) -> Server:
        return Server(tmp_path, postgres.url(database_name), **settings)

    return make


@pytest.fixture
async def people() -> AsyncIterator[Callable[[], Person]]:
    """Makes people; all their connections are their own."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx2.AsyncClient(limits=limits, timeout=60, trust_env=False) as http:
        yield lambda: Person(http)
