"""One answer of an exported workflow: its ``run_workflow``, called for one message of one thread.

How it flows: the file's code runs in a task of its own. What it asks of the stand-ins comes here: a run
of an agent is streamed, and what it says goes into ``out``, which the responder reads; a question to the
person stores the journal, tells the question, and ends the task with ``Paused``. What the journal knows
already is given back and not done again.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import openai
from agents import Agent, RunConfig, Runner, RunResultStreaming, RunState
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageItem,
    CustomTask,
    NoticeEvent,
    StructuredInputItem,
    StructuredInputMultipleChoice,
    StructuredInputMultipleChoiceOption,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadStreamEvent,
    WorkflowItem,
)
from openai import AsyncOpenAI

from chatkit_link.agents.agent_builder.approvals import from_json, question_of, to_json
from chatkit_link.agents.agent_builder.journal import Found, Journal, objects, plain, run_from_json, run_to_json
from chatkit_link.agents.agent_builder.load import Workflow
from chatkit_link.agents.agent_builder.spoken import Refusal, brief, words
from chatkit_link.agents.agent_builder.stand_ins import current
from chatkit_link.agents.agent_builder.steps import StepStream, is_structured
from chatkit_link.agents.context import LinkContext, TurnContext
from chatkit_link.agents.history import History, record_of
from chatkit_link.agents.metering import UsageReader
from chatkit_link.agents.shown_files import NO_PICTURES_STATUSES, without_pictures
from chatkit_link.agents.sources import Sources
from chatkit_link.agents.visibility import VisibleTools
from chatkit_link.caller import StateValue
from chatkit_link.store.turns import TurnRecord

APPROVE, REJECT = "Approve", "Reject"
NO_PICTURES = "The assistant was not shown the pictures: this model takes no images."
_SPEAKS = ("assistant_message", "widget", "generated_image")


class Paused(BaseException):
    """The workflow has asked the person; not an Exception, so that no ``except`` of the file takes it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How agents run here.

    model: the name, as billed, of what agents without a model of their own use.
    client: of the model's server, for searches in its files and for guardrails.
    """

    run_config: RunConfig
    client: AsyncOpenAI | None = None
    max_turns: int = 12
    model: str = "unknown"


@dataclass(slots=True)
class Execution:
    """One call of ``run_workflow``.

    text: the message. history: the thread up to it. state: of the session; it goes over the file's own.
    chosen: the model that was chosen for it, for all of the workflow's agents. record: what the model will
    remember of this turn. spoke: whether the person was told anything.
    """

    workflow: Workflow
    ctx: TurnContext
    terms: Terms
    text: str
    history: History
    journal: Journal
    record: TurnRecord
    state: Mapping[str, StateValue] = field(default_factory=dict[str, StateValue])
    chosen: str | None = None
    spoke: bool = False
    paused: bool = False
    out: "asyncio.Queue[ThreadStreamEvent | None]" = field(default_factory=asyncio.Queue[Any])
    _steps: LinkContext = field(init=False)
    _busy: bool = field(default=False, init=False)
    _said: Any = field(default=None, init=False)
    #: False once a model has refused them.
    _take_pictures: bool = field(default=True, init=False)
    #: The tasks in which agents run now: those of ``asyncio.gather`` outlive what goes wrong beside them.
    _running: "set[asyncio.Task[Any]]" = field(default_factory=set[Any], init=False)
    #: What the person was told before a question that is answered by now.
    _heard: set[str] = field(default_factory=set[str], init=False)

    def __post_init__(self) -> None:
        self._steps = self._context()

    async def work(self) -> None:
        """Run the workflow to its end, or to a question. A None in ``out`` is the end."""
        current.set(self)  # in this task's own context
        try:
            value = await self.workflow.run(self.text)
            self._end_steps(self._steps)
            self._conclude(value)
        except Paused:
            pass
        finally:
            await self._stop_running()
            self.out.put_nowait(None)

    # What the file asks for

    def begin(self, value: list[Any]) -> list[Any]:
        """The conversation as the file begins it, with the thread's earlier turns before it."""
        if value and _says(value[-1], self.text):
            return [*self.history.input, *value[:-1]] if len(value) > 1 else list(self.history.input)
        return [*self.history.earlier, *value]

    async def run(
        self, line: int, agent: Agent[Any], given: Any, *, silent: bool, context: Any = None, **rest: Any
    ) -> Any:
        self._still_on()
        key = self.journal.reach(f"run:{line}")
        if isinstance(given, str) and given == self.text:
            given = list(self.history.input)
        if (found := self.journal.steps.get(key)) is not None:
            self._said = found["output"]
            if found["spoke"]:
                self._heard.add(words(found["output"]))
            return run_from_json(found, agent, given)
        result, spoke = await self._approved(key, agent, given, silent=silent, context=context, **rest)
        self.journal.steps[key] = {**run_to_json(result), "spoke": spoke}
        self._said = result.final_output
        return result

    async def _approved(
        self, key: str, agent: Agent[Any], given: Any, *, context: Any, **rest: Any
    ) -> tuple[RunResultStreaming, bool]:
        """The run of an agent, which stops at each call of a tool that the person has to approve."""
        place = f"{key}/waits"
        kept: dict[str, Any] = self.journal.steps.get(place) or {"covers": [], "spoke": False}
        if "run" in kept:
            given = await from_json(agent, kept["run"], self._steps if context is None else context)
        while True:
            for call in given.get_interruptions() if isinstance(given, RunState) else []:
                decide = given.approve if await self.ask(f"{key}/{call.call_id}", question_of(call)) else given.reject
                decide(call)
            result, stream = await self._stream(agent, given, context=context, spoke=kept["spoke"], **rest)
            if not result.interruptions:
                self.record["covers"] += kept["covers"]
                self.journal.steps.pop(place, None)
                return result, kept["spoke"] or stream.spoke
            kept = {"covers": kept["covers"] + stream.finished, "spoke": kept["spoke"] or stream.spoke}
            given = result.to_state()
            self.journal.steps[place] = {**kept, "run": to_json(given)}

    async def ask(self, name: str, question: str) -> bool:
        """The person's answer; where there is none yet, ask and end."""
        self._still_on()
        key = self.journal.reach(f"ask:{name}")
        if (found := self.journal.steps.get(key)) is not None:
            return bool(found)
        self.paused = True
        self._end_steps(self._steps)
        item = StructuredInputItem(
            id=self.ctx.new_id("message"),
            thread_id=self.ctx.thread.id,
            created_at=datetime.now(),
            inputs=[
                StructuredInputMultipleChoice(
                    id="approval",
                    question=question,
                    options=[StructuredInputMultipleChoiceOption(value=value) for value in (APPROVE, REJECT)],
                )
            ],
        )
        # Before it is asked: whoever sees the question can answer it.
        self.record["waiting"] = self.journal.to_waiting(item.id, key)
        await self.save(self.record)
        self.out.put_nowait(ThreadItemDoneEvent(item=item))
        raise Paused

    async def search(self, function: Callable[..., Any], *args: Any, **given: Any) -> Any:
        if self.terms.client is not None:
            function = self.terms.client.vector_stores.search

        async def found() -> Any:
            return (await function(*args, **given)).data

        return Found(await self._once("search", found, "Search in files"))

    async def guard(self, function: Callable[..., Any], context: Any, *args: Any, **given: Any) -> Any:
        if self.terms.client is not None and hasattr(context, "guardrail_llm"):
            context = SimpleNamespace(**{**vars(context), "guardrail_llm": self.terms.client})

        async def checked() -> Any:
            return await function(context, *args, **given)

        return await self._once("guardrails", checked, "Guardrails")

    async def save(self, record: TurnRecord) -> None:
        if self.history.anchor is not None:
            await self.ctx.store.save_turn(self.ctx.thread.id, self.history.anchor, record, self.ctx.caller)

    # How it is done

    def _still_on(self) -> None:
        if self.paused:  # the file has caught everything, and goes on as if it were answered
            raise Paused

    def _context(self) -> LinkContext:
        return LinkContext(
            thread=self.ctx.thread,
            store=self.ctx.store,
            request_context=self.ctx.caller,
            sources=Sources(self.history.sources),
        )

    async def _once(self, place: str, work: Callable[[], Any], title: str) -> Any:
        """Results of a library's call, from the journal if it has them."""
        self._still_on()
        key = self.journal.reach(place)
        if key not in self.journal.steps:
            task = CustomTask(title=title, icon="search", status_indicator="loading")
            shown = await self._steps.add_task(task)
            self._tell(self._steps)
            self.journal.steps[key] = plain(await work())
            await self._steps.update_task(shown, task.model_copy(update={"status_indicator": "complete"}))
            self._tell(self._steps)
        return objects(self.journal.steps[key])

    async def _stop_running(self) -> None:
        left = self._running - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _stream(
        self, agent: Agent[Any], given: Any, *, silent: bool, context: Any, spoke: bool, **rest: Any
    ) -> tuple[RunResultStreaming, StepStream]:
        """Run an agent, tell what it does, and remember what it said. spoke: it has said something before."""
        # Agents that run at once each show their work apart.
        alone = not self._busy
        link = self._steps if alone else self._context()
        self._busy = True
        running = asyncio.current_task()
        assert running is not None
        self._running.add(running)
        task = CustomTask(title=agent.name, icon="agent", status_indicator="loading")
        try:
            place = await link.add_task(task) if self.workflow.steps > 1 else None
            start = partial(
                Runner.run_streamed,
                agent,
                context=link if context is None else context,
                max_turns=rest.get("max_turns") or self.terms.max_turns,
                run_config=self._config(rest.get("run_config")),
            )
            result, stream = await self._shown(start, given, link, silent=silent, spoke=spoke, keep_open=alone)
            if place is not None:
                await self._finish(link, place, task, None if stream.spoke else result.final_output)
            return result, stream
        finally:
            self._running.discard(running)
            self._busy = self._busy and not alone
            if not alone:
                self._end_steps(link)

    def _config(self, given: RunConfig | None) -> RunConfig:
        """The server's own; the model is the one that was chosen in the chat, or the file's."""
        model = self.chosen or (given.model if given else None)
        return replace(self.terms.run_config, model=model) if model else self.terms.run_config

    async def _shown(
        self,
        start: Callable[..., RunResultStreaming],
        given: Any,
        link: LinkContext,
        *,
        silent: bool,
        spoke: bool,
        keep_open: bool,
    ) -> tuple[RunResultStreaming, StepStream]:
        """A run's events, told. A model that takes no pictures is asked again without them."""
        bare: Any = without_pictures(cast("list[Any]", given)) if isinstance(given, list) else given
        if not self._take_pictures:
            given = bare
        reader = UsageReader(self.chosen or self.terms.model, fixed=self.chosen is not None)
        result = start(input=given, hooks=VisibleTools(reader, shown=link))
        stream = StepStream(link, lambda: not silent and not is_structured(result.current_agent), keep_open=keep_open)
        events = stream.events(result)
        try:
            async for event in events:
                self._put(event)
        except openai.APIStatusError as error:
            if stream.spoke or result.raw_responses or given is bare or error.status_code not in NO_PICTURES_STATUSES:
                raise
        else:
            return result, stream
        finally:
            await events.aclose()
            reader.read(result.context_wrapper.usage)
            if not result.interruptions:
                self._remember(record_of(result, stream), spoke=spoke or stream.spoke)
        self._take_pictures = False
        self._put(NoticeEvent(level="info", message=NO_PICTURES))
        return await self._shown(start, bare, link, silent=silent, spoke=spoke, keep_open=keep_open)

    def _remember(self, told: TurnRecord, *, spoke: bool) -> None:
        self.record["covers"] += told["covers"]
        self.record["sources"] |= told["sources"]
        if spoke:
            self.record["input"] += told["input"]

    async def _finish(self, link: LinkContext, place: tuple[WorkflowItem, int], task: CustomTask, value: Any) -> None:
        said = brief(value) or None
        await link.update_task(place, task.model_copy(update={"status_indicator": "complete", "content": said}))
        self._tell(link)

    def _tell(self, link: LinkContext) -> None:
        while not link.queue.empty():
            self._put(link.queue.get_nowait())

    def _put(self, event: ThreadStreamEvent) -> None:
        if isinstance(event, ThreadItemAddedEvent | ThreadItemDoneEvent) and event.item.type in _SPEAKS:
            self.spoke = True
        self.out.put_nowait(event)

    def _end_steps(self, link: LinkContext) -> None:
        for event in StepStream(link, lambda: False, keep_open=False).end_workflow():
            if isinstance(event, ThreadItemDoneEvent):
                self.record["covers"].append(event.item.id)
            self._put(event)

    def _conclude(self, value: Any) -> None:
        """What the workflow returned, if nothing else was said."""
        if self.spoke and not isinstance(value, Refusal):
            return
        text = words(value) or words(self._said)
        if text in self._heard:
            return
        item = AssistantMessageItem(
            id=self.ctx.new_id("message"),
            thread_id=self.ctx.thread.id,
            created_at=datetime.now(),
            content=[AssistantMessageContent(text=text or "The workflow has ended without an answer.")],
        )
        self._put(ThreadItemDoneEvent(item=item))


def _says(item: Any, text: str) -> bool:
    """Whether a model's input item is this message of the user."""
    if not isinstance(item, dict):
        return False
    fields = cast("dict[str, Any]", item)
    content = fields.get("content")
    if isinstance(content, list):
        parts = cast("list[Any]", content)
        content = "".join(str(part.get("text", "")) for part in parts if hasattr(part, "get"))
    return fields.get("role") == "user" and content == text
