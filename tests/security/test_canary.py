"""A secret and a message go through many requests, and are looked for wherever they do not belong.

100 requests in the default suite; CHATKIT_LINK_CANARY=1000 sends more.
"""

import asyncio
import base64
import json
import os
import random
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest

from chatkit_link.settings import Settings
from tests.agents.test_model_errors import Contrary, Refuse, error_event, error_object, refused, response_failed
from tests.conftest import HERE
from tests.faults.processes import Server
from tests.faults.processes import running as running_process
from tests.limits.users import new_input, new_message
from tests.model_server import MODEL, Call, Fail, ModelServer, Say, model_server
from tests.sdk_server import serve

NUMBER = int(os.environ.get("CHATKIT_LINK_CANARY", "100"))
MESSAGE = "canary-message-7f3a"
SECRET = "canary-secret-91bc-of-more-than-32-characters"
MODEL_KEY = "sk-canary-123"  # which the scripted model server also quotes in its refusals
SERVER_KEY = "canary-server-key-of-more-than-32-characters"
pytestmark = pytest.mark.timeout(180 + NUMBER)
AUDIO = base64.b64encode(MESSAGE.encode() * 10).decode()


@pytest.fixture(scope="module")
async def model() -> AsyncIterator[ModelServer]:
    async with model_server() as model:
        yield model


@pytest.fixture
async def server(
    make_settings: Callable[..., Settings], postgres_url: str, tmp_path: Path, model: ModelServer
) -> AsyncIterator[Server]:
    """A process of its own, as people run it: what it prints is its log."""
    server = Server(
        tmp_path, postgres_url, docs=make_settings().docs, config=HERE / "fixtures" / "agents.toml", jwt_secret=SECRET,
        server_key=SERVER_KEY, openai_api_key=MODEL_KEY, openai_base_url=model.address, model=MODEL,
        rate_messages=max(NUMBER // 10, 5), budget_user_day_tokens=NUMBER * 10, search="local",
    )  # fmt: skip
    async with running_process(server):
        yield server


def requests(thread: str) -> list[tuple[str, Any]]:
    """(path, body): what each kind of request can carry of a person's words; a body of bytes is sent as it is."""
    on = {"thread_id": thread}
    action = {"type": "x", "payload": {"text": MESSAGE}}
    tag = {"type": "input_tag", "id": MESSAGE, "text": MESSAGE, "data": {"a": MESSAGE}}
    return [
        ("chatkit/echo", new_message(MESSAGE)),
        ("chatkit/careless", new_message(MESSAGE)),
        ("chatkit/breaks", new_message(MESSAGE)),
        ("chatkit/research", new_message(MESSAGE)),
        ("chatkit/echo", {"type": "threads.create", "params": {"input": new_input() | {"content": [tag]}}}),
        ("chatkit/echo", {"type": "threads.create", "params": {"input": new_input(MESSAGE) | {"content": MESSAGE}}}),
        ("chatkit/echo", {"type": MESSAGE, "params": {}}),
        ("chatkit/echo", {"type": "threads.add_user_message", "params": on | {"input": new_input(MESSAGE)}}),
        ("chatkit/echo", {"type": "threads.update", "params": on | {"title": MESSAGE}}),
        ("chatkit/echo", {"type": "threads.update", "params": on | {"title": MESSAGE * 50}}),
        ("chatkit/guest", {"type": "threads.custom_action", "params": on | {"action": action}}),
        ("chatkit/guest", {"type": "threads.sync_custom_action", "params": on | {"action": action}}),
        ("chatkit/echo", {"type": "threads.add_client_tool_output", "params": on | {"result": MESSAGE}}),
        ("chatkit/echo", {"type": "items.list", "params": on | {"after": MESSAGE}}),
        ("chatkit/echo", {"type": "threads.get_by_id", "params": {"thread_id": MESSAGE}}),
        ("chatkit/echo", {"type": "input.transcribe", "params": {"audio_base64": AUDIO, "mime_type": "audio/webm"}}),
        ("chatkit/echo", {"type": "threads.list", "params": {}, "metadata": {"a": MESSAGE * 1000}}),
        ("chatkit/echo", json.dumps(new_message(MESSAGE))[:-9].encode()),
        ("chatkit/echo", json.dumps(new_message(MESSAGE)).encode().replace(b'"x"', b"\xff")),
        (f"chatkit/runs/run_x/events?after={SECRET}", None),
        (f"api/agents?token={SECRET}", None),
    ]


def token(user: str, **claims: Any) -> str:
    return jwt.encode({"sub": user, "exp": int(time.time()) + 3600, **claims}, SECRET, "HS256")


async def test_neither_a_secret_nor_a_message_is_in_a_log_line_or_an_error(server: Server, model: ModelServer) -> None:
    tokens = [token("ada"), token("bob"), token("late", exp=1), token("early", nbf=2**40), f"{token('eve')}x", SECRET]
    refusals: list[str] = []
    statuses: list[int] = []
    gate = asyncio.Semaphore(8)
    model.script[:] = [random.choice([Say(MESSAGE), Fail(401), Fail(500), Call("search", {"query": MESSAGE}), Call(
        MESSAGE, {"a": MESSAGE})]) for _ in range(NUMBER)]  # fmt: skip

    async with httpx2.AsyncClient(timeout=30, trust_env=False) as http:
        made = await http.post(f"{server.url}/chatkit/echo", json=new_message(), headers=_as(tokens[0]))
        thread = json.loads(made.text.split("data: ")[1].splitlines()[0])["thread"]["id"]
        kinds = requests(thread)

        async def send(number: int) -> None:
            path, body = kinds[number % len(kinds)]
            bearer = tokens[number // len(kinds) % len(tokens)]
            async with gate:
                headers = _as(bearer) | {"Cookie": f"chatkit_link_user={SECRET}", "X-Request-Id": SECRET}
                if body is None:
                    answer = await http.get(f"{server.url}/{path}", headers=headers)
                elif isinstance(body, bytes):
                    answer = await http.post(f"{server.url}/{path}", content=body, headers=headers)
                else:
                    answer = await http.post(f"{server.url}/{path}", json=body, headers=headers)
            statuses.append(answer.status_code)
            if answer.headers["content-type"] == "application/problem+json":
                told = answer.json()
                told.pop("request_id")  # is given back as it was given, and is no secret
                refusals.append(json.dumps(told))
            elif "event-stream" in answer.headers["content-type"]:
                refusals.extend(line for line in answer.text.splitlines() if '"type":"error"' in line)

        await asyncio.gather(*(send(number) for number in range(NUMBER)))
        door = f"{server.url}/api/threads/{thread}/status"
        locked = await http.put(door, json={"type": "locked", "reason": MESSAGE}, headers=_as(SERVER_KEY))
        assert locked.status_code == 200
        wrong = await http.put(door, json={}, headers=_as(f"{SERVER_KEY}x"))
        assert wrong.status_code == 401
        refusals.append(wrong.text)

    log = server.log.read_text()
    assert len(statuses) == NUMBER
    assert set(statuses) <= {200, 400, 401, 404, 409, 413, 422, 429, 502}
    assert {200, 400, 401, 404, 422} <= set(statuses)
    assert log.count("POST /chatkit/echo") > NUMBER // 4  # this is the log, and it was written
    assert "agents.py" in log  # with the places where agents failed
    for canary in (MESSAGE, MODEL_KEY, SERVER_KEY, *tokens[:5], AUDIO[:40]):
        assert [line for line in log.splitlines() if canary in line] == []
        assert [told for told in refusals if canary in told] == []
    # The secret is also this test's request id, which is logged as it is given.
    assert [line for line in log.splitlines() if SECRET in line.replace(f"request {SECRET}", "")] == []
    assert [told for told in refusals if SECRET in told] == []


QUOTES = f"Incorrect API key provided: {MODEL_KEY}. You sent: {MESSAGE} is what I asked, Bearer {SECRET}"
QUOTING = [
    Refuse(400, refused(QUOTES)),
    Refuse(401, refused(QUOTES, code=MESSAGE, param=MESSAGE)),
    Refuse(422, {"detail": [{"input": QUOTES}]}),
    Refuse(500, f"<html>{QUOTES}</html>"),
    response_failed("server_error", QUOTES),
    error_event("rate_limit_exceeded", QUOTES),
    error_object(message=QUOTES, code=429),
]


async def test_a_models_server_that_quotes_what_it_refuses_is_not_quoted(
    make_settings: Callable[..., Settings], postgres_url: str, tmp_path: Path
) -> None:
    contrary, told = Contrary(), list[str]()
    async with serve(contrary.app()) as address:
        server = Server(
            tmp_path, postgres_url, docs=make_settings().docs, config=HERE / "fixtures" / "agents.toml",
            jwt_secret=SECRET, openai_api_key=MODEL_KEY, openai_base_url=f"{address}/v1", model="scripted",
            search="local",
        )  # fmt: skip
        async with running_process(server), httpx2.AsyncClient(timeout=30, trust_env=False) as http:
            for step in QUOTING:
                contrary.step = step
                asked = new_message(f"{MESSAGE} is what I asked")
                answer = await http.post(f"{server.url}/chatkit/research", json=asked, headers=_as(token("ada")))
                told += [line for line in answer.text.splitlines() if '"type":"error"' in line]
    log = server.log.read_text()
    assert len(told) == log.count("the answer failed (") == len(QUOTING)
    assert "You sent" in log, "the rest of the server's words is there"
    for canary in (MESSAGE, MODEL_KEY, SECRET):
        assert [line for line in log.splitlines() if canary in line] == []
        assert [line for line in told if canary in line] == []


def _as(bearer: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {bearer}"}
