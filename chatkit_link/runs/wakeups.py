"""Hearing at once that a run changed on another replica.

One connection of this process listens for PostgreSQL's notifications (one per flush, naming runs).
It is a convenience: whoever waits here also looks by itself now and then, slowly where notifications
arrive, faster where they cannot, as behind a pooler in transaction mode.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from chatkit_link.store.engine import Database
from chatkit_link.store.runs import CANCEL, CHANNEL

logger = logging.getLogger(__name__)

#: Seconds between looks, with and without notifications.
SLOW_POLL = 2.0
FAST_POLL = 0.1
#: Seconds before a lost connection is tried again.
_RETRY = 1.0


class Watch:
    """Hears of one run."""

    def __init__(self, wakeups: "Wakeups", event: asyncio.Event) -> None:
        self._wakeups = wakeups
        self._event = event

    async def wait(self, *, quiet: float | None = None) -> None:
        """Wait until the run may have changed since the last wait: it was named, or it is time to look."""
        poll = SLOW_POLL if self._wakeups.listening else FAST_POLL
        try:
            async with asyncio.timeout(poll if quiet is None else min(poll, quiet)):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()


class Wakeups:
    """Owned by the coordinator, which awaits ``run`` in a task of its own."""

    def __init__(self, database: Database, cancelled: Callable[[str], None]) -> None:
        """cancelled: told the id of each run that somebody somewhere wants stopped."""
        self._database = database
        self._cancelled = cancelled
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self.listening = False

    @contextmanager
    def watch(self, run_id: str) -> Generator["Watch"]:
        """Hear of a run inside the block. To miss nothing: watch first, then look, then wait, then look again."""
        event = asyncio.Event()
        self._waiting[run_id].add(event)
        try:
            yield Watch(self, event)
        finally:
            self._waiting[run_id].discard(event)
            if not self._waiting[run_id]:
                del self._waiting[run_id]

    async def run(self) -> None:
        """Listen until cancelled."""
        if self._database.pooled:
            logger.warning("the database is behind a transaction pooler: replicas poll instead of being notified")
            return
        while True:
            try:
                await self._listen()
            except Exception as error:  # noqa: BLE001 - whatever cut the connection, listening begins anew
                logger.warning("notifications are interrupted: %s", error)
            self.listening = False
            await asyncio.sleep(_RETRY)

    async def _listen(self) -> None:
        lost = asyncio.Event()

        def end(_connection: Any) -> None:
            lost.set()

        async with self._database.listening() as connection:
            connection.add_termination_listener(end)
            await connection.add_listener(CHANNEL, self._notified)
            self.listening = True
            self._wake(None)  # something may have been missed in between
            try:
                await lost.wait()
            finally:
                if not connection.is_closed():
                    await connection.remove_listener(CHANNEL, self._notified)

    def _notified(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        if payload.startswith(CANCEL):
            self._cancelled(payload.removeprefix(CANCEL))
            return
        for run_id in payload.split(",") if payload else [None]:
            self._wake(run_id)

    def _wake(self, run_id: str | None) -> None:
        waiting = self._waiting.values() if run_id is None else [self._waiting.get(run_id, set())]
        for event in [event for events in waiting for event in events]:
            event.set()
