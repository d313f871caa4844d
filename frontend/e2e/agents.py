"""The agents of agents.toml: what they do depends on what they are asked, never on how busy the machine is."""

import asyncio
from collections import defaultdict
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

#: Lines of a story, of which the first half is sent at once.
LINES = 200
#: By user: whether the story may go on.
_told_to_go_on: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)


async def story(ctx: TurnContext) -> AsyncIterator[ThreadStreamEvent]:
    """Tells half of a long story, and the rest once this user says "Go on", in another chat."""
    if ctx.text == "Go on":
        _told_to_go_on[ctx.caller.user].set()
        yield ProgressUpdateEvent(text="It goes on.")
        return
    message = AssistantMessageItem(
        id=ctx.new_id("message"), thread_id=ctx.thread.id, created_at=datetime.now(), content=[]
    )
    yield ThreadItemAddedEvent(item=message)
    part = AssistantMessageContentPartAdded(content_index=0, content=AssistantMessageContent(text=""))
    yield ThreadItemUpdatedEvent(item_id=message.id, update=part)
    text = ""
    for number in range(1, LINES + 1):
        line = f"Line {number}: and then the answer went on, for one more line of its long story.\n\n"
        text += line
        delta = AssistantMessageContentPartTextDelta(content_index=0, delta=line)
        yield ThreadItemUpdatedEvent(item_id=message.id, update=delta)
        if number == LINES // 2:
            await _told_to_go_on[ctx.caller.user].wait()
    del _told_to_go_on[ctx.caller.user]
    yield ThreadItemDoneEvent(item=message.model_copy(update={"content": [AssistantMessageContent(text=text)]}))
