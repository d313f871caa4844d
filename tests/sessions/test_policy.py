"""Each field of a session's policy, on every route on which it counts."""

import base64
import re
from typing import Any

import pytest
from fastapi import FastAPI

from tests.limits.users import new_input
from tests.routes import every
from tests.sessions.holder import UPLOADS, MakeHolder

ACTION = {"type": "x", "payload": {}, "handler": "server"}
#: Each for a thread that is not there: it counts before it is looked for.
COSTLY: dict[str, dict[str, Any]] = {
    "threads.create": {"input": new_input()},
    "threads.add_user_message": {"thread_id": "thr_none", "input": new_input()},
    "threads.add_client_tool_output": {"thread_id": "thr_none", "result": 1},
    "threads.add_structured_input": {"thread_id": "thr_none", "item_id": "msg_none", "input": {"answers": {}}},
    "threads.retry_after_item": {"thread_id": "thr_none", "item_id": "msg_none"},
    "threads.custom_action": {"thread_id": "thr_none", "action": ACTION},
    "threads.sync_custom_action": {"thread_id": "thr_none", "action": ACTION},
    "input.transcribe": {"audio_base64": base64.b64encode(b"sound").decode(), "mime_type": "audio/webm"},
}  # fmt: skip


@pytest.mark.parametrize("kind", COSTLY)
async def test_every_request_that_costs_something_counts_for_the_session(hold: MakeHolder, kind: str) -> None:
    holder, other = await hold(per_minute=1), await hold(per_minute=1)
    answers = [await holder.post(kind, **COSTLY[kind]) for _ in range(2)]
    assert [answer.status_code == 429 for answer in answers] == [False, True]
    assert "at most 1 a minute" in answers[1].json()["detail"]
    assert (await other.post(kind, **COSTLY[kind])).status_code != 429


async def test_every_route_that_names_an_agent_refuses_another_than_the_sessions(
    app: FastAPI, hold: MakeHolder
) -> None:
    holder = await hold(agent="echo")
    routes = [route for route in every(app.routes) if "agent" in route.path | route.query]
    assert {route.template for route in routes} == {
        "/chatkit/{agent}", "/chatkit/threads", "/chatkit/search", "/api/entities", "/api/entities/{entity_id}/preview",
    }  # fmt: skip
    for route in routes:
        path = route.template.format(agent="shop", entity_id="x")
        queries = [""] if "agent" in route.path else ["?agent=shop", "?agent=echo&agent=shop", "?agent=shop&agent=echo"]
        if route.template == "/chatkit/search":
            queries = [f"{query}&q=tea" for query in queries]
        for query in queries:
            refused = await holder.http.request(route.method, path + query, json={"type": "threads.list", "params": {}})
            assert refused.status_code == 403, (route, query)
            assert "for another assistant" in refused.json()["detail"]


async def test_a_session_that_takes_no_files_sends_none_either(hold: MakeHolder) -> None:
    """They are the user's own, and were uploaded by another session."""
    uploading, without = await hold(file_upload=UPLOADS), await hold()
    file_id, chat = await uploading.attach(), await uploading.chat()
    carrying = new_input() | {"attachments": [file_id]}
    for refused in (
        await without.post("threads.create", input=carrying),
        await without.post("threads.add_user_message", thread_id=chat.thread_id, input=carrying),
    ):
        assert (refused.status_code, refused.json()["detail"]) == (403, "This assistant takes no files.")
    read = await without.post("threads.get_by_id", thread_id=chat.thread_id)
    assert len(read.json()["items"]["data"]) == 2, "a message, and its answer"
    assert (await without.http.get(chat.link)).status_code == 200, "files in reach can be seen"


async def test_a_session_sends_no_file_that_is_larger_than_it_takes(hold: MakeHolder) -> None:
    large, small = await hold(file_upload=UPLOADS | {"max_file_size": 3}), await hold(file_upload=UPLOADS)
    sent = await large.http.post("/files", files={"file": ("tea.txt", b"tea " * 400_000, "text/plain")})
    carrying = new_input() | {"attachments": [sent.json()["id"]]}
    refused = await small.post("threads.create", input=carrying)
    assert (refused.status_code, refused.json()["detail"]) == (
        413, "The file is too large: at most 1,000,000 bytes fit.",
    )  # fmt: skip
    assert (await large.post("threads.create", input=carrying)).status_code == 200


async def test_what_a_page_is_offered_is_what_the_session_takes(hold: MakeHolder) -> None:
    for holder, expected in ((await hold(), None), (await hold(file_upload=UPLOADS), 1_000_000)):
        (agent,) = (await holder.http.get("/api/agents")).json()["agents"]
        assert (agent["uploads"] or {}).get("max_size") == expected


async def test_a_client_secret_makes_no_sessions_anywhere(app: FastAPI, hold: MakeHolder) -> None:
    holder = await hold()
    making = [
        str(route).removeprefix("POST ")
        for route in every(app.routes)
        if re.search(r"session$", route.template) and route.method == "POST"
    ]
    assert set(making) == {"/api/chatkit/session", "/api/create-session", "/api/cancel-session"}
    for path in making:
        refused = await holder.http.post(path, json={"workflow_id": "wf_1", "api_key": "sk-good-ada"})
        assert refused.status_code == 403, path
        assert refused.json()["detail"].startswith("A client secret creates no sessions")


async def test_a_client_secret_ends_its_own_session_and_no_other_of_the_user(hold: MakeHolder) -> None:
    one, other = await hold(), await hold()
    refused = await one.http.post(f"/api/chatkit/session/{other.session.id}/cancel")
    unknown = await one.http.post("/api/chatkit/session/cksess_none/cancel")
    assert (refused.status_code, refused.json()["detail"]) == (404, unknown.json()["detail"])
    assert (await other.post("threads.list")).status_code == 200
    ended = await one.http.post(f"/api/chatkit/session/{one.session.id}/cancel")
    assert ended.json()["status"] == "cancelled"
    assert (await one.post("threads.list")).status_code == 401
