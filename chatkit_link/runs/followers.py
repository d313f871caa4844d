"""Which of this replica's runs are followed from other replicas.

A replica with readers of a run that is executed elsewhere says so to the run's owner, and again every few
seconds. The owner keeps that for a little longer, and reports a change of the run to those replicas alone. So
a run that is read where it is executed, which is nearly every one, notifies nobody.

A report is a notification of PostgreSQL that names the run, or, to a replica that was heard over Redis, the
events themselves (``fanout.py``). Who begins to follow is answered once, with the next flush: what was written
before the owner knew of the follower is then looked for in the database, and nothing falls between the two.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from time import monotonic

from chatkit_link.runs.fanout import Fanout, RunUpdate
from chatkit_link.runs.log import Event
from chatkit_link.store.notifications import Message, changes

#: Seconds between two words of a follower, which also looks into the database by then.
SLOW_POLL = 2.0
#: Seconds after the last word until a follower is forgotten: two words may be lost.
_KEPT = 3 * SLOW_POLL + 1
#: Names of replicas and runs. A message may come from anywhere in Redis, and another name would spoil a flush.
_NAME = re.compile(r"(rep|run)_[0-9a-z_]{1,46}")


class Followers:
    """Owned by the coordinator; the writer asks it with each flush."""

    def __init__(self, fanout: Fanout | None = None, clock: Callable[[], float] = monotonic) -> None:
        self._fanout = fanout
        self._clock = clock
        #: Run -> replica -> when it is forgotten.
        self._until: dict[str, dict[str, float]] = {}
        #: Those of them that are sent events over Redis.
        self._inboxes: set[str] = set()
        #: Replica -> the runs that it has begun to follow and has not been answered about.
        self._new: dict[str, set[str]] = defaultdict(set)
        #: Replica -> the runs that the present flush is about, over Redis.
        self._over_redis: dict[str, set[str]] = {}
        #: The answers that the present flush gives; one that fails gives none, and the next one has them again.
        self._unconfirmed: dict[str, set[str]] = {}
        self._prune_at = clock() + _KEPT
        #: Called when somebody waits for an answer; the writer's.
        self.on_new: Callable[[], None] | None = None

    def hear(self, replica: str, run_ids: Iterable[str], *, over_redis: bool = False) -> None:
        """A replica follows these runs, which may be over by now or executed elsewhere; it is answered the same way."""
        if not _NAME.fullmatch(replica):
            return
        now = self._clock()
        self._prune(now)
        moved = over_redis != (replica in self._inboxes)
        (self._inboxes.add if over_redis else self._inboxes.discard)(replica)
        for run_id in filter(_NAME.fullmatch, run_ids):
            replicas = self._until.setdefault(run_id, {})
            if moved or replicas.get(replica, 0.0) <= now:
                self._new[replica].add(run_id)
            replicas[replica] = now + _KEPT
        self._ask_for_flush()

    def without_redis(self) -> None:
        """Nothing more is sent over Redis, and what was sent last may be lost."""
        now = self._clock()
        for run_id, replicas in self._until.items():
            for replica in self._inboxes & replicas.keys():
                if replicas[replica] > now:
                    self._new[replica].add(run_id)
        self._inboxes.clear()
        self._ask_for_flush()

    def with_redis(self) -> None:
        """Redis is there, and those who follow here may have asked in vain while it was not."""
        if self._fanout is not None:
            for run_id in self._until:
                for replica in self.of(run_id):
                    self._fanout.send_update(replica, RunUpdate(run_id, (), ended=False))

    def of(self, run_id: str) -> list[str]:
        """The replicas that follow a run."""
        now = self._clock()
        return [replica for replica, until in self._until.get(run_id, {}).items() if until > now]

    @property
    def waiting(self) -> bool:
        """Whether somebody waits for an answer, so that there is a flush even if nothing is new."""
        return bool(self._new or self._unconfirmed)

    def messages(self, changed: Iterable[str]) -> list[Message]:
        """The notifications that a flush of these runs commits, also for those who have just begun to follow."""
        told, self._new = self._new, defaultdict(set)
        for replica, run_ids in self._unconfirmed.items():
            told[replica] |= run_ids
        self._unconfirmed = {replica: set(run_ids) for replica, run_ids in told.items()}
        if self._until:
            for run_id in changed:
                for replica in self.of(run_id):
                    told[replica].add(run_id)
        self._over_redis = {replica: told.pop(replica) for replica in told.keys() & self._inboxes}
        return [changes(replica, run_ids) for replica, run_ids in told.items()]

    def written(self, events: Iterable[tuple[str, int, bytes]], ended: Collection[str], ours: Collection[str]) -> None:
        """That flush is in the database.

        Args:
            events: (run id, event id, encoded event), in order.
            ended: ids of the runs that ended with it, or were handed over.
            ours: of all its runs, those that were this replica's. Nothing was written of the others.
        """
        self._unconfirmed = {}
        if self._fanout is None or not self._over_redis:
            return
        told, self._over_redis = self._over_redis, {}
        fresh: dict[str, list[Event]] = {run_id: [] for run_ids in told.values() for run_id in run_ids}
        for run_id, number, data in events:
            if run_id in fresh and run_id in ours:
                fresh[run_id].append(Event(number, data))
        for replica, run_ids in told.items():
            for run_id in run_ids:
                self._fanout.send_update(replica, RunUpdate(run_id, fresh[run_id], run_id in ended))

    def _ask_for_flush(self) -> None:
        if self._new and self.on_new is not None:
            self.on_new()

    def _prune(self, now: float) -> None:
        if now < self._prune_at:
            return
        self._prune_at = now + _KEPT
        kept = {run_id: {one: until for one, until in by.items() if until > now} for run_id, by in self._until.items()}
        self._until = {run_id: by for run_id, by in kept.items() if by}
        self._inboxes &= {replica for by in self._until.values() for replica in by}
