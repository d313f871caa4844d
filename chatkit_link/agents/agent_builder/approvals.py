"""Calls of tools that are to be approved one by one: what the person is asked, and how the run is kept meanwhile."""

from typing import Any, cast

from agents import Agent, RunState, ToolApprovalItem
from pydantic import TypeAdapter

from chatkit_link.agents.visibility import said


def question_of(call: ToolApprovalItem) -> str:
    raw: Any = call.raw_item
    server: Any = cast("dict[str, Any]", raw).get("server_label") if isinstance(raw, dict) else raw
    label = server if isinstance(server, str) else getattr(server, "server_label", None)
    given = said(call.arguments or "")
    where = f" of {label}" if label else ""
    return f"May the assistant call {call.name}{where}" + (f" with: {given}?" if given else "?")


def to_json(state: RunState[Any, Any]) -> dict[str, Any]:
    """A run that waits. It is given its context anew, and its use of models is reported already."""
    kept = state.to_json(context_serializer=lambda _: {})
    kept["context"]["usage"] = {}
    processed: dict[str, Any] = kept.get("last_processed_response") or {}
    requests: list[dict[str, Any]] = processed.get("mcp_approval_requests", [])
    for asked in requests:
        # Its configuration holds a secret, such as a token in the headers. The file has it when the run goes on.
        asked["mcp_tool"] = {"name": asked["mcp_tool"].get("name")}
    return TypeAdapter(dict[str, Any]).dump_python(kept, mode="json")


async def from_json(agent: Agent[Any], kept: dict[str, Any], context: Any) -> RunState[Any, Any]:
    return await RunState.from_json(agent, kept, context_override=context)
