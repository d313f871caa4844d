"""``McpServers``: the MCP servers of all agents of this application, each of them open once."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from agents import Agent
from agents.mcp import MCPServer

from chatkit_link.agents.mcp.connection import ServerConnection
from chatkit_link.agents.mcp.resilient_server import ResilientServer
from chatkit_link.agents.mcp.table import CONNECT, McpTable, build_server
from chatkit_link.agents.reachable import reachable_agents

logger = logging.getLogger(__name__)

#: Seconds that the start of the application waits for servers to come up; they may come up later.
_START = 5.0


class McpServers:
    """Puts a ``ResilientServer`` in place of each server of an agent, and opens them all in its context.

    users: server -> ids of the agents that use it.
    """

    def __init__(self, tables: Mapping[str, McpTable], *, folder: Path, variables: Mapping[str, str]) -> None:
        """tables: of the catalog, by name. folder: where the catalog is. variables: the environment."""
        self._tables = tables
        self._folder = folder
        self._variables = variables
        self._listed: dict[str, ResilientServer] = {}
        #: By the identity of the server, as one object may be shared by several agents.
        self._brought: dict[int, ResilientServer] = {}
        self._replaced: list[tuple[list[MCPServer], list[MCPServer]]] = []
        self.users: dict[ResilientServer, list[str]] = {}

    def listed(self, agent_id: str, names: Iterable[str]) -> list[MCPServer]:
        """The servers ``names`` of the catalog, for this agent. Raises ConfigurationError: a variable is not set."""
        return [self._used(self._server_of(name), agent_id) for name in dict.fromkeys(names)]

    def named_tools(self, server: ResilientServer) -> set[str]:
        """Tools of a server that the catalog names; empty for a server that an agent brings along."""
        listed = {id(each): name for name, each in self._listed.items()}
        table = self._tables.get(listed.get(id(server), ""))
        return table.named_tools if table else set()

    def take_over(self, agent_id: str, agents: Iterable[Agent[Any]]) -> None:
        """Look after the servers of these agents, and of those that they hand over to or use as tools.

        A server that is connected already is its owner's to close, and left alone.
        """
        for agent in reachable_agents(*agents):
            servers = agent.mcp_servers
            if any(not _is_open(server) for server in servers):
                self._replaced.append((servers, list(servers)))
                # In place, because clones of the agent share the list; once, because two tools of one name end a run.
                ours = [server if _is_open(server) else self._in_place_of(server) for server in servers]
                servers[:] = dict.fromkeys(ours)
            for server in servers:
                # One that another application of this process looks after is not ours.
                if isinstance(server, ResilientServer) and server in self._brought.values():
                    self._used(server, agent_id)

    def _server_of(self, name: str) -> ResilientServer:
        if name not in self._listed:
            table = self._tables[name]
            server = build_server(name, table, folder=self._folder, variables=self._variables)
            connection = ServerConnection(server, name, timeout=CONNECT)
            self._listed[name] = ResilientServer(connection, required=table.required, timeout=table.timeout)
        return self._listed[name]

    def _in_place_of(self, server: MCPServer) -> ResilientServer:
        if id(server) not in self._brought:
            name = server._error_name  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - the name without credentials
            self._brought[id(server)] = ResilientServer(ServerConnection(server, name, timeout=CONNECT))
        return self._brought[id(server)]

    def _used(self, server: ResilientServer, agent_id: str) -> ResilientServer:
        users = self.users.setdefault(server, [])
        if agent_id not in users:
            users.append(agent_id)
        return server

    async def __aenter__(self) -> Self:
        """Open all servers at once. One that does not come up is logged, and tried again and again."""
        for server in self.users:
            server.connection.open()
        try:
            await asyncio.gather(*(server.connection.ready(_START) for server in self.users))
        except asyncio.CancelledError:  # after an aborted start no caller closes what is open
            await self._close()
            raise
        for server, agents in self.users.items():
            if not server.connection.is_up:
                logger.warning(
                    "MCP server %s of the agent %s is not available: %s",
                    server.connection.name, ", ".join(agents), server.connection.reason,
                )  # fmt: skip
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def _close(self) -> None:
        await asyncio.gather(*(server.connection.close() for server in self.users))
        for servers, before in reversed(self._replaced):
            servers[:] = before


def _is_open(server: MCPServer) -> bool:
    return isinstance(server, ResilientServer) or getattr(server, "session", None) is not None
