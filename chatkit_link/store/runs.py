"""The rows of runs; their events are in ``event_log.py``.

Two types of callers: a user, who finds and follows their own runs (through a ``Session``), and a
replica, which renews and takes over runs of all users; it deletes old ones in ``old_runs.py``.

The invariant: whatever locks several rows locks them in the order of their keys, or waits for none. The rows are
locked in a step of its own, which no plan can take to pieces (MATERIALIZED), and changed in the next.

Times are the database's own, so that the replicas' clocks do not matter.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    CTE,
    Boolean,
    Double,
    Interval,
    LargeBinary,
    Select,
    Text,
    bindparam,
    case,
    cast,
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
from chatkit_link.store.engine import Database, System
from chatkit_link.store.notifications import CANCEL, CHANNEL, HANDED_OVER, channel_of
from chatkit_link.store.replicas import ABSENT
from chatkit_link.store.statement import Statement
from chatkit_link.store.tables import RUNNING, runs
from chatkit_link.store.tenancy import OWNER, Session, mine
from chatkit_link.wire.sanitize import clean_text

#: In place of the replica of a run that was handed over and not taken yet.
RELEASED = ""
_COLUMNS = (
    runs.c.id, runs.c.tenant, runs.c.user_id, runs.c.thread_id, runs.c.agent, runs.c.status, runs.c.last_id,
    runs.c.cancel_requested, cast(func.extract("epoch", func.now() - runs.c.finished_at), Double),
    runs.c.retried, runs.c.request_id, runs.c.events_kept, runs.c.generation, runs.c.takeovers,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as the database has it.

    last_id: its own last event when it ended. ended_for: seconds since then; None while it is running.
    retried: the message it answers again. request_id: of the request that started it.
    former_log: its events are in the log of the version before 0015.
    generation: how often another replica took it over. takeovers: how often of these its replica had crashed.
    claim: as it was given to ``insert_run``, where the run is taken over.
    """

    id: str
    tenant: str
    user_id: str
    thread_id: str
    agent: str
    status: str
    last_id: int
    cancel_requested: bool
    ended_for: float | None
    retried: str | None
    request_id: str | None = None
    former_log: bool = False
    generation: int = 0
    takeovers: int = 0
    claim: bytes | None = None


def _row(row: Iterable[Any]) -> RunRow:
    return RunRow(*row)


def _locked(rows: Select[Any]) -> CTE:
    """These rows, locked in the order of their keys."""
    return rows.order_by(runs.c.id).with_for_update().cte("locked").prefix_with("MATERIALIZED")


def free(rows: Select[Any]) -> CTE:
    """So many of these rows, locked; those that somebody else has locked are left out."""
    return rows.limit(bindparam("most")).with_for_update(skip_locked=True).cte("free").prefix_with("MATERIALIZED")


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
        "request_id": bindparam("request", type_=Text()),
        "events_kept": literal_column("false"),
        "claim": bindparam("claim", type_=LargeBinary()),
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
    claim: bytes | None = None,
    at_once: int = 0,
) -> Claim:
    """Begin a run, if none is running on this thread (the unique index decides).

    Args:
        retried: the message that it answers again.
        claim: what whoever takes it over needs to know, also where nothing was logged.
        at_once: runs that this user may have running; 0 is no limit.
    """
    if at_once:
        return await insert_run_in_slot(
            session, run_id, thread_id, agent, replica, lease, retried=retried, claim=claim, at_once=at_once
        )
    claimed = await session.execute(
        _CLAIM,
        run=run_id,
        thread=clean_text(thread_id),
        agent=agent,
        retried=retried,
        claim=claim,
        replica=replica,
        lease=timedelta(seconds=lease),
        request=session.caller.request_id,
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


async def request_cancel(session: Session, run_id: str) -> bool:
    """Ask the replica that executes the run to stop it; where it does not hear that, it finds it in the row.

    Returns whether there is none: the run was handed over, and waits for one.
    """
    statement = (
        update(runs)
        .where(mine(runs), runs.c.id == run_id, runs.c.status == "running")
        .values(cancel_requested=True)
        .returning(runs.c.replica, func.pg_notify(channel_of("") + runs.c.replica, CANCEL + run_id))
    )
    row = (await session.execute(statement)).one_or_none()
    return row is not None and row.replica == RELEASED


_KNOWN = func.any(bindparam("known", type_=ARRAY(Text)))


def _renew() -> Statement:
    # Neither does this commit wait for the disk: one that stands still would let leases of living replicas expire. And
    # whoever has waited for a lock has a whole lease from then on, not from when it asked.
    quick: Any = select(func.set_config("synchronous_commit", "off", literal(value=True)).label("set")).cte("quick")
    locked = _locked(select(runs.c.id).where(runs.c.id == _KNOWN, runs.c.replica == bindparam("mine"), RUNNING))
    return Statement(
        update(runs)
        .where(runs.c.id == locked.c.id, quick.c.set.is_not(None))
        .values(lease_until=func.clock_timestamp() + bindparam("lease", type_=Interval()))
        .returning(runs.c.id, runs.c.cancel_requested)
    )


_RENEW = _renew()


async def renew(database: Database, replica: str, run_ids: Collection[str], lease: float) -> dict[str, bool]:
    """Renew the leases of these runs, as far as they are this replica's. Run id -> whether it shall be cancelled.

    Only of those that it knows: a claim whose answer was lost on the way must run out like any orphan's.
    """
    values = {"known": list(run_ids), "mine": replica, "lease": timedelta(seconds=lease)}
    async with database.replica() as connection:
        return {row.id: row.cancel_requested for row in await connection.execute(_RENEW, **values)}


def _take_over() -> Statement:
    released = runs.c.replica == RELEASED
    left = case(
        (released, bindparam("continues", type_=Boolean()) | runs.c.cancel_requested),
        else_=(runs.c.lease_until < func.now()) & bindparam("late", type_=Boolean())
        | (runs.c.replica == func.any(bindparam("gone", type_=ARRAY(Text)))) & ABSENT,
    )
    others = bindparam("all", type_=Boolean()) & ~(runs.c.id == func.any(bindparam("left", type_=ARRAY(Text))))
    wanted = others | runs.c.cancel_requested
    orphans = free(select(runs.c.id).where(RUNNING, left, wanted, ~(runs.c.id == _KNOWN)).order_by(runs.c.lease_until))
    return Statement(
        update(runs)
        .where(runs.c.id == orphans.c.id)
        .values(
            replica=bindparam("mine"),
            lease_until=_lease_end(),
            generation=runs.c.generation + 1,
            takeovers=runs.c.takeovers + case((released, 0), else_=1),
        )
        # Its readers' replicas follow it elsewhere.
        .returning(*_COLUMNS, runs.c.claim, func.pg_notify(CHANNEL, runs.c.id))
    )


_TAKE_OVER = _take_over()


async def take_over(
    database: Database,
    replica: str,
    known: Collection[str],
    lease: float,
    *,
    left: Collection[str] = (),
    gone: Collection[str] = (),
    late: bool = True,
    continues: bool = True,
    only_cancelled: bool = False,
    limit: int = 5,
) -> list[RunRow]:
    """Runs that were released, whose lease is over or whose replica is gone. They are this replica's now.

    Args:
        known: the runs that this replica executes, and will renew when it can.
        left: runs that are left to other replicas, unless somebody has asked to stop them.
        late: whether a lease that is over counts: not where the database may have stood still.
        gone: replicas that were not there for a while; one that has come back by now retains its runs.
        continues: whether this replica goes on with runs; else it leaves those that were released to others.
        only_cancelled: leave those to others that nobody has asked to stop.
        limit: as many are taken at once, beside whatever else needs the database.
    """
    values = {
        "known": list(known),
        "left": list(left),
        "continues": continues,
        "all": not only_cancelled,
        "gone": list(gone),
        "late": late,
        "mine": replica,
        "lease": timedelta(seconds=lease),
        "most": limit,
    }
    async with database.replica() as connection:
        return [_row(row[:-1]) for row in await connection.execute(_TAKE_OVER, **values)]


#: Seconds that a replica of the version before 0018, which knows of no hand-over, leaves a run to those that do.
_HEAD_START = 4


def _release() -> Statement:
    locked = _locked(select(runs.c.id).where(runs.c.id == _KNOWN, runs.c.replica == bindparam("mine"), RUNNING))
    return Statement(
        update(runs)
        .where(runs.c.id == locked.c.id)
        .values(replica=RELEASED, lease_until=func.now() + timedelta(seconds=_HEAD_START))
        .returning(func.pg_notify(CHANNEL, HANDED_OVER + runs.c.id))
    )


_RELEASE = _release()


async def release(connection: System, replica: str, run_ids: Collection[str]) -> None:
    """Make these runs of this replica nobody's, and tell the others, for one of them to go on with each.

    All that they have written is on the disk.
    """
    await connection.execute(_RELEASE, known=list(run_ids), mine=replica)


def _delete_runs() -> Statement:
    finished = _locked(
        select(runs.c.id).where(mine(runs), runs.c.thread_id == bindparam("thread"), runs.c.status != "running")
    )
    return Statement(delete(runs).where(runs.c.id == finished.c.id))


_DELETE = _delete_runs()


async def delete_runs(session: Session, thread_id: str) -> None:
    """Delete all finished runs of one of the caller's threads; a trigger deletes their events (migration 0015)."""
    await session.execute(_DELETE, thread=clean_text(thread_id))


_STATE = Statement(select(runs.c.status, runs.c.last_id, runs.c.replica).where(runs.c.id == bindparam("run")))


class RunState(NamedTuple):
    """What a follower looks at again and again. status: None if the run is gone, with its thread."""

    status: str | None
    last_id: int
    replica: str | None


async def run_state(database: Database, run_id: str) -> RunState:
    """Where a run stands, and the replica that executes it. Who calls this has found the run as its owner's."""
    async with database.replica() as connection:
        row = (await connection.execute(_STATE, run=run_id)).one_or_none()
    return RunState(None, 0, None) if row is None else RunState(*row)


#: Goes to the disk with its commit, and is read by nobody.
_STORE = text("SELECT pg_logical_emit_message(true, 'chatkit_link', '')")


async def store_something(database: Database) -> None:
    """Return when a commit has reached the disk of the database, which may stand still while it answers who reads."""
    async with database.replica() as connection:
        await connection.execute(_STORE)
