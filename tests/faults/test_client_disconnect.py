"""Readers who leave: a closed laptop, a lost network, a reload."""

import asyncio
import random
from collections.abc import Callable

from tests.faults.agents import answer
from tests.faults.processes import Server, running
from tests.faults.size import count, deadline
from tests.faults.users import Person, answers, at_most

pytestmark = deadline

WORDS = 60


async def test_an_answer_that_nobody_reads_is_written_to_its_end_and_resumes_where_it_was_left(
    make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    server = make_server()

    async def leave(person: Person) -> None:
        async with person.ask(server, f"{WORDS} 10") as left:
            assert left.response.status_code == 200
            await left.read(random.randint(1, WORDS))
        await asyncio.sleep(random.choice([0, 0, 0.2, 1]))
        resumed = await person.reread(server, left.run_id, left.last_id)
        unbroken = await person.reread(server, left.run_id)
        assert left.raw + resumed.raw == unbroken.raw
        assert [frame.id for frame in unbroken.frames] == list(range(1, len(unbroken.frames) + 1))
        assert unbroken.text == answer(WORDS)
        assert answers(await person.stored(server)) == [answer(WORDS)]

    async with running(server), asyncio.timeout(120):
        await at_most(30, [leave(people()) for _ in range(count(200, 30))])
    assert server.traces() == ""
