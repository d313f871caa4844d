"""``ResilientServer``: replaces an MCP server in an agent, so that its failures never end an answer.

The Agents SDK lists the tools of every server before each call of the model. A server that cannot list them has none
at that moment: the user gets one notice in an answer, and the model goes on with the other tools.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from agents import Agent, FunctionTool, RunContextWrapper, UserError
from agents.agent import AgentBase
from agents.handoffs import Handoff
from agents.mcp import MCPServer
from agents.tool import ToolErrorFunction, default_tool_error_function
from chatkit.types import NoticeEvent
from mcp import MCPError
from mcp.types import (
    CONNECTION_CLOSED,
    REQUEST_TIMEOUT,
    CallToolResult,
    GetPromptResult,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ReadResourceResult,
    Tool,
)
from typing_extensions import override

from chatkit_link.agents.context import LinkContext
from chatkit_link.agents.mcp.connection import ServerConnection, reason_of
from chatkit_link.agents.mcp.tool_names import acceptable, name_tools, public_name
from chatkit_link.agents.tool_failures import marked
from chatkit_link.errors import Unavailable
from chatkit_link.translations import Localized

#: Seconds that an answer waits for a list of tools, and for a server that is being connected.
_LIST, _RECONNECT = 5.0, 3.0


class ToolServerFailed(UserError):
    """A call that a server did not answer. Its message is for the model, and holds none of the server's own text."""


class ResilientServer(MCPServer):
    """An MCP server on a ``Connection``; all else is the server's own.

    required: an agent does not answer without its tools.
    timeout: seconds for one call, beside the server's own limit.
    given: every name under which an agent was given one of its tools; it only grows, as other answers read it.
    """

    def __init__(self, connection: ServerConnection, *, required: bool = False, timeout: float | None = None) -> None:
        server = connection.server
        super().__init__(
            use_structured_content=server.use_structured_content,
            tool_meta_resolver=server.tool_meta_resolver,
            custom_data_extractor=server.custom_data_extractor,
            tool_input_guardrails=server.tool_input_guardrails,
            tool_output_guardrails=server.tool_output_guardrails,
        )
        self.connection = connection
        self.given: set[str] = set()
        self._server = server
        self._timeout = timeout
        self.required = required
        self._original: dict[str, str] = {}
        self._newest: list[Tool] = []
        self._calls = 0
        self._last_reply = time.monotonic()

    @property
    @override
    def name(self) -> str:
        return self._server.name

    @override
    async def connect(self) -> None:
        """The application connects it."""

    @override
    async def cleanup(self) -> None:
        """The application closes it."""

    @property
    @override
    def cached_tools(self) -> list[Tool] | None:
        return self._server.cached_tools

    @override
    async def list_tools(
        self, run_context: RunContextWrapper[Any] | None = None, agent: AgentBase | None = None
    ) -> list[Tool]:
        context = run_context.context if run_context is not None else None
        missed: set[str] = context.missed_servers if isinstance(context, LinkContext) else set()
        # It is waited for once an answer only.
        patience = 0.0 if self.name in missed else _RECONNECT
        for _ in range(2):
            if not await self.connection.ready(patience):
                break
            tools = await self._list(run_context, agent)
            if tools is not None:
                return self._named(tools, agent)
        if self.required:
            raise Unavailable(Localized("tools_unavailable", server=self._label))
        if isinstance(context, LinkContext) and self.name not in missed:
            missed.add(self.name)
            notice = Localized("tools_left_out", server=self._label).in_language(context.request_context.locale)
            await context.stream(NoticeEvent(level="warning", message=notice))
        return []

    async def _list(self, run_context: RunContextWrapper[Any] | None, agent: AgentBase | None) -> list[Tool] | None:
        """The server's tools; None if the connection is found to be lost."""
        number, started = self.connection.number, time.monotonic()
        try:
            async with asyncio.timeout(min(_LIST, self._timeout or _LIST)):
                self._newest = await self._server.list_tools(run_context, agent)
        except Exception as error:  # noqa: BLE001  # whatever a server does; none of it ends an answer
            # Busy with a call of another answer: a new connection would end that.
            if _is_late(error) and (self._calls or self._last_reply > started):
                return self._newest
            self.connection.lost(number, reason_of(error))
            return None
        self._last_reply = time.monotonic()
        return self._newest

    def _named(self, tools: Sequence[Tool], agent: AgentBase | None) -> list[Tool]:
        if agent is None or agent.mcp_config.get("include_server_in_tool_names"):
            return [acceptable(tool, tool.name) for tool in tools]
        named = name_tools(tools, self.name, _taken(agent, self))
        self._original |= {name: tool.name for name, tool in named.items()}
        self.given |= named.keys()
        return [acceptable(tool, name) for name, tool in named.items()]

    @override
    async def call_tool(
        self, tool_name: str, arguments: dict[str, Any] | None, meta: dict[str, Any] | None = None
    ) -> CallToolResult:
        if not self.connection.is_up:
            raise ToolServerFailed(f"The server of this tool, {self._label}, is not available now.")
        number, started = self.connection.number, time.monotonic()
        given: dict[str, Any] = {} if meta is None else {"meta": meta}
        self._calls += 1
        try:
            async with asyncio.timeout(self._timeout):
                result = await self._server.call_tool(self._original.get(tool_name, tool_name), arguments, **given)
        except Exception as error:
            self.connection.forget_tools()  # so that they are asked for, and the connection is tried
            ended = isinstance(error, MCPError) and error.code == CONNECTION_CLOSED
            if not ended and not _is_late(error):
                raise
            if ended or (self._calls > 1 and self._last_reply < started):
                # Of several calls that hang, the first that gives up ends them all; a slow tool alone does not.
                self.connection.lost(number, reason_of(error))
            did = "stopped while the tool ran" if ended else "did not answer in time"
            message = f"The server of this tool, {self._label}, {did}. What the tool has done is not known."
            raise ToolServerFailed(message) from error
        finally:
            self._calls -= 1
        self._last_reply = time.monotonic()
        return marked(result)

    @property
    def _label(self) -> str:
        return public_name(self.name) or "a tool server"

    @override
    async def list_prompts(self) -> ListPromptsResult:
        return await self._server.list_prompts()

    @override
    async def get_prompt(self, name: str, arguments: dict[str, Any] | None = None) -> GetPromptResult:
        return await self._server.get_prompt(name, arguments)

    @override
    async def list_resources(self, cursor: str | None = None) -> ListResourcesResult:
        return await self._server.list_resources(cursor)

    @override
    async def list_resource_templates(self, cursor: str | None = None) -> ListResourceTemplatesResult:
        return await self._server.list_resource_templates(cursor)

    @override
    async def read_resource(self, uri: str) -> ReadResourceResult:
        return await self._server.read_resource(uri)

    # The Agents SDK has no public way to ask a server for what it was made with.

    @override
    def _get_needs_approval_for_tool(
        self, tool: Tool, agent: AgentBase | None
    ) -> bool | Callable[[RunContextWrapper[Any], dict[str, Any], str], Awaitable[bool]]:
        plain = tool.model_copy(update={"name": self._original.get(tool.name, tool.name)})
        return self._server._get_needs_approval_for_tool(plain, agent)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    @override
    def _get_failure_error_function(
        self, agent_failure_error_function: ToolErrorFunction | None
    ) -> ToolErrorFunction | None:
        function = self._server._get_failure_error_function(agent_failure_error_function)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        return _log_failure if function is default_tool_error_function else function


def _log_failure(context: RunContextWrapper[Any], error: Exception) -> str:
    """The text for the model. The Agents SDK's own asks it to try again, whatever has happened."""
    return str(error) if isinstance(error, ToolServerFailed) else default_tool_error_function(context, error)


def _is_late(error: Exception) -> bool:
    return isinstance(error, TimeoutError) or (isinstance(error, MCPError) and error.code == REQUEST_TIMEOUT)


def _taken(agent: AgentBase, server: MCPServer) -> set[str]:
    """Names of the agent's tools and hand-offs, and of the tools of the servers before this one."""
    names = {tool.name for tool in agent.tools if isinstance(tool, FunctionTool)}
    if isinstance(agent, Agent):
        for handoff in cast("Agent[Any]", agent).handoffs:
            names.add(handoff.tool_name if isinstance(handoff, Handoff) else Handoff.default_tool_name(handoff))
    for other in agent.mcp_servers:
        if other is server:
            break
        names |= other.given if isinstance(other, ResilientServer) else {t.name for t in other.cached_tools or ()}
    return names
