"""Row-level security: with the filter of ``store/tenancy.py`` left out, no user sees another's rows all the same."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Executable, Table, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from chatkit_link.caller import Caller
from chatkit_link.errors import NotFound
from chatkit_link.store import queue
from chatkit_link.store.engine import Database
from chatkit_link.store.message_search import read_some
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.queue import QueuedMessage
from chatkit_link.store.runs import insert_run
from chatkit_link.store.tables import (
    attachments,
    audit_log,
    feedback,
    file_usage,
    inactive_items,
    item_words,
    metadata,
    queued_messages,
    run_batches,
    run_events,
    runs,
    server_keys,
    sessions,
    shared_items,
    shares,
    spending,
    thread_items,
    threads,
    turns,
    usage,
)
from chatkit_link.store.tenancy import Session
from tests.store.build import attachment, thread, user
from tests.suite.partitions import PARTITIONED

#: Visible to system connections alone.
SYSTEM = (run_batches, run_events, server_keys, audit_log)
#: Of a tenant, with rows that its users share: tests/files/test_usage_sums.py tries what each of them sees.
SHARED = (file_usage,)
OWNED = [table for table in metadata.tables.values() if "tenant" in table.c and table not in (*SYSTEM, *SHARED)]
#: Of nobody: what these hold says nothing of any person.
NOBODYS = {"documents", "document_passages", "file_removals", "rates", "deployment"}


@pytest.fixture
async def adas(store: PostgresStore, ada: Caller) -> str:
    """A thread of Ada's with something in each table; its id."""
    here = await thread(store, ada)
    former, item = user(here.id, "as it was"), user(here.id, "for Ada")
    await store.add_thread_item(here.id, former, ada)
    await store.add_message(here.id, item, ada, edits=former.id)
    await store.save_attachment(attachment(thread_id=here.id), ada)
    await store.save_feedback(here.id, [item.id], "positive", ada)
    await store.save_turn(here.id, item.id, {"input": [], "covers": [], "sources": {}}, ada)
    waits = QueuedMessage(f"que_{ada.user}", here.id, "agent", {"content": []}, b"{}", "request", allow_cancel=True)
    async with store.database.session(ada, atomic=True) as session:
        await read_some(session, here.id)
        await queue.add(session, waits)
    return here.id


def test_the_tables_that_hold_somebodys_rows_are_those_that_are_tried_here() -> None:
    of_threads = {threads, thread_items, item_words, inactive_items, attachments, feedback, turns, queued_messages}
    assert set(OWNED) == of_threads | {runs, shares, shared_items, usage, spending, sessions}
    assert set(metadata.tables) - {table.name for table in (*OWNED, *SYSTEM, *SHARED)} == NOBODYS


@pytest.mark.parametrize("table", [*OWNED, *SYSTEM, *SHARED], ids=str)
async def test_each_table_of_somebodys_rows_has_row_level_security(database: Database, table: Table) -> None:
    asked = text("""
        SELECT relrowsecurity AND relforcerowsecurity,
            (SELECT count(*) FROM pg_policy WHERE polrelid = pg_class.oid AND polpermissive)
        FROM pg_class WHERE pg_class.oid = to_regclass(:name)
    """)
    async with database.system() as connection:
        ((secured, policies),) = await connection.execute(asked, name=table.name)
    assert secured
    assert policies == 1


async def test_no_policy_keeps_statements_from_parallel_workers(database: Database) -> None:
    called = text("""
        SELECT DISTINCT proname AS name, proparallel::text AS parallel FROM pg_depend
        JOIN pg_proc ON pg_proc.oid = refobjid
        WHERE classid = 'pg_policy'::regclass AND refclassid = 'pg_proc'::regclass
    """)
    async with database.system() as connection:
        found = {row.name: row.parallel for row in await connection.execute(called)}
    assert found == {"refuse_hidden_rows": "s"}


@pytest.mark.usefixtures("adas")
@pytest.mark.parametrize(
    "table",
    [threads, thread_items, item_words, inactive_items, attachments, feedback, turns, queued_messages],
    ids=str,
)
async def test_a_read_without_the_filter_shows_nobody_elses_rows(
    database: Database, ada: Caller, bob: Caller, table: Table
) -> None:
    everything = select(table.c.tenant, table.c.user_id)
    async with database.session(bob) as session:
        assert await session.execute(everything) == []
    async with database.session(ada) as session:
        assert {tuple(row) for row in await session.execute(everything)} == {ada.owner}


Forgetful = Callable[[str], Executable]
WRITES: dict[str, Forgetful] = {
    "rename": lambda thread_id: update(threads).where(threads.c.id == thread_id).values(title="mine now"),
    "take": lambda thread_id: update(threads).where(threads.c.id == thread_id).values(user_id="mallory"),
    "delete": lambda thread_id: delete(threads).where(threads.c.id == thread_id),
    "rewrite": lambda thread_id: update(thread_items).where(thread_items.c.thread_id == thread_id).values(data={}),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
async def test_a_write_without_the_filter_changes_nobody_elses_rows(
    store: PostgresStore, adas: str, ada: Caller, bob: Caller, write: Forgetful
) -> None:
    async with store.database.session(bob) as session:
        assert (await session.execute(write(adas))).changed == 0
    assert (await store.load_thread(adas, ada)).title is None
    assert len((await store.load_thread_items(adas, None, 10, "asc", ada)).data) == 1


async def test_the_events_of_runs_are_visible_to_system_connections_alone(database: Database, ada: Caller) -> None:
    run_id = f"run_{ada.user}"
    async with database.session(ada) as session:
        await insert_run(session, run_id, f"thr_{ada.user}", "agent", "rep_x", 60)
    async with database.system() as connection:
        await connection.execute(insert(run_events).values(run_id=run_id, id=1, data=b"for Ada"))
    async with database.session(ada) as session:
        assert await session.execute(select(run_events)) == []
        assert (await session.execute(delete(run_events))).changed == 0
    async with database.system() as connection:
        (kept,) = await connection.execute(select(run_events.c.data).where(run_events.c.run_id == run_id))
        assert kept.data == b"for Ada"
        await connection.execute(delete(runs).where(runs.c.id == run_id))  # takes its events along
        left = await connection.execute(select(run_events.c.id).where(run_events.c.run_id == run_id))
        assert bool(left) == PARTITIONED, "where they cannot refer to their run, they do not go with it"


async def test_the_audit_log_takes_a_users_own_events_and_shows_none(
    database: Database, ada: Caller, bob: Caller
) -> None:
    values: dict[str, Any] = {"actor_kind": "user", "actor": bob.user, "action": "thread.deleted", "details": {}}
    owned = insert(audit_log).values(**values, tenant=bob.tenant, user_id=bob.user).inline()
    async with database.session(bob) as session:
        await session.execute(owned)
        for someone in ({"tenant": ada.tenant, "user_id": ada.user}, {"tenant": "elsewhere", "user_id": bob.user}, {}):
            with pytest.raises(NotFound):
                await session.execute(insert(audit_log).values(**values, **someone).inline())
        assert await _seen(session, audit_log) == 0
    mine = select(audit_log.c.actor).where(audit_log.c.actor == bob.user)
    async with database.system() as connection:
        assert [row.actor for row in await connection.execute(mine)] == [bob.user]


@pytest.mark.usefixtures("own_keys")
async def test_server_keys_are_visible_to_system_connections_alone(database: Database, ada: Caller) -> None:
    key = insert(server_keys).values(id=ada.user, name=ada.user, hash=b"x", scopes=["threads"], created_by="root")
    async with database.system() as connection:
        await connection.execute(key)
    async with database.session(ada) as session:
        assert await _seen(session, server_keys) == 0


async def _seen(session: Session, table: Table) -> int:
    """Rows: grants refuse to show any where the user's connection has a role of its own, and else the policy does."""
    try:
        return len(await session.execute(select(table)))
    except NotFound:
        return 0


async def test_nobody_can_write_a_row_in_somebody_elses_name(database: Database, ada: Caller, bob: Caller) -> None:
    values: dict[str, Any] = {"id": f"thr_{ada.user}", "status": {"type": "active"}, "metadata": {}}
    statement = insert(threads).values(**values, tenant=ada.tenant, user_id=ada.user)
    async with database.session(bob) as session:
        with pytest.raises(NotFound):
            await session.execute(statement)


async def test_a_connection_that_served_one_person_shows_the_next_one_only_their_own(
    postgres_url: str, database: Database, store: PostgresStore, adas: str, ada: Caller, bob: Caller
) -> None:
    """One connection for everybody, and transactions on it that are rolled back in between."""
    one = Database(postgres_url, pool_size=1)
    everything = select(threads.c.id)
    for _ in range(3):
        async with one.session(bob) as session:
            assert await session.execute(everything) == []
        with pytest.raises(LookupError):
            await _look_and_fail(one, ada, adas)
    await one.close()


async def _look_and_fail(database: Database, caller: Caller, thread_id: str) -> None:
    async with database.session(caller, atomic=True) as session:
        assert [row.id for row in await session.execute(select(threads.c.id))] == [thread_id]
        raise LookupError


async def test_a_superuser_takes_on_a_role_that_is_not_above_the_policies(database: Database, ada: Caller) -> None:
    async with database.session(ada) as session:
        ((above,),) = await session.execute(
            text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        )
    assert not above
