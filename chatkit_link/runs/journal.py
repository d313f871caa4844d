"""The journal of one run: what has been done for its answer, so that another replica can go on from there.

How it flows: whoever does a step of an answer records what came of it (``record``). The step goes into the run's log
behind the events that were emitted before it, and is written with them (``writer.py``). When the run's replica dies,
another one reads the log, and starts the same work again with these steps in ``earlier``: they are not done again.

The invariant: a step that can be read has all events before it in the database, too, and no event behind it was
emitted before it was recorded.
"""

import json
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Journal:
    """append: puts a step into the log. commit: returns once all that is in the log is on the database's disk.

    generation: how often the run was taken over. earlier: the steps of the replicas before, by key.
    earlier_events: what they had emitted. continuable: whether another replica can go on with it.
    """

    append: Callable[[bytes], None] = lambda _: None
    commit: Callable[[], Awaitable[None]] | None = None
    generation: int = 0
    earlier: Mapping[str, Any] = field(default_factory=dict[str, Any])
    earlier_events: Sequence[bytes] = ()
    continuable: bool = False
    _busy: int = 0

    def record(self, key: str, value: Any) -> None:
        """Note what came of a step, as JSON, behind all that was emitted so far. A later value of a key counts."""
        text = json.dumps([key, value], ensure_ascii=False, separators=(",", ":"))
        self.append(text.encode("utf-8", "surrogatepass"))  # as json reads it: a tool may return half a character

    async def committed(self) -> None:
        """Return once all that was recorded so far is on the disk of the database."""
        if self.commit is not None:
            await self.commit()

    @contextmanager
    def busy(self) -> Generator[None]:
        """Around what must not be cut in the middle: a server that stops waits for it, up to its drain time."""
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1

    @property
    def is_busy(self) -> bool:
        return self._busy > 0
