"""A session that reaches one thread back: whatever else of its user's is asked for by its id is not there."""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from chatkit_link.http.identify import get_caller
from chatkit_link.store.engine import Database
from tests.limits.users import new_input
from tests.routes import Asked, every
from tests.sessions.holder import UPLOADS, Chat, Holder, MakeHolder

OUT_OF_REACH = "This session does not reach back to that chat. Please start a new one."

#: Routes that need a body.
BODIES: dict[str, Callable[[Chat], dict[str, Any]]] = {
    "PATCH /chatkit/threads/{thread_id}": lambda _: {"pinned": True},
    "POST /chatkit/threads/{thread_id}/branches": lambda c: {"item_id": c.item_id},
    "PATCH /chatkit/threads/{thread_id}/queue/{queued_id}": lambda _: {"text": "in other words"},
    "POST /chatkit/threads/{thread_id}/shares": lambda _: {},
}
#: What a thread has none of, in a thread that is in reach.
UNKNOWN_IDS = {"queued_id": "que_none", "share_id": "shr_none"}

Request = Callable[[Chat], dict[str, Any]]
ACTION = {"type": "x", "payload": {}, "handler": "server"}

#: All requests that name a thread, a message or a file of one.
REQUESTS: dict[str, Request] = {
    "threads.get_by_id": lambda c: {"thread_id": c.thread_id},
    "threads.update": lambda c: {"thread_id": c.thread_id, "title": "Mine"},
    "threads.add_user_message": lambda c: {"thread_id": c.thread_id, "input": new_input()},
    "threads.add_client_tool_output": lambda c: {"thread_id": c.thread_id, "result": 1},
    "threads.add_structured_input": lambda c: {
        "thread_id": c.thread_id, "item_id": c.item_id, "input": {"answers": {}},
    },
    "threads.retry_after_item": lambda c: {"thread_id": c.thread_id, "item_id": c.item_id},
    "threads.custom_action": lambda c: {"thread_id": c.thread_id, "item_id": c.item_id, "action": ACTION},
    "threads.sync_custom_action": lambda c: {"thread_id": c.thread_id, "item_id": c.item_id, "action": ACTION},
    "items.list": lambda c: {"thread_id": c.thread_id},
    "items.feedback": lambda c: {"thread_id": c.thread_id, "item_ids": [c.item_id], "kind": "positive"},
    "attachments.delete": lambda c: {"attachment_id": c.file_id},
    "threads.create": lambda c: {"input": new_input() | {"attachments": [c.file_id]}},
    "threads.delete": lambda c: {"thread_id": c.thread_id},
}  # fmt: skip
#: The others name nothing that is there already.
NAMING_NOTHING = {"threads.list", "attachments.create", "input.transcribe"}


@dataclass
class Chats:
    """Two threads of one user, and a session that reaches the newer one only. links: as that session got them."""

    limited: Holder
    unlimited: Holder
    older: Chat
    newer: Chat
    database: Database

    async def everything(self) -> list[object]:
        """All that the older thread is, with its files and feedback."""
        read = await self.unlimited.post("threads.get_by_id", thread_id=self.older.thread_id)
        async with self.database.system() as connection:
            given = await connection.connection.fetch(
                "SELECT kind FROM feedback WHERE thread_id = $1", self.older.thread_id
            )
        ids = [item["id"] for item in read.json()["items"]["data"]]
        file = (await self.unlimited.http.get(f"/files/{self.older.file_id}/link")).status_code
        return [read.status_code, read.json()["title"], ids, file, given]


POLICIES = ["recent_threads", "no history"]


@pytest.fixture(params=POLICIES)
async def chats(hold: MakeHolder, database: Database, request: pytest.FixtureRequest) -> Chats:
    history = {"recent_threads": 1} if request.param == "recent_threads" else {"enabled": False}
    unlimited = await hold(file_upload=UPLOADS)
    limited = await hold(file_upload=UPLOADS, history=history)
    older = await unlimited.chat()
    older = replace(older, link=await limited.link(older.file_id))  # while it is in reach
    newer = await limited.chat()
    if request.param != "recent_threads":
        async with database.system() as connection:
            await connection.connection.fetch(
                "UPDATE threads SET last_activity = last_activity - interval '2 days' WHERE id = $1", older.thread_id
            )
    return Chats(limited, unlimited, older, newer, database)


def test_every_request_is_tried() -> None:
    assert len(REQUESTS) + len(NAMING_NOTHING) == 16


@pytest.mark.parametrize("kind", REQUESTS)
async def test_a_request_about_an_older_thread_finds_nothing_and_changes_nothing(chats: Chats, kind: str) -> None:
    before = await chats.everything()
    refused = await chats.limited.post(kind, **REQUESTS[kind](chats.older))
    assert (refused.status_code, refused.json()["detail"]) == (404, OUT_OF_REACH)
    assert await chats.everything() == before


@pytest.mark.parametrize("kind", REQUESTS)
async def test_the_same_request_about_the_thread_in_reach_is_answered(chats: Chats, kind: str) -> None:
    answer = await chats.limited.post(kind, **REQUESTS[kind](chats.newer))
    assert OUT_OF_REACH not in answer.text
    assert answer.status_code != 404
    # The other session reaches both, and finds the older one as well.
    found = await chats.unlimited.post(kind, **REQUESTS[kind](chats.older))
    assert found.status_code == answer.status_code


def routes_by_id(app: FastAPI) -> Iterator[Asked]:
    """Every route whose path names a thread, a run or a file."""
    for route in every(app.routes):
        if route.path & {"thread_id", "run_id", "file_id"} and (
            get_caller in route.calls or route.template.startswith("/files/")
        ):
            yield route


async def asked(holder: Holder, route: Asked, chat: Chat, headers: dict[str, str] | None = None) -> httpx2.Response:
    path = re.sub(r"\{(\w+)\}", lambda name: UNKNOWN_IDS.get(name[1]) or getattr(chat, name[1]), route.template)
    query = "" if get_caller in route.calls else "?" + chat.link.partition("?")[2]
    body = BODIES.get(str(route))
    return await holder.http.request(route.method, path + query, headers=headers, json=body and body(chat))


def is_open(route: Asked, answer: httpx2.Response) -> bool:
    if route.path & set(UNKNOWN_IDS):
        return answer.status_code == 404 and answer.json()["detail"] != OUT_OF_REACH
    return answer.is_success


async def test_every_route_by_id_is_closed_for_an_older_thread_and_open_for_the_newer(
    chats: Chats, app: FastAPI
) -> None:
    routes = list(routes_by_id(app))
    assert {str(route) for route in routes} >= {
        "GET /chatkit/runs/{run_id}/events",
        "POST /chatkit/runs/{run_id}/cancel",
        "GET /chatkit/threads/{thread_id}/run",
        "GET /chatkit/threads/{thread_id}/branches",
        "GET /chatkit/threads/{thread_id}/queue",
        "GET /chatkit/threads/{thread_id}/shares",
        *BODIES,
        "GET /files/{file_id}",
        "HEAD /files/{file_id}",
        "GET /files/{file_id}/preview",
        "GET /files/{file_id}/link",
    }
    for route in routes:
        if route.method == "PUT":  # its links are for a file that no thread has yet
            continue
        refused = await asked(chats.limited, route, chats.older)
        assert refused.status_code == 404, route
        assert route.method == "HEAD" or refused.json()["detail"] == OUT_OF_REACH, route
        assert is_open(route, await asked(chats.limited, route, chats.newer)), route
        link = await chats.unlimited.link(chats.older.file_id)
        assert is_open(route, await asked(chats.unlimited, route, replace(chats.older, link=link))), route


async def test_a_run_is_not_followed_on_from_an_event_either(chats: Chats, app: FastAPI) -> None:
    (events,) = [route for route in routes_by_id(app) if route.template.endswith("/events")]
    for headers in ({"Last-Event-ID": "1"}, {"Last-Event-ID": "x"}):
        refused = await asked(chats.limited, events, chats.older, headers)
        assert (refused.status_code, refused.json()["detail"]) == (404, OUT_OF_REACH)


async def test_a_running_answer_of_an_older_thread_is_not_stopped(hold: MakeHolder) -> None:
    unlimited, limited = await hold(agent="slow"), await hold(agent="slow", history={"recent_threads": 1})
    body = {"type": "threads.create", "params": {"input": new_input()}}
    async with unlimited.http.stream("POST", "/chatkit", json=body) as running:
        run_id = running.headers["x-run-id"]
        async with limited.http.stream("POST", "/chatkit", json=body) as newer:
            refused = await limited.http.post(f"/chatkit/runs/{run_id}/cancel")
            mine = await limited.http.post(f"/chatkit/runs/{newer.headers['x-run-id']}/cancel")
        assert (refused.status_code, refused.json()["detail"]) == (404, OUT_OF_REACH)
        assert mine.json()["status"] == "cancelled"
        stopped = await unlimited.http.post(f"/chatkit/runs/{run_id}/cancel")
        assert stopped.json()["status"] == "cancelled", "it had gone on until now"


async def test_a_message_in_reach_does_not_learn_the_name_of_an_older_file(chats: Chats) -> None:
    carrying = new_input() | {"attachments": [chats.older.file_id]}
    refused = await chats.limited.post("threads.add_user_message", thread_id=chats.newer.thread_id, input=carrying)
    assert (refused.status_code, refused.json()["detail"]) == (404, OUT_OF_REACH)
    assert "tea" not in refused.text


async def test_an_older_thread_is_in_no_list_and_is_not_found(chats: Chats) -> None:
    listed = (await chats.limited.http.get("/chatkit/threads")).json()
    assert chats.older.thread_id not in {thread["id"] for thread in listed["pinned"] + listed["threads"]}
    found = (await chats.limited.http.get("/chatkit/search", params={"q": "x"})).json()
    assert chats.older.thread_id not in {hit["thread_id"] for hit in found["hits"]}
    found = (await chats.unlimited.http.get("/chatkit/search", params={"q": "x"})).json()
    assert chats.older.thread_id in {hit["thread_id"] for hit in found["hits"]}


async def test_an_older_thread_is_in_no_list_and_starts_none(chats: Chats) -> None:
    for params in ({}, {"after": chats.older.thread_id}, {"order": "asc"}, {"limit": 100}):
        listed = await chats.limited.post("threads.list", **params)
        assert chats.older.thread_id not in {thread["id"] for thread in listed.json()["data"]}


Naming = Callable[[Holder, str], Awaitable[httpx2.Response]]
UNKNOWN: dict[str, Naming] = {
    "thread": lambda h, some: h.post("threads.get_by_id", thread_id=f"thr_{some}"),
    "run": lambda h, some: h.http.get(f"/chatkit/runs/run_{some}/events"),
    "no id of a run": lambda h, some: h.http.get(f"/chatkit/runs/{some}/events"),
    "file": lambda h, some: h.http.get(f"/files/atc_{some}/link"),
    "attachment": lambda h, some: h.post("attachments.delete", attachment_id=f"atc_{some}"),
}


@pytest.mark.parametrize("naming", UNKNOWN.values(), ids=UNKNOWN)
async def test_what_is_not_there_is_refused_as_for_everybody(hold: MakeHolder, naming: Naming) -> None:
    everything, recent = await hold(), await hold(history={"recent_threads": 1})
    usual, limited = await naming(everything, "0" * 32), await naming(recent, "0" * 32)
    assert usual.status_code in {400, 404}
    assert (limited.status_code, limited.json()["detail"]) == (usual.status_code, usual.json()["detail"])
