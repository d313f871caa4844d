"""The agent `clicks`: a card whose buttons fail, each in its own way, or do what they say the second time."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Literal

from chatkit.actions import Action, ActionConfig
from chatkit.types import ThreadItemDoneEvent, ThreadStreamEvent, WidgetItem
from chatkit.widgets import Button, Card, Text, WidgetRoot

from chatkit_link import ActionRegistry, Assistant, TurnContext

Buy = Action[Literal["clicks.buy"], Any]
Count = Action[Literal["clicks.count"], Any]
Wait = Action[Literal["clicks.wait"], Any]
actions = ActionRegistry()


def card(text: str) -> Card:
    return Card(
        children=[
            Text(value=text),
            Button(label="Buy", onClickAction=ActionConfig(type="clicks.buy")),
            Button(label="Count", onClickAction=ActionConfig(type="clicks.count", streaming=False)),
            Button(label="Wait", onClickAction=ActionConfig(type="clicks.wait")),
            Button(label="Rob", onClickAction=ActionConfig(type="clicks.rob")),
        ]
    )


@actions.streams(Buy)
async def buy(ctx: TurnContext, payload: Any, sender: WidgetItem | None) -> AsyncIterator[ThreadStreamEvent]:
    assert sender is not None
    ctx.thread.metadata["clicks"] = ctx.thread.metadata.get("clicks", 0) + 1
    if ctx.thread.metadata["clicks"] == 1:
        raise RuntimeError("the shelf is empty")
    yield ThreadItemDoneEvent(item=sender.model_copy(update={"widget": card("Bought")}))


@actions.updates(Count)
async def count(ctx: TurnContext, payload: Any, sender: WidgetItem | None) -> WidgetRoot:
    raise RuntimeError("cannot count")


@actions.streams(Wait)
async def wait(ctx: TurnContext, payload: Any, sender: WidgetItem | None) -> AsyncIterator[ThreadStreamEvent]:
    await asyncio.Event().wait()
    yield ThreadItemDoneEvent(item=sender)  # type: ignore[arg-type]


async def respond(ctx: TurnContext) -> AsyncIterator[ThreadStreamEvent]:
    async for event in ctx.stream_widget(card("In stock")):
        yield event


assistant = Assistant(respond, actions)
