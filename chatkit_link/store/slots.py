"""Runs at once: a person has so many places, and a running run takes one of them.

That two requests never get the same place is decided by a unique index over the running runs, as it is
for threads. So no count can be wrong, whatever the replicas do at the same moment, and a place is free
again when its run ends, or is ended for a dead replica.
"""

from datetime import timedelta
from enum import Enum, auto

from sqlalchemy import Integer, Interval, Text, bindparam, text

from chatkit_link.store.tenancy import Session


class Claim(Enum):
    """How a claim ended."""

    TAKEN = auto()
    #: A run is running on this thread already.
    BUSY = auto()
    #: The person has no place left.
    FULL = auto()


# A random free place: neighbours in a race seldom want the same one.
_CLAIM = text(
    """
    WITH free AS (
        SELECT number FROM generate_series(1, :at_once) AS place (number)
        WHERE NOT EXISTS (
            SELECT FROM runs WHERE tenant = :tenant AND user_id = :user_id AND slot = number AND status = 'running'
        )
        ORDER BY random() LIMIT 1
    ), put AS (
        INSERT INTO runs (id, tenant, user_id, thread_id, agent, status, replica, lease_until, slot)
        SELECT :id, :tenant, :user_id, :thread_id, :agent, 'running', :replica, now() + :lease, number FROM free
        ON CONFLICT DO NOTHING
        RETURNING id
    )
    SELECT
        EXISTS (SELECT FROM put) AS put,
        EXISTS (SELECT FROM free) AS free,
        EXISTS (SELECT FROM runs WHERE thread_id = :thread_id AND status = 'running') AS busy
    """
).bindparams(
    bindparam("at_once", type_=Integer),
    *(bindparam(name, type_=Text) for name in ("id", "tenant", "user_id", "thread_id", "agent", "replica")),
    bindparam("lease", type_=Interval),
)


async def insert_run_in_slot(
    session: Session, run_id: str, thread_id: str, agent: str, replica: str, lease: float, *, at_once: int
) -> Claim:
    """Begin a run on a place of the caller's. at_once: how many places there are."""
    parameters = {
        **session.owner,
        "id": run_id,
        "thread_id": thread_id,
        "agent": agent,
        "replica": replica,
        "lease": timedelta(seconds=lease),
        "at_once": at_once,
    }
    while True:
        row = (await session.connection.execute(_CLAIM, parameters)).one()
        if row.put:
            return Claim.TAKEN
        if row.busy:
            return Claim.BUSY
        if not row.free:
            return Claim.FULL
        # Somebody was faster, to the place or to the thread: the next look shows which.
