"""One run: who owns it, which thread it writes to, how it stands."""

import asyncio
import uuid
from dataclasses import dataclass, field
from enum import StrEnum

from chatkit_link.runs.log import RunLog


class RunStatus(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class RunFailed(Exception):
    """The work has told its followers what went wrong; the run ends as failed."""


@dataclass(slots=True, eq=False)
class Run:
    """owner: (tenant, user). log: its events so far."""

    owner: tuple[str, str]
    thread_id: str
    agent: str
    id: str = field(default_factory=lambda: f"run_{uuid.uuid4().hex}")
    status: RunStatus = RunStatus.RUNNING
    log: RunLog = field(default_factory=RunLog)
    task: "asyncio.Task[None] | None" = None
