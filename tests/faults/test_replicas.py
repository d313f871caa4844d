"""Two replicas on one database: to a person they are one server."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.faults.agents import answer
from tests.faults.processes import Server, running
from tests.faults.size import count, deadline
from tests.faults.users import Person, answers, at_most, messages, soon

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
