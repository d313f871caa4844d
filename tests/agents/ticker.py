"""A widget that refreshes itself, at an agent that tests can hold while it does so."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Literal

from chatkit.actions import Action
from chatkit.types import ThreadStreamEvent, WidgetItem
from chatkit.widgets import DynamicWidgetRoot, WidgetRoot

from chatkit_link import ActionRegistry, Assistant, TurnContext
from chatkit_link.errors import Unprocessable

Tick = Action[Literal["ticker.tick"], None]
Write = Action[Literal["ticker.write"], None]
#: Cleared by a test: a tick then waits, and says so.
go_on = asyncio.Event()
holding = asyncio.Event()
actions = ActionRegistry()


def widget(text: str) -> WidgetRoot:
    buttons: list[dict[str, Any]] = [
        {"type": "Button", "label": name, "onClickAction": {"type": f"ticker.{name}", "streaming": False}}
        for name in ("tick", "write")
    ]
    return DynamicWidgetRoot.model_validate(
        {"type": "Card", "children": [{"type": "Text", "value": text, "key": "text"}, *buttons]}
    )


def text_of(item: WidgetItem) -> str:
    return str(item.widget.model_dump(mode="json")["children"][0]["value"])


@actions.updates(Tick, every=60)
async def tick(ctx: TurnContext, payload: None, sender: WidgetItem | None) -> WidgetRoot:
    assert sender is not None
    count = text_of(sender)
    if count == "over":
        raise Unprocessable("It is over.")
    if not go_on.is_set():
        holding.set()
        await go_on.wait()
    return widget(str(int(count) + 1))


@actions.updates(Write)
async def write(ctx: TurnContext, payload: None, sender: WidgetItem | None) -> WidgetRoot:
    return widget("100")


async def respond(ctx: TurnContext) -> AsyncIterator[ThreadStreamEvent]:
    async for event in ctx.stream_widget(widget("over" if "over" in ctx.text else "1")):
        yield event


assistant = Assistant(respond, actions=actions)
