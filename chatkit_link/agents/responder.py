"""What answers a turn: a function of the user's, or an Agents SDK agent."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

import openai
from agents import Agent, ModelSettings, RunConfig, Runner, RunResultStreaming, RunState, UserError
from chatkit.actions import Action
from chatkit.types import NoticeEvent, ThreadItem, ThreadItemDoneEvent, ThreadStreamEvent, UserMessageItem, WidgetItem
from pydantic import TypeAdapter

from chatkit_link.agents.aclosing import closing_early
from chatkit_link.agents.actions import ActionRegistry
from chatkit_link.agents.approvals import (
    ANSWERED,
    CHANGED,
    Answered,
    decide,
    find_answered,
    found_answered,
    from_json,
    question,
    question_of,
    to_json,
)
from chatkit_link.agents.attachment_input import NO_PICTURES_STATUSES, AttachmentInput
from chatkit_link.agents.context import LinkContext, TurnContext
from chatkit_link.agents.converter import LinkConverter, Resolve
from chatkit_link.agents.final_output import ending_tool, final_events
from chatkit_link.agents.history import History, load_history, record_of
from chatkit_link.agents.mentions import Mentions
from chatkit_link.agents.metering import UsageReader
from chatkit_link.agents.models.chosen_settings import own_settings
from chatkit_link.agents.models.input_items import assistant_message
from chatkit_link.agents.models.problems import IncompleteAnswer
from chatkit_link.agents.models.provider import adapt_models
from chatkit_link.agents.sources import Sources
from chatkit_link.agents.steps import ACTION, Steps, current_steps, steps_of_answer
from chatkit_link.agents.stream import ResponseStream
from chatkit_link.agents.tool_call_hooks import VisibleTools, end_unfinished
from chatkit_link.agents.tool_failures import ToolFailure
from chatkit_link.agents.tool_output import output_limit
from chatkit_link.agents.unfinished_tools import asking, unfinished_calls
from chatkit_link.store.turns import TurnRecord, Waiting

RespondFunction = Callable[[TurnContext], AsyncIterator[ThreadStreamEvent]]


class Responder(Protocol):
    """Answers turns. All three may raise LinkError or the SDK's stream errors."""

    def respond(self, ctx: TurnContext) -> AsyncIterator[ThreadStreamEvent]:
        """The answer to a message, or to whatever the thread ends with."""
        ...

    def action(
        self, ctx: TurnContext, action: Action[str, Any], sender: WidgetItem | None
    ) -> AsyncIterator[ThreadStreamEvent]:
        """The answer to a click in a widget."""
        ...

    async def sync_action(
        self, ctx: TurnContext, action: Action[str, Any], sender: WidgetItem | None
    ) -> ThreadItem | None:
        """The widget as the click has changed it."""
        ...


@dataclass(slots=True)
class FunctionResponder:
    """``async def respond(ctx): yield event``: the smallest agent there is."""

    function: RespondFunction
    actions: ActionRegistry = field(default_factory=ActionRegistry)

    def respond(self, ctx: TurnContext) -> AsyncIterator[ThreadStreamEvent]:
        return self.function(ctx)

    def action(
        self, ctx: TurnContext, action: Action[str, Any], sender: WidgetItem | None
    ) -> AsyncIterator[ThreadStreamEvent]:
        return _acted(self, self.actions, ctx, action, sender)

    async def sync_action(
        self, ctx: TurnContext, action: Action[str, Any], sender: WidgetItem | None
    ) -> ThreadItem | None:
        return await self.actions.update(ctx, action, sender)


@dataclass(slots=True)
class AgentResponder:
    """An Agents SDK agent, with its memory of tool calls, citations, and visible tool calls.

    quiet_tools: names of tools that display something themselves and need no task in a workflow.
    history_items: newest thread items that the model gets.
    file_text: characters of one file's text that it gets.
    model: the name of the model that agents without one of their own use, as it is billed.
    asks_unfinished: whether the user is asked about a call that may have happened before a crash, and not the model.
    """

    agent: Agent[Any]
    run_config: RunConfig
    max_turns: int = 12
    history_items: int = 200
    file_text: int = 50_000
    model: str = "unknown"
    actions: ActionRegistry = field(default_factory=ActionRegistry)
    quiet_tools: frozenset[str] = frozenset()
    mentions: Mentions | None = None
    asks_unfinished: bool = False

    def __post_init__(self) -> None:
        adapt_models(self.agent)

    async def respond(self, ctx: TurnContext) -> AsyncIterator[ThreadStreamEvent]:
        attachment_input = AttachmentInput(ctx.files, ctx.caller, text_limit=self.file_text)
        has_output = False
        try:
            async with closing_early(self._answer(ctx, attachment_input)) as events:
                async for event in events:
                    has_output = has_output or event.type != "notice"
                    yield event
            return
        except openai.APIStatusError as error:
            # Whether a model takes images is not known beforehand; each server refuses them in its own way.
            if has_output or not attachment_input.pictures or error.status_code not in NO_PICTURES_STATUSES:
                raise
        attachment_input = AttachmentInput(ctx.files, ctx.caller, text_limit=self.file_text, take_pictures=False)
        async with closing_early(self._answer(ctx, attachment_input)) as events:
            async for event in events:
                yield event

    async def _answer(self, ctx: TurnContext, attachment_input: AttachmentInput) -> AsyncGenerator[ThreadStreamEvent]:
        answered = await self._answered(ctx)
        anchor = ctx.message if answered is None else answered.anchor
        history = await load_history(
            ctx,
            LinkConverter(attachment_input, self._resolver(ctx)),
            self.history_items,
            upto=None if answered is None else answered.anchor.id,
        )
        steps = steps_of_answer()
        steps.restart()
        for attachment in ctx.message.attachments if ctx.message and not steps.goes_on else []:
            if notice := attachment_input.unseen.get(attachment.id):
                yield NoticeEvent(level="info", message=notice.in_language(ctx.caller.locale))
        context = LinkContext(
            thread=ctx.thread,
            store=ctx.store,
            request_context=ctx.caller,
            sources=Sources(history.sources),
            steps=steps,
        )
        agent, covers = self._using(ctx), list[str]()
        if answered is not None:
            steps.earlier_keys = answered.waiting["steps"].get("keys", {})
        unfinished = unfinished_calls(steps) if self.asks_unfinished else {}
        if unfinished:
            agent = asking(agent, unfinished)
            context.defer(partial(end_unfinished, context, unfinished))
        given: Any = history.input
        if answered is not None:
            await _start(ctx, history, answered, steps)
            try:
                given, covers = await _go_on(agent, answered, context, unfinished)
            except UserError:
                yield NoticeEvent(level="info", message=CHANGED.in_language(ctx.caller.locale))
        # Chosen in the browser, and checked against the agent's list before the turn started.
        chosen = anchor.inference_options.model if isinstance(anchor, UserMessageItem) else None
        reader = UsageReader(chosen or self.model, fixed=chosen is not None)
        result = Runner.run_streamed(
            agent,
            given,
            context=context,
            max_turns=self.max_turns,
            hooks=VisibleTools(reader, self.quiet_tools),
            run_config=replace(self.run_config, model=chosen) if chosen else self.run_config,
        )
        try:
            async with aclosing(
                _record_turn(
                    ctx,
                    history,
                    result,
                    ResponseStream(context),
                    covers,
                    output_limit(self.run_config),
                    {call_id: steps.idempotency_key(call_id) for call_id in unfinished},
                )
            ) as events:
                async for event in events:
                    yield event
        finally:
            reader.read(result.context_wrapper.usage)

    async def _answered(self, ctx: TurnContext) -> Answered | None:
        """The turn whose question the user has just answered, if this turn is such an answer."""
        if ctx.message is not None:
            return None
        items = await ctx.store.load_history(ctx.thread.id, self.history_items, ctx.caller)
        return found_answered(items, steps_of_answer()) or find_answered(items)

    def _resolver(self, ctx: TurnContext) -> Resolve | None:
        resolve = self.mentions.resolve if self.mentions else None
        return None if resolve is None else partial(resolve, ctx.caller)

    def _using(self, ctx: TurnContext) -> Agent[Any]:
        """The agent, with the tool that was chosen in the composer as its first call, where it has one of that name."""
        tool = ctx.message.inference_options.tool_choice if ctx.message else None
        if tool is None or tool.id not in {own.name for own in self.agent.tools}:
            return self.agent
        chosen = own_settings(self.agent).resolve(ModelSettings(tool_choice=tool.id))
        return self.agent.clone(model_settings=chosen)

    def action(
        self, ctx: TurnContext, action: Action[str, Any], sender: WidgetItem | None
    ) -> AsyncIterator[ThreadStreamEvent]:
        return _acted(self, self.actions, ctx, action, sender)

    async def sync_action(
        self, ctx: TurnContext, action: Action[str, Any], sender: WidgetItem | None
    ) -> ThreadItem | None:
        return await self.actions.update(ctx, action, sender)


async def _acted(
    responder: Responder, actions: ActionRegistry, ctx: TurnContext, action: Action[str, Any], sender: WidgetItem | None
) -> AsyncGenerator[ThreadStreamEvent]:
    """What the action's handler emits; or what the responder answers to the items that it returned."""
    events = actions.stream(ctx, action, sender)
    if events is None:
        for item in await _once(partial(actions.before, ctx, action, sender)):
            await ctx.store.add_thread_item(ctx.thread.id, item, ctx.caller)
            yield ThreadItemDoneEvent(item=item)
        events = responder.respond(ctx)
    async with closing_early(events) as events:
        async for event in events:
            yield event


async def _once(handle: Callable[[], Awaitable[Sequence[ThreadItem]]]) -> Sequence[ThreadItem]:
    """What a click's handler returns. It is not called again where an answer goes on elsewhere."""
    steps = current_steps.get()
    if steps is None:
        return await handle()
    if (found := steps.found(ACTION)) is not None:
        items = TypeAdapter(list[ThreadItem]).validate_python(found)
    else:
        items = await handle()
        steps.journal.record(ACTION, TypeAdapter(list[ThreadItem]).dump_python(list(items), mode="json"))
    steps.part = "answer "
    return items


async def _start(ctx: TurnContext, history: History, answered: Answered, steps: Steps) -> None:
    """Whatever happens now, the run that waited goes on once only; an answer that goes on finds it in its steps."""
    if steps.found(ANSWERED) is None:
        steps.record(ANSWERED, answered.to_json())
        await steps.journal.committed()
    await _store_record(ctx, history, answered.started())


async def _go_on(
    agent: Agent[Any], answered: Answered, context: LinkContext, unfinished: Collection[str]
) -> tuple[RunState[Any, Any], list[str]]:
    """The run that waited, with the user's decisions, and the items that it covers. Raises UserError if the agent
    has been replaced by another one.

    unfinished: calls that have begun since the user approved them, and so need to be approved again.
    """
    steps = answered.waiting["steps"]
    state = await from_json(agent, steps["run"], context)
    decide(state, answered.approved, unfinished)
    return state, steps["covers"]


async def _record_turn(
    ctx: TurnContext,
    history: History,
    result: RunResultStreaming,
    stream: ResponseStream,
    covers: list[str],
    limit: int,
    unfinished: Mapping[str, str],
) -> AsyncGenerator[ThreadStreamEvent]:
    """A run's events, and its question if it stops at calls that are to be approved; recorded either way.

    covers: items that the run had emitted before an earlier question. limit: characters of a tool's output.
    unfinished: ids of calls that may have happened -> their idempotency keys, which they keep in the next answer.
    """
    record = TurnRecord(input=[], covers=[], sources={})
    try:
        async with aclosing(stream.events(result)) as events:
            async for event in events:
                yield event
        if result.interruptions:
            asked = question(
                ctx,
                [question_of(call, unfinished=call.call_id in unfinished) for call in result.interruptions],
                stream.new_id("message"),
            )
            steps = {"run": to_json(result.to_state()), "covers": covers + stream.finished, "keys": dict(unfinished)}
            record["waiting"] = Waiting(version="", steps=steps, item=asked.id, place="")
            # Before the question is sent: once it is visible, it can be answered.
            await _store_record(ctx, history, record)
            yield ThreadItemDoneEvent(item=asked)
            return
        ended = ending_tool(result)
        if ended is not None and isinstance(ended.output, ToolFailure):
            # A text that asks a model to try again is no answer to a user.
            raise ended.output.error or RuntimeError(str(ended.output))
        if ended is not None:
            for event in final_events(result, ended, stream, limit):
                yield event
        elif not stream.displayed:
            raise IncompleteAnswer("empty")
    finally:
        if "waiting" not in record:
            record = record_of(result, stream, limit)
            record["input"] += [assistant_message(text) for text in stream.extra_texts]
            record["covers"] = covers + record["covers"]
            await _store_record(ctx, history, record)


async def _store_record(ctx: TurnContext, history: History, record: TurnRecord) -> None:
    if history.anchor is not None:
        await ctx.store.save_turn(ctx.thread.id, history.anchor, record, ctx.caller)
