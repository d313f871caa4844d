"""The agent `heard`: answers as a model streams, a few characters at a time, for those who listen to them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ProgressUpdateEvent,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
)

from chatkit_link.agents.context import TurnContext

#: About 60 tokens a second, which is the pace of a quick model.
PIECE = 5
PAUSE = 0.015

GUIDE = """## How to water a fern

A fern likes **moist** soil, and it does not like to stand in water. Dr. Chen measured it: 3.5 litres a week are \
enough for [a large one](https://example.com/fern). Check the soil first. If it is dry, water it slowly, and let what \
it does not take run out at the bottom.

1. Put a finger into the soil. It should feel cool.
2. Water it from above. Check the soil first.
3. Empty the saucer after ten minutes.

```python
def needs_water(days: int) -> bool:
    return days > 2
```

| Room | Days between |
| --- | --- |
| Bathroom | 4 |
| Kitchen | 3 |

In winter it needs less, so wait a day longer. Would you like a reminder?
"""

PARAGRAPH = (
    "A lock keeps two writers apart, and the second one waits until the first one is done. "
    "What it reads meanwhile is what was there before. "
    "That is why a reader is never kept waiting, however long the change takes. "
)

JAPANESE = "シダは湿った土を好みます。水を与えすぎないでください。冬は少なめで大丈夫です。"

ANSWERS = {"fern": GUIDE, "lock": PARAGRAPH * 3, "japanese": JAPANESE}


async def heard(ctx: TurnContext) -> AsyncIterator[ThreadStreamEvent]:
    """Streams the answer that is asked for; "slow" does so after two lines of progress, "endless" does not end."""
    text = ANSWERS.get(ctx.text, PARAGRAPH)
    if ctx.text == "slow":
        yield ProgressUpdateEvent(text="Looking at the weather")
        yield ProgressUpdateEvent(text="Looking at the soil")
    base = {"id": ctx.new_id("message"), "thread_id": ctx.thread.id, "created_at": datetime.now()}
    message = AssistantMessageItem(**base, content=[])
    yield ThreadItemAddedEvent(item=message)
    part = AssistantMessageContentPartAdded(content_index=0, content=AssistantMessageContent(text=""))
    yield ThreadItemUpdatedEvent(item_id=message.id, update=part)
    for at in range(0, len(text), PIECE):
        delta = AssistantMessageContentPartTextDelta(content_index=0, delta=text[at : at + PIECE])
        yield ThreadItemUpdatedEvent(item_id=message.id, update=delta)
        await asyncio.sleep(PAUSE)
    if ctx.text == "endless":
        await asyncio.Event().wait()
    yield ThreadItemDoneEvent(item=message.model_copy(update={"content": [AssistantMessageContent(text=text)]}))
