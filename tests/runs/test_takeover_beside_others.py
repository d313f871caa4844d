"""Runs that go on beside a Redis, and beside replicas of the version before."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from chatkit_link.caller import Caller
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.fanout import connect_fanout
from chatkit_link.runs.log import OWN_IDS
from chatkit_link.runs.run import RunStatus
from chatkit_link.store.engine import Database
from tests.limits.test_redis import PROGRAM, Redis
from tests.runs.answers import read
from tests.runs.journeys import Journey, stored, vanish

#: When it gives a run up that no replica renews.
_EXPIRE = text("UPDATE runs SET lease_until = now() - interval '1 second' WHERE id = :run AND lease_until > now()")
#: As that version takes a run over, writes what ends it, and ends it.
_TAKE_OVER_BEFORE = text("""
    UPDATE runs SET replica = 'rep_before', lease_until = now() + interval '8 seconds'
    WHERE status = 'running' AND id = :run AND lease_until < now() RETURNING id
""")
_WRITE_BEFORE = text("""
    WITH mine AS MATERIALIZED (
        SELECT id, tenant FROM runs WHERE id = :run AND replica = 'rep_before' AND status = 'running' FOR UPDATE
    ), put AS (
        INSERT INTO run_batches (tenant, run_id, first_id, last_id, lengths, data)
        SELECT tenant, id, 1000000001, 1000000001, '\\x00000003', 'end' FROM mine
    )
    UPDATE runs SET status = 'interrupted', last_id = 1, finished_at = now() FROM mine WHERE runs.id = mine.id
""")


@pytest.mark.skipif(PROGRAM is None, reason="no redis-server: on Debian, apt install redis-server")
@pytest.mark.parametrize("crash", [True, False], ids=["crash", "hand-over"])
async def test_a_reader_over_redis_is_led_over_without_a_gap(
    database: Database, tmp_path: Path, ada: Caller, thread: str, crash: bool
) -> None:
    server = Redis(tmp_path)
    server.start()
    await server.ready()
    journey = Journey(6)

    def over_redis() -> dict[str, object]:
        return {"fanout": connect_fanout(server.url)}

    try:
        async with (
            journey.replica(database, **over_redis()) as first,
            journey.replica(database, **over_redis()) as second,
            Coordinator(database, _nothing, fanout=connect_fanout(server.url)) as reader,
        ):
            run = await journey.begin(first, ada, thread)
            reading = asyncio.create_task(read(reader, ada, run.id))
            await journey.allow(2)
            await stored(run, 2)
            if crash:
                await vanish(first, database)
                await second._recovery.take_orphans()
            else:
                await first.close()
            async with asyncio.timeout(10):
                while len(journey.runs) < 2:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            for number in range(3, 7):
                await journey.allow(number)
                await stored(journey.runs[1], number - 2)
            assert await reading == [
                *((number, b"word %d" % number) for number in (1, 2)),
                *((OWN_IDS + number - 2, b"word %d" % number) for number in (3, 4, 5, 6)),
            ]
    finally:
        server.stop()


async def _nothing(*_: object) -> list[bytes]:
    return []


async def test_a_replica_of_the_version_before_interrupts_what_was_handed_over_and_nobody_has_taken(
    database: Database, there: Coordinator, ada: Caller, thread: str
) -> None:
    journey = Journey(2)
    async with journey.replica(database) as first:
        run = await journey.begin(first, ada, thread)
        await journey.allow(1)
        await stored(run, 1)
    following = asyncio.create_task(read(there, ada, run.id))
    async with database.replica() as connection:
        assert await connection.execute(_TAKE_OVER_BEFORE, run=run.id) == [], "the others come first"
        await connection.execute(_EXPIRE, run=run.id)
        assert [row.id for row in await connection.execute(_TAKE_OVER_BEFORE, run=run.id)] == [run.id]
        await connection.execute(_WRITE_BEFORE, run=run.id)
    assert await following == [(1, b"word 1"), (OWN_IDS + 1, b"end")]
    assert (await there.attach(ada, run.id)).status == RunStatus.INTERRUPTED
