"""The rows of runs, and their event logs.

Two kinds of callers: a person, who finds and follows their own runs (through a ``Session``), and a
replica, which writes, renews, takes over and cleans runs of everybody. What a replica writes is
fenced: it counts only while the row says that the run is running and is that replica's. So a replica
that was thought dead and comes back can write nothing into a run that another one has ended.

Times are the database's own, so that the replicas' clocks do not matter.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    LargeBinary,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError

from chatkit_link.store.engine import Database
from chatkit_link.store.slots import Claim, insert_run_in_slot
from chatkit_link.store.tables import run_events, runs
from chatkit_link.store.tenancy import Session
from chatkit_link.store.text import clean_text

#: Notifications carry the ids of the runs that changed.
CHANNEL = "chatkit_link_runs"
#: Before a run's id: somebody asks its replica to stop it.
CANCEL = "!"
#: PostgreSQL takes 8000 bytes in one notification; without ids it means: look at everything.
_MOST_NOTIFIED = 150
#: Events read at once: what a slow reader of a stored run may cost in memory.
PAGE = 100

_COLUMNS = (
    runs.c.id, runs.c.tenant, runs.c.user_id, runs.c.thread_id, runs.c.agent, runs.c.status, runs.c.last_id,
    runs.c.cancel_requested, runs.c.events_kept,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as the database has it. last_id: its last event when it ended by itself or was taken over."""

    id: str
    tenant: str
    user_id: str
    thread_id: str
    agent: str
    status: str
    last_id: int
    cancel_requested: bool
    events_kept: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that ends with this flush."""

    run_id: str
    status: str
    last_id: int


def _row(row: Any) -> RunRow:
    return RunRow(*row)


async def insert_run(
    session: Session, run_id: str, thread_id: str, agent: str, replica: str, lease: float, *, at_once: int = 0
) -> Claim:
    """Begin a run, if none is running on this thread (the unique index decides).

    Args:
        at_once: runs that this person may have running; 0 is no limit.
    """
    if at_once:
        return await insert_run_in_slot(session, run_id, thread_id, agent, replica, lease, at_once=at_once)
    try:
        await session.execute(
            insert(runs).values(
                id=run_id,
                **session.owner,
                thread_id=thread_id,
                agent=agent,
                status="running",
                replica=replica,
                lease_until=_lease_end(lease),
            )
        )
    except IntegrityError:
        return Claim.BUSY
    return Claim.TAKEN


async def find_run(session: Session, run_id: str) -> RunRow | None:
    """One of the caller's runs."""
    statement = select(*_COLUMNS).where(session.mine(runs), runs.c.id == clean_text(run_id))
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else _row(row)


async def find_latest(session: Session, thread_id: str) -> RunRow | None:
    """The newest run on one of the caller's threads: no older one can still be running."""
    statement = (
        select(*_COLUMNS)
        .where(session.mine(runs), runs.c.thread_id == clean_text(thread_id))
        .order_by(runs.c.created_at.desc())
        .limit(1)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else _row(row)


async def request_cancel(session: Session, run_id: str) -> None:
    """Ask whichever replica has the run to stop it, and wake it up."""
    statement = (
        update(runs)
        .where(session.mine(runs), runs.c.id == run_id, runs.c.status == "running")
        .values(cancel_requested=True)
        .returning(func.pg_notify(CHANNEL, CANCEL + run_id))
    )
    await session.execute(statement)


_FLUSH = text(
    """
    WITH mine AS (
        SELECT id FROM runs
        WHERE id = ANY(:touched) AND replica = :replica AND status = 'running'
        FOR UPDATE
    ), put AS (
        INSERT INTO run_events (run_id, id, data)
        SELECT event.run_id, event.id, event.data
        FROM unnest(:run_ids, :event_ids, :data) AS event (run_id, id, data)
        JOIN mine ON mine.id = event.run_id
        ON CONFLICT DO NOTHING
    ), finished AS (
        UPDATE runs SET status = ended.status, last_id = ended.last_id, finished_at = now()
        FROM unnest(:ended_ids, :ended_statuses, :ended_last) AS ended (id, status, last_id)
        JOIN mine ON mine.id = ended.id
        WHERE runs.id = ended.id
    ), told AS (
        SELECT pg_notify(:channel, :told)
    )
    SELECT mine.id FROM mine, told
    """
).bindparams(
    bindparam("touched", type_=ARRAY(Text)),
    bindparam("run_ids", type_=ARRAY(Text)),
    bindparam("event_ids", type_=ARRAY(BigInteger)),
    bindparam("data", type_=ARRAY(LargeBinary)),
    bindparam("ended_ids", type_=ARRAY(Text)),
    bindparam("ended_statuses", type_=ARRAY(Text)),
    bindparam("ended_last", type_=ARRAY(BigInteger)),
)


async def flush(
    database: Database, replica: str, events: Sequence[tuple[str, int, bytes]], ended: Sequence[Ended]
) -> set[str]:
    """Write events of many runs, and the ends of some, in one statement with one notification.

    Args:
        events: (run id, event id, encoded event). Written twice, an event counts once.

    Returns:
        The ids of those runs that are still this replica's; nothing was written for the others.
    """
    touched = sorted({run_id for run_id, _, _ in events} | {end.run_id for end in ended})
    parameters = {
        "touched": touched,
        "replica": replica,
        "run_ids": [run_id for run_id, _, _ in events],
        "event_ids": [event_id for _, event_id, _ in events],
        "data": [data for _, _, data in events],
        "ended_ids": [end.run_id for end in ended],
        "ended_statuses": [end.status for end in ended],
        "ended_last": [end.last_id for end in ended],
        "channel": CHANNEL,
        "told": ",".join(touched) if len(touched) <= _MOST_NOTIFIED else "",
    }
    async with database.replica() as connection:
        return {row.id for row in (await connection.execute(_FLUSH, parameters)).all()}


async def renew(database: Database, replica: str, run_ids: Collection[str], lease: float) -> dict[str, bool]:
    """Renew the leases of these runs, as far as they are this replica's. Run id -> whether it shall be cancelled.

    Only of those that it knows: a claim whose answer was lost on the way must run out like any orphan's.
    """
    statement = (
        update(runs)
        .where(runs.c.id.in_(run_ids), runs.c.replica == replica, runs.c.status == "running")
        .values(lease_until=_lease_end(lease))
        .returning(runs.c.id, runs.c.cancel_requested)
    )
    async with database.replica() as connection:
        return {row.id: row.cancel_requested for row in (await connection.execute(statement)).all()}


async def take_over(
    database: Database, replica: str, known: Collection[str], lease: float, *, limit: int = 20
) -> list[RunRow]:
    """Runs whose lease is over, now this replica's, to be ended by it.

    Args:
        known: the runs that this replica executes, and will renew when it can.
    """
    orphans = (
        select(runs.c.id)
        .where(runs.c.status == "running", runs.c.lease_until < func.now(), runs.c.id.not_in(known))
        .order_by(runs.c.lease_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("orphans")
    )
    statement = (
        update(runs)
        .where(runs.c.id == orphans.c.id)
        .values(replica=replica, lease_until=_lease_end(lease))
        .returning(*_COLUMNS)
    )
    async with database.replica() as connection:
        return [_row(row) for row in (await connection.execute(statement)).all()]


async def delete_runs(session: Session, thread_id: str) -> None:
    """Forget all finished runs of one of the caller's threads, and what they said."""
    await session.execute(
        delete(runs).where(session.mine(runs), runs.c.thread_id == clean_text(thread_id), runs.c.status != "running")
    )


async def read_events(database: Database, run_id: str, after: int) -> list[tuple[int, bytes]]:
    """Up to ``PAGE`` events behind ``after``. The caller of this has found the run as its owner's."""
    statement = (
        select(run_events.c.id, run_events.c.data)
        .where(run_events.c.run_id == run_id, run_events.c.id > after)
        .order_by(run_events.c.id)
        .limit(PAGE)
    )
    async with database.replica() as connection:
        return [(row.id, row.data) for row in (await connection.execute(statement)).all()]


async def run_status(database: Database, run_id: str) -> tuple[str | None, int]:
    """(status, last id); the status is None if the run is gone, with its thread."""
    async with database.replica() as connection:
        statement = select(runs.c.status, runs.c.last_id).where(runs.c.id == run_id)
        row = (await connection.execute(statement)).one_or_none()
    return (None, 0) if row is None else (row.status, row.last_id)


async def clean(database: Database, *, events_for: float, runs_for: float, limit: int = 5000) -> int:
    """Forget event logs, and later the runs themselves, some seconds after they ended; how many runs were touched."""
    finished = runs.c.finished_at
    old = (
        select(runs.c.id).where(runs.c.events_kept, finished < func.now() - timedelta(seconds=events_for)).limit(limit)
    )
    gone = select(runs.c.id).where(finished < func.now() - timedelta(seconds=runs_for)).limit(limit)
    async with database.system() as connection:
        ids = [row.id for row in (await connection.execute(old)).all()]
        if ids:
            await connection.execute(delete(run_events).where(run_events.c.run_id.in_(ids)))
            await connection.execute(update(runs).where(runs.c.id.in_(ids)).values(events_kept=False))
        deleted = await connection.execute(delete(runs).where(runs.c.id.in_(gone)))
    return len(ids) + deleted.rowcount


def _lease_end(lease: float) -> Any:
    return func.now() + timedelta(seconds=lease)
