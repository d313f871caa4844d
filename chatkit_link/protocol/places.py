"""Where the steps of a run stand among its events: which items a step has behind it, and so are not given again."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from chatkit_link.runs.journal import encode_step
from chatkit_link.runs.run import Run

#: How many events stood before the newest step.
PLACE: Final = "place"
#: Whether the first item of a retry has taken the place of the old answer.
REPLACED: Final = "replaced"
_NOTE: Final = encode_step(REPLACED, value=True)


@contextmanager
def counting(run: Run) -> Generator[None]:
    """Inside the block, in front of each step of the run stands how many events were emitted before it."""
    journal = run.journal
    append, before = journal.append, len(journal.earlier_events) - run.log.last

    def append_with_place(step: bytes) -> None:
        if step != _NOTE:  # which is no step of the answer: what is displayed before it may be given again
            append(encode_step(PLACE, run.log.last + before))
        append(step)

    journal.append = append_with_place
    try:
        yield
    finally:
        journal.append = append


def place_of(steps: Mapping[str, Any]) -> int:
    """How many of a run's events stand before its newest step."""
    place = steps.get(PLACE, 0)
    return place if isinstance(place, int) else 0
