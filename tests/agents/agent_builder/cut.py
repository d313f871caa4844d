"""Conversations with an exported workflow whose replica dies at each point of its log in turn.

The log of each answer is frozen after N entries, and the next replica goes on with what it has, as in
``tests/agents/taken_over.py``. The model answers by what it is asked: the undisturbed conversation, which goes by a
script, is what it learns from. A request that was not made there fails the test: a model must be shown the same.
"""

import json
import re
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from agents import RunConfig
from chatkit.types import (
    InferenceOptions,
    StructuredInputAnswer,
    StructuredInputItem,
    ThreadItem,
    ThreadMetadata,
    UserMessageItem,
    UserMessageTextContent,
)
from openai import AsyncOpenAI

from chatkit_link.agents.agent_builder.event_emitter import WorkflowSettings
from chatkit_link.agents.agent_builder.load import ExportedWorkflow
from chatkit_link.agents.agent_builder.responder import WorkflowResponder
from chatkit_link.agents.catalog import load_target
from chatkit_link.agents.context import TurnContext
from chatkit_link.agents.models.provider import ServerProvider
from chatkit_link.agents.sidecar.node import Node
from chatkit_link.agents.sidecar.workflow import SidecarWorkflow
from chatkit_link.agents.steps import Steps
from chatkit_link.agents.tool_failures import with_tool_policy
from chatkit_link.caller import Caller
from chatkit_link.limits.meter import Meter
from chatkit_link.runs.journal import Journal
from chatkit_link.store.postgres import PostgresStore, new_id
from chatkit_link.store.turns import TurnRecord
from tests.agents.taken_over import Log, view
from tests.model_server import MODEL, ModelServer, Step, model_server

_IDS = re.compile(r'"(id|call_id)": "[^"]*"')


class Learned(ModelServer):
    """Answers what it was asked before as it did then, and all else by its script."""

    known: dict[str, Step]
    learns: bool

    def next(self, body: dict[str, Any]) -> Step:
        self.requests.append(body)
        asked = _IDS.sub(r'"\1": ""', json.dumps(body, sort_keys=True))
        if self.learns:
            assert asked not in self.known or self.known[asked] == self.script[0], "two answers to one request"
            self.known[asked] = self.script.pop(0)
        return self.known[asked]


@dataclass
class Turn:
    """What one turn has come to. entries: of its log. asked: how often the model was. searched: in vector stores."""

    items: list[ThreadItem]
    record: TurnRecord
    entries: int
    asked: int
    searched: int
    error: BaseException | None


@dataclass
class Desk:
    """target: the workflow, which all replicas load. turns: what the user says, and then decides."""

    target: ExportedWorkflow | SidecarWorkflow
    store: PostgresStore
    model: Learned
    settings: WorkflowSettings
    turns: list[str]
    caller: Caller = field(default_factory=lambda: Caller(tenant="default", user=f"ada-{uuid.uuid4().hex[:8]}"))

    async def undisturbed(self) -> list[Turn]:
        self.model.learns = True
        whole = [turn async for turn in self._talk({})]
        self.model.learns = False
        return whole

    async def cut(self, number: int, *rooms: int, late: bool = False) -> list[Turn]:
        """The same conversation; in the turn of this number each replica but the last dies after so many entries."""
        return [turn async for turn in self._talk({number: rooms}, late=late)]

    async def _talk(self, cuts: dict[int, tuple[int, ...]], *, late: bool = False) -> AsyncGenerator[Turn]:
        thread = ThreadMetadata(id=new_id("thread"), created_at=datetime.now())
        message: UserMessageItem | None = None
        for number, said in enumerate(self.turns):
            if said in ("Approve", "Reject"):
                await self._decide(thread, said)
                message = None
            else:
                message = UserMessageItem(
                    id=f"msg_{thread.id}_{number}", thread_id=thread.id, created_at=datetime.now(),
                    content=[UserMessageTextContent(text=said)], attachments=[], inference_options=InferenceOptions(),
                )  # fmt: skip
                if number == 0:
                    await self.store.create_thread(thread, message, self.caller)
                else:
                    await self.store.add_message(thread.id, message, self.caller)
            ctx = TurnContext(thread, message, self.caller, self.store, cast("Any", None))
            turn = await self._turn(ctx, number, cuts.get(number, ()), late=late)
            for item in turn.items:
                await self.store.add_thread_item(thread.id, item, self.caller)
            yield turn

    async def _turn(self, ctx: TurnContext, number: int, rooms: tuple[int, ...], *, late: bool) -> Turn:
        self.model.requests.clear()
        self.model.searches.clear()
        before, error = Log(), None
        for generation, room in enumerate((*rooms, None)):
            log = Log(room=room, late=late)
            error = await self._replica(ctx, number, log, before, generation)
            before = Log([*before.entries, *log.entries])
        found = [record for _, record in await self.store.load_history(ctx.thread.id, 50, self.caller) if record]
        record = found[-1] if found else TurnRecord(input=[], covers=[], sources={})
        asked, searched = len(self.model.requests), len(self.model.searches)
        return Turn(view(before.events), record, len(before.entries), asked, searched, error)

    async def _replica(self, ctx: TurnContext, number: int, log: Log, before: Log, generation: int) -> Exception | None:
        """One replica's part of the answer; all of it, if it does not die."""
        journal = Journal(
            append=log.append, commit=log.commit, generation=generation, earlier=before.steps, continuable=True
        )
        steps, meter = Steps(f"run_{number}", journal), Meter("a", "run_1")
        with steps.running(), meter.running():
            return await log.fill(WorkflowResponder(self.target, self.settings).respond(ctx))

    async def _decide(self, thread: ThreadMetadata, value: str) -> None:
        """The newest question is answered."""
        page = await self.store.load_thread_items(thread.id, None, 1, "desc", self.caller)
        (question,) = page.data
        assert isinstance(question, StructuredInputItem)
        for each in question.inputs:
            each.answer = StructuredInputAnswer(values=[value], skipped=False)
        question.status = "answered"
        await self.store.save_item(thread.id, question, self.caller)


@asynccontextmanager
async def desk(
    file: Path, store: PostgresStore, turns: list[str], *script: Step, node: Node | None = None, **given: Any
) -> AsyncGenerator[Desk]:
    target = load_target(file.name, beside=file.parent, node=node)
    assert isinstance(target, ExportedWorkflow | SidecarWorkflow)
    async with model_server(*script) as model:
        model.__class__ = Learned
        learned = cast("Learned", model)
        learned.known, learned.learns = {}, False
        async with AsyncOpenAI(api_key="sk-test", base_url=model.address, max_retries=0) as client:
            config = RunConfig(model_provider=ServerProvider(client, MODEL, responses=True), tracing_disabled=True)
            settings = WorkflowSettings(with_tool_policy(config, 100_000), client, model=MODEL, **given)
            try:
                yield Desk(target, store, learned, settings, turns)
            finally:
                if isinstance(target, SidecarWorkflow):
                    await target.close()
