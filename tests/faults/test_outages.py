"""The database fails over, runs out of space, refuses connections or stands still, while people read their answers."""

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from chatkit_link.runs.recovery import LOOK
from chatkit_link.runs.run import LEASE, RENEWAL
from tests.faults.agents import answer
from tests.faults.processes import Postgres, Server, running
from tests.faults.size import count, deadline
from tests.faults.users import Person, Reading, answers, messages

pytestmark = deadline

#: Seconds within which /ready states that nothing can be stored, with one look of a slow machine.
SEEN = 2.0


class Readers:
    """People who each read an answer to its end."""

    def __init__(self, server: Server, asked: str) -> None:
        self._server = server
        self._asked = asked
        self._words = int(asked.split(maxsplit=1)[0])
        self.people: list[Person] = []
        self.readings: list[Reading] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self, people: list[Person]) -> None:
        """Returns when each of them has read something."""
        begun = [asyncio.get_running_loop().create_future() for _ in people]
        self._tasks = [asyncio.create_task(self._read(person, one)) for person, one in zip(people, begun, strict=True)]
        await asyncio.wait_for(asyncio.gather(*begun), 30)

    async def _read(self, person: Person, begun: "asyncio.Future[None]") -> None:
        async with person.ask(self._server, self._asked) as reading:
            assert reading.response.status_code == 200
            self.people.append(person)
            self.readings.append(reading)
            await reading.read(6)
            begun.set_result(None)
            await reading.read()

    async def end(self, within: float) -> None:
        """Each of them has read a whole answer, nobody was told of an error, and a reload shows the same."""
        await asyncio.wait_for(asyncio.gather(*self._tasks), within)
        whole = answer(self._words)
        assert [reading.error for reading in self.readings] == [None] * len(self.readings)
        assert [reading.text for reading in self.readings] == [whole] * len(self.readings)
        for person in self.people:
            items = await person.stored(self._server)
            assert (messages(items), answers(items)) == ([self._asked], [whole])


async def _ready(server: Server) -> int:
    async with httpx2.AsyncClient(trust_env=False) as http:
        return (await http.get(f"{server.url}/ready")).status_code


async def _ready_within(server: Server, status: int, within: float) -> float:
    """Seconds until /ready says so."""
    began = time.monotonic()
    while await _ready(server) != status:
        assert time.monotonic() - began < within, f"/ready is not {status} after {within} s"
        await asyncio.sleep(0.05)
    return time.monotonic() - began


async def _is_refused(person: Person, server: Server) -> None:
    """A new question gets its sentence before a stream begins, and leaves nothing behind."""
    async with person.ask(server, "1 1") as reading:
        assert reading.response.status_code == 503
        assert int(reading.response.headers["retry-after"]) > 0
        assert reading.response.headers["content-type"] == "application/problem+json"
        await reading.response.aread()
        assert reading.response.json()["detail"].endswith(".")


async def _is_answered(person: Person, server: Server) -> None:
    async with person.ask(server, "3 1") as reading:
        assert reading.response.status_code == 200, await reading.response.aread()
        assert (await reading.read()).text == answer(3)


async def test_an_answer_outlives_a_failover_that_is_read_only_for_seconds(
    postgres: Postgres, make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    server = make_server()
    async with running(server), asyncio.timeout(80):
        readers = Readers(server, "40 50")
        await readers.begin([people() for _ in range(count(24, 6))])
        postgres.read_only("on")
        try:
            took = await _ready_within(server, 503, SEEN)
            await _is_refused(people(), server)
            await asyncio.sleep(5)  # the answers end meanwhile
            await _is_refused(people(), server)
        finally:
            postgres.read_only("off")
        back = await _ready_within(server, 200, 5)
        print(f"/ready: 503 after {took:.2f} s, 200 {back:.2f} s after the end")
        await readers.end(within=20)
        await _is_answered(people(), server)
    assert server.traces() == ""


@pytest.fixture
def small_disk(postgres: Postgres) -> Iterator[tuple[str, Path]]:
    """A database on a disk of its own with hardly more room than it needs; its name, and a folder there to fill."""
    folder = Path(tempfile.mkdtemp(prefix="chatkit-link-disk-"))
    mounted = ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mounted, check=False, capture_output=True).returncode != 0:
        folder.rmdir()
        pytest.skip("only root can mount a small disk")
    name = f"small_{uuid.uuid4().hex[:12]}"
    try:
        (folder / "tablespace").mkdir()
        folder.parent.chmod(folder.parent.stat().st_mode | 0o011)
        folder.chmod(0o755)
        postgres.tablespace(name, folder / "tablespace")
        postgres.query("postgres", f"CREATE DATABASE {name} TABLESPACE {name}")
        yield name, folder
        postgres.query("postgres", f"DROP DATABASE {name} WITH (FORCE)")
        postgres.query("postgres", f"DROP TABLESPACE {name}")
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        shutil.rmtree(folder, ignore_errors=True)


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(65_536))


async def test_an_answer_outlives_a_disk_that_is_full_for_a_while(
    postgres: Postgres,
    small_disk: tuple[str, Path],
    make_server: Callable[..., Server],
    people: Callable[[], Person],
) -> None:
    name, folder = small_disk
    server = make_server()
    server.database_url = postgres.url(name)
    ballast = folder / "ballast"
    async with running(server), asyncio.timeout(80):
        # Words of 2,000 characters: what pages of the tables have left is used up at once.
        readers = Readers(server, "40 50")
        await readers.begin([people() for _ in range(count(24, 6))])
        filler = people()
        with pytest.raises(OSError, match="No space"):
            _fill(ballast)
        async with filler.ask(server, "400 10 2000") as large:
            took = await _ready_within(server, 503, 10)
            await _is_refused(people(), server)
            await asyncio.sleep(5)
            assert "DiskFullError (SQLSTATE 53100)" in server.log.read_text()
            ballast.unlink()
            await _ready_within(server, 200, 10)
            print(f"/ready: 503 after {took:.2f} s")
            await readers.end(within=20)
            await large.read()
            assert (large.error, large.text) == (None, answer(400, 2000))
        assert answers(await filler.stored(server)) == [answer(400, 2000)]
        await _is_answered(people(), server)
    assert server.traces() == ""


async def test_an_answer_outlives_an_administrator_who_ends_all_sessions_again_and_again(
    postgres: Postgres, database_name: str, make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    server = make_server()
    ending = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{database_name}'"
    async with running(server), asyncio.timeout(80):
        readers = Readers(server, "60 50")
        await readers.begin([people() for _ in range(count(24, 6))])
        for _ in range(12):
            postgres.query("postgres", ending)
            await asyncio.sleep(0.3)
        await readers.end(within=20)
    assert server.traces() == ""


async def test_an_answer_outlives_a_server_that_takes_no_more_connections(
    postgres: Postgres, database_name: str, make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    server = make_server()
    ending = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{database_name}'"
    async with running(server), asyncio.timeout(80):
        readers = Readers(server, "40 50")
        await readers.begin([people() for _ in range(count(24, 6))])
        postgres.query("postgres", f"ALTER DATABASE {database_name} WITH ALLOW_CONNECTIONS false")
        postgres.query("postgres", ending)
        try:
            await _ready_within(server, 503, SEEN)
            await _is_refused(people(), server)
            await asyncio.sleep(4)
        finally:
            postgres.query("postgres", f"ALTER DATABASE {database_name} WITH ALLOW_CONNECTIONS true")
        await readers.end(within=20)
        await _is_answered(people(), server)
    assert server.traces() == ""


@asynccontextmanager
async def _frozen(postgres: Postgres, seconds: float) -> AsyncGenerator[None]:
    postgres.freeze()
    try:
        yield
        await asyncio.sleep(seconds)
    finally:
        postgres.thaw()


@pytest.mark.parametrize("replicas", [1, 2])
@pytest.mark.parametrize("seconds", [3, 15])
async def test_no_answer_is_interrupted_because_the_database_stood_still(
    seconds: int,
    replicas: int,
    postgres: Postgres,
    make_server: Callable[..., Server],
    people: Callable[[], Person],
) -> None:
    servers = [make_server() for _ in range(replicas)]
    async with running(*servers), asyncio.timeout(85):
        await postgres.settled()
        readers = [Readers(server, "60 100") for server in servers]  # some of them end while it stands still
        late = [Readers(server, f"{(seconds + 4) * 10} 100") for server in servers]
        for each in (*readers, *late):
            await each.begin([people() for _ in range(count(12, 6) // replicas)])
        async with _frozen(postgres, seconds):
            took = await _ready_within(servers[0], 503, SEEN)
        print(f"/ready: 503 after {took:.2f} s")
        for each in (*readers, *late):
            await each.end(within=30)
    for server in servers:
        assert server.traces() == ""
        assert "was interrupted" not in server.log.read_text()


@pytest.mark.parametrize("seconds", [3, 8])
async def test_no_answer_is_interrupted_because_the_disk_of_the_database_stood_still(
    seconds: int, postgres: Postgres, make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    """What is read is answered all the while, so each replica sees the leases of the other one expire."""
    servers = [make_server(), make_server()]
    async with running(*servers), asyncio.timeout(85):
        await postgres.settled()
        quick = [Readers(server, f"{(seconds + 4) * 10} 100") for server in servers]
        # With seconds between two words: nothing of these is being written, and no row locked, at most times.
        slow = [Readers(server, "9 1500") for server in servers]
        for each in slow:
            await each.begin([people() for _ in range(count(8, 4))])
        for each in quick:
            await each.begin([people() for _ in range(count(8, 3))])
        postgres.stalled("on")
        try:
            # The commits of one second do not wait for the disk.
            took = await _ready_within(servers[0], 503, SEEN + 1)
            await _is_refused(people(), servers[0])
            print(f"/ready: 503 after {took:.2f} s")
            await asyncio.sleep(seconds - took)
        finally:
            postgres.stalled("off")
        for each in (*quick, *slow):
            await each.end(within=30)
    for server in servers:
        assert server.traces() == ""
        assert "was interrupted" not in server.log.read_text()


async def test_readers_of_a_frozen_replica_are_moved_on_within_three_seconds(
    postgres: Postgres, make_server: Callable[..., Server], people: Callable[[], Person]
) -> None:
    here, there = make_server(), make_server()
    took: list[float] = []

    async def one(person: Person) -> None:
        async with person.ask(here, "100000 20") as first:
            await first.read(20)
            seen = first.text
            frozen.set()
            await stopped.wait()
            began = time.monotonic()
            moved = await person.reread(there, first.run_id)
            took.append(time.monotonic() - began)
            assert moved.error is not None and moved.error["allow_retry"]
            assert moved.text.startswith(seen[: len(seen) - 200])
        items = await person.stored(there)
        assert answers(items) == [moved.text]
        async with person.ask(there, "3 1") as again:
            assert (await again.read()).text == answer(3)

    frozen, stopped = asyncio.Event(), asyncio.Event()
    async with running(here, there), asyncio.timeout(80):
        await postgres.settled()
        async with asyncio.TaskGroup() as group:
            asked = [people() for _ in range(count(12, 4))]
            for person in asked:
                group.create_task(one(person))
            await asyncio.sleep(3)
            here.freeze()
            stopped.set()
        print(f"moved on after {max(took):.2f} s at most")
        assert max(took) < LEASE + LOOK + 0.5 <= 3
        before = [await person.stored(there) for person in asked]
        await asyncio.sleep(2 * LEASE)
        here.thaw()
        await asyncio.sleep(4 * RENEWAL)
        assert [await person.stored(there) for person in asked] == before, "it stored something after it was moved on"
        assert [await person.stored(here) for person in asked] == before
        await _is_answered(people(), here)
    assert here.traces() == there.traces() == ""
