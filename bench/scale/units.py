"""What one message, one event and one page cost, measured on a real server with a real database."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from bench.pages import Pages
from bench.process import Server
from bench.slow_streams import Slow, open_streams, rest
from bench.streams import Case, measure_answers

_GROWN = """
    SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname !~ '^(run_|documents?_?)'
"""
_COUNTS = """
    SELECT (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()) AS commits,
           (SELECT sum(n_tup_ins) FROM pg_stat_user_tables)::bigint AS inserted,
           (SELECT sum(n_tup_upd) FROM pg_stat_user_tables)::bigint AS updated,
           (pg_current_wal_lsn() - '0/0')::bigint AS wal
"""
_CONNECTIONS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND datname = current_database() AND pid <> pg_backend_pid()
"""
_WRITERS = 16
#: A session reports its statistics once a second while it works, and at the latest after ten seconds without work.
_STEADY, _REPORTED = 1.5, 10.5


@dataclass(frozen=True, slots=True)
class Units:
    """cpu, database_cpu: seconds. Rows, bytes, commits: of one message with its answer, beside its events.

    busy_commits, idle_commits: of one replica, per second. memory: bytes of a stream. empty: bytes of a replica.
    notified, silent: commits per second that PostgreSQL does here with and without NOTIFY, of many writers.
    """

    message_cpu: float
    message_database_cpu: float
    event_cpu: float
    event_database_cpu: float
    page_cpu: float
    page_database_cpu: float
    rows: float
    bytes: float
    wal: float
    commits: float
    event_wal: float
    busy_commits: float
    idle_commits: float
    connections: int
    memory: float
    empty: int
    notified: float
    silent: float


@dataclass(frozen=True, slots=True)
class _Counts:
    commits: int
    inserted: int
    updated: int
    wal: int

    def since(self, before: "_Counts") -> "_Counts":
        return _Counts(
            self.commits - before.commits,
            self.inserted - before.inserted,
            self.updated - before.updated,
            self.wal - before.wal,
        )


def measure_units(server: Server, url: str, pages: list[Pages], seconds: float, slow: Slow) -> Units:
    """Some seconds each of short answers, of slow streams, and of nothing."""
    empty = server.memory()
    case = Case("agents", 2, 4, 0.0)  # the words are counted with the streams
    measure_answers(server, case, 1.0)
    time.sleep(_REPORTED)
    before, size = _ask(url, _counts), _ask(url, _grown)
    answers = measure_answers(server, case, seconds)
    time.sleep(_REPORTED)
    after = _ask(url, _counts).since(before)
    grown = _ask(url, _grown) - size

    before = _ask(url, _counts)
    time.sleep(seconds)
    idle = _ask(url, _counts).since(before)
    streams = _measure_streams(server, url, seconds, slow)
    notified, silent = (_ask(url, lambda one, n=n: _commits(one, url, seconds / 2, notify=n)) for n in (True, False))
    return Units(
        message_cpu=answers.cpu,
        message_database_cpu=answers.database_cpu,
        event_cpu=streams.cpu,
        event_database_cpu=streams.database_cpu,
        page_cpu=sum(page.cpu for page in pages) / len(pages),
        page_database_cpu=sum(page.database_cpu for page in pages) / len(pages),
        rows=after.inserted / answers.requests,
        bytes=max(grown, 0) / answers.requests,
        wal=after.wal / answers.requests,
        commits=after.commits / answers.requests,
        event_wal=streams.wal,
        busy_commits=streams.commits,
        idle_commits=idle.commits / seconds,
        connections=streams.connections,
        memory=max(streams.memory, 0.0),
        empty=empty,
        notified=notified,
        silent=silent,
    )


@dataclass(frozen=True, slots=True)
class _Streams:
    """cpu, database_cpu, wal: of an event. commits: per second. memory: of a stream."""

    cpu: float
    database_cpu: float
    wal: float
    commits: float
    connections: int
    memory: float


def _measure_streams(server: Server, url: str, seconds: float, slow: Slow) -> _Streams:
    rest(server, 0.0)
    empty = server.memory()
    with open_streams(server, "agents", slow) as held:
        time.sleep(_STEADY)
        counts, events, cpu, database_cpu = _ask(url, _counts), held.events(), server.cpu(), server.database_cpu()
        time.sleep(seconds)
        cpu, database_cpu = server.cpu() - cpu, server.database_cpu() - database_cpu
        events, counts = held.events() - events, _ask(url, _counts).since(counts)
        connections, memory = _ask(url, _connected), server.memory() - empty
    rest(server, 1 / slow.rate)
    return _Streams(
        cpu=cpu / events,
        database_cpu=database_cpu / events,
        wal=counts.wal / events,
        commits=counts.commits / seconds,
        connections=connections,
        memory=memory / slow.streams,
    )


def _ask(url: str, question: Callable[[Any], Awaitable[Any]]) -> Any:
    async def ask() -> Any:
        connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        connection = await connect(url)
        try:
            return await question(connection)
        finally:
            await connection.close()

    return asyncio.run(ask())


async def _counts(connection: Any) -> _Counts:
    return _Counts(**dict(await connection.fetchrow(_COUNTS)))


async def _grown(connection: Any) -> int:
    return await connection.fetchval(_GROWN)


async def _connected(connection: Any) -> int:
    return await connection.fetchval(_CONNECTIONS)


async def _commits(connection: Any, url: str, seconds: float, *, notify: bool) -> float:
    """Commits per second of many writers, each of which also notifies, or none of which does."""
    connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    await connection.execute("CREATE TABLE bench_scale (number int)")
    writers = [await connect(url) for _ in range(_WRITERS)]
    listener = await connect(url)
    await listener.add_listener("bench_scale", lambda *_: None)
    statement = "WITH put AS (INSERT INTO bench_scale VALUES (1)) SELECT "
    statement += "pg_notify('bench_scale', md5(random()::text))" if notify else "1"
    done = 0
    until = time.monotonic() + seconds

    async def write(writer: Any) -> None:
        nonlocal done
        while time.monotonic() < until:
            await writer.fetch(statement)
            done += 1

    try:
        await asyncio.gather(*map(write, writers))
    finally:
        for each in (*writers, listener):
            await each.close()
        await connection.execute("DROP TABLE bench_scale")
    return done / seconds
