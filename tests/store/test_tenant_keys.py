"""Keys begin with the tenant; and migration 0016 beside a replica of the version before, whose keys did not."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, make_url, text

from chatkit_link.caller import Caller
from chatkit_link.errors import ConfigurationError
from chatkit_link.resources import resource
from chatkit_link.store import event_log, files, runs
from chatkit_link.store.engine import Database
from chatkit_link.store.event_log import Batch, Ended
from chatkit_link.store.event_partitions import keep_partitions
from chatkit_link.store.migrate import head, migrate, plan, read_schema, schema_connection
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.row_security import GRANT_ROLE
from tests.store.build import assistant, attachment, text_of, thread, user
from tests.store.schema import differences

ADA, BOB = Caller("default", "ada"), Caller("default", "bob")
BEFORE = "0014"

#: Why their keys do not begin with a tenant.
OF_NO_TENANT = {
    "alembic_version": "the schema itself",
    "deployment": "of all replicas",
    "server_keys": "of back ends; one may act for every tenant",
    "audit_log": "one log, in one order",
    "documents": "every caller can search them",
    "document_passages": "every caller can search them",
    "rates": "of addresses and users, by keys that name whose they are; nothing of a user's",
    "file_removals": "of bytes that no row owns any more",
    "run_events": "of the version before; goes with its last replica",
}
#: What run_events refers to, and goes with it.
WITH_EVENTS = {"former_runs_id"}

KEYS = """
    SELECT relname AS table, index.indexrelid::regclass::text AS name, attname AS first
    FROM pg_index AS index
    JOIN pg_class ON pg_class.oid = index.indrelid
    JOIN pg_attribute ON attrelid = index.indrelid AND attnum = index.indkey[0]
    WHERE indisunique AND relnamespace = current_schema()::regnamespace
    UNION ALL
    SELECT relname, conname, attname
    FROM pg_constraint
    JOIN pg_class ON pg_class.oid = conrelid
    JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""


async def test_every_key_of_a_tenants_table_begins_with_the_tenant(database: Database) -> None:
    async with database.system() as connection:
        keys = await connection.connection.fetch(KEYS)
    assert len(keys) > 20
    others = {(row["table"], row["name"]) for row in keys if row["first"] != "tenant"}
    assert {(table, name) for table, name in others if table not in OF_NO_TENANT and name not in WITH_EVENTS} == set()
    assert OF_NO_TENANT.keys() <= {row["table"] for row in keys}, "named, but not there any more"


# As the previous version has them

SAVE_ITEM = """
    WITH thread AS (
        UPDATE threads SET last_seq = last_seq + 1, last_activity = clock_timestamp()
        WHERE tenant = $1 AND user_id = $2 AND id = $3 RETURNING last_seq
    )
    INSERT INTO thread_items (thread_id, id, tenant, user_id, type, data, seq)
    SELECT $3, $4, $1, $2, 'assistant_message', $5, last_seq FROM thread
    ON CONFLICT (thread_id, id) DO UPDATE SET data = excluded.data RETURNING seq
"""
SAVE_THREAD = """
    INSERT INTO threads (id, tenant, user_id, status, metadata) VALUES ($3, $1, $2, '{"type": "active"}', '{}')
    ON CONFLICT (id) DO UPDATE SET title = 'again' WHERE threads.tenant = $1 AND threads.user_id = $2
"""
SAVE_ATTACHMENT = """
    INSERT INTO attachments (id, tenant, user_id, thread_id, data, state, size)
    VALUES ($4, $1, $2, $3, '{}', 'kept', 10)
    ON CONFLICT (id) DO UPDATE SET size = 20 WHERE attachments.tenant = $1 AND attachments.user_id = $2
"""
BESIDE = """
    INSERT INTO {table} (thread_id, {key}, tenant, user_id, {value})
    SELECT thread_id, id, tenant, user_id, {literal} FROM thread_items
    WHERE tenant = $1 AND user_id = $2 AND thread_id = $3 AND id = $4
    ON CONFLICT (thread_id, {key}) DO UPDATE SET {value} = excluded.{value}
"""
SAVE_FEEDBACK = BESIDE.format(table="feedback", key="item_id", value="kind", literal="'positive'")
SAVE_TURN = BESIDE.format(table="turns", key="anchor_id", value="record", literal="'{}'::jsonb")
SAVE_USAGE = """
    INSERT INTO usage (
        id, tenant, user_id, agent, model, kind, requests, input_tokens, cached_tokens, output_tokens, cost
    )
    VALUES ($3, $1, $2, 'a', 'm', 'answer', 1, 1, 0, 1, 0) ON CONFLICT (id) DO NOTHING
"""
CLAIM = """
    INSERT INTO runs (id, tenant, user_id, thread_id, agent, status, replica, lease_until)
    VALUES ($4, $1, $2, $3, 'a', 'running', 'rep_old', now() + interval '1 hour') ON CONFLICT DO NOTHING RETURNING id
"""


class OldReplica:
    """Writes as the previous version does."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rounds = 0
        self._progress = asyncio.Condition()

    async def chat(self, caller: Caller) -> str:
        """A thread with all that hangs on it, each written twice; what another version's keys would refuse, fails."""
        mark = uuid.uuid4().hex
        owner, thread_id, item_id = caller.owner, f"thr_{mark}", f"msg_{mark}"
        async with self.database.session(caller) as session:
            execute = session.connection.execute
            for _ in range(2):
                await execute(SAVE_THREAD, *owner, thread_id)
                await execute(SAVE_ITEM, *owner, thread_id, item_id, {"content": []})
                await execute(SAVE_ATTACHMENT, *owner, thread_id, f"atc_{mark}")
                await execute(SAVE_FEEDBACK, *owner, thread_id, item_id)
                await execute(SAVE_TURN, *owner, thread_id, item_id)
                await execute(SAVE_USAGE, *owner, f"use_{mark}")
            assert await session.connection.fetchval(CLAIM, *owner, thread_id, f"run_{mark}") == f"run_{mark}"
            assert await session.connection.fetchval(CLAIM, *owner, thread_id, f"run2_{mark}") is None
        async with self.database.system() as connection:
            await connection.connection.execute("INSERT INTO run_events VALUES ($1, 1, 'x')", f"run_{mark}")
            await connection.connection.execute("UPDATE runs SET status = 'completed' WHERE id = $1", f"run_{mark}")
        return thread_id

    async def forget(self, caller: Caller, thread_id: str) -> None:
        async with self.database.session(caller) as session:
            deleted = await session.connection.execute(
                "DELETE FROM threads WHERE tenant = $1 AND user_id = $2 AND id = $3", *caller.owner, thread_id
            )
        assert deleted == "DELETE 1"

    async def work_until(self, done: asyncio.Event, caller: Caller) -> None:
        while not done.is_set():
            thread_id = await self.chat(caller)
            if self.rounds % 2:
                await self.forget(caller, thread_id)
            self.rounds += 1
            async with self._progress:
                self._progress.notify_all()

    async def go_on(self) -> None:
        enough = self.rounds + 8
        async with self._progress:
            await self._progress.wait_for(lambda: self.rounds >= enough)


@pytest.fixture
async def older(postgres_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """A database of the previous version; of a role that policies hold, with the parameter "owner"."""
    name = f"keys_{uuid.uuid4().hex[:12]}"
    server, url = Database(postgres_url, pool_size=1), make_url(postgres_url).set(database=name)
    is_owners = getattr(request, "param", "") == "owner"
    async with server.replica() as connection:
        if is_owners:
            url = url.set(username=name, password=name)
            await connection.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'"))
        await connection.execute(text(f"CREATE DATABASE {name}{f' OWNER {name}' if is_owners else ''}"))
    database = Database(url.render_as_string(hide_password=False), pool_size=8, patience=60)
    async with schema_connection(database) as connection:
        await connection.run_sync(_to_before)
    yield database
    await database.close()
    async with server.replica() as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        if is_owners:
            await connection.execute(text(f"DROP ROLE {name}"))
    await server.close()


def _to_before(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(resource("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, BEFORE)
    connection.exec_driver_sql(GRANT_ROLE)


async def _rows(database: Database, query: str) -> list[Any]:
    async with database.system() as connection:
        return [tuple(row) for row in await connection.connection.fetch(query)]


SUMMED = """
    SELECT tenant, count(*)::bigint, sum(size)::bigint FROM attachments WHERE state IS NOT NULL GROUP BY tenant
"""
SUMS = "SELECT tenant, files, size FROM file_usage WHERE scope = 'tenant' AND files > 0"


async def test_a_replica_of_the_version_before_goes_on_while_and_after_the_keys_change(older: Database) -> None:
    old, store, done = OldReplica(older), PostgresStore(older), asyncio.Event()
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for caller in (ADA, BOB):
            group.create_task(old.work_until(done, caller))  # ends the test if a statement fails
        await old.go_on()
        await migrate(older)
        await old.go_on()
        made = await thread(store, ADA)
        await store.add_thread_item(made.id, user(made.id, "from the new one"), ADA)
        await old.go_on()
        done.set()
    assert (await read_schema(older)).current == head()

    # What the one wrote the other reads, changes and deletes.
    held = await old.chat(ADA)
    (item,) = (await store.load_thread_items(held, None, 10, "asc", ADA)).data
    await store.save_item(held, assistant(held, "from the new one", item_id=item.id), ADA)
    await store.save_feedback(held, [item.id], "negative", ADA)
    await store.save_turn(held, item.id, {"input": [{"x": 1}], "covers": [], "sources": {}}, ADA)
    assert text_of(await store.load_item(held, item.id, ADA)) == "from the new one"
    await store.delete_thread(held, ADA)
    await old.forget(ADA, made.id)

    assert await _rows(older, SUMMED) == await _rows(older, SUMS)
    assert await _rows(older, "SELECT conname FROM pg_constraint WHERE NOT convalidated") == []
    assert await _rows(older, "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid") == []
    for table in ("thread_items", "attachments", "feedback", "turns"):
        orphans = f"SELECT count(*) FROM {table} WHERE thread_id NOT IN (SELECT id FROM threads)"
        assert await _rows(older, orphans) == [(0,)]


async def test_replicas_that_start_together_build_each_index_once(older: Database) -> None:
    await OldReplica(older).chat(ADA)
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(migrate(older))
    assert (await read_schema(older)).current == head()
    assert await _rows(older, "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid") == []


async def test_an_index_that_was_left_half_built_is_built_again(older: Database) -> None:
    async with older.replica() as connection:
        await connection.connection.execute("CREATE INDEX new_pk_threads ON threads (id)")
        await connection.connection.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'new_pk_threads'::regclass"
        )
    await migrate(older)
    found = await _rows(older, "SELECT pg_get_indexdef('pk_threads'::regclass)")
    assert "(tenant, id)" in found[0][0]


async def test_the_sums_begin_with_the_files_that_were_there(older: Database) -> None:
    old = OldReplica(older)
    for caller in (ADA, ADA, BOB, Caller("other", "ada")):
        await old.chat(caller)
    await migrate(older)
    async with older.session(ADA) as session:
        usage = await files.measure_usage(session, None)
    assert (usage.user, usage.network, usage.tenant) == (files.Share(2, 40), None, files.Share(3, 60))


async def test_the_schema_goes_back_and_forth_with_all_that_is_stored(older: Database) -> None:
    old, store = OldReplica(older), PostgresStore(older)
    await migrate(older)
    made = await thread(store, ADA)
    await store.add_thread_item(made.id, user(made.id, "kept"), ADA)
    await store.save_attachment(attachment(thread_id=made.id), ADA)

    await migrate(older, BEFORE)
    assert (await read_schema(older)).current == BEFORE
    await old.chat(BOB)
    await migrate(older)
    assert (await read_schema(older)).current == head()
    page = await store.load_thread_items(made.id, None, 10, "asc", ADA)
    assert [text_of(item) for item in page.data] == ["kept"]
    assert await _rows(older, SUMMED) == await _rows(older, SUMS)


async def test_every_revision_can_be_left_and_reached_again(older: Database) -> None:
    for revision in ("0012", "0009", "0004", "0001"):
        assert (await plan(older, revision)).losses
        await migrate(older, revision)
        assert (await read_schema(older)).current == revision
    await migrate(older, "0010")
    await migrate(older)
    assert {change[1].name for change in await differences(older)} == {
        f"former_{name}"
        for name in (
            "threads_id", "thread_items_thread_id_id", "attachments_id", "feedback_thread_id_item_id",
            "turns_thread_id_anchor_id", "usage_id",
        )
    }, "a database of a version before keeps its former keys"  # fmt: skip


#: All that a schema consists of, but for the partitions that servers make.
SHAPE = """
    WITH ours AS (
        SELECT oid, relname, reloptions::text FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relname !~ '^run_batches_2'
    )
    SELECT 'options', relname, reloptions FROM ours
    UNION ALL SELECT 'index', relname, pg_get_indexdef(ours.oid) FROM ours JOIN pg_index ON indexrelid = ours.oid
    UNION ALL SELECT 'constraint', relname, concat_ws(' ', conname, pg_get_constraintdef(pg_constraint.oid))
        FROM ours JOIN pg_constraint ON conrelid = ours.oid
    UNION ALL SELECT 'policy', relname, concat_ws(' ', polname, pg_get_expr(polqual, polrelid))
        FROM ours JOIN pg_policy ON polrelid = ours.oid
    UNION ALL SELECT 'trigger', relname, pg_get_triggerdef(pg_trigger.oid)
        FROM ours JOIN pg_trigger ON tgrelid = ours.oid WHERE NOT tgisinternal
    UNION ALL SELECT 'column', relname, concat_ws(
            ' ', attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid)
        )
        FROM ours JOIN pg_attribute ON attrelid = ours.oid AND attnum > 0 AND NOT attisdropped
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    UNION ALL SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
"""
STORED = "SELECT to_jsonb(stored) FROM {table} AS stored ORDER BY 1"
TABLES = ("threads", "thread_items", "attachments", "feedback", "turns", "runs", "run_events", "usage")


@pytest.mark.parametrize("older", ["superuser", "owner"], indirect=True)
async def test_each_revision_since_the_one_before_goes_up_and_down_with_all_that_is_stored(older: Database) -> None:
    old = OldReplica(older)
    for caller in (ADA, BOB, Caller("other", "ada")):
        await old.chat(caller)
    later = ("0015", "0016", "0017", "0018", "0021", "0022")
    stored = {table: await _rows(older, STORED.format(table=table)) for table in TABLES}
    shapes = {BEFORE: set(await _rows(older, SHAPE))}
    for revision in later:
        await migrate(older, revision)
        shapes[revision] = set(await _rows(older, SHAPE))
    assert all(stored.values())

    await keep_partitions(older, events_for=3600)
    await _answer(older, ADA)
    for revision in (*reversed(later[:-1]), BEFORE):
        await migrate(older, revision)
        assert set(await _rows(older, SHAPE)) ^ shapes[revision] == set()
    async with older.system() as connection:
        await connection.connection.execute("DELETE FROM runs WHERE agent = 'of the later version'")
    assert stored == {table: await _rows(older, STORED.format(table=table)) for table in TABLES}

    await old.chat(BOB)
    for revision in later:
        await migrate(older, revision)
        assert set(await _rows(older, SHAPE)) ^ shapes[revision] == set()
    await _answer(older, BOB)
    assert await _rows(older, SUMMED) == await _rows(older, SUMS)


async def _answer(database: Database, caller: Caller) -> None:
    """A run with an event in a partition."""
    run_id = f"run_{uuid.uuid4().hex}"
    async with database.session(caller) as session:
        await runs.insert_run(session, run_id, f"thr_{run_id}", "of the later version", "rep_new", 60)
    async with database.replica() as connection:
        await event_log.flush(connection, "rep_new", [Batch(run_id, 1, [b"x"])], [Ended(run_id, "completed", 1)])
    assert await event_log.read_events(database, caller.tenant, run_id, 0) == [(1, b"x")]


async def test_what_an_older_schema_cannot_hold_stays(older: Database) -> None:
    await migrate(older)
    async with older.system() as connection:  # as a database that was made with the new keys
        await connection.connection.execute("DROP INDEX former_threads_id")
    store = PostgresStore(older)
    made = await thread(store, ADA)
    await store.create_thread(made.model_copy(), user(made.id, "x"), Caller("other", "ada"))
    with pytest.raises(ConfigurationError, match="two tenants use the same id"):
        await migrate(older, BEFORE)
    assert (await read_schema(older)).current == head()
    with pytest.raises(ConfigurationError, match="There is no schema 0099: this version knows 0001 to"):
        await plan(older, "0099")
