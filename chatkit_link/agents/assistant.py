"""``Assistant``: an agent together with what its widgets, its mentions and the offline model need."""

from dataclasses import dataclass, field
from typing import Any

from agents import Agent

from chatkit_link.agents.actions import ActionRegistry
from chatkit_link.agents.mentions import Mentions
from chatkit_link.agents.offline.model import Decide
from chatkit_link.agents.responder import RespondFunction
from chatkit_link.search import SearchProvider


@dataclass(frozen=True, slots=True)
class Assistant:
    """A target of the catalog.

    answer: an Agents SDK agent, or a function ``async def respond(ctx)`` that yields events.
    actions: what its widgets ask of it.
    quiet_tools: names of its tools that display something themselves and need no task in a workflow.
    mentions: what users can mention with @.
    offline: decides what the offline model does with this agent's tools; without it, it searches and quotes.
    search: give an Agents SDK agent the server's own tools ``search`` and ``read``, with their widgets and citations.
    sample_search: what these search where the server has no web search; without it, the documents that it holds.
    """

    answer: Agent[Any] | RespondFunction
    actions: ActionRegistry = field(default_factory=ActionRegistry)
    quiet_tools: frozenset[str] = frozenset()
    mentions: Mentions | None = None
    offline: Decide | None = None
    search: bool = False
    sample_search: SearchProvider | None = None
