"""The agents that a run may come to."""

from collections.abc import Iterator
from typing import Any, cast

from agents import Agent
from agents.handoffs import Handoff


def reachable_agents(*agents: Agent[Any]) -> Iterator[Agent[Any]]:
    """Each of these agents, those that they hand over to, and those that they use as tools, once."""
    waiting, seen = list(agents), set[int]()
    while waiting:
        agent = waiting.pop()
        if id(agent) in seen:
            continue
        seen.add(id(agent))
        yield agent
        # The Agents SDK has no public way from a hand-off or a tool to its agent.
        others = [*map(_target, agent.handoffs), *(getattr(tool, "_agent_instance", None) for tool in agent.tools)]
        waiting += [cast("Agent[Any]", other) for other in others if isinstance(other, Agent)]


def _target(handoff: Agent[Any] | Handoff[Any, Any]) -> object:
    """The agent of a hand-off, which the Agents SDK holds as a weak reference."""
    if not isinstance(handoff, Handoff):
        return handoff
    reference = getattr(handoff, "_agent_ref", None)
    return reference() if reference is not None else None
