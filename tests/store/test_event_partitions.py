"""The partitions of the event log: there before they are needed, and gone when nobody may read them any more."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import make_url, text

from chatkit_link.caller import Caller
from chatkit_link.store import event_log, runs
from chatkit_link.store.engine import Database
from chatkit_link.store.event_log import Batch, Ended
from chatkit_link.store.event_partitions import Span, keep_partitions, next_span, read_name
from chatkit_link.store.migrate import migrate

HOUR = timedelta(hours=1)
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    """One of its own, with no partition yet but the default one."""
    name = f"partitions_{uuid.uuid4().hex[:12]}"
    server = Database(postgres_url, pool_size=1)
    async with server.replica() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    own = Database(make_url(postgres_url).set(database=name).render_as_string(hide_password=False), pool_size=4)
    await migrate(own)
    yield own
    await own.close()
    async with server.replica() as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await server.close()


async def _partitions(database: Database) -> list[Span]:
    names = text("SELECT relname FROM pg_class JOIN pg_inherits ON oid = inhrelid WHERE relkind = 'r'")
    async with database.replica() as connection:
        return sorted(span for row in await connection.execute(names) if (span := read_name(row.relname)))


async def _run(database: Database, caller: Caller, *data: bytes, ended: bool = True) -> str:
    run_id = f"run_{uuid.uuid4().hex}"
    async with database.session(caller) as session:
        await runs.insert_run(session, run_id, f"thr_{run_id}", "agent", "rep_x", 60)
    async with database.replica() as connection:
        ends = [Ended(run_id, "completed", len(data))] if ended else []
        assert (await event_log.flush(connection, "rep_x", [Batch(run_id, 1, data)], ends)).ours == {run_id}
    return run_id


async def _place(database: Database, run_id: str) -> str:
    async with database.replica() as connection:
        where = text("SELECT tableoid::regclass::text AS name FROM run_batches WHERE run_id = :run")
        (row,) = await connection.execute(where, run=run_id)
    return row.name


async def _age(database: Database, span: Span, by: timedelta) -> Span:
    """Let a partition and all that there is be older."""
    aged = Span(span.first - by, span.end - by)
    async with database.system() as connection:
        await connection.connection.execute(f"""
            ALTER TABLE run_batches DETACH PARTITION {span.name};
            ALTER TABLE {span.name} RENAME TO {aged.name};
            UPDATE {aged.name} SET created_at = created_at - interval '{by.total_seconds()} seconds';
            ALTER TABLE run_batches ATTACH PARTITION {aged.name}
                FOR VALUES FROM ('{aged.first.isoformat()}') TO ('{aged.end.isoformat()}');
            UPDATE runs SET created_at = created_at - interval '{by.total_seconds()} seconds',
                finished_at = finished_at - interval '{by.total_seconds()} seconds';
        """)
    return aged


async def test_they_are_made_ahead_and_dropped_when_the_last_run_in_them_is_over_for_long(
    database: Database, ada: Caller
) -> None:
    await keep_partitions(database, events_for=3600)
    now, *ahead = await _partitions(database)
    assert now.first <= datetime.now(UTC) < now.end
    assert len(ahead) >= 2
    long, short = await _run(database, ada, b"a", ended=False), await _run(database, ada, b"b", b"c")
    assert await _place(database, long) == await _place(database, short) == now.name

    old = await _age(database, now, 5 * HOUR)
    await keep_partitions(database, events_for=3600)
    assert old in await _partitions(database), "a run that is still running has events in it"
    assert await event_log.read_events(database, ada.tenant, short, 1) == [(2, b"c")]

    async with database.replica() as connection:
        await event_log.flush(connection, "rep_x", [], [Ended(long, "completed", 1)])
    await keep_partitions(database, events_for=3600)
    assert old in await _partitions(database), "it ended just now and may be followed for an hour"

    await keep_partitions(database, events_for=-1)
    assert old not in await _partitions(database)
    assert await event_log.read_events(database, ada.tenant, long, 0) == []


async def test_a_write_that_comes_before_its_partition_goes_into_the_default_one_and_leaves_it_again(
    database: Database, ada: Caller
) -> None:
    early = await _run(database, ada, b"early")
    assert await _place(database, early) == "run_batches_default"

    await keep_partitions(database, events_for=3600)
    (first, *_) = await _partitions(database)
    assert first.first > datetime.now(UTC), "this hour is the default partition's now"
    late = await _run(database, ada, b"late")
    assert await event_log.read_events(database, ada.tenant, late, 0) == [(1, b"late")]

    async with database.system() as connection:
        await connection.execute(text("UPDATE run_batches SET created_at = created_at - interval '10 minutes'"))
        await connection.execute(text("UPDATE runs SET finished_at = finished_at - interval '10 minutes'"))
    await keep_partitions(database, events_for=60)
    assert await event_log.read_events(database, ada.tenant, early, 0) == []


async def test_a_table_that_is_in_use_costs_writers_a_moment_and_is_left_for_later(
    database: Database, ada: Caller
) -> None:
    await keep_partitions(database, events_for=3600)
    (first, *_) = await _partitions(database)
    old = await _age(database, first, 5 * HOUR)
    async with database.listening() as backup:
        reading: Any = backup.transaction()
        await reading.start()
        await backup.fetch("SELECT count(*) FROM run_batches")  # as pg_dump does
        await keep_partitions(database, events_for=3600)  # and does not raise: other cleaning comes after it
        assert old in await _partitions(database)
        await _run(database, ada, b"goes on")
        await reading.rollback()
    await keep_partitions(database, events_for=3600)
    assert old not in await _partitions(database)


async def test_a_failure_of_one_partition_is_logged_and_stops_nothing_else(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """As where a batch has come into the default partition meanwhile, and where the tables are another role's."""
    caplog.set_level("INFO", "chatkit_link")
    for error in ("check_violation", "insufficient_privilege", "lock_not_available"):
        async with database.system() as connection:
            await connection.connection.execute(f"""
                CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '{error}'; END $$;
                CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION refuse();
            """)
        caplog.clear()
        await keep_partitions(database, events_for=3600)
        assert [record.args for record in caplog.records if record.name.endswith("event_partitions")]
        assert not [record for record in caplog.records if "refused a statement" in record.message]
        async with database.system() as connection:
            await connection.connection.execute("DROP EVENT TRIGGER refuse; DROP FUNCTION refuse()")
        assert await _partitions(database) == []
    await keep_partitions(database, events_for=3600)
    assert len(await _partitions(database)) >= 3


async def test_a_partition_has_the_policy_that_the_migrations_gave_to_the_whole(database: Database) -> None:
    await keep_partitions(database, events_for=3600)
    query = text("""
        SELECT count(*) AS tables, count(DISTINCT (policyname, qual, with_check)) AS policies FROM pg_policies
        WHERE tablename LIKE 'run\\_batches%'
    """)
    async with database.system() as connection:
        (found,) = await connection.execute(query)
    assert tuple(found) == (2 + len(await _partitions(database)), 1)


async def test_nobody_but_the_system_reads_a_partition(database: Database, ada: Caller) -> None:
    await keep_partitions(database, events_for=3600)
    await migrate(database)  # which grants the restricted role all tables there are
    run_id = await _run(database, ada, b"for Ada")
    places = ["run_batches", await _place(database, run_id)]
    async with database.session(ada) as session:
        for place in places:
            assert await session.execute(text(f"SELECT FROM {place}")) == []
            assert await session.execute(text(f"DELETE FROM {place} RETURNING 1")) == []
    async with database.replica() as connection:
        for place in places:
            assert len(await connection.execute(text(f"SELECT FROM {place}"))) == 1


async def test_deleting_a_thread_deletes_the_events_of_its_runs_at_once(
    database: Database, ada: Caller, bob: Caller
) -> None:
    await keep_partitions(database, events_for=3600)
    adas, bobs = await _run(database, ada, b"a"), await _run(database, bob, b"b")
    async with database.session(ada) as session:
        await runs.delete_runs(session, f"thr_{bobs}")
        await runs.delete_runs(session, f"thr_{adas}")
        left = await session.execute(text("SELECT current_setting('chatkit_link.is_system', true) AS on"))
    assert left[0].on in ("", None), "and the connection sees no more than before"
    async with database.replica() as connection:
        rows = await connection.execute(text("SELECT run_id FROM run_batches"))
    assert [row.run_id for row in rows] == [bobs]


@pytest.mark.parametrize(
    ("spans", "now", "stray", "events_for", "expected"),
    [
        ([], NOON, None, 3600, Span(NOON, NOON + HOUR)),
        ([Span(NOON, NOON + HOUR)], NOON, None, 3600, Span(NOON + HOUR, NOON + 2 * HOUR)),
        ([Span(NOON, NOON + 5 * HOUR)], NOON, None, 3600, None),
        # Nobody made any for a while.
        ([Span(NOON - 9 * HOUR, NOON - 8 * HOUR)], NOON, None, 3600, Span(NOON, NOON + HOUR)),
        ([], NOON, NOON + HOUR / 2, 3600, Span(NOON + HOUR, NOON + 2 * HOUR)),
        ([], NOON, NOON - HOUR, 3600, Span(NOON, NOON + HOUR)),
        # Kept for longer, they are longer.
        ([], NOON, None, 86400, Span(NOON, NOON + 6 * HOUR)),
        ([], NOON, None, 1e9, Span(NOON, NOON + timedelta(days=30))),
    ],
)
def test_each_follows_the_one_before_it(
    spans: list[Span], now: datetime, stray: datetime | None, events_for: float, expected: Span | None
) -> None:
    span = next_span(spans, now + timedelta(minutes=7), stray, events_for)
    assert span == expected
    assert span is None or read_name(span.name) == span
