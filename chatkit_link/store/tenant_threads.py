"""A tenant's threads, of all its users: for the tenant's own back end, which has the server key.

Finds threads and their owners; the content of one is then read as its owner (``tenancy.py``). The order is that of
their creation, with the id to separate equal times, and pages are cut by position.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_

from chatkit_link.caller import Caller
from chatkit_link.errors import Unprocessable
from chatkit_link.store.engine import Database
from chatkit_link.store.statement import Row
from chatkit_link.store.tables import threads
from chatkit_link.store.threads import thread_not_found
from chatkit_link.store.unreadable import UNREADABLE
from chatkit_link.wire.sanitize import clean_text

_PLACE = (threads.c.created_at, threads.c.id)
_STATUSES = frozenset({"active", "locked", "closed"})
_READ = [threads.c[name] for name in ("id", "user_id", "title", "status", "created_at")]


@dataclass(frozen=True, slots=True)
class Listed:
    """A thread in the list. status: ``chatkit.types.ThreadStatus`` as JSON."""

    id: str
    user: str
    title: str | None
    status: dict[str, Any]
    created_at: datetime


async def find_thread(database: Database, tenant: str, thread_id: str) -> tuple[Listed, Caller]:
    """A thread, and its owner to read it as. Raises NotFound."""
    statement = select(*_READ).where(threads.c.tenant == tenant, threads.c.id == clean_text(thread_id))
    async with database.replica() as connection:
        row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise thread_not_found()
    return _listed(row), Caller(tenant, row.user_id)


def _listed(row: Row) -> Listed:
    try:
        is_known = row.status["type"] in _STATUSES
    except UNREADABLE:
        is_known = False
    status = row.status if is_known else {"type": "locked"}  # as for its user (store/threads.py)
    return Listed(row.id, row.user_id, row.title, status, row.created_at)


async def list_threads(
    database: Database,
    tenant: str,
    *,
    user: str | None,
    after: str | None,
    before: str | None,
    limit: int,
    descending: bool,
) -> tuple[list[Listed], bool]:
    """One page, and whether there are more threads in its direction.

    after, before: ids of threads; with ``before`` alone, the page is the one that ends right there.

    Raises:
        Unprocessable: there is no such thread to begin at.
    """
    statement = select(*_READ).where(threads.c.tenant == tenant)
    if user is not None:
        statement = statement.where(threads.c.user_id == user)
    backwards = before is not None and after is None
    async with database.replica() as connection:
        for mark, later in ((after, not descending), (before, descending)):
            if mark is None:
                continue
            found = select(*_PLACE).where(threads.c.tenant == tenant, threads.c.id == clean_text(mark))
            place = (await connection.execute(found)).one_or_none()
            if place is None:
                raise Unprocessable("`after` and `before` must be ids of threads that are there.")
            here = tuple_(*_PLACE)
            statement = statement.where(here > tuple_(*place) if later else here < tuple_(*place))
        downwards = descending != backwards
        statement = statement.order_by(*(column.desc() if downwards else column.asc() for column in _PLACE))
        rows = [_listed(row) for row in await connection.execute(statement.limit(limit + 1))]
    page, more = rows[:limit], len(rows) > limit
    return page[::-1] if backwards else page, more
