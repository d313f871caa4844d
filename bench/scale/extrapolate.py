"""From what one message, event and page costs to what many people need."""

import math
from dataclasses import dataclass

from bench.scale.person import (
    BUSY_HOURS_PER_DAY,
    DATABASE_BYTES,
    DATABASE_CONNECTIONS,
    DATABASE_CORES,
    DATABASE_WAL,
    DAYS_KEPT,
    EVENTS_PER_ANSWER,
    EVENTS_PER_SECOND,
    FOLLOWED_ELSEWHERE,
    MESSAGES_PER_HOUR,
    PAGES_PER_MESSAGE,
    USE_OF_CORES,
)
from bench.scale.units import Units


@dataclass(frozen=True, slots=True)
class Need:
    """What so many people at once need. Everything is per second, of the busiest moment, unless its name says so.

    answers: that are being written. memory: bytes of one replica. notified: commits that wake another replica.
    """

    people: int
    messages: float
    answers: float
    events: float
    cores: float
    replicas: int
    memory: float
    database_cores: float
    commits: float
    wal: float
    connections: int
    bytes_kept: float
    notified: float
    redis: bool
    pooler: bool

    @property
    def instances(self) -> int:
        """PostgreSQL instances of the largest size: the least by CPU, log and volume."""
        return max(
            1,
            math.ceil(self.database_cores / (USE_OF_CORES * DATABASE_CORES)),
            math.ceil(self.wal / DATABASE_WAL),
            math.ceil(self.bytes_kept / DATABASE_BYTES),
        )


def need_of(people: int, units: Units) -> Need:
    """One process is one replica, and uses one core."""
    messages = people * MESSAGES_PER_HOUR / 3600
    events = messages * EVENTS_PER_ANSWER
    answers = events / EVENTS_PER_SECOND
    pages = messages * PAGES_PER_MESSAGE
    cores = messages * units.message_cpu + events * units.event_cpu + pages * units.page_cpu
    replicas = max(2, math.ceil(cores / USE_OF_CORES))  # one may be lost
    # A replica that is busy writes the events of all its answers together, as often as it may.
    flushes = replicas * min(units.busy_commits, answers / replicas * EVENTS_PER_SECOND + units.idle_commits)
    commits = messages * units.commits + pages + flushes
    notified = min(flushes, answers * FOLLOWED_ELSEWHERE * EVENTS_PER_SECOND)
    days = BUSY_HOURS_PER_DAY * 3600 * DAYS_KEPT
    connections = replicas * units.connections
    return Need(
        people=people,
        messages=messages,
        answers=answers,
        events=events,
        cores=cores,
        replicas=replicas,
        memory=units.empty + units.memory * answers / replicas,
        database_cores=messages * units.message_database_cpu
        + events * units.event_database_cpu
        + pages * units.page_database_cpu,
        commits=commits,
        wal=messages * units.wal + events * units.event_wal,
        connections=connections,
        bytes_kept=messages * days * units.bytes,
        notified=notified,
        redis=notified > USE_OF_CORES * units.notified,
        pooler=connections > DATABASE_CONNECTIONS,
    )


def most_people(units: Units, limit: str) -> int:
    """The largest round number of people for which a ``Need`` does not ask for something: ``redis``, ``pooler``;
    or ``instances``, for more than one of those.
    """
    least, most = 1000, 1000
    while not _asks(need_of(most, units), limit) and most < 1_000_000_000:
        least, most = most, most * 2
    while most - least > 1000:
        between = (least + most) // 2
        least, most = (least, between) if _asks(need_of(between, units), limit) else (between, most)
    digits = max(0, len(str(least)) - 2)
    return least // 10**digits * 10**digits


def _asks(need: Need, limit: str) -> bool:
    return need.instances > 1 if limit == "instances" else bool(getattr(need, limit))
