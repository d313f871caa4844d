"""A database that sleeps while nobody asks, as a serverless one does: connections end, and it takes seconds to wake."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress

import httpx2
import pytest
from sqlalchemy import text

from chatkit_link.client import ChatKitClient
from chatkit_link.settings import Settings
from chatkit_link.store.address import parse_address
from chatkit_link.store.engine import Database
from tests.conftest import running

#: What PostgreSQL answers to a new connection while it starts (protocol: ErrorResponse, 57P03 cannot_connect_now).
_FIELDS = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
STARTING = b"E" + (len(_FIELDS) + 4).to_bytes(4, "big") + _FIELDS


class Sleeper:
    """Stands between, on a port of 127.0.0.1. Asleep, it takes connections and passes nothing on, or refuses them."""

    def __init__(self, url: str) -> None:
        self._given = parse_address(url).connect_args
        self._awake = asyncio.Event()
        self._awake.set()
        self._is_starting = False
        self._passing: set[asyncio.Task[None]] = set()
        self.name = f"sleeper-{uuid.uuid4().hex[:8]}"
        self.port = 0

    @property
    def url(self) -> str:
        user, password, database = (self._given[key] for key in ("user", "password", "database"))
        login = f"{user}:{password}" if password else user
        return f"postgresql://{login}@127.0.0.1:{self.port}/{database}?sslmode=disable&application_name={self.name}"

    async def sleep(self, *, refusing: bool = False) -> None:
        """End all connections. refusing: new ones are told that the database is starting."""
        self._awake.clear()
        self._is_starting = refusing
        for task in self._passing:
            task.cancel()
        if self._passing:
            await asyncio.wait(self._passing)

    def wake(self) -> None:
        self._awake.set()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        with suppress(OSError, asyncio.CancelledError):
            await self._pass(reader, writer)
        writer.close()
        self._passing.discard(task)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_starting and not self._awake.is_set():
            await reader.read(1000)
            writer.write(STARTING)
            await writer.drain()
            return
        await self._awake.wait()
        host, port = self._given["host"], self._given["port"] or 5432
        if host.startswith("/"):
            there = await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        else:
            there = await asyncio.open_connection(host, port)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_copy(reader, there[1]))
                group.create_task(_copy(there[0], writer))
        finally:
            there[1].close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


@asynccontextmanager
async def _sleeper(url: str) -> AsyncGenerator[Sleeper]:
    sleeper = Sleeper(url)
    server = await asyncio.start_server(sleeper.take, "127.0.0.1", 0)
    sleeper.port = server.sockets[0].getsockname()[1]
    try:
        yield sleeper
    finally:
        server.close()
        await sleeper.sleep()


async def test_connections_that_the_database_ends_between_requests_cost_nobody_an_error(
    postgres_url: str, database: Database, make_settings: Callable[..., Settings]
) -> None:
    name = f"ended-{uuid.uuid4().hex[:8]}"
    url = f"{postgres_url}{'&' if '?' in postgres_url else '?'}application_name={name}"
    ended = 0
    async with running(make_settings(database_url=url)) as address, ChatKitClient(f"{address}/chatkit") as client:
        thread_id = None
        for number in range(6):
            thread = (await client.ask(f"How is tea {number} brewed?", thread_id=thread_id)).thread
            thread_id = thread.id if thread is not None else thread_id
            assert thread_id is not None
            ended += await _end_connections(database, name)
            assert len((await client.list_items(thread_id)).data) > number
    assert ended > 6


async def _end_connections(database: Database, name: str) -> int:
    """Their number, once they are gone."""
    async with database.replica() as connection:
        statement = text("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = :name")
        return len(await connection.execute(statement, name=name))


@pytest.mark.parametrize("refusing", [False, True])
async def test_a_request_waits_until_a_sleeping_database_is_awake(
    postgres_url: str, make_settings: Callable[..., Settings], refusing: bool
) -> None:
    async with (
        _sleeper(postgres_url) as sleeper,
        running(make_settings(database_url=sleeper.url)) as address,
        ChatKitClient(f"{address}/chatkit") as client,
        httpx2.AsyncClient(timeout=60) as http,
    ):
        assert (await client.ask("How is tea brewed?")).text
        await sleeper.sleep(refusing=refusing)
        asked = asyncio.create_task(client.list_threads())
        done, _ = await asyncio.wait([asked], timeout=1)
        assert not done, asked.exception()
        sleeper.wake()
        assert len((await asked).data) == 1
        assert (await client.ask("And black tea?")).text
        assert (await http.get(f"{address}/ready")).status_code == 200
