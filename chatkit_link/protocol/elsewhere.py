"""Whether another replica could go on with an answer at this moment: one that stops hands over no other answers.

An agent whose models and tools we call goes on anywhere behind its last step. Any other server, and what a click does,
is asked again from its beginning (``continuation.py``), and what it did before its first step is known to nobody: so a
server that stops gives it its time to finish. Once it has shown something, nobody else can go on with it before it has
recorded a step of its own.
"""

from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, cast

from chatkit_link.agents.steps import ACTION, NO_STEP
from chatkit_link.protocol.beginning import BEGIN
from chatkit_link.protocol.places import PLACE, REPLACED
from chatkit_link.protocol.turn import Turn
from chatkit_link.protocol.uncertain_calls import UncertainCall, begun_steps, uncertain_calls
from chatkit_link.runs.journal import Journal

#: Steps that are no work of the answer.
NOTES = frozenset({BEGIN, PLACE, REPLACED})


def has_worked(steps: Mapping[str, Any]) -> bool:
    """Whether a server that is asked again finds something done of what it does."""
    return any(key not in {*NOTES, ACTION} for key in steps)


class Elsewhere:
    """Keeps that of one answer in the journal of its run."""

    def __init__(self, journal: Journal, turn: Turn) -> None:
        self._journal = journal
        self._turn = turn
        self._is_worked = has_worked(journal.earlier)
        self._is_acted = turn.action is None or self._is_worked or ACTION in journal.earlier
        self._is_shown = False
        self._begun = begun_steps(journal.earlier)
        self._can_go_on = turn.continues and NO_STEP not in journal.earlier
        #: Holds what a server that stops waits for.
        self._middle = ExitStack()

    @contextmanager
    def kept(self) -> Generator[None]:
        """Inside the block the answer is given."""
        self._journal.on_record = self._recorded
        with self._middle:
            self._middle.enter_context(self._journal.busy())
            self._keep()
            yield

    def note_shown(self) -> None:
        """The server has displayed or stored an item."""
        if not self._is_shown:
            self._is_shown = True
            self._keep()

    @property
    def uncertain(self) -> list[UncertainCall]:
        """What is being done and may be done once only: if the answer ends now, nobody knows whether it was."""
        return uncertain_calls(self._begun)

    def _recorded(self, key: str, value: Any) -> None:
        if key in NOTES:
            return
        if isinstance(value, dict) and cast("dict[str, Any]", value).get("once"):
            self._begun[key] = value
        else:  # its end, or that it is taken back
            self._begun.pop(key.removesuffix("/end"), None)
        self._can_go_on = self._can_go_on and key != NO_STEP
        self._is_acted = True
        self._is_worked = self._is_worked or key != ACTION
        self._keep()

    def _keep(self) -> None:
        self._journal.continuable = self._can_go_on and self._is_acted and self._can_begin_again
        if self._is_acted and (self._turn.has_steps or self._is_worked):
            self._middle.close()

    @property
    def _can_begin_again(self) -> bool:
        if self._turn.has_steps or not self._is_shown:
            return True
        # A server that stores the message by itself would store it again.
        return self._is_worked and not self._turn.reads_message
