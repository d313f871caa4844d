"""Servers whose answers can go on: one that records what it does as our agents do, and one that begins again."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any, cast

from chatkit.server import ChatKitServer
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    CustomTask,
    HiddenContextItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    WidgetItem,
    WidgetRootUpdated,
    Workflow,
    WorkflowItem,
    WorkflowTaskAdded,
    WorkflowTaskUpdated,
)
from chatkit.widgets import Card, Text

from chatkit_link.agents.steps import current_steps, own_id
from chatkit_link.caller import Caller
from chatkit_link.store.postgres import PostgresStore

NewId = Callable[[str], str]


def common(thread: Any, new_id: str) -> dict[str, Any]:
    return {"id": new_id, "thread_id": thread.id, "created_at": datetime.now()}


async def text(thread: Any, item_id: str, words: list[str]) -> AsyncIterator[ThreadStreamEvent]:
    """A message, word by word."""
    item = AssistantMessageItem(**common(thread, item_id), content=[])
    yield ThreadItemAddedEvent(item=item)
    for word in words:
        await asyncio.sleep(0)
        delta = AssistantMessageContentPartTextDelta(content_index=0, delta=word)
        yield ThreadItemUpdatedEvent(item_id=item.id, update=delta)
    whole = item.model_copy(update={"content": [AssistantMessageContent(text="".join(words))]})
    yield ThreadItemDoneEvent(item=whole)


async def workflow(thread: Any, item_id: str, titles: list[str]) -> AsyncIterator[ThreadStreamEvent]:
    """Tasks that are done one after the other."""
    item = WorkflowItem(**common(thread, item_id), workflow=Workflow(type="custom", tasks=[]))
    yield ThreadItemAddedEvent(item=item.model_copy(deep=True))
    for at, title in enumerate(titles):
        task = CustomTask(title=title, status_indicator="loading")
        yield ThreadItemUpdatedEvent(item_id=item.id, update=WorkflowTaskAdded(task=task, task_index=at))
        await asyncio.sleep(0)
        done = CustomTask(title=title, content=f"{title} done", status_indicator="complete")
        item.workflow.tasks.append(done)
        yield ThreadItemUpdatedEvent(item_id=item.id, update=WorkflowTaskUpdated(task=done, task_index=at))
    yield ThreadItemDoneEvent(item=item)


async def widget(thread: Any, item_id: str, values: list[str]) -> AsyncIterator[ThreadStreamEvent]:
    """A card whose text changes."""
    cards = [Card(children=[Text(value=value)]) for value in values]
    yield ThreadItemAddedEvent(item=WidgetItem(**common(thread, item_id), widget=cards[0]))
    for card in cards[1:]:
        await asyncio.sleep(0)
        yield ThreadItemUpdatedEvent(item_id=item_id, update=WidgetRootUpdated(widget=card))
    yield ThreadItemDoneEvent(item=WidgetItem(**common(thread, item_id), widget=cards[-1]))


async def hidden(thread: Any, item_id: str, words: list[str]) -> AsyncIterator[ThreadStreamEvent]:
    yield ThreadItemDoneEvent(item=HiddenContextItem(**common(thread, item_id), content="".join(words)))


async def removed(thread: Any, item_id: str, words: list[str]) -> AsyncIterator[ThreadStreamEvent]:
    """A message that is taken back."""
    async for event in text(thread, item_id, words):
        yield event
    yield ThreadItemRemovedEvent(item_id=item_id)


Block = tuple[Callable[[Any, str, list[str]], AsyncIterator[ThreadStreamEvent]], list[str]]

SHORT: list[Block] = [(text, ["The ", "tea ", "is ", "green."])]
LONG: list[Block] = [
    (text, ["I ", "shall ", "look."]),
    (workflow, ["Search", "Read", "Weigh"]),
    (hidden, ["found it"]),
    (widget, ["one", "one, two", "three"]),
    (removed, ["a ", "draft"]),
    (text, ["The ", "tea ", "is ", "green."]),
]


class Stepping(ChatKitServer[Any]):
    """Records each block when it is done, and goes on behind the last one, as agents of ours do."""

    def __init__(self, store: Any, blocks: list[Block]) -> None:
        super().__init__(store)
        self.blocks = blocks
        self.calls: list[int] = []
        self.read: list[list[str]] = []
        self.callers: list[Caller] = []

    async def respond(self, thread: Any, input_user_message: Any, context: Any) -> AsyncIterator[ThreadStreamEvent]:
        steps = current_steps.get()
        assert steps is not None
        self.callers.append(context)
        history = await cast(PostgresStore, self.store).load_history(thread.id, 100, context)
        self.read.append([item.type for item, _ in history])
        for number, (make, words) in enumerate(self.blocks):
            key = f"model#{number}"
            if steps.found(key) is not None:
                continue
            self.calls.append(number)
            async for event in make(thread, steps.id_of("msg", key), words):
                yield event
            steps.journal.record(key, {"response": number})

    async def action(self, thread: Any, action: Any, sender: Any, context: Any) -> AsyncIterator[ThreadStreamEvent]:
        async for event in self.respond(thread, None, context):
            yield event


class Again(ChatKitServer[Any]):
    """Gives every item a new id each time it is asked, and does once what must be done once."""

    def __init__(self, store: Any, blocks: list[Block], *, steps: bool = True, own_ids: bool = True) -> None:
        """own_ids: whether its ids are its own, new each time, and not those that this server gives it."""
        super().__init__(store)
        self.own_ids = own_ids
        self.blocks = blocks
        self.steps = steps
        self.charged = 0
        self.asked = 0
        self.read: list[list[str]] = []

    async def respond(self, thread: Any, input_user_message: Any, context: Any) -> AsyncIterator[ThreadStreamEvent]:
        self.asked += 1
        page = await self.store.load_thread_items(thread.id, None, 100, "asc", context)
        self.read.append([item.type for item in page.data])
        if self.steps:
            await self._once("step:charge#1", self._charge)
        for make, words in self.blocks:
            item_id = f"msg_{uuid.uuid4().hex}" if self.own_ids else own_id("message")
            async for event in make(thread, item_id, words):
                yield event

    async def action(self, thread: Any, action: Any, sender: Any, context: Any) -> AsyncIterator[ThreadStreamEvent]:
        async for event in self.respond(thread, None, context):
            yield event

    async def _charge(self) -> int:
        self.charged += 1
        return self.charged

    async def _once(self, key: str, do: Callable[[], Awaitable[int]]) -> int:
        steps = current_steps.get()
        assert steps is not None
        if (found := steps.found(key)) is not None:
            return int(found)
        value = await do()
        steps.journal.record(key, value)
        return value
