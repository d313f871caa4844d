"""Agents of each kind whose tools record what they do; ``paced_model.py`` is their model."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import datetime

from agents import Agent, RunContextWrapper, function_tool
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
from chatkit.widgets import DynamicWidgetRoot, WidgetRoot

from chatkit_link import LinkContext, StepUncertain, TurnContext, repeatable
from tests.faults.executions import execution

#: Seconds that a tool takes.
WORK = 0.15
#: What the function says of a payment that may or may not have happened.
PERHAPS = "perhaps paid"
Context = RunContextWrapper[LinkContext]


@function_tool
async def charge(context: Context, order: str) -> str:
    """Charge an order: to do it twice would be wrong."""
    async with execution("charge", order, context.context.idempotency_key):
        await asyncio.sleep(WORK)
    return f"{order} is charged."


@repeatable
@function_tool
async def look_up(context: Context, order: str) -> str:
    """Look an order up."""
    async with execution("look_up", order, context.context.idempotency_key):
        await asyncio.sleep(WORK)
    return f"{order} is on its way."


@function_tool(needs_approval=True)
async def refund(context: Context, order: str) -> str:
    """Pay an order back."""
    async with execution("refund", order, context.context.idempotency_key):
        await asyncio.sleep(WORK)
    return f"{order} is paid back."


@repeatable
@function_tool
async def draw(context: Context, order: str) -> str:
    """Draw an order as a widget that fills."""
    async with execution("draw", order, context.context.idempotency_key):
        await context.context.stream_widget(_filling(order))
    return f"{order} is drawn."


async def _filling(order: str) -> AsyncGenerator[WidgetRoot]:
    text = ""
    for word in (order, "has", "been", "packed,", "weighed,", "labelled", "and", "sent."):
        text += f"{word} "
        yield _card(text, streaming=True)
        await asyncio.sleep(WORK / 4)
    yield _card(text, streaming=False)


def _card(text: str, *, streaming: bool) -> WidgetRoot:
    node = {"type": "Markdown", "id": "text", "value": text, "streaming": streaming}
    return DynamicWidgetRoot.model_validate({"type": "Card", "children": [node]})


text = Agent(name="Text", instructions="text")
slow = Agent(name="Slow", instructions="slow")
steady = Agent(name="Steady", instructions="steady")
once = Agent(name="Once", instructions="once", tools=[charge])
repeat = Agent(name="Repeat", instructions="repeat", tools=[look_up])
parallel = Agent(name="Parallel", instructions="parallel", tools=[charge, look_up])
clerk = Agent(name="Clerk", instructions="clerk", tools=[look_up])
handoff = Agent(name="Desk", instructions="desk", handoffs=[clerk])
approval = Agent(name="Approval", instructions="approval", tools=[refund])
widget = Agent(name="Widget", instructions="widget", tools=[draw])


async def function(ctx: TurnContext) -> AsyncIterator[ThreadStreamEvent]:
    """Two messages, each behind a step: one must not be done twice, one may be."""
    order = f"{ctx.text.split()[1]}-a"
    if ctx.text.startswith("next"):
        async for event in _message(ctx, f"More of {order}."):
            yield event
        return

    async def pay() -> str:
        async with execution("step_pay", order, None):
            await asyncio.sleep(WORK)
        return "paid"

    async def weigh() -> str:
        async with execution("step_weigh", order, None):
            await asyncio.sleep(WORK)
        return "three grams"

    try:
        paid = await ctx.step("pay", pay)
    except StepUncertain:
        paid = PERHAPS
    async for event in _message(ctx, f"{order} is {paid}, " + "and that took a good many words to say. " * 4):
        yield event
    weight = await ctx.step("weigh", weigh, repeatable=True)
    async for event in _message(ctx, f"It weighs {weight}, " + "as far as the scales of this shop can tell. " * 4):
        yield event


async def _message(ctx: TurnContext, text: str) -> AsyncIterator[ThreadStreamEvent]:
    item = AssistantMessageItem(
        id=ctx.new_id("message"), thread_id=ctx.thread.id, created_at=datetime.now(), content=[]
    )
    yield ThreadItemAddedEvent(item=item)
    empty = AssistantMessageContent(text="")
    yield ThreadItemUpdatedEvent(
        item_id=item.id, update=AssistantMessageContentPartAdded(content_index=0, content=empty)
    )
    for word in text.split(" "):
        await asyncio.sleep(0.015)
        update = AssistantMessageContentPartTextDelta(content_index=0, delta=f"{word} ")
        yield ThreadItemUpdatedEvent(item_id=item.id, update=update)
    whole = AssistantMessageContent(text="".join(f"{word} " for word in text.split(" ")))
    yield ThreadItemDoneEvent(item=item.model_copy(update={"content": [whole]}))
