"""Calls of an MCP server's tools in the middle of which a replica died."""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from agents import Agent
from agents.mcp import MCPServer
from mcp.server.mcpserver import MCPServer as Serving
from mcp.types import ToolAnnotations

from chatkit_link.agents.mcp.servers import McpServers
from chatkit_link.agents.mcp.table import McpTable
from chatkit_link.agents.tool_steps import UNCERTAIN
from chatkit_link.store.postgres import PostgresStore
from tests.agents.taken_over import Lab, lab
from tests.model_server import Call, Say
from tests.sdk_server import serve


@asynccontextmanager
async def shop(calls: Counter[str], hints: ToolAnnotations | None) -> AsyncGenerator[list[MCPServer]]:
    """A server with one tool, over HTTP, as an agent has it."""

    async def order(what: str) -> str:
        calls["order"] += 1
        return f"ordered {what}"

    server = Serving("Shop", log_level="CRITICAL")
    server.add_tool(order, annotations=hints)
    app = server.streamable_http_app()
    async with server.session_manager.run(), serve(app) as address:
        servers = McpServers({"shop": McpTable(url=f"{address}/mcp")}, folder=Path(), variables={})
        listed = servers.listed("a", ["shop"])
        async with servers:
            yield listed


@pytest.mark.parametrize(
    ("hints", "again"),
    [
        (ToolAnnotations(read_only_hint=True), True),
        (ToolAnnotations(idempotent_hint=True), True),
        (ToolAnnotations(read_only_hint=False, destructive_hint=False), False),
        (None, False),
    ],
    ids=["read only", "idempotent", "harmless", "none"],
)
async def test_a_tool_of_an_mcp_server_is_called_again_if_its_hints_allow_it(
    store: PostgresStore, hints: ToolAnnotations | None, *, again: bool
) -> None:
    calls = Counter[str]()
    async with shop(calls, hints) as servers:

        def agent(_: Lab) -> Agent[Any]:
            return Agent(name="A", mcp_servers=servers)

        async with lab(agent, store, Call("order", {"what": "tea"}), Say("I see.")) as here:
            whole = await here.undisturbed()
            start = next(at for at, entry in enumerate(whole.entries) if b"tool:" in entry[:20])
            calls.clear()
            outcome = await here.cut_at(start + 1, late=True)
    assert outcome.error is None
    assert calls["order"] == (2 if again else 1)
    given = str(here.model.requests[-1]["input"])
    assert (UNCERTAIN in given) is not again
    assert ("ordered tea" in given) is again
