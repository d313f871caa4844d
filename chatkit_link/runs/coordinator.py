"""Who is writing an answer right now.

How it flows: a request claims its thread, stores what the person sent, and starts the run with a
piece of work. The work runs in a task of its own, owned by the coordinator, and emits encoded events
into the run's log. An HTTP response is one follower of that log: it may leave, come back or never
have been there, and the work does not notice. Only ``cancel`` and the end of the process stop it.

The invariant: at most one running run per thread, from before the person's message is stored until
the last event is in the log.

This first form keeps runs in memory. What needs more (a row per run, other replicas, recovery after
a crash) changes this file and ``log.py``; their callers already speak in run ids and event ids.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from chatkit_link.errors import NotFound, ThreadBusy, Unavailable
from chatkit_link.runs.run import Run, RunFailed, RunStatus

logger = logging.getLogger(__name__)

#: Puts one encoded event into the log. Never waits.
Emit = Callable[[bytes], None]
Work = Callable[[Emit], Awaitable[None]]

#: Finished runs whose events are kept, so that a slow or late follower still gets the end.
KEPT = 64


class Coordinator:
    """Starts, finds and cancels runs. An async context manager: leaving it ends every run."""

    def __init__(self, *, drain: float = 10.0) -> None:
        """drain: seconds that running answers get to finish when the server stops."""
        self._drain = drain
        self._runs: dict[str, Run] = {}
        self._by_thread: dict[str, Run] = {}
        self._draining = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @asynccontextmanager
    async def claim(self, owner: tuple[str, str], thread_id: str, agent: str) -> AsyncGenerator[Run]:
        """Take the thread for a new run; inside the block, store the request and then ``start`` it.

        A block that is left without ``start``, by an error for instance, gives the thread back.

        Raises:
            ThreadBusy: an answer is still being written on this thread.
            Unavailable: the server is stopping.
        """
        if self._draining:
            raise Unavailable("The server is restarting. Please send that again in a moment.")
        if thread_id in self._by_thread:
            raise ThreadBusy("An answer is still being written in this chat. Wait for it, or stop it first.")
        run = Run(owner=owner, thread_id=thread_id, agent=agent)
        self._by_thread[thread_id] = run
        try:
            yield run
        finally:
            if run.task is None:
                self._release(run)

    def start(self, run: Run, work: Work) -> None:
        """Run the work in a task of its own, into the run's log."""
        self._runs[run.id] = run
        run.task = asyncio.create_task(self._carry_out(run, work), name=run.id)

    async def _carry_out(self, run: Run, work: Work) -> None:
        try:
            await work(run.log.append)
            run.status = RunStatus.COMPLETED
        except asyncio.CancelledError:
            # The task ends here whoever cancelled it; the work has already said its last words.
            run.status = RunStatus.CANCELLED
        except RunFailed:
            run.status = RunStatus.FAILED
        except Exception:
            run.status = RunStatus.FAILED
            logger.exception("run %s failed", run.id)
        finally:
            run.log.close()
            self._release(run)
            self._forget_old()

    def find(self, owner: tuple[str, str], run_id: str) -> Run:
        """Raises NotFound for an unknown run or somebody else's."""
        run = self._runs.get(run_id)
        if run is None or run.owner != owner:
            raise NotFound("There is no such run, or it is not yours.")
        return run

    async def cancel(self, run: Run) -> None:
        """Stop the work and wait until it has kept what was written so far. No effect on a finished run."""
        if run.task is not None and run.status is RunStatus.RUNNING:
            run.task.cancel()
            await asyncio.wait([run.task])

    async def cancel_thread(self, owner: tuple[str, str], thread_id: str) -> None:
        """Stop whatever runs on this person's thread."""
        run = self._by_thread.get(thread_id)
        if run is not None and run.owner == owner:
            await self.cancel(run)

    async def close(self) -> None:
        """Refuse new runs, let the running ones finish within the drain time, cancel the rest."""
        self._draining = True
        tasks = [run.task for run in self._by_thread.values() if run.task is not None]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=self._drain)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    def _release(self, run: Run) -> None:
        if self._by_thread.get(run.thread_id) is run:
            del self._by_thread[run.thread_id]

    def _forget_old(self) -> None:
        finished = [run for run in self._runs.values() if run.status is not RunStatus.RUNNING]
        for run in finished[:-KEPT]:
            del self._runs[run.id]
