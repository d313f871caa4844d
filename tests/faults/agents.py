"""An agent that writes numbered words at a pace, and records each time it is asked to."""

import asyncio
import os
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


def word(number: int, size: int) -> str:
    return f"w{number}".ljust(size, ".") + " "


def answer(words: int, size: int = 0) -> str:
    """What is said in all."""
    return "".join(word(number, size) for number in range(words))


async def words(ctx: TurnContext) -> AsyncIterator[ThreadStreamEvent]:
    """Asked "N MS [SIZE [HOLD]]": N words, one every MS milliseconds, each of SIZE characters at least.

    HOLD: milliseconds between the last word and the end.
    """
    _record(ctx)
    count, pause, size, hold = (*(int(part) for part in ctx.text.split()), 0, 0)[:4]
    item = AssistantMessageItem(
        id=ctx.new_id("message"), thread_id=ctx.thread.id, created_at=datetime.now(), content=[]
    )
    yield ThreadItemAddedEvent(item=item)
    empty = AssistantMessageContent(text="")
    yield ThreadItemUpdatedEvent(
        item_id=item.id, update=AssistantMessageContentPartAdded(content_index=0, content=empty)
    )
    for number in range(count):
        await asyncio.sleep(pause / 1000)
        update = AssistantMessageContentPartTextDelta(content_index=0, delta=word(number, size))
        yield ThreadItemUpdatedEvent(item_id=item.id, update=update)
    await asyncio.sleep(hold / 1000)
    whole = item.model_copy(update={"content": [AssistantMessageContent(text=answer(count, size))]})
    yield ThreadItemDoneEvent(item=whole)


def _record(ctx: TurnContext) -> None:
    """One line an execution; appending is atomic, also among processes."""
    if (record := os.environ.get("FAULTS_RECORD")) and ctx.message is not None:
        with open(record, "a") as file:  # noqa: PTH123
            file.write(f"{ctx.message.id}\n")
