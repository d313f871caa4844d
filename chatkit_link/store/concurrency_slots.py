"""Concurrent runs: a user has so many slots, and a running run takes one of them.

That two requests never get the same slot is decided by a unique index over the running runs, as it is
for threads. So no count can be wrong, whatever the replicas do at the same moment, and a slot is free
again when its run ends, or is ended for a dead replica.
"""

from datetime import timedelta
from enum import Enum, auto

from sqlalchemy import Integer, Interval, LargeBinary, Text, bindparam, text

from chatkit_link.store.statement import Statement
from chatkit_link.store.tenancy import OWNER, Session
from chatkit_link.wire.sanitize import clean_text


class Claim(Enum):
    """How a claim ended."""

    TAKEN = auto()
    #: A run is running on this thread already.
    BUSY = auto()
    #: The user has no slot left.
    FULL = auto()


# A random free slot: concurrent requests seldom want the same one.
_CLAIM = Statement(
    text("""
    WITH quick AS MATERIALIZED ( -- as in runs.py
        SELECT set_config('synchronous_commit', 'off', true)
    ), free AS (
        SELECT number FROM generate_series(1, :at_once) AS place (number)
        WHERE NOT EXISTS (
            SELECT FROM runs
            WHERE tenant = :caller_tenant AND user_id = :caller_user AND slot = number AND status = 'running'
        )
        ORDER BY random() LIMIT 1
    ), put AS (
        INSERT INTO runs (
            id, tenant, user_id, thread_id, agent, retried, status, replica, lease_until, slot, request_id, events_kept,
            claim
        )
        SELECT :id, :caller_tenant, :caller_user, :thread_id, :agent, :retried, 'running', :replica, now() + :lease,
            number, :request, false, :claim
        FROM free, quick
        ON CONFLICT DO NOTHING
        RETURNING id
    )
    SELECT
        EXISTS (SELECT FROM put) AS put,
        EXISTS (SELECT FROM free) AS free,
        EXISTS (
            SELECT FROM runs WHERE tenant = :caller_tenant AND thread_id = :thread_id AND status = 'running'
        ) AS busy
    """).bindparams(
        bindparam("at_once", type_=Integer),
        *(
            bindparam(name, type_=Text)
            for name in (
                "id",
                "thread_id",
                "agent",
                "retried",
                "replica",
                "request",
                *(bind.key for bind in OWNER.values()),
            )
        ),
        bindparam("lease", type_=Interval),
        bindparam("claim", type_=LargeBinary),
    )
)


async def insert_run_in_slot(
    session: Session,
    run_id: str,
    thread_id: str,
    agent: str,
    replica: str,
    lease: float,
    *,
    retried: str | None,
    claim: bytes | None,
    at_once: int,
) -> Claim:
    """Start a run on a slot of the caller's. at_once: how many slots there are."""
    parameters = {
        "id": run_id,
        "thread_id": clean_text(thread_id),
        "agent": agent,
        "retried": retried,
        "replica": replica,
        "lease": timedelta(seconds=lease),
        "claim": claim,
        "request": session.caller.request_id,
        "at_once": at_once,
    }
    while True:
        (row,) = await session.execute(_CLAIM, **parameters)
        if row.put:
            return Claim.TAKEN
        if row.busy:
            return Claim.BUSY
        if not row.free:
            return Claim.FULL
        # Another request was faster, to the slot or to the thread: the next look shows which.
