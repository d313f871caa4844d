"""A run goes on where its replica vanished or stopped: the same run, each word once, for every reader."""

import asyncio

from chatkit_link.caller import Caller
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.log import OWN_IDS
from chatkit_link.runs.run import RunStatus
from chatkit_link.store.engine import Database
from tests.runs.answers import read
from tests.runs.journeys import Journey, stored, vanish


async def test_a_run_goes_on_at_its_last_step_where_its_replica_vanished(
    database: Database, ada: Caller, thread: str
) -> None:
    journey = Journey(4)
    async with journey.replica(database) as first, journey.replica(database) as second:
        run = await journey.begin(first, ada, thread)
        await journey.allow(2)
        await stored(run, 2)
        await vanish(first, database)
        await second._recovery.take_orphans()
        await journey.allow(4)
        events = await read(second, ada, run.id)
    assert events == [(1, b"word 1"), (2, b"word 2"), (OWN_IDS + 1, b"word 3"), (OWN_IDS + 2, b"word 4")]
    assert journey.said == ["word 1", "word 2", "word 3", "word 4"]
    assert [run.journal.generation for run in journey.runs] == [0, 1]


async def test_a_reader_is_led_over_whether_it_reads_here_there_or_where_the_run_goes_on(
    database: Database, ada: Caller, thread: str
) -> None:
    journey = Journey(4)
    async with (
        journey.replica(database) as first,
        journey.replica(database) as third,
        journey.replica(database) as second,
    ):
        run = await journey.begin(first, ada, thread)
        reads = [asyncio.create_task(read(replica, ada, run.id)) for replica in (first, second, third)]
        await journey.allow(2)
        await stored(run, 2)
        third._takeover.stopping = True
        await first.close()
        await journey.allow(4)
        events = [await one for one in reads]
    whole = [(1, b"word 1"), (2, b"word 2"), (OWN_IDS + 1, b"word 3"), (OWN_IDS + 2, b"word 4")]
    assert events == [whole] * 3
    assert run.status is RunStatus.HANDED_OVER
    assert journey.endings == [RunStatus.HANDED_OVER]


async def test_a_run_is_handed_over_within_a_second(database: Database, ada: Caller, thread: str) -> None:
    journey = Journey(2)
    clock = asyncio.get_running_loop().time
    async with journey.replica(database) as second:
        async with journey.replica(database, drain=60) as first:
            run = await journey.begin(first, ada, thread)
            await journey.allow(1)
            await stored(run, 1)
            asked = clock()
            await first.close()
            async with asyncio.timeout(1):
                while len(journey.runs) < 2:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            assert clock() - asked < 1
        await journey.allow(2)
        assert [data for _, data in await read(second, ada, run.id)] == journey.whole
        assert (await second.attach(ada, run.id)).status == RunStatus.COMPLETED


async def test_the_next_start_goes_on_with_what_the_only_replica_left(
    database: Database, ada: Caller, thread: str
) -> None:
    journey = Journey(3)
    async with journey.replica(database) as only:
        run = await journey.begin(only, ada, thread)
        await journey.allow(1)
        await stored(run, 1)
    async with journey.replica(database) as following:
        await journey.allow(3)
        assert [data for _, data in await read(following, ada, run.id)] == journey.whole
    assert journey.said == ["word 1", "word 2", "word 3"]


async def test_a_run_of_an_application_that_continues_nothing_is_interrupted(
    database: Database, there: Coordinator, ada: Caller, thread: str
) -> None:
    journey = Journey(3)
    async with journey.replica(database) as first:
        run = await journey.begin(first, ada, thread)
        await journey.allow(1)
        await stored(run, 1)
        await vanish(first, database)
        await there._recovery.take_orphans()
        assert await read(there, ada, run.id) == [(1, b"word 1"), (OWN_IDS + 1, b"interrupted after 1")]
