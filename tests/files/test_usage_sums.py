"""The sums of files are right whoever writes and deletes, however much at once, and cost no scan."""

import asyncio
import random
import uuid
from datetime import datetime

import pytest
from chatkit.types import ThreadMetadata

from chatkit_link.caller import Caller
from chatkit_link.store import files as rows
from chatkit_link.store.engine import Database
from chatkit_link.store.files import Share
from chatkit_link.store.postgres import PostgresStore, new_id
from tests.store.build import attachment, thread

COUNTED = """
    SELECT count(*) FILTER (WHERE state = 'kept' OR reserved > 0)::bigint AS files,
        coalesce(sum(CASE WHEN state = 'awaiting' THEN reserved ELSE size END + made), 0)::bigint AS size,
        count(*) FILTER (WHERE state = 'awaiting' AND reserved = 0)::bigint AS awaiting
    FROM attachments WHERE tenant = $1 AND state IS NOT NULL AND ($2 = 'tenant' OR $2 = 'user' AND user_id = $3
        OR $2 = 'network' AND network = $3)
"""


@pytest.fixture
def tenant() -> str:
    return f"sums-{uuid.uuid4().hex[:8]}"


async def require_right(database: Database, tenant: str) -> int:
    """Each sum is that of the rows, and none is missing; how many there are."""
    async with database.system() as connection:
        fetch = connection.connection.fetch
        sums = await fetch("SELECT scope, name, files, size, awaiting FROM file_usage WHERE tenant = $1", tenant)
        for row in sums:
            (counted,) = await fetch(COUNTED, tenant, row["scope"], row["name"])
            assert tuple(row)[2:] == tuple(counted), tuple(row)
        owners = await fetch("SELECT DISTINCT user_id, network FROM attachments WHERE tenant = $1", tenant)
    named = {(row["scope"], row["name"]) for row in sums}
    assert {("user", row["user_id"]) for row in owners} <= named
    assert {("network", row["network"]) for row in owners if row["network"]} <= named
    return len(sums)


async def test_whatever_is_done_at_once_the_sums_are_those_of_the_rows(database: Database, tenant: str) -> None:
    """Uploads, deletions of threads with their files and sweeps, in an order that differs from run to run."""
    store, chance = PostgresStore(database), random.Random()
    callers = [Caller(tenant, f"user{n}") for n in range(4)]

    async def some(number: int) -> None:
        for _ in range(number):
            caller, network = chance.choice(callers), f"net{chance.randrange(3)}"
            made = await thread(store, caller)
            kept = [attachment(thread_id=made.id) for _ in range(chance.randrange(1, 4))]
            for file in kept:
                async with database.session(caller) as session:
                    await rows.begin(session, file, 100, network)
                async with database.session(caller, atomic=True) as session:
                    await rows.measure_usage(session, network, locked=True)
                    await rows.reserve(session, file.id, 40)
                async with database.session(caller) as session:
                    match chance.randrange(4):
                        case 0:
                            await rows.release(session, file.id)
                        case 1:
                            await rows.delete_awaiting(session, file.id)
                        case _:
                            await rows.keep(session, file, size=90, place="x", renditions={}, made=7)
            if chance.random() < 0.5:
                await store.delete_thread(made.id, caller)
            if chance.random() < 0.2:
                await rows.delete_unsent(database, unsent=0, awaiting=0, empty=0)
            if chance.random() < 0.1:
                await rows.drop_empty_sums(database)

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for _ in range(12):
            group.create_task(some(6))
    assert await require_right(database, tenant) > 3


async def test_the_sums_of_those_who_have_nothing_go(database: Database, tenant: str) -> None:
    caller, store, file = Caller(tenant, "ada"), PostgresStore(database), attachment()
    async with database.session(caller) as session:
        await rows.begin(session, file, 100, "net")
    assert await require_right(database, tenant) == 3
    await store.delete_attachment(file.id, caller)
    await rows.drop_empty_sums(database)
    async with database.system() as connection:
        assert await connection.connection.fetch("SELECT FROM file_usage WHERE tenant = $1", tenant) == []


async def test_a_user_sees_what_is_used_by_all_and_nothing_of_another_user(database: Database, tenant: str) -> None:
    ada, bob = Caller(tenant, "ada"), Caller(tenant, "bob")
    for caller, network in ((ada, "home"), (bob, "home"), (bob, "office")):
        file = attachment()
        async with database.session(caller) as session:
            await rows.begin(session, file, 10, network)
            await rows.keep(session, file, size=10, place="x", renditions={}, made=1)
    async with database.session(ada, atomic=True) as session:
        usage = await rows.measure_usage(session, "home", locked=True)
        seen = await session.connection.fetch("SELECT scope, name FROM file_usage")
    assert (usage.user, usage.network, usage.tenant) == (Share(1, 11), Share(2, 22), Share(3, 33))
    assert {tuple(row) for row in seen} == {("tenant", ""), ("user", "ada"), ("network", "home"), ("network", "office")}
    other = Caller(f"{tenant}-other", "ada")
    async with database.session(other) as session:
        assert await session.connection.fetch("SELECT FROM file_usage") == []


async def test_of_uploads_at_once_none_takes_room_that_another_has_taken(database: Database, tenant: str) -> None:
    """Twenty-four uploads of 24 users from as many addresses into room for ten."""
    taken = list[bool]()

    async def upload(number: int) -> None:
        caller, network, file = Caller(tenant, f"user{number}"), f"net{number}", attachment()
        async with database.session(caller) as session:
            await rows.begin(session, file, 10, network)
        async with database.session(caller, atomic=True) as session:
            usage = await rows.measure_usage(session, network, locked=True)
            room = usage.tenant.size + 10 <= 100
            taken.append(room and await rows.reserve(session, file.id, 10))

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        for number in range(24):
            group.create_task(upload(number))
    assert (len(taken), sum(taken)) == (24, 10)
    await require_right(database, tenant)


async def test_a_thread_that_goes_with_its_files_gives_their_room_back(database: Database, tenant: str) -> None:
    caller, store = Caller(tenant, "ada"), PostgresStore(database)
    made = ThreadMetadata(id=new_id("thread"), created_at=datetime.now())
    await store.save_thread(made, caller)
    for _ in range(5):
        file = attachment(thread_id=made.id)
        async with database.session(caller) as session:
            await rows.begin(session, file, 10, None)
            await rows.keep(session, file, size=10, place="x", renditions={}, made=0)
    await store.delete_thread(made.id, caller)
    async with database.session(caller) as session:
        usage = await rows.measure_usage(session, None)
    assert (usage.user, usage.tenant) == (Share(0, 0), Share(0, 0))
