"""Renews the leases of this replica's runs: the sign that its process is there, and neither frozen nor cut off.

How it flows: a thread with an event loop and connections of its own renews all leases several times within their
length, and reports to the main loop what it has learned: which runs were cancelled, and which belong to another
replica now. The main loop may stand still for seconds, in an agent's own code for instance, and must not lose its
answers for that; a process that is frozen as a whole must, within three seconds.

The invariant: a renewal counts from when it was asked for, so a run is never thought to be ours for longer than its
row says. An attempt that hangs does not keep the next one waiting.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from math import inf

from chatkit_link.runs.run import LEASE, RENEWAL, Run, RunStatus, now
from chatkit_link.store import runs as rows
from chatkit_link.store.engine import Database
from chatkit_link.store.outage_log import OutageLog

logger = logging.getLogger(__name__)

#: Seconds between two renewals without notifications: they prove that we live, and return cancelled runs.
_UNHEARD = 0.25
#: Seconds after which an attempt that hangs has its connection closed, and how many of those there may be.
_ATTEMPT = 2 * LEASE
_HANGING = 3
#: Seconds that the thread has to end.
_ENDING = 1.0
#: Seconds that the main loop may stand still: behind that, somebody else shall tell the readers.
_STANDSTILL = 30.0


class Leases:
    """Owned by the coordinator, which awaits ``run`` in a task of its own."""

    def __init__(
        self, database: Database, replica: str, running: Callable[[], Sequence[Run]], listening: Callable[[], bool]
    ) -> None:
        """
        Args:
            running: the runs that are executed here; called in another thread.
            listening: whether other replicas reach this one by notifications; called in another thread.
        """
        self._database = database
        self._replica = replica
        self._running = running
        self._listening = listening
        self._ticked = now()
        self._succeeded = -inf
        self._outage = OutageLog(logger, "leases cannot be renewed", "leases are renewed again")

    async def run(self) -> None:
        """Renew until cancelled."""
        main = asyncio.get_running_loop()
        own = asyncio.new_event_loop()
        ended: asyncio.Future[None] = main.create_future()
        renewing = own.create_task(self._renew(main))

        def work() -> None:
            error: BaseException | None = None
            try:
                with suppress(asyncio.CancelledError):
                    own.run_until_complete(renewing)
            except BaseException as raised:  # noqa: BLE001 - raised again where it is awaited
                error = raised
            finally:
                own.close()
            with suppress(RuntimeError):  # the main loop is closed
                main.call_soon_threadsafe(_settle, ended, error)

        self._tick()
        threading.Thread(target=work, name="leases", daemon=True).start()
        try:
            await asyncio.shield(ended)
        except asyncio.CancelledError:
            with suppress(RuntimeError):  # it has ended by itself
                own.call_soon_threadsafe(renewing.cancel)
            await asyncio.wait([ended], timeout=_ENDING)
            raise

    # In the thread

    async def _renew(self, main: asyncio.AbstractEventLoop) -> None:
        database = self._database.for_another_loop(patience=_ATTEMPT)
        hanging: set[asyncio.Task[None]] = set()
        try:
            while True:
                main.call_soon_threadsafe(self._tick)
                if self._database.pooled and not database.pooled:
                    await database.close()
                    database = self._database.for_another_loop(patience=_ATTEMPT)
                if (runs := self._running()) and now() - self._ticked < _STANDSTILL and len(hanging) < _HANGING:
                    hanging.add(asyncio.create_task(self._attempt(database, runs, main)))
                await asyncio.sleep(RENEWAL if self._listening() else _UNHEARD)
                hanging = {attempt for attempt in hanging if not attempt.done()}
        finally:
            for task in hanging:
                task.cancel()
            await asyncio.gather(*hanging, return_exceptions=True)
            await database.close()

    async def _attempt(self, database: Database, runs: Sequence[Run], main: asyncio.AbstractEventLoop) -> None:
        asked = now()
        try:
            ours = await rows.renew(database, self._replica, [run.id for run in runs], LEASE)
        except Exception as error:  # noqa: BLE001 - tried again before the lease is over, whatever it was
            if asked > self._succeeded:  # else a later attempt was faster
                self._outage.failed(error)
            return
        self._succeeded = max(self._succeeded, asked)
        self._outage.worked()
        for run in runs:
            if run.id in ours:
                run.renewed = max(run.renewed, asked)
        main.call_soon_threadsafe(self._learn, runs, ours)

    # In the main loop

    def _tick(self) -> None:
        self._ticked = now()

    def _learn(self, runs: Sequence[Run], ours: Mapping[str, bool]) -> None:
        for run in runs:
            if run.status is not RunStatus.RUNNING:
                continue
            if run.id not in ours:
                run.lose()
            elif ours[run.id]:
                run.stop(RunStatus.CANCELLED)


def _settle(ended: "asyncio.Future[None]", error: BaseException | None) -> None:
    if ended.done():
        return
    if error is None:
        ended.set_result(None)
    else:
        ended.set_exception(error)
