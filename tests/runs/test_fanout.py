"""Events over a real Redis, where there is one: `redis-server` (on Debian: apt install redis-server).

However Redis breaks in the middle of an answer, its reader on another replica gets each event once, in order.
"""

import asyncio
import logging
import re
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import asyncio as redis
from sqlalchemy import func, update

from chatkit_link.caller import Caller
from chatkit_link.errors import ConfigurationError
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.fanout import connect_fanout
from chatkit_link.runs.followers import SLOW_POLL
from chatkit_link.runs.log import OWN_IDS
from chatkit_link.runs.run import Run, RunStatus
from chatkit_link.settings import Settings
from chatkit_link.store import event_log
from chatkit_link.store import runs as rows
from chatkit_link.store.engine import Database
from chatkit_link.store.tables import runs as runs_table
from tests.faults.proxy import Proxy
from tests.limits.test_redis import PROGRAM, Redis
from tests.runs.answers import keep_nothing, read, start
from tests.runs.test_followers import notifications

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no redis-server: on Debian, apt install redis-server")

#: Within which a reader must have gone on without Redis, and Redis must be used again: the issue allows two.
DEGRADED = 4.0


class Breakable(Redis):
    """A Redis that can also be killed and frozen."""

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    async def command(self, *words: Any) -> Any:
        async with redis.from_url(self.url, socket_timeout=5) as client:
            return await client.execute_command(*words)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Breakable]:
    server = Breakable(tmp_path)
    server.start()
    await server.ready()
    yield server
    if server._process is not None and server._process.poll() is None:
        server.kill()


@asynccontextmanager
async def replica(database: Database, url: str, *, up: bool = True) -> AsyncGenerator[Coordinator]:
    async with Coordinator(database, keep_nothing, drain=1, fanout=connect_fanout(url)) as coordinator:
        if up:
            await reached(lambda: _fanout(coordinator).up)
        yield coordinator


@pytest.fixture
async def two(database: Database, server: Breakable) -> AsyncIterator[tuple[Coordinator, Coordinator]]:
    async with replica(database, server.url) as here, replica(database, server.url) as there:
        yield here, there


def _fanout(coordinator: Coordinator) -> Any:
    assert coordinator._fanout is not None
    return coordinator._fanout


async def reached(condition: Callable[[], bool], within: float = 10) -> None:
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


class Story:
    """An answer whose next event comes when the test wants it."""

    def __init__(self) -> None:
        self.steps: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.seen: list[tuple[int, bytes]] = []
        self.written = 0

    async def tell(self, run: Run) -> None:
        while (step := await self.steps.get()) is not None:
            run.log.append(step)

    async def follow(self, coordinator: Coordinator, caller: Caller, run_id: str) -> None:
        attached = await coordinator.attach(caller, run_id)
        async for batch in attached.follow(0):
            self.seen += [(event.id, event.data) for event in batch]

    async def go_on(self, events: int = 5, within: float = DEGRADED) -> None:
        """More events, each of which must be read in time."""
        for _ in range(events):
            self.written += 1
            self.steps.put_nowait(b"%d" % self.written)
            await reached(lambda: len(self.seen) >= self.written, within)

    @property
    def complete(self) -> bool:
        return self.seen == [(number, b"%d" % number) for number in range(1, self.written + 1)]


@asynccontextmanager
async def told(here: Coordinator, there: Coordinator, caller: Caller, thread: str) -> AsyncGenerator[Story]:
    """An answer of one replica that is read on the other, and whole at the end."""
    story = Story()
    async with here.claim(caller, thread, "agent") as run:
        here.start(run, story.tell)
    following = asyncio.create_task(story.follow(there, caller, run.id))
    try:
        await story.go_on()
        yield story
        story.steps.put_nowait(None)
        async with asyncio.timeout(DEGRADED):
            await following
        assert story.complete, story.seen
    finally:
        following.cancel()


async def test_events_go_over_redis_and_neither_notifications_nor_reads_are_needed(
    database: Database, two: tuple[Coordinator, Coordinator], ada: Caller, thread: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = two
    reads: list[int] = []
    read_events = event_log.read_events

    async def counted(*given: Any) -> Any:
        reads.append(given[3])
        return await read_events(*given)

    async with told(here, there, ada, thread) as story:
        await reached(lambda: here.replica in there._wakeups._answered)
        await story.go_on(1)
        monkeypatch.setattr(event_log, "read_events", counted)
        async with notifications(database, here, there) as heard:
            await story.go_on(40, within=SLOW_POLL / 2)
        assert heard == []
        assert reads == []


@pytest.mark.parametrize("breaks", [False, True])
async def test_a_client_that_swallows_a_cancellation_holds_up_no_stop(
    database: Database, server: Breakable, monkeypatch: pytest.MonkeyPatch, breaks: bool
) -> None:
    async with asyncio.timeout(20):
        async with replica(database, server.url) as here:
            fanout = _fanout(here)
            read = fanout._client.xread
            reading = asyncio.Event()

            async def swallow(*given: Any, **named: Any) -> Any:
                reading.set()
                try:
                    return await read(*given, **named)
                except asyncio.CancelledError:
                    if breaks:
                        raise OSError("the connection was lost") from None
                    return []

            monkeypatch.setattr(fanout._client, "xread", swallow)
            await reading.wait()


async def test_the_end_of_a_run_counts_only_when_it_is_in_the_database(
    database: Database, two: tuple[Coordinator, Coordinator], ada: Caller, thread: str
) -> None:
    here, there = two
    hold = asyncio.Event()
    run = await start(here, ada, thread, b"a", hold=hold)
    following = asyncio.create_task(read(there, ada, run.id))
    await reached(lambda: here.replica in there._wakeups._answered)
    hold.set()
    async with asyncio.timeout(SLOW_POLL / 2):  # it is heard of, not found out
        assert await following == [(1, b"a"), (2, b"end")]
    assert (await rows.run_state(database, run.id)).status == RunStatus.COMPLETED


async def _kill(server: Breakable) -> None:
    server.kill()


async def _freeze(server: Breakable) -> None:
    server.freeze()


async def _fill(server: Breakable) -> None:
    await server.command("CONFIG", "SET", "maxmemory", "1")


async def _lock(server: Breakable) -> None:
    await server.command("CONFIG", "SET", "requirepass", "another one")
    async with redis.from_url(server.url, password="another one") as client:
        await client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")


async def _demote(server: Breakable) -> None:
    await server.command("REPLICAOF", "127.0.0.1", "1")


async def _restart(server: Breakable) -> None:
    server.start()
    await server.ready()


async def _thaw(server: Breakable) -> None:
    server.thaw()


async def _empty(server: Breakable) -> None:
    await server.command("CONFIG", "SET", "maxmemory", "0")


async def _unlock(server: Breakable) -> None:
    async with redis.from_url(server.url, password="another one") as client:
        await client.execute_command("CONFIG", "SET", "requirepass", "")


async def _promote(server: Breakable) -> None:
    await server.command("REPLICAOF", "NO", "ONE")


Break = Callable[[Breakable], Awaitable[None]]


@pytest.mark.parametrize(
    ("breaks", "mends"),
    [(_kill, _restart), (_freeze, _thaw), (_fill, _empty), (_lock, _unlock), (_demote, _promote)],
    ids=["killed", "frozen", "full", "other password", "read only"],
)
async def test_without_redis_the_database_takes_over_and_redis_is_used_again_when_it_is_back(
    server: Breakable,
    two: tuple[Coordinator, Coordinator],
    ada: Caller,
    thread: str,
    breaks: Break,
    mends: Break,
    caplog: pytest.LogCaptureFixture,
) -> None:
    here, there = two
    caplog.set_level(logging.INFO, "chatkit_link.runs.fanout")
    async with told(here, there, ada, thread) as story:
        await reached(lambda: here.replica in there._wakeups._answered)
        await breaks(server)
        await story.go_on(20)
        await reached(lambda: here.degraded is not None and there.degraded is not None, DEGRADED)
        await story.go_on(20, within=SLOW_POLL / 2)  # by notification: no slower than without a Redis
        await asyncio.sleep(SLOW_POLL)  # it is tried again, and fails again
        await mends(server)
        await story.go_on(20)
        await reached(lambda: here.degraded is there.degraded is None, DEGRADED)
        await reached(lambda: here.replica in there._wakeups._answered, DEGRADED)
        await story.go_on(20, within=SLOW_POLL / 2)
    lines = [record.message for record in caplog.records]
    assert sum("Redis cannot be used" in line for line in lines) == 2  # once for each replica
    assert sum("Redis is back" in line for line in lines) == 2
    assert "another one" not in caplog.text and server.url not in caplog.text


async def test_a_redis_that_loses_what_it_had_loses_no_event(
    server: Breakable, two: tuple[Coordinator, Coordinator], ada: Caller, thread: str
) -> None:
    """Emptied, trimmed and evicted in between: a gap is filled from the database."""
    here, there = two
    async with told(here, there, ada, thread) as story:
        await reached(lambda: here.replica in there._wakeups._answered)
        for _ in range(20):
            story.written += 1
            story.steps.put_nowait(b"%d" % story.written)
            await server.command("FLUSHALL")
            await asyncio.sleep(0.01)
        await story.go_on(1)


async def test_a_server_starts_and_answers_without_its_redis(
    database: Database, server: Breakable, ada: Caller, thread: str
) -> None:
    server.kill()
    async with AsyncExitStack() as stack:
        here, there = [await stack.enter_async_context(replica(database, server.url, up=False)) for _ in range(2)]
        async with told(here, there, ada, thread) as story:
            await reached(lambda: here.degraded is not None)
            await story.go_on(10, within=SLOW_POLL / 2)
            server.start()
            await server.ready()
            await reached(lambda: here.replica in there._wakeups._answered)
            await story.go_on()


@pytest.mark.parametrize("with_redis", ["the owner", "the reader"])
async def test_replicas_of_which_one_has_no_redis_understand_each_other(
    database: Database, server: Breakable, ada: Caller, thread: str, with_redis: str
) -> None:
    """While the setting is rolled out, and where one of them does not reach the server."""
    async with replica(database, server.url) as one, Coordinator(database, keep_nothing, drain=1) as other:
        here, there = (one, other) if with_redis == "the owner" else (other, one)
        async with told(here, there, ada, thread) as story:
            await asyncio.sleep(1.5 * SLOW_POLL)  # until the owner is known to be silent there
            await story.go_on(20, within=SLOW_POLL / 2)


async def test_a_replica_that_loses_its_way_to_redis_alone_goes_on_by_the_database(
    database: Database, server: Breakable, ada: Caller, thread: str
) -> None:
    async with Proxy(int(server.url.rpartition(":")[2].partition("/")[0])) as proxy:
        through = f"redis://127.0.0.1:{proxy.port}/0"
        for owner_loses in (True, False):
            async with replica(database, through) as one, replica(database, server.url) as other:
                here, there = (one, other) if owner_loses else (other, one)
                async with told(here, there, ada, f"{thread}{owner_loses}") as story:
                    await reached(lambda: here.replica in there._wakeups._answered)  # noqa: B023
                    proxy.become("silent")
                    await story.go_on(20)
                    await reached(lambda: one.degraded is not None, DEGRADED)
                    await story.go_on(20, within=SLOW_POLL / 2)
                    proxy.become("well")
                    await reached(lambda: one.degraded is None, DEGRADED)
                    await story.go_on(20)


async def test_a_slow_reader_holds_a_bounded_part_of_the_answer_and_gets_all_of_it(
    two: tuple[Coordinator, Coordinator], ada: Caller, thread: str
) -> None:
    here, there = two
    size = 20_000
    hold = asyncio.Event()

    async def work(run: Run) -> None:
        await hold.wait()
        for number in range(100):
            run.log.append(b"%d" % number + b"." * size)
            await asyncio.sleep(0.005)

    async with here.claim(ada, thread, "agent") as run:
        here.start(run, work)
    attached = await there.attach(ada, run.id)
    followed = attached.follow(0, idle_after=0.2)
    assert await anext(followed) == []
    await reached(lambda: here.replica in there._wakeups._answered)
    hold.set()
    assert run.task is not None
    await run.task  # nothing is read meanwhile
    (watch,) = there._wakeups._waiting[run.id]
    assert sum(len(event.data) for event in watch._events) < 300_000
    async with asyncio.timeout(20):
        numbers = [event.id async for batch in followed for event in batch]
    assert numbers == list(range(1, 101))


async def test_what_redis_has_of_an_answer_is_gone_when_it_was_read_and_expires_when_it_was_not(
    server: Breakable, two: tuple[Coordinator, Coordinator], ada: Caller, thread: str
) -> None:
    here, there = two
    async with redis.from_url(server.url) as client:
        alone = await start(here, ada, f"{thread}alone", b"nobody reads this elsewhere")
        await read(here, ada, alone.id)
        async with told(here, there, ada, thread) as story:
            await reached(lambda: here.replica in there._wakeups._answered)
            await story.go_on(20)
            keys = [key async for key in client.scan_iter("*")]
            assert {key.decode().rpartition(":")[2] for key in keys} <= {here.replica, there.replica}
            assert all(key.startswith(b"chatkit-link:inbox:rep_") for key in keys)
            assert all([0 < await client.ttl(key) <= 30 for key in keys])
            await asyncio.sleep(1.5)
            left: list[Any] = [await client.xrange(key) for key in keys]
            assert not any(b"run" in fields for entries in left for _, fields in entries)


async def test_a_redis_user_needs_no_more_than_the_documentation_says(
    database: Database, server: Breakable, ada: Caller, thread: str
) -> None:
    documentation = (Path(__file__).parents[2] / "docs" / "how-to" / "deploy.md").read_text()
    said = re.search(r"ACL needs `([^`]+)` on `([^`]+)`", documentation)
    assert said is not None
    await server.command("ACL", "SETUSER", "link", "on", ">secret", *said[1].split(), said[2])
    await server.command("ACL", "SETUSER", "default", "off")
    url = server.url.replace("redis://", "redis://link:secret@")
    async with replica(database, url) as here, replica(database, url) as there:
        async with told(here, there, ada, thread) as story:
            await reached(lambda: here.replica in there._wakeups._answered)
            await story.go_on(20, within=SLOW_POLL / 2)
        assert here.degraded is there.degraded is None


async def test_a_run_that_another_replica_has_taken_over_is_followed_there(
    database: Database, two: tuple[Coordinator, Coordinator], ada: Caller, thread: str
) -> None:
    """What its first owner had not stored is not seen by anybody elsewhere."""
    here, there = two
    run = await start(here, ada, thread, b"a", hold=asyncio.Event())
    following = asyncio.create_task(read(there, ada, run.id))
    await reached(lambda: here.replica in there._wakeups._answered)
    async with database.system() as connection:
        past = func.now() - timedelta(seconds=1)
        taken = update(runs_table).where(runs_table.c.id == run.id).values(replica="rep_gone", lease_until=past)
        await connection.execute(taken)
    run.log.append(b"unaware")
    async with asyncio.timeout(10):
        assert await following == [(1, b"a"), (OWN_IDS + 1, b"interrupted after 1")]


def test_the_setting_needs_an_address_and_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    given: dict[str, Any] = {"fanout": "redis"}
    with pytest.raises(ConfigurationError, match="CHATKIT_LINK_FANOUT is redis, but REDIS_URL is not set"):
        Settings(**given)
    monkeypatch.setattr("chatkit_link.runs.fanout.find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"pip install 'chatkit-link\[redis\]'"):
        connect_fanout("redis://127.0.0.1:1/0")
