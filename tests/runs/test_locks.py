"""Statements that lock several runs, all against each other, under every plan that PostgreSQL may choose."""

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import count as count_from

import pytest
from sqlalchemy import text

from chatkit_link.caller import Caller
from chatkit_link.store import event_log, old_runs, runs, statement
from chatkit_link.store.engine import Database
from chatkit_link.store.event_log import Batch, Ended
from chatkit_link.store.outages import DatabaseUnavailable
from tests.faults.size import count, deadline

pytestmark = deadline

#: Each is one connection's planner.
PLANS = (
    {},
    {"enable_hashjoin": "off", "enable_mergejoin": "off"},
    {"enable_nestloop": "off", "enable_mergejoin": "off"},
    {"enable_nestloop": "off", "enable_hashjoin": "off"},
    {"enable_seqscan": "off", "enable_hashjoin": "off"},
    {"enable_indexscan": "off", "enable_bitmapscan": "off", "enable_indexonlyscan": "off"},
    {"enable_sort": "off", "enable_material": "off"},
    {"plan_cache_mode": "force_generic_plan", "enable_hashagg": "off"},
    {"plan_cache_mode": "force_custom_plan", "enable_memoize": "off"},
)
ROUNDS = count(100_000, 400)
REPLICA = "rep_one"
THREADS = [f"thr_{number}_{uuid.uuid4().hex}" for number in range(24)]


class Crew:
    """One connection that does whatever comes to its mind, to runs that all the others have in mind too."""

    def __init__(self, database: Database, caller: Caller, known: set[str]) -> None:
        self._database = database
        self._caller = caller
        self._known = known
        self._ids = count_from(random.randrange(10**15))

    def _some(self) -> list[str]:
        """In no order."""
        known = list(self._known)
        return random.sample(known, min(len(known), random.randint(2, 16)))

    async def claim(self) -> None:
        run_id = f"run_{uuid.uuid4().hex}"
        async with self._database.session(self._caller) as session:
            claim = await runs.insert_run(session, run_id, random.choice(THREADS), "agent", REPLICA, 60)
        if claim is runs.Claim.TAKEN:
            self._known.add(run_id)

    async def flush(self) -> None:
        some = self._some()
        ended = [Ended(run_id, "completed", 1) for run_id in some if random.random() < 0.1]
        batches = [Batch(run_id, next(self._ids), [b"event"]) for run_id in some]
        async with self._database.replica() as connection:
            await event_log.flush(connection, REPLICA, batches, ended, durable=random.random() < 0.2)
        self._known -= {end.run_id for end in ended}

    async def renew(self) -> None:
        await runs.renew(self._database, REPLICA, self._some(), random.choice([60, 60, -1]))

    async def take_over(self) -> None:
        await runs.take_over(self._database, REPLICA, self._some()[:2], 60)

    async def release(self) -> None:
        async with self._database.replica() as connection:
            await runs.release(connection, REPLICA, self._some()[:2])

    async def cancel(self) -> None:
        async with self._database.session(self._caller) as session:
            for run_id in self._some()[:1]:
                await runs.request_cancel(session, run_id)

    async def delete(self) -> None:
        async with self._database.session(self._caller) as session:
            await runs.delete_runs(session, random.choice(THREADS))

    async def clean(self) -> None:
        await old_runs.clean(self._database, events_for=0.05, runs_for=0.1, limit=7)

    @property
    def works(self) -> list[Callable[[], Awaitable[None]]]:
        return [
            self.claim,
            self.flush,
            self.flush,
            self.renew,
            self.take_over,
            self.release,
            self.cancel,
            self.delete,
            self.clean,
        ]


@pytest.fixture
async def databases(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[Database]]:
    monkeypatch.setattr(statement, "_MEETINGS", 0)  # a deadlock ends the test, where a server would try again
    async with AsyncExitStack() as stack:
        made: list[Database] = []
        for plan in PLANS:
            made.append(Database(database.url, pool_size=3))
            # Found at once, so that each one there is is found.
            made[-1].address.connect_args["server_settings"].update(plan, deadlock_timeout="5ms")
            stack.push_async_callback(made[-1].close)
        yield made


async def test_statements_that_lock_several_runs_never_wait_for_each_other(
    databases: list[Database], ada: Caller
) -> None:
    known: set[str] = set()
    done: Counter[str] = Counter()

    async def work(crew: Crew) -> None:
        while sum(done.values()) < ROUNDS:
            one = random.choice(crew.works)
            try:
                await one()
            except DatabaseUnavailable as error:
                raise AssertionError(f"{one.__name__}: {error.__cause__!r}, after {done}") from error
            done[one.__name__] += 1

    for _ in THREADS:
        await Crew(databases[0], ada, known).claim()
    async with asyncio.TaskGroup() as group:
        for database in databases:
            for _ in range(2):
                group.create_task(work(Crew(database, ada, known)))
    assert done.keys() == {"claim", "flush", "renew", "take_over", "release", "cancel", "delete", "clean"}


async def test_a_renewal_of_a_lease_touches_no_index(database: Database, ada: Caller) -> None:
    renewals = 30
    run_ids = [f"run_{uuid.uuid4().hex}" for _ in range(141)]
    async with database.session(ada) as session:
        for run_id in run_ids:
            await runs.insert_run(session, run_id, f"thr_{run_id}", "agent", REPLICA, 60)
    before = await _updates(database)
    for _ in range(renewals):
        assert len(await runs.renew(database, REPLICA, run_ids, 60)) == len(run_ids)
        await _until_replaced_versions_can_go(database)
    updates, hot = await _updates(database)
    assert updates - before[0] == renewals * len(run_ids)
    assert hot - before[1] == renewals * len(run_ids)


async def _until_replaced_versions_can_go(database: Database) -> None:
    """A page has room for two versions of its rows. The older one stays while a transaction is open that began before
    it was replaced: one that reads this database, or one that writes anywhere on the server, as other workers do.
    """
    began = text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next")
    over = text("""
        SELECT pg_snapshot_xmin(pg_current_snapshot()) >= cast(cast(:next AS text) AS xid8) AND NOT EXISTS (
            SELECT FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL
        ) AS over
    """)
    async with asyncio.timeout(60), database.replica() as connection:
        (row,) = await connection.execute(began)
        while not (await connection.execute(over, next=row.next))[0].over:
            pass


async def _updates(database: Database) -> tuple[int, int]:
    """Rows of runs that were updated, and those of them without a change of any index."""
    asked = text("""
        SELECT sum(n_tup_upd) AS updated, sum(n_tup_hot_upd) AS hot, count(pg_stat_force_next_flush())
        FROM pg_stat_user_tables WHERE relname ~ '^runs(_|$)'
    """)
    async with database.replica() as connection:
        await connection.execute(asked)  # has the connection report what it has done
        (row,) = await connection.execute(asked)
    return int(row.updated), int(row.hot)
