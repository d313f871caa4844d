"""Traces of the Agents SDK, with a server that would take them in OpenAI's place."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import agents
import pytest
from agents.tracing.processors import default_exporter, default_processor
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chatkit_link.client import ChatKitClient
from chatkit_link.settings import Settings
from tests.conftest import running
from tests.finished_stream import told
from tests.sdk_server import serve

CATALOG = '[agents.brought]\ntarget = "brought.py:Brought"\n[agents.plain]\ntarget = "brought.py:agent"\n'
BROUGHT = """
from agents import Agent, Runner
from chatkit.agents import AgentContext, simple_to_agent_input, stream_agent_response
from chatkit.server import ChatKitServer
from chatkit_link.agents.offline.model import OfflineModel

agent = Agent(name="Brought", model=OfflineModel(pace=0, decide=lambda given, tools: "Here I am."))

class Brought(ChatKitServer):
    async def respond(self, thread, input_user_message, context):
        turn = AgentContext(thread=thread, store=self.store, request_context=context)
        result = Runner.run_streamed(agent, "Are you there?", context=turn)
        async for event in stream_agent_response(turn, result):
            yield event
"""
#: A trace of a run, and the key that came with it.
Received = list[tuple[str, str]]


@pytest.fixture(autouse=True)
def processors() -> Iterator[None]:
    yield
    agents.set_trace_processors([])


@asynccontextmanager
async def receiver(received: Received) -> AsyncIterator[str]:
    async def take(request: Request) -> Response:
        sent: dict[str, Any] = await request.json()
        names = [item["workflow_name"] for item in sent["data"] if item["object"] == "trace"]
        received.extend((name, request.headers["authorization"]) for name in names)
        return Response(status_code=204)

    async with serve(Starlette(routes=[Route("/traces", take, methods=["POST"])])) as address:
        yield f"{address}/traces"


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-operator")
    (tmp_path / "brought.py").write_text(BROUGHT)
    (tmp_path / "chatkit-link.toml").write_text(CATALOG)
    return tmp_path / "chatkit-link.toml"


async def ask(address: str) -> None:
    for agent in ("brought", "plain"):
        async with ChatKitClient(f"{address}/chatkit/{agent}") as client:
            assert (await told(client.create_thread("Hello"))).text == "Here I am."


async def test_no_trace_leaves_this_server_by_default_also_with_a_key_in_the_environment(
    make_settings: Callable[..., Settings], catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    received: Received = []
    async with receiver(received) as openai:
        monkeypatch.setattr(default_exporter(), "endpoint", openai)
        async with running(make_settings(config=catalog)) as address:
            await ask(address)
            await asyncio.to_thread(default_processor().force_flush)
            assert received == []
            # The same server with the SDK's own default: what would have been sent.
            agents.set_trace_processors([default_processor()])
            await ask(address)
            await asyncio.to_thread(default_processor().force_flush)
        assert received == [("Agent workflow", "Bearer sk-of-the-operator")]


async def test_traces_go_to_the_address_of_the_settings_with_the_key_for_it(
    make_settings: Callable[..., Settings], catalog: Path
) -> None:
    received: Received = []
    async with receiver(received) as collector:
        settings = make_settings(config=catalog, traces_url=collector, traces_api_key="key-of-the-collector")
        async with running(settings) as address:
            await ask(address)
    assert sorted(set(received)) == [
        ("Agent workflow", "Bearer key-of-the-collector"),
        ("ChatKit Link", "Bearer key-of-the-collector"),
    ]


async def test_a_collector_without_a_key_is_not_sent_that_of_openai(
    make_settings: Callable[..., Settings], catalog: Path
) -> None:
    received: Received = []
    async with (
        receiver(received) as collector,
        running(make_settings(config=catalog, traces_url=collector)) as address,
    ):
        await ask(address)
        await asyncio.to_thread(agents.flush_traces)
    assert {key for _, key in received} == {"Bearer unused"}


async def test_a_processor_that_an_agents_own_code_adds_stays(
    make_settings: Callable[..., Settings], catalog: Path
) -> None:
    added = "import agents\nfrom agents.tracing.processors import ConsoleSpanExporter, BatchTraceProcessor\n"
    catalog.with_name("brought.py").write_text(
        f"{added}seen = []\n"
        "class Mine(BatchTraceProcessor):\n    def on_trace_start(self, trace): seen.append(trace.name)\n"
        f"agents.add_trace_processor(Mine(ConsoleSpanExporter()))\n{BROUGHT}"
    )
    async with running(make_settings(config=catalog)) as address:
        await ask(address)
    import brought  # pyright: ignore[reportMissingImports] - of the catalog's folder

    assert brought.seen == ["Agent workflow"]
