"""The rows of runs, and their event logs.

Two types of callers: a user, who finds and follows their own runs (through a ``Session``), and a
replica, which writes, renews, takes over and cleans runs of all users. What a replica writes is
fenced: it counts only while the row says that the run is running and is that replica's. So a replica
that was thought dead and comes back can write nothing into a run that another one has ended.

Times are the database's own, so that the replicas' clocks do not matter.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Interval,
    LargeBinary,
    Text,
    bindparam,
    delete,
    func,
    literal,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from chatkit_link.store.concurrency_slots import Claim, insert_run_in_slot
from chatkit_link.store.engine import Database
from chatkit_link.store.replicas import ABSENT
from chatkit_link.store.statement import Row, Statement, any_of
from chatkit_link.store.tables import run_events, runs
from chatkit_link.store.tenancy import OWNER, Session, mine
from chatkit_link.wire.sanitize import clean_text

#: Notifications carry the ids of the runs that changed.
CHANNEL = "chatkit_link_runs"
#: Before a run's id: a user asks its replica to stop it.
CANCEL = "!"
#: PostgreSQL takes 8000 bytes in one notification; without ids it means: look at everything.
_MOST_NOTIFIED = 150
#: Events read at once, and their bytes, about: what a slow reader of a stored run may cost in memory.
PAGE = 50
PAGE_BYTES = 65_536

_COLUMNS = (
    runs.c.id, runs.c.tenant, runs.c.user_id, runs.c.thread_id, runs.c.agent, runs.c.status, runs.c.last_id,
    runs.c.cancel_requested, runs.c.events_kept, runs.c.retried,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as the database has it.

    last_id: its last event when it ended by itself or was taken over. retried: the message it answers again.
    """

    id: str
    tenant: str
    user_id: str
    thread_id: str
    agent: str
    status: str
    last_id: int
    cancel_requested: bool
    events_kept: bool
    retried: str | None


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that ends with this flush."""

    run_id: str
    status: str
    last_id: int


def _row(row: Row) -> RunRow:
    return RunRow(*row)


def _lease_end() -> Any:
    return func.now() + bindparam("lease", type_=Interval())


def _claim() -> Statement:
    # The commit does not wait for the disk: a claim that a crash forgets had no message stored behind it
    # yet, for that commit waits, and takes the claim with it.
    quick: Any = select(func.set_config("synchronous_commit", "off", literal(value=True)).label("set")).cte("quick")
    values: dict[str, Any] = {
        "id": bindparam("run", type_=Text()),
        **OWNER,
        "thread_id": bindparam("thread", type_=Text()),
        "agent": bindparam("agent", type_=Text()),
        "retried": bindparam("retried", type_=Text()),
        "status": literal_column("'running'"),
        "replica": bindparam("replica", type_=Text()),
        "lease_until": _lease_end(),
    }
    statement = insert(runs).from_select(list(values), select(*values.values()).select_from(quick))
    return Statement(statement.on_conflict_do_nothing().returning(runs.c.id))


_CLAIM = _claim()
_FIND = Statement(select(*_COLUMNS).where(mine(runs), runs.c.id == bindparam("run")))
_LATEST = Statement(
    select(*_COLUMNS)
    .where(
        mine(runs),
        runs.c.thread_id == bindparam("thread"),
        # A request that was refused after it had claimed the thread is no run: it failed without an event.
        ~((runs.c.status == "failed") & (runs.c.last_id == 0)),
    )
    .order_by(runs.c.created_at.desc())
    .limit(1)
)


async def insert_run(
    session: Session,
    run_id: str,
    thread_id: str,
    agent: str,
    replica: str,
    lease: float,
    *,
    retried: str | None = None,
    at_once: int = 0,
) -> Claim:
    """Begin a run, if none is running on this thread (the unique index decides).

    Args:
        retried: the message that it answers again.
        at_once: runs that this user may have running; 0 is no limit.
    """
    if at_once:
        return await insert_run_in_slot(
            session, run_id, thread_id, agent, replica, lease, retried=retried, at_once=at_once
        )
    claimed = await session.execute(
        _CLAIM,
        run=run_id,
        thread=clean_text(thread_id),
        agent=agent,
        retried=retried,
        replica=replica,
        lease=timedelta(seconds=lease),
    )
    return Claim.TAKEN if claimed else Claim.BUSY


async def find_run(session: Session, run_id: str) -> RunRow | None:
    """One of the caller's runs."""
    row = (await session.execute(_FIND, run=clean_text(run_id))).one_or_none()
    return None if row is None else _row(row)


async def find_latest(session: Session, thread_id: str) -> RunRow | None:
    """The newest run on one of the caller's threads: no older one can still be running."""
    row = (await session.execute(_LATEST, thread=clean_text(thread_id))).one_or_none()
    return None if row is None else _row(row)


async def request_cancel(session: Session, run_id: str) -> None:
    """Ask the replica that executes the run to stop it, and wake it up."""
    statement = (
        update(runs)
        .where(mine(runs), runs.c.id == run_id, runs.c.status == "running")
        .values(cancel_requested=True)
        .returning(func.pg_notify(CHANNEL, CANCEL + run_id))
    )
    await session.execute(statement)


_FLUSH = Statement(
    text("""
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
    ), notified AS (
        SELECT pg_notify(:channel, :payload)
    )
    SELECT mine.id FROM mine, notified
    """).bindparams(
        bindparam("touched", type_=ARRAY(Text)),
        bindparam("run_ids", type_=ARRAY(Text)),
        bindparam("event_ids", type_=ARRAY(BigInteger)),
        bindparam("data", type_=ARRAY(LargeBinary)),
        bindparam("ended_ids", type_=ARRAY(Text)),
        bindparam("ended_statuses", type_=ARRAY(Text)),
        bindparam("ended_last", type_=ARRAY(BigInteger)),
    )
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
    values = {
        "touched": touched,
        "replica": replica,
        "run_ids": [run_id for run_id, _, _ in events],
        "event_ids": [event_id for _, event_id, _ in events],
        "data": [data for _, _, data in events],
        "ended_ids": [end.run_id for end in ended],
        "ended_statuses": [end.status for end in ended],
        "ended_last": [end.last_id for end in ended],
        "channel": CHANNEL,
        "payload": ",".join(touched) if len(touched) <= _MOST_NOTIFIED else "",
    }
    async with database.replica() as connection:
        return {row.id for row in await connection.execute(_FLUSH, **values)}


_KNOWN = func.any(bindparam("known", type_=ARRAY(Text)))
_RENEW = Statement(
    update(runs)
    .where(runs.c.id == _KNOWN, runs.c.replica == bindparam("mine"), runs.c.status == "running")
    .values(lease_until=_lease_end())
    .returning(runs.c.id, runs.c.cancel_requested)
)


async def renew(database: Database, replica: str, run_ids: Collection[str], lease: float) -> dict[str, bool]:
    """Renew the leases of these runs, as far as they are this replica's. Run id -> whether it shall be cancelled.

    Only of those that it knows: a claim whose answer was lost on the way must run out like any orphan's.
    """
    values = {"known": list(run_ids), "mine": replica, "lease": timedelta(seconds=lease)}
    async with database.replica() as connection:
        return {row.id: row.cancel_requested for row in await connection.execute(_RENEW, **values)}


def _take_over() -> Statement:
    orphans = (
        select(runs.c.id)
        .where(
            runs.c.status == "running",
            (runs.c.lease_until < func.now()) & bindparam("late", type_=Boolean())
            | (runs.c.replica == func.any(bindparam("gone", type_=ARRAY(Text)))) & ABSENT,
            ~(runs.c.id == _KNOWN),
        )
        .order_by(runs.c.lease_until)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
        .cte("orphans")
    )
    return Statement(
        update(runs)
        .where(runs.c.id == orphans.c.id)
        .values(replica=bindparam("mine"), lease_until=_lease_end())
        .returning(*_COLUMNS)
    )


_TAKE_OVER = _take_over()


async def take_over(
    database: Database,
    replica: str,
    known: Collection[str],
    lease: float,
    *,
    gone: Collection[str] = (),
    late: bool = True,
    limit: int = 5,
) -> list[RunRow]:
    """Runs whose lease is over or whose replica is gone, now this replica's, to be ended by it.

    Args:
        known: the runs that this replica executes, and will renew when it can.
        late: whether a lease that is over counts: not where the database may have stood still.
        gone: replicas that were not there for a while; one that has come back by now retains its runs.
        limit: as many are ended at once, beside whatever else needs the database.
    """
    values = {
        "known": list(known),
        "gone": list(gone),
        "late": late,
        "mine": replica,
        "lease": timedelta(seconds=lease),
        "most": limit,
    }
    async with database.replica() as connection:
        return [_row(row) for row in await connection.execute(_TAKE_OVER, **values)]


async def delete_runs(session: Session, thread_id: str) -> None:
    """Delete all finished runs of one of the caller's threads, with their events."""
    await session.execute(
        delete(runs).where(mine(runs), runs.c.thread_id == clean_text(thread_id), runs.c.status != "running")
    )


def _events() -> Statement:
    size = func.octet_length(run_events.c.data)
    before = (func.sum(size).over(order_by=run_events.c.id) - size).label("before")
    page = (
        select(run_events.c.id, run_events.c.data, before)
        .where(run_events.c.run_id == bindparam("run"), run_events.c.id > bindparam("after"))
        .order_by(run_events.c.id)
        .limit(PAGE)
        .subquery()
    )
    return Statement(select(page.c.id, page.c.data).where(page.c.before < PAGE_BYTES).order_by(page.c.id))


_EVENTS = _events()
_STATUS = Statement(select(runs.c.status, runs.c.last_id).where(runs.c.id == bindparam("run")))


async def read_events(database: Database, run_id: str, after: int) -> list[tuple[int, bytes]]:
    """The next few events behind ``after``, none only at the end. Who calls this has found the run as its owner's."""
    async with database.replica() as connection:
        return [(row.id, row.data) for row in await connection.execute(_EVENTS, run=run_id, after=after)]


async def run_status(database: Database, run_id: str) -> tuple[str | None, int]:
    """(status, last id); the status is None if the run is gone, with its thread."""
    async with database.replica() as connection:
        row = (await connection.execute(_STATUS, run=run_id)).one_or_none()
    return (None, 0) if row is None else (row.status, row.last_id)


async def clean(database: Database, *, events_for: float, runs_for: float, limit: int = 1000) -> bool:
    """Delete event logs, and later the runs themselves, some seconds after they ended; whether there is more to do.

    limit: runs touched at once: few enough for one statement to be done in time, however many events they had.
    """

    def old(seconds: float) -> Any:
        # Replicas that clean at the same time leave each other's rows alone.
        ended = runs.c.finished_at < func.now() - timedelta(seconds=seconds)
        return select(runs.c.id).where(ended).limit(limit).with_for_update(skip_locked=True)

    async with database.system() as connection:
        ids = [row.id for row in await connection.execute(old(events_for).where(runs.c.events_kept))]
        if ids:
            await connection.execute(delete(run_events).where(run_events.c.run_id == any_of(ids)))
            await connection.execute(update(runs).where(runs.c.id == any_of(ids)).values(events_kept=False))
        deleted = await connection.execute(delete(runs).where(runs.c.id.in_(old(runs_for))))
    return limit in (len(ids), deleted.changed)
