"""ChatKit Link: the self-hosted home of a ChatKit chat.

``create_app(settings)`` is the application; ``mount(parent, path, link)`` puts it inside another one, whose routes
reach the server of an agent by ``server_of(request, "agent")``.
``Caller``, ``Settings`` and ``TurnContext`` are what code around it needs to name; ``Assistant`` is an agent with the
actions of its widgets (``ActionRegistry``) and what can be mentioned (``Mentions``, ``Entity``). Tools of an Agents SDK
agent get a ``LinkContext``; ``progress`` displays what they do, a ``Progress`` what they report, and ``repeatable``
marks one that may be called again after a crash. ``ToolCall``, ``search_and_quote`` and ``user_words`` are for what the
offline model does; ``report_usage`` is how code that asks a model by itself says what that cost. ``step`` is what code
does once in an answer, also where another server goes on with it (``StepUncertain``: no one knows whether it was done).
``DataStore`` and ``FileStore`` are the stores of a ``ChatKitServer`` that has a route of its own.
``docs/how-to/agents.md`` lists what is public.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chatkit_link.agents.actions import ActionRegistry
    from chatkit_link.agents.assistant import Assistant
    from chatkit_link.agents.author_steps import StepUncertain, step
    from chatkit_link.agents.context import LinkContext, TurnContext
    from chatkit_link.agents.mentions import Entity, Mentions
    from chatkit_link.agents.model_notes import user_words
    from chatkit_link.agents.offline.model import ToolCall, search_and_quote
    from chatkit_link.agents.progress import Progress, progress
    from chatkit_link.agents.repeatable import repeatable
    from chatkit_link.app import create_app, mount
    from chatkit_link.caller import Caller
    from chatkit_link.http.beside import server_of
    from chatkit_link.limits.meter import report_usage
    from chatkit_link.own_route.data_store import DataStore
    from chatkit_link.own_route.file_store import FileStore
    from chatkit_link.settings import Settings

__all__ = [
    "ActionRegistry",
    "Assistant",
    "Caller",
    "DataStore",
    "Entity",
    "FileStore",
    "LinkContext",
    "Mentions",
    "Progress",
    "Settings",
    "StepUncertain",
    "ToolCall",
    "TurnContext",
    "create_app",
    "mount",
    "progress",
    "repeatable",
    "report_usage",
    "search_and_quote",
    "server_of",
    "step",
    "user_words",
]

_HOMES = {
    "ActionRegistry": "chatkit_link.agents.actions",
    "Assistant": "chatkit_link.agents.assistant",
    "DataStore": "chatkit_link.own_route.data_store",
    "Entity": "chatkit_link.agents.mentions",
    "FileStore": "chatkit_link.own_route.file_store",
    "Mentions": "chatkit_link.agents.mentions",
    "Progress": "chatkit_link.agents.progress",
    "StepUncertain": "chatkit_link.agents.author_steps",
    "step": "chatkit_link.agents.author_steps",
    "progress": "chatkit_link.agents.progress",
    "repeatable": "chatkit_link.agents.repeatable",
    "ToolCall": "chatkit_link.agents.offline.model",
    "search_and_quote": "chatkit_link.agents.offline.model",
    "user_words": "chatkit_link.agents.model_notes",
    "Caller": "chatkit_link.caller",
    "Settings": "chatkit_link.settings",
    "LinkContext": "chatkit_link.agents.context",
    "TurnContext": "chatkit_link.agents.context",
    "create_app": "chatkit_link.app",
    "mount": "chatkit_link.app",
    "report_usage": "chatkit_link.limits.meter",
    "server_of": "chatkit_link.http.beside",
}


def __getattr__(name: str) -> Any:
    # The application takes a second to import; whoever wants only the client shall not wait for it.
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
