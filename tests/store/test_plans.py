"""No statement of the store reads or sorts a table that grows: each is explained on a filled database.

One user has thousands of threads among other tenants, one thread thousands of items. The functions of the store are
called on them, and whatever a connection sends to PostgreSQL is explained before it runs, by ``RowSecurityConnection``.
So that none is forgotten, each place in the store's modules that executes a statement must have been passed.
"""

import ast
import inspect
import json
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import StructuredInputItem, ThreadMetadata
from sqlalchemy import make_url, text

import chatkit_link.store
from chatkit_link.caller import Caller, Retry
from chatkit_link.errors import LinkError
from chatkit_link.protocol.branches import is_elsewhere, switch_branch
from chatkit_link.store import (
    audit,
    files,
    imports,
    message_search,
    queue,
    rates,
    running_items,
    runs,
    sessions,
    shares,
    spending,
    tenant_threads,
    thread_list,
    thread_status,
    threads,
    turns,
    usage,
)
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import migrate
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.queue import QueuedMessage
from chatkit_link.store.row_security import RowSecurityConnection
from chatkit_link.store.threads import OfAgent
from chatkit_link.store.words import terms_of
from tests.store.build import assistant, attachment, user
from tests.suite.partitions import PARTITIONED

ADA = Caller("default", "ada", network="203.0.113.7")
BIG, SMALL, OTHER = "thr_1", "thr_2", "thr_3"
#: The agent that those threads have which have none.
OF = OfAgent("a", "a")
#: More rows than one statement may read, sort or group.
MOST = 400
#: Modules of tables whose size does not come from users, of the server itself, and of runs, which have their own tests.
NOT_USERS = {
    "acquire", "activity", "address", "cursor", "clock", "database_errors", "deployment", "documents", "dump",
    "embedded", "embedded_cluster", "embedded_upgrade", "engine", "event_log", "event_partitions",
    "health_check", "left_behind", "migrate", "notifications", "old_runs", "open", "outages", "patience", "poolers",
    "postgres", "postgres_programs", "replicas", "restore", "row_security", "runs", "server_keys", "session_probe",
    "session_route", "settings_changes", "statement", "tables", "tenancy",
}  # fmt: skip
#: Reports that read what they report, for an operator at a terminal; the way to another branch, which reads what is
#: moved, and what branched off behind it; and the copy of a thread behind a link.
REPORTS = {
    ("usage", "report"), ("audit", "search"), ("audit", "export"), ("audit", "_prune_some"), ("branches", "_way"),
    ("shares", "add"), ("shares", "find_all"),
}  # fmt: skip

FILL = """
    INSERT INTO threads (id, tenant, user_id, status, metadata, last_seq, created_at, last_activity)
    SELECT 'thr_' || n, CASE WHEN n <= 3000 THEN 'default' ELSE 'tenant' || n % 100 END, 'ada', '{"type": "active"}',
        '{}', 20000, now() - n * interval '1 minute', now() - n * interval '1 minute'
    FROM generate_series(1, 4000) AS n;

    INSERT INTO thread_items (thread_id, id, tenant, user_id, seq, type, data)
    SELECT id, CASE WHEN id = 'thr_1' THEN 'msg_' ELSE id || '_' END || m, tenant, user_id, m,
        CASE WHEN m % 2 = 1 THEN 'user_message' ELSE 'assistant_message' END,
        CASE WHEN m % 2 = 1 THEN '{"content": [], "attachments": [], "inference_options": {}}'::jsonb
            ELSE '{"content": []}' END
    FROM threads, LATERAL generate_series(1, CASE WHEN id = 'thr_1' THEN 6000 ELSE 2 END) AS m;

    INSERT INTO item_words (thread_id, item_id, tenant, user_id, created_at, words)
    SELECT thread_id, id, tenant, user_id, created_at,
        array_to_tsvector(ARRAY['ada:tea', 'ada:' || md5(id), 'ada:' || md5(thread_id)])
    FROM thread_items;

    INSERT INTO inactive_items (thread_id, id, tenant, user_id, seq, parent_seq, type, data, is_first)
    SELECT thread_id, 'version_' || id, tenant, user_id, seq + 6000,
        CASE WHEN seq % 2 = 0 THEN seq + 5999 ELSE seq - 1 END, type, data, seq % 400 = 7
    FROM thread_items WHERE seq > 2 OR thread_id <> 'thr_1';

    INSERT INTO turns (thread_id, anchor_id, tenant, user_id, record)
    SELECT thread_id, id, tenant, user_id, '{"input": [], "covers": [], "sources": {}}' FROM thread_items
    WHERE type = 'user_message';
    INSERT INTO feedback (thread_id, item_id, tenant, user_id, kind)
    SELECT thread_id, id, tenant, user_id, 'positive' FROM thread_items WHERE seq = 2;

    INSERT INTO attachments (id, tenant, user_id, thread_id, data, state, size, network, created_at)
    SELECT 'atc_' || id, tenant, user_id, CASE WHEN n % 2 = 0 THEN id END,
        '{"type": "file", "id": "atc", "name": "a.txt", "mime_type": "text/plain"}',
        CASE WHEN n % 40 = 1 THEN 'awaiting' ELSE 'kept' END, 10, 'net' || n % 500, now() - n * interval '0.1 second'
    FROM (SELECT *, row_number() OVER () AS n FROM threads) AS threads;

    INSERT INTO runs (
        id, tenant, user_id, thread_id, agent, status, replica, lease_until, created_at, finished_at, last_id
    )
    SELECT 'run_' || id || '_' || n, tenant, user_id, id, 'a', 'completed', 'rep_1', now(), now(), now(), 2
    FROM threads, generate_series(1, 2) AS n;
    INSERT INTO queued_messages (
        id, tenant, user_id, thread_id, place, agent, input, caller, request_id, allow_cancel, held
    )
    SELECT 'que_' || id || '_' || n, tenant, user_id, id, n, 'a', '{}', '', 'r', true, true
    FROM threads, generate_series(1, 2) AS n;
    INSERT INTO shares (id, tenant, user_id, thread_id, token_hash, until_id, attachments, expires_at)
    SELECT 'shr_' || id, tenant, user_id, id, decode(md5(id), 'hex'), id || '_2', false, now() + interval '1 hour'
    FROM threads WHERE id <> 'thr_1';
    INSERT INTO shared_items (share_id, id, tenant, user_id, seq, type, data)
    SELECT 'shr_' || thread_id, id, tenant, user_id, seq, type, data FROM thread_items WHERE thread_id <> 'thr_1';
    INSERT INTO usage (
        id, tenant, user_id, run_id, agent, model, kind, requests, input_tokens, cached_tokens, output_tokens, cost
    )
    SELECT id, tenant, user_id, id, 'a', 'm', 'answer', 1, 1, 0, 1, 0 FROM runs;
    INSERT INTO spending (tenant, user_id, span, until, tokens, cost)
    SELECT 'default', 'user' || n, 'day', now() + interval '1 day', 1, 0 FROM generate_series(1, 3000) AS n;
    INSERT INTO sessions (id, tenant, user_id, secret_hash, workflow, configuration, per_minute, expires_at)
    SELECT 'cksess_' || n, 'default', 'ada', decode(md5(n::text), 'hex'), '{}', '{}', 1, now() + interval '1 hour'
    FROM generate_series(1, 3000) AS n;
    INSERT INTO rates (key, hits, until)
    SELECT 'key' || n, ARRAY[]::float8[], now() + interval '1 hour' FROM generate_series(1, 3000) AS n;
    INSERT INTO file_removals (prefix, due)
    SELECT 'atc_x' || n || '/', now() + interval '1 hour' FROM generate_series(1, 3000) AS n;
    INSERT INTO audit_log (actor_kind, actor, action, tenant, user_id, details)
    SELECT 'user', 'ada', 'thread.deleted', 'default', 'ada', '{}' FROM generate_series(1, 3000);
    ANALYZE;
"""


@dataclass
class Explained:
    """plans: statement -> plan. passed: module and line of each frame of the store that was executing one."""

    plans: dict[str, Any] = field(default_factory=dict[str, Any])
    passed: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    where: dict[str, set[tuple[str, str]]] = field(default_factory=dict[str, set[tuple[str, str]]])


STORE = Path(inspect.getfile(chatkit_link.store)).parent


@pytest.fixture
def explained() -> Iterator[Explained]:
    """Whatever is sent to PostgreSQL inside."""
    seen = Explained()
    fetch, execute, many = (getattr(RowSecurityConnection, name) for name in ("fetch", "execute", "executemany"))

    async def explain(connection: Any, query: str, arguments: tuple[Any, ...]) -> None:
        frame = sys._getframe(1)
        places = set[tuple[str, str]]()
        while frame is not None:
            path = Path(frame.f_code.co_filename)
            if path.parent == STORE:
                seen.passed.add((path.stem, frame.f_lineno))
                places.add((path.stem, frame.f_code.co_name))
            frame = frame.f_back
        query = query.strip()
        if not places or query.split()[0].upper() not in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}:
            return
        seen.where.setdefault(query, set()).update(places)
        if query not in seen.plans:
            ((plan,),) = await fetch(connection, f"EXPLAIN (FORMAT JSON) {query}", *arguments)
            seen.plans[query] = json.loads(plan)[0]["Plan"]

    async def explained_fetch(self: Any, query: str, *args: Any, **more: Any) -> Any:
        await explain(self, query, args)
        return await fetch(self, query, *args, **more)

    async def explained_execute(self: Any, query: str, *args: Any, **more: Any) -> Any:
        if args or "\n" not in query:  # a script has several statements
            await explain(self, query, args)
        return await execute(self, query, *args, **more)

    async def explained_many(self: Any, query: str, args: Any, **more: Any) -> Any:
        for row in (rows := list(args))[:1]:
            await explain(self, query, tuple(row))
        return await many(self, query, rows, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RowSecurityConnection, "fetch", explained_fetch)
        patch.setattr(RowSecurityConnection, "execute", explained_execute)
        patch.setattr(RowSecurityConnection, "executemany", explained_many)
        yield seen


@pytest.fixture
async def filled(postgres_url: str) -> AsyncIterator[Database]:
    """Without sequential scans where an index will do: small tables would hide that one is missing."""
    name = f"plans_{uuid.uuid4().hex[:12]}"
    server = Database(postgres_url, pool_size=1)
    async with server.replica() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
        await connection.execute(text(f"ALTER DATABASE {name} SET enable_seqscan = off"))
    database = Database(make_url(postgres_url).set(database=name).render_as_string(hide_password=False), patience=60)
    await migrate(database)
    async with database.system() as connection:
        await connection.connection.execute(FILL)
    yield database
    await database.close()
    async with server.replica() as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await server.close()


async def _exercise(database: Database) -> None:
    """Every function of the store that a request, a replica or an operator leads to."""
    store = PostgresStore(database)
    await _threads_and_items(store)
    await _files(database, store)
    await _limits(database)
    await _system(database)


async def _threads_and_items(store: PostgresStore) -> None:
    held = await store.load_thread(BIG, ADA)
    made = ThreadMetadata(id="thr_new", created_at=datetime.now())
    await store.save_thread(made, ADA)
    await store.save_thread(made, ADA)
    held.title = "Tea"
    await store.save_thread(held, ADA)
    await store.load_recency("thr_2900", ADA, 50)
    async with store.edit_metadata(held, ADA) as metadata:
        metadata["x"] = 1
    await store.set_title_if_none(SMALL, "Tea", ADA)
    first = await store.load_threads(20, None, "desc", ADA)
    for order in ("asc", "desc"):
        for after in (None, first.after, SMALL):
            for of in (None, OF):
                await store.load_threads(20, after, order, ADA, of=of)
    await store.load_agent(SMALL, ADA)
    file = attachment()
    await store.save_attachment(file, ADA)
    message = user("thr_made", "tea").model_copy(update={"attachments": [file]})
    await store.create_thread(ThreadMetadata(id="thr_made", created_at=datetime.now()), message, ADA)
    await store.add_message(BIG, user(BIG, "tea"), ADA)
    for order in ("asc", "desc"):
        page = await store.load_thread_items(BIG, None, 20, order, ADA)
        for after in (page.after, "msg_7"):
            await store.load_thread_items(BIG, after, 20, order, ADA)
    for thread_id, gone in ((BIG, "nothing"), ("thr_none", None)):
        with suppress(LinkError):
            await store.load_thread_items(thread_id, gone, 20, "asc", ADA)
    await _history(store)
    await _items(store, held)
    await _turns(store)
    await _queue(store)


async def _queue(store: PostgresStore) -> None:
    waits = QueuedMessage("que_new", BIG, "a", {"content": []}, b"{}", "r", allow_cancel=True)
    async with store.database.session(ADA, atomic=True) as session:
        await queue.add(session, waits)
        await queue.list_messages(session, BIG)
        await queue.edit(session, BIG, "que_new", {"content": []})
        await queue.release(session, BIG, "que_new", caller=b"{}", request_id="r", allow_cancel=True)
        first = await queue.find_next(session, BIG)
        assert first is not None and first.id == "que_new"
        await queue.take(session, first)
        await queue.refuse(session, BIG, f"que_{BIG}_1", "no")
        await queue.remove(session, BIG, f"que_{BIG}_1")
        await running_items.find_running(session, BIG)
        position = await running_items.position_of(session, BIG, "msg_5990")
        assert position is not None
        await running_items.items_behind(session, BIG, position)
    await queue.find_waiting(store.database)
    await _shares(store)


async def _shares(store: PostgresStore) -> None:
    async with store.database.session(ADA, atomic=True) as session:
        for until in (None, "msg_7"):
            made = await shares.add(
                session, f"shr_{until}", f"token {until}", BIG, until=until, attachments=True, lifetime=None
            )
        await shares.list_shares(session, BIG)
        await shares.load_items(session, made.id, 2, 20)
        await shares.has_file(session, made.id, "atc_none")
        await shares.revoke(session, BIG, "shr_None")
    assert await shares.find(store.database, "token msg_7")
    await shares.find_all(store.database, tenant="default", user="ada")
    assert await shares.revoke_any(store.database, made.id, audit.Actor("operator", "ada"))
    await shares.clean(store.database)


async def _history(store: PostgresStore) -> None:
    async with store.database.session(ADA) as session:
        await thread_list.pin(session, BIG, pinned=True)
        await thread_list.list_pinned(session, OF)
        _, after = await thread_list.list_others(session, OF, 20, None)
        await thread_list.list_others(session, OF, 20, after)
        await thread_list.list_these(session, [BIG, SMALL])
        assert await message_search.unread_threads(session, 100)
    for of, among in ((None, None), (OF, None), (OF, [BIG])):
        async with store.database.session(ADA, atomic=True) as session:
            await message_search.read_some(session, BIG)
            await thread_list.list_titled(session, of, 5000)
            await message_search.find_messages(session, terms_of("green 東京都"), 20, of=of, among=among)


async def _items(store: PostgresStore, held: threads.StoredThread) -> None:
    retry = Caller(*ADA.owner, retry=Retry(BIG, "msg_5999"))
    await store.load_thread_items(BIG, None, 20, "desc", retry)
    await store.load_history(BIG, 100, ADA)
    await store.load_history(BIG, 100, retry)
    await store.had_item(held, "msg_5", ADA)
    await store.had_item(held, "msg_5", retry)
    await store.load_item(BIG, "msg_2", ADA)
    await store.load_item_type(BIG, "msg_2", ADA)
    await store.save_item(BIG, assistant(BIG, "", item_id="msg_2"), ADA)
    await store.update_item(BIG, assistant(BIG, "", item_id="msg_2"), ADA)
    await store.refresh_item(BIG, assistant(BIG, "", item_id="msg_2"), assistant(BIG, "x", item_id="msg_2"), ADA)
    await store.delete_thread_item(BIG, "msg_4", ADA)
    await store.delete_thread_item(BIG, "msg_none", ADA)
    await store.load_pending_tool_calls(BIG, ADA)
    await store.save_feedback(BIG, ["msg_2"], "positive", ADA)
    await store.load_feedback(BIG, ADA)


async def _turns(store: PostgresStore) -> None:
    asked = StructuredInputItem(id="q", thread_id=BIG, created_at=datetime.now(), status="pending", inputs=[])
    await store.add_thread_item(BIG, asked, ADA)
    waiting: turns.Waiting = {"item": "q", "place": "", "version": "", "steps": {}}
    waits = turns.TurnRecord(input=[], covers=[], sources={}, waiting=waiting)
    await store.save_turn(BIG, "msg_1", waits, ADA)
    await store.skip_approvals(BIG, ADA)
    await store.load_turn(BIG, "msg_1", ADA)
    await store.save_ending(BIG, "failed", ADA)
    await store.load_endings(BIG, ADA)
    await store.settle_ending(BIG, ADA)
    await store.replace_answer(Retry(SMALL, f"{SMALL}_1"), assistant(SMALL, "again"), ADA)
    await _branches(store)
    async with store.database.session(ADA, atomic=True) as session:
        await turns.drop_turn(session, BIG, "msg_1")
        await turns.stop_waiting(session, BIG, "q")
        whole = imports.WholeThread(
            ThreadMetadata(id="thr_whole", created_at=datetime.now(), title="Tea"),
            [user("thr_whole", "tea")],
            [attachment(thread_id="thr_whole")],
        )
        assert await imports.add_whole(session, whole)
        assert not await imports.add_whole(session, whole)
        whole.items.append(user("thr_whole", "more"))  # type: ignore[attr-defined]
        assert await imports.add_missing(session, whole) == 1
    await store.delete_attachment(f"atc_{OTHER}", ADA)
    await store.delete_thread(OTHER, ADA)


async def _branches(store: PostgresStore) -> None:
    await store.require_editable(BIG, "msg_5999", ADA)
    events = [b'{"type": "thread.item.updated", "item_id": "version_msg_5999"}']
    assert await is_elsewhere(store, BIG, events, ADA)
    await store.add_message(BIG, user(BIG, "tea"), ADA, edits="msg_5999")
    for edits in ("version_msg_7", "nothing"):
        with suppress(LinkError):
            await store.add_message(BIG, user(BIG, "tea"), ADA, edits=edits)
    await store.is_replaced(BIG, "msg_5", 3, ADA)
    for name in ("msg_5999", "version_msg_8~6008", "msg_5995"):
        await switch_branch(store, BIG, name, ADA)


async def _files(database: Database, store: PostgresStore) -> None:
    file = attachment(thread_id=BIG)
    async with database.session(ADA, atomic=True) as session:
        await files.count_awaiting(session, "net1")
        await files.measure_usage(session, "net1")
        await files.begin(session, file, 10, "net1")
        await files.measure_usage(session, "net1", locked=True)
        await files.reserve(session, file.id, 5)
        await files.release(session, file.id)
        await files.keep(session, file, size=5, place="x", renditions={}, made=0)
        await files.find_files(session, [file.id])
        await files.delete_awaiting(session, file.id)
        await files.delete_file(session, file.id)
    await files.remove_later(database, "x/", 60)
    await files.delete_unsent(database, unsent=86_400, awaiting=3600, empty=1800)
    await files.newest_places(database, 3)
    await files.has_removals(database)
    await files.drop_empty(database, 100)
    await files.drop_empty_sums(database)
    async with database.system() as connection:
        await connection.connection.execute("UPDATE file_removals SET due = now() WHERE prefix IN ('x/', 'atc_x1/')")
    async with files.due_removals(database, 50) as removals:
        removals.done.append("x/")
        removals.failed.append("atc_x1/")
    assert await store.load_attachment(f"atc_{SMALL}", ADA)


async def _limits(database: Database) -> None:
    await rates.take(database, [rates.Allowance("key1", 5, 60)])
    await rates.clean(database)
    used = spending.Used("use_new", "run", "a", "m", "answer", 1, 1, 0, 1, Decimal(0))
    async with database.session(ADA) as session:
        await spending.record(session, [used])
        await spending.load_spent(session)
    await spending.clean(database)
    async with database.session(ADA) as session:
        for at_once in (0, 3):
            await runs.insert_run(session, f"run_{at_once}", f"thr_{at_once + 10}", "a", "rep_1", 30, at_once=at_once)
        await runs.find_run(session, f"run_{BIG}_1")
        await runs.find_latest(session, BIG)


async def _system(database: Database) -> None:
    caller = Caller("default", "ada")
    async with database.session(caller, atomic=True) as session:
        made = await sessions.add(
            session,
            session_id="cksess_new",
            secret="secret",
            agent="a",
            workflow={"id": "a"},
            configuration={},
            per_minute=1,
            lifetime=timedelta(hours=1),
            idempotency=sessions.Idempotency("key", "request"),
            back_end=audit.Actor("server_key", "k"),
        )
        assert made is not None and await sessions.find_mine(session, made.id)
        assert await sessions.was_cancelled(session, made.id) is False
    assert await sessions.find_by_secret(database, "secret")
    assert await sessions.find_by_key(database, "default", sessions.Idempotency("key", "request"))
    actor = audit.Actor("operator", "ada")
    await sessions.cancel(database, "default", "cksess_new", actor)
    await sessions.clean(database)
    await thread_status.set_status(database, BIG, {"type": "active"}, actor)
    await thread_status.set_status(database, BIG, {"type": "active"}, actor, tenant="default")
    await tenant_threads.find_thread(database, "default", BIG)
    for descending in (True, False):
        for user_id in (None, "ada"):
            for after, before in ((None, None), (SMALL, None), (None, SMALL)):
                await tenant_threads.list_threads(
                    database, "default", user=user_id, after=after, before=before, limit=20, descending=descending
                )
    await usage.report(database, days=1, by=["tenant"])
    await audit.search(database, audit.Wanted(), limit=10)
    exported = audit.export(database, audit.Wanted(), audit.Event("audit.exported", actor))
    assert len([row async for row in exported]) > 3000
    await audit.prune(database, timedelta(days=400), actor)


def _problems(
    plan: dict[str, Any], sizes: dict[str, int], partial: set[str], *, limited: bool = False
) -> Iterator[str]:
    """limited: as many rows are read as a LIMIT asks for."""
    kind, table, index = plan["Node Type"], plan.get("Relation Name"), plan.get("Index Name", "")
    rows, children = plan["Plan Rows"], plan.get("Plans", [])
    if kind == "Seq Scan" and sizes.get(str(table), 0) > MOST:
        yield f"reads all of {table}"
    if "Index" in kind and "Index Cond" not in plan and not limited and index not in partial:
        yield f"reads all of {index}"
    if "Scan" in kind and table in sizes and rows > MOST and not limited:
        yield f"reads about {rows} rows of {table}"
    below = max((child["Plan Rows"] for child in children), default=0)
    if kind == "Sort" and below > MOST:
        yield f"sorts about {below} rows"
    stops = kind == "Limit" or (limited and kind not in {"Sort", "Aggregate", "WindowAgg", "Hash", "ModifyTable"})
    for child in children:
        yield from _problems(child, sizes, partial, limited=stops)


def _unpassed(seen: Explained) -> set[str]:
    """Places in the modules of the store that execute a statement and were never reached."""
    places = set[str]()
    for path in STORE.glob("*.py"):
        if path.stem in NOT_USERS:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr not in {"execute", "execute_many", "fetch", "fetchval"}:
                continue
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            if not any((path.stem, line) in seen.passed for line in lines):
                places.add(f"{path.name}:{node.lineno}")
    return places


@pytest.mark.skipif(PARTITIONED, reason="this database is made here, without partitions")
async def test_no_statement_reads_or_sorts_a_table_that_grows(filled: Database, explained: Explained) -> None:
    await _exercise(filled)
    async with filled.system() as connection:
        sizes = await connection.connection.fetch(
            "SELECT relname, reltuples::bigint AS rows FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        )
        partial = await connection.connection.fetch(
            "SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indpred IS NOT NULL"
        )
    rows = {row["relname"]: row["rows"] for row in sizes}
    problems = {
        f"{sorted(explained.where[query])}: {problem}\n{query}"
        for query, plan in explained.plans.items()
        if not explained.where[query] & REPORTS
        for problem in _problems(plan, rows, {row["name"] for row in partial})
    }
    assert not problems, "\n\n".join(sorted(problems))
    assert not _unpassed(explained), "call them in _exercise"


@pytest.mark.skipif(PARTITIONED, reason="this database is made here, without partitions")
async def test_before_the_first_statistics_a_row_is_found_by_its_key(filled: Database, explained: Explained) -> None:
    async with filled.system() as connection:
        await connection.connection.execute("DELETE FROM pg_statistic WHERE starelid >= 16384")
    store = PostgresStore(filled)
    await store.load_thread(BIG, ADA)
    await store.load_item(BIG, "msg_3000", ADA)
    await store.load_turn(BIG, "msg_1", ADA)
    await store.load_attachment("atc_thr_2", ADA)
    async with filled.session(ADA) as session:
        await runs.find_run(session, "run_thr_1_1")
    keys = [plan.get("Index Name") for query, plan in explained.plans.items() if " FROM " in query.replace("\n", " ")]
    assert [key for key in keys if key] == ["pk_threads", "pk_thread_items", "pk_turns", "pk_attachments", "pk_runs"]


async def test_a_statement_without_its_index_is_noticed(filled: Database, explained: Explained) -> None:
    async with filled.system() as connection:
        await connection.connection.execute("DROP INDEX ix_threads_list")
    await PostgresStore(filled).load_threads(20, None, "desc", ADA)
    ((_, plan),) = [(query, plan) for query, plan in explained.plans.items() if "FROM threads" in query]
    assert list(_problems(plan, {"threads": 4000}, set()))
