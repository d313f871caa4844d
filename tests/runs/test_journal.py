"""Steps stand in the log where they were recorded, and are never seen without the events before them."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import text, update

from chatkit_link.caller import Caller
from chatkit_link.runs import writer
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.journal import decode_steps
from chatkit_link.runs.log import OWN_IDS
from chatkit_link.runs.run import Run, RunStatus
from chatkit_link.store import event_log
from chatkit_link.store import runs as rows
from chatkit_link.store.engine import Database
from chatkit_link.store.event_log import Flushed, read_log
from chatkit_link.store.tables import runs
from tests.runs.journeys import stored

#: Everything that one moment's reader finds of a run.
_SEEN = text("SELECT first_id, last_id, steps FROM run_batches WHERE run_id = :run ORDER BY first_id, created_at")


async def _hold(coordinator: Coordinator, caller: Caller, thread: str, work: Any) -> Run:
    async with coordinator.claim(caller, thread, "agent") as run:
        coordinator.start(run, work)
    return run


async def test_no_reader_ever_sees_a_step_without_its_events_or_an_event_without_the_steps_before_it(
    database: Database, here: Coordinator, ada: Caller, thread: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step is the number of events before it. Small pieces, and rows that are split, make many places to cut."""
    monkeypatch.setattr(writer, "_MOST", 3)
    monkeypatch.setattr(writer, "_ROW", 60)
    monkeypatch.setattr(writer, "TICK", 0.001)

    async def work(run: Run) -> None:
        for number in range(1, 301):
            run.log.append(b"." * (number % 50))
            if number % 7 == 0:
                run.journal.record(f"step {number}", number)
            await asyncio.sleep(0)

    run = await _hold(here, ada, thread, work)
    looks = 0
    while run.status is RunStatus.RUNNING or run.id in here._runs:
        async with database.replica() as connection:
            seen = await connection.execute(_SEEN, run=run.id)
        events = max((row.last_id for row in seen), default=0)
        lines = [line.partition(b" ")[2] for row in seen if row.steps for line in row.steps.split(b"\n")]
        assert sorted(decode_steps(lines).values()) == [n for n in range(1, events + 1) if n % 7 == 0]
        looks += events > 0
    assert looks > 3


async def test_a_log_is_read_whole_with_its_steps_in_their_order(
    database: Database, here: Coordinator, ada: Caller, thread: str
) -> None:
    hold = asyncio.Event()

    async def work(run: Run) -> None:
        run.journal.record("a", "before any event")
        await stored(run, 0)
        run.journal.record("b", {"text": "ein Schritt\nallein \ud83d"})
        await stored(run, 0)
        for number in range(120):
            run.log.append(b"event %d" % number)
        run.journal.record("a", "after them")
        await hold.wait()

    run = await _hold(here, ada, thread, work)
    await stored(run, 120)
    log = await read_log(database, ada.tenant, run.id, OWN_IDS)
    assert log.events == [b"event %d" % number for number in range(120)]
    assert log.last_id == 120
    assert [json.loads(step)[0] for step in log.steps] == ["a", "b", "a"]
    assert decode_steps(log.steps) == {"a": "after them", "b": {"text": "ein Schritt\nallein \ud83d"}}
    hold.set()


async def test_steps_alone_are_in_nobodys_way_who_reads_events(
    database: Database, here: Coordinator, ada: Caller, thread: str
) -> None:
    """More rows of them than a page has, at one place among the events."""
    hold = asyncio.Event()

    async def work(run: Run) -> None:
        run.log.append(b"a")
        for number in range(event_log.PAGE + 5):
            run.journal.record(f"step {number}", number)
            await run.journal.committed()
        run.log.append(b"b")
        await hold.wait()

    run = await _hold(here, ada, thread, work)
    await stored(run, 2)
    assert await event_log.read_events(database, ada.tenant, run.id, 0) == [(1, b"a"), (2, b"b")]
    assert len((await read_log(database, ada.tenant, run.id, OWN_IDS)).steps) == event_log.PAGE + 5
    hold.set()


async def test_steps_that_wait_for_the_disk_share_their_commits(
    database: Database, here: Coordinator, ada: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushes: list[bool] = []
    flush = event_log.flush

    async def counted(*given: Any, durable: bool, **named: Any) -> Flushed:
        flushes.append(durable)
        return await flush(*given, durable=durable, **named)

    together = asyncio.Barrier(41)
    committed: list[str] = []

    async def work(run: Run) -> None:
        run.journal.record("once", run.id)
        await together.wait()
        await run.journal.committed()
        log = await read_log(database, ada.tenant, run.id, OWN_IDS)
        committed.append(decode_steps(log.steps)["once"])
        await together.wait()

    started = [await _hold(here, ada, f"thr_commit_{number}", work) for number in range(40)]
    monkeypatch.setattr(event_log, "flush", counted)
    async with asyncio.timeout(30):
        await together.wait()
        await together.wait()
    assert sorted(committed) == sorted(run.id for run in started)
    assert len(flushes) <= 3, "one that was on its way, one for all, and the one behind it"
    await asyncio.gather(*(run.task for run in started if run.task is not None))


async def test_a_step_that_is_written_but_not_on_the_disk_is_brought_there(
    database: Database, here: Coordinator, ada: Caller, thread: str
) -> None:
    async def work(run: Run) -> None:
        run.journal.record("once", 1)
        await stored(run, 0)
        assert run.log.durable_steps == 0
        async with asyncio.timeout(0.5):  # the next commit that waits for the disk by itself would be later
            await run.journal.committed()
        assert run.log.durable_steps == 1

    run = await _hold(here, ada, thread, work)
    assert run.task is not None
    await run.task
    assert run.status is RunStatus.COMPLETED


async def test_nothing_begins_behind_a_step_of_a_run_that_another_replica_has(
    database: Database, here: Coordinator, ada: Caller, thread: str
) -> None:
    hold = asyncio.Event()
    began: list[str] = []

    async def work(run: Run) -> None:
        run.log.append(b"a")
        await hold.wait()
        run.journal.record("tool", "start")
        try:
            await run.journal.committed()
        except asyncio.CancelledError:
            began.append("refused")
            raise
        began.append("tool")

    run = await _hold(here, ada, thread, work)
    await stored(run, 1)
    async with database.system() as connection:
        await connection.execute(update(runs).where(runs.c.id == run.id).values(replica="rep_other"))
    hold.set()
    assert run.task is not None
    async with asyncio.timeout(10):
        await run.task
    assert began == ["refused"]
    assert (run.lost, run.status) == (True, RunStatus.INTERRUPTED)
    assert (await read_log(database, ada.tenant, run.id, OWN_IDS)).steps == []
    await rows.renew(database, "rep_other", [run.id], -1)
    await here._recovery.take_orphans()  # it would be found in the middle of another test


async def test_what_a_crash_of_the_database_forgot_of_a_journal_is_written_again(
    database: Database, here: Coordinator, ada: Caller, thread: str
) -> None:
    hold = asyncio.Event()

    async def work(run: Run) -> None:
        run.log.append(b"a")
        run.journal.record("one", 1)
        await hold.wait()

    run = await _hold(here, ada, thread, work)
    await stored(run, 1)
    assert (run.log.durable, run.log.durable_steps) == (0, 0)
    async with database.system() as connection:
        await connection.execute(text("DELETE FROM run_batches WHERE run_id = :run"), run=run.id)
    async with database.listening() as connection:
        await connection.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    run.log.append(b"b")
    await stored(run, 2)
    log = await read_log(database, ada.tenant, run.id, OWN_IDS)
    assert (log.events, decode_steps(log.steps)) == ([b"a", b"b"], {"one": 1})
    hold.set()
