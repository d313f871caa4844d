"""Server keys of the database, on a running server: what they open, for whom, until when, and what they cost."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from chatkit_link.identity import stored_keys
from chatkit_link.identity.key_format import key_hash, key_id, new_key
from chatkit_link.identity.stored_keys import KNOWN_FOR, StoredKeys
from chatkit_link.settings import Settings
from chatkit_link.store.audit import Actor
from chatkit_link.store.engine import Database
from chatkit_link.store.server_keys import NewKey, StoredKey, create_key, live_keys, revoke_key, rotate_key
from tests.conftest import HERE, running
from tests.limits.users import IDENTITY, new_message

pytestmark = pytest.mark.usefixtures("own_keys")
Make = Callable[..., Settings]
KEY, PREVIOUS = "the key of the settings, 32 characters", "the key before that, also 32 characters"
ROOT = Actor("operator", "root")
BETA = {"OpenAI-Beta": "chatkit_beta=v1"}
LIST = {"type": "threads.list", "params": {}}


@pytest.fixture(scope="module")
async def link(make_settings: Make) -> AsyncIterator[str]:
    async with running(make_settings(server_key=KEY, server_key_previous=PREVIOUS, **IDENTITY)) as address:
        yield address


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers read the keys anew for each request, as they do after KNOWN_FOR seconds."""
    monkeypatch.setattr(stored_keys, "KNOWN_FOR", 0.0)


async def made(
    database: Database, *scopes: str, tenant: str | None = None, lifetime: timedelta | None = None
) -> tuple[str, StoredKey]:
    """The text of a new key, and its row."""
    made_id, text = new_key()
    new = NewKey(made_id, key_hash(text), f"key-{uuid.uuid4().hex[:8]}", scopes, tenant, lifetime)
    return text, await create_key(database, new, ROOT)


def bearer(key: str, user: str | None = "ada", tenant: str | None = None) -> dict[str, str]:
    named = {"X-ChatKit-User": user, "X-ChatKit-Tenant": tenant}
    return {"Authorization": f"Bearer {key}", **BETA, **{name: value for name, value in named.items() if value}}


@asynccontextmanager
async def client(address: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=address, timeout=30) as http:
        yield http


@pytest.mark.usefixtures("fresh")
async def test_a_key_does_what_its_scopes_name_and_is_told_which_one_is_missing(link: str, database: Database) -> None:
    keys = {scope: (await made(database, scope))[0] for scope in ("sessions", "threads", "read-only", "admin")}
    user = f"ada-{uuid.uuid4().hex[:8]}"
    async with client(link) as http:

        async def status(scope: str, method: str, path: str, **given: Any) -> tuple[int, str]:
            answer = await http.request(method, path, headers=bearer(keys[scope], user), **given)
            return answer.status_code, answer.text

        started = await http.post("/chatkit/echo", headers=bearer(keys["threads"], user), json=new_message())
        thread = started.text.partition('"thread":{"id":"')[2].partition('"')[0]
        assert (started.status_code, bool(thread)) == (200, True)
        requests: dict[str, tuple[str, str, dict[str, Any]]] = {
            "chat": ("POST", "/chatkit/echo", {"json": new_message()}),
            "rename": (
                "POST",
                "/chatkit",
                {"json": {"type": "threads.update", "params": {"thread_id": thread, "title": "x"}}},
            ),
            "list": ("POST", "/chatkit", {"json": LIST}),
            "read": ("GET", f"/v1/chatkit/threads/{thread}/items", {}),
            "upload": ("POST", "/files", {"files": {"file": ("a.txt", b"tea", "text/plain")}}),
            "lock": ("PUT", f"/api/threads/{thread}/status", {"json": {"type": "active"}}),
            "session": ("POST", "/v1/chatkit/sessions", {"json": {"user": user, "workflow": {"id": "echo"}}}),
        }
        opened = {
            "sessions": {"session"},
            "threads": {"chat", "rename", "list", "read", "upload"},
            "read-only": {"list", "read"},
            "admin": {"lock"},
        }
        for scope, allowed in opened.items():
            for name, (method, path, given) in requests.items():
                answered, text = await status(scope, method, path, **given)
                assert answered == (200 if name in allowed else 403), (scope, name, text)
                if answered == 403:
                    assert "This server key lacks the scope" in text
        assert (
            "lacks the scope threads, which this request needs. It may only read."
            in (await status("read-only", *requests["chat"][:2], **requests["chat"][2]))[1]
        )
        deleted = ("DELETE", f"/v1/chatkit/threads/{thread}")
        assert (await status("threads", *deleted))[0] == 403
        assert (await status("admin", *deleted))[0] == 200


@pytest.mark.usefixtures("fresh")
async def test_a_key_of_a_tenant_acts_for_that_tenant_alone(link: str, database: Database) -> None:
    acme, beta = f"acme-{uuid.uuid4().hex[:8]}", f"beta-{uuid.uuid4().hex[:8]}"
    key, _ = await made(database, "threads", "sessions", "admin", tenant=acme)
    async with client(link) as http:
        theirs = await http.post("/chatkit/echo", headers=bearer(KEY, "ada", beta), json=new_message())
        other = theirs.text.partition('"thread":{"id":"')[2].partition('"')[0]
        # Without a tenant, it is the key's own.
        own = await http.post("/chatkit/echo", headers=bearer(key, "ada"), json=new_message())
        mine = own.text.partition('"thread":{"id":"')[2].partition('"')[0]
        assert (await http.get(f"/v1/chatkit/threads/{mine}", headers=bearer(KEY, None, acme))).status_code == 200
        for named in (None, acme):
            listed = await http.get("/v1/chatkit/threads", headers=bearer(key, None, named))
            assert [thread["id"] for thread in listed.json()["data"]] == [mine]
        for headers in (bearer(key, "ada", beta), bearer(key, None, "default")):
            for method, path, body in (
                ("POST", "/chatkit", LIST),
                ("GET", "/v1/chatkit/threads", None),
                ("POST", "/v1/chatkit/sessions", {"user": "ada", "workflow": {"id": "echo"}}),
                ("PUT", f"/api/threads/{other}/status", {"type": "locked"}),
                ("DELETE", f"/v1/chatkit/threads/{other}", None),
            ):
                refused = await http.request(method, path, headers=headers, json=body)
                assert refused.status_code in (400, 403), (method, path)
                assert refused.status_code == 400 or "for another tenant" in refused.text
        for method, path, body in (
            ("GET", f"/v1/chatkit/threads/{other}", None),
            ("PUT", f"/api/threads/{other}/status", {"type": "locked"}),
            ("DELETE", f"/v1/chatkit/threads/{other}", None),
        ):
            assert (await http.request(method, path, headers=bearer(key), json=body)).status_code == 404
        by_settings: dict[str, Any] = {
            "json": {"type": "locked"},
            "headers": bearer(KEY, None),
        }  # which names no tenant
        assert (await http.put(f"/api/threads/{other}/status", **by_settings)).status_code == 404
        kept = await http.get(f"/v1/chatkit/threads/{other}", headers=bearer(KEY, None, beta))
        assert kept.json()["status"] == {"type": "active"}


async def test_a_revoked_key_is_refused_within_the_stated_seconds(link: str, database: Database) -> None:
    """With the server's own clock: it is good before, and nothing but time passes."""
    key, row = await made(database, "read-only")
    async with client(link) as http:
        since = time.monotonic()
        await _until(http, key, 200)
        assert time.monotonic() - since < KNOWN_FOR + 2
        await revoke_key(database, row.name, ROOT)
        since = time.monotonic()
        refused = await _until(http, key, 401)
        assert time.monotonic() - since < KNOWN_FOR + 2
        assert "revoked" in refused.json()["detail"]
        assert key not in refused.text


async def _until(http: httpx2.AsyncClient, key: str, status: int) -> httpx2.Response:
    async with asyncio.timeout(20):
        while True:
            answer = await http.post("/chatkit", headers=bearer(key), json=LIST)
            if answer.status_code == status:
                return answer


@pytest.mark.usefixtures("fresh")
async def test_a_rotated_key_and_the_next_one_are_both_good_for_the_overlap(link: str, database: Database) -> None:
    lifetime = timedelta(days=90)
    former, row = await made(database, "read-only", tenant="acme", lifetime=lifetime)
    next_id, following = new_key()
    new = NewKey(next_id, key_hash(following), row.name, ())
    async with client(link) as http:
        old, made_row = await rotate_key(database, new, timedelta(hours=1), ROOT)
        assert (made_row.scopes, made_row.tenant) == (row.scopes, "acme")
        assert made_row.expires_at == made_row.created_at + lifetime
        assert old.expires_at is not None
        assert timedelta(minutes=59) < old.expires_at - made_row.created_at <= timedelta(hours=1)
        for key in (former, following):
            assert (await http.post("/chatkit", headers=bearer(key), json=LIST)).status_code == 200
        last_id, last = new_key()
        await rotate_key(database, NewKey(last_id, key_hash(last), row.name, ()), timedelta(0), ROOT)
        statuses = [(await http.post("/chatkit", headers=bearer(key), json=LIST)).status_code
                    for key in (former, following, last)]  # fmt: skip
        assert statuses == [200, 401, 200]
        await revoke_key(database, row.name, ROOT)  # all of that name
        statuses = [(await http.post("/chatkit", headers=bearer(key), json=LIST)).status_code
                    for key in (former, following, last)]  # fmt: skip
        assert statuses == [401, 401, 401]


async def test_no_key_that_a_rotation_is_making_escapes_a_revocation(database: Database) -> None:
    _, row = await made(database, "read-only")
    following = [NewKey(new_key()[0], key_hash(new_key()[1]), row.name, ()) for _ in range(2)]
    async with database.system() as other:
        await other.connection.fetch("SELECT 1 FROM server_keys WHERE id = $1 FOR UPDATE", row.id)
        tasks: list[asyncio.Task[Any]] = []
        for begins in (
            lambda: rotate_key(database, following[0], timedelta(hours=1), ROOT),
            lambda: rotate_key(database, following[1], timedelta(hours=1), ROOT),
            lambda: revoke_key(database, row.name, ROOT),
        ):
            tasks.append(asyncio.create_task(begins()))
            await _until_waiting(other.connection, len(tasks))
    *_, revoked = await asyncio.gather(*tasks)
    assert {key.id for key in revoked} == {row.id, *(new.id for new in following)}
    assert row.name not in {key.name for key in await live_keys(database)}


async def _until_waiting(connection: Any, number: int) -> None:
    """Until so many statements of this database wait for another's lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(30):
        while await connection.fetchval(waiting) < number:
            await connection.fetchval("SELECT pg_stat_clear_snapshot()")  # else it sees the first one again


@pytest.mark.usefixtures("fresh")
async def test_an_expired_key_is_refused(link: str, database: Database) -> None:
    key, _ = await made(database, "read-only", lifetime=timedelta(microseconds=1))
    async with client(link) as http:
        assert (await http.post("/chatkit", headers=bearer(key), json=LIST)).status_code == 401


async def test_an_expired_key_is_refused_also_while_it_is_still_known(database: Database) -> None:
    key, _ = await made(database, "read-only", lifetime=timedelta(milliseconds=400))
    known = StoredKeys(database)
    assert await known.find(key) is not None
    async with asyncio.timeout(10):
        while await known.find(key) is not None:  # noqa: ASYNC110 - time is what it waits for
            await asyncio.sleep(0)
    assert known._fresh()  # pyright: ignore[reportPrivateUsage] - nothing was read again


async def test_both_keys_of_the_settings_are_good_and_do_everything(link: str) -> None:
    async with client(link) as http:
        for key in (KEY, PREVIOUS):
            assert (await http.post("/chatkit", headers=bearer(key), json=LIST)).status_code == 200
            made_session = {"user": "ada", "workflow": {"id": "echo"}}
            assert (await http.post("/v1/chatkit/sessions", headers=bearer(key), json=made_session)).status_code == 200
            unknown = await http.put("/api/threads/thr_x/status", headers=bearer(key), json={"type": "locked"})
            assert unknown.status_code == 404


async def test_a_key_that_was_made_up_is_never_looked_up_and_a_flood_of_them_reads_the_keys_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[float] = []

    async def counted(asked: Database) -> list[StoredKey]:
        reads.append(time.monotonic())
        return await live_keys(asked)

    monkeypatch.setattr(stored_keys, "live_keys", counted)
    known = StoredKeys(database)
    real, _ = await made(database, "read-only")
    mistyped = [real[:-1] + ("a" if real[-1] != "a" else "b"), real[:-1], real + "x", "cklk_", real.replace("_", "-")]
    for text in mistyped:
        assert await known.find(text) is None
    assert reads == []
    well_formed = [new_key()[1] for _ in range(200)]  # as an attacker who knows the checksum makes them
    assert await asyncio.gather(*(known.find(text) for text in well_formed)) == [None] * 200
    assert (await known.find(real)) is not None
    assert len(reads) == 1
    # The right id with another secret: the checksum is right, and the hash is not.
    monkeypatch.setattr(
        "chatkit_link.identity.key_format._random", lambda length: (key_id(real) or "")[:8].ljust(length, "x")
    )
    forged_id, forged = new_key()
    assert forged_id == key_id(real)
    assert await known.find(forged) is None


async def test_a_request_with_a_known_key_asks_the_database_for_nothing(
    link: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, _ = await made(database, "read-only")
    monkeypatch.setattr(stored_keys, "KNOWN_FOR", 0.0)
    async with client(link) as http:
        assert (await http.get("/api/agents", headers=bearer(key))).status_code == 200  # knows it from here on
        monkeypatch.setattr(stored_keys, "KNOWN_FOR", 600.0)
        opened: list[object] = []
        acquire = Database._acquired  # pyright: ignore[reportPrivateUsage] - every use of a connection passes it

        def counted(self: Database, pool: Any) -> Any:
            if asyncio.current_task() in handling:
                opened.append(pool)
            return acquire(self, pool)

        handling: set[Any] = set()
        identify = stored_keys.StoredKeys.find

        async def noted(self: StoredKeys, text: str) -> StoredKey | None:
            handling.add(asyncio.current_task())  # the server's background tasks go on meanwhile
            return await identify(self, text)

        monkeypatch.setattr(stored_keys.StoredKeys, "find", noted)
        monkeypatch.setattr(Database, "_acquired", counted)
        for _ in range(20):
            assert (await http.get("/api/agents", headers=bearer(key))).status_code == 200
        assert opened == []
        assert handling


async def test_of_a_key_only_its_hash_is_stored(database: Database) -> None:
    key, row = await made(database, "read-only")
    secret = key.rpartition("_")[2][:43]
    async with database.system() as connection:
        dumped = await connection.connection.fetch("SELECT to_jsonb(server_keys)::text AS row FROM server_keys")
        log = await connection.connection.fetch("SELECT to_jsonb(audit_log)::text AS row FROM audit_log")
    assert any(row.id in found.row for found in dumped)
    assert not [found for found in (*dumped, *log) if secret in found.row]


@pytest.mark.usefixtures("fresh")
async def test_an_agent_at_an_address_of_its_own_is_opened_by_the_scope_of_the_chat(
    make_settings: Make, database: Database, tmp_path: Any
) -> None:
    catalog = tmp_path / "agents.toml"
    catalog.write_text(
        f'[agents.support]\ntarget = "{HERE / "fixtures" / "agents.py"}:echo"\npath = "/support/chatkit"\n'
    )
    threads, _ = await made(database, "threads")
    reads, _ = await made(database, "read-only")
    sessions, _ = await made(database, "sessions")
    async with running(make_settings(config=catalog, **IDENTITY)) as address, client(address) as http:
        statuses = [
            (await http.post("/support/chatkit", headers=bearer(key), json=body)).status_code
            for key, body in ((threads, new_message()), (reads, LIST), (reads, new_message()), (sessions, LIST))
        ]
        assert statuses == [200, 200, 403, 403]
