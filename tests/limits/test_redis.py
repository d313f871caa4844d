"""Counting in a real Redis, where there is one: `redis-server` (on Debian: apt install redis-server)."""

import asyncio
import shutil
import subprocess
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from redis import asyncio as redis

from chatkit_link.limits.counter import PackageCounter, build_counter
from chatkit_link.settings import Settings
from chatkit_link.store.engine import Database
from chatkit_link.store.rates import Allowance
from tests.conftest import running
from tests.faults.processes import free_port
from tests.limits.users import IDENTITY, ask, new_user_headers

MakeSettings = Callable[..., Settings]
PROGRAM = shutil.which("redis-server")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no redis-server: on Debian, apt install redis-server")


class Redis:
    """A Redis on a port of 127.0.0.1 without persistence, which can be stopped and restarted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        assert PROGRAM is not None
        options = ("--bind", "127.0.0.1", "--port", str(self._port), "--save", "", "--appendonly", "no")
        with (self._folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen([PROGRAM, *options], cwd=self._folder, stdout=log, stderr=log)

    async def ready(self) -> None:
        async with asyncio.timeout(30), redis.from_url(self.url) as client:
            while True:
                try:
                    await client.ping()
                    return
                except redis.ConnectionError:
                    await asyncio.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    server = Redis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def server(started: Redis) -> Redis:
    await started.ready()
    return started


@pytest.fixture
async def replicas(
    server: Redis, make_settings: MakeSettings, database: Database
) -> AsyncIterator[tuple[PackageCounter, PackageCounter]]:
    """The counters of two replicas."""
    settings = make_settings(limits_storage="redis", redis_url=server.url)
    counters = build_counter(settings, database), build_counter(settings, database)
    one, two = counters
    assert isinstance(one, PackageCounter) and isinstance(two, PackageCounter)
    yield one, two
    for counter in counters:
        await counter.close()


async def test_parallel_requests_of_two_replicas_never_get_more_than_the_limit(
    replicas: tuple[PackageCounter, PackageCounter],
) -> None:
    allowance = Allowance(uuid.uuid4().hex, 7, 60)
    answers = await asyncio.gather(*(replicas[number % 2].take([allowance]) for number in range(40)))
    assert sum(not full for full in answers) == 7
    assert all(0 < wait <= 60 for full in answers for wait in full.values())


async def test_who_is_over_one_limit_does_not_use_up_the_other(
    replicas: tuple[PackageCounter, PackageCounter],
) -> None:
    greedy, shared = Allowance(uuid.uuid4().hex, 2, 60), Allowance(uuid.uuid4().hex, 5, 60)
    for number in range(10):
        await replicas[number % 2].take([greedy, shared])
    others = [await replicas[0].take([Allowance(uuid.uuid4().hex, 2, 60), shared]) for _ in range(4)]
    assert [bool(full) for full in others] == [False, False, False, True]


async def test_what_is_stored_names_no_user_and_expires(
    server: Redis, replicas: tuple[PackageCounter, PackageCounter]
) -> None:
    name = uuid.uuid4().hex
    await replicas[0].take([Allowance(name, 3, 60)])
    async with redis.from_url(server.url) as client:
        (stored,) = [key async for key in client.scan_iter(f"*{name}*")]
        assert 0 < await client.ttl(stored) <= 61


async def test_without_redis_nothing_that_costs_is_let_through_and_the_rest_goes_on(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    me = new_user_headers()
    server = Redis(tmp_path)
    server.start()
    await server.ready()
    settings = make_settings(**IDENTITY, limits_storage="redis", redis_url=server.url, rate_messages=3)
    listed = {"type": "threads.list", "params": {}}
    try:
        async with running(settings) as one, running(settings) as two, httpx2.AsyncClient(timeout=60) as http:
            first = await asyncio.gather(*(ask(http, address, me) for address in (one, two)))
            assert [answer.status_code for answer in first] == [200, 200]

            server.stop()
            refused = await ask(http, one, me)
            assert refused.status_code == 503
            assert refused.json()["detail"] == "The server cannot answer right now. Please try again in a moment."
            threads = await http.post(f"{one}/chatkit/echo", json=listed, headers=me)
            assert len(threads.json()["data"]) == 2

            server.start()
            await server.ready()
            again = [(await ask(http, address, me)).status_code for address in (one, two, one, two)]
            assert again == [200, 200, 200, 429]  # it has forgotten the last minute, and counts for both again
    finally:
        server.stop()
