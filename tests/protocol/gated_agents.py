"""An agent that begins to answer at once, and ends once it is let: it stands for one that takes its time."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import datetime

from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
)

from chatkit_link.agents.context import TurnContext

#: Text of a message -> opened, its answer ends. All of them are those of this process, whatever the replica.
GATES: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
#: The messages that were answered, by thread, in order: each answer that begins is one.
ASKED: defaultdict[str, list[str]] = defaultdict(list)


async def gated(ctx: TurnContext) -> AsyncIterator[ThreadStreamEvent]:
    """Answers "hold ..." once its gate is open, fails at "fail ...", and answers all else at once."""
    ASKED[ctx.thread.id].append(ctx.text)
    item = AssistantMessageItem(
        id=ctx.new_id("message"), thread_id=ctx.thread.id, created_at=datetime.now(), content=[]
    )
    yield ThreadItemAddedEvent(item=item)
    part = AssistantMessageContentPartAdded(content_index=0, content=AssistantMessageContent(text=""))
    yield ThreadItemUpdatedEvent(item_id=item.id, update=part)
    delta = AssistantMessageContentPartTextDelta(content_index=0, delta="begun ")
    yield ThreadItemUpdatedEvent(item_id=item.id, update=delta)
    if ctx.text.startswith("hold"):
        await GATES[ctx.text].wait()
    if ctx.text.startswith("fail"):
        await GATES[ctx.text].wait()
        raise RuntimeError("broken")
    whole = AssistantMessageContent(text=f"begun and done: {ctx.text}")
    yield ThreadItemDoneEvent(item=item.model_copy(update={"content": [whole]}))
