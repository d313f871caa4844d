"""Who is there: a lock on the listening connection tells, and two looks decide."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import psutil
import pytest
from sqlalchemy import text

from chatkit_link.caller import Caller
from chatkit_link.errors import NotFound
from chatkit_link.runs import recovery
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.log import OWN_IDS
from chatkit_link.runs.run import RunStatus
from chatkit_link.store import runs as rows
from chatkit_link.store.engine import Database
from chatkit_link.store.replicas import absent_replicas, holds_lock, new_replica, take_lock
from tests.runs.answers import keep_nothing, read, start

#: Longer than any test: where a run is ended, its lease was not what ended it.
LONG = 600.0


@pytest.fixture
async def there(database: Database) -> AsyncIterator[Coordinator]:
    """A replica that looks after the others."""
    async with Coordinator(database, keep_nothing, drain=1) as coordinator:
        yield coordinator


async def _claim(database: Database, caller: Caller, thread: str, replica: str) -> str:
    run_id = f"run_{uuid.uuid4().hex}"
    async with database.session(caller) as session:
        assert await rows.insert_run(session, run_id, thread, "agent", replica, LONG)
    return run_id


async def _cut_listeners(database: Database) -> int:
    """Break off every connection that holds a replica's lock, as a network or an administrator would."""
    statement = (
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"  # not those of tests beside
    )
    async with database.replica() as connection:
        return len(await connection.execute(text(statement)))


async def _over(coordinator: Coordinator, caller: Caller, run_id: str) -> str:
    async with asyncio.timeout(30):
        while (status := (await coordinator.attach(caller, run_id)).status) == RunStatus.RUNNING:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return status


@pytest.fixture(autouse=True)
async def _database_is_up_for_a_while(database: Database) -> None:
    """Nobody is missed in the first seconds after a start of PostgreSQL."""
    statement = "SELECT greatest(0, 5.1 - extract(epoch FROM now() - pg_postmaster_start_time()))::float"
    async with database.replica() as connection:
        await asyncio.sleep((await connection.execute(text(statement)))[0][0])


async def test_the_runs_of_a_replica_whose_lock_is_free_are_ended_long_before_their_leases(
    database: Database, there: Coordinator, ada: Caller, thread: str
) -> None:
    replica = new_replica(locks=True)
    async with database.listening() as connection:
        await take_lock(connection, replica)
        run_id = await _claim(database, ada, thread, replica)
        await asyncio.sleep(2.5 * recovery.LOOK)
        assert (await there.attach(ada, run_id)).status == RunStatus.RUNNING
        assert replica not in await absent_replicas(database)
    assert await _over(there, ada, run_id) == RunStatus.INTERRUPTED
    assert await read(there, ada, run_id) == [(OWN_IDS + 1, b"interrupted after 0")]


async def test_a_replica_that_never_took_a_lock_is_judged_by_its_leases_alone(
    database: Database, there: Coordinator, ada: Caller, thread: str
) -> None:
    replica = new_replica(locks=False)
    run_id = await _claim(database, ada, thread, replica)
    await asyncio.sleep(2.5 * recovery.LOOK)
    assert (await there.attach(ada, run_id)).status == RunStatus.RUNNING
    await rows.renew(database, replica, [run_id], -1)
    assert await _over(there, ada, run_id) == RunStatus.INTERRUPTED


async def test_a_living_replica_whose_listening_connection_is_cut_keeps_its_runs(
    database: Database, there: Coordinator, ada: Caller, thread: str
) -> None:
    async with Coordinator(database, keep_nothing, drain=0) as here:
        hold = asyncio.Event()
        run = await start(here, ada, thread, b"a", hold=hold)
        async with asyncio.timeout(30):
            for _ in range(6):
                while not await _cut_listeners(database):  # as soon as one is back
                    await asyncio.sleep(0.01)
                await asyncio.sleep(recovery.LOOK / 2)
        assert (await there.attach(ada, run.id)).status == RunStatus.RUNNING
        hold.set()
        assert await read(there, ada, run.id) == [(1, b"a"), (2, b"end")]


async def test_a_renewal_that_hangs_on_its_connection_lets_no_lease_expire(
    database: Database, ada: Caller, thread: str
) -> None:
    renewing = text("""
        SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE '%UPDATE runs SET lease_until%' AND state = 'idle'
    """)
    left = text("SELECT extract(epoch FROM lease_until - clock_timestamp())::float AS left FROM runs WHERE id = :run")
    async with Coordinator(database, keep_nothing, drain=0) as here:
        run = await start(here, ada, thread, hold=asyncio.Event())
        async with database.replica() as connection:
            async with asyncio.timeout(10):
                while not (found := await connection.execute(renewing)):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            hanging = [psutil.Process(row.pid) for row in found]
            for backend in hanging:  # as a network does that has forgotten a connection
                backend.suspend()
            try:
                least = 99.0
                for _ in range(60):
                    least = min(least, (await connection.execute(left, run=run.id))[0].left)
                    await asyncio.sleep(0.05)
            finally:
                for backend in hanging:
                    backend.resume()
        assert least > 0.4, "the next attempt does not wait for the one that hangs"


async def test_one_absent_look_ends_nothing_and_who_is_back_by_the_second_keeps_its_runs(
    database: Database, there: Coordinator, ada: Caller, thread: str
) -> None:
    replica = new_replica(locks=True)
    run_id = await _claim(database, ada, thread, replica)
    assert replica in await absent_replicas(database)
    async with database.listening() as connection:
        await take_lock(connection, replica)
        assert await holds_lock(connection, replica, within=5)
        await there._recovery.take_orphans(gone={replica})  # it was absent at both looks, and came back just now
        assert (await there.attach(ada, run_id)).status == RunStatus.RUNNING


async def test_a_lock_is_not_ours_when_another_session_holds_it(database: Database) -> None:
    """As behind a pooler in transaction mode, where each statement may meet another session."""
    replica = new_replica(locks=True)
    async with database.listening() as one, database.listening() as other:
        await take_lock(one, replica)
        assert not await holds_lock(other, replica, within=5)


async def test_a_deleted_thread_of_a_dead_replica_stays_deleted(
    database: Database, there: Coordinator, ada: Caller, thread: str
) -> None:
    run_id = await _claim(database, ada, thread, new_replica(locks=True))
    async with asyncio.timeout(30):
        await there.forget_thread(ada, thread)
    with pytest.raises(NotFound):
        await there.attach(ada, run_id)
