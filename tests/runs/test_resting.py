"""A server that nobody uses leaves its database alone, and is back with the first use."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from chatkit_link.app import create_app
from chatkit_link.caller import Caller
from chatkit_link.cli.server import serving
from chatkit_link.client import ChatKitClient
from chatkit_link.http.services import Services
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.log import OWN_IDS
from chatkit_link.runs.run import RunStatus
from chatkit_link.settings import Settings
from chatkit_link.store import activity
from chatkit_link.store import runs as rows
from chatkit_link.store.engine import Database
from chatkit_link.store.replicas import new_replica
from tests.conftest import DOCUMENT
from tests.runs.answers import keep_nothing, read, start
from tests.runs.test_followers import steady
from tests.suite.postgres import SHARED_SECRET

AGENTS = Path(__file__).parents[1] / "fixtures" / "agents.toml"
#: Seconds until a server here rests, between two rounds of its background work, and of some of them.
SOON = 0.5
ROUND = 0.3
QUIET = 4 * ROUND


@pytest.fixture(autouse=True)
def _rests_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "REST_AFTER", SOON)
    rounds = (
        "runs.recovery.LOOK",
        "runs.recovery._CLEANING",
        "runs.recovery._SWEEPING",
        "runs.wakeups._LIFE",
        "files.sweeper.ROUND",
    )
    for name in (*rounds, "identity.key_use.ROUND"):
        monkeypatch.setattr(f"chatkit_link.{name}", ROUND)


@pytest.fixture
def own_url(database: Database) -> str:
    """Connections of a server of its own, which can be told from those of the test."""
    joint = "&" if "?" in database.url else "?"
    return f"{database.url}{joint}application_name=resting_{uuid.uuid4().hex[:12]}"


@pytest.fixture
async def own(own_url: str) -> AsyncIterator[Database]:
    own = Database(own_url, pool_size=6)
    yield own
    await own.close()


async def _statements(database: Database, url: str) -> list[tuple[str, str]]:
    """(when its last statement began, that statement) of each connection of that server."""
    name = url.rpartition("=")[2]
    statement = "SELECT query_start::text, query FROM pg_stat_activity WHERE application_name = :name ORDER BY pid"
    async with database.replica() as connection:
        found = await connection.execute(text(statement).bindparams(name=name))
        return [(row[0], row[1]) for row in found]


def _listens(statements: list[tuple[str, str]]) -> bool:
    return any("LISTEN" in query or "FROM pg_locks\n        WHERE locktype" in query for _, query in statements)


async def _asleep(database: Database, url: str, used: Database) -> list[tuple[str, str]]:
    """What its connections did last, once it rests."""
    async with asyncio.timeout(30):
        while not used.activity.resting or _listens(await _statements(database, url)):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    await asyncio.sleep(ROUND)  # what was under way
    return await _statements(database, url)


async def _is_left_alone(database: Database, url: str, since: list[tuple[str, str]]) -> None:
    await asyncio.sleep(QUIET)
    assert await _statements(database, url) == since


async def test_a_server_that_nobody_uses_runs_no_statement_and_is_back_with_the_first_message(
    database: Database, own_url: str, tmp_path: Path
) -> None:
    """All of it: the listener, the recovery, the cleaning, the sweeper of files."""
    apps: list[FastAPI] = []

    def make(settings: Settings) -> FastAPI:
        apps.append(create_app(settings))
        return apps[0]

    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "tea.md").write_text(DOCUMENT)
    given: dict[str, Any] = {
        "database_url": own_url,
        "secret": SHARED_SECRET,
        "data": tmp_path,
        "docs": tmp_path / "docs",
        "config": AGENTS,
        "openai_api_key": None,
        "openai_base_url": None,
    }
    settings = Settings(**given)
    async with serving(make, settings) as address, ChatKitClient(f"{address}/chatkit/echo") as client:
        services: Services = apps[0].state.services
        # It starts awake, and listens.
        assert services.coordinator._wakeups.listening
        asleep = await _asleep(database, own_url, services.database)
        await _is_left_alone(database, own_url, asleep)
        assert "hello" in (await client.ask("hello")).text
        assert await _statements(database, own_url) != asleep
        await _is_left_alone(database, own_url, await _asleep(database, own_url, services.database))


async def test_no_lock_is_held_and_no_connection_listens_at_rest_and_a_run_brings_them_back(
    database: Database, own: Database, ada: Caller, thread: str
) -> None:
    async def held(replica: str) -> bool:
        statement = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid::text = :number"
        async with database.replica() as connection:
            return bool(await connection.execute(text(statement).bindparams(number=replica.split("_")[2])))

    async with Coordinator(own, keep_nothing, drain=1) as coordinator:
        assert await held(coordinator.replica)
        await _asleep(database, own.url, own)
        assert not await held(coordinator.replica)
        hold = asyncio.Event()
        run = await start(coordinator, ada, thread, b"a", hold=hold)
        async with asyncio.timeout(10):
            while not await held(coordinator.replica):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await asyncio.sleep(2 * SOON + ROUND)  # no request comes, but an answer is being written
        assert not own.activity.resting and await held(coordinator.replica)
        hold.set()
        assert await read(coordinator, ada, run.id) == [(1, b"a"), (2, b"end")]


async def test_a_reader_of_another_replicas_run_keeps_its_own_replica_awake(
    database: Database, own: Database, ada: Caller, thread: str
) -> None:
    async with Coordinator(database, keep_nothing, drain=1) as other, Coordinator(own, keep_nothing) as here:
        await _asleep(database, own.url, own)
        async with other.claim(ada, thread, "agent") as run:
            other.start(run, lambda run: steady(run, 100))
        assert len(await read(here, ada, run.id)) == 100
        assert not own.activity.resting


@pytest.mark.parametrize("killed", ["as its lock shows", "as its lease shows"])
async def test_the_run_of_a_replica_that_was_killed_meanwhile_is_ended_by_the_first_that_wakes(
    database: Database, own: Database, ada: Caller, thread: str, killed: str
) -> None:
    run_id = f"run_{uuid.uuid4().hex}"
    async with Coordinator(own, keep_nothing, drain=1) as coordinator:
        await _asleep(database, own.url, own)
        lease = -1 if killed == "as its lease shows" else 600
        async with database.session(ada) as session:
            assert await rows.insert_run(session, run_id, thread, "agent", new_replica(locks=True), lease)
        await asyncio.sleep(QUIET)
        assert (await rows.run_state(database, run_id)).status == RunStatus.RUNNING  # nobody looks
        async with asyncio.timeout(QUIET + 5):  # a restart of PostgreSQL gives everybody five seconds
            assert (await read(coordinator, ada, run_id)) == [(OWN_IDS + 1, b"interrupted after 0")]


async def test_a_message_that_wakes_a_replica_is_not_refused_for_an_answer_that_died_meanwhile(
    database: Database, own: Database, ada: Caller, thread: str
) -> None:
    async with Coordinator(own, keep_nothing, drain=1) as coordinator:
        await _is_left_alone(database, own.url, await _asleep(database, own.url, own))
        async with database.session(ada) as session:
            await rows.insert_run(session, f"run_{uuid.uuid4().hex}", thread, "agent", new_replica(locks=True), -1)
        run = await start(coordinator, ada, thread, b"a")  # no ThreadBusy
        assert await read(coordinator, ada, run.id) == [(1, b"a"), (2, b"end")]


async def test_what_expires_is_deleted_also_while_nobody_comes_back(
    database: Database, own: Database, ada: Caller, thread: str
) -> None:
    async with Coordinator(own, keep_nothing, drain=1, events_for=2.0, runs_for=2.0) as coordinator:
        run = await start(coordinator, ada, thread, b"a")
        await read(coordinator, ada, run.id)
        async with asyncio.timeout(30):
            while (await rows.run_state(database, run.id)).status is not None:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        assert own.activity.resting
        await _is_left_alone(database, own.url, await _asleep(database, own.url, own))  # the next one is in a day
