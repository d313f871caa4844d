"""What ``chatkit-link agents`` prints of MCP servers: the tools of each, or why there are none."""

import asyncio
from dataclasses import dataclass

from rich.table import Table

from chatkit_link.agents.mcp.connection import reason_of
from chatkit_link.agents.mcp.resilient_server import ResilientServer
from chatkit_link.agents.mcp.servers import McpServers

#: Seconds that one server gets to list its tools.
_LIST = 10.0


@dataclass(frozen=True, slots=True)
class ServerReport:
    """agents: ids of those that use it. tools: their names; none if there is a ``reason``.

    missing: tools that the catalog names and the server does not have.
    """

    name: str
    agents: list[str]
    tools: list[str]
    reason: str | None
    missing: list[str]
    required: bool


async def report_servers(servers: McpServers) -> list[ServerReport]:
    """Connect to all servers, list their tools, and close them, within a bounded time."""
    async with servers:
        return list(await asyncio.gather(*(_report(servers, server) for server in servers.users)))


async def _report(servers: McpServers, server: ResilientServer) -> ServerReport:
    connection, agents = server.connection, servers.users[server]
    tools, reason = list[str](), connection.reason
    if connection.is_up:
        try:
            async with asyncio.timeout(_LIST):
                tools = [tool.name for tool in await connection.server.list_tools()]
        except Exception as error:  # noqa: BLE001  # whatever a server does: it is what is printed
            reason = reason_of(error, _LIST)
    missing = [] if reason else sorted(servers.named_tools(server) - set(tools))
    return ServerReport(connection.name, agents, tools, reason, missing, server.required)


def servers_table(reports: list[ServerReport]) -> Table:
    table = Table("MCP server", "Agents", "Tools", box=None, pad_edge=False)
    for report in reports:
        tools = ", ".join(report.tools) or "none"
        if report.reason:
            tools = f"not available: {report.reason}"
        if report.missing:
            tools += f" (it has no {', '.join(report.missing)}, which the catalog names)"
        table.add_row(report.name, ", ".join(report.agents), tools)
    return table
