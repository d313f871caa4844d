"""Runs that ended a while ago: their rows go, and what the version before 0015 has logged of them.

Rows that somebody else has locked are left for the next time, as in ``runs.py``.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import Interval, bindparam, delete, func, select, update

from chatkit_link.store.engine import Database
from chatkit_link.store.runs import free
from chatkit_link.store.statement import Statement
from chatkit_link.store.tables import run_events, runs


def _ended_before() -> Any:
    return runs.c.finished_at < func.now() - bindparam("kept", type_=Interval())


def _clean() -> Statement:
    old = free(select(runs.c.id).where(_ended_before()).order_by(runs.c.finished_at))
    return Statement(delete(runs).where(runs.c.id == old.c.id))


def _clean_former() -> Statement:
    # The first condition: so that nothing is read once that version is gone.
    some = select(run_events.c.run_id).limit(1).exists()
    old = free(select(runs.c.id).where(some, _ended_before(), runs.c.events_kept).order_by(runs.c.finished_at))
    events = delete(run_events).where(run_events.c.run_id == old.c.id).cte("events")
    return Statement(update(runs).where(runs.c.id == old.c.id).values(events_kept=False).add_cte(events))


_CLEAN, _CLEAN_FORMER = _clean(), _clean_former()


async def clean(database: Database, *, events_for: float, runs_for: float, limit: int = 1000) -> bool:
    """Delete runs some seconds after they ended, and event logs of the former version; whether there is more to do.

    limit: runs touched at once: few enough for one statement to be done in time.
    """
    async with database.replica() as connection:
        former = await connection.execute(_CLEAN_FORMER, kept=timedelta(seconds=events_for), most=limit)
        deleted = await connection.execute(_CLEAN, kept=timedelta(seconds=runs_for), most=limit)
    return limit in (former.changed, deleted.changed)
