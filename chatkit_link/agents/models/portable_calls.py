"""Calls of a provider's own tools, as function calls for another model: their outputs are worth remembering.

A shell command, code that ran, a file search, a tool of a hosted MCP server: each is an item of its own type, which
no other server reads, and which its own server refuses once the reasoning before it is gone.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from chatkit_link.agents.models.call_ids import derived_call_id

Item = dict[str, Any]

#: Names that servers take for a function (OpenAI's API reference, "tools").
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_-]+")
#: Fields of a call that are no part of what was asked for.
_NO_ARGUMENTS = frozenset(
    {"type", "id", "call_id", "status", "provider_data", "output", "outputs", "results", "error", "result", "caller"}
)


def portable_call(item: Mapping[str, Any]) -> list[Item]:
    """A call and its output as those of a function; nothing of what has no output, or is no call."""
    item_type = str(item.get("type"))
    if item_type.endswith("_output") and "call_id" in item:
        return [{"type": "function_call_output", "call_id": item["call_id"], "output": _text(item.get("output", ""))}]
    if not item_type.endswith("_call"):
        return []  # reasoning, references to what a server stores, its list of tools
    if "call_id" in item:
        return [_call(item, item_type, str(item["call_id"]))]
    output = item.get("output") or item.get("outputs") or item.get("results") or item.get("error")
    if not output:
        return []
    call_id = derived_call_id(f"{item_type} {item.get('id')} {item.get('arguments')}")
    return [
        _call(item, item_type, call_id),
        {"type": "function_call_output", "call_id": call_id, "output": _text(output)},
    ]


def _call(item: Mapping[str, Any], item_type: str, call_id: str) -> Item:
    name = _NOT_IN_NAMES.sub("_", str(item.get("name") or item_type.removesuffix("_call")))[:64]
    arguments = item.get("arguments")
    if not isinstance(arguments, str):
        given = {name: part for name, part in item.items() if name not in _NO_ARGUMENTS and part is not None}
        arguments = json.dumps(given, ensure_ascii=False, default=str)
    return {"type": "function_call", "call_id": call_id, "name": name, "arguments": arguments}


def _text(output: Any) -> str:
    return output if isinstance(output, str) else json.dumps(output, ensure_ascii=False, default=str)
