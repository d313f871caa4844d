"""The smallest agent: a function that yields ChatKit events. Needs no key.

Try it: chatkit-link chat "Hello" --agent echo=examples/echo_agent.py
"""

from collections.abc import AsyncIterator
from datetime import datetime

from chatkit.types import AssistantMessageContent, AssistantMessageItem, ThreadItemDoneEvent, ThreadStreamEvent

from chatkit_link import TurnContext


async def respond(ctx: TurnContext) -> AsyncIterator[ThreadStreamEvent]:
    """Repeats the message, with the number of items in the thread so far."""
    items = await ctx.history()
    yield ThreadItemDoneEvent(
        item=AssistantMessageItem(
            id=ctx.new_id("message"),
            thread_id=ctx.thread.id,
            created_at=datetime.now(),
            content=[AssistantMessageContent(text=f"You said: {ctx.text} (item {len(items)} of this thread)")],
        )
    )
