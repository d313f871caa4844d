"""An answer of an Agents SDK agent that dies at each point of its log in turn, and goes on from what the log has.

The log is frozen after N entries. Then the answer is killed at once, or it runs on until it waits for the log or is
over: that is the worst that a replica can do before it dies, as nothing that it did later was recorded. Then it is made
again, with a journal that has these N entries. The model answers by what it is asked, and so a request that is repeated
gets the same answer.
"""

import asyncio
import json
import re
import uuid
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from agents import Agent, ModelSettings, RunConfig, function_tool
from chatkit.types import (
    InferenceOptions,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    ThreadMetadata,
    ThreadStreamEvent,
    UserMessageItem,
    UserMessageTextContent,
    WorkflowItem,
    WorkflowTaskAdded,
)
from openai import AsyncOpenAI

from chatkit_link import repeatable
from chatkit_link.agents.context import TurnContext
from chatkit_link.agents.models.provider import ServerProvider
from chatkit_link.agents.responder import AgentResponder
from chatkit_link.agents.steps import Steps
from chatkit_link.agents.tool_failures import with_tool_policy
from chatkit_link.caller import Caller
from chatkit_link.limits.meter import Meter, Reading
from chatkit_link.runs.journal import Journal
from chatkit_link.store.postgres import PostgresStore, new_id
from chatkit_link.store.turns import TurnRecord
from chatkit_link.wire.reducer import apply_update
from tests.model_server import MODEL, Calls, ModelServer, Step, model_server

RUN = "run_" + "5" * 32


class Stateless(ModelServer):
    """Answers by how many calls are answered in the request, and so the same whenever it is asked the same."""

    def next(self, body: dict[str, Any]) -> Step:
        self.requests.append(body)
        given = json.dumps(body)
        outputs = sum(map(given.count, ('_call_output"', '"role": "tool"', '"image_generation_call"')))
        for step in self.script:
            outputs -= len(step.calls) if isinstance(step, Calls) else 1
            if outputs < 0:
                return step
        raise AssertionError("the script is over")


@dataclass
class Log:
    """The log of a run: events and steps, in their order. room: how many entries it takes; None for all.

    late: whether the replica lives on when the log is full, until it waits for it.
    """

    entries: list[ThreadStreamEvent | bytes] = field(default_factory=list[ThreadStreamEvent | bytes])
    room: int | None = None
    late: bool = False
    lost: bool = False
    hanging: asyncio.Event = field(default_factory=asyncio.Event)

    def append(self, entry: ThreadStreamEvent | bytes) -> None:
        if self.room is not None and len(self.entries) >= self.room:
            self.lost = True
            if not self.late:
                self.hanging.set()
        else:
            self.entries.append(entry.model_copy(deep=True) if not isinstance(entry, bytes) else entry)

    async def commit(self) -> None:
        if self.lost:
            self.hanging.set()
            await asyncio.Event().wait()

    async def fill(self, events: AsyncIterator[ThreadStreamEvent]) -> Exception | None:
        """Append an answer until it is over or its replica has died; gives what it has raised."""

        async def append_all() -> None:
            async for event in events:
                self.append(event)

        work, hanging = asyncio.create_task(append_all()), asyncio.create_task(self.hanging.wait())
        async with asyncio.timeout(20):
            await asyncio.wait({work, hanging}, return_when=asyncio.FIRST_COMPLETED)
            if self.hanging.is_set():
                work.cancel()
            try:
                await work
            except asyncio.CancelledError:
                assert self.hanging.is_set()
            except Exception as raised:  # noqa: BLE001 - the test looks at it
                return raised
            finally:
                hanging.cancel()
        return None

    @property
    def events(self) -> list[ThreadStreamEvent]:
        return [entry for entry in self.entries if not isinstance(entry, bytes)]

    @property
    def steps(self) -> dict[str, Any]:
        return dict(json.loads(entry) for entry in self.entries if isinstance(entry, bytes))


@dataclass
class Outcome:
    """What an answer has come to. usage: readings by their ids. entries: of all its logs, as JSON."""

    items: list[ThreadItem]
    record: TurnRecord
    events: list[ThreadStreamEvent]
    steps: dict[str, Any]
    usage: dict[str, Reading]
    entries: list[bytes]
    error: Exception | None = None


@dataclass
class Lab:
    """agent: made anew for each replica. calls: how often each tool was carried out, by name."""

    make_agent: Callable[["Lab"], Agent[Any]]
    store: PostgresStore
    model: ModelServer
    client: AsyncOpenAI
    responses: bool
    calls: Counter[str] = field(default_factory=Counter[str])
    quiet_tools: frozenset[str] = frozenset()
    text: str = "How long?"
    asks: bool = False

    def responder(self) -> AgentResponder:
        config = RunConfig(
            model_provider=ServerProvider(self.client, MODEL, responses=self.responses),
            model_settings=None if self.responses else ModelSettings(include_usage=True),
            tracing_disabled=True,
        )
        return AgentResponder(
            self.make_agent(self),
            with_tool_policy(config, 100_000),
            model=MODEL,
            quiet_tools=self.quiet_tools,
            asks_unfinished=self.asks,
        )

    async def ask(self) -> TurnContext:
        caller = Caller(tenant="default", user=f"ada-{uuid.uuid4().hex[:8]}")
        thread = ThreadMetadata(id=new_id("thread"), created_at=datetime.now())
        message = UserMessageItem(
            id=new_id("message"), thread_id=thread.id, created_at=datetime.now(),
            content=[UserMessageTextContent(text=self.text)], attachments=[], inference_options=InferenceOptions(),
        )  # fmt: skip
        await self.store.create_thread(thread, message, caller)
        return TurnContext(thread, message, caller, self.store, cast("Any", None))

    async def answer(self, ctx: TurnContext, log: Log, before: Log | None = None, generation: int = 0) -> Outcome:
        """One replica's part of the answer; all of it, if it does not die."""
        journal = Journal(
            append=log.append, commit=log.commit, generation=generation, earlier=before.steps if before else {},
            continuable=True,
        )  # fmt: skip
        steps, meter = Steps(RUN, journal, upto=ctx.message.id if ctx.message else None), Meter("a", RUN)
        with steps.running(), meter.running():
            error = await log.fill(self.responder().respond(ctx))
        both = (before.entries if before else []) + log.entries
        whole = Log(both)
        return Outcome(
            view(whole.events), await self.record(ctx), whole.events, whole.steps,
            {reading.id: reading for reading in meter.readings},
            [entry if isinstance(entry, bytes) else entry.model_dump_json().encode() for entry in both], error,
        )  # fmt: skip

    async def record(self, ctx: TurnContext) -> TurnRecord:
        items = await self.store.load_history(ctx.thread.id, 50, ctx.caller)
        found = [record for _, record in items if record]
        return found[0] if found else TurnRecord(input=[], covers=[], sources={})

    async def undisturbed(self) -> Outcome:
        self.calls.clear()
        self.model.requests.clear()
        return await self.answer(await self.ask(), Log())

    async def cut_at(self, *rooms: int, late: bool = False) -> Outcome:
        """Each replica but the last dies when its log has so many entries."""
        self.calls.clear()
        self.model.requests.clear()
        ctx, before = await self.ask(), None
        for generation, room in enumerate(rooms):
            log = Log(room=room, late=late)
            await self.answer(ctx, log, before, generation)
            before = Log([*(before.entries if before else []), *log.entries])
        return await self.answer(ctx, Log(), before, len(rooms))


@asynccontextmanager
async def lab(
    make_agent: Callable[[Lab], Agent[Any]], store: PostgresStore, *script: Step, api: str = "responses", **given: Any
) -> AsyncGenerator[Lab]:
    async with model_server(*script) as model:
        model.__class__ = Stateless
        async with AsyncOpenAI(api_key="sk-test", base_url=model.address, max_retries=0) as client:
            yield Lab(make_agent, store, model, client, api == "responses", **given)


def view(events: list[ThreadStreamEvent]) -> list[ThreadItem]:
    """The items as a thread has them. An item or a task that is added again takes the place of the former."""
    items: dict[str, ThreadItem] = {}
    for event in events:
        match event:
            case ThreadItemAddedEvent() | ThreadItemDoneEvent() | ThreadItemReplacedEvent():
                items[event.item.id] = event.item.model_copy(deep=True)
            case ThreadItemRemovedEvent():
                items.pop(event.item_id, None)
            case ThreadItemUpdatedEvent(update=WorkflowTaskAdded() as update) if isinstance(
                workflow := items.get(event.item_id), WorkflowItem
            ):
                workflow.workflow.tasks[update.task_index : update.task_index + 1] = [update.task]
            case ThreadItemUpdatedEvent() if event.item_id in items:
                apply_update(items[event.item_id], event.update)
            case _:
                pass
    return list(items.values())


def plain(items: list[ThreadItem]) -> list[dict[str, Any]]:
    """Items to compare: without times and ids. Those of what a tool displays are made from the id of its call."""
    return [
        _without_times(item.model_dump(mode="json", exclude={"id", "thread_id", "created_at", "call_id"}))
        for item in items
    ]


def _without_times(value: dict[str, Any]) -> dict[str, Any]:
    summary = (value.get("workflow") or {}).get("summary") or {}
    summary.pop("duration", None)
    (value.get("image") or {}).pop("id", None)  # the model's own
    return value


def plain_record(record: TurnRecord, items: list[ThreadItem]) -> dict[str, Any]:
    """A record to compare: ids that are made anew for each response stand for the place where they come first."""
    text = json.dumps({name: value for name, value in record.items() if name != "covers"}, sort_keys=True)
    names: dict[str, str] = {}
    known = re.compile(r'"(?:call_id|id|response_id|encrypted_content)": "([^"]+)"')
    for found in known.findall(text):
        names.setdefault(found, f"id {len(names)}")
    for old, new in names.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    places = [item.id for item in items]
    return {**json.loads(text), "covers": [places.index(item_id) for item_id in record["covers"]]}


def require_same(outcome: Outcome, undisturbed: Outcome, place: object) -> None:
    assert outcome.error is None, (place, outcome.error)
    assert plain(outcome.items) == plain(undisturbed.items), place
    found, expected = (plain_record(each.record, each.items) for each in (outcome, undisturbed))
    assert found == expected, place


def shop(lab: Lab) -> Agent[Any]:
    """A tool that is called once only, and one that may be called again."""

    @function_tool
    def order(what: str) -> str:
        lab.calls["order"] += 1
        return f"ordered {what}"

    @function_tool
    @repeatable
    def stock(what: str) -> dict[str, int]:
        lab.calls["stock"] += 1
        return {what: 7}

    return Agent(name="Shop", tools=[order, stock])
