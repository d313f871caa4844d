"""Numbers that JSON does not have, NUL and halves of characters, from a stranger: a sentence, never a 500."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest

from chatkit_link.settings import Settings
from tests.conftest import running
from tests.finished_stream import told
from tests.limits.users import talking

KEY = "the key of a back end, 32 characters long"
SERVER = {"Authorization": f"Bearer {KEY}", "OpenAI-Beta": "chatkit_beta=v1"}
ADA = {"Authorization": f"Bearer {KEY}", "X-ChatKit-User": "ada"}
NUMBERS = (
    "1e999",
    "-1e999",
    "NaN",
    "Infinity",
    "-Infinity",
    "9" * 5000,
    "1" + "0" * 400,
    "1E+0999",
    "[[1e400]]",
    "1" * 250 + "e99",
)


@pytest.fixture(scope="module")
async def keyed_server(make_settings: Callable[..., Settings]) -> AsyncIterator[str]:
    async with running(make_settings(server_key=KEY)) as address:
        yield address


@pytest.fixture
async def http(keyed_server: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=keyed_server, timeout=30, trust_env=False) as client:
        yield client


def bodies(thread: str, item: str) -> list[tuple[str, dict[str, str], dict[str, Any]]]:
    """Address, headers and body; the number stands where it says HERE."""

    def chatkit(kind: str, **params: Any) -> tuple[str, dict[str, str], dict[str, Any]]:
        return "/chatkit/client-tool", ADA, {"type": kind, "params": params}

    state = {"workflow": {"id": "echo", "state_variables": {"level": "HERE"}}}
    tag = {"type": "input_tag", "id": "t", "text": "x", "data": {"n": "HERE"}, "group": None, "interactive": False}
    message = {"content": [tag], "attachments": [], "inference_options": {}}
    action = {"type": "x", "payload": {"n": ["HERE"]}}
    return [
        ("/v1/chatkit/sessions", SERVER, {"user": "u", **state}),
        ("/api/chatkit/session", ADA, state),
        chatkit("threads.create", input=message),
        chatkit("threads.custom_action", thread_id=thread, item_id=item, action=action),
        chatkit("threads.sync_custom_action", thread_id=thread, item_id=item, action=action),
        chatkit("threads.add_client_tool_output", thread_id=thread, result={"n": "HERE"}),
        ("/chatkit/echo", ADA, {"type": "threads.list", "params": {}, "metadata": {"n": "HERE"}}),
        ("/visitor", {}, {"former": "HERE"}),
    ]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:12])
async def test_a_number_that_json_does_not_have_is_refused_in_a_sentence(
    http: httpx2.AsyncClient, keyed_server: str, number: str
) -> None:
    async with talking(keyed_server, ADA, "client-tool") as ada:
        made = await told(ada.create_thread("Hi"))
        for path, headers, body in bodies(made.thread_id, made.view.items[0].id):
            sent = json.dumps(body).replace('"HERE"', number)
            refused = await http.post(path, content=sent, headers={**headers, "Content-Type": "application/json"})
            problem = refused.json()
            if refused.status_code == 413:  # the token of a visitor is short
                assert (path, len(number)) == ("/visitor", 5000)
                continue
            assert refused.status_code in (400, 422), (path, problem)
            assert "JSON" in problem.get("detail", problem.get("error", {}).get("message", "")), (path, problem)
        assert (await ada.get_thread(made.thread_id)).id == made.thread_id


async def test_large_numbers_that_json_has_arrive_as_they_are(http: httpx2.AsyncClient) -> None:
    state = {"a": 1.5e15, "b": 5e-324, "c": 10**300, "d": "NaN", "e": "1e999", "f": -0.5, "g": "Infinity"}
    asked = {"user": "u", "workflow": {"id": "echo", "state_variables": state}}
    made = await http.post("/v1/chatkit/sessions", json=asked, headers=SERVER)
    assert made.status_code == 200
    assert made.json()["workflow"]["state_variables"] == state


@pytest.mark.parametrize("odd", ["%00", "a%00b", "%ED%A0%80", "%C0%AF", "%FF", "%F4%90%80%80", "%0D%0A", "9" * 5000])
async def test_an_address_with_what_no_text_can_hold_is_refused(http: httpx2.AsyncClient, odd: str) -> None:
    cursor = base64.urlsafe_b64encode(b'[1e999,"\\u0000"]').decode().rstrip("=")
    for path in (
        f"/v1/chatkit/threads?user={odd}",
        f"/v1/chatkit/threads?after={odd}",
        f"/v1/chatkit/threads?limit={odd}",
        f"/v1/chatkit/threads/{odd}",
        f"/v1/chatkit/threads/{odd}/items",
        f"/chatkit/runs/{odd}/events",
        f"/chatkit/threads/{odd}/run",
        f"/files/{odd}?link={odd}",
        f"/files/{odd}/link",
        f"/documents/{odd}",
        f"/assets/{odd}",
        f"/api/agents?{odd}={odd}",
        f"/v1/chatkit/threads?after=cur_{cursor}",
    ):
        headers = SERVER if path.startswith("/v1") else ADA
        answer = await http.get(path, headers=headers)
        assert answer.status_code < 500, (path[:80], answer.text)


async def test_a_nul_in_a_query_is_refused_in_a_sentence(http: httpx2.AsyncClient) -> None:
    refused = await http.get("/v1/chatkit/threads?user=a%00b", headers=SERVER)
    assert refused.status_code == 400
    assert "NUL" in refused.json()["error"]["message"]
    refused = await http.get("/api/agents?x=%00", headers=ADA)
    assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")
    assert "NUL" in refused.json()["detail"]


async def test_what_text_cannot_hold_is_left_out_of_texts(http: httpx2.AsyncClient) -> None:
    state = '{"a": "x\\u0000y", "b": "\\ud83d", "c": "\\ud83d\\ude00", "\\u0000k": 1}'
    sent = f'{{"user": "u", "workflow": {{"id": "echo", "state_variables": {state}}}}}'
    made = await http.post("/v1/chatkit/sessions", content=sent, headers={**SERVER, "Content-Type": "application/json"})
    assert made.status_code == 200
    assert made.json()["workflow"]["state_variables"] == {"a": "xy", "b": "\ufffd", "c": "😀", "k": 1}
