"""What a run whose replica is gone has left, and what goes on with it.

The coordinator knows bytes and ids only. Who knows what an answer is makes the work again (``protocol``).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chatkit_link.caller import Caller
from chatkit_link.runs.run import Run
from chatkit_link.store.runs import RunRow


@dataclass(frozen=True, slots=True)
class Orphan:
    """events: all that the run had logged. steps: what it had recorded, by key (``journal.py``)."""

    row: RunRow
    events: Sequence[bytes]
    steps: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Continued:
    """caller: who the answer is for. work: what is to be carried out under the run's id."""

    caller: Caller
    work: Callable[[Run], Awaitable[None]]


#: None for a run that cannot go on: it is ended as interrupted.
Continue = Callable[[Orphan], Awaitable[Continued | None]]
