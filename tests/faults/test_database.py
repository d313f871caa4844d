"""The database restarts, and the network in between does what networks do."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import httpx2
import pytest

from tests.faults.agents import answer
from tests.faults.processes import Postgres, Server, running
from tests.faults.proxy import Mood, Proxy
from tests.faults.size import count, deadline, full_only
from tests.faults.users import Broken, Person, Reading, answers, at_most, messages

pytestmark = deadline

ASKED = "40 10"
#: Seconds within which a person hears something, whatever the database does.
PATIENCE = 15.0


class Crowd:
    """People who keep asking until told to stop, and remember what was acknowledged."""

    def __init__(self, make: Callable[[], Person], server: Server) -> None:
        self._make = make
        self._server = server
        self.statuses: Counter[int] = Counter()
        self.refusals: list[httpx2.Response] = []
        self.acknowledged: list[tuple[Person, Reading]] = []
        self.longest = 0.0
        self.lost = 0
        self._done = False

    async def ask(self, size: int) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(size):
                group.create_task(self._keep_asking())

    def stop(self) -> None:
        self._done = True

    async def _keep_asking(self) -> None:
        while not self._done:
            person = self._make()
            asked = time.monotonic()
            try:
                async with person.ask(self._server, ASKED) as reading:
                    self.longest = max(self.longest, time.monotonic() - asked)
                    self.statuses[reading.response.status_code] += 1
                    if reading.response.status_code == 200:
                        self.acknowledged.append((person, reading))
                        await reading.read()
                    else:
                        await reading.response.aread()
                        self.refusals.append(reading.response)
                        await asyncio.sleep(0.1)
            except Broken:
                self.lost += 1
            self.longest = max(self.longest, time.monotonic() - asked)


async def _works_again(person: Person, server: Server, within: float) -> None:
    """Somebody asks until they get a whole answer."""
    last = "nothing"
    try:
        async with asyncio.timeout(within):
            while True:
                with suppress(Broken):
                    async with person.ask(server, "5 1") as reading:
                        await reading.read()
                    if reading.text == answer(5) and reading.error is None:
                        return
                    last = f"{reading.response.status_code} {reading.error}"
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"after {within} s the server still says: {last}") from None


async def _check_acknowledged(crowd: Crowd, server: Server) -> None:
    async def one(person: Person, reading: Reading) -> None:
        await person.reread(server, reading.run_id)  # until it is over
        items = await person.stored(server)
        assert messages(items) == [ASKED], "a message that was acknowledged is lost"
        kept = "".join(answers(items))
        assert kept.startswith(reading.text), f"{len(reading.text) - len(kept)} characters that were shown are lost"
        assert kept == answer(40) or reading.error is not None, "the answer is not whole, and nobody was told"

    await at_most(20, [one(person, reading) for person, reading in crowd.acknowledged])


def _check_refusals(crowd: Crowd) -> None:
    assert crowd.statuses.keys() <= {200, 503}, f"{crowd.statuses}"
    for refusal in crowd.refusals:
        assert refusal.json()["detail"].endswith(".") and "retry-after" in refusal.headers
    assert crowd.lost == 0, f"{crowd.lost} connections broke off"
    assert crowd.longest < PATIENCE, f"somebody waited {crowd.longest:.1f} s"


@pytest.mark.parametrize("mode", ["fast", pytest.param("immediate", marks=full_only)])
async def test_no_message_is_lost_when_the_database_restarts_under_load(
    postgres: Postgres,
    make_server: Callable[..., Server],
    people: Callable[[], Person],
    mode: str,
) -> None:
    server = make_server()
    async with running(server), asyncio.timeout(120):
        crowd = Crowd(people, server)
        asking = asyncio.create_task(crowd.ask(10))
        for _ in range(count(5, 2)):
            await asyncio.sleep(0.7)
            await asyncio.to_thread(postgres.restart, mode)
        await asyncio.sleep(0.7)
        crowd.stop()
        await asking
        await _works_again(people(), server, within=10)
        assert crowd.acknowledged
        await _check_acknowledged(crowd, server)
        _check_refusals(crowd)
    assert server.traces() == ""


async def test_a_bad_network_to_the_database_costs_a_sentence_and_no_restart(
    postgres: Postgres, database_name: str, make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    server = make_server()
    moods: list[Mood] = ["slow", "cut", "reset", "silent"]
    async with Proxy(postgres.port) as proxy, asyncio.timeout(150):
        server.database_url = postgres.url(database_name, proxy.port)
        async with running(server):
            crowd = Crowd(people, server)
            asking = asyncio.create_task(crowd.ask(5))
            for mood in moods * count(5, 1):
                await asyncio.sleep(0.5)
                proxy.become(mood)
                await asyncio.sleep(0.5)
                proxy.become("well")
            await asyncio.sleep(0.5)
            crowd.stop()
            await asking
            await _works_again(people(), server, within=10)
            assert crowd.acknowledged
            await _check_acknowledged(crowd, server)
            _check_refusals(crowd)
        assert server.traces() == ""


async def test_a_database_that_says_nothing_is_told_of_in_time(
    postgres: Postgres, database_name: str, make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    """The network swallows everything for longer than anybody waits."""
    server = make_server()
    async with Proxy(postgres.port) as proxy, asyncio.timeout(80):
        server.database_url = postgres.url(database_name, proxy.port)
        async with running(server):
            person = people()
            await _works_again(person, server, within=10)
            proxy.become("silent")
            asked = time.monotonic()
            status = await _status_within(PATIENCE, people(), server)
            print(f"told {status} after {time.monotonic() - asked:.1f} s")
            assert status == 503
            proxy.become("well")
            await _works_again(people(), server, within=15)
        assert server.traces() == ""


async def _status_within(seconds: float, person: Person, server: Server) -> int | None:
    """What is answered in time, or None."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds), person.ask(server, "1 1") as reading:
            return reading.response.status_code
    return None


async def test_a_thread_is_not_busy_for_ever_when_the_word_of_its_claim_was_lost(
    postgres: Postgres, database_name: str, make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    """The connection breaks off between the commit of a claim and the word of it."""
    server = make_server()
    person, somebody = people(), people()
    async with Proxy(postgres.port) as proxy, asyncio.timeout(80):
        server.database_url = postgres.url(database_name, proxy.port)
        async with running(server), somebody.ask(server, "100000 10"):  # whose lease must be renewed meanwhile
            await _works_again(person, server, within=10)
            proxy.become("cut")
            proxy.become("well")
            proxy.lose_answer_to(b"INSERT INTO runs")
            async with person.ask(server, ASKED) as refused:
                assert refused.response.status_code == 503
            await _works_again(person, server, within=20)
        assert server.traces() == ""


async def test_an_interrupted_answer_is_ended_when_the_first_attempt_to_end_it_fails(
    postgres: Postgres, database_name: str, make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    """A crash, and then a connection that breaks off while the next server ends what the crash left."""
    server = make_server()
    person = people()
    async with Proxy(postgres.port) as proxy, asyncio.timeout(80):
        server.database_url = postgres.url(database_name, proxy.port)
        async with running(server):
            async with person.ask(server, "100000 10") as reading:
                await reading.read(20)
                server.kill()
            proxy.lose_answer_to(b"lengths, data FROM run_batches")  # as it reads the log
            await server.start()
            postgres.query(database_name, "UPDATE runs SET lease_until = now()")  # rather than wait for it
            async with asyncio.timeout(15):
                while await person.client(server).running(person.thread_id) is not None:  # noqa: ASYNC110
                    await asyncio.sleep(0.5)
            assert (await person.reread(server, reading.run_id, reading.last_id)).error is not None
    assert "could not be ended; it will be tried again" in server.log.read_text()
    assert server.traces() == ""
