"""One tool call as users see it: a task in the open workflow, from its start until its end.

How it flows: the run of an agent fills a queue with what the model streams, and with what its tools display. Whether a
workflow is open, and what is in it, is decided where that queue is read: a tool that is quick is otherwise done before
what the model had written is displayed. So a tool puts a ``Deferred`` into the queue, and it is made in its turn.

A line is displayed until something takes its place: the widget that the tool streams, or the tool's end. The lines of
calls that still run at the same time move behind what their neighbour displayed.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from chatkit.types import CustomTask, SearchTask, Task, ThreadStreamEvent, WorkflowItem

#: The icon of a failed call. ChatKit has no status for it.
FAILED_ICON: Final = "lucide:circle-x"


@dataclass(frozen=True, slots=True)
class Deferred:
    """A change of what is displayed, to be made where the queue is read. then: called once that is emitted."""

    make: Callable[[], list[ThreadStreamEvent]]
    then: Callable[[], None] | None = None


@dataclass(slots=True, eq=False)
class ToolLine:
    """A tool call that runs.

    task: as it is to be displayed. displayed: as it was last. place: where, None before and after.
    has_title: whether the tool has words of its own for what it does, and not its name alone.
    done, failed: the titles of a call that has ended, where these are others. ended: whether nothing changes it now.
    flush: displays what is held back of the tool's reports.
    """

    task: CustomTask | SearchTask
    place: tuple[WorkflowItem, int] | None = None
    displayed: CustomTask | SearchTask | None = None
    has_title: bool = False
    done: str | None = None
    failed: str | None = None
    ended: bool = False
    flush: Callable[[], None] | None = None

    def is_in(self, workflow: WorkflowItem) -> bool:
        return self.place is not None and self.place[0] is workflow


def is_failed(task: Task) -> bool:
    """Whether a task is that of a failed call."""
    return isinstance(task, CustomTask) and task.icon == FAILED_ICON and task.status_indicator == "none"


#: The line of the tool in which this code runs. Ambient, because a tool that streams a widget names its context only,
#: which all calls of a run share.
current_line: ContextVar[ToolLine | None] = ContextVar("current_line", default=None)
