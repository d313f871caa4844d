"""The partitions of the event log: made ahead of time, and dropped when nobody may follow their events any more.

A partition holds the batches of some hours, named by the first and the last of them. Dropping one costs the same
however full it is, and leaves nothing to vacuum. What no partition was made for in time is in the default one, so that
a write never fails for it; that one is emptied row by row.

Making and dropping need locks that wait for readers and stop writers. They are asked for briefly, one at a time, by
one replica at a time; what was not given is tried again later, and there are partitions for a while.
"""

import logging
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from sqlalchemy import DateTime, Integer, Interval, bindparam, text

from chatkit_link.store.engine import Database, System
from chatkit_link.store.outages import DatabaseUnavailable, is_conflict

logger = logging.getLogger(__name__)

_HOUR = timedelta(hours=1)
#: Partitions in which the events of a finished run are, about: so much of them is kept for longer than asked for.
_SHARE = 4
_LONGEST = timedelta(days=30)
#: Partitions made ahead, with the present one.
_AHEAD = 3
#: Any constant: replicas do not do this at the same time.
_LOCK = 0x436B4C70
#: Milliseconds that writers may stand still.
_STANDSTILL = 200
_STAMP = "%Y%m%dt%H"
#: Partitions made and dropped in one go.
_STEPS = 100
#: Rows of the default partition deleted at once.
_ROWS = 5000

_ENTER = text(f"SELECT set_config('lock_timeout', '{_STANDSTILL}', true), pg_try_advisory_xact_lock({_LOCK}) AS ours")
_PARTITIONS = text("""
    SELECT child.relname AS name FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
    WHERE inhparent = to_regclass('run_batches')
""")
#: keep_from: when the oldest run began whose events may still be followed. The minute is for a clock that was set back.
_TIMES = text("""
    SELECT now(), least(now() - :kept, (
        SELECT min(created_at) FROM runs WHERE status = 'running'
    ), (
        SELECT min(created_at) FROM runs WHERE finished_at > now() - :kept
    )) - interval '1 minute' AS keep_from,
    (SELECT max(created_at) FROM run_batches_default) AS stray
""").bindparams(bindparam("kept", type_=Interval))
_SWEEP = text("""
    DELETE FROM run_batches_default WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM run_batches_default WHERE created_at < :before LIMIT :most
    ))
""").bindparams(bindparam("before", type_=DateTime(timezone=True)), bindparam("most", _ROWS, type_=Integer))


class Span(NamedTuple):
    """What a partition holds: from ``first`` on, and before ``end``, both at a full hour in UTC."""

    first: datetime
    end: datetime

    @property
    def name(self) -> str:
        return f"run_batches_{self.first:{_STAMP}}_{self.end:{_STAMP}}"


async def keep_partitions(database: Database, *, events_for: float) -> None:
    """Make the partitions of the next hours, and drop those that are over.

    events_for: seconds for which the events of a finished run can be followed.
    """
    try:
        for _ in range(_STEPS):
            async with database.system() as connection:
                if not await _step(connection, events_for):
                    return
    except (DatabaseUnavailable, asyncpg.CheckViolationError) as error:
        # The lock was not given in time; or a batch has just come into the default partition, of the hour in question.
        if isinstance(error, DatabaseUnavailable) and not is_conflict(error):
            raise
        logger.info("the partitions of the event log are left as they are for a while: %s", error.__cause__ or error)
    except asyncpg.InsufficientPrivilegeError as error:
        logger.warning("the event log has no partitions by time, its rows are deleted one by one: %s", error)


async def _step(connection: System, events_for: float) -> bool:
    """One of these, in a transaction of its own; whether there was anything to do."""
    if not (await connection.execute(_ENTER))[0].ours:
        return False  # another replica is at it
    spans = sorted(span for row in await connection.execute(_PARTITIONS) if (span := read_name(row.name)))
    now, keep_from, stray = (await connection.execute(_TIMES, kept=timedelta(seconds=events_for)))[0]
    await connection.execute(_SWEEP, before=keep_from)
    if (missing := next_span(spans, now, stray, events_for)) is not None:
        await connection.connection.execute(_make(missing))
    elif spans and spans[0].end <= keep_from:
        await connection.connection.execute(f"DROP TABLE {spans[0].name}")
    else:
        return False
    return True


def read_name(name: str) -> Span | None:
    """The span of a partition of this name; None for another table."""
    found = re.fullmatch(r"run_batches_(\d{8}t\d\d)_(\d{8}t\d\d)", name)
    return found and Span(*(datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC) for stamp in found.groups()))


def next_span(spans: Sequence[Span], now: datetime, stray: datetime | None, events_for: float) -> Span | None:
    """The next partition to be made; None where there are enough.

    stray: of the newest batch in the default partition, whose hour can have no other one any more.
    """
    length = min(_HOUR * max(1, math.ceil(timedelta(seconds=events_for) / _HOUR / _SHARE)), _LONGEST)
    first = max([_hour(now), *(span.end for span in spans)])
    if stray is not None and stray >= first:
        first = _hour(stray) + _HOUR
    return Span(first, first + length) if first < now + _AHEAD * length else None


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _make(span: Span) -> str:
    # Attaching locks less than making it as a partition. What is inserted and soon dropped needs no vacuum, and what
    # fits into a page neither compression nor a place elsewhere. Policies of a partition hold where it is named itself.
    return f"""
        CREATE TABLE {span.name} (LIKE run_batches INCLUDING ALL)
            WITH (autovacuum_enabled = false, toast_tuple_target = 8160);
        ALTER TABLE {span.name} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {span.name} FORCE ROW LEVEL SECURITY;
        CREATE POLICY system_only ON {span.name} USING (current_setting('chatkit_link.is_system', true) = 'on');
        ALTER TABLE run_batches ATTACH PARTITION {span.name}
            FOR VALUES FROM ('{span.first.isoformat()}') TO ('{span.end.isoformat()}');
    """
