"""Too many requests: refused before the stream, exactly at the limit, for the user over it and no other."""

import asyncio
import random
import statistics
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import httpx2
import pytest
from fastapi import FastAPI
from limits.aio.storage import MemoryStorage
from sqlalchemy import insert, select

from chatkit_link.app import create_app
from chatkit_link.caller import Caller
from chatkit_link.cli.server import serving
from chatkit_link.errors import ConfigurationError, TooManyRequests
from chatkit_link.http.rate_limit import UploadRate
from chatkit_link.limits.counter import Counter, PackageCounter, PostgresCounter, build_counter
from chatkit_link.limits.rates import Rates
from chatkit_link.net.ip import rate_limit_key
from chatkit_link.settings import Settings
from chatkit_link.store.engine import Database
from chatkit_link.store.rates import Allowance, clean, take
from chatkit_link.store.statement import any_of
from chatkit_link.store.tables import rates
from tests.conftest import running
from tests.limits.users import IDENTITY, ask, bearer, new_input, new_message, new_user_headers

MakeSettings = Callable[..., Settings]


def key() -> str:
    return uuid.uuid4().hex


@pytest.fixture(params=["postgres", "memory"])
def counter(request: pytest.FixtureRequest, database: Database) -> Counter:
    return PostgresCounter(database) if request.param == "postgres" else PackageCounter(MemoryStorage())


@pytest.fixture(params=["sessions", "pooler"])
async def connected(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[Database]:
    """With sessions that last, and as behind a pooler, where all that happens is in a transaction."""
    address = database.address
    own = Database(address if request.param == "sessions" else address.as_pooled(), pool_size=20)
    yield own
    await own.close()


async def seen(database: Database, name: str, *ages: float) -> None:
    """Make it so that requests were let through this many seconds ago."""
    hits = [time.time() - age for age in ages]
    async with database.system() as connection:
        await connection.execute(insert(rates).values(key=name, hits=hits, until=datetime(2100, 1, 1, tzinfo=UTC)))


# Counting


async def test_parallel_requests_at_the_limit_never_get_more_than_it(counter: Counter) -> None:
    allowance = Allowance(key(), 7, 60)
    answers = await asyncio.gather(*(counter.take([allowance]) for _ in range(40)))
    assert sum(not full for full in answers) == 7
    assert all(0 < wait <= 60 for full in answers for wait in full.values())


async def test_parallel_requests_with_shared_keys_neither_fail_nor_pass_a_limit(connected: Database) -> None:
    names = [key() for _ in range(4)]
    pairs = [random.sample(names, 2) for _ in range(60)]
    answers = await asyncio.gather(*(take(connected, [Allowance(name, 5, 60) for name in pair]) for pair in pairs))
    let_through = [pair for pair, full in zip(pairs, answers, strict=True) if not full]
    assert all(sum(name in pair for pair in let_through) <= 5 for name in names)
    assert any(sum(name in pair for pair in let_through) == 5 for name in names)


async def test_who_is_over_one_limit_does_not_use_up_the_other(counter: Counter) -> None:
    greedy, shared = Allowance(key(), 2, 60), Allowance(key(), 5, 60)
    for _ in range(10):
        await counter.take([greedy, shared])
    others = [await counter.take([Allowance(key(), 2, 60), shared]) for _ in range(4)]
    assert [bool(full) for full in others] == [False, False, False, True]


async def test_the_window_moves_so_that_no_edge_lets_twice_as_many_through(database: Database) -> None:
    """With fixed minutes, requests at 0:59 and again at 1:01 would all pass."""
    name = key()
    await seen(database, name, 59.0, 58.0, 2.0)
    full = await take(database, [Allowance(name, 3, 60)])
    assert 0 < full[name] <= 1.0  # when the one of 59 seconds ago is a minute old

    name = key()
    await seen(database, name, 60.5, 58.0, 2.0)
    assert await take(database, [Allowance(name, 3, 60)]) == {}
    assert 0 < (await take(database, [Allowance(name, 3, 60)]))[name] <= 2.0


async def test_a_limit_that_was_lowered_counts_what_passed_before(database: Database) -> None:
    name = key()
    await seen(database, name, 50.0, 40.0, 30.0, 20.0)
    full = await take(database, [Allowance(name, 2, 60)])
    assert 29 < full[name] <= 30  # three must grow old, and the third is 30 seconds old


async def test_refused_requests_do_not_make_the_wait_longer(database: Database) -> None:
    name = key()
    await seen(database, name, 50.0)
    waits = [(await take(database, [Allowance(name, 1, 60)]))[name] for _ in range(5)]
    assert waits == sorted(waits, reverse=True)


async def test_what_is_older_than_its_period_is_forgotten(database: Database) -> None:
    old, new = key(), key()
    await take(database, [Allowance(old, 1, -1), Allowance(new, 1, 60)])
    await clean(database)
    async with database.system() as connection:
        left = await connection.execute(select(rates.c.key).where(rates.c.key == any_of([old, new])))
    assert [row.key for row in left] == [new]


async def test_no_name_and_no_address_is_stored(database: Database, make_settings: MakeSettings) -> None:
    caller = Caller(tenant="t", user=f"user-{key()}")
    counted = Rates(PostgresCounter(database), make_settings(rate_messages=5, rate_messages_address=5))
    await counted.take("messages", caller, "203.0.113.77")
    async with database.system() as connection:
        stored = [row.key for row in await connection.execute(select(rates.c.key))]
    assert stored
    assert not any(caller.user in name or "203.0.113.77" in name for name in stored)


async def test_a_flood_of_refused_requests_costs_the_database_nothing(make_settings: MakeSettings) -> None:
    class Counting(PackageCounter):
        asked = 0

        async def take(self, wanted):  # type: ignore[no-untyped-def]
            self.asked += 1
            return await super().take(wanted)

    counter = Counting(MemoryStorage())
    counted = Rates(counter, make_settings(rate_messages=3, rate_messages_address=0))
    refused = 0
    for _ in range(500):
        try:
            await counted.take("messages", Caller(tenant="t", user="u"), "203.0.113.1")
        except TooManyRequests:
            refused += 1
    assert (refused, counter.asked) == (497, 4)


def test_redis_without_its_package_or_address_is_refused_with_a_message(
    make_settings: MakeSettings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigurationError, match="REDIS_URL"):
        make_settings(limits_storage="redis")
    with pytest.raises(ConfigurationError, match="is not the address of a Redis server"):
        build_counter(make_settings(limits_storage="redis", redis_url="redis://127.0.0.1:port/0"), database)
    monkeypatch.setitem(sys.modules, "redis", None)  # as if it were not installed
    with pytest.raises(ConfigurationError, match=r"chatkit-link\[redis\]"):
        build_counter(make_settings(limits_storage="redis", redis_url="redis://127.0.0.1:1/0"), database)


# Addresses


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_an_address_counts_as_the_line_it_belongs_to(address: str, network: str) -> None:
    assert rate_limit_key(address) == network


async def test_addresses_of_one_ipv6_line_share_a_limit(make_settings: MakeSettings) -> None:
    counted = Rates(PackageCounter(MemoryStorage()), make_settings(rate_messages=0, rate_messages_address=2))
    caller = Caller(tenant="t", user="u")
    await counted.take("messages", caller, "2001:db8::1")
    await counted.take("messages", caller, "2001:db8::2")
    with pytest.raises(TooManyRequests, match="from your network"):
        await counted.take("messages", caller, "2001:db8::3")
    await counted.take("messages", caller, "2001:db8:0:1::1")


# Over HTTP


async def test_too_many_messages_are_refused_before_the_stream(make_settings: MakeSettings) -> None:
    me, other = new_user_headers(), new_user_headers()
    async with running(make_settings(**IDENTITY, rate_messages=3)) as address, httpx2.AsyncClient(timeout=60) as http:
        answers = await asyncio.gather(*(ask(http, address, me) for _ in range(12)))
        refused = [answer for answer in answers if answer.status_code == 429]
        assert len(refused) == 9
        for answer in refused:
            assert answer.headers["content-type"] == "application/problem+json"
            assert 1 <= int(answer.headers["retry-after"]) <= 60
            assert answer.json()["detail"].startswith("Too many messages: at most 3 a minute. Please try again in ")
        listed = {"type": "threads.list", "params": {}}
        threads = await http.post(f"{address}/chatkit/echo", json=listed, headers=me)
        assert len(threads.json()["data"]) == 3  # what was refused has left nothing behind
        assert (await ask(http, address, other)).status_code == 200


@pytest.mark.parametrize(
    "request_body",
    [
        {"type": "threads.add_user_message", "params": {"thread_id": "thr_x", "input": new_input()}},
        {"type": "threads.retry_after_item", "params": {"thread_id": "thr_x", "item_id": "msg_x"}},
        {"type": "threads.custom_action", "params": {"thread_id": "thr_x", "action": {"type": "x"}}},
        {"type": "threads.sync_custom_action", "params": {"thread_id": "thr_x", "action": {"type": "x"}}},
        {"type": "threads.add_client_tool_output", "params": {"thread_id": "thr_x", "result": 1}},
        {"type": "threads.add_structured_input", "params": {"thread_id": "thr_x", "item_id": "m", "input": {}}},
    ],
    ids=lambda body: body["type"],
)
async def test_whatever_makes_the_model_answer_is_counted(make_settings: MakeSettings, request_body: object) -> None:
    me = new_user_headers()
    async with running(make_settings(**IDENTITY, rate_messages=2)) as address, httpx2.AsyncClient(timeout=60) as http:
        codes = [
            (await http.post(f"{address}/chatkit/echo", json=request_body, headers=me)).status_code for _ in range(3)
        ]
    assert codes == [404, 404, 429]  # guessing ids is counted, too


async def test_dictation_is_counted(make_settings: MakeSettings) -> None:
    me = new_user_headers()
    body = {"type": "input.transcribe", "params": {"audio_base64": "AAAA", "mime_type": "audio/webm"}}
    async with (
        running(make_settings(**IDENTITY, rate_transcriptions=1)) as address,
        httpx2.AsyncClient(timeout=60) as http,
    ):
        answers = [await http.post(f"{address}/chatkit/echo", json=body, headers=me) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [422, 429]
    assert "Too many recordings" in answers[1].json()["detail"]


async def test_uploads_are_counted_at_a_route_that_asks_for_it(make_settings: MakeSettings) -> None:
    def make(settings: Settings) -> FastAPI:
        app = create_app(settings)

        @app.post("/upload", dependencies=[UploadRate])
        async def upload() -> dict[str, str]:
            return {}

        return app

    async with (
        serving(make, make_settings(**IDENTITY, rate_uploads=2)) as address,
        httpx2.AsyncClient(timeout=60) as http,
    ):
        me = new_user_headers()
        answers = await asyncio.gather(*(http.post(f"{address}/upload", headers=me) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 429, 429, 429, 429]


async def test_two_replicas_share_a_limit(make_settings: MakeSettings) -> None:
    me = new_user_headers()
    settings = make_settings(**IDENTITY, rate_messages=4)
    async with running(settings) as one, running(settings) as two, httpx2.AsyncClient(timeout=60) as http:
        answers = await asyncio.gather(*(ask(http, address, me) for address in (one, two) * 8))
    assert sum(answer.status_code == 200 for answer in answers) == 4


async def test_new_users_from_one_address_share_its_limit(make_settings: MakeSettings) -> None:
    """Who throws the cookie away is a new user each time, at the same address. The counts are this server's own."""
    settings = make_settings(limits_storage="memory", rate_messages=2, rate_messages_address=5)
    async with running(settings) as address:
        codes = []
        for _ in range(8):
            async with httpx2.AsyncClient(timeout=60) as http:
                codes.append((await ask(http, address, {})).status_code)
    assert codes == [200] * 5 + [429] * 3


async def test_a_forged_address_is_no_new_address(make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "192.0.2.1")  # no request here comes from that proxy
    settings = make_settings(limits_storage="memory", rate_messages=0, rate_messages_address=3)
    async with running(settings) as address, httpx2.AsyncClient(timeout=60) as http:
        codes = []
        for number in range(6):
            forged = f"198.51.100.{number}"
            headers = {
                "X-Forwarded-For": forged, "X-Real-IP": forged, "Forwarded": f"for={forged}", "X-Client-IP": forged,
                "CF-Connecting-IP": forged, "True-Client-IP": forged,
            }  # fmt: skip
            codes.append((await ask(http, address, headers)).status_code)
    assert codes == [200, 200, 200, 429, 429, 429]


async def test_without_limits_nothing_is_refused(make_settings: MakeSettings) -> None:
    me = new_user_headers()
    async with running(make_settings(**IDENTITY, runs_at_once=0)) as address, httpx2.AsyncClient(timeout=60) as http:
        answers = await asyncio.gather(*(ask(http, address, me) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}


async def test_ten_times_the_rate_of_one_tenant_does_not_hold_up_another(make_settings: MakeSettings) -> None:
    """Counted in requests, not in seconds: a busy machine slows both tenants alike."""
    loud, calm = bearer("loud", "ada"), bearer(f"calm-{uuid.uuid4().hex[:8]}", "bob")
    settings = make_settings(**IDENTITY, limits_storage="postgres", rate_messages=30)
    async with running(settings) as address, httpx2.AsyncClient(timeout=60) as http:
        stop = asyncio.Event()
        codes: list[int] = []

        async def flood() -> None:
            while not (stop.is_set() and len(codes) >= 300):
                codes.append((await ask(http, address, loud)).status_code)

        flooding = [asyncio.create_task(flood()) for _ in range(4)]
        passed_by: list[int] = []
        for _ in range(8):
            before = len(codes)
            assert (await ask(http, address, calm)).status_code == 200
            passed_by.append(len(codes) - before)
        stop.set()
        await asyncio.gather(*flooding)
    assert codes.count(200) <= 30
    assert len(codes) >= 300
    assert set(codes) == {200, 429}
    # An answer takes as long as about ten refusals. Behind a lock of the other tenant's it would wait for hundreds.
    assert statistics.median(passed_by) < 60, passed_by


# Runs at once


async def test_parallel_answers_of_one_user_never_pass_their_number(make_settings: MakeSettings) -> None:
    me, other = new_user_headers(), new_user_headers()
    settings = make_settings(**IDENTITY, runs_at_once=3)
    async with running(settings) as one, running(settings) as two, httpx2.AsyncClient(timeout=60) as http:

        async def start(address: str, who: dict[str, str]) -> httpx2.Response:
            request = http.build_request("POST", f"{address}/chatkit/slow", json=new_message("go"), headers=who)
            return await http.send(request, stream=True)

        answers = await asyncio.gather(*(start(address, me) for address in (one, two) * 6))
        started = [answer for answer in answers if answer.status_code == 200]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert (len(started), len(refused)) == (3, 9)
        assert all(answer.headers["retry-after"] == "5" for answer in refused)
        assert "Too many answers at once: 3 are being written" in (await refused[0].aread()).decode()

        others = await start(one, other)
        assert others.status_code == 200

        async def cancel(answer: httpx2.Response, who: dict[str, str]) -> None:
            await http.post(f"{one}/chatkit/runs/{answer.headers['x-run-id']}/cancel", headers=who)

        await cancel(started[0], me)
        again = await start(two, me)
        assert again.status_code == 200  # a place is free as soon as an answer has ended
        for answer, who in ((started[1], me), (started[2], me), (again, me), (others, other)):
            await cancel(answer, who)
        for answer in (*answers, others, again):
            await answer.aclose()


async def test_a_busy_thread_is_busy_also_where_answers_are_counted(make_settings: MakeSettings) -> None:
    me = new_user_headers()
    async with running(make_settings(**IDENTITY, runs_at_once=5)) as address, httpx2.AsyncClient(timeout=60) as http:
        thread = (await http.post(f"{address}/chatkit/echo", json=new_message(), headers=me)).text
        thread_id = thread.split('"id":"')[1].split('"')[0]
        body = {
            "type": "threads.add_user_message",
            "params": {"thread_id": thread_id, "input": new_input("go")},
        }

        async def start() -> httpx2.Response:
            request = http.build_request("POST", f"{address}/chatkit/slow", json=body, headers=me)
            return await http.send(request, stream=True)

        answers = await asyncio.gather(*(start() for _ in range(6)))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
        run = next(answer.headers["x-run-id"] for answer in answers if answer.status_code == 200)
        await http.post(f"{address}/chatkit/runs/{run}/cancel", headers=me)
        for answer in answers:
            await answer.aclose()
