"""Requests that are neither streams nor uploads: one address that sends hundreds keeps nobody else waiting."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

import httpx2
import pytest
from sqlalchemy import text

from chatkit_link.limits.requests import RENDERING, querying
from chatkit_link.settings import Settings
from chatkit_link.store.engine import Database
from tests.limits.users import new_user_headers
from tests.security.test_at_once import Headers, Running, limited

ATTACKER, HONEST = "198.51.100.7", "203.0.113.9"
#: Requests that the attacker sends at once, each as another user.
FLOOD = 200
POOL = 10

Ask = Callable[[Running, Headers], Awaitable[httpx2.Response]]


def coming_from(address: str) -> Headers:
    """A new user behind a trusted proxy."""
    return {"X-Forwarded-For": address, **new_user_headers()}


async def list_threads(server: Running, headers: Headers) -> httpx2.Response:
    asked = {"type": "threads.list", "params": {"limit": 100, "order": "desc"}}
    return await server.http.post(f"{server.address}/chatkit", json=asked, headers=headers)


async def follow_nothing(server: Running, headers: Headers) -> httpx2.Response:
    return await server.http.get(f"{server.address}/chatkit/runs/run_0/events", headers=headers)


async def read_hosts(server: Running, headers: Headers) -> httpx2.Response:
    return await server.http.get(f"{server.address}/chatkit/threads/thr_0/hosts", headers=headers)


async def read_document(server: Running, headers: Headers) -> httpx2.Response:
    return await server.http.get(f"{server.address}/documents/nothing.md", headers=headers)


async def guess_a_secret(server: Running, headers: Headers) -> httpx2.Response:
    return await list_threads(server, {**headers, "Authorization": "Bearer ek_somebody_elses_secret"})


@asynccontextmanager
async def in_progress(requests: Iterable[Awaitable[httpx2.Response]]) -> AsyncGenerator[list["asyncio.Future[int]"]]:
    """The status of each. Whatever happens inside the block, none is left behind."""

    async def status(asked: Awaitable[httpx2.Response]) -> int:
        return (await asked).status_code

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(status(asked)) for asked in requests]
        try:
            yield [*tasks]
        finally:
            for task in tasks:
                task.cancel()


async def statements_wait(database: Database, table: str, count: int) -> None:
    """Until so many wait for this table."""
    asked = text("SELECT count(*) AS waiting FROM pg_locks WHERE NOT granted AND relation = to_regclass(:name)")
    while True:
        async with database.replica() as connection:
            row = (await connection.execute(asked, name=table)).one_or_none()
        if row is not None and row.waiting >= count:
            return
        await asyncio.sleep(0.02)  # the database does not tell


@pytest.mark.parametrize(
    ("attack", "table", "at_once", "honest", "status"),
    [
        (list_threads, "threads", querying(POOL).address, follow_nothing, 404),
        (read_hosts, "threads", RENDERING.address, follow_nothing, 404),
        (read_document, "documents", RENDERING.address, list_threads, 200),
        (guess_a_secret, "sessions", 2, list_threads, 200),
    ],
)
async def test_what_the_requests_of_one_address_wait_for_is_not_all_there_is(
    make_settings: Callable[..., Settings],
    database: Database,
    attack: Ask,
    table: str,
    at_once: int,
    honest: Ask,
    status: int,
) -> None:
    async with (
        limited(make_settings, database_pool=POOL) as server,
        in_progress(attack(server, coming_from(ATTACKER)) for _ in range(FLOOD)) as attacks,
    ):
        # Whoever reads the table keeps a connection for as long as it is locked.
        async with database.system() as holding:
            await holding.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
            await statements_wait(database, table, at_once)
            for _ in range(2):
                assert (await honest(server, coming_from(HONEST))).status_code == status
            assert (await server.http.get(f"{server.address}/ready")).status_code == 200
            assert sum(not task.done() for task in attacks) > FLOOD / 2
        # Those who wait are served as well, or asked to come back.
        assert set(await asyncio.gather(*attacks)) <= {200, 401, 404, 429, 503}


async def test_who_comes_later_is_served_before_a_flood_of_another_address(
    make_settings: Callable[..., Settings],
) -> None:
    async with limited(make_settings, database_pool=4) as server:
        flood = [list_threads(server, coming_from(ATTACKER)) for _ in range(FLOOD)]
        async with in_progress(flood) as attacks:
            await asyncio.wait(attacks, return_when=asyncio.FIRST_COMPLETED)
            assert (await list_threads(server, coming_from(HONEST))).status_code == 200
            assert sum(not task.done() for task in attacks) > 0
            assert set(await asyncio.gather(*attacks)) == {200}


async def test_pages_behind_one_address_load_all_that_they_need_at_once(make_settings: Callable[..., Settings]) -> None:
    async with limited(make_settings) as server:
        people = [coming_from(HONEST) for _ in range(4)]
        asked = [list_threads(server, one) for one in people for _ in range(30)]
        assert {one.status_code for one in await asyncio.gather(*asked)} == {200}
