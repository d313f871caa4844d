"""One message to an agent with steps, and two who read its answer while servers die.

The reader began where the answer is written, and resumes elsewhere with the last id that it has seen, as a page does.
The follower reads at another replica all along.
"""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from chatkit.types import StructuredInputItem, ThreadItem, ThreadStreamEvent
from pydantic import TypeAdapter

from chatkit_link.client import ThreadView
from chatkit_link.runs.log import OWN_IDS
from tests.faults.users import Broken, Frame, Person, Reading

EVENT: TypeAdapter[ThreadStreamEvent] = TypeAdapter(ThreadStreamEvent)
#: Seconds between two attempts to reach anybody.
_AGAIN = 0.05


@dataclass(slots=True)
class Route:
    """One agent at a server or at what stands before some of them, by its ChatKit address."""

    chatkit: str


@dataclass(eq=False)
class Talk:
    """kind: the agent. reads: the frames of the reader and of the follower. before: the items before the answer, and
    how often what wrote them was taken over.
    """

    kind: str
    person: Person
    marker: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    run_id: str = ""
    before: list[ThreadItem] = field(default_factory=list)
    taken_before: int = 0
    read: list[Frame] = field(default_factory=list)
    followed: list[Frame] = field(default_factory=list)
    resumed: int = 0

    @property
    def message(self) -> str:
        return f"{self.kind} {self.marker}"

    def route(self, server: Any) -> Route:
        return Route(f"{server.url}/chatkit/{self.kind}")

    async def prepare(self, server: Any) -> None:
        """What comes before the answer that this is about: the question of an approval."""
        if self.kind == "approval":
            async with self.person.ask(self.route(server), self.message) as reading:
                await reading.read()
                self.taken_before = generation(reading.frames[-1].id)
            self.before = await self.person.stored(server)

    async def answer(self, server: Any, other: Callable[[], Any]) -> None:
        """Ask at a server, and read to the end here and there. other: who is to be asked next, at any moment."""
        async with asyncio.TaskGroup() as group:
            try:
                async with self._asked(server) as reading:
                    assert reading.response.status_code == 200, await reading.response.aread()
                    self.run_id = reading.run_id
                    group.create_task(self._follow(other, self.followed))
                    if await self._read_on(reading, self.read):
                        return
            except Broken:
                if not self.run_id:
                    return  # nobody has acknowledged the message
            self.resumed += 1
            await self._follow(other, self.read)

    async def _read_on(self, reading: Reading, frames: list[Frame]) -> bool:
        """Whether this stream has brought the end of the answer."""
        frames += reading.frames
        reading.frames = frames  # so that a test can wait for what comes
        with suppress(Broken):
            await reading.read()
        return reading.ended

    @asynccontextmanager
    async def _asked(self, server: Any) -> AsyncGenerator[Reading]:
        if not self.before:
            async with self.person.ask(self.route(server), self.message) as reading:
                yield reading
            return
        question = self.before[-1]
        assert isinstance(question, StructuredInputItem)
        async with self.person.approve(self.route(server), question) as reading:
            yield reading

    async def _follow(self, server: Callable[[], Any], frames: list[Frame]) -> None:
        """To the end of the answer, from whoever is there."""
        while True:
            after = frames[-1].id if frames else 0
            with suppress(Broken):
                async with self.person.follow(server(), self.run_id, after, header=True) as reading:
                    if await self._read_on(reading, frames):
                        return
            self.resumed += 1
            await asyncio.sleep(_AGAIN)

    # What is left of it

    async def next_turn(self, server: Any) -> None:
        async with self.person.ask(self.route(server), f"next {self.marker}") as reading:
            await reading.read()
            assert reading.error is None, reading.error

    @property
    def takeovers(self) -> int:
        """How many replicas before have begun with it."""
        return generation(self.followed[-1].id)

    @property
    def was_written(self) -> bool:
        """Whether the first replica has committed anything of the answer."""
        return any(generation(frame.id) == 0 for frame in self.followed)

    def pause(self, frames: list[Frame]) -> float | None:
        """Seconds between the last event before a take-over and the first one after it, the longest of them."""
        pairs = pairwise(frames)
        pauses = [after.at - before.at for before, after in pairs if generation(before.id) != generation(after.id)]
        return max(pauses, default=None)


def generation(event_id: int) -> int:
    return (event_id - 1) // OWN_IDS


def check_order(frames: list[Frame]) -> None:
    """Each event once, in order; what a replica has given out is whole from its first event on."""
    ids = [frame.id for frame in frames]
    assert ids == sorted(set(ids)), f"events came twice or in another order: {ids}"
    for which in {generation(number) for number in ids}:
        own = [number for number in ids if generation(number) == which]
        first = which * OWN_IDS + 1
        assert own == list(range(first, first + len(own))), f"an event of generation {which} is missing: {own}"


def check_alike(one: list[Frame], other: list[Frame]) -> None:
    """An id that both have read names the same event."""
    known = {frame.id: frame.raw for frame in one}
    for frame in other:
        assert known.get(frame.id, frame.raw) == frame.raw, (known[frame.id], frame.raw)


def view_of(before: list[ThreadItem], frames: list[Frame]) -> ThreadView:
    """What somebody sees who has read these."""
    view = ThreadView(before)
    for frame in frames:
        view.apply(EVENT.validate_python(frame.data))
    return view


def plain(items: list[ThreadItem]) -> list[dict[str, Any]]:
    return [item.model_dump(mode="json", exclude_none=True) for item in items]
