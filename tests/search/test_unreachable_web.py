"""A web search that cannot be reached: what the person reads, what the model is told, and what is stored of it."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from chatkit.types import WidgetItem

from chatkit_link.client import ChatKitClient
from chatkit_link.settings import Settings
from tests.agents.test_models import Scripted
from tests.conftest import running
from tests.finished_stream import stored, told
from tests.model_server import MODEL, Call, Say
from tests.sdk_server import serve

QUESTION = "How does an answer survive a reload?"


@pytest.fixture
def closed() -> Iterator[str]:
    """An address at which nothing answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize("provider", ["tavily", "brave", "searxng"])
async def test_a_search_that_cannot_be_reached_says_so_and_lists_no_page_of_the_manual(
    provider: str, closed: str, make_settings: Callable[..., Settings]
) -> None:
    key = {} if provider == "searxng" else {f"{provider}_api_key": "k"}
    settings = make_settings(search="auto", docs=None, **key, **{f"{provider}_url": closed})
    async with running(settings) as address, ChatKitClient(f"{address}/chatkit") as client:
        answer = await told(client.create_thread(QUESTION))
        items = await stored(client, answer.thread_id)
    assert "could not be reached" in answer.text
    (widget,) = [item for item in items if isinstance(item, WidgetItem)]
    shown = widget.model_dump_json()
    assert "could not be reached" in shown
    assert "/documents/" not in shown
    assert "reload" not in answer.text


async def test_the_model_is_told_that_the_web_could_not_be_searched(
    closed: str, make_settings: Callable[..., Settings]
) -> None:
    model = Scripted([Call("search", {"query": "reload"}), Say("I could not search the web.")])
    async with serve(model.app()) as server:
        settings = make_settings(
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
