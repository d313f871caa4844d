"""The event logs of runs: batches of events, written by the replica that executes a run, and read by anyone's.

A flush writes one row for each run that has something new. What a replica writes is fenced: it counts only while the
row of the run says that it is running and is that replica's. So a replica that was thought dead and comes back can
write nothing into a run that another one has ended. Rows of ``runs`` are locked in the order of their keys, here and
in ``runs.py``, so that two statements never wait for each other.

A batch that is written twice, because the answer to the first attempt was lost, is read once: ids only ever grow, and
a reader skips those that it has. So nothing needs to be looked up before a write. A batch of steps alone has no place
among the ids, its ``last_id`` is 0, and no reader of events meets it.

The rows are in partitions by time (``event_partitions.py``); the log of the version before 0015 is in ``run_events``.
"""

import struct
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ARRAY, BigInteger, LargeBinary, Text, bindparam, text

from chatkit_link.store.engine import Database, System
from chatkit_link.store.notifications import Message, columns
from chatkit_link.store.statement import Row, Statement

#: Batches read at once, and their bytes, about: what a slow reader of a stored run may cost in memory.
PAGE = 50
PAGE_BYTES = 65_536


class Batch(NamedTuple):
    """Consecutive events of a run. first_id: the id of the first one, also where there is none.

    steps: numbered steps of its journal (``runs/journal.py``), opaque here, that stand among these events or right
    behind them. Whoever sees them sees the events as well.
    """

    run_id: str
    first_id: int
    events: Sequence[bytes]
    steps: Sequence[tuple[int, bytes]] = ()


class Log(NamedTuple):
    """All that a run has written. last_id: of its newest event. steps: in the order in which they were recorded."""

    events: list[bytes]
    last_id: int
    steps: list[bytes]


class Place(NamedTuple):
    """A thread, and whose it is."""

    tenant: str
    user_id: str
    thread_id: str


class Flushed(NamedTuple):
    """ours: the ids of those runs that are still this replica's; nothing was written for the others.

    queued: the threads of the runs that have ended, as far as a message waits in them.
    """

    ours: set[str]
    queued: list[Place]


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that ends with this flush. last_id: its own last event."""

    run_id: str
    status: str
    last_id: int


_PUT = """
    INSERT INTO run_batches (tenant, run_id, first_id, last_id, lengths, data, steps)
    SELECT mine.tenant, batch.run_id, batch.first_id, batch.last_id, batch.lengths, batch.data, batch.steps
    FROM batch JOIN mine ON mine.id = batch.run_id
"""
_PUT_FORMER = """
    INSERT INTO run_events (run_id, id, data)
    SELECT batch.run_id, batch.first_id, batch.data FROM batch JOIN mine ON mine.id = batch.run_id
    ON CONFLICT DO NOTHING
"""
_FINISH = """, finished AS (
        UPDATE runs SET status = ended.status, last_id = ended.last_id, finished_at = now(), claim = NULL
        FROM unnest(:ended_ids, :ended_statuses, :ended_last) AS ended (id, status, last_id)
        JOIN mine ON mine.id = ended.id
        WHERE runs.id = ended.id
        RETURNING runs.tenant, runs.user_id, runs.thread_id, runs.status
    ), stopped AS MATERIALIZED ( -- after a Stop nothing is sent, unless it is a message that the answer was stopped for
        SELECT message.tenant, message.id FROM queued_messages AS message JOIN finished USING (tenant, thread_id)
        WHERE finished.status = 'cancelled' AND NOT EXISTS (
            SELECT FROM queued_messages AS next
            WHERE next.tenant = finished.tenant AND next.thread_id = finished.thread_id AND next.is_next
        )
        ORDER BY message.tenant, message.id FOR UPDATE OF message
    ), held AS (
        UPDATE queued_messages AS message SET held = true FROM stopped
        WHERE message.tenant = stopped.tenant AND message.id = stopped.id
    )"""
#: The threads that have messages which were waiting for one of these ends.
_QUEUED = """, (
        SELECT array_agg(ARRAY[tenant, user_id, thread_id]) FROM finished WHERE EXISTS (
            SELECT FROM queued_messages AS message
            WHERE message.tenant = finished.tenant AND message.thread_id = finished.thread_id AND NOT message.held
        )
    )"""
#: The commit does not wait for the disk (docs/explanation/runs.md).
_QUICK = ", (SELECT set_config('synchronous_commit', 'off', true))"
_NOTIFY = ", (SELECT count(pg_notify(channel, payload)) FROM unnest(:channels, :payloads) AS news (channel, payload))"
_TYPES = {
    **dict.fromkeys(("run_ids", "touched", "ended_ids", "ended_statuses", "channels", "payloads"), Text),
    **dict.fromkeys(("first_ids", "ended_last"), BigInteger),
    **dict.fromkeys(("lengths", "data", "steps"), LargeBinary),
}


def _flush(put: str, *, quick: bool = False) -> Statement:
    touched = ":run_ids" if quick else ":run_ids || :ended_ids || :touched"
    sql = f"""
    WITH mine AS MATERIALIZED (
        SELECT id, tenant FROM runs
        WHERE id = ANY({touched}) AND replica = :replica AND status = 'running'
        ORDER BY id FOR UPDATE
    ), batch AS (
        SELECT *, CASE WHEN lengths = '' THEN 0 ELSE first_id + octet_length(lengths) / 4 - 1 END AS last_id
        FROM unnest(:run_ids, :first_ids, :lengths, :data, :steps) AS batch (run_id, first_id, lengths, data, steps)
    ), put AS ({put}) {"" if quick else _FINISH}
    SELECT (SELECT array_agg(id) FROM mine) {"" if quick else _QUEUED} {_NOTIFY} {_QUICK if quick else ""}
    """  # noqa: S608 - constants of this file
    return Statement(
        text(sql).bindparams(*(bindparam(name, type_=ARRAY(of)) for name, of in _TYPES.items() if f":{name}" in sql))
    )


_FLUSH = _flush(_PUT)
_FLUSH_QUICK = _flush(_PUT, quick=True)
_FLUSH_FORMER = _flush(_PUT_FORMER)


async def flush(
    connection: System,
    replica: str,
    batches: Sequence[Batch],
    ended: Sequence[Ended] = (),
    *,
    touched: Sequence[str] = (),
    notify: Collection[Message] = (),
    durable: bool = True,
    former: bool = False,
) -> Flushed:
    """Write events of many runs, and the ends of some, in one statement.

    Args:
        connection: of a replica.
        touched: runs of which all that was written before must be on the disk as well; only where it is ``durable``.
        notify: sent when all of that can be read.
        durable: return when it is on the disk, and with it all that was committed before.
        former: write to the log of the version before 0015, for its readers; each batch has one event then.
    """
    statement = _FLUSH_FORMER if former else _FLUSH if durable or ended else _FLUSH_QUICK
    rows = await connection.execute(
        statement,
        replica=replica,
        run_ids=[batch.run_id for batch in batches],
        first_ids=[batch.first_id for batch in batches],
        lengths=[_lengths(batch.events) for batch in batches],
        data=[b"".join(batch.events) for batch in batches],
        steps=[_lines(batch.steps) if batch.steps else None for batch in batches],
        touched=list(touched),
        ended_ids=[end.run_id for end in ended],
        ended_statuses=[end.status for end in ended],
        ended_last=[end.last_id for end in ended],
        **columns(notify),
    )
    queued = None if statement is _FLUSH_QUICK else rows[0][1]
    return Flushed(set(rows[0][0] or ()), [Place(*place) for place in queued or ()])


def _lengths(events: Sequence[bytes]) -> bytes:
    return struct.pack(f"!{len(events)}I", *map(len, events))


def _lines(steps: Sequence[tuple[int, bytes]]) -> bytes:
    return b"\n".join(b"%d %b" % step for step in steps)


_READ = Statement(
    text("""
    WITH page AS (
        SELECT first_id, last_id, lengths, data FROM run_batches
        WHERE tenant = :tenant AND run_id = :run AND last_id > :after
        UNION ALL
        SELECT id, id, NULL, data FROM run_events WHERE run_id = :run AND id > :after
        ORDER BY last_id LIMIT :most
    ), measured AS (
        SELECT *, sum(octet_length(data)) OVER (ORDER BY last_id, first_id ROWS UNBOUNDED PRECEDING)
            - octet_length(data) AS before
        FROM page
    )
    SELECT first_id, last_id, lengths, data FROM measured WHERE before < :bytes ORDER BY last_id, first_id
    """).bindparams(
        bindparam("tenant", type_=Text),
        bindparam("run", type_=Text),
        bindparam("after", type_=BigInteger),
        bindparam("most", PAGE, type_=BigInteger),
        bindparam("bytes", PAGE_BYTES, type_=BigInteger),
    )
)


async def read_events(database: Database, tenant: str, run_id: str, after: int) -> list[tuple[int, bytes]]:
    """The next few events behind ``after`` as (id, data), none only at the end.

    Who calls this has found the run as its owner's.
    """
    events: list[tuple[int, bytes]] = []
    async with database.replica() as connection:
        page = await connection.execute(_READ, tenant=tenant, run=run_id, after=after)
    for row in page:
        for event in _events(row):
            if event[0] > after:
                events.append(event)
                after = event[0]
    return events


_READ_STEPS = Statement(
    text("""
    SELECT first_id, steps FROM run_batches
    WHERE tenant = :tenant AND run_id = :run AND steps IS NOT NULL
    """).bindparams(bindparam("tenant", type_=Text), bindparam("run", type_=Text))
)


async def read_log(database: Database, tenant: str, run_id: str, ids_each: int) -> Log:
    """All that was written of a run which is this replica's, so that nobody writes into it meanwhile.

    ids_each: event ids that each of its replicas had: steps are numbered by each of them.
    """
    events: list[bytes] = []
    last = 0
    while page := await read_events(database, tenant, run_id, last):
        events += [data for _, data in page]
        last = page[-1][0]
    async with database.replica() as connection:
        rows = await connection.execute(_READ_STEPS, tenant=tenant, run=run_id)
    steps = {
        ((row.first_id - 1) // ids_each, int(number)): step
        for row in rows
        for line in row.steps.split(b"\n")
        for number, _, step in [line.partition(b" ")]
    }
    return Log(events, last, [steps[place] for place in sorted(steps)])


def _events(row: Row) -> Iterator[tuple[int, bytes]]:
    if row.lengths is None:  # one of the former log
        yield row.first_id, row.data
        return
    start = 0
    for number, (length,) in enumerate(struct.iter_unpack("!I", row.lengths)):
        yield row.first_id + number, row.data[start : start + length]
        start += length
