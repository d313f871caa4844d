"""What an answering agent gets: the turn it answers, and the means to send events meanwhile."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, cast

from chatkit.agents import AgentContext
from chatkit.store import StoreItemType
from chatkit.types import (
    Task,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemUpdatedEvent,
    ThreadMetadata,
    ThreadStreamEvent,
    UserMessageItem,
    Workflow,
    WorkflowItem,
    WorkflowTaskAdded,
    WorkflowTaskUpdated,
)
from chatkit.widgets import WidgetRoot
from pydantic import Field, SkipValidation
from typing_extensions import override

from chatkit_link.agents.sources import Sources
from chatkit_link.caller import Caller
from chatkit_link.files.files import Files
from chatkit_link.store.postgres import PostgresStore, new_id
from chatkit_link.widgets.diff import stream_widget


@dataclass(frozen=True, slots=True)
class TurnContext:
    """One turn, as a ``respond(ctx)`` function gets it.

    thread: its metadata; what is changed in it (``thread.metadata["x"] = 1``) is stored.
    message: what the user wrote; None when an action or a tool's output is answered.
    caller: who is asking.
    store: all threads of this user.
    files: all files of this user, as in ``await ctx.files.read(attachment.id, ctx.caller)``.
    """

    thread: ThreadMetadata
    message: UserMessageItem | None
    caller: Caller
    store: PostgresStore
    files: Files

    @property
    def text(self) -> str:
        """What the user wrote, as plain text; empty without a message."""
        return "".join(part.text for part in self.message.content) if self.message else ""

    async def history(self, limit: int = 200) -> list[ThreadItem]:
        """The newest items of the thread, oldest first; the message that is answered is among them."""
        page = await self.store.load_thread_items(self.thread.id, None, limit, "desc", self.caller)
        return page.data[::-1]

    def edit_metadata(self) -> AbstractAsyncContextManager[dict[str, Any]]:
        """The thread's current metadata, locked for changes until the block ends.

        ``async with ctx.edit_metadata() as metadata: metadata["count"] = metadata.get("count", 0) + 1`` loses none of
        two clicks at once. Wait for nothing inside.
        """
        return self.store.edit_metadata(self.thread, self.caller)

    def new_id(self, kind: StoreItemType) -> str:
        """An id for a new item."""
        return new_id(kind)

    def stream_widget(
        self, widget: WidgetRoot | AsyncGenerator[WidgetRoot, None], copy_text: str | None = None
    ) -> AsyncIterator[ThreadStreamEvent]:
        """The events of a widget, or of a generator that yields it again each time it changed: the smallest updates."""
        return stream_widget(self.thread, widget, copy_text, new_id)


class LinkContext(AgentContext[Caller]):
    """The Agents SDK context of a turn: the SDK's own, and the thread's sources.

    Events that tools stream go into one queue together with the model's own, so that users see
    everything in the order in which it happened (``agents/stream.py`` reads it).

    missed_servers: names of the MCP servers whose tools this answer does without.
    """

    sources: Annotated[Sources, SkipValidation] = Field(default_factory=Sources)
    queue: Annotated["asyncio.Queue[Any]", SkipValidation] = Field(default_factory=asyncio.Queue[Any])
    missed_servers: set[str] = Field(default_factory=set[str])

    def edit_metadata(self) -> AbstractAsyncContextManager[dict[str, Any]]:
        """As ``TurnContext.edit_metadata``."""
        return cast(PostgresStore, self.store).edit_metadata(self.thread, self.request_context)

    @override
    async def stream(self, event: ThreadStreamEvent) -> None:
        self.queue.put_nowait(event)

    @override
    async def stream_widget(
        self, widget: WidgetRoot | AsyncGenerator[WidgetRoot, None], copy_text: str | None = None
    ) -> None:
        async for event in stream_widget(self.thread, widget, copy_text, self.generate_id):
            self.queue.put_nowait(event)

    @override
    async def add_workflow_task(self, task: Task) -> None:
        await self.add_task(task)

    async def add_task(self, task: Task) -> tuple[WorkflowItem, int]:
        """Add a task to the open workflow, or to a new one; returns its index, for ``update_task``.

        The SDK looks an index up by equality and so gives two equal tasks one place.
        """
        place, events = self.begin_task(task)
        for event in events:
            await self.stream(event)
        return place

    async def update_task(self, place: tuple[WorkflowItem, int], task: Task) -> None:
        """Change a task; where its workflow is closed by now, there is nothing left to change."""
        for event in self.change_task(place, task):
            await self.stream(event)

    def begin_task(self, task: Task) -> tuple[tuple[WorkflowItem, int], list[ThreadStreamEvent]]:
        """The same as ``add_task``, for callers that emit the events themselves."""
        events: list[ThreadStreamEvent] = []
        workflow = self.workflow_item
        if workflow is None:
            workflow = self.workflow_item = WorkflowItem(
                id=self.generate_id("workflow"),
                thread_id=self.thread.id,
                created_at=datetime.now(),
                workflow=Workflow(type="custom", tasks=[], expanded=True),
            )
            events.append(ThreadItemAddedEvent(item=workflow.model_copy(deep=True)))
        tasks = workflow.workflow.tasks
        tasks.append(task)
        update = WorkflowTaskAdded(task=task.model_copy(), task_index=len(tasks) - 1)
        events.append(ThreadItemUpdatedEvent(item_id=workflow.id, update=update))
        return (workflow, len(tasks) - 1), events

    def change_task(self, place: tuple[WorkflowItem, int], task: Task) -> list[ThreadStreamEvent]:
        """The same as ``update_task``, for callers that emit the events themselves."""
        workflow, index = place
        if self.workflow_item is not workflow:
            return []
        workflow.workflow.tasks[index] = task
        update = WorkflowTaskUpdated(task=task.model_copy(), task_index=index)
        return [ThreadItemUpdatedEvent(item_id=workflow.id, update=update)]
