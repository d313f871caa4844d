"""What an answering agent gets: the turn it answers, and the means to send events meanwhile."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final, cast

from chatkit.agents import AgentContext
from chatkit.store import StoreItemType
from chatkit.types import (
    CustomSummary,
    DurationSummary,
    Task,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemUpdatedEvent,
    ThreadMetadata,
    ThreadStreamEvent,
    UserMessageItem,
    Workflow,
    WorkflowItem,
    WorkflowSummary,
    WorkflowTaskAdded,
    WorkflowTaskUpdated,
)
from chatkit.widgets import WidgetRoot
from pydantic import Field, SkipValidation
from typing_extensions import override

from chatkit_link.agents.author_steps import step
from chatkit_link.agents.searched import with_one_search
from chatkit_link.agents.sources import Sources
from chatkit_link.agents.steps import Steps, current_call, own_id, steps_of_answer
from chatkit_link.agents.tool_line import Deferred, ToolLine, current_line, is_failed
from chatkit_link.caller import Caller, StateValue
from chatkit_link.files.files import Files
from chatkit_link.store.postgres import PostgresStore, id_prefix
from chatkit_link.widgets.diff import stream_widget

#: Items that may come in the middle of a workflow without ending it.
UNSEEN: Final = ("client_tool_call", "hidden_context_item", "sdk_hidden_context")


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

    @property
    def untrusted_state(self) -> Mapping[str, StateValue]:
        """State variables of the session that its user chose and no back end vouches for; empty without any."""
        return self.caller.session.untrusted_state if self.caller.session else {}

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

    #: ``value = await ctx.step("charge", charge)``: done once in this answer, also when another server goes on with it.
    step = staticmethod(step)

    def new_id(self, kind: StoreItemType) -> str:
        """An id for a new item; the same one where the answer goes on elsewhere and the item is made again."""
        return own_id(kind)

    def stream_widget(
        self, widget: WidgetRoot | AsyncGenerator[WidgetRoot, None], copy_text: str | None = None
    ) -> AsyncIterator[ThreadStreamEvent]:
        """The events of a widget, or of a generator that yields it again each time it changed: the smallest updates."""
        return stream_widget(self.thread, widget, copy_text, own_id)


class LinkContext(AgentContext[Caller]):
    """The Agents SDK context of a turn: the SDK's own, and the thread's sources.

    Events that tools stream go into one queue together with the model's own, so that users see
    everything in the order in which it happened (``agents/stream.py`` reads it).

    missed_servers: names of the MCP servers whose tools this answer does without.
    lines: of the tool calls that run, by the call's id.
    steps: of the answer; the ids of its items are made from them.
    """

    sources: Annotated[Sources, SkipValidation] = Field(default_factory=Sources)
    queue: Annotated["asyncio.Queue[Any]", SkipValidation] = Field(default_factory=asyncio.Queue[Any])
    missed_servers: set[str] = Field(default_factory=set[str])
    lines: Annotated[dict[str, ToolLine], SkipValidation] = Field(default_factory=dict[str, ToolLine])
    #: Ids of the items that tools have begun to display -> the id of the call that has.
    begun: dict[str, str | None] = Field(default_factory=dict[str, str | None])
    steps: Annotated[Steps, SkipValidation] = Field(default_factory=steps_of_answer)
    #: How many of the sources are in the steps' snapshots.
    recorded_sources: int = 0

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        self.recorded_sources = len(self.sources.to_record())

    @property
    def idempotency_key(self) -> str:
        """Inside a tool: the same whenever this call is made again, by another replica or after the user was asked.

        For services that do one thing only once for a key, such as payments. Outside of tools, that of the answer.
        """
        return self.steps.idempotency_key(current_call.get())

    @override
    def generate_id(self, type: StoreItemType, thread: ThreadMetadata | None = None) -> str:
        """The same id whenever the same is done again, as after a crash."""
        if type == "thread" or (thread is not None and thread.id != self.thread.id):
            return super().generate_id(type, thread)
        call = current_call.get()
        return self.steps.new_id(id_prefix(type), type if call is None else f"tool:{call}/{type}")

    def edit_metadata(self) -> AbstractAsyncContextManager[dict[str, Any]]:
        """As ``TurnContext.edit_metadata``."""
        return cast(PostgresStore, self.store).edit_metadata(self.thread, self.request_context)

    @override
    async def stream(self, event: ThreadStreamEvent) -> None:
        self._send(event)

    def defer(self, make: Callable[[], list[ThreadStreamEvent]], then: Callable[[], None] | None = None) -> None:
        """Emit what ``make`` returns in its turn, behind all that is in the queue already; then call ``then``."""
        self.queue.put_nowait(Deferred(make, then))

    def _send(self, event: ThreadStreamEvent) -> None:
        if isinstance(event, ThreadItemAddedEvent | ThreadItemDoneEvent):
            line = current_line.get()
            if line is not None and line.flush is not None:
                line.flush()  # what was reported before is displayed before
            self.defer(partial(self._display, event, line, current_call.get()))
        else:
            self.queue.put_nowait(event)

    @override
    async def stream_widget(
        self, widget: WidgetRoot | AsyncGenerator[WidgetRoot, None], copy_text: str | None = None
    ) -> None:
        async for event in stream_widget(self.thread, widget, copy_text, self.generate_id):
            self._send(event)

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

    def close_workflow(self) -> list[ThreadStreamEvent]:
        """Close the open workflow, if there is one, with a one-line summary; open to the reader where a call failed."""
        item = self.workflow_item
        if item is None:
            return []
        self.workflow_item = None
        if item.workflow.summary is None:
            item.workflow.summary = _summary(item, self.request_context.locale)
        item.workflow.expanded = any(is_failed(task) for task in item.workflow.tasks)
        return [ThreadItemDoneEvent(item=item)]

    def display_line(self, line: ToolLine) -> list[ThreadStreamEvent]:
        """A line as it is now, where it stands, or at the end if it stands nowhere."""
        if line.place is not None and line.place[0] is self.workflow_item:
            if line.displayed == line.task:
                return []
            line.displayed = line.task.model_copy()
            return self.change_task(line.place, line.task.model_copy())
        line.displayed = line.task.model_copy()
        line.place, events = self.begin_task(line.task.model_copy())
        return events

    def _display(
        self, event: ThreadItemAddedEvent | ThreadItemDoneEvent, owner: ToolLine | None, call: str | None
    ) -> list[ThreadStreamEvent]:
        """An item of a tool. It ends an open workflow before it, and takes the place of the tool's own line.

        owner: the line of the tool that displays it; None for a tool without words of its own. call: its call's id.
        """
        workflow, item = self.workflow_item, event.item
        is_known = item.id in self.begun
        self.begun[item.id] = call
        if workflow is None or is_known or item.type in UNSEEN:
            if workflow is not None and workflow.id == item.id and isinstance(event, ThreadItemDoneEvent):
                self.workflow_item = None
            return [event]
        if workflow.id == item.id:
            return [event]
        moved = [
            line
            for line in self.lines.values()
            if line is not owner and line.is_in(workflow) and (line.has_title or owner is not None)
        ]
        events = [*self._clear(workflow, [*moved, owner] if owner else moved), event]
        for line in moved:
            line.place = None
            events += self.display_line(line)
        return events

    def _clear(self, workflow: WorkflowItem, lines: list[ToolLine]) -> list[ThreadStreamEvent]:
        """Close a workflow without these lines; remove it where nothing else is in it."""
        gone = {line.place[1] for line in lines if line.place is not None and line.is_in(workflow)}
        for line in lines:
            line.place = None if line.is_in(workflow) else line.place
        workflow.workflow.tasks = [task for at, task in enumerate(workflow.workflow.tasks) if at not in gone]
        if workflow.workflow.tasks or workflow.workflow.type != "custom":
            return self.close_workflow()
        self.workflow_item = None
        return [ThreadItemRemovedEvent(item_id=workflow.id)]


def _summary(item: WorkflowItem, locale: str) -> WorkflowSummary:
    """How long the model thought, or how much it searched and which tools it used."""
    if item.workflow.type == "reasoning":
        return DurationSummary(duration=int((datetime.now() - item.created_at).total_seconds()))
    tasks = item.workflow.tasks
    titles = [task.title for task in with_one_search(tasks, locale) if task.type in ("custom", "web_search")]
    return CustomSummary(title=", ".join(dict.fromkeys(filter(None, titles))) or "Worked")
