"""Uploads that are only announced, and those of many users from one address, keep no room from anybody else.

1,000 announced uploads in the default suite; CHATKIT_LINK_FUZZ=5000 sends more.
"""

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from chatkit_link.settings import Settings
from chatkit_link.store.engine import Database
from tests.conftest import running
from tests.files.user import Person

MakePerson = Callable[..., Person]
MakeSettings = Callable[..., Settings]
ATTACKER, HONEST, THIRD = "203.0.113.7", "198.51.100.9", "192.0.2.44"
#: No rates: what is tried here holds without them.
UNCOUNTED = {"rate_uploads": 0, "rate_uploads_address": 0, "rate_messages": 0, "rate_messages_address": 0}
ANNOUNCE = {
    "type": "attachments.create",
    "params": {"name": "a.txt", "size": 50_000_000, "mime_type": "text/plain"},
}


def small() -> dict[str, Any]:
    return {"type": "attachments.create", "params": {"name": "a.txt", "size": 5, "mime_type": "text/plain"}}


@pytest.fixture
def alone(make_settings: MakeSettings) -> Callable[..., Settings]:
    """Settings of a server whose tenant is its own: the quotas of other tests are not used up here."""

    def make(**given: Any) -> Settings:
        return make_settings(**UNCOUNTED, **given)

    return make


@pytest.fixture(autouse=True)
async def no_files_before(database: Database) -> None:
    async with database.system() as connection:
        await connection.execute(text("DELETE FROM attachments WHERE state IS NOT NULL"))


def from_address(person: Person, address: str) -> Person:
    person.http.headers["X-Forwarded-For"] = address
    return person


async def announce(http: httpx2.AsyncClient, address: str) -> httpx2.Response:
    """As somebody who was never here before: without a cookie."""
    http.cookies.clear()
    return await http.post("/chatkit", json=ANNOUNCE, headers={"X-Forwarded-For": address})


async def flood(base: str, number: int, addresses: list[str]) -> list[int]:
    statuses: list[int] = []

    async def some(share: int) -> None:
        async with httpx2.AsyncClient(base_url=base, timeout=60) as http:
            for n in range(share):
                statuses.append((await announce(http, addresses[n % len(addresses)])).status_code)

    await asyncio.gather(*(some(number // 8) for _ in range(8)))
    return statuses


async def uploads(person: Person) -> tuple[int, float]:
    began = time.monotonic()
    status = (await person.post(b"x" * 10_000, "a.txt")).status_code
    return status, time.monotonic() - began


@pytest.mark.parametrize("number", [401, int(os.environ.get("CHATKIT_LINK_FUZZ", "1000"))])
async def test_announced_uploads_of_one_address_keep_nobody_elses_out(
    alone: MakeSettings, person: MakePerson, number: int
) -> None:
    async with running(alone(limits_storage="memory")) as base:
        honest = from_address(person(base), HONEST)
        assert (await uploads(honest))[0] == 200
        flooding = asyncio.create_task(flood(base, number, [ATTACKER]))
        seen = list[tuple[int, float]]()
        while not flooding.done() or not seen:
            seen.append(await uploads(honest))
        assert {status for status, _ in seen} == {200}
        assert sorted(took for _, took in seen)[len(seen) // 2] < 1
        begun = await honest.chat.create_attachment("b.txt", 5, "text/plain")
        assert begun.upload_descriptor is not None
        assert (await honest.http.put(str(begun.upload_descriptor.url), content=b"hello")).status_code == 204
        assert set(await flooding) == ({200, 429} if number > 500 else {200})


async def test_from_many_addresses_the_oldest_that_nothing_came_of_give_way(
    alone: MakeSettings, person: MakePerson, database: Database
) -> None:
    addresses = [f"203.0.113.{n}" for n in range(40)]
    async with running(alone(uploads_begun_total=100, limits_storage="memory")) as base:
        honest = from_address(person(base), HONEST)
        begun = await honest.chat.create_attachment("b.txt", 5, "text/plain")
        assert set(await flood(base, 240, addresses)) == {200}
        async with database.system() as connection:
            ((left,),) = await connection.execute(text("SELECT count(*) FROM attachments WHERE state = 'awaiting'"))
        assert left <= 101
        assert begun.upload_descriptor is not None
        assert (await honest.http.put(str(begun.upload_descriptor.url), content=b"hello")).status_code == 204


async def test_an_address_never_has_more_than_it_leaves_to_the_others(alone: MakeSettings, person: MakePerson) -> None:
    async with running(alone(tenant_quota=105_000)) as base:

        async def take(address: str) -> list[tuple[Person, str]]:
            kept = list[tuple[Person, str]]()
            for _ in range(20):  # each from a user of its own
                someone = from_address(person(base), address)
                answer = await someone.post(b"x" * 10_000, "a.txt")
                if answer.status_code == 200:
                    kept.append((someone, answer.json()["id"]))
            return kept

        first = await take(ATTACKER)
        assert len(first) == 5, "half of it"
        second = await take(THIRD)
        assert len(second) == 2, "half of what was left"
        assert (await uploads(from_address(person(base), HONEST)))[0] == 200
        assert (await uploads(from_address(person(base), ATTACKER)))[0] == 429
        # What is deleted makes room again, for the same address.
        for owner, file_id in first[:3]:
            await owner.chat.delete_attachment(file_id)
        assert (await uploads(from_address(person(base), ATTACKER)))[0] == 200


async def test_addresses_are_not_counted_where_that_is_turned_off(alone: MakeSettings, person: MakePerson) -> None:
    async with running(alone(tenant_quota=105_000, address_quota=0)) as base:
        statuses = [(await uploads(from_address(person(base), ATTACKER)))[0] for _ in range(11)]
        assert statuses == [200] * 10 + [429]


async def test_users_of_a_back_end_are_not_counted_by_its_address(alone: MakeSettings) -> None:
    """It asks for many, and vouches for them."""
    key = "a-server-key-of-at-least-32-characters"
    settings = alone(tenant_quota=105_000, uploads_begun_address=2, server_key=key)
    async with running(settings) as base, httpx2.AsyncClient(base_url=base, timeout=30) as http:
        for n in range(6):
            headers = {"Authorization": f"Bearer {key}", "X-ChatKit-User": f"user-{n}-{uuid.uuid4().hex[:6]}"}
            stored = await http.post("/files", files={"file": ("a.txt", b"x" * 10_000, "text/plain")}, headers=headers)
            announced = await http.post("/chatkit", json=small(), headers=headers)
            assert (stored.status_code, announced.status_code) == (200, 200), (stored.text, announced.text)


async def test_what_the_version_before_has_begun_takes_no_space(
    alone: MakeSettings, person: MakePerson, database: Database
) -> None:
    """It writes what was announced as the size, and knows neither what has come of it nor an address."""
    begun = text(
        "INSERT INTO attachments (id, tenant, user_id, data, state, size, mime_type) "
        "SELECT 'atc_' || n, 'default', 'user-' || n, '{}', 'awaiting', 50000000, 'text/plain' "
        "FROM generate_series(1, 401) AS n"
    )
    async with database.system() as connection:
        await connection.execute(begun)
    async with running(alone()) as base:
        assert (await uploads(person(base)))[0] == 200


async def test_a_number_of_files_is_a_bound_too(alone: MakeSettings, person: MakePerson) -> None:
    async with running(alone(user_files=3, tenant_files=8)) as base:
        ada = from_address(person(base), ATTACKER)
        assert [(await ada.post(b"x")).status_code for _ in range(4)] == [200, 200, 200, 429]
        bob = from_address(person(base), ATTACKER)
        assert [(await bob.post(b"x")).status_code for _ in range(2)] == [200, 429], "half of them from one address"
        eve = from_address(person(base), HONEST)
        assert (await eve.post(b"x")).status_code == 200


async def test_the_disk_is_never_filled(
    alone: MakeSettings, person: MakePerson, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(alone(keep_free=10**18)) as base:
        answer = await person(base).post(b"x")
        assert (answer.status_code, "operator of this chat" in answer.json()["detail"]) == (429, True)
    assert "CHATKIT_LINK_KEEP_FREE" in caplog.text


async def test_an_upload_that_broke_off_holds_no_space(
    alone: MakeSettings, person: MakePerson, database: Database
) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 20_000
        raise ConnectionError

    async with running(alone()) as base:
        ada = person(base)
        begun = await ada.chat.create_attachment("a.txt", 3_000_000, "text/plain")
        assert begun.upload_descriptor is not None
        with pytest.raises(ConnectionError):
            await ada.http.put(str(begun.upload_descriptor.url), content=broken())
        reserved = text("SELECT reserved FROM attachments WHERE id = :id")
        async with asyncio.timeout(20):
            while True:
                async with database.system() as connection:
                    ((left,),) = await connection.execute(reserved, id=begun.id)
                if left == 0:
                    break
                await asyncio.sleep(0.05)
        # And it may be sent again.
        assert (await ada.http.put(str(begun.upload_descriptor.url), content=b"x" * 20_000)).status_code == 204


async def test_the_address_of_a_file_is_stored_as_a_hash_only(
    alone: MakeSettings, person: MakePerson, database: Database
) -> None:
    async with running(alone()) as base:
        attached = await from_address(person(base), HONEST).attach(b"x")
    async with database.system() as connection:
        row = text("SELECT network, attachments::text AS whole FROM attachments WHERE id = :id")
        ((network, whole),) = await connection.execute(row, id=attached.id)
    assert len(network) == 32 and HONEST not in whole
