"""Our own store keeps every promise of the kit."""

import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from chatkit.store import Store

from chatkit_link.caller import Caller
from chatkit_link.conformance import StoreSuite
from chatkit_link.conformance.loop_runner import Factory
from chatkit_link.store.engine import Database
from chatkit_link.store.postgres import PostgresStore


@pytest.mark.timeout(300)  # the histories take 20 s, and longer beside other work
class TestPostgresStore(StoreSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def open_store(cls, postgres_url: str, database: Database) -> Factory[Store[Any]]:
        """On a pool of its own: a connection belongs to the event loop that opened it. ``database`` is migrated."""

        @asynccontextmanager
        async def open_store() -> AsyncGenerator[PostgresStore]:
            own = Database(postgres_url, pool_size=10)
            # Thousands of commits are made here, and none has to outlive a crash.
            own.address.connect_args["server_settings"]["synchronous_commit"] = "off"
            yield PostgresStore(own)
            await own.close()

        return open_store

    @pytest.fixture(scope="class")
    @classmethod
    def new_owner(cls) -> Callable[[], Caller]:
        return lambda: Caller(tenant="conformance", user=uuid.uuid4().hex)
