"""Tool calls that a user has to approve: the question in the chat, its answer, and the stored run meanwhile.

How it flows: a run stops at such calls. The run is stored with its turn (``store/turns.py``), the question is
sent as an item of the thread, and the answer to the turn ends. When the user has answered, the turn is found
by the question, and the run goes on from where it stopped. So a question may wait for days, across reloads and
restarts, and nothing waits with it. A message in place of an answer declines (``protocol/streaming_requests.py``).
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from agents import Agent, RunState, ToolApprovalItem
from chatkit.types import (
    StructuredInputItem,
    StructuredInputMultipleChoice,
    StructuredInputMultipleChoiceOption,
    ThreadItem,
)
from pydantic import TypeAdapter

from chatkit_link.agents.context import TurnContext
from chatkit_link.agents.mcp.tool_names import public_name
from chatkit_link.agents.steps import Steps
from chatkit_link.agents.tool_call_hooks import short_text
from chatkit_link.store.turns import TurnRecord, Waiting
from chatkit_link.translations import Localized

APPROVE, REJECT = _VALUES = ["Approve", "Reject"]
CHANGED = Localized("assistant_changed")
#: The step of an answer that goes on with a run that waited.
ANSWERED: Final = "answered"


@dataclass(frozen=True, slots=True)
class Answered:
    """A turn that can go on. anchor: the item that it answers. approved: one for each question, in their order."""

    anchor: ThreadItem
    record: TurnRecord
    waiting: Waiting
    approved: list[bool]

    def started(self) -> TurnRecord:
        """What the turn had come to, without the question."""
        return TurnRecord(input=self.record["input"], covers=self.record["covers"], sources=self.record["sources"])

    def to_json(self) -> dict[str, Any]:
        """As a step of the answer, since what waits is erased when it goes on."""
        return {"anchor": self.anchor.id, "record": self.record, "approved": self.approved}


def question(ctx: TurnContext, texts: Sequence[str], item_id: str | None = None) -> StructuredInputItem:
    """One item for all that is asked at once. Whatever is answered that is not "Approve" rejects."""
    options = [StructuredInputMultipleChoiceOption(value=value) for value in (APPROVE, REJECT)]
    return StructuredInputItem(
        id=item_id or ctx.new_id("message"),
        thread_id=ctx.thread.id,
        created_at=datetime.now(),
        inputs=[
            StructuredInputMultipleChoice(
                id=f"approval_{number}" if number > 1 else "approval", question=text, options=options
            )
            for number, text in enumerate(texts, start=1)
        ],
    )


def is_approval(item: StructuredInputItem) -> bool:
    """Whether a question asks for approvals, as ``question`` makes it."""
    return bool(item.inputs) and all(
        isinstance(each, StructuredInputMultipleChoice) and [option.value for option in each.options] == _VALUES
        for each in item.inputs
    )


def find_answered(items: Sequence[tuple[ThreadItem, TurnRecord | None]]) -> Answered | None:
    """The newest turn whose question is answered by now; None where the thread ends with something else to answer."""
    if items and items[-1][0].type == "client_tool_call":
        return None
    answers = {item.id: item for item, _ in items if isinstance(item, StructuredInputItem) and item.status != "pending"}
    for item, record in reversed(items):
        waiting = record.get("waiting") if record else None
        if record and waiting and (given := answers.get(waiting["item"])) is not None:
            approved = [each.answer is not None and each.answer.values == [APPROVE] for each in given.inputs]
            return Answered(item, record, waiting, approved)
    return None


def found_answered(items: Sequence[tuple[ThreadItem, TurnRecord | None]], steps: Steps) -> Answered | None:
    """The turn with which an answer had begun that goes on."""
    found: dict[str, Any] | None = steps.found(ANSWERED)
    if found is None:
        return None
    anchor = next((item for item, _ in items if item.id == found["anchor"]), None)
    record = cast("TurnRecord", found["record"])
    waiting = record.get("waiting")
    return Answered(anchor, record, waiting, found["approved"]) if anchor is not None and waiting else None


def question_of(call: ToolApprovalItem, *, unfinished: bool = False) -> str:
    """unfinished: whether it may have happened already."""
    raw: Any = call.raw_item
    server: Any = cast("dict[str, Any]", raw).get("server_label") if isinstance(raw, dict) else raw
    label = server if isinstance(server, str) else getattr(server, "server_label", None)
    if label is None and call.tool_origin is not None:
        label = public_name(call.tool_origin.mcp_server_name or "")
    given = short_text(call.arguments or "")
    where = f" of {label}" if label else ""
    if unfinished:
        what = f"{call.name}{where}" + (f" with: {given}" if given else "")
        return f"The server was replaced while the assistant called {what}. It may have happened. Call it again?"
    return f"May the assistant call {call.name}{where}" + (f" with: {given}?" if given else "?")


def to_json(state: RunState[Any, Any]) -> dict[str, Any]:
    """A run that waits. Its context is supplied again when it resumes; its use of models is reported already."""
    stored = state.to_json(context_serializer=lambda _: {})
    stored["context"]["usage"] = {}
    processed: dict[str, Any] = stored.get("last_processed_response") or {}
    requests: list[dict[str, Any]] = processed.get("mcp_approval_requests", [])
    for asked in requests:
        # Its configuration holds a secret, such as a token in the headers. The agent's file supplies it again.
        asked["mcp_tool"] = {"name": asked["mcp_tool"].get("name")}
    return TypeAdapter(dict[str, Any]).dump_python(stored, mode="json")


async def from_json(agent: Agent[Any], stored: dict[str, Any], context: Any) -> RunState[Any, Any]:
    return await RunState.from_json(agent, stored, context_override=context)


def decide(state: RunState[Any, Any], approved: Sequence[bool], undecided: Container[str | None] = ()) -> None:
    """Approve or reject the calls that a run waits for. undecided: ids of those that it has to ask about again."""
    for call, yes in zip(state.get_interruptions(), approved, strict=False):
        if call.call_id not in undecided:
            (state.approve if yes else state.reject)(call)
