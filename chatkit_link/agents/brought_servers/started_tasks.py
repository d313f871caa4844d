"""The tasks that somebody's code starts on an event loop: they are ended before it closes, and what failed is told.

Nobody may wait for such a task: its failure would be logged when it is collected as garbage, wherever that is.
"""

import asyncio
from typing import Any


class StartedTasks:
    """The tasks that are started on a loop from now on."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._tasks: list[asyncio.Task[Any]] = []

        def start(loop: asyncio.AbstractEventLoop, work: Any, **more: Any) -> asyncio.Task[Any]:
            task = asyncio.Task(work, loop=loop, **more)
            self._tasks.append(task)
            return task

        loop.set_task_factory(start)

    async def end(self, grace: float) -> list[Exception]:
        """Wait for them, cancel those that still run, and give the failures that nobody has asked for.

        Args:
            grace: seconds to wait.
        """
        running = {task for task in self._tasks if not task.done() and task is not asyncio.current_task()}
        if running:
            _, late = await asyncio.wait(running, timeout=grace)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=grace or 1)  # one may refuse to end
        ended, self._tasks = self._tasks, [task for task in self._tasks if not task.done()]
        return [error for task in ended if (error := _unasked_failure(task)) is not None]


def _unasked_failure(task: asyncio.Task[Any]) -> Exception | None:
    # Whether its result was asked for is known by this attribute alone, of Python's own tasks; asking changes it.
    if not task.done() or task.cancelled() or not getattr(task, "_log_traceback", False):
        return None
    error = task.exception()
    return error if isinstance(error, Exception) else None
