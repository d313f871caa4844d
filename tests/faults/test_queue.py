"""kill -9 of servers while messages wait for the end of answers."""

import asyncio
import random
from collections.abc import Callable

from tests.faults.processes import Server, running
from tests.faults.size import count, deadline
from tests.faults.users import Person, at_most, messages, soon

pytestmark = deadline

#: Of six seconds: all of them wait behind it, on a machine that does much else as well.
FIRST = "600 10"
#: What waits behind a first answer. Short ones, so that a kill hits ends and beginnings as often as answers.
WAITING = [f"4 10 {size}" for size in range(1, 7)]


async def test_each_queued_message_is_sent_once_and_in_its_order_whenever_servers_are_killed(
    make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    here, there = make_server(), make_server()
    crowd = [people() for _ in range(count(60, 12))]

    async def ask(person: Person) -> None:
        async with person.ask(here, FIRST) as reading:
            await reading.read(3)
            for text in WAITING:
                response = await person.queue_up(random.choice((here, there)), text)
                assert response.status_code == 202, response.text

    async def check(person: Person) -> None:
        while await person.queued(there) or await person.client(there).running(person.thread_id):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        assert messages(await person.stored(there)) == [FIRST, *WAITING]

    async with running(here, there), asyncio.timeout(280):
        await at_most(20, [ask(person) for person in crowd])
        for _ in range(count(12, 4)):
            await asyncio.sleep(soon(0.05, 0.5))
            victim = random.choice((here, there))
            victim.kill()
            await victim.start()
        await at_most(20, [check(person) for person in crowd])
    assert here.traces() == there.traces() == ""
