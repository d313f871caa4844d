"""A PgBouncer in transaction mode between the servers and the database: slower news, and nothing else."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import pytest

from chatkit_link.runs.recovery import LOOK
from chatkit_link.runs.run import LEASE, RENEWAL
from tests.faults.agents import answer
from tests.faults.processes import Postgres, Server, running
from tests.faults.size import count, deadline
from tests.faults.users import Broken, Person, answers, at_most, messages
from tests.suite.pooler import needs_pgbouncer, pooler

pytestmark = [deadline, needs_pgbouncer]


@pytest.fixture
async def pooled_url(postgres: Postgres, database_name: str) -> AsyncIterator[str]:
    """The address of this test's database, through a pooler that nothing names."""
    async with pooler(postgres.url(database_name)) as running_pooler:
        yield running_pooler.url


@pytest.fixture
def make_pooled(make_server: Callable[..., Server], pooled_url: str) -> Callable[..., Server]:
    def make(**settings: Any) -> Server:
        server = make_server(**settings)
        server.database_url = pooled_url
        return server

    return make


async def test_answers_are_written_followed_and_stopped_through_a_pooler(
    make_pooled: Callable[..., Server], people: Callable[[], Person]
) -> None:
    here, there = make_pooled(), make_pooled()
    heard: list[float] = []
    stops: list[float] = []

    async def followed(person: Person) -> None:
        async with person.ask(here, "40 10") as first:
            assert first.response.status_code == 200, await first.response.aread()
            elsewhere = asyncio.create_task(person.reread(there, first.run_id))
            await first.read()
            ended = time.monotonic()
        assert (await elsewhere).raw == first.raw
        heard.append(time.monotonic() - ended)
        assert first.text == answer(40)

    async def stopped(person: Person) -> None:
        async with person.ask(here, "2000 5") as first:
            await first.read(4)
            pressed = time.monotonic()
            stop = await person.cancel(there, first.run_id)
            stops.append(time.monotonic() - pressed)
            assert stop.status_code == 200 and stop.json()["status"] == "cancelled", stop.text
            await first.read()
        items = await person.stored(there)
        assert answers(items)[-1] == first.text

    async def round_() -> None:
        person = people()
        await followed(person)
        await stopped(person)
        assert messages(await person.stored(there)) == ["40 10", "2000 5"]

    async with running(here, there), asyncio.timeout(80):
        await at_most(10, [round_() for _ in range(count(40, 10))])
        for server in (here, there):
            assert "behind a pooler in transaction mode" in server.log.read_text()
    print(f"heard of the end after {max(heard):.2f} s, stopped within {max(stops):.2f} s, at most")
    assert max(heard) < 1
    assert sorted(stops)[len(stops) // 2] < 1 and max(stops) < 2
    assert here.traces() == there.traces() == ""


async def missed_after(person: Person, here: Server, there: Server) -> float:
    """Seconds from the end of a server in the middle of an answer until the other one has ended it for its reader."""
    async with person.ask(here, "2000 5") as hit:
        await hit.read(round(2 * RENEWAL / 0.005))  # its claim's own lease, which is longer, has been renewed by then
        killed = here.kill()
        with suppress(Broken):
            await hit.read()
    after = await person.reread(there, hit.run_id, hit.last_id)
    assert after.error is not None and after.error["allow_retry"]
    return time.monotonic() - killed


async def test_what_a_killed_server_left_behind_a_pooler_is_ended_when_its_lease_is_over(
    make_pooled: Callable[..., Server], people: Callable[[], Person]
) -> None:
    here, there = make_pooled(), make_pooled()
    person = people()
    async with running(here, there), asyncio.timeout(60):
        took = await missed_after(person, here, there)
    assert took < LEASE + LOOK + 1, f"it took {took:.1f} s"
    assert there.traces() == ""


async def test_with_a_direct_connection_beside_the_pooler_a_killed_server_is_missed_at_once(
    make_pooled: Callable[..., Server], people: Callable[[], Person], postgres: Postgres, database_name: str
) -> None:
    await postgres.settled()
    direct = postgres.url(database_name)
    here, there = make_pooled(database_direct_url=direct), make_pooled(database_direct_url=direct)
    person = people()
    async with running(here, there), asyncio.timeout(60):
        took = await missed_after(person, here, there)
        said = await asyncio.to_thread(there.command, "doctor")
    assert took < LEASE - RENEWAL, f"it took {took:.1f} s"  # no lease of its can have been over by then
    assert there.traces() == "" and "replicas poll" not in there.log.read_text()
    assert f"with a direct connection beside it to 127.0.0.1:{postgres.port}" in said.stdout, said.stdout


async def test_the_doctor_says_that_there_is_a_pooler(make_pooled: Callable[..., Server], database_name: str) -> None:
    server = make_pooled()
    said = await asyncio.to_thread(server.command, "doctor")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "behind a pooler in transaction mode" in said.stdout
