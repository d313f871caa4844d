"""A tool of a real MCP server that answers ``isError``, or whose server is gone, is a tool that fails."""

import sys
from pathlib import Path
from typing import Any

import pytest
from agents import Agent, OpenAIResponsesModel, RunConfig, RunContextWrapper, RunHooks, Runner, Tool
from agents.mcp import MCPServerStdio
from mcp import MCPError
from mcp.types import CallToolResult
from openai import AsyncOpenAI
from typing_extensions import override

from chatkit_link.agents.errors.explain import Failure, explain
from chatkit_link.agents.tool_failures import ToolFailure, failure_of, marked, report_failures_of, with_tool_policy
from tests.model_server import MODEL, Call, ModelServer, Say, model_server

SERVER = """
import os
from mcp.server.mcpserver import MCPServer

server = MCPServer("shop")

@server.tool()
def order(tea: str) -> str:
    if tea == "crash":
        os._exit(1)
    if tea == "none":
        raise ValueError("sold out")
    return "on its way"

server.run()
"""


class Marking(MCPServerStdio):
    @override
    async def call_tool(self, *args: Any, **given: Any) -> CallToolResult:
        return marked(await super().call_tool(*args, **given))


class Seen(RunHooks[Any]):
    def __init__(self) -> None:
        self.failures: list[ToolFailure | None] = []

    @override
    async def on_tool_start(self, context: RunContextWrapper[Any], agent: Agent[Any], tool: Tool) -> None:
        report_failures_of(tool)

    @override
    async def on_tool_end(self, context: RunContextWrapper[Any], agent: Agent[Any], tool: Tool, result: Any) -> None:
        self.failures.append(failure_of(context, tool, result))


async def _order(model: ModelServer, folder: Path) -> tuple[Seen, Any]:
    (folder / "shop.py").write_text(SERVER)
    seen = Seen()
    async with (
        AsyncOpenAI(api_key="sk-1", base_url=model.address) as client,
        Marking({"command": sys.executable, "args": [str(folder / "shop.py")]}) as shop,
    ):
        agent = Agent(name="A", model=OpenAIResponsesModel(MODEL, client), mcp_servers=[shop])
        config = with_tool_policy(RunConfig(tracing_disabled=True), 1000)
        result = await Runner.run(agent, "Order", hooks=seen, run_config=config)
    return seen, result.final_output


@pytest.mark.parametrize(("tea", "expected"), [("none", "Error executing tool order"), ("green", None)])
async def test_what_an_mcp_server_calls_an_error_is_a_failure(tmp_path: Path, tea: str, expected: str | None) -> None:
    async with model_server(Call("order", {"tea": tea}), Say("So.")) as model:
        seen, answer = await _order(model, tmp_path)
    assert answer == "So."
    (failure,) = seen.failures
    assert (failure is None) == (expected is None)
    assert expected is None or expected in str(model.requests[1])


async def test_a_server_that_is_gone_is_a_failed_tool_and_then_a_notice(tmp_path: Path) -> None:
    async with model_server(Call("order", {"tea": "crash"}), Say("So.")) as model:
        with pytest.raises(MCPError) as caught:
            await _order(model, tmp_path)
    explained = explain(caught.value)
    assert isinstance(explained, Failure)
    assert explained.failure_code == "tool_broke"
