"""An agent that reports what reached it of what was written, chosen and mentioned in the composer."""

from collections.abc import AsyncIterator
from datetime import datetime
from hashlib import sha256

from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageItem,
    ClientEffectEvent,
    ThreadItemDoneEvent,
    ThreadStreamEvent,
    UserMessageTagContent,
)

from chatkit_link.agents.context import TurnContext


async def mirror(ctx: TurnContext) -> AsyncIterator[ThreadStreamEvent]:
    """Answers with one line for each thing; the word "effect" also causes a client effect."""
    if ctx.message is None:
        return
    if ctx.text == "effect":
        yield ClientEffectEvent(name="celebrate", data={"loudly": True})
    chosen = ctx.message.inference_options
    tags = [part for part in ctx.message.content if isinstance(part, UserMessageTagContent)]
    files = [
        f"{one.name} {one.mime_type} {sha256(await ctx.files.read(one.id, ctx.caller)).hexdigest()[:12]}"
        for one in ctx.message.attachments
    ]
    lines = [
        f"text: {ctx.text}",
        f"tool: {chosen.tool_choice.id if chosen.tool_choice else 'none'}",
        f"model: {chosen.model or 'none'}",
        f"tags: {', '.join(f'{tag.id} {tag.data}' for tag in tags) or 'none'}",
        f"quote: {ctx.message.quoted_text or 'none'}",
        f"files: {', '.join(files) or 'none'}",
        f"locale: {ctx.caller.locale or 'none'}",
        "[Show the order](chatkit-link://show-order?id=7)",
    ]
    message = AssistantMessageItem(
        id=ctx.new_id("message"),
        thread_id=ctx.thread.id,
        created_at=datetime.now(),
        content=[AssistantMessageContent(text="\n\n".join(lines))],
    )
    yield ThreadItemDoneEvent(item=message)
