"""A thread as input for a model.

The visible items do not include tool calls. So for each turn that has a record
(``store/turns.py``) the record replaces the items it covers, and the model finds again what it
called and what it read. Items without a record are converted as they are.
"""

from dataclasses import dataclass, field
from typing import Any, cast

from agents import RunResultStreaming, TResponseInputItem
from chatkit.agents import ThreadItemConverter
from chatkit.types import ThreadItem

from chatkit_link.agents.context import TurnContext
from chatkit_link.agents.models.input_items import remembered
from chatkit_link.agents.sources import Source, Sources
from chatkit_link.agents.steps import Steps, steps_of_answer
from chatkit_link.agents.stream import ResponseStream
from chatkit_link.agents.tool_output import OUTPUT_LIMIT, bounded_record
from chatkit_link.store.turns import TurnRecord

#: Items of an answer that goes on, for which there is room beside those that the model gets.
_OWN_ITEMS = 100


@dataclass(slots=True)
class History:
    """input: for the model, oldest first. sources: all that may still be cited.
    earlier: the history before the item that this turn answers. anchor: that item's id; its record is stored with it.
    state: what the last finished turn before it has kept of its own.
    """

    input: list[TResponseInputItem] = field(default_factory=list[TResponseInputItem])
    earlier: list[TResponseInputItem] = field(default_factory=list[TResponseInputItem])
    sources: dict[int, Source] = field(default_factory=dict[int, Source])
    anchor: str | None = None
    state: dict[str, Any] | None = None


async def load_history(
    ctx: TurnContext, converter: ThreadItemConverter, limit: int, *, upto: str | None = None
) -> History:
    """The newest ``limit`` items of the thread and the records of their turns.

    upto: the item that is answered, where it is not the last; what follows it, and its own record, are left out.
    """
    steps = steps_of_answer()
    room = _OWN_ITEMS if steps.journal.generation else 0
    items = _without_own(await ctx.store.load_history(ctx.thread.id, limit + room, ctx.caller), steps)[-limit:]
    place = next((at for at, (item, _) in enumerate(items) if item.id == upto), None)
    if place is not None:
        items = [*items[:place], (items[place][0], None)]
    history = History(anchor=items[-1][0].id if items else None)
    covered = {item_id for _, record in items if record for item_id in record["covers"]}
    # The newest first: what there is room for (agents/attachment_input.py) goes to them.
    converted = {item.id: await converter.to_agent_input(item) for item, _ in reversed(items) if item.id not in covered}
    for item, record in items:
        if item.id == history.anchor:
            history.earlier = list(history.input)
        history.input += converted.get(item.id, [])
        if record and item.id != history.anchor:
            history.state = record.get("state", history.state)
        if record:
            history.input += cast("list[TResponseInputItem]", remembered(record["input"]))
            history.sources |= Sources.from_record(record["sources"])
    return history


def _without_own(
    items: list[tuple[ThreadItem, TurnRecord | None]], steps: Steps
) -> list[tuple[ThreadItem, TurnRecord | None]]:
    """The thread as it was before an answer that goes on: without its own items, and its own record."""
    place = next((at for at, (item, _) in enumerate(items) if item.id == steps.upto), None)
    if place is None or not steps.journal.generation:
        return items
    return [*items[:place], (items[place][0], None)]


def record_of(result: RunResultStreaming, stream: ResponseStream, limit: int = OUTPUT_LIMIT) -> TurnRecord:
    """The record of a run, as far as it got: a stopped turn's finished tool calls are remembered too.

    limit: characters of one tool's output.
    """
    items = [dict(item.to_input_item()) for item in result.new_items if item.type != "tool_approval_item"]
    answered = {item.get("call_id") for item in items if str(item.get("type", "")).endswith("_output")}
    client_call = stream.client_call
    if client_call is not None:
        # Its call and output will come from the client tool call item, once the client has answered.
        answered.discard(client_call.call_id)
    stored: list[dict[str, Any]] = []
    for item in items:
        if item.get("type") == "image_generation_call":
            # Megabytes of base64; the image is sent again as the item it became. What was thought before it
            # is refused without it.
            if stored and stored[-1].get("type") == "reasoning":
                stored.pop()
        elif item.get("call_id") is None or item.get("call_id") in answered:
            stored.append(item)
        elif stored and stored[-1].get("type") == "reasoning":
            stored.pop()  # the reasoning that led to a call is refused without it
    covers = [item_id for item_id in stream.finished if client_call is None or item_id != client_call.id]
    return TurnRecord(input=bounded_record(stored, limit), covers=covers, sources=stream.sources.to_record())
