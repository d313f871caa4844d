"""``server.process`` in a route of somebody's own, on our stores, served by plain uvicorn."""

import asyncio
import os
from pathlib import Path

import httpx2
import psutil

from tests.model_server import Say, model_server
from tests.own_route.conftest import ask, texts, threads, uvicorn

#: The main.py of OpenAI's "Advanced integrations" as it is printed, with the imports that it leaves out, the names that
#: the SDK has given its classes since, and our stores in the place of its own two.
PRINTED = """
from collections.abc import AsyncIterator
from typing import Any

from agents import Agent, Runner
from chatkit.agents import AgentContext, simple_to_agent_input, stream_agent_response
from chatkit.server import ChatKitServer, StreamingResult
from chatkit.store import Store
from chatkit.types import ClientToolCallItem as ClientToolCallOutputItem
from chatkit.types import ThreadMetadata, UserMessageItem
from chatkit.types import ThreadStreamEvent as Event
from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse

from chatkit_link import DataStore as SQLiteStore
from chatkit_link import FileStore
from chatkit_link import FileStore as DiskFileStore


class MyChatKitServer(ChatKitServer):
    def __init__(self, data_store: Store, file_store: FileStore | None = None):
        super().__init__(data_store, file_store)


    assistant_agent = Agent[AgentContext](
        model="gpt-4.1",
        name="Assistant",
        instructions="You are a helpful assistant",
    )


    async def respond(
        self,
        thread: ThreadMetadata,
        input: UserMessageItem | ClientToolCallOutputItem,
        context: Any,
    ) -> AsyncIterator[Event]:
        agent_context = AgentContext(
            thread=thread,
            store=self.store,
            request_context=context,
        )
        result = Runner.run_streamed(
            self.assistant_agent,
            await simple_to_agent_input(input),
            context=agent_context,
        )
        async for event in stream_agent_response(agent_context, result):
            yield event


app = FastAPI()
data_store = SQLiteStore()
file_store = DiskFileStore(data_store)
server = MyChatKitServer(data_store, file_store)


@app.post("/chatkit")
async def chatkit_endpoint(request: Request):
    result = await server.process(await request.body(), {})
    if isinstance(result, StreamingResult):
        return StreamingResponse(result, media_type="text/event-stream")
    return Response(content=result.json, media_type="application/json")
"""

ECHO = """
from datetime import datetime

from chatkit.server import ChatKitServer, StreamingResult
from chatkit.types import AssistantMessageContent, AssistantMessageItem, ThreadItemDoneEvent
from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse

from chatkit_link import DataStore, FileStore


class Echo(ChatKitServer):
    async def respond(self, thread, message, context):
        text = f"You said: {message.content[0].text}"
        for attachment in message.attachments:
            text += f" and sent {len(await file_store.read(attachment.id, context))} bytes"
        yield ThreadItemDoneEvent(
            item=AssistantMessageItem(
                id=ITEM or self.store.generate_item_id("message", thread, context),
                thread_id=thread.id,
                created_at=datetime.now(),
                content=[AssistantMessageContent(text=text)],
            )
        )


ITEM = ""
data_store = DataStore()
file_store = FileStore(data_store)
server = Echo(data_store, file_store)
app = FastAPI(lifespan=data_store.lifespan)
app.mount("/files", file_store.app)


@app.post("/chatkit")
async def chatkit(request: Request):
    context = {"user_id": request.headers.get("x-user"), "request": request}
    result = await server.process(await request.body(), context)
    if isinstance(result, StreamingResult):
        return StreamingResponse(result, media_type="text/event-stream")
    return Response(result.json, media_type="application/json")
"""


async def test_the_printed_main_keeps_its_answers_across_a_restart_without_a_database_of_ones_own(folder: Path) -> None:
    (folder / "main.py").write_text(PRINTED)
    async with model_server(Say("Good morning."), Say("Good evening.")) as model:
        keys = {"OPENAI_API_KEY": "sk-test-key", "OPENAI_BASE_URL": model.address}
        await asyncio.to_thread(_ask_before_and_after_a_restart, folder, keys)


def _ask_before_and_after_a_restart(folder: Path, keys: dict[str, str]) -> None:
    with uvicorn(folder, **keys) as (address, output), httpx2.Client(base_url=address, timeout=60) as http:
        thread = ask(http, "Hello")
        assert threads(http) == [thread]
    with uvicorn(folder, **keys) as (address, output), httpx2.Client(base_url=address, timeout=60) as http:
        assert threads(http) == [thread]
        assert texts(http, thread) == ["Hello", "Good morning."]
        ask(http, "And now?", thread)
        assert texts(http, thread) == ["Hello", "Good morning.", "And now?", "Good evening."]
    assert "all visitors are one user" in output.read_text()
    assert "Traceback" not in output.read_text()


def test_two_workers_serve_each_user_their_own_threads_and_another_start_still_has_them(
    folder: Path, postgres_url: str
) -> None:
    (folder / "main.py").write_text(ECHO)
    settings = {"DATABASE_URL": postgres_url, "CHATKIT_LINK_DATA": str(folder / "data")}
    ada, bob = f"ada-{os.urandom(4).hex()}", f"bob-{os.urandom(4).hex()}"
    made: list[str] = []
    with uvicorn(folder, "--workers", "2", **settings) as (address, _):
        for _ in range(6):  # each over a connection of its own, which either worker may take
            with httpx2.Client(base_url=address, timeout=60, headers={"x-user": ada}) as http:
                made.append(ask(http, "Hello"))
        with httpx2.Client(base_url=address, timeout=60, headers={"x-user": bob}) as http:
            assert threads(http) == []
            foreign = http.post("/chatkit", json={"type": "threads.get_by_id", "params": {"thread_id": made[0]}})
            assert foreign.status_code >= 400
            assert "Hello" not in foreign.text
    with uvicorn(folder, **settings) as (address, output):
        with httpx2.Client(base_url=address, timeout=60, headers={"x-user": ada}) as http:
            assert sorted(threads(http)) == sorted(made)
            assert texts(http, made[0]) == ["Hello", "You said: Hello"]
        with httpx2.Client(base_url=address, timeout=60) as http:  # nobody is signed in, and nobody's rows are read
            refused = http.post("/chatkit", json={"type": "threads.list", "params": {}})
            assert refused.status_code == 500 and made[0] not in refused.text
    assert "is the user signed in?" in output.read_text()


def test_a_lifespan_stops_the_embedded_database_with_the_server(folder: Path) -> None:
    (folder / "main.py").write_text(ECHO)
    with (
        uvicorn(folder) as (address, _),
        httpx2.Client(base_url=address, timeout=60, headers={"x-user": "ada"}) as http,
    ):
        ask(http, "Hello")
        postmaster = int((folder / ".chatkit-link/postgres/postmaster.pid").read_text().splitlines()[0])
        assert psutil.pid_exists(postmaster)
    assert not psutil.pid_exists(postmaster) or psutil.Process(postmaster).status() == psutil.STATUS_ZOMBIE


def test_answers_of_a_model_without_item_ids_stand_beside_each_other(folder: Path, postgres_url: str) -> None:
    (folder / "main.py").write_text(ECHO.replace('ITEM = ""', 'ITEM = "__fake_id__"'))
    with (
        uvicorn(folder, DATABASE_URL=postgres_url) as (address, _),
        httpx2.Client(base_url=address, timeout=60, headers={"x-user": os.urandom(4).hex()}) as http,
    ):
        thread = ask(http, "One")
        ask(http, "Two", thread)
        assert texts(http, thread) == ["One", "You said: One", "Two", "You said: Two"]


def test_a_file_is_uploaded_read_displayed_and_deleted(folder: Path) -> None:
    """On a database of its own: those of other tests have their files elsewhere."""
    (folder / "main.py").write_text(ECHO)
    user = os.urandom(4).hex()
    with (
        uvicorn(folder) as (address, _),
        httpx2.Client(base_url=address, timeout=60, headers={"x-user": user}) as http,
    ):
        params = {"name": "notes.txt", "size": 5, "mime_type": "text/plain"}
        made = http.post("/chatkit", json={"type": "attachments.create", "params": params}).json()
        upload = made["upload_descriptor"]
        assert upload["url"].startswith(f"{address}/files/")
        assert http.put(upload["url"], content=b"hello", headers=upload["headers"]).status_code == 204
        message = {
            "content": [{"type": "input_text", "text": "Look"}],
            "attachments": [made["id"]],
            "inference_options": {},
        }
        answer = http.post("/chatkit", json={"type": "threads.create", "params": {"input": message}})
        assert "You said: Look and sent 5 bytes" in answer.text
        assert http.get(f"{address}/files/{made['id']}").status_code == 404  # a link alone opens it
        gone = http.post("/chatkit", json={"type": "attachments.delete", "params": {"attachment_id": made["id"]}})
        assert gone.status_code == 200, gone.text
