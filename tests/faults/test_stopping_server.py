"""SIGTERM, as at every redeploy."""

import asyncio
import time
from collections.abc import Callable

import httpx2
from chatkit.types import UserMessageItem

from tests.faults.agents import answer
from tests.faults.processes import Server, running
from tests.faults.size import count, deadline
from tests.faults.users import Person, Reading, answers, messages

pytestmark = deadline

DRAIN = 3
SHORT, LONG = "80 10", "5000 10"


async def test_a_redeploy_lets_answers_finish_keeps_the_rest_and_refuses_what_is_new(
    make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    server = make_server(drain=DRAIN)
    many = count(50, 10) // 2
    finishing, hanging = [people() for _ in range(many)], [people() for _ in range(many)]

    async def read(person: Person, text: str) -> Reading:
        async with person.ask(server, text) as reading:
            return await reading.read()

    async with running(server), asyncio.timeout(60):
        short = [asyncio.create_task(read(person, SHORT)) for person in finishing]
        long = [asyncio.create_task(read(person, LONG)) for person in hanging]
        async with asyncio.timeout(20):
            while not all(person.thread_id for person in finishing + hanging):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        server.terminate()
        stopped = time.monotonic()
        await asyncio.sleep(0.5)
        refusal = await _refusal(people(), server)
        code = await server.exited(within=DRAIN + 5)
        took = time.monotonic() - stopped

        for reading in await asyncio.gather(*short):
            assert reading.text == answer(80) and reading.error is None
        readings = await asyncio.gather(*long)
        for reading in readings:
            assert reading.error is not None and reading.error["allow_retry"]

        await server.start()
        for person, reading in zip(hanging, readings, strict=True):
            items = await person.stored(server)
            assert messages(items) == [LONG] and answers(items) == [reading.text]
        await _retry_begins(hanging[0], server)
    assert code == 0
    assert took < DRAIN + 3, f"it took {took:.1f} s to stop"
    assert server.traces() == ""
    assert refusal is not None, "new work was not refused with a sentence: nobody listened any more"
    assert refusal.status_code == 503 and "retry-after" in refusal.headers


async def _refusal(person: Person, server: Server) -> httpx2.Response | None:
    try:
        async with person.ask(server, "1 1") as reading:
            await reading.response.aread()
            return reading.response
    except httpx2.ConnectError:
        return None


async def _retry_begins(person: Person, server: Server) -> None:
    message = next(item for item in await person.stored(server) if isinstance(item, UserMessageItem))
    async with person.retry(server, message.id) as again:
        await again.read(10)
        assert again.text
