"""Attaches MCP servers to the agents that use them: those of the catalog, and those that an agent brings along."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from agents import Agent

from chatkit_link.agents.agent_builder.load import ExportedWorkflow
from chatkit_link.agents.assistant import Assistant
from chatkit_link.agents.catalog import Target
from chatkit_link.agents.mcp.servers import McpServers
from chatkit_link.errors import ConfigurationError


def attach_servers(servers: McpServers, agent_id: str, target: Target, names: Sequence[str]) -> Target:
    """The target with the servers ``names`` of the catalog beside its own, which ``servers`` takes over.

    An agent that it hands over to is not given them. All servers of a function and of a ``ChatKitServer`` are
    left alone.

    Raises:
        ConfigurationError: the target takes no tools, or a server needs a variable that is not set.
    """
    answer: Any = target.answer if isinstance(target, Assistant) else None
    if isinstance(target, Assistant) and isinstance(answer, Agent):
        agent = cast("Agent[Any]", answer)
        servers.take_over(agent_id, [agent])
        listed = servers.listed(agent_id, names)
        return replace(target, answer=agent.clone(mcp_servers=[*agent.mcp_servers, *listed])) if listed else target
    if names:
        raise ConfigurationError(
            f"[agents.{agent_id}] lists MCP servers, but its target is no openai-agents Agent. "
            "Only such an agent can be given tools: other code connects to its servers by itself."
        )
    if isinstance(target, ExportedWorkflow):
        named = vars(target.module).values()
        servers.take_over(agent_id, [cast("Agent[Any]", each) for each in named if isinstance(each, Agent)])
    return target
