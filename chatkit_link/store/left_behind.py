"""What is left behind: the runs of replicas that may be gone, and messages whose turn it is and that nobody sends."""

from typing import Any, NamedTuple

from sqlalchemy import func, literal_column, select, true

from chatkit_link.store.engine import Database
from chatkit_link.store.queue import IS_WAITING
from chatkit_link.store.replicas import ABSENT
from chatkit_link.store.statement import Row, Statement
from chatkit_link.store.tables import RUNNING, runs


def _running() -> Statement:
    each = (
        select(
            runs.c.replica,
            func.max(runs.c.lease_until).label("lease_until"),
            (func.min(runs.c.lease_until) < func.now()).label("expired"),
        )
        .where(RUNNING)
        .group_by(runs.c.replica)
        .subquery("runs")  # as ABSENT calls it: it is asked once for each replica
    )
    columns: list[Any] = [*each.c, literal_column(f"({ABSENT.text})").label("absent")]
    asked: list[Any] = [literal_column(IS_WAITING).label("waits")]
    queue = select(*asked).subquery("queue")
    return Statement(select(*columns, queue.c.waits).select_from(queue.outerjoin(each, true())))


_RUNNING = _running()


class Looked(NamedTuple):
    """The replicas whose runs are still called running, as (replica, lease_until, expired, absent).

    lease_until: the end of its latest lease: one that was renewed since is a sign of life, too. expired: a lease of it
    is over. absent: it had a lock and does not hold it (``replicas.py``).
    waits: whether a message waits in a thread without a running run (``queue.py``).
    """

    replicas: list[Row]
    waits: bool


async def look(database: Database) -> Looked:
    """What is left behind by replicas that are gone, and by those that have ended a run and died."""
    async with database.replica() as connection:
        found = await connection.execute(_RUNNING)
    return Looked([row for row in found if row.replica is not None], found[0].waits)
