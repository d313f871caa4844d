"""The journal of one run: what has been done for its answer, so that another replica can go on from there.

How it flows: whoever does a step of an answer records what came of it (``record``). The step goes into the run's log
behind the events that were emitted before it, and is written with them (``writer.py``). When the run's replica dies,
another one reads the log, and starts the same work again with these steps in ``earlier``: they are not done again.

The invariant: a step that can be read has all events before it in the database, too, and no event behind it was
emitted before it was recorded.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any


class Journal:
    """Owned by its ``Run``; the coordinator connects it to the run's log."""

    def __init__(
        self,
        append: Callable[[bytes], None] = lambda _: None,
        commit: Callable[[], Awaitable[None]] | None = None,
        generation: int = 0,
        earlier: Mapping[str, Any] | None = None,
        earlier_events: Sequence[bytes] = (),
        *,
        continuable: bool = False,
    ) -> None:
        """
        Args:
            append: puts a step into the log.
            commit: returns once all that is in the log is on the database's disk.
            generation: how often the run was taken over.
            earlier: the steps of the replicas before, by key.
            earlier_events: what they had emitted.
            continuable: whether another replica can go on with it.
        """
        self.append = append
        self.commit = commit
        self.generation = generation
        self.earlier: Mapping[str, Any] = {} if earlier is None else earlier
        self.earlier_events = earlier_events
        #: Told each step that is recorded: its key and its value.
        self.on_record: Callable[[str, Any], None] = lambda _key, _value: None
        self._continuable = continuable
        #: Whether anything was done here that no replica before had done.
        self.has_advanced = False
        self._busy = 0
        #: Made for who waits, which is one that stops.
        self._changed: asyncio.Event | None = None

    @property
    def continuable(self) -> bool:
        """Whether another replica can go on with the run; it ends as interrupted otherwise."""
        return self._continuable

    @continuable.setter
    def continuable(self, value: bool) -> None:
        self._continuable = value
        self._wake()

    def record(self, key: str, value: Any) -> None:
        """Note what came of a step, as JSON, behind all that was emitted so far. A later value of a key counts."""
        self.has_advanced = True
        self.append(encode_step(key, value))
        self.on_record(key, value)

    async def committed(self) -> None:
        """Return once all that was recorded so far is on the disk of the database.

        Raises:
            CancelledError: the run belongs to another replica by now, and nothing may begin here.
        """
        if self.commit is not None:
            await self.commit()

    @contextmanager
    def busy(self) -> Generator[None]:
        """Around what must not be cut in the middle: a server that stops waits for it, up to its drain time.

        What came of it is recorded before the block is left, and that it begins inside of it.
        """
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1
            self._wake()

    @property
    def is_busy(self) -> bool:
        return self._busy > 0

    @property
    def is_free(self) -> bool:
        """Whether the run can go on elsewhere now."""
        return self._continuable and not self._busy

    async def until_free(self) -> None:
        """Wait for a moment at which the run can go on elsewhere; ``is_free`` says whether it is still there."""
        self._changed = self._changed or asyncio.Event()
        while not self.is_free:
            self._changed.clear()
            await self._changed.wait()

    def _wake(self) -> None:
        if self._changed is not None:
            self._changed.set()


def encode_step(key: str, value: Any) -> bytes:
    """One line of JSON. What a model wrote may have half of a surrogate pair in it."""
    return json.dumps([key, value], ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def decode_steps(lines: Sequence[bytes]) -> dict[str, Any]:
    """What each key came to. A later line of a key counts."""
    return dict(json.loads(line) for line in lines)
