"""A replica that dies when it is told to, in the middle of an answer, and the one that goes on with it.

Its runs are carried out by the real turns, on a real database. What it stands in for is the coordinator: the log and
the journal of a run are held here, cut off where the replica dies, and given to the next one.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, cast

from chatkit.types import ThreadItem, ThreadStreamEvent
from pydantic import TypeAdapter

from chatkit_link.agents.served import ServedAgent
from chatkit_link.caller import Caller
from chatkit_link.http.services import Services
from chatkit_link.protocol.answers import Answers
from chatkit_link.protocol.beginning import Callers, Sealed
from chatkit_link.protocol.continuation import Continuation
from chatkit_link.protocol.streaming_requests import StreamingRequests
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.run import Run, RunFailed, RunStatus
from chatkit_link.runs.takeover import Orphan
from chatkit_link.store.runs import RunRow
from chatkit_link.wire.reducer import apply_update

EVENTS: TypeAdapter[ThreadStreamEvent] = TypeAdapter(ThreadStreamEvent)


@dataclass
class Log:
    """Of one run, by its id. entries: events and steps in their order."""

    run_id: str

    entries: list[bytes | tuple[str, Any]] = field(default_factory=list[bytes | tuple[str, Any]])
    #: What its row has of its beginning, and the message that it answers again.
    known: bytes | None = None
    retried: str | None = None

    def upto(self, number: int) -> "Log":
        """What reached the database, if it was only so much."""
        return replace(self, entries=self.entries[:number])

    @property
    def events(self) -> list[bytes]:
        return [each for each in self.entries if isinstance(each, bytes)]

    @property
    def steps(self) -> dict[str, Any]:
        return dict(each for each in self.entries if not isinstance(each, bytes))

    @property
    def types(self) -> list[str]:
        return [json.loads(each)["type"] for each in self.events]


class Replica:
    """Carries out one run at a time."""

    def __init__(
        self, earlier: Log | None = None, *, dies_after: int | None = None, ending: RunStatus | None = None
    ) -> None:
        """dies_after: so many entries of the log. ending: in which its run is stopped then, in place of a death."""
        self._ending = ending
        self.earlier = earlier or Log("")
        self.entries: list[bytes | tuple[str, Any]] = []
        self._dies_after = dies_after
        self.run: Run | None = None

    @asynccontextmanager
    async def claim(
        self, caller: Caller, thread_id: str, agent: str, *, retried: str | None = None, known: bytes | None = None
    ) -> AsyncIterator[Run]:
        self.earlier = replace(self.earlier, known=known, retried=retried)
        self.run = Run(caller=caller, thread_id=thread_id, agent=agent)
        self.watch(self.run)
        yield self.run

    def watch(self, run: Run) -> None:
        self.run = run
        run.renewed = inf  # nobody renews its lease, and without one it would wait before it stores anything
        append = run.log.append

        def append_event(data: bytes) -> None:
            append(data)
            self._add(data)

        run.log.append = append_event  # type: ignore[method-assign]
        run.journal.append = lambda step: self._add(tuple(json.loads(step)))
        run.journal.commit = self._commit
        run.journal.generation = 1 if self.earlier.entries else 0
        run.journal.earlier = self.earlier.steps
        run.journal.earlier_events = self.earlier.events

    async def _commit(self) -> None:
        if self._dies_after is not None and len(self.entries) >= self._dies_after:
            raise asyncio.CancelledError

    def _add(self, entry: bytes | tuple[str, Any]) -> None:
        if self._dies_after is not None and len(self.entries) >= self._dies_after:
            return
        self.entries.append(entry)
        if len(self.entries) == self._dies_after and self.run is not None:
            if self._ending is None:
                self.run.lose()
            else:
                self.run.stop(self._ending)

    def start(self, run: Run, work: Any) -> None:
        async def carry_out() -> None:
            run.started = True
            try:
                if run.stopped:
                    raise asyncio.CancelledError
                await work(run)
            except (asyncio.CancelledError, RunFailed):
                pass

        run.task = asyncio.create_task(carry_out())

    async def over(self) -> Log:
        """All that it and those before it have logged, once its run is over."""
        assert self.run is not None
        assert self.run.task is not None
        await asyncio.wait([self.run.task], timeout=40)
        if not self.run.task.done():
            self.run.lose()  # so that it waits for nothing more
            raise TimeoutError
        return replace(self.earlier, run_id=self.run.id, entries=[*self.earlier.entries, *self.entries])


@dataclass
class Site:
    """The agents of a server, and what they have stored."""

    services: Services
    agents: dict[str, ServedAgent]
    caller: Caller
    newest: Replica | None = None
    secrets: tuple[bytes, ...] = (b"a secret of at least thirty-two bytes",)

    @property
    def callers(self) -> Callers:
        return Callers(Sealed(self.secrets))

    @property
    def answers(self) -> Answers:
        return Answers(self.services.store, self.services.files, self.services.limits.ledger, self.callers)

    def requests(self, replica: Replica) -> StreamingRequests:
        services = self.services
        return StreamingRequests(services.store, cast(Coordinator, replica), services.files, self.answers)

    async def ask(self, agent: str, request: Any, *, dies_after: int | None = None) -> tuple[Log, str]:
        """Answer a request; what is logged of it when its replica has died, or it is over, and the thread."""
        replica = Replica(dies_after=dies_after)
        run = await self.requests(replica).answer(self.agents[agent], request, self.caller, allow_cancel=True)
        return await replica.over(), run.thread_id

    async def go_on(self, agent: str, thread_id: str, log: Log, *, dies_after: int | None = None) -> Log | None:
        """What is logged once another replica has gone on; None where it could not."""
        row = _row(self.caller, agent, thread_id, log)
        files, store = self.services.files, self.services.store
        continuation = Continuation(store, self.agents, files, self.answers, self.callers)
        continued = await continuation.continue_run(Orphan(row, log.events, log.steps))
        if continued is None:
            return None
        replica = self.newest = Replica(log, dies_after=dies_after)
        run = Run(caller=continued.caller, thread_id=thread_id, agent=agent, id=row.id)
        replica.watch(run)
        replica.start(run, continued.work)
        return await replica.over()

    async def stored(self, thread_id: str) -> list[ThreadItem]:
        page = await self.services.store.load_thread_items(thread_id, None, 100, "asc", self.caller)
        return page.data

    def changed(self, agent: str, **fields: Any) -> "Site":
        """The same where an agent is another one."""
        other = replace(self.agents[agent], **fields)
        return replace(self, agents={**self.agents, agent: other})


def _row(caller: Caller, agent: str, thread_id: str, log: Log) -> RunRow:
    return RunRow(
        id=log.run_id,
        tenant=caller.tenant,
        user_id=caller.user,
        thread_id=thread_id,
        agent=agent,
        status="running",
        last_id=0,
        cancel_requested=False,
        ended_for=None,
        retried=log.retried,
        claim=log.known,
    )


class Screen:
    """What a reader has in front of them, by the SDK's own types and our reducer of updates."""

    def __init__(self, *, strict: bool = True) -> None:
        """strict: no item that is there may be added. One may be that was never logged, as for the reader of a dead
        replica; it takes its place then, as in our element, and in OpenAI's (openai/chatkit-js, issue 58).
        """
        self._strict = strict
        self.items: dict[str, ThreadItem] = {}
        self.seen: list[str] = []

    def show(self, events: list[bytes]) -> "Screen":
        for data in events:
            event = EVENTS.validate_json(data)
            match event.type:
                case "thread.item.added":
                    assert not (self._strict and event.item.id in self.items), "an item that is there already is added"
                    self.items[event.item.id] = event.item
                case "thread.item.done" | "thread.item.replaced":
                    self.items[event.item.id] = event.item
                case "thread.item.removed":
                    self.items.pop(event.item_id, None)
                case "thread.item.updated":
                    if event.item_id in self.items:
                        apply_update(self.items[event.item_id], event.update)
                case _:
                    pass
            self.seen.append(repr(shown(list(self.items.values()))))
        return self


def shown(items: list[ThreadItem]) -> list[Any]:
    """Items as they look: without ids and times."""
    hidden = {"hidden_context_item", "sdk_hidden_context"}
    left_out = {"id", "thread_id", "created_at"}
    return [
        item.model_dump(mode="json", exclude_none=True, exclude=left_out) for item in items if item.type not in hidden
    ]
