"""A real PgBouncer between the server and its database, in each of its modes, which nothing in the address names."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import httpx2
import pytest

from chatkit_link.caller import Caller
from chatkit_link.cli.doctor_checks import examine
from chatkit_link.client import ChatKitClient
from chatkit_link.errors import ConfigurationError, Unavailable
from chatkit_link.settings import Settings
from chatkit_link.store.address import Address, parse_address
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import migrate, read_schema
from chatkit_link.store.open import open_database
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.session_probe import sessions_last
from tests.conftest import running
from tests.limits.test_redis import PROGRAM, Redis
from tests.store import build
from tests.suite.pooler import PREPARING, Mode, Pooler, needs_pgbouncer, pooler, version

pytestmark = needs_pgbouncer

#: Behind PgBouncer, clients may prepare statements by name where this is not zero.
PREPARED = "max_prepared_statements = {}"


@pytest.fixture
async def behind(postgres_url: str) -> AsyncIterator[Pooler]:
    """A pooler in transaction mode in front of the database of all tests."""
    async with pooler(postgres_url) as started:
        yield started


@pytest.fixture
async def other_database(database: Database, postgres_url: str) -> AsyncIterator[Address]:
    """An empty database of the same server."""
    name = f"chatkit_link_other_{uuid.uuid4().hex[:12]}"
    async with database.replica() as connection:
        await connection.connection.execute(f"CREATE DATABASE {name}")
    address = parse_address(postgres_url)
    yield replace(address, url=address.url.set(database=name), connect_args=address.connect_args | {"database": name})
    async with database.replica() as connection:
        await connection.connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def _confirm_for_long(database: Database) -> None:
    async with asyncio.timeout(10):
        while True:
            await database.route.confirm()


async def _examined(url: str | Address, **more: Any) -> Database:
    database = Database(url, pool_size=4, **more)
    await database.route.examine()
    return database


@pytest.mark.parametrize(
    ("mode", "size", "more", "found"),
    [
        *[
            ("transaction", size, f"server_round_robin = {turns}", "pooled")
            for size in (1, 2, 4, 20)
            for turns in (0, 1)
        ],
        ("transaction", 4, "server_reset_query_always = 1", "pooled"),
        ("session", 4, "", "sessions"),
        ("session", 20, "server_reset_query_always = 1", "sessions"),
    ],
)
async def test_what_a_pooler_does_decides_and_not_its_address(
    postgres_url: str, mode: Mode, size: int, more: str, found: str
) -> None:
    async with pooler(postgres_url, mode, size=size, more=more) as between:
        database = await _examined(between.url)
        assert database.route.mode == found
        assert database.listens == (found == "sessions")
        await database.close()


async def test_a_pooler_is_recognised_while_others_use_it(postgres_url: str) -> None:
    async with pooler(postgres_url, size=3) as between:
        arguments = parse_address(between.url).as_pooled().connect_args

        async def connect() -> Any:
            return await asyncpg.connect(**arguments, command_timeout=5)  # pyright: ignore[reportUnknownMemberType]

        async def use_it() -> None:
            connection = await connect()
            try:
                while True:
                    async with connection.transaction():
                        await connection.fetchval("SELECT pg_sleep(random() * 0.01)")
            finally:
                connection.terminate()

        others = [asyncio.create_task(use_it()) for _ in range(8)]
        assert not any([await sessions_last(connect) for _ in range(5)])
        for other in others:
            other.cancel()
        await asyncio.gather(*others, return_exceptions=True)


async def test_without_a_pooler_sessions_last(postgres_url: str) -> None:
    database = await _examined(postgres_url)
    assert database.route.mode == "sessions" and database.listens
    await database.close()


async def test_a_pooler_in_statement_mode_is_refused_with_a_sentence(postgres_url: str) -> None:
    async with pooler(postgres_url, "statement") as between:
        with pytest.raises(ConfigurationError, match="statement mode, in which there are no transactions"):
            await _examined(between.url)


@pytest.mark.parametrize("prepared", [0, 100])
@pytest.mark.parametrize("mode", ["transaction", "session"])
async def test_behind_a_pooler_everybody_finds_their_own_threads_and_no_others(
    postgres_url: str, make_settings: Callable[..., Settings], mode: Mode, prepared: int
) -> None:
    if prepared and version() < PREPARING:
        pytest.skip("this PgBouncer is older than 1.21 and keeps no prepared statements in transaction mode")
    more = PREPARED.format(prepared) if prepared else ""
    # Fewer sessions than the server has connections; in session mode each connection has one.
    async with (
        pooler(postgres_url, mode, size=3 if mode == "transaction" else 30, more=more) as between,
        running(make_settings(database_url=between.url)) as address,
    ):
        async with httpx2.AsyncClient(timeout=60) as http:
            ready = (await http.get(f"{address}/ready")).json()
        assert ready == {"status": "ready", "database": "pooled" if mode == "transaction" else "sessions"}

        async def ask(number: int) -> None:
            async with ChatKitClient(f"{address}/chatkit") as client:
                answer = await client.ask(f"How is tea {number} brewed?")
                assert answer.thread is not None and answer.text
                assert [thread.id for thread in (await client.list_threads()).data] == [answer.thread.id]
                items = (await client.list_items(answer.thread.id)).data
                assert len(items) > 1 and f"tea {number} " in str(items)

        for _ in range(2 if mode == "transaction" else 1):
            await asyncio.gather(*(ask(number) for number in range(8)))


async def test_what_an_earlier_version_left_in_a_session_of_the_pooler_shows_nobody_more(
    postgres_url: str, ada: Caller, bob: Caller
) -> None:
    async with pooler(postgres_url, size=1) as between:
        pooled = await _examined(between.url)
        await build.thread(PostgresStore(pooled), ada)
        async with pooled.system() as system:  # as is set by a server that takes sessions for its own
            await system.connection.execute("SELECT set_config('chatkit_link.is_system', 'on', false)")
            await system.connection.execute("SELECT set_config('role', 'chatkit_link_user', false)")
        async with pooled.session(bob) as session:
            seen = await session.connection.fetchval("SELECT count(*) FROM threads WHERE user_id = $1", ada.user)
        assert seen == 0
        async with pooled.system() as system:
            assert await system.connection.fetchval("SELECT count(*) FROM server_keys") is not None  # its own role
        await pooled.close()


async def test_beside_a_pooler_the_direct_address_hears_notifications(behind: Pooler, postgres_url: str) -> None:
    database = await _examined(behind.url, direct=parse_address(postgres_url))
    assert database.route.mode == "pooled, with a direct connection" and database.listens
    heard = asyncio.Event()
    async with database.listening() as listener:
        await listener.add_listener("poolers", lambda *_: heard.set())
        async with database.replica() as connection:
            await connection.connection.execute("NOTIFY poolers")
        async with asyncio.timeout(10):
            await heard.wait()
    await database.close()


async def test_a_direct_address_that_does_not_serve_is_not_used_and_said(
    behind: Pooler, other_database: Address
) -> None:
    nowhere = parse_address("postgresql://postgres@127.0.0.1:1/postgres?sslmode=disable")
    for direct, said in (
        (nowhere, "127.0.0.1:1, cannot be used: connection refused"),
        (other_database, "is another database than DATABASE_URL"),
        (parse_address(behind.url), "is behind a pooler in transaction mode, too"),
    ):
        database = await _examined(behind.url, direct=direct)
        assert database.route.mode == "pooled" and not database.listens
        assert said in database.route.description
        await database.close()


async def test_a_server_with_a_wrong_direct_address_polls(
    behind: Pooler, make_settings: Callable[..., Settings], caplog: pytest.LogCaptureFixture
) -> None:
    wrong = "postgresql://postgres:hunter2@127.0.0.1:1/postgres?sslmode=disable"
    async with (
        running(make_settings(database_url=behind.url, database_direct_url=wrong)) as address,
        ChatKitClient(f"{address}/chatkit") as client,
    ):
        assert (await client.ask("How is tea brewed?")).text
    assert "DATABASE_DIRECT_URL, 127.0.0.1:1, cannot be used: connection refused" in caplog.text
    assert "replicas poll" in caplog.text and "hunter2" not in caplog.text


@pytest.mark.skipif(PROGRAM is None, reason="no redis-server: on Debian, apt install redis-server")
async def test_behind_a_pooler_the_log_and_the_doctor_say_that_redis_carries_events(
    behind: Pooler, make_settings: Callable[..., Settings], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    redis = Redis(tmp_path)
    redis.start()
    try:
        await redis.ready()
        settings = make_settings(database_url=behind.url, fanout="redis", redis_url=redis.url)
        async with running(settings):
            said = await asyncio.to_thread(examine, settings, date(2026, 9, 1))
    finally:
        redis.stop()
    words = "replicas send each other events over Redis, poll 10 times a second while it is away"
    assert [words in record.message for record in caplog.records if "without notifications" in record.message] == [True]
    assert any(words in check.text for check in said)


async def test_a_pooler_that_changes_its_mode_is_noticed_when_the_listener_comes_back(
    postgres_url: str, ada: Caller
) -> None:
    async with pooler(postgres_url, "session") as between:
        database = await _examined(between.url)
        async with database.session(ada) as session:
            await session.connection.fetchval("SELECT 1")
        await database.route.confirm()
        assert database.route.mode == "sessions"
        between.become("transaction")
        with pytest.raises(Unavailable, match="do not last"):
            await _confirm_for_long(database)
        assert database.route.mode == "pooled"
        async with database.session(ada) as session:  # on a connection that prepares nothing
            assert await session.connection.fetchval("SELECT current_setting('chatkit_link.user')") == ada.user
        await database.close()


async def test_a_database_is_migrated_through_a_pooler(behind: Pooler, other_database: Address) -> None:
    name = other_database.connect_args["database"]
    settings = Settings(database_url=behind.url_of(name), openai_api_key=None)  # type: ignore[arg-type]
    async with open_database(settings) as database:
        assert database.pooled
        await asyncio.gather(migrate(database), migrate(database))
        assert (await read_schema(database)).state == "current"
