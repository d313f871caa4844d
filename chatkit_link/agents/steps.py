"""The steps of one answer: what models and tools have come to, recorded so that the answer can go on elsewhere.

How it flows: ``ResponseStream`` records a response when all that it displayed is emitted, and a tool call records its
start and its end through the same queue. Each step has a snapshot of what the answer has displayed by then
(``displayed.py``). An answer that goes on does the same work again: it begins with the newest snapshot, a step that is
found is neither done nor displayed, and the first one that is not found is done as ever.

The invariant: what is done again at a place has the id that it had, as ids are made from the run and the place.

``current_steps`` is ambient, as the meter of an answer is: the Agents SDK gives no argument to models and tools.
"""

import asyncio
import hashlib
import re
import uuid
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Final, Protocol, Self, cast

from chatkit.store import StoreItemType

from chatkit_link.limits.meter import Kind
from chatkit_link.runs.journal import Journal
from chatkit_link.store.postgres import id_prefix, new_id

#: The step of a click: the items that its handler has returned for the agent to answer to.
ACTION: Final = "action"
#: Something has begun that is no step: it would happen again, so the answer goes on nowhere else.
NO_STEP: Final = "no-step"
#: Seconds that the next request to a model waits for the answers before it to be on the disk.
_KEEPING: Final = 2.0
#: Steps of the Agents SDK's runs; other scopes and ``ctx.step`` have other keys.
_OWN_STEPS = re.compile(r"(model#|tool:|handoff#)")


class Call(Protocol):
    """One call of a tool (``tool_steps.py``)."""

    @property
    def is_displayed(self) -> bool: ...

    def record_end(self, result: Any) -> None: ...

    async def carry_out(self, call_id: str, invoke: Callable[[], Awaitable[Any]]) -> Any: ...


class Steps:
    """run_id: of the run, from which the ids of its items are made.

    scope: the beginning of the keys, for a part of an answer that counts its steps by itself.
    upto: id of the thread's newest item before the answer; what follows it is of the answer's own.
    responses: of models that are whole, done again or not.
    """

    def __init__(self, run_id: str, journal: Journal, scope: str = "", upto: str | None = None) -> None:
        self.run_id = run_id
        self.journal = journal
        self.scope = scope
        self.upto = upto
        self._snapshots = len(self._found_snapshots())
        #: What the answer displays now; set by the stream that displays it.
        self.display: Callable[[], dict[str, Any]] = dict
        #: Whose ids are counted apart: the handler of a click is not called again where the answer to it goes on.
        self.part = ""
        #: Whether the answer is over: what a task that it has left behind does is recorded nowhere.
        self.ended = False
        self._visits: dict[str, int] = {}
        #: The step that the author's code has come to last.
        self._place = ""
        self.restart()

    @classmethod
    def unrecorded(cls) -> Self:
        """For an answer that no run carries, such as one in a test."""
        return cls(uuid.uuid4().hex, Journal())

    def within(self, scope: str) -> "Steps":
        """The steps of a part of this answer, such as one step of a workflow."""
        return Steps(self.run_id, self.journal, f"{self.scope}{scope}/", self.upto)

    def restart(self) -> None:
        """Count from the beginning: the same work is begun again."""
        self.responses = 0
        self._requests = 0
        self._handoffs = 0
        self._asked: tuple[object, str] | None = None
        self._models: dict[int, str] = {}
        self._repeats: set[int] = set()
        self._made: dict[str, int] = {}
        #: The calls of tools that have begun, by their id.
        self.calls: dict[str, Call] = {}
        #: Keys of calls that an answer before this one has begun, and that the user was asked about: call id -> key.
        self.earlier_keys: dict[str, str] = {}

    def visit(self, place: str) -> str:
        """The key of this visit to a place of the answer: ``place#1``, ``place#2`` ..."""
        number = self._visits[place] = self._visits.get(place, 0) + 1
        self._place = f"{place}#{number}"
        return self._place

    def end_visit(self) -> None:
        """What is made from here on is made behind that place, and not in it."""
        self._place += " end"

    @property
    def goes_on(self) -> bool:
        """Whether an earlier replica had done any of this."""
        return bool(self._found_snapshots())

    def found(self, key: str) -> Any:
        """What an earlier replica has recorded for a step; None for a step that is still to be done."""
        return self.journal.earlier.get(self.scope + key)

    def found_calls(self) -> dict[str, dict[str, Any]]:
        """The calls of tools that an earlier replica has begun, by their id."""
        begin = f"{self.scope}tool:"
        return {
            key[len(begin) :]: value
            for key, value in self.journal.earlier.items()
            if key.startswith(begin) and not key.endswith("/end")
        }

    def record(self, key: str, value: dict[str, Any]) -> None:
        self.journal.record(self.scope + key, value)

    async def go_on_here_only(self) -> None:
        """What begins now is no step, and may happen once only: if this replica ends, so does the answer."""
        self.journal.continuable = False
        self.journal.record(NO_STEP, True)  # noqa: FBT003
        await self.journal.committed()

    def snapshots(self) -> list[dict[str, Any]]:
        """What the answer had displayed at each of the steps that were found, oldest first."""
        return sorted(self._found_snapshots(), key=lambda snapshot: snapshot["number"])

    def number_snapshot(self) -> int:
        self._snapshots += 1
        return self._snapshots

    def _found_snapshots(self) -> list[dict[str, Any]]:
        found = [
            cast("dict[str, Any]", value).get("display")
            for key, value in self.journal.earlier.items()
            if key.startswith(self.scope) and _OWN_STEPS.match(key, len(self.scope)) and isinstance(value, dict)
        ]
        return [snapshot for snapshot in found if snapshot]

    # Models

    def expect_request(self, given: object, model: str) -> None:
        """The run is about to ask a model. given: its input, by which the request is known from those of other runs."""
        self._asked = (given, f"model#{self._requests}")
        self._models[self._requests] = model
        # With all there that it needs and nothing else to do first, the replica before was waiting for it.
        if self.journal.generation and not self.journal.has_advanced and self.found(self._asked[1]) is None:
            self._repeats.add(self._requests)
        self._requests += 1

    async def keep_responses(self) -> None:
        """Before another model is asked, have the answers of those before on the disk: a crash repeats one call only.

        The tools in between have mostly taken longer than that does. A database that is away holds nobody up for long.
        An agent of a workflow that asks for the first time does so behind the answers of the agents before it.
        """
        if (self.responses or self.scope) and self.journal.has_advanced and current_call.get() is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_KEEPING):
                    await self.journal.committed()

    def found_response(self, given: object) -> dict[str, Any] | None:
        """The recorded answer to a request."""
        if self._asked is None or self._asked[0] is not given:
            return None
        return self.found(self._asked[1])

    @property
    def response_key(self) -> str:
        """The step of the response that comes now, or came last."""
        return f"model#{self.responses}"

    def usage_id(self, number: int) -> str:
        """Of what a request has used. A request that is made again has used its own."""
        return self.id_of("use", f"generation {self.journal.generation} {self.scope}model#{number}")

    @property
    def newest_request(self) -> int:
        return self._requests - 1

    def model_of(self, number: int) -> str:
        return self._models.get(number, "unknown")

    def usage_kind(self, number: int) -> Kind:
        return "repeat" if number in self._repeats else "answer"

    def next_handoff(self) -> str:
        self._handoffs += 1
        return f"handoff#{self._handoffs - 1}"

    # Ids

    def id_of(self, prefix: str, place: str) -> str:
        """The id of the item that is made at a place of this answer: the same whenever it is made again."""
        digest = hashlib.sha256(f"{self.run_id} {place}".encode()).hexdigest()
        return f"{prefix}_{digest[:32]}"

    def idempotency_key(self, call_id: str | None) -> str:
        """Of a tool's call, the same whenever it is made again, also in the answer that a user's approval begins.

        Without a call, that of the answer.
        """
        if call_id is None:
            return self.id_of("idem", "answer")
        return self.earlier_keys.get(call_id) or self.id_of("idem", f"tool:{call_id}")

    def new_id(self, prefix: str, place: str) -> str:
        """As ``id_of``, for a place where several items may be made, one after the other."""
        place = self.scope + place
        number = self._made[place] = self._made.get(place, -1) + 1
        return self.id_of(prefix, f"{place}#{number}")

    def own_id(self, kind: StoreItemType) -> str:
        """The id of the next item that an author's code makes in or behind the step that it has come to last.

        What a step makes is not made when it is not done again, and does not change the ids of what is made behind it.
        """
        return self.new_id(id_prefix(kind), f"own {self.part}{self._place} {kind}")

    @property
    def made(self) -> dict[str, int]:
        """How many ids have been made at places that are neither in a response nor in a tool's call."""
        return {place: count + 1 for place, count in self._made.items() if "/" not in place[len(self.scope) :]}

    def restore_made(self, made: dict[str, int]) -> None:
        self._made = {place: count - 1 for place, count in made.items()}

    @contextmanager
    def running(self) -> Generator[None]:
        """Inside the block, in its task and in those it starts, these are the steps."""
        token = current_steps.set(self)
        try:
            yield
        finally:
            self.ended = True
            current_steps.reset(token)


current_steps: ContextVar[Steps | None] = ContextVar("current_steps", default=None)
#: The id of the tool call in which this code runs, of the answer's own calls.
current_call: ContextVar[str | None] = ContextVar("current_call", default=None)


def own_id(kind: StoreItemType) -> str:
    """The id of an item that an author's code makes: in an answer, the same one when it is made again."""
    steps = current_steps.get()
    if steps is None or steps.ended or kind in ("thread", "attachment"):
        return new_id(kind)
    return steps.own_id(kind)


def steps_of_answer() -> Steps:
    """Those of the answer in which this code runs."""
    return current_steps.get() or Steps.unrecorded()
