"""Streams and answers at once: identity is free, so they are bounded by address and in all as well."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from chatkit_link.app import create_app
from chatkit_link.cli.server import serving
from chatkit_link.client import ChatKitClient
from chatkit_link.http.services import Services
from chatkit_link.settings import Settings
from tests.http.test_streams import read_until
from tests.limits.users import IDENTITY, new_message, new_user_headers, talking

Headers = dict[str, str]


@dataclass
class Running:
    address: str
    http: httpx2.AsyncClient
    services: Services

    async def open(self, headers: Headers, run: str) -> httpx2.Response:
        """Follow a run; the stream stays open."""
        asked = self.http.build_request("GET", f"{self.address}/chatkit/runs/{run}/events", headers=headers)
        return await self.http.send(asked, stream=True)

    async def send(self, headers: Headers, agent: str = "slow", **extra: str) -> httpx2.Response:
        """Send a message; its stream stays open."""
        url = f"{self.address}/chatkit/{agent}"
        asked = self.http.build_request("POST", url, json=new_message("go on"), headers=headers | extra)
        return await self.http.send(asked, stream=True)


@asynccontextmanager
async def limited(make_settings: Callable[..., Settings], **given: Any) -> AsyncGenerator[Running]:
    apps: list[FastAPI] = []

    def make(settings: Settings) -> FastAPI:
        apps.append(create_app(settings))
        return apps[0]

    async with (
        serving(make, make_settings(**IDENTITY, **given)) as address,
        httpx2.AsyncClient(timeout=60, limits=httpx2.Limits(max_connections=None)) as http,
        asyncio.timeout(120),
    ):
        yield Running(address, http, apps[0].state.services)


@asynccontextmanager
async def answering(server: Running, headers: Headers) -> AsyncGenerator[tuple[ChatKitClient, str]]:
    """An answer in progress, with its one stream; gives its run."""
    resuming = headers | {"X-ChatKit-Link": "1"}
    async with talking(server.address, resuming, "slow") as client, client.create_thread("go on") as stream:
        await read_until(stream, "three")
        run = str(stream.run_id)
        yield client, run
        await client.cancel_run(run)


async def test_of_1500_followers_of_one_run_a_few_stay_and_the_newest_gets_in(
    make_settings: Callable[..., Settings],
) -> None:
    me = new_user_headers()
    async with limited(make_settings, streams_at_once=5) as server, answering(server, me) as (_, run):
        followers = [await server.open(me, run) for _ in range(60)]
        assert {one.status_code for one in followers} == {200}
        assert server.services.streams.total <= 5
        evicted = await followers[0].aread()
        assert b"three" in evicted and b": end" not in evicted
        async for text in followers[-1].aiter_text():
            if "three" in text:
                break
        # Somebody else follows an answer of their own meanwhile.
        async with answering(server, new_user_headers()):
            pass
        for one in followers:
            await one.aclose()


async def test_an_address_and_the_whole_server_have_so_many_streams(make_settings: Callable[..., Settings]) -> None:
    for given, status in (({"streams_at_once_address": 3}, 429), ({"streams_at_once_total": 3}, 503)):
        async with limited(make_settings, **given) as server, AsyncExitStack() as stack:
            people = [new_user_headers() for _ in range(3)]
            runs = [(await stack.enter_async_context(answering(server, one)))[1] for one in people]
            stranger = new_user_headers()
            refused = await server.send(stranger)
            assert (refused.status_code, refused.headers["retry-after"]) == (status, "5")
            assert "problem+json" in refused.headers["content-type"]
            async with talking(server.address, stranger) as client:
                assert (await client.list_threads()).data == []  # nothing is left of what was refused
            # A page that comes back takes the place of the stream that it has lost.
            again = await server.open(people[0], runs[0])
            assert again.status_code == 200
            await again.aclose()


async def test_a_stream_that_nobody_can_resume_does_not_give_way(make_settings: Callable[..., Settings]) -> None:
    me = new_user_headers()
    async with limited(make_settings, streams_at_once=1, on_disconnect="cancel") as server:
        first = await server.send(me)
        refused = await server.send(me)
        assert (first.status_code, refused.status_code) == (200, 429)
        await first.aclose()


@pytest.mark.parametrize(("given", "status"), [({"runs_at_once_address": 2}, 429), ({"runs_at_once_total": 2}, 503)])
async def test_an_address_and_the_whole_server_have_so_many_answers(
    make_settings: Callable[..., Settings], given: dict[str, int], status: int
) -> None:
    async with limited(make_settings, **given) as server:
        async with answering(server, new_user_headers()):
            async with answering(server, new_user_headers()):
                for _ in range(20):  # a visitor with as many cookies as they like
                    refused = await server.send(new_user_headers())
                    assert (refused.status_code, refused.headers["retry-after"]) == (status, "5")
                async with talking(server.address, new_user_headers()) as reading:
                    assert (await reading.list_threads()).data == []
            answered = await server.send(new_user_headers(), "echo")
            assert b": end" in await answered.aread()
        assert server.services.model_calls.total == server.services.streams.total == 0


async def test_a_back_end_with_the_server_key_has_no_address(make_settings: Callable[..., Settings]) -> None:
    key = "the back end of the tests has this key!!"
    async with limited(make_settings, server_key=key, runs_at_once_address=1, streams_at_once_address=1) as server:
        people = [{"Authorization": f"Bearer {key}", "X-ChatKit-User": f"user-{number}"} for number in range(3)]
        answers = [await server.send(one) for one in people]
        assert [one.status_code for one in answers] == [200] * 3
        for one, answer in zip(people, answers, strict=True):
            url = f"{server.address}/chatkit/runs/{answer.headers['x-run-id']}/cancel"
            assert (await server.http.post(url, headers=one)).status_code == 200
            await answer.aread()
