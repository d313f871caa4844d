"""A run whose replica stops goes on at another one, or at the next start; meanwhile nobody has it."""

import asyncio

import pytest

from chatkit_link.caller import Caller
from chatkit_link.errors import NotFound, ThreadBusy, TooManyRequests
from chatkit_link.http.sse import END, frames
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.log import OWN_IDS
from chatkit_link.runs.run import Run, RunStatus
from chatkit_link.runs.takeover import Continued, Orphan
from chatkit_link.store.engine import Database
from tests.runs.answers import keep_nothing, read, start
from tests.runs.journeys import Journey, stored, until


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
            run = await journey.begin(first, ada, thread, words=1)
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
        run = await journey.begin(only, ada, thread, words=1)
    async with journey.replica(database) as following:
        await journey.allow(3)
        assert [data for _, data in await read(following, ada, run.id)] == journey.whole
    assert journey.said == ["word 1", "word 2", "word 3"]


async def test_what_must_not_be_cut_ends_before_its_run_is_handed_over(
    database: Database, ada: Caller, thread: str
) -> None:
    end = asyncio.Event()
    ended: list[bool] = []

    async def work(run: Run) -> None:
        run.journal.record("begin", {})
        run.journal.continuable = True
        if "tool" not in run.journal.earlier:
            with run.journal.busy():
                await end.wait()
                ended.append(True)
                run.journal.record("tool", "its result")
            await asyncio.Event().wait()
        run.log.append(str(run.journal.earlier.get("tool")).encode())

    async def continues(orphan: Orphan) -> Continued | None:
        return Continued(ada, work) if orphan.row.thread_id == thread else None

    async with (
        Coordinator(database, keep_nothing, drain=30, continues=continues) as first,
        Coordinator(database, keep_nothing, continues=continues) as second,
    ):
        async with first.claim(ada, thread, "agent") as run:
            first.start(run, work)
        await until(lambda: run.journal.is_busy)
        closing = asyncio.create_task(first.close())
        await asyncio.sleep(0.2)
        assert run.status is RunStatus.RUNNING
        end.set()
        await closing
        assert await read(second, ada, run.id) == [(OWN_IDS + 1, b"its result")]
    assert ended == [True]


async def test_a_tool_that_takes_longer_than_the_drain_is_cut_and_its_run_goes_on(
    database: Database, ada: Caller, thread: str
) -> None:
    async def work(run: Run) -> None:
        run.journal.record("begin", {})
        run.journal.continuable = True
        if run.journal.generation == 0:
            with run.journal.busy():
                await asyncio.Event().wait()
        run.log.append(b"the rest")

    async def continues(orphan: Orphan) -> Continued | None:
        return Continued(ada, work) if orphan.row.thread_id == thread else None

    async with (
        Coordinator(database, keep_nothing, drain=0.1, continues=continues) as first,
        Coordinator(database, keep_nothing, continues=continues) as second,
    ):
        async with first.claim(ada, thread, "agent") as run:
            first.start(run, work)
        await until(lambda: run.journal.is_busy)
        await first.close()
        assert await read(second, ada, run.id) == [(OWN_IDS + 1, b"the rest")]


async def test_a_run_that_is_about_to_start_when_its_server_stops_is_handed_over_too(
    database: Database, ada: Caller, thread: str
) -> None:
    journey = Journey(1)
    async with journey.replica(database) as first, journey.replica(database) as second:
        async with first.claim(ada, thread, "agent") as run:
            closing = asyncio.create_task(first.close())
            await asyncio.sleep(0.1)
            first.start(run, journey.work)
        await closing
        await journey.allow(1)
        assert [data for _, data in await read(second, ada, run.id)] == [b"word 1"]


async def _released(journey: Journey, database: Database, caller: Caller, thread: str) -> Run:
    """A run that nobody has."""
    async with journey.replica(database) as first:
        return await journey.begin(first, caller, thread, words=1)


async def test_a_run_that_nobody_has_taken_yet_is_still_the_running_one_of_its_thread_and_user(
    database: Database, here: Coordinator, ada: Caller, thread: str
) -> None:
    """``here`` goes on with nothing, and leaves it to a replica that does."""
    journey = Journey(2)
    async with Coordinator(database, keep_nothing, at_once=1) as limited:
        async with journey.replica(database, at_once=1) as first:
            run = await journey.begin(first, ada, thread, words=1)
        assert await here.running_on(ada, thread) == run.id
        assert (await here.attach(ada, run.id)).status == RunStatus.RUNNING
        with pytest.raises(ThreadBusy):
            await start(here, ada, thread)
        with pytest.raises(TooManyRequests):
            await start(limited, ada, f"{thread}-2")
        following = asyncio.create_task(read(here, ada, run.id))
        await journey.allow(2)
        async with journey.replica(database):
            assert await following == [(1, b"word 1"), (OWN_IDS + 1, b"word 2")]


@pytest.mark.parametrize("stopping", [False, True])
async def test_stop_ends_a_run_that_nobody_has_taken_yet(
    database: Database, ada: Caller, thread: str, stopping: bool
) -> None:
    journey = Journey(2)
    run = await _released(journey, database, ada, thread)
    async with Coordinator(database, keep_nothing, continues=journey.go_on if stopping else None) as asked:
        asked._takeover.stopping = stopping
        assert await asked.cancel(ada, run.id) == RunStatus.CANCELLED
        assert await asked.running_on(ada, thread) is None
    assert journey.said == ["word 1"]


async def test_stop_ends_a_run_where_it_goes_on(
    database: Database, there: Coordinator, ada: Caller, thread: str
) -> None:
    journey = Journey(3)
    run = await _released(journey, database, ada, thread)
    async with journey.replica(database):
        await until(lambda: len(journey.runs) == 2)
        assert await there.cancel(ada, run.id) == RunStatus.CANCELLED
    assert journey.endings == [RunStatus.HANDED_OVER, RunStatus.CANCELLED]


async def test_stop_ends_a_run_that_is_being_handed_over(database: Database, ada: Caller, thread: str) -> None:
    """The replica that is asked has stopped it already, and another one has it, or will have it soon."""
    journey = Journey(3)
    async with journey.replica(database) as first, journey.replica(database):
        run = await journey.begin(first, ada, thread, words=1)
        run.stop(RunStatus.HANDED_OVER)
        async with asyncio.timeout(10):
            assert await first.cancel(ada, run.id) == RunStatus.CANCELLED
    assert journey.said == ["word 1"]


async def test_a_deleted_thread_takes_a_run_with_it_that_nobody_has(
    database: Database, there: Coordinator, ada: Caller, thread: str
) -> None:
    journey = Journey(2)
    run = await _released(journey, database, ada, thread)
    async with asyncio.timeout(10):
        await there.forget_thread(ada, thread)
    with pytest.raises(NotFound):
        await there.attach(ada, run.id)


async def test_a_run_that_cannot_go_on_is_not_handed_over(
    database: Database, there: Coordinator, ada: Caller, thread: str
) -> None:
    journey = Journey(1)
    async with journey.replica(database, drain=0) as first:
        run = await start(first, ada, thread, b"a", hold=asyncio.Event())
        await stored(run, 1)
    assert run.status is RunStatus.INTERRUPTED
    assert await read(there, ada, run.id) == [(1, b"a")]


async def test_a_replica_whose_successor_serves_finishes_its_runs(database: Database, ada: Caller, thread: str) -> None:
    journey = Journey(2)
    async with journey.replica(database) as first, journey.replica(database):
        run = await journey.begin(first, ada, thread)
        closing = asyncio.create_task(first.close(drain=60, finish=True))
        await journey.allow(1)
        await stored(run, 1)
        assert not closing.done()
        await journey.allow(2)
        async with asyncio.timeout(10):
            await closing
    assert run.status is RunStatus.COMPLETED
    assert len(journey.runs) == 1


async def test_a_stream_of_a_run_that_waits_for_the_next_start_ends_without_an_end_mark(
    database: Database, ada: Caller, thread: str
) -> None:
    """With it, a page would take the half answer for the whole one, and not come back."""
    journey = Journey(2)
    async with journey.replica(database) as only:
        run = await journey.begin(only, ada, thread, words=1)
        reading = asyncio.create_task(_frames(only, run))
        await asyncio.sleep(0)
        await only.close()
        assert await reading == [b"id: 1\ndata: word 1\n\n"]
    async with journey.replica(database) as following:
        await journey.allow(2)
        attached = await following.attach(ada, run.id)
        sent = [frame async for frame in frames(attached.follow(1))]
    assert sent == [b"id: %d\ndata: word 2\n\n" % (OWN_IDS + 1), END]


async def _frames(coordinator: Coordinator, run: Run) -> list[bytes]:
    async with asyncio.timeout(10):
        return [frame async for frame in frames(coordinator.follow(run))]
