"""One run on the replica that executes it: who owns it, which thread it writes to, what it has said."""

import asyncio
import uuid
from dataclasses import dataclass, field
from enum import StrEnum

from chatkit_link.caller import Caller
from chatkit_link.runs.log import RunLog


class RunStatus(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    #: Its replica stopped or died before it was done.
    INTERRUPTED = "interrupted"


class RunFailed(Exception):
    """The work has told its followers what went wrong; the run ends as failed."""


def new_run_id() -> str:
    return f"run_{uuid.uuid4().hex}"


@dataclass(slots=True, eq=False)
class Run:
    """caller: its owner. ending: the status that a cancellation of its task will leave it in."""

    caller: Caller
    thread_id: str
    agent: str
    id: str = field(default_factory=new_run_id)
    status: RunStatus = RunStatus.RUNNING
    ending: RunStatus = RunStatus.CANCELLED
    log: RunLog = field(default_factory=RunLog)
    task: "asyncio.Task[None] | None" = None
    #: Whether the task has begun: one that is cancelled before that never runs, not even its end.
    begun: bool = False
    stopped: bool = False
    #: Another replica has ended it, or its thread is gone: whatever it still has to say is nobody's any more.
    lost: bool = False

    def lose(self) -> None:
        """Stop without a last word."""
        self.lost = True
        self.stop(RunStatus.INTERRUPTED)

    def stop(self, ending: RunStatus) -> None:
        """Cancel the work, unless it is being stopped already."""
        if self.stopped or self.status is not RunStatus.RUNNING:
            return
        self.stopped, self.ending = True, ending
        if self.task is not None and self.begun:
            self.task.cancel()
