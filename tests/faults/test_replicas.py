"""Two replicas on one database: to a person they are one server."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from tests.faults.agents import answer
from tests.faults.processes import Server, running
from tests.faults.size import count, deadline
from tests.faults.users import Person, answers, at_most, messages, soon
from tests.limits.test_redis import PROGRAM
from tests.runs.test_fanout import Breakable

pytestmark = deadline


async def test_an_answer_is_followed_and_stopped_from_the_other_replica(
    make_server: Callable[..., Server],
    people: Callable[[], Person],
    tmp_path: Path,
) -> None:
    here, there = make_server(), make_server()
    stops: list[float] = []

    async def stopped(person: Person) -> None:
        """A long answer on one replica, met with a second message and a Stop through the other."""
        async with person.ask(here, "2000 5") as first:
            assert first.response.status_code == 200
            await first.read(4)
            elsewhere = asyncio.create_task(person.reread(there, first.run_id))
            async with person.ask(there, "1 1") as second:
                assert second.response.status_code == 409, await second.response.aread()
            reading = asyncio.create_task(first.read())
            await asyncio.sleep(soon(0, 0.2))
            pressed = time.monotonic()
            stop = await person.cancel(there, first.run_id)
            assert stop.status_code == 200 and stop.json()["status"] == "cancelled"
            await reading
            stops.append(time.monotonic() - pressed)
        assert (await elsewhere).raw == first.raw
        items = await person.stored(there)
        assert messages(items) == ["2000 5"]
        assert answers(items) == [first.text]
        assert answer(2000).startswith(first.text)

    async def followed(person: Person) -> None:
        """A short one, read on both."""
        async with person.ask(here, "30 3") as first:
            elsewhere = asyncio.create_task(person.reread(there, first.run_id))
            await first.read()
        assert (await elsewhere).raw == first.raw
        assert answers(await person.stored(there))[-1] == answer(30)

    async def round_() -> None:
        person = people()
        await stopped(person)
        await followed(person)

    async with running(here, there), asyncio.timeout(200):
        await at_most(5, [round_() for _ in range(count(100, 10))])
    print(f"Stop through the other replica: {sorted(stops)[len(stops) // 2]:.3f} s, at most {max(stops):.3f} s")
    assert max(stops) < 1, f"Stop through the other replica took {max(stops):.2f} s"
    executions = Counter((tmp_path / "executions").read_text().split())
    assert len(executions) == 2 * count(100, 10)
    assert set(executions.values()) == {1}, "an answer was made twice"
    assert here.traces() == there.traces() == ""


async def test_a_follower_on_the_other_replica_hears_of_the_end_at_once(
    make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    """Answers that end just behind a commit, so that the end falls between a look into the database and the wait."""
    here, there = make_server(), make_server()
    late: list[float] = []

    async def once(person: Person) -> None:
        async with person.ask(here, f"{random.randint(8, 30)} 1") as first:
            elsewhere = asyncio.create_task(person.reread(there, first.run_id))
            await first.read()
            ended = time.monotonic()
        assert (await elsewhere).raw == first.raw
        late.append(time.monotonic() - ended)

    async with running(here, there), asyncio.timeout(120):
        for _ in range(count(200, 60)):
            await once(people())
    assert max(late) < 1, f"{sum(one > 1 for one in late)} of {len(late)} heard up to {max(late):.1f} s late"


@pytest.mark.skipif(PROGRAM is None, reason="no redis-server: on Debian, apt install redis-server")
async def test_answers_are_followed_on_the_other_replica_while_redis_breaks(
    make_server: Callable[..., Server], people: Callable[[], Person], tmp_path: Path
) -> None:
    """Killed, frozen and started empty, again and again: the same bytes on both replicas, and never a pause."""
    redis = Breakable(tmp_path)
    redis.start()
    await redis.ready()
    here, there = (make_server(fanout="redis", redis_url=redis.url) for _ in range(2))

    async def ready(server: Server) -> tuple[int, str]:
        async with httpx2.AsyncClient(trust_env=False, timeout=10) as http:
            answer = await http.get(f"{server.url}/ready")
            return answer.status_code, answer.json()["status"]

    async def becomes(status: str) -> None:
        async with asyncio.timeout(8):
            while {await ready(server) for server in (here, there)} != {(200, status)}:  # noqa: ASYNC110
                await asyncio.sleep(0.1)

    async def followed(person: Person, server: Server, other: Server) -> None:
        async with person.ask(server, "3000 5") as first:
            elsewhere = asyncio.create_task(person.reread(other, first.run_id))
            await first.read()
            ended = time.monotonic()
        assert (await elsewhere).raw == first.raw
        late.append(time.monotonic() - ended)
        assert answers(await person.stored(other)) == [answer(3000)]

    late: list[float] = []
    try:
        async with running(here, there), asyncio.timeout(200):
            for _ in range(count(5, 1)):
                both = [(here, there), (there, here)]
                await becomes("ready")
                asking = asyncio.create_task(at_most(10, [followed(people(), *both[n % 2]) for n in range(10)]))
                await asyncio.sleep(2)
                redis.kill()
                await becomes("degraded")
                redis.start()
                await redis.ready()
                await becomes("ready")
                redis.freeze()
                await becomes("degraded")
                redis.thaw()
                await becomes("ready")
                await asking
    finally:
        redis.thaw()
        redis.kill()
    print(f"the end on the other replica: {max(late):.2f} s late at most")
    assert max(late) < 4
    assert here.traces() == there.traces() == ""
