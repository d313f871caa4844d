"""Requests that nobody would send, by two tenants at once: no 5xx, no broken stream, no foreign id.

A few hundred in the default suite; CHATKIT_LINK_FUZZ=10000 sends more. Four makers: schemathesis from
our own OpenAPI, hypothesis from the protocol's request types, bytes changed at random in good requests, and odd
values (numbers beyond JSON, NUL, halves of characters, headers) in every place of every route, over a socket.
"""

import asyncio
import json
import os
import random
import re
import warnings
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from chatkit.types import ChatKitReq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from schemathesis.core.result import Ok

from chatkit_link.app import create_app
from chatkit_link.settings import Settings
from tests.conftest import running
from tests.limits.users import IDENTITY, bearer, new_input, new_message
from tests.routes import every
from tests.security.odd_values import bodies, exchange, odd_requests
from tests.security.schemas import values

NUMBER = int(os.environ.get("CHATKIT_LINK_FUZZ", "240"))
SERVER_KEY = "the fuzzers know the server key, too"
AGENTS = ("echo", "guest", "asks", "client-tool", "every-event", "secretive")
pytestmark = pytest.mark.timeout(180 + NUMBER)
fuzzing = settings(
    max_examples=NUMBER // 3,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


@dataclass
class Tenant:
    """Somebody in a tenant of their own, what they have, and a word that only they wrote."""

    name: str
    word: str = ""
    ids: set[str] = field(default_factory=set)

    @property
    def headers(self) -> dict[str, str]:
        return bearer(self.name, "the-same-user-id")


@dataclass
class Target:
    """The server under fire. Each request is sent by one of two tenants, with ids of both."""

    address: str
    http: httpx2.Client
    tenants: tuple[Tenant, Tenant]
    sent: int = 0

    def send(self, who: int, agent: str, content: bytes) -> None:
        me, other = self.tenants[who], self.tenants[1 - who]
        self.sent += 1
        url = f"{self.address}/chatkit/{agent}"
        with self.http.stream("POST", url, content=content, headers=me.headers) as response:
            body = response.read().decode()
        sent = content.decode("utf-8", "replace")
        self.check(response.status_code, response.headers.get("content-type", ""), body, sent)
        assert [name for name in other.ids if name in body and name not in sent] == []
        assert other.word not in body

    def check(self, status: int, kind: str, body: str, sent: str, problem: str = "application/problem+json") -> None:
        assert status < 500, (status, body, sent[:2000])
        if kind.startswith("text/event-stream"):
            assert body.endswith("\n\n")
            for frame in body.strip().split("\n\n"):
                if not frame.startswith(":"):
                    data = frame.partition("data: ")[2]
                    assert "type" in json.loads(data)
        elif status >= 400:
            assert kind == problem
            assert "Traceback" not in body


def run(target: Target, tenant: Tenant, agent: str) -> None:
    answer = target.http.post(
        f"{target.address}/chatkit/{agent}", json=new_message(tenant.word), headers=tenant.headers
    )
    for frame in answer.text.strip().split("\n\n"):
        if frame.startswith(":"):
            continue
        event = json.loads(frame.partition("data: ")[2])
        for part in (event.get("thread"), event.get("item")):
            if part:
                tenant.ids.add(part["id"])


@pytest.fixture(scope="module")
async def target(make_settings: Callable[..., Settings]) -> AsyncIterator[Target]:
    mark = random.randbytes(4).hex()
    tenants = (Tenant(f"one-{mark}", f"word-of-one-{mark}"), Tenant(f"two-{mark}", f"word-of-two-{mark}"))
    async with running(make_settings(**IDENTITY, server_key=SERVER_KEY, max_body=200_000)) as address:
        with httpx2.Client(timeout=30, trust_env=False) as http:
            target = Target(address, http, tenants)

            def prepare() -> None:
                for tenant in tenants:
                    for agent in AGENTS:
                        run(target, tenant, agent)

            await asyncio.to_thread(prepare)
            yield target
            assert target.sent > 0


def aimed(value: Any, ids: list[str], chance: random.Random) -> Any:
    """The same request, with ids that exist where it has ids: most random ids never reach a thread."""
    if isinstance(value, dict):
        return {
            key: chance.choice(ids) if key.endswith("_id") and chance.random() < 0.8 else aimed(part, ids, chance)
            for key, part in value.items()
        }
    return [aimed(part, ids, chance) for part in value] if isinstance(value, list) else value


async def test_requests_of_every_type_with_any_fields(target: Target) -> None:
    ids = sorted(target.tenants[0].ids | target.tenants[1].ids)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a default in the SDK that is no JSON
        requests = values(TypeAdapter(ChatKitReq).json_schema())

    @fuzzing
    @given(requests, st.integers(0, 1), st.sampled_from(AGENTS), st.randoms(use_true_random=False))
    def fuzz(request: Any, who: int, agent: str, chance: random.Random) -> None:
        target.send(who, agent, json.dumps(aimed(request, ids, chance)).encode("utf-8", "surrogatepass"))

    await asyncio.to_thread(fuzz)


def good_requests(ids: list[str]) -> list[bytes]:
    threads = [name for name in ids if name.startswith("thr_")]
    items = [name for name in ids if not name.startswith("thr_")]
    bodies: list[dict[str, Any]] = [new_message("hello [{\\"), {"type": "threads.list", "params": {"limit": 3}}]
    for thread, item in zip(threads, random.sample(items, len(threads)), strict=True):
        on = {"thread_id": thread}
        action = {"type": "x", "payload": [1, {"a": None}]}
        bodies += [
            {"type": "threads.add_user_message", "params": on | {"input": new_input("more")}},
            {"type": "threads.retry_after_item", "params": on | {"item_id": item}},
            {"type": "threads.custom_action", "params": on | {"item_id": item, "action": action}},
            {"type": "threads.sync_custom_action", "params": on | {"item_id": item, "action": action}},
            {"type": "threads.add_client_tool_output", "params": on | {"result": {"a": [1.5, "x"]}}},
            {"type": "threads.add_structured_input", "params": on | {"item_id": item, "input": {"answers": {}}}},
            {"type": "items.feedback", "params": on | {"item_ids": [item], "kind": "positive"}},
            {"type": "items.list", "params": on | {"limit": 2, "after": item, "order": "desc"}},
            {"type": "threads.update", "params": on | {"title": "A title"}},
            {"type": "threads.get_by_id", "params": on},
        ]
    return [json.dumps(body).encode() for body in bodies]


async def test_good_requests_with_bytes_changed(target: Target) -> None:
    bodies = good_requests(sorted(target.tenants[0].ids | target.tenants[1].ids))
    pieces = st.sampled_from([b"", b"\x00", b"\\u0000", b"\\ud83d", b"\xff", b"[" * 80, b"1e999", b"null", b'"', b"{"])
    changes = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 12), pieces | st.binary(max_size=6)), max_size=3)

    @fuzzing
    @given(st.sampled_from(bodies), changes, st.integers(0, 1), st.sampled_from(AGENTS))
    def fuzz(body: bytes, changed: list[tuple[int, int, bytes]], who: int, agent: str) -> None:
        for place, length, piece in changed:
            at = place % (len(body) + 1)
            body = body[:at] + piece + body[at + length :]
        target.send(who, agent, body)

    await asyncio.to_thread(fuzz)


async def test_every_route_of_our_openapi(target: Target) -> None:
    def fuzz_all() -> None:
        schema = schemathesis.openapi.from_url(f"{target.address}/openapi.json")
        operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
        assert len(operations) >= 7
        for operation in operations:

            @settings(fuzzing, max_examples=max(NUMBER // 3 // len(operations), 3))
            @given(operation.as_strategy(), st.integers(0, 1))
            def fuzz(case: Any, who: int) -> None:
                # Errors of the doors for the openai package have OpenAI's own shape.
                problem = "application/json" if case.path.startswith("/v1/") else "application/problem+json"
                target.sent += 1
                response = case.call(headers=target.tenants[who].headers)
                (kind,) = response.headers.get("content-type", [""])
                target.check(response.status_code, kind, response.text, repr(case), problem)
                assert target.tenants[1 - who].word not in response.text

            fuzz()

    await asyncio.to_thread(fuzz_all)


def beyond_json(body: bytes) -> bool:
    """Whether JSON has a word in it, outside of its texts, that no browser reads."""
    return re.search(rb"NaN|Infinity", re.sub(rb'"(?:[^"\\]++|\\.)*+"', b"", body)) is not None


async def test_odd_values_in_every_place_of_every_route(
    target: Target, make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    app = create_app(make_settings(), workshop=tmp_path)
    routes = list(every(list(app.routes)))
    assert len(routes) > 30
    ids = sorted(target.tenants[0].ids)
    thread = next(name for name in ids if name.startswith("thr_"))
    item = next(name for name in ids if not name.startswith("thr_"))
    good = [request for agent in AGENTS for request in bodies(thread, item, agent)]
    one, two = (bearer(tenant.name, "the-same-user-id")["Authorization"].encode() for tenant in target.tenants)
    key = ("Authorization", f"Bearer {SERVER_KEY}".encode())
    acting = [key, ("X-ChatKit-Tenant", target.tenants[0].name.encode()), ("X-ChatKit-User", b"the-same-user-id")]
    users, servers = [[("Authorization", one)], [("Authorization", two)], []], [[key], acting]

    wrong: list[str] = []

    def send() -> None:
        for sent in islice(odd_requests(routes, good, users, servers, seed=NUMBER), NUMBER):
            target.sent += 1
            answer = exchange(target.address, sent)
            head, _, body = answer.partition(b"\r\n\r\n")
            is_answer = head.startswith(b"HTTP/1.1 ") and int(head[9:12]) < 500 and b"Traceback" not in body
            if not is_answer or (re.search(rb"content-type: [a-z/+-]*(json|event-stream)", head) and beyond_json(body)):
                wrong.append(f"{sent}: {answer[-400:]!r}")

    await asyncio.to_thread(send)
    assert wrong == []


async def test_what_everybody_had_is_still_theirs_alone(target: Target) -> None:
    """Runs after the others: nothing of a tenant's has got into another's list on the way."""

    def look() -> None:
        for tenant, other in (target.tenants, target.tenants[::-1]):
            body = {"type": "threads.list", "params": {"limit": 100}}
            listed = target.http.post(f"{target.address}/chatkit/echo", json=body, headers=tenant.headers).json()
            assert not other.ids & {thread["id"] for thread in listed["data"]}

    await asyncio.to_thread(look)
