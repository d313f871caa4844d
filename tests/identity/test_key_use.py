"""What a server key was used for, and whose conversations were read with one, is in the audit log."""

import asyncio
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from chatkit_link.caller import KeyGrant
from chatkit_link.errors import Unavailable
from chatkit_link.identity import KeyUse, key_use
from chatkit_link.identity.key_format import key_hash, new_key
from chatkit_link.settings import Settings
from chatkit_link.store.audit import Actor, Recorded, Wanted, search
from chatkit_link.store.engine import Database
from chatkit_link.store.server_keys import NewKey, StoredKey, create_key, list_keys
from tests.conftest import running
from tests.limits.users import IDENTITY, bearer, new_message

pytestmark = pytest.mark.usefixtures("own_keys")
Make = Callable[..., Settings]
BETA = {"OpenAI-Beta": "chatkit_beta=v1"}


def grant() -> KeyGrant:
    return KeyGrant(f"key-{uuid.uuid4().hex[:8]}", frozenset({"threads"}), address="192.0.2.7")


async def stored(database: Database, *scopes: str, tenant: str | None = None) -> tuple[str, StoredKey]:
    made_id, text = new_key()
    new = NewKey(made_id, key_hash(text), f"key-{uuid.uuid4().hex[:8]}", scopes, tenant)
    return text, await create_key(database, new, Actor("operator", "root"))


async def used(database: Database, name: str, action: str | None = None) -> list[Recorded]:
    """What this key did, oldest first."""
    return (await search(database, Wanted(actor=name, action=action), limit=100))[::-1]


@pytest.fixture
async def uses(database: Database) -> KeyUse:
    return KeyUse(database)


async def test_the_first_use_is_written_at_once_and_the_rest_of_the_hour_together(
    uses: KeyUse, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = grant()
    for user in ("ada", "bob", "ada"):
        uses.count(key, "acme", user, "threads.list")
    await uses.write()
    for _ in range(5):
        uses.count(key, "acme", "eve", "threads.list")
        await uses.write()
    (first,) = await used(database, key.name)
    assert (first.action, first.actor_kind, first.tenant, first.target) == (
        "key.used",
        "server_key",
        "acme",
        "threads.list",
    )
    assert (first.details["count"], first.details["users"], first.address) == (3, ["ada", "bob"], "192.0.2.7")
    monkeypatch.setattr(key_use, "_WINDOW", 0.0)  # the hour is over
    await uses.write()
    _, rest = await used(database, key.name)
    assert (rest.details["count"], rest.details["users"]) == (5, ["eve"])
    await uses.write()
    assert len(await used(database, key.name)) == 2


async def test_each_tenant_and_each_request_is_counted_apart_and_so_is_what_was_refused(
    uses: KeyUse, database: Database
) -> None:
    key = grant()
    for tenant, what, refused in (("acme", "threads.list", False), ("beta", "threads.list", False),
                                  ("acme", "threads.delete", False), ("acme", "threads.delete", True)):  # fmt: skip
        uses.count(key, tenant, "ada", what, refused=refused)
    await uses.write()
    rows = {
        (row.tenant, row.target, row.details["refused"]): row.details["count"] for row in await used(database, key.name)
    }
    assert rows == {
        ("acme", "threads.list", False): 1,
        ("beta", "threads.list", False): 1,
        ("acme", "threads.delete", False): 1,
        ("acme", "threads.delete", True): 1,
    }


async def test_what_cannot_be_written_is_written_later_with_what_came_meanwhile(
    uses: KeyUse, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = grant()

    async def away(*_: Any) -> None:
        uses.count(key, "acme", "bob", "threads.list")
        raise Unavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(key_use, "record", away)
        uses.count(key, "acme", "ada", "threads.list")
        with pytest.raises(Unavailable):
            await uses.write()
    assert await used(database, key.name) == []
    await uses.write()
    (row,) = await used(database, key.name)
    assert (row.details["count"], row.details["users"]) == (2, ["ada", "bob"])


async def test_every_user_that_a_key_acts_for_is_named(uses: KeyUse, database: Database) -> None:
    """A row is written whenever it has a hundred of them, without waiting for the end of the hour."""
    key, names = grant(), [f"user-{number:03}" for number in range(500)]
    async with uses.running():
        for name in names:
            uses.count(key, "acme", name, "threads.get_by_id")
            if name.endswith("99"):
                async with asyncio.timeout(20):
                    while len(await used(database, key.name)) < len(names[: names.index(name) + 1]) // 100:  # noqa: ASYNC110
                        await asyncio.sleep(0)
    rows = await used(database, key.name)
    assert [row.details["count"] for row in rows] == [100] * 5
    assert [name for row in rows for name in row.details["users"]] == names


async def test_tenants_that_are_made_up_fill_no_memory(
    uses: KeyUse, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_use, "_MOST", 10)
    key = grant()
    async with uses.running():
        for number in range(12):
            uses.count(key, f"made-up-{number}", "ada", "threads.list")
    assert not uses._kinds  # pyright: ignore[reportPrivateUsage] - nothing is held
    assert len(await used(database, key.name)) == 12


async def test_a_server_writes_what_keys_were_used_for_when_it_stops(make_settings: Make, database: Database) -> None:
    key, row = await stored(database, "read-only")
    user, tenant = f"ada-{uuid.uuid4().hex[:8]}", f"acme-{uuid.uuid4().hex[:8]}"
    headers = {"Authorization": f"Bearer {key}", "X-ChatKit-User": user, "X-ChatKit-Tenant": tenant}
    async with running(make_settings(**IDENTITY)) as address, httpx2.AsyncClient(base_url=address, timeout=60) as http:
        for body in ({"type": "threads.list", "params": {}}, {"type": "threads.list", "params": {}}, new_message()):
            await http.post("/chatkit/echo", headers=headers, json=body)
        assert (
            await http.put("/api/threads/thr_x/status", headers=headers, json={"type": "locked"})
        ).status_code == 403
        assert (await http.get("/v1/chatkit/threads", headers=headers | BETA)).status_code == 200
    rows = {event.target: event for event in await used(database, row.name, "key.used")}
    assert {target: (event.details["count"], event.details["refused"]) for target, event in rows.items()} == {
        "threads.list": (2, False),
        "threads.create": (1, True),
        "PUT /api/threads/{thread_id}/status": (1, True),
        "GET /v1/chatkit/threads": (1, False),
    }
    assert {event.tenant for event in rows.values()} == {tenant}
    assert rows["threads.list"].details["users"] == [user]
    assert rows["threads.list"].details["id"] == row.id
    assert rows["threads.list"].address == "127.0.0.1"
    (noted,) = [one for one in await list_keys(database) if one.id == row.id]
    assert noted.last_used_at is not None
    assert noted.last_used_at - row.created_at < timedelta(minutes=5)


async def test_a_conversation_is_read_with_a_key_only_with_its_row_in_the_log(
    make_settings: Make, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, row = await stored(database, "threads")
    user = f"ada-{uuid.uuid4().hex[:8]}"
    headers = {"Authorization": f"Bearer {key}", **BETA}
    async with running(make_settings(**IDENTITY)) as address, httpx2.AsyncClient(base_url=address, timeout=60) as http:
        started = await http.post("/chatkit/echo", headers=headers | {"X-ChatKit-User": user}, json=new_message())
        thread = started.text.partition('"thread":{"id":"')[2].partition('"')[0]

        async def away(*_: Any) -> None:
            raise Unavailable("The log cannot be written.")

        paths = (f"/v1/chatkit/threads/{thread}", f"/v1/chatkit/threads/{thread}/items", "/v1/chatkit/threads")
        with monkeypatch.context() as patch:
            patch.setattr(key_use, "record_all", away)
            for path in paths:
                refused = await http.get(path, headers=headers)
                assert refused.status_code == 503
                assert user not in refused.text
        for _ in range(3):  # as a walk through its pages does
            for path in paths:
                assert (await http.get(path, headers=headers)).status_code == 200
        events = [
            event for event in await used(database, row.name) if event.action in ("thread.read", "threads.listed")
        ]
        assert [(event.action, event.user, event.target) for event in events] == [
            ("thread.read", user, thread),
            ("threads.listed", None, None),
        ]
        assert events[0].request_id not in (None, "-")
        assert events[0].address == "127.0.0.1"
        unknown = await http.get("/v1/chatkit/threads/thr_unknown", headers=headers)
        assert unknown.status_code == 404
    assert len(await used(database, row.name, "thread.read")) == 1


async def test_a_key_that_tries_another_tenant_is_counted_under_it(make_settings: Make, database: Database) -> None:
    key, row = await stored(database, "threads", "sessions", "admin", tenant="acme")
    headers = {"Authorization": f"Bearer {key}", **BETA, "X-ChatKit-Tenant": "beta"}
    async with (
        running(make_settings(**IDENTITY)) as address,
        httpx2.AsyncClient(base_url=address, headers=headers, timeout=60) as http,
    ):
        listing = {"type": "threads.list", "params": {}}
        answers = [
            await http.post("/chatkit", json=listing, headers={"X-ChatKit-User": "ada"}),
            await http.get("/v1/chatkit/threads"),
            await http.put("/api/threads/thr_x/status", json={"type": "locked"}),
        ]
        assert [answer.status_code for answer in answers] == [403, 403, 403]
    tried = {
        (event.target, event.tenant, event.details["refused"], event.address)
        for event in await used(database, row.name, "key.used")
    }
    assert tried == {
        ("POST /chatkit", "beta", True, "127.0.0.1"),
        ("GET /v1/chatkit/threads", "beta", True, "127.0.0.1"),
        ("PUT /api/threads/{thread_id}/status", "beta", True, "127.0.0.1"),
    }


async def test_a_session_that_a_key_makes_is_an_event_and_one_that_is_asked_for_again_is_not_another(
    make_settings: Make, database: Database
) -> None:
    key, row = await stored(database, "sessions")
    user = f"ada-{uuid.uuid4().hex[:8]}"
    back_end = {"Authorization": f"Bearer {key}", **BETA}
    wanted = {"workflow": {"id": "echo", "state_variables": {"role": "a secret of the shop"}}}
    async with (
        running(make_settings(**IDENTITY)) as address,
        httpx2.AsyncClient(base_url=address, timeout=60) as http,
    ):
        once = back_end | {"Idempotency-Key": uuid.uuid4().hex}
        made = [
            (await http.post("/v1/chatkit/sessions", json={"user": user, **wanted}, headers=once)).json()["id"]
            for _ in range(2)
        ]
        for_page = await http.post("/api/chatkit/session", json=wanted, headers=back_end | {"X-ChatKit-User": user})
        of_its_own = await http.post("/api/chatkit/session", json=wanted, headers=bearer("default", user))
        assert (for_page.status_code, of_its_own.status_code) == (200, 200)
    events = await used(database, row.name, "session.created")
    assert made[0] == made[1]
    assert [event.target for event in events] == [made[0], for_page.json()["id"]]
    for event in events:
        assert (event.actor_kind, event.tenant, event.user) == ("server_key", "default", user)
        assert (event.details, event.address) == ({"agent": "echo"}, "127.0.0.1")
    by_user = await search(database, Wanted(actor=user), limit=100)
    assert by_user == []
