"""Notifications that a run changed on another replica, and the sign of life for the others.

One connection of this process listens for PostgreSQL's notifications (one per flush, naming runs).
It is an optimisation: a waiter here also polls, slowly where notifications arrive, faster where they
cannot, as behind a pooler in transaction mode.

The same connection holds the lock by which the other replicas see that this process lives
(``store/replicas.py``). A replica without it is given up within a second or two (``recovery.py``), so a
connection that was cut is opened again at once, and an idle one is probed.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from chatkit_link.errors import Unavailable
from chatkit_link.store.engine import Database
from chatkit_link.store.replicas import holds_lock, take_lock
from chatkit_link.store.runs import BUSY, CANCEL, CHANNEL
from chatkit_link.store.statement import Connection

logger = logging.getLogger(__name__)

#: Seconds between looks, with and without notifications.
SLOW_POLL = 2.0
FAST_POLL = 0.1
#: Seconds before a lost connection is tried again: often enough to be back before a replica has looked twice.
_RETRY = 0.2
#: Seconds between two signs of life, and until one is missed.
_LIFE = 2.0


class Watch:
    """Waits for changes of one run."""

    def __init__(self, wakeups: "Wakeups", event: asyncio.Event) -> None:
        self._wakeups = wakeups
        self._event = event

    async def wait(self, *, idle_after: float | None = None) -> None:
        """Wait until the run may have changed since the last wait: it was named, or it is time to look."""
        poll = SLOW_POLL if self._wakeups.listening else FAST_POLL
        try:
            async with asyncio.timeout(poll if idle_after is None else min(poll, idle_after)):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()


class Wakeups:
    """Owned by the coordinator, which awaits ``run`` in a task of its own."""

    def __init__(
        self, database: Database, replica: str, cancelled: Callable[[str], None], busy: Callable[[], None]
    ) -> None:
        """
        Args:
            cancelled: called with the id of each run that was cancelled, on any replica.
            busy: called when a run is running where none was, or that may have been missed.
        """
        self._database = database
        self._replica = replica
        self._cancelled = cancelled
        self._busy = busy
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        #: Set while no notification can arrive.
        self.cut = asyncio.Event()
        self.cut.set()
        #: Set once the others can see this replica, or need not.
        self.seen = asyncio.Event()

    @property
    def listening(self) -> bool:
        return not self.cut.is_set()

    @contextmanager
    def watch(self, run_id: str) -> Generator["Watch"]:
        """Watch a run inside the block. To miss nothing: watch first, then look, then wait, then look again."""
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
        while True:
            if not self._database.listens:
                logger.warning(
                    "%s, and so without notifications: replicas poll %d times a second, and take over a killed one's "
                    "answers when their leases expire",
                    self._database.connection,
                    1 / FAST_POLL,
                )
                self.seen.set()
                return
            try:
                await self._listen()
            except Exception as error:  # noqa: BLE001 - whatever cut the connection, listening starts again
                if self.listening or not self.seen.is_set():
                    logger.warning("notifications are interrupted: %s", error)
            self.cut.set()
            await asyncio.sleep(_RETRY)

    async def _listen(self) -> None:
        lost = asyncio.Event()

        def end(_connection: Any) -> None:
            lost.set()

        address = self._database.session_address
        async with self._database.listening() as connection:
            connection.add_termination_listener(end)
            await take_lock(connection, self._replica)
            await connection.add_listener(CHANNEL, self._notified)
            self.cut.clear()
            self.seen.set()
            self._wake(None)  # something may have been missed in between
            self._busy()
            await self._database.confirm()
            while not lost.is_set():
                if not await self._rest(connection, lost):
                    await self._database.lose_sessions(address)
                    raise Unavailable("sessions of the database do not last")
        raise Unavailable("the connection was lost")

    async def _rest(self, connection: Connection, lost: asyncio.Event) -> bool:
        """Wait for the next sign of life, or for the end of the connection; False if it is another session by now."""
        try:
            async with asyncio.timeout(_LIFE):
                await lost.wait()
        except TimeoutError:
            return await holds_lock(connection, self._replica, within=_LIFE)
        return True

    def _notified(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        if payload.startswith(CANCEL):
            self._cancelled(payload.removeprefix(CANCEL))
            return
        if payload == BUSY:
            self._busy()
            return
        for run_id in payload.split(",") if payload else [None]:
            self._wake(run_id)

    def _wake(self, run_id: str | None) -> None:
        waiting = self._waiting.values() if run_id is None else [self._waiting.get(run_id, set())]
        for event in [event for events in waiting for event in events]:
            event.set()
