"""What other replicas tell this one, and the sign of life for them.

One connection of this process listens for PostgreSQL's notifications on a channel of its own
(``store/notifications.py``): a run that is followed here has changed, one that is executed here is
followed elsewhere, or shall stop. Who follows a run of another replica says so to that one when it
begins, and every few seconds from then on, for all its runs together. Both can go over Redis (``fanout.py``),
which then carries the events, too. All of it is an optimisation: a waiter here also polls, slowly where it is
told of changes, faster where it cannot be, as behind a pooler in transaction mode.

The same connection holds the lock by which the other replicas see that this process lives
(``store/replicas.py``). A replica without it is given up within a second or two (``recovery.py``), so a
connection that was cut is opened again at once, and an idle one is probed. While nobody needs the
database there is no connection: then no run is here to be missed, and no reader to be woken.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from math import inf
from typing import Any

from chatkit_link.errors import Unavailable
from chatkit_link.runs.fanout import Fanout, RunUpdate
from chatkit_link.runs.followers import SLOW_POLL, Followers
from chatkit_link.runs.log import Event
from chatkit_link.store.engine import Database
from chatkit_link.store.notifications import (
    CANCEL,
    CHANNEL,
    HANDED_OVER,
    Message,
    channel_of,
    follow,
    notify,
    read_follow,
)
from chatkit_link.store.outage_log import reason_of
from chatkit_link.store.replicas import can_listen, holds_lock, take_lock
from chatkit_link.store.statement import Connection

logger = logging.getLogger(__name__)

#: Seconds between looks without notifications; ``SLOW_POLL`` with them.
FAST_POLL = 0.1
#: Seconds before a lost connection is tried again: often enough to be back before a replica has looked twice.
_RETRY = 0.2
#: Seconds between two signs of life, and until one is missed.
_LIFE = 2.0


#: Seconds that the owner of a run has to answer over Redis before it is told by a notification; and until it is tried
#: there again.
_ANSWER = 0.75 * SLOW_POLL
_TRY_AGAIN = 10.0
#: Bytes of events that wait here for a slow reader, about; behind more it reads them from the database.
_MOST_WAITING = 262_144


def without_notifications(*, redis: bool) -> str:
    """What replicas do where nobody can listen, for an operator."""
    poll = f"poll {1 / FAST_POLL:.0f} times a second"
    return f"replicas send each other events over Redis, {poll} while it is away" if redis else f"replicas {poll}"


class Watch:
    """Waits for changes of one run."""

    def __init__(self, wakeups: "Wakeups", run_id: str) -> None:
        self._wakeups = wakeups
        self._run_id = run_id
        self._owner: str | None = None
        self._changed = asyncio.Event()
        self._events: list[Event] = []
        self._size = 0
        self._look = False

    def wake(self, update: RunUpdate | None = None) -> None:
        """The run has changed: by these events, or by what the database has."""
        if update is None or update.ended or not update.events:
            self._look = True
        if update is not None:
            self._events += update.events
            self._size += sum(len(event.data) for event in update.events)
            if self._size > _MOST_WAITING:
                self._events, self._size, self._look = [], 0, True
        self._changed.set()

    def executed_by(self, replica: str | None) -> None:
        """The replica that the run's row names now; none while it waits for one to take it."""
        if replica != self._owner:
            self._owner = replica or None
            if replica:
                self._wakeups.follow(self._run_id, replica)

    async def wait(self, after: int = 0, *, idle_after: float | None = None) -> Sequence[Event]:
        """Wait until the run may have changed since the last wait: it was named, or it is time to look.

        Returns:
            The events right behind ``after``, all of them in the database; none where that must be looked into.
        """
        if not self._look:
            poll = SLOW_POLL if self._wakeups.hears(self._owner) else FAST_POLL
            with suppress(TimeoutError):
                async with asyncio.timeout(poll if idle_after is None else min(poll, idle_after)):
                    await self._changed.wait()
        self._changed.clear()
        events = [event for event in self._events if event.id > after]
        self._events, self._size = [], 0
        if events and [event.id for event in events] == list(range(after + 1, after + 1 + len(events))):
            return events  # what else there is to look for is looked for next time
        self._look = False
        return []


class Wakeups:
    """Owned by the coordinator, which awaits ``run`` and ``report_follows`` in tasks of their own."""

    def __init__(
        self,
        database: Database,
        replica: str,
        cancelled: Callable[[str], None],
        followers: Followers,
        fanout: Fanout | None = None,
    ) -> None:
        """cancelled: called with the id of each run that was cancelled, on any replica."""
        self._fanout = fanout
        if fanout is not None:
            fanout.receiver = self
        #: The owners that have answered over Redis; and when those that have not were asked there.
        self._answered: set[str] = set()
        self._asked: dict[str, float] = {}
        self._database = database
        self._replica = replica
        self._cancelled = cancelled
        self._followers = followers
        self._waiting: dict[str, set[Watch]] = defaultdict(set)
        #: Run -> the replica that executes it, of those that are watched here; and those that it was not told of.
        self._owners: dict[str, str] = {}
        self._unreported: set[str] = set()
        self._begun = asyncio.Event()
        #: Set while no notification can arrive.
        self.cut = asyncio.Event()
        self.cut.set()
        #: Set once the others can see this replica, or need not.
        self.seen = asyncio.Event()
        #: Called when another replica has handed a run over; the recovery's.
        self.on_handed_over: Callable[[], None] | None = None

    @property
    def listening(self) -> bool:
        return not self.cut.is_set()

    @property
    def watching(self) -> bool:
        """Whether anybody here waits for a run."""
        return bool(self._waiting)

    def hears(self, owner: str | None) -> bool:
        """Whether a change that this replica makes will be heard of here."""
        if owner is None:
            return False
        return (self.listening and can_listen(owner)) or (self._has_redis and owner in self._answered)

    @property
    def _has_redis(self) -> bool:
        return self._fanout is not None and self._fanout.up

    @contextmanager
    def watch(self, run_id: str) -> Generator[Watch]:
        """Watch a run inside the block. To miss nothing: watch first, then look, then wait, then look again."""
        watch = Watch(self, run_id)
        self._waiting[run_id].add(watch)
        self._database.activity.note()
        try:
            yield watch
        finally:
            self._waiting[run_id].discard(watch)
            if not self._waiting[run_id]:
                del self._waiting[run_id]
                self._owners.pop(run_id, None)
                self._unreported.discard(run_id)

    def follow(self, run_id: str, owner: str) -> None:
        """A run that is watched here is executed by this replica."""
        if owner != self._owners.get(run_id):
            self._owners[run_id] = owner
            self._unreported.add(run_id)
            self._begun.set()

    async def report_follows(self) -> None:
        """Tell the owners of the runs that are watched here, at once and then again and again, until cancelled."""
        clock = asyncio.get_running_loop().time
        all_at = clock() + SLOW_POLL
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(all_at if self._owners else None):
                    await self._begun.wait()
            self._begun.clear()
            run_ids, self._unreported = self._unreported, set()
            if clock() >= all_at:
                run_ids, all_at = set(self._owners), clock() + SLOW_POLL
            try:
                await self._report(run_ids)
            except Exception as error:  # noqa: BLE001 - they are told again in a moment, whatever it was
                logger.debug("the owners of followed runs are told later: %s", error)

    async def _report(self, run_ids: set[str]) -> None:
        by_owner: dict[str, list[str]] = defaultdict(list)
        for run_id in run_ids & self._owners.keys():
            if self._owners[run_id] != self._replica:
                by_owner[self._owners[run_id]].append(run_id)
        messages: list[Message] = []
        for owner, theirs in by_owner.items():
            if self._fanout is not None and self._speaks_redis(owner):
                self._fanout.send_follow(owner, theirs)
            elif self.listening and can_listen(owner):
                messages += follow(owner, self._replica, theirs)
        await notify(self._database, messages)

    def _speaks_redis(self, owner: str) -> bool:
        """Whether to tell it over Redis, which it may not have, or not reach."""
        if not self._has_redis or owner in self._answered:
            return self._has_redis
        now = asyncio.get_running_loop().time()
        if now - self._asked.setdefault(owner, now) > _TRY_AGAIN:
            self._asked[owner] = now
        return now - self._asked[owner] < _ANSWER

    def receive_update(self, update: RunUpdate) -> None:
        """Events of a run that is followed here, over Redis."""
        owner = self._owners.get(update.run_id)
        if owner is not None and owner not in self._answered:
            self._answered.add(owner)
            self._unreported |= {run_id for run_id, one in self._owners.items() if one == owner}
            self._begun.set()
        for watch in self._waiting.get(update.run_id, ()):
            watch.wake(update)

    def hear_follow(self, replica: str, run_ids: Sequence[str]) -> None:
        """Another replica follows runs of this one, over Redis."""
        self._followers.hear(replica, run_ids, over_redis=True)

    def lost(self) -> None:
        """Redis is away."""
        self._followers.without_redis()
        self._ask_again()
        self.wake(None)

    def found(self) -> None:
        """Redis is back, and nobody was heard there yet."""
        self._followers.with_redis()
        self._ask_again()

    def _ask_again(self) -> None:
        self._answered.clear()
        self._asked.clear()
        self._report_all()

    def _report_all(self) -> None:
        self._unreported |= self._owners.keys()
        self._begun.set()

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            if not self._database.listens:
                logger.warning(
                    "%s, and so without notifications: %s, and take over a killed one's answers when their leases "
                    "expire",
                    self._database.route.description,
                    without_notifications(redis=self._fanout is not None),
                )
                self.seen.set()
                return
            await self._database.activity.rest()
            try:
                await self._listen()
            except Exception as error:  # noqa: BLE001 - whatever cut the connection, listening starts again
                if self.listening or not self.seen.is_set():
                    logger.warning("notifications are interrupted: %s", reason_of(error))
                self.cut.set()
                await asyncio.sleep(_RETRY)
            else:
                self.cut.set()

    async def _listen(self) -> None:
        """Until nobody needs the database. Raises Unavailable when the connection is lost."""
        lost = asyncio.Event()

        def end(_connection: Any) -> None:
            lost.set()

        address = self._database.session_address
        async with self._database.listening() as connection:
            connection.add_termination_listener(end)
            await take_lock(connection, self._replica)
            await connection.add_listener(CHANNEL, self._notified)
            await connection.add_listener(channel_of(self._replica), self._notified)
            self.cut.clear()
            self.seen.set()
            self.wake(None)  # something may have been missed in between
            self._report_all()
            await self._database.route.confirm()
            while not lost.is_set():
                if not await self._rest(connection, lost):
                    await self._database.route.lose_sessions(address)
                    raise Unavailable("sessions of the database do not last")
                if self._database.activity.resting:
                    return
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
        elif (heard := read_follow(payload)) is not None:
            self._followers.hear(*heard)
        elif payload.startswith(HANDED_OVER):
            self.wake(payload.removeprefix(HANDED_OVER))
            if self.on_handed_over is not None:
                self.on_handed_over()
        else:
            for run_id in payload.split(",") if payload else [None]:
                self.wake(run_id)
                if run_id is not None and (owner := self._owners.get(run_id)) in self._answered:
                    self._answered.discard(owner)  # it has lost Redis
                    self._asked[owner] = -inf

    def wake(self, run_id: str | None) -> None:
        """This run may have changed, or any run."""
        waiting = self._waiting.values() if run_id is None else [self._waiting.get(run_id, set())]
        for watch in [watch for watches in waiting for watch in watches]:
            watch.wake()
