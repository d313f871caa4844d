"""Names of MCP servers and of their tools, as users and models are given them."""

import logging
import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from mcp.types import Tool

logger = logging.getLogger(__name__)

#: The Agents SDK names a server by its command or address, which must not appear in the chat.
_UNNAMED = re.compile(r"(stdio|sse|streamable_http): ")
#: What no name of a tool may have for OpenAI's models, though MCP allows dots, and how long one may be.
_NOT_IN_NAMES, _LENGTH = re.compile(r"[^A-Za-z0-9_-]"), 64
#: What they refuse at the top of a tool's schema, and with it the whole request.
_NOT_AT_THE_TOP = frozenset({"oneOf", "anyOf", "allOf", "not", "enum"})


def public_name(server: str) -> str | None:
    """A server's name, if one was given to it."""
    return None if _UNNAMED.match(server) else server


def name_tools(tools: Sequence[Tool], server: str, taken: AbstractSet[str]) -> dict[str, Tool]:
    """Tools by the names that a model gets; one that is taken gets the server's name in front.

    taken: names that the agent has for other tools: two of one name end a run.
    """
    named = dict[str, Tool]()
    for tool in tools:
        name = _NOT_IN_NAMES.sub("_", tool.name)[:_LENGTH]
        if name in taken:
            name = f"{_NOT_IN_NAMES.sub('_', server)}__{name}"[:_LENGTH]
        if name in taken or name in named:
            logger.warning("MCP server %s: the tool %s is left out, because its name is taken", server, tool.name)
            continue
        named[name] = tool
    return named


def acceptable(tool: Tool, name: str) -> Tool:
    """The tool under this name, with a schema that a model takes; the server itself still checks the whole one."""
    changed: dict[str, Any] = {} if tool.name == name else {"name": name}
    if _NOT_AT_THE_TOP & tool.input_schema.keys():
        schema = {key: value for key, value in tool.input_schema.items() if key not in _NOT_AT_THE_TOP}
        changed["input_schema"] = schema | {"type": "object"}
    return tool.model_copy(update=changed) if changed else tool
