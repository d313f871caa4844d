"""The tea shop of examples/dbos, whose process is killed in the middle of an order.

Needs the extra `dbos`, which is not among the packages of the tests: pip install -r requirements-dbos.lock.
"""

import asyncio
import os
import sys
import uuid
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from importlib.util import find_spec
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chatkit_link.store.engine import Database
from tests.sdk_server import serve

pytestmark = pytest.mark.skipif(find_spec("dbos") is None, reason="no dbos: pip install -r requirements-dbos.lock")


class Warehouse:
    """Packs an order when it is asked, and answers when the test lets it. Keys work as Stripe's do: a second request of
    a key gets the answer of the first, and is an error if it asks for something else.
    """

    def __init__(self) -> None:
        self.app = Starlette(routes=[Route("/parcels", self._pack, methods=["POST"])])
        self.parcels: dict[str, Any] = {}
        self.requests: list[str] = []
        self.asked, self.answers = asyncio.Event(), asyncio.Event()

    async def _pack(self, request: Request) -> Response:
        key, order = request.headers.get("Idempotency-Key"), await request.json()
        if not key or self.parcels.setdefault(key, order) != order:
            return JSONResponse({"error": "idempotency_error"}, 400)
        self.requests.append(key)
        self.asked.set()
        await self.answers.wait()
        return JSONResponse({"parcel": f"P{list(self.parcels).index(key) + 1}"})


class Shop:
    def __init__(self, database: Database, url: str, warehouse: Warehouse, at: str) -> None:
        self.warehouse = warehouse
        self._database = database
        self._environment = {**os.environ, "DATABASE_URL": url, "WAREHOUSE_URL": at}

    async def call(self, key: str) -> Process:
        """A process that calls the tool with this key."""
        module = "tests.examples.order_tea"
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, key, env=self._environment, stdout=PIPE, stderr=PIPE
        )

    async def told(self, key: str) -> str:
        process = await self.call(key)
        printed, log = await process.communicate()
        assert process.returncode == 0, log.decode()
        return printed.decode().strip()

    async def stock(self) -> int:
        async with self._database.replica() as connection:
            rows = await connection.execute(text("SELECT packs FROM tea_shop.stock WHERE tea = 'sencha'"))
            (row,) = rows
            return row.packs


@pytest.fixture
async def shop(postgres_url: str) -> AsyncIterator[Shop]:
    """A shop with a database of its own."""
    warehouse, name = Warehouse(), f"shop_{uuid.uuid4().hex[:12]}"
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    server, own = Database(postgres_url, pool_size=1), Database(url, pool_size=1)
    async with server.replica() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    async with serve(warehouse.app) as at:
        yield Shop(own, url, warehouse, at)
        warehouse.answers.set()
    await own.close()
    async with server.replica() as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await server.close()


@pytest.mark.timeout(180)
async def test_an_order_whose_server_is_killed_goes_on_where_it_was_and_takes_nothing_twice(shop: Shop) -> None:
    warehouse, key = shop.warehouse, "run_1 call_1"
    async with asyncio.timeout(150):
        first = await shop.call(key)
        await warehouse.asked.wait()
        first.kill()
        await first.wait()
        assert await shop.stock() == 98, "the step before is recorded"
        warehouse.answers.set()

        told = await shop.told(key)
        assert told == "Ordered: 2 packs of sencha, parcel P1."
        assert await shop.stock() == 98
        assert warehouse.requests == [key, key], "the step in which it was killed is asked for again"
        assert list(warehouse.parcels) == [key], "and packed once"

        assert await shop.told(key) == told, "a call of the same key is the same order"
        assert await shop.told("run_1 call_2") == "Ordered: 2 packs of sencha, parcel P2."
        assert await shop.stock() == 96
        assert warehouse.requests == [key, key, "run_1 call_2"]
