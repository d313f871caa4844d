"""A run goes on where its replica vanished: the same run, each word once, for every reader."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from chatkit_link.caller import Caller
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.log import OWN_IDS
from chatkit_link.runs.run import Run, RunStatus
from chatkit_link.runs.takeover import Continued, Orphan
from chatkit_link.store import runs as rows
from chatkit_link.store.engine import Database
from tests.runs.answers import keep_nothing, read
from tests.runs.journeys import Journey, stored, until, vanish


async def test_a_run_goes_on_at_its_last_step_where_its_replica_vanished(
    database: Database, ada: Caller, thread: str
) -> None:
    journey = Journey(4)
    async with journey.replica(database) as first, journey.replica(database) as second:
        run = await journey.begin(first, ada, thread, words=2)
        await vanish(first, database)
        await second._recovery.take_orphans()
        await journey.allow(4)
        events = await read(second, ada, run.id)
    assert events == [(1, b"word 1"), (2, b"word 2"), (OWN_IDS + 1, b"word 3"), (OWN_IDS + 2, b"word 4")]
    assert journey.said == ["word 1", "word 2", "word 3", "word 4"]
    assert [run.journal.generation for run in journey.runs] == [0, 1]


async def test_a_run_of_an_application_that_continues_nothing_is_interrupted(
    database: Database, there: Coordinator, ada: Caller, thread: str
) -> None:
    journey = Journey(3)
    async with journey.replica(database) as first:
        run = await journey.begin(first, ada, thread, words=1)
        await vanish(first, database)
        await there._recovery.take_orphans()
        assert await read(there, ada, run.id) == [(1, b"word 1"), (OWN_IDS + 1, b"interrupted after 1")]


async def test_three_crashes_are_outlived_and_hand_overs_do_not_count(
    database: Database, ada: Caller, thread: str
) -> None:
    journey = Journey(9)
    async with AsyncExitStack() as stack:
        replicas = [await stack.enter_async_context(journey.replica(database)) for _ in range(2)]
        run = await journey.begin(replicas[0], ada, thread)
        for number, crash in enumerate([True, False, True, False, True], start=1):
            await journey.allow(number)
            owner = next(replica for replica in replicas if run.id in replica._runs)
            await stored(journey.runs[-1], 1)
            if crash:
                await vanish(owner, database)
                await replicas[-1]._recovery.take_orphans()
            else:
                await owner.close()
            await until(lambda number=number: len(journey.runs) == number + 1)
            replicas.append(await stack.enter_async_context(journey.replica(database)))
        owner = next(replica for replica in replicas if run.id in replica._runs)
        await vanish(owner, database)
        await replicas[-1]._recovery.take_orphans()
        events = await read(replicas[-1], ada, run.id)
    ids = [number for number, _ in events]
    assert ids == sorted(set(ids))
    assert [data for _, data in events] == [*journey.whole[:5], b"interrupted after 5"]
    assert ids[-1] == 6 * OWN_IDS + 1


@pytest.mark.parametrize("broken", [ValueError("no such agent"), None])
async def test_a_run_that_the_application_cannot_make_again_is_interrupted(
    database: Database, ada: Caller, thread: str, broken: Exception | None
) -> None:
    async def continues(orphan: Orphan) -> Continued | None:
        if broken is not None:
            raise broken
        return None

    journey = Journey(3)
    async with journey.replica(database) as first, journey.replica(database, continues=continues) as second:
        run = await journey.begin(first, ada, thread, words=1)
        await vanish(first, database)
        await second._recovery.take_orphans()
        assert await read(second, ada, run.id) == [(1, b"word 1"), (OWN_IDS + 1, b"interrupted after 1")]
        assert await second.running_on(ada, thread) is None


async def test_the_application_is_given_all_that_the_replicas_before_have_written(
    database: Database, ada: Caller, thread: str
) -> None:
    orphans: list[Orphan] = []
    journey = Journey(3)

    async def continues(orphan: Orphan) -> Continued | None:
        orphans.append(orphan)
        return await journey.go_on(orphan)

    async with AsyncExitStack() as stack:
        replicas = [await stack.enter_async_context(journey.replica(database, continues=continues)) for _ in range(3)]
        run = await journey.begin(replicas[0], ada, thread)
        for number in (1, 2):
            await journey.allow(number)
            await stored(journey.runs[-1], 1)
            await vanish(replicas[number - 1], database)
            await replicas[2 if number == 2 else 1]._recovery.take_orphans()
        await journey.allow(3)
        await read(replicas[2], ada, run.id)
    assert [list(orphan.events) for orphan in orphans] == [[b"word 1"], [b"word 1", b"word 2"]]
    assert [set(orphan.steps) for orphan in orphans] == [{"begin", "word#1"}, {"begin", "word#1", "word#2"}]
    assert [(orphan.row.takeovers, orphan.row.generation) for orphan in orphans] == [(1, 1), (2, 2)]


async def test_a_reader_who_saw_more_than_was_written_goes_on_at_the_new_numbers(
    database: Database, ada: Caller, thread: str
) -> None:
    """The dead replica had given out ids that are lost, and they never come again."""
    journey = Journey(3)
    async with journey.replica(database) as first, journey.replica(database) as second:
        run = await journey.begin(first, ada, thread, words=1)
        await vanish(first, database)
        await second._recovery.take_orphans()
        await until(lambda: len(journey.runs) == 2)
        reads = [asyncio.create_task(read(second, ada, run.id, after)) for after in (0, 1, 4, OWN_IDS - 1, OWN_IDS + 1)]
        await journey.allow(3)
        events = [await one for one in reads]
    rest = [(OWN_IDS + 1, b"word 2"), (OWN_IDS + 2, b"word 3")]
    assert events == [[(1, b"word 1"), *rest], rest, rest, rest, rest[1:]]


async def test_a_replica_that_wakes_up_after_its_run_went_on_elsewhere_says_and_does_nothing_more(
    database: Database, ada: Caller, thread: str
) -> None:
    """As of a frozen process: it still has its run, and a tool in the middle that was about to begin."""
    tools: list[str] = []
    awake = asyncio.Event()

    async def work(run: Run) -> None:
        run.log.append(b"a")
        run.journal.record("begin", {})
        run.journal.continuable = True
        if run.journal.generation == 0:
            await awake.wait()
            run.log.append(b"unaware")
        run.journal.record("tool", {"once": True})
        await run.journal.committed()
        tools.append(f"in generation {run.journal.generation}")

    async def continues(orphan: Orphan) -> Continued | None:
        return Continued(ada, work) if orphan.row.thread_id == thread else None

    async with Coordinator(database, keep_nothing, continues=continues) as frozen:
        async with frozen.claim(ada, thread, "agent") as run:
            frozen.start(run, work)
        await stored(run, 1)
        await frozen._supervisor.stop()  # nothing of it moves, but what is thawed below
        async with Coordinator(database, keep_nothing, continues=continues) as second:
            await rows.renew(database, frozen.replica, [run.id], -1)
            await second._recovery.take_orphans()
            events = await read(second, ada, run.id)
            writing = asyncio.create_task(frozen._writer.run())
            awake.set()
            assert run.task is not None
            async with asyncio.timeout(10):
                await run.task
            assert await read(second, ada, run.id) == events == [(1, b"a"), (OWN_IDS + 1, b"a")]
            writing.cancel()
    assert tools == ["in generation 1"]
    assert run.lost


async def test_a_run_that_was_cancelled_before_its_replica_vanished_does_not_go_on(
    database: Database, ada: Caller, thread: str
) -> None:
    journey = Journey(2)
    async with journey.replica(database) as first, journey.replica(database) as second:
        run = await journey.begin(first, ada, thread, words=1)
        await vanish(first, database)
        async with database.session(ada) as session:
            await rows.request_cancel(session, run.id)
        await second._recovery.take_orphans()
        assert (await second.attach(ada, run.id)).status == RunStatus.CANCELLED
    assert len(journey.runs) == 1
