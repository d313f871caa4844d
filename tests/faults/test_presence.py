"""A killed server is missed at once, and a living one is not given up because a connection broke."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from chatkit_link.runs.recovery import LOOK
from tests.faults.agents import answer
from tests.faults.processes import Postgres, Server, running
from tests.faults.size import count, deadline
from tests.faults.users import Broken, Person, Reading, answers, at_most

pytestmark = deadline

#: Two looks, what lies between a kill and the first of them, and what a busy machine adds.
NOTICED = 2 * LOOK + 1.5


async def _hit(person: Person, server: Server) -> Reading:
    """An answer in the middle of which the server is killed."""
    async with person.ask(server, "2000 5") as reading:
        await reading.read(30)
        server.kill()
        with suppress(Broken):
            await reading.read()
    return reading


async def test_another_replica_ends_what_a_killed_one_was_writing_long_before_the_lease_is_over(
    postgres: Postgres, make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    here, there = make_server(), make_server()
    took: list[float] = []
    await postgres.settled()
    async with running(here, there), asyncio.timeout(80):
        for _ in range(count(5, 2)):
            person = people()
            hit = await _hit(person, here)
            killed = time.monotonic()
            after = await person.reread(there, hit.run_id, hit.last_id)
            took.append(time.monotonic() - killed)
            assert after.error is not None and after.error["allow_retry"]
            await here.start()
    print(f"kill -9 to interrupted, through the other replica: {', '.join(f'{one:.2f}' for one in took)} s")
    assert max(took) < NOTICED
    assert there.traces() == ""


async def test_a_restarted_server_ends_what_it_was_writing_when_it_was_killed(
    postgres: Postgres, make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    server = make_server()
    took: list[float] = []
    await postgres.settled()
    async with running(server), asyncio.timeout(80):
        for _ in range(count(5, 2)):
            person = people()
            hit = await _hit(person, server)
            await server.start()
            ready = time.monotonic()
            after = await person.reread(server, hit.run_id, hit.last_id)
            took.append(time.monotonic() - ready)
            assert after.error is not None and after.error["allow_retry"]
    print(f"ready again to interrupted: {', '.join(f'{one:.2f}' for one in took)} s")
    assert max(took) < NOTICED
    assert server.traces() == ""


async def test_living_replicas_keep_their_answers_while_their_connections_break(
    postgres: Postgres,
    database_name: str,
    make_server: Callable[..., Server],
    people: Callable[[], Person],
    tmp_path: Path,
) -> None:
    """Listening connections that are cut, and a database that restarts: each answer is written once, and whole."""
    here, there = make_server(), make_server()
    words = "1200 5"

    async def whole(person: Person, server: Server, other: Server) -> None:
        async with person.ask(server, words) as reading:
            elsewhere = asyncio.create_task(person.reread(other, reading.run_id))
            await reading.read()
        assert reading.error is None, reading.error
        assert (await elsewhere).raw == reading.raw
        assert reading.text == answer(1200)
        assert answers(await person.stored(other)) == [answer(1200)]

    cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
    await postgres.settled()
    async with running(here, there), asyncio.timeout(80):
        both = [(here, there), (there, here)]
        asking = asyncio.create_task(at_most(40, [whole(people(), *both[n % 2]) for n in range(count(40, 10))]))
        await asyncio.sleep(0.7)
        for _ in range(3):
            assert await asyncio.to_thread(postgres.query, database_name, cut) != "0"
            await asyncio.sleep(0.9)
        await asyncio.to_thread(postgres.restart, "immediate")
        await asking
    executions = Counter((tmp_path / "executions").read_text().split())
    assert len(executions) == count(40, 10)
    assert set(executions.values()) == {1}
    assert here.traces() == there.traces() == ""
