"""What becomes of the runs of a replica that stops.

A run whose journal lets another replica go on with it is handed over: at once, unless it is in the middle of something
that must not be cut, such as a tool that acts. Its row then names no replica; the others hear of that, and one of them
takes it, or the next one that starts (``takeover.py``). Any other run has a while to end, and is interrupted then.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from chatkit_link.runs.run import Run, RunStatus

#: Seconds between two looks at a run that is about to start.
_SOON = 0.01


async def let_go(runs: Iterable[Run], within: float, *, finish: bool = False) -> None:
    """Stop each run as soon as it can go on elsewhere, and in any case after so many seconds.

    finish: nobody is in a hurry, so each has all of these seconds for its own end.
    """
    await asyncio.gather(*(_let_go(run, within, finish=finish) for run in runs))


async def _let_go(run: Run, within: float, *, finish: bool) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            while run.task is None and run.status is RunStatus.RUNNING:  # noqa: ASYNC110 - its request is being stored
                await asyncio.sleep(_SOON)
            if run.task is not None:
                await _until_it_may_stop(run, run.task, finish=finish)
    # Nothing is awaited since it was looked at: it might have begun something that must not be cut.
    run.stop(RunStatus.HANDED_OVER if run.journal.continuable else RunStatus.INTERRUPTED)


async def _until_it_may_stop(run: Run, task: "asyncio.Task[None]", *, finish: bool) -> None:
    while not task.done() and (finish or not run.journal.is_free):
        free = asyncio.create_task(asyncio.Event().wait() if finish else run.journal.until_free())
        try:
            await asyncio.wait([free, task], return_when=asyncio.FIRST_COMPLETED)
        finally:
            free.cancel()
