"""Deployments to back up and to restore into: an embedded one, and one on a PostgreSQL of its own as a plain role."""

import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from chatkit_link.settings import Settings
from chatkit_link.store.dump import connected
from chatkit_link.store.engine import Database
from tests.backup.deployment import KEY, SECRET, Deployment

MakeSettings = Callable[..., Settings]


@dataclass
class External:
    """A PostgreSQL server with databases of plain roles."""

    url: str

    @asynccontextmanager
    async def database(self) -> AsyncIterator[str]:
        """The address of an empty one, as its owner, who is no superuser."""
        name = f"backup_{uuid.uuid4().hex[:12]}"
        await self.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'", f"CREATE DATABASE {name} OWNER {name}")
        url = make_url(self.url).set(database=name, username=name, password=name)
        yield url.render_as_string(hide_password=False)
        await self.execute(f"DROP DATABASE {name} WITH (FORCE)", f"DROP ROLE {name}")

    async def execute(self, *statements: str) -> None:
        database = Database(self.url, pool_size=1)
        async with connected(database, "tests") as connection:
            for statement in statements:
                await connection.execute(statement)


@pytest.fixture
def external(postgres_url: str) -> External:
    return External(postgres_url)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not a folder of pytest's: run as root, PostgreSQL is another user, whom pytest shuts out of its folders."""
    with tempfile.TemporaryDirectory(prefix="chatkit-link-test-", ignore_cleanup_errors=True) as made:
        yield Path(made)


@pytest.fixture
def settings_of(make_settings: MakeSettings, folder: Path) -> MakeSettings:
    """Of a deployment with visitors and a back end; data: the name of its folder."""

    def make(data: str, **given: Any) -> Settings:
        own = {"data": folder / data, "secret": SECRET, "server_key": KEY, "allow_anonymous": True}
        return make_settings(**own | given)

    return make


@pytest.fixture
def embedded(settings_of: MakeSettings) -> Deployment:
    return Deployment(settings_of("embedded", database_url=None))


@pytest.fixture
async def own_postgres(external: External, settings_of: MakeSettings) -> AsyncIterator[Deployment]:
    async with external.database() as url:
        yield Deployment(settings_of("external", database_url=url))
