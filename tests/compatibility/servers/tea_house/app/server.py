"""A server as many projects have one: it makes its store, types its context, and keeps orders in memory."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from agents import Agent, RunContextWrapper, Runner, StopAtTools, function_tool
from chatkit.actions import Action
from chatkit.agents import AgentContext, ClientToolCall, ThreadItemConverter, stream_agent_response
from chatkit.server import ChatKitServer
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageItem,
    ClientEffectEvent,
    HiddenContextItem,
    ThreadItemDoneEvent,
    ThreadItemReplacedEvent,
    ThreadMetadata,
    ThreadStreamEvent,
    UserMessageItem,
    UserMessageTagContent,
    WidgetItem,
)
from chatkit.widgets import DynamicWidgetRoot
from openai.types.responses import ResponseInputTextParam
from pydantic import Field, TypeAdapter
from typing_extensions import override

from .store import MemoryStore

_WIDGET: TypeAdapter[DynamicWidgetRoot] = TypeAdapter(DynamicWidgetRoot)


@dataclass
class Visitor:
    name: str
    table: str


class TeaContext(AgentContext[Visitor]):
    store: Annotated[MemoryStore, Field(exclude=True)]  # pyright: ignore[reportIncompatibleVariableOverride] - as people write it
    request_context: Visitor
    orders: Annotated[dict[str, list[str]], Field(exclude=True)]


@function_tool
async def order(ctx: RunContextWrapper[TeaContext], tea: str) -> str:
    """Order a tea."""
    ctx.context.orders.setdefault(ctx.context.thread.id, []).append(tea)
    await ctx.context.stream(ClientEffectEvent(name="ordered", data={"tea": tea}))
    return f"{tea} for table {ctx.context.request_context.table}, open {ctx.context.store.opening_hours()}"


@function_tool
async def show_card(ctx: RunContextWrapper[TeaContext], tea: str) -> None:
    """Show a tea."""
    await ctx.context.stream_widget(card(tea, "Order"))


@function_tool
async def light(ctx: RunContextWrapper[TeaContext]) -> None:
    """Light a candle in the page."""
    ctx.context.client_tool_call = ClientToolCall(name="light", arguments={"candles": 1})


def card(tea: str, label: str) -> Any:
    action = {"type": "tea.order", "payload": {"tea": tea}}
    children = [{"type": "Text", "value": tea}, {"type": "Button", "label": label, "onClickAction": action}]
    return _WIDGET.validate_python({"type": "Card", "children": children})


class Converter(ThreadItemConverter):
    @override
    async def tag_to_message_content(self, tag: UserMessageTagContent) -> ResponseInputTextParam:
        return ResponseInputTextParam(type="input_text", text=f"the tea {tag.text}")


class TeaHouseServer(ChatKitServer[Visitor]):
    def __init__(self, greeting: str) -> None:
        self.store: MemoryStore = MemoryStore()
        super().__init__(self.store)
        self.orders: dict[str, list[str]] = {}
        self.converter = Converter()
        self.agent = Agent[TeaContext](
            name="Tea house",
            instructions=greeting,
            model="gpt-4.1-mini",
            tools=[order, show_card, light],
            tool_use_behavior=StopAtTools(stop_at_tool_names=["show_card", "light"]),
        )

    @override
    async def respond(  # pyright: ignore[reportIncompatibleMethodOverride] - the name of an older SDK
        self, thread: ThreadMetadata, item: UserMessageItem | None, context: Visitor
    ) -> AsyncIterator[ThreadStreamEvent]:
        page = await self.store.load_thread_items(thread.id, after=None, limit=30, order="desc", context=context)
        if thread.title is None:
            thread.title = "Tea"
            await self.store.save_thread(thread, context)
        made = TeaContext(thread=thread, store=self.store, request_context=context, orders=self.orders)
        messages = await self.converter.to_agent_input(page.data[::-1])
        async for event in stream_agent_response(made, Runner.run_streamed(self.agent, messages, context=made)):
            yield event

    @override
    async def action(
        self, thread: ThreadMetadata, action: Action[str, Any], sender: WidgetItem | None, context: Visitor
    ) -> AsyncIterator[ThreadStreamEvent]:
        assert sender is not None
        tea = action.payload["tea"]
        self.orders.setdefault(thread.id, []).append(tea)
        yield ThreadItemReplacedEvent(item=sender.model_copy(update={"widget": card(tea, "Ordered")}))
        hidden = HiddenContextItem(
            id=self.store.generate_item_id("message", thread, context),
            thread_id=thread.id,
            created_at=datetime.now(),
            content=f"<ordered>{tea}</ordered>",
        )
        await self.store.add_thread_item(thread.id, hidden, context)
        message = AssistantMessageItem(
            id="msg_1a2b3c4d",
            thread_id=thread.id,
            created_at=datetime.now(),
            content=[AssistantMessageContent(text=f"One {tea} for table {context.table}.")],
        )
        yield ThreadItemDoneEvent(item=message)


_server = TeaHouseServer("Serve tea.")


def create_server() -> TeaHouseServer | None:
    return _server
