"""The events of a workflow for the user: the steps it takes, the text of its agents, and its questions.

How it flows: a run of an agent is streamed, and its events go into ``out``, which the responder reads.
What the model is to remember of it is collected in ``record`` meanwhile.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, cast

import openai
from agents import Agent, RunConfig, Runner, RunResultStreaming
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageItem,
    CustomTask,
    NoticeEvent,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadStreamEvent,
    WorkflowItem,
)
from chatkit.widgets import DynamicWidgetRoot
from openai import AsyncOpenAI

from chatkit_link.agents.agent_builder.kept_steps import Entry, KeptSteps
from chatkit_link.agents.agent_builder.output_kind import OutputKind
from chatkit_link.agents.agent_builder.step_stream import StepStream
from chatkit_link.agents.agent_builder.vector_stores import LocalStores
from chatkit_link.agents.attachment_input import NO_PICTURES_STATUSES, without_pictures
from chatkit_link.agents.context import LinkContext, TurnContext
from chatkit_link.agents.history import History, record_of
from chatkit_link.agents.metering import UsageReader
from chatkit_link.agents.models.provider import adapt_models
from chatkit_link.agents.output_text import brief
from chatkit_link.agents.sources import Sources
from chatkit_link.agents.stream import ResponseStream
from chatkit_link.agents.tool_call_hooks import VisibleTools
from chatkit_link.agents.tool_line import Deferred
from chatkit_link.agents.tool_output import output_limit
from chatkit_link.store.postgres import id_prefix
from chatkit_link.store.turns import TurnRecord
from chatkit_link.translations import Localized
from chatkit_link.widgets.diff import stream_widget

_SPEAKS = ("assistant_message", "widget", "generated_image")


@dataclass(frozen=True, slots=True)
class WorkflowSettings:
    """How agents run here.

    model: the name, as billed, of what agents without a model of their own use.
    client: of the model's server, for searches in its files and for guardrails.
    max_calls: calls of models in one answer, of all agents together.
    stores: vector stores that are searched here instead.
    """

    run_config: RunConfig
    client: AsyncOpenAI | None = None
    stores: LocalStores | None = None
    max_turns: int = 12
    max_calls: int = 100
    model: str = "unknown"


@dataclass(slots=True)
class Step:
    """A run of an agent in the list of steps. place: where its task is."""

    link: LinkContext
    place: tuple[WorkflowItem, int]
    task: CustomTask


#: What the output of an agent is for, where that agent may write to the user.
Speaking = Callable[[Agent[Any]], OutputKind]


@dataclass(slots=True)
class EventEmitter:
    """Of one answer.

    alone: whether the workflow runs one agent only, which is not displayed as a step. record: what the model will
    remember of this turn. out: events and steps in their order. kept: the steps of the answer. chosen: the model that
    was chosen for all agents. has_output: whether any event was sent to the user. texts: the messages that were, by
    their ids. calls: of models so far. take_pictures: False once a model has refused them.
    """

    ctx: TurnContext
    settings: WorkflowSettings
    history: History
    record: TurnRecord
    alone: bool
    out: "asyncio.Queue[ThreadStreamEvent | Entry | None]"
    kept: KeptSteps
    chosen: str | None = None
    has_output: bool = False
    texts: dict[str, str] = field(default_factory=dict[str, str])
    calls: int = 0
    steps: LinkContext = field(init=False)
    #: What the answer displays now, for the step that is recorded.
    display: Callable[[], dict[str, Any]] = field(default=dict[str, Any], init=False)
    _busy: bool = field(default=False, init=False)
    take_pictures: bool = field(default=True, init=False)
    #: The tasks in which agents run now: those of ``asyncio.gather`` outlive what goes wrong beside them.
    _running: "set[asyncio.Task[Any]]" = field(default_factory=set[Any], init=False)

    def __post_init__(self) -> None:
        self.steps = self._context()

    @property
    def locale(self) -> str:
        return self.ctx.caller.locale

    async def close(self) -> None:
        """End what still runs. A None in ``out`` is the end."""
        left = self._running - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        self.out.put_nowait(None)

    async def save(self) -> None:
        """Store the record."""
        if self.history.anchor is not None:
            await self.ctx.store.save_turn(self.ctx.thread.id, self.history.anchor, self.record, self.ctx.caller)

    def put(self, event: ThreadStreamEvent) -> None:
        if isinstance(event, ThreadItemAddedEvent | ThreadItemDoneEvent) and event.item.type in _SPEAKS:
            self.has_output = True
        if isinstance(event, ThreadItemDoneEvent) and isinstance(event.item, AssistantMessageItem):
            self.texts[event.item.id] = "".join(part.text for part in event.item.content)
        elif isinstance(event, ThreadItemRemovedEvent):
            self.texts.pop(event.item_id, None)
        self.out.put_nowait(event)

    def write_message(self, text: str) -> str:
        """A message of the assistant's, behind the steps so far; its id."""
        self.end_steps()
        item = self._message(self.new_id(), text)
        self.put(ThreadItemDoneEvent(item=item))
        return item.id

    def new_id(self) -> str:
        """Of a message; the same whenever the answer comes to this place again."""
        return self.kept.steps.new_id(id_prefix("message"), "message")

    def replace_message(self, item_id: str, text: str) -> None:
        """Another text in the place of one that was displayed; the model remembers this one."""
        self._forget(item_id)
        self.texts[item_id] = text
        self.put(ThreadItemReplacedEvent(item=self._message(item_id, text)))

    def remove_message(self, item_id: str) -> None:
        self._forget(item_id)
        self.put(ThreadItemRemovedEvent(item_id=item_id))

    def _message(self, item_id: str, text: str) -> AssistantMessageItem:
        return AssistantMessageItem(
            id=item_id,
            thread_id=self.ctx.thread.id,
            created_at=datetime.now(),
            content=[AssistantMessageContent(text=text)],
        )

    def _forget(self, item_id: str) -> None:
        """The model remembers the item as it is displayed, and not what an agent wrote in its place."""
        if item_id in self.record["covers"]:
            self.record["covers"].remove(item_id)
            shown = self.texts[item_id].strip()
            self.record["input"] = [item for item in self.record["input"] if _text_in(item) != shown]

    async def show_widget(self, widget: DynamicWidgetRoot) -> None:
        async for event in stream_widget(self.ctx.thread, widget, None, lambda _: self.new_id()):
            if isinstance(event, ThreadItemDoneEvent):
                self.record["covers"].append(event.item.id)
            self.put(event)

    def end_steps(self, link: LinkContext | None = None) -> None:
        for event in ResponseStream(link or self.steps).end_workflow():
            if isinstance(event, ThreadItemDoneEvent):
                self.record["covers"].append(event.item.id)
            self.put(event)

    async def work(self, key: str, title: str, work: Callable[[], Any], content: str | None = None) -> Any:
        """Results of a library's call, which is displayed as a step."""
        task = CustomTask(title=title, icon="search", content=content, status_indicator="loading")
        task_place = await self._begin(key, self.steps, task, alone=True)
        found = await work()
        if task_place is not None:
            done = task.model_copy(update={"status_indicator": "complete"})
            await self.steps.update_task(_now(self.steps, task_place), done)
        self._emit_queued(self.steps)
        return found

    async def repeat(self, title: str, summary: str | None) -> Step | None:
        """A step that an agent had done before a failure is emitted again."""
        if self.alone:
            return None
        task = CustomTask(title=title, icon="agent", content=summary, status_indicator="complete")
        place = await self.steps.add_task(task)
        self._emit_queued(self.steps)
        return Step(self.steps, place, task)

    async def end_draft(self, step: Step | None) -> None:
        """What the step had written is displayed as a message from now on."""
        if step is not None:
            await step.link.update_task(_now(step.link, step.place), step.task.model_copy(update={"content": None}))
            self._emit_queued(step.link)

    async def stream(
        self,
        agent: Agent[Any],
        given: Any,
        *,
        key: str,
        speaking: Speaking,
        context: Any,
        has_output: bool,
        **rest: Any,
    ) -> tuple[RunResultStreaming, StepStream, Step | None]:
        """Run an agent, emit its events, and record its output. has_output: whether it has written before."""
        adapt_models(agent)
        # Agents that run at once each show their work apart.
        started = self.kept.start_of(key)
        alone = not self._busy and (started is None or started["alone"])
        link = self.steps if alone else self._context()
        link.steps = inside = self.kept.inside(key)
        self._busy = True
        running = asyncio.current_task()
        assert running is not None
        self._running.add(running)
        task = CustomTask(title=agent.name, icon="agent", status_indicator="loading")
        step = None
        try:
            place = await self._begin(key, link, None if self.alone else task, alone=alone)
            start = partial(
                Runner.run_streamed,
                agent,
                context=link if context is None else context,
                max_turns=min(rest.get("max_turns") or self.settings.max_turns, self.settings.max_calls - self.calls),
                run_config=self._config(rest.get("run_config")),
            )
            with inside.running():
                result, stream = await self._stream_run(
                    start, given, link, speaking=speaking, has_output=has_output, keep_open=alone
                )
            if place is not None:
                step = await self._finish(link, place, task, None if stream.has_output else result.final_output)
            return result, stream, step
        finally:
            self._running.discard(running)
            self._busy = self._busy and not alone
            if not alone:
                self.end_steps(link)
            link.steps = self.kept.steps

    async def _begin(
        self, key: str, link: LinkContext, task: CustomTask | None, *, alone: bool
    ) -> tuple[WorkflowItem, int] | None:
        """Where a step is displayed; without a task, nowhere. One that was begun by an earlier replica is there."""
        started = self.kept.start_of(key)
        if started is not None:
            if link.steps is not self.kept.steps:
                link.steps.restore_made(started["inside"])
            if not alone and started["item"] is not None:
                link.workflow_item = WorkflowItem.model_validate(started["item"])
            if started["at"] is None or link.workflow_item is None:
                return None
            return link.workflow_item, started["at"]
        place = None
        if task is not None:
            place = await link.add_task(task)
            self._emit_queued(link)
        item = None if alone or link.workflow_item is None else link.workflow_item.model_dump(mode="json")
        stood = {"alone": alone, "item": item, "at": place and place[1], "inside": link.steps.made}
        self.kept.record_start(key, stood, self.display())
        return place

    def _context(self) -> LinkContext:
        return LinkContext(
            thread=self.ctx.thread,
            store=self.ctx.store,
            request_context=self.ctx.caller,
            sources=Sources(self.history.sources),
            steps=self.kept.steps,
        )

    def know_sources(self, record: dict[str, dict[str, str]]) -> None:
        """Cite what an earlier replica has found by the numbers that it had."""
        self.history.sources |= Sources.from_record(record)
        self.steps = self._context()

    def _config(self, given: RunConfig | None) -> RunConfig:
        """The server's own; the model is the one that was chosen in the chat, or the file's."""
        model = self.chosen or (given.model if given else None)
        return replace(self.settings.run_config, model=model) if model else self.settings.run_config

    async def _stream_run(
        self,
        start: Callable[..., RunResultStreaming],
        given: Any,
        link: LinkContext,
        *,
        speaking: Speaking,
        has_output: bool,
        keep_open: bool,
    ) -> tuple[RunResultStreaming, StepStream]:
        """A run's events. A model that takes no pictures is asked again without them."""
        bare: Any = without_pictures(cast("list[Any]", given)) if isinstance(given, list) else given
        if not self.take_pictures:
            given = bare
        reader = UsageReader(self.chosen or self.settings.model, fixed=self.chosen is not None)
        result = start(input=given, hooks=VisibleTools(reader, display=link))
        stream = StepStream(link, lambda: speaking(result.current_agent), keep_open=keep_open)
        events = stream.events(result)
        try:
            async for event in events:
                self.put(event)
        except openai.APIStatusError as error:
            if (
                stream.has_output
                or result.raw_responses
                or given is bare
                or error.status_code not in NO_PICTURES_STATUSES
            ):
                raise
        else:
            return result, stream
        finally:
            await events.aclose()
            reader.read(result.context_wrapper.usage)
            self.calls += max(result.context_wrapper.usage.requests, len(result.raw_responses), 1)
            if not result.interruptions:
                self._remember(
                    record_of(result, stream, output_limit(self.settings.run_config)),
                    stream,
                    has_output=has_output or stream.has_output,
                )
        self.take_pictures = False
        made = link.steps.made
        link.steps.restart()
        link.steps.restore_made(made)
        self.put(NoticeEvent(level="info", message=Localized("pictures_not_shown").in_language(self.ctx.caller.locale)))
        return await self._stream_run(start, bare, link, speaking=speaking, has_output=has_output, keep_open=keep_open)

    def _remember(self, record: TurnRecord, stream: StepStream, *, has_output: bool) -> None:
        self.record["covers"] += record["covers"]
        self.record["sources"] |= record["sources"]
        # Also what an earlier replica has displayed of this run, in the order of the run.
        self.has_output = self.has_output or stream.displayed
        for item_id, text in stream.texts.items():
            self.texts.pop(item_id, None)
            self.texts[item_id] = text
        if has_output:
            self.record["input"] += record["input"]

    async def _finish(self, link: LinkContext, place: tuple[WorkflowItem, int], task: CustomTask, value: Any) -> Step:
        done = task.model_copy(update={"status_indicator": "complete", "content": brief(value) or None})
        place = _now(link, place)
        await link.update_task(place, done)
        self._emit_queued(link)
        return Step(link, place, done)

    def _emit_queued(self, link: LinkContext) -> None:
        while not link.queue.empty():
            queued = link.queue.get_nowait()
            for event in queued.make() if isinstance(queued, Deferred) else [queued]:
                self.put(event)
            if isinstance(queued, Deferred) and queued.then is not None:
                queued.then()


def _now(link: LinkContext, place: tuple[WorkflowItem, int]) -> tuple[WorkflowItem, int]:
    """The same place in the open workflow, which is another object once it was read from the steps of a run."""
    item = link.workflow_item
    return place if item is None or item.id != place[0].id else (item, place[1])


def _text_in(item: dict[str, Any]) -> str:
    """The text of an assistant's message among a model's input items."""
    content = item.get("content")
    if item.get("role") != "assistant" or not isinstance(content, list):
        return str(content).strip() if item.get("role") == "assistant" else ""
    return "".join(str(part.get("text") or "") for part in cast("list[dict[str, Any]]", content)).strip()
