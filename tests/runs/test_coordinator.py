"""Runs by themselves: bytes in, bytes out, whoever reads them, on whichever replica."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update

from chatkit_link.caller import Caller
from chatkit_link.errors import BadRequest, Gone, NotFound, ThreadBusy, TooManyRequests, Unavailable
from chatkit_link.runs import log, writer
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.log import OWN_IDS
from chatkit_link.runs.run import LEASE, Run, RunStatus, now
from chatkit_link.store import event_log, old_runs
from chatkit_link.store import runs as rows
from chatkit_link.store.engine import Database
from chatkit_link.store.event_log import Batch, Ended
from chatkit_link.store.tables import run_batches, run_events, runs
from tests.runs.answers import keep_nothing, read, start


async def flush(database: Database, replica: str, *batches: Batch, ended: Sequence[Ended] = ()) -> set[str]:
    async with database.replica() as connection:
        return (await event_log.flush(connection, replica, batches, ended)).ours


async def test_many_followers_read_the_same_whenever_and_wherever_they_come(
    here: Coordinator, there: Coordinator, ada: Caller, thread: str
) -> None:
    hold = asyncio.Event()
    run = await start(here, ada, thread, b"a", b"b", hold=hold)
    async with asyncio.TaskGroup() as group:
        early = group.create_task(read(here, ada, run.id))
        elsewhere = group.create_task(read(there, ada, run.id))
        await asyncio.sleep(0)
        hold.set()
    late = await read(here, ada, run.id)
    assert early.result() == elsewhere.result() == late == [(1, b"a"), (2, b"b"), (3, b"end")]
    assert await read(there, ada, run.id, after=2) == [(3, b"end")]


async def test_a_follower_that_leaves_does_not_stop_the_work(here: Coordinator, ada: Caller, thread: str) -> None:
    hold = asyncio.Event()
    run = await start(here, ada, thread, b"a", hold=hold)
    async for _ in run.log.follow():
        break
    hold.set()
    assert (await read(here, ada, run.id))[-1] == (2, b"end")


async def test_events_that_are_ready_together_come_together(here: Coordinator, ada: Caller, thread: str) -> None:
    run = await start(here, ada, thread, b"a", b"b", b"c")
    assert [len(batch) async for batch in run.log.follow()] == [4]


async def test_a_quiet_run_gives_empty_batches_for_a_heartbeat(
    here: Coordinator, there: Coordinator, ada: Caller, thread: str
) -> None:
    hold = asyncio.Event()
    run = await start(here, ada, thread, hold=hold)
    for coordinator in (here, there):
        attached = await coordinator.attach(ada, run.id)
        async with asyncio.timeout(30):
            assert await anext(attached.follow(0, idle_after=0.05)) == []
    hold.set()


async def test_soon_after_a_start_a_thread_that_is_busy_here_is_refused_without_a_look_for_orphans(
    database: Database, ada: Caller, thread: str
) -> None:
    hold = asyncio.Event()
    async with Coordinator(database, keep_nothing, drain=1, at_once=1) as coordinator:
        run = await start(coordinator, ada, thread, hold=hold)
        asked = now()
        with pytest.raises(ThreadBusy):
            await start(coordinator, ada, thread)
        with pytest.raises(TooManyRequests):
            await start(coordinator, ada, f"{thread}-2")
        assert now() - asked < LEASE, "so long would a look take at least"
        hold.set()
        await read(coordinator, ada, run.id)


async def test_one_thread_has_one_run_at_a_time_on_all_replicas(
    here: Coordinator, there: Coordinator, ada: Caller, thread: str
) -> None:
    hold = asyncio.Event()
    run = await start(here, ada, thread, hold=hold)
    for coordinator in (here, there):
        with pytest.raises(ThreadBusy):
            await start(coordinator, ada, thread)
    assert await there.running_on(ada, thread) == run.id
    hold.set()
    await read(there, ada, run.id)
    assert await there.running_on(ada, thread) is None
    await read(there, ada, (await start(there, ada, thread)).id)


async def test_a_claim_that_fails_gives_the_thread_back(here: Coordinator, ada: Caller, thread: str) -> None:
    with pytest.raises(ValueError, match="nothing stored"):
        async with here.claim(ada, thread, "agent"):
            raise ValueError("nothing stored")
    await read(here, ada, (await start(here, ada, thread)).id)


@pytest.mark.parametrize("where", ["here", "there"])
async def test_cancel_stops_the_work_from_anywhere_and_lets_it_say_a_last_word(
    here: Coordinator, there: Coordinator, ada: Caller, thread: str, where: str
) -> None:
    async def work(run: Run) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            run.log.append(b"last word")

    async with here.claim(ada, thread, "agent") as run:
        here.start(run, work)
    await asyncio.sleep(0)
    coordinator = here if where == "here" else there
    async with asyncio.timeout(10):
        assert await coordinator.cancel(ada, run.id) == RunStatus.CANCELLED
    assert await read(coordinator, ada, run.id) == [(1, b"last word")]
    assert await coordinator.cancel(ada, run.id) == RunStatus.CANCELLED  # twice is no error


async def test_a_run_cancelled_before_it_has_begun_ends_all_the_same(
    here: Coordinator, ada: Caller, thread: str
) -> None:
    run = await start(here, ada, thread, b"a")
    async with asyncio.timeout(30):
        assert await here.cancel(ada, run.id) == RunStatus.CANCELLED
    assert await here.running_on(ada, thread) is None


async def test_a_stopping_server_finishes_what_it_can_and_refuses_what_is_new(
    database: Database, there: Coordinator, ada: Caller
) -> None:
    quick, never = asyncio.Event(), asyncio.Event()
    async with Coordinator(database, keep_nothing, drain=0.2) as stopping:
        finishes = await start(stopping, ada, f"thr_{uuid.uuid4().hex}", hold=quick)
        hangs = await start(stopping, ada, f"thr_{uuid.uuid4().hex}", hold=never)
        closing = asyncio.create_task(stopping.close())
        await asyncio.sleep(0)
        with pytest.raises(Unavailable) as refused:
            await start(stopping, ada, f"thr_{uuid.uuid4().hex}")
        assert "Retry-After" in refused.value.headers
        quick.set()
        await closing
    assert (finishes.status, hangs.status) == (RunStatus.COMPLETED, RunStatus.INTERRUPTED)
    assert (await there.attach(ada, hangs.id)).status == "interrupted"


async def test_a_run_is_found_by_its_owner_only(
    here: Coordinator, there: Coordinator, ada: Caller, bob: Caller, eve: Caller, thread: str
) -> None:
    hold = asyncio.Event()
    run = await start(here, ada, thread, hold=hold)
    for coordinator in (here, there):
        for stranger in (bob, eve):
            with pytest.raises(NotFound):
                await coordinator.attach(stranger, run.id)
            with pytest.raises(NotFound):
                await coordinator.cancel(stranger, run.id)
            assert await coordinator.running_on(stranger, thread) is None
        with pytest.raises(BadRequest):
            await coordinator.attach(ada, "../../etc")
    hold.set()
    await read(here, ada, run.id)


async def test_a_run_whose_replica_died_is_ended_as_interrupted(
    database: Database, there: Coordinator, ada: Caller, thread: str
) -> None:
    """The row and the events of a replica that is no more."""
    run_id = f"run_{uuid.uuid4().hex}"
    async with database.session(ada) as session:
        assert await rows.insert_run(session, run_id, thread, "agent", "rep_dead", 60) is rows.Claim.TAKEN
    await flush(database, "rep_dead", Batch(run_id, 1, [b"one", b"two"]))
    await rows.renew(database, "rep_dead", [run_id], -1)

    await there._recovery.take_orphans()

    end = (OWN_IDS + 1, b"interrupted after 2")
    assert await read(there, ada, run_id) == [(1, b"one"), (2, b"two"), end]
    # The person had been shown five events; three of them died with the replica. Their ids name nothing else.
    assert await read(there, ada, run_id, after=5) == [end]
    assert (await there.attach(ada, run_id)).status == RunStatus.INTERRUPTED


async def test_a_replica_that_was_given_up_writes_nothing_any_more(
    database: Database, there: Coordinator, ada: Caller, thread: str
) -> None:
    run_id = f"run_{uuid.uuid4().hex}"
    async with database.session(ada) as session:
        await rows.insert_run(session, run_id, thread, "agent", "rep_frozen", -1)
    assert await read(there, ada, run_id) == [(OWN_IDS + 1, b"interrupted after 0")]

    ours = await flush(
        database, "rep_frozen", Batch(run_id, 1, [b"late"]), ended=[Ended(run_id, RunStatus.COMPLETED, 1)]
    )

    assert ours == set()
    assert (await there.attach(ada, run_id)).status == RunStatus.INTERRUPTED
    assert (1, b"late") not in await read(there, ada, run_id)


async def test_a_run_that_is_ended_while_a_page_is_read_is_followed_without_a_double_event(
    database: Database,
    here: Coordinator,
    there: Coordinator,
    ada: Caller,
    thread: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The status is read before the events, and recovery writes both between the two."""
    run_id = f"run_{uuid.uuid4().hex}"
    async with database.session(ada) as session:
        await rows.insert_run(session, run_id, thread, "agent", here.replica, 60)
    read_events = event_log.read_events

    async def interrupted_meanwhile(*given: Any) -> list[tuple[int, bytes]]:
        monkeypatch.setattr(event_log, "read_events", read_events)
        await rows.renew(database, here.replica, [run_id], -1)
        await there._recovery.take_orphans()
        return await read_events(*given)

    monkeypatch.setattr(event_log, "read_events", interrupted_meanwhile)

    assert await read(there, ada, run_id) == [(OWN_IDS + 1, b"interrupted after 0")]


async def test_a_run_that_was_taken_over_is_stopped_where_it_was(
    database: Database, here: Coordinator, ada: Caller, thread: str
) -> None:
    run = await start(here, ada, thread, b"a", hold=asyncio.Event())
    await read_some(run)
    async with database.system() as connection:
        await connection.execute(update(runs).where(runs.c.id == run.id).values(replica="rep_other"))
    run.log.append(b"unaware")
    assert run.task is not None
    await asyncio.wait([run.task], timeout=30)
    assert run.status is RunStatus.INTERRUPTED
    async with database.system() as connection:  # what is left running would be ended in the middle of another test
        await connection.execute(delete(runs).where(runs.c.id == run.id))


async def test_who_follows_a_run_that_was_taken_over_is_told_how_it_ended(
    database: Database, here: Coordinator, there: Coordinator, ada: Caller, thread: str
) -> None:
    """Not only that it ended: a stream that just stops would pass for a whole answer."""
    run = await start(here, ada, thread, b"a", hold=asyncio.Event())
    followed = asyncio.create_task(read(here, ada, run.id))
    async with asyncio.timeout(30):
        while run.log.written == 0:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await rows.renew(database, here.replica, [run.id], -1)
    await there._recovery.take_orphans()
    run.log.append(b"unaware")

    assert await followed == [(1, b"a"), (2, b"unaware"), (OWN_IDS + 1, b"interrupted after 1")]


async def test_a_run_whose_lease_may_be_over_stores_nothing_before_it_is_renewed(
    here: Coordinator, ada: Caller, thread: str
) -> None:
    """As of a process that was frozen, and wakes up."""
    run = await start(here, ada, thread, b"a", hold=asyncio.Event())
    assert run.is_ours()
    run.renewed -= LEASE
    assert not run.is_ours()
    async with asyncio.timeout(30):
        while run.renewed < now() - LEASE:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert run.is_ours()

    run.lose()
    with pytest.raises(asyncio.CancelledError):
        run.is_ours()


async def test_a_page_of_large_events_is_small(database: Database, here: Coordinator, ada: Caller, thread: str) -> None:
    """A slow reader of a stored run holds one page of it."""
    large = [b"%d" % number + b"." * 40_000 for number in range(9)]
    run = await start(here, ada, thread, *large)
    assert run.task is not None
    await run.task

    pages: list[list[tuple[int, bytes]]] = []
    while page := await event_log.read_events(database, ada.tenant, run.id, pages[-1][-1][0] if pages else 0):
        pages.append(page)

    assert max(len(page) for page in pages) == 2
    assert [data for page in pages for _, data in page] == [*large, b"end"]


async def read_some(run: Run) -> None:
    async for _ in run.log.follow():
        return


async def test_events_are_forgotten_after_a_while_and_say_so(
    database: Database, here: Coordinator, ada: Caller, thread: str
) -> None:
    run = await start(here, ada, thread)
    await read(here, ada, run.id)

    async with Coordinator(database, keep_nothing, events_for=-1) as forgetful:
        with pytest.raises(Gone):
            await forgetful.attach(ada, run.id)

    await old_runs.clean(database, events_for=-1, runs_for=-1)
    with pytest.raises(NotFound):
        await here.attach(ada, run.id)


async def test_cleaning_goes_in_steps_and_says_when_there_is_more(
    database: Database, here: Coordinator, ada: Caller
) -> None:
    finished = [await start(here, ada, f"thr_{uuid.uuid4().hex}") for _ in range(3)]
    for run in finished:
        assert run.task is not None
        await run.task

    steps = 0
    async with asyncio.timeout(30):
        while await old_runs.clean(database, events_for=-1, runs_for=-1, limit=2):
            steps += 1

    assert steps >= 1
    assert [await event_log.read_events(database, ada.tenant, run.id, 0) for run in finished] == [[], [], []]


async def test_a_deleted_thread_leaves_no_event_behind(here: Coordinator, ada: Caller, thread: str) -> None:
    finished = await start(here, ada, thread)
    await read(here, ada, finished.id)
    running = await start(here, ada, thread, hold=asyncio.Event())

    await here.forget_thread(ada, thread)

    for run in (finished, running):
        with pytest.raises(NotFound):
            await here.attach(ada, run.id)


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), BaseException("never mind"), GeneratorExit()])
async def test_work_that_ends_by_any_error_ends_its_run(
    here: Coordinator, ada: Caller, thread: str, error: BaseException
) -> None:
    async def work(run: Run) -> None:
        run.log.append(b"begun")
        raise error

    async with here.claim(ada, thread, "agent") as run:
        here.start(run, work)
    assert await read(here, ada, run.id) == [(1, b"begun")]
    assert (await here.attach(ada, run.id)).status == RunStatus.FAILED
    assert await here.running_on(ada, thread) is None


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def _say_for_long(
    coordinator: Coordinator, caller: Caller, thread: str, monkeypatch: pytest.MonkeyPatch, hold: asyncio.Event
) -> tuple[Run, list[tuple[int, bytes]]]:
    """A run with far more events than its log may hold once they are on the disk."""
    monkeypatch.setattr(writer, "_DURABLE", 0)
    said = [b"%d " % number + b"." * 200 for number in range(3000)]
    run = await start(coordinator, caller, thread, *said, hold=hold)
    await _until(lambda: run.log.durable == len(said))  # the second commit is one that waits
    return run, list(enumerate(said, start=1))


async def test_a_long_answer_takes_no_more_memory_than_a_short_one_and_is_read_whole(
    here: Coordinator, there: Coordinator, ada: Caller, thread: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = asyncio.Event()
    run, events = await _say_for_long(here, ada, thread, monkeypatch, hold)
    assert sum(map(len, run.log._events)) <= log._WINDOW
    async with asyncio.TaskGroup() as group:
        reads = [
            group.create_task(read(coordinator, ada, run.id, after=after))
            for coordinator in (here, there)
            for after in (0, 1234, 2995)
        ]
        hold.set()
    events.append((len(events) + 1, b"end"))
    assert [one.result() for one in reads] == [events, events[1234:], events[2995:]] * 2


async def test_what_a_crash_of_the_database_forgot_is_written_again(
    database: Database, here: Coordinator, there: Coordinator, ada: Caller, thread: str
) -> None:
    hold = asyncio.Event()
    run = await start(here, ada, thread, b"a", b"b", b"c", hold=hold)
    await _until(lambda: run.log.written == 3)
    assert run.log.durable == 0, "no commit has waited for the disk yet"
    async with database.system() as connection:
        # As a crash does: the last commits are gone, and every connection.
        await connection.execute(delete(run_batches).where(run_batches.c.run_id == run.id))
    async with database.listening() as connection:
        await connection.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    run.log.append(b"d")
    await _until(lambda: run.log.written == 4)
    hold.set()
    whole = [(1, b"a"), (2, b"b"), (3, b"c"), (4, b"d"), (5, b"end")]
    assert await read(there, ada, run.id) == await read(here, ada, run.id) == whole


async def test_a_batch_that_is_written_twice_is_read_once(
    database: Database, there: Coordinator, ada: Caller, thread: str
) -> None:
    run_id = f"run_{uuid.uuid4().hex}"
    async with database.session(ada) as session:
        await rows.insert_run(session, run_id, thread, "agent", "rep_x", 60)
    for batch in (Batch(run_id, 1, [b"a"]), Batch(run_id, 1, [b"a", b"\0\nb"]), Batch(run_id, 2, [b"\0\nb", b"c"])):
        await flush(database, "rep_x", batch)
    await flush(database, "rep_x", Batch(run_id, 1, [b"a"]), ended=[Ended(run_id, RunStatus.COMPLETED, 3)])
    for after in range(4):
        expected = [(1, b"a"), (2, b"\0\nb"), (3, b"c")][after:]
        assert await read(there, ada, run_id, after=after) == expected


async def test_a_run_of_the_version_before_is_followed_taken_over_and_cleaned(
    database: Database, there: Coordinator, ada: Caller, thread: str
) -> None:
    """During a rolling upgrade: its rows are those that its replica writes, and its readers read the old table."""
    run_id = f"run_{uuid.uuid4().hex}"
    async with database.system() as connection:
        await connection.execute(
            insert(runs).values(
                id=run_id, tenant=ada.tenant, user_id=ada.user, thread_id=thread, agent="agent", status="running",
                replica="rep_old", lease_until=func.now() + timedelta(seconds=60),
            ).inline()
        )  # fmt: skip
        await connection.execute(insert(run_events).values(run_id=run_id, id=1, data=b"one").inline())
        await connection.execute(insert(run_events).values(run_id=run_id, id=2, data=b"two").inline())
    followed = asyncio.create_task(read(there, ada, run_id))
    await rows.renew(database, "rep_old", [run_id], -1)
    await there._recovery.take_orphans()
    end = (OWN_IDS + 1, b"interrupted after 2")
    assert await followed == [(1, b"one"), (2, b"two"), end]
    async with database.replica() as connection:
        stored = await connection.execute(select(run_events.c.id).where(run_events.c.run_id == run_id))
        assert [row.id for row in stored] == [1, 2, end[0]], "a reader on an old replica sees how it ended"
    while await old_runs.clean(database, events_for=-1, runs_for=3600):
        pass
    assert await event_log.read_events(database, ada.tenant, run_id, 0) == []


async def test_the_version_before_says_of_a_new_run_that_its_events_are_not_there(
    database: Database, here: Coordinator, ada: Caller, thread: str
) -> None:
    """An empty stream with an end mark would pass for a whole answer."""
    run = await start(here, ada, thread)
    await read(here, ada, run.id)
    async with database.replica() as connection:
        (row,) = await connection.execute(select(runs.c.events_kept, runs.c.request_id).where(runs.c.id == run.id))
    assert not row.events_kept  # as the claim left it: that version answers 410 then
    assert row.request_id == ada.request_id


async def test_a_flush_that_hangs_is_told_within_a_second_and_lost_for_nobody(
    here: Coordinator, database: Database, ada: Caller, thread: str
) -> None:
    more = asyncio.Event()

    async def work(run: Run) -> None:
        run.log.append(b"before")
        await more.wait()
        run.log.append(b"while it hangs")

    async with here.claim(ada, thread, "agent") as run:
        here.start(run, work)
    loop = asyncio.get_running_loop()
    async with database.system() as system:
        await system.execute(select(runs.c.id).where(runs.c.id == run.id).with_for_update())
        here.check()
        more.set()
        began = loop.time()

        async def told() -> None:
            while loop.time() - began < 9:
                here.check()
                await asyncio.sleep(0.01)

        with pytest.raises(Unavailable, match="Answers cannot be stored"):
            await told()
        assert 0.6 < loop.time() - began < 5  # a second, also on a slow machine long before the statement gives up
        with pytest.raises(Unavailable):
            async with here.claim(ada, f"thr_{uuid.uuid4().hex}", "agent"):
                pass
    assert await read(here, ada, run.id) == [(1, b"before"), (2, b"while it hangs")]
    here.check()
