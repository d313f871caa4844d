"""A web search that cannot be reached: what the person reads, what the model is told, and what is stored of it."""

import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import WorkflowItem
from fastapi import FastAPI
from fastapi.responses import Response

from chatkit_link.client import ChatKitClient
from chatkit_link.settings import Settings
from tests.agents.test_models import Scripted
from tests.conftest import running
from tests.files.test_storage_claim import at, own_database
from tests.finished_stream import stored, told
from tests.model_server import MODEL, Call, Say
from tests.sdk_server import serve

assert at and own_database  # fixtures
QUESTION = "How does an answer survive a reload?"
KEY = "key-that-nobody-may-see"


@pytest.fixture
def closed() -> Iterator[str]:
    """An address at which nothing answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize("provider", ["tavily", "brave", "searxng"])
async def test_a_search_that_cannot_be_reached_says_so_and_lists_no_page_of_the_manual(
    provider: str, closed: str, at: Callable[..., Settings], caplog: pytest.LogCaptureFixture
) -> None:
    key = {} if provider == "searxng" else {f"{provider}_api_key": KEY}
    settings = at("one", search="auto", docs=None, **key, **{f"{provider}_url": closed})
    async with running(settings) as address, ChatKitClient(f"{address}/chatkit") as client:
        answer = await told(client.create_thread(QUESTION))
        items = await stored(client, answer.thread_id)
    assert "could not be reached" in answer.text
    (search,) = [item for item in items if isinstance(item, WorkflowItem)]
    shown = search.model_dump_json()
    assert "could not be reached" in shown
    assert search.workflow.expanded, "what failed is not folded away"
    assert "/documents/" not in shown
    assert "reload" not in answer.text
    (line,) = [message for message in caplog.messages if "could not be reached" in message]
    assert re.match(r"request \S+: the tool search failed: ", line)
    assert line.endswith(f" could not be reached. (ConnectError at {closed.removeprefix('http://')})")
    assert KEY not in caplog.text and QUESTION not in caplog.text


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [(401, "", "status 401"), (503, "", "status 503"), (302, "", "status 302"), (200, "<html>", "ValueError")],
)
async def test_a_search_service_that_refuses_leaves_the_reason_and_the_place_in_the_log(
    status: int, body: str, why: str, make_settings: Callable[..., Settings], caplog: pytest.LogCaptureFixture
) -> None:
    app = FastAPI()

    @app.get("/search")
    async def search() -> Response:
        return Response(body, status, {"Location": "/elsewhere?key=" + KEY})

    async with serve(app) as server:
        address = server.replace("http://", f"http://reader:{KEY}@")
        settings = make_settings(search="searxng", searxng_url=address)
        async with running(settings) as link, ChatKitClient(f"{link}/chatkit") as client:
            await told(client.create_thread(QUESTION))
    (line,) = [message for message in caplog.messages if "the tool search failed" in message]
    assert line.endswith(f"({why} at {server.removeprefix('http://')})")
    assert KEY not in caplog.text and QUESTION not in caplog.text


async def test_a_search_that_goes_on_in_the_operators_documents_leaves_the_reason_in_the_log(
    closed: str, tmp_path: Path, at: Callable[..., Settings], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "handbook.md").write_text("# Reload\n\nAn answer survives a reload because it is stored.\n")
    settings = at("one", search="auto", docs=tmp_path, searxng_url=closed)
    async with running(settings) as address, ChatKitClient(f"{address}/chatkit") as client:
        answer = await told(client.create_thread(QUESTION))
    assert "it is stored" in answer.text
    shown = next(item for item in answer.view.items if isinstance(item, WorkflowItem)).model_dump_json()
    assert "SearXNG could not be reached" in shown and "handbook.md" in shown
    (line,) = [message for message in caplog.messages if "goes on elsewhere" in message]
    assert line.endswith(f"SearXNG could not be reached. (ConnectError at {closed.removeprefix('http://')})")


async def test_the_model_is_told_that_the_web_could_not_be_searched(closed: str, at: Callable[..., Settings]) -> None:
    model = Scripted([Call("search", {"query": "reload"}), Say("I could not search the web.")])
    async with serve(model.app()) as server:
        settings = at(
            "one",
            search="auto",
            docs=None,
            searxng_url=closed,
            openai_base_url=f"{server}/v1",
            openai_api_key="k",
            model=MODEL,
        )
        async with running(settings) as address, ChatKitClient(f"{address}/chatkit") as client:
            answer = await told(client.create_thread(QUESTION))
    outputs = [output for request in model.requests for output in _outputs(request)]
    assert outputs
    assert all("SearXNG could not be reached" in output and "/documents/" not in output for output in outputs)
    assert "I could not search the web." in answer.text


def _outputs(request: dict[str, Any]) -> list[str]:
    return [str(item["output"]) for item in request["input"] if item.get("type") == "function_call_output"]
