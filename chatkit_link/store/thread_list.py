"""A user's threads with one agent as a list beside the chat shows them: those that are pinned, and the others by day.

``threads.list`` of the protocol gives the same threads to any ChatKit client; it has no room for when a thread was last
used, and whether it is pinned.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import DateTime, Integer, Text, bindparam, case, func, null, select, tuple_, update

from chatkit_link.store.cursor import bad_cursor, read_thread_cursor, thread_cursor
from chatkit_link.store.statement import Row, Statement, any_of
from chatkit_link.store.tables import threads
from chatkit_link.store.tenancy import Session, mine
from chatkit_link.store.threads import OfAgent, of_agent, thread_not_found
from chatkit_link.wire.sanitize import clean_text

#: Pinned threads that are listed at most.
MOST_PINNED = 100
_COLUMNS = [threads.c[name] for name in ("id", "title", "created_at", "last_activity", "pinned_at")]
_THREAD = bindparam("thread", type_=Text())
_ROWS = bindparam("rows", type_=Integer())
_PIN = Statement(
    update(threads)
    .where(mine(threads), threads.c.id == _THREAD)
    # Pinned twice, it keeps its place.
    .values(
        pinned_at=case(
            (bindparam("pinned") == True, func.coalesce(threads.c.pinned_at, func.now())),  # noqa: E712
            else_=null(),
        )
    )
    .returning(*_COLUMNS)
)


@dataclass(frozen=True, slots=True)
class ListedThread:
    """A thread as a list shows it."""

    id: str
    title: str | None
    created_at: datetime
    last_activity: datetime
    pinned_at: datetime | None


@cache
def _page(*, pinned: bool, after: bool) -> Statement:
    statement = select(*_COLUMNS).where(mine(threads), of_agent())
    key = (threads.c.last_activity, threads.c.id)
    if pinned:
        statement = statement.where(threads.c.pinned_at.is_not(None))
    else:
        statement = statement.where(threads.c.pinned_at.is_(None))
    if after:
        mark = tuple_(bindparam("mark", type_=DateTime(timezone=True)), bindparam("mark_id", type_=Text()))
        statement = statement.where(tuple_(*key) < mark)
    return Statement(statement.order_by(*(column.desc() for column in key)).limit(_ROWS))


@cache
def _titled(*, one_agent: bool) -> Statement:
    statement = select(*_COLUMNS).where(mine(threads), threads.c.title.is_not(None))
    if one_agent:
        statement = statement.where(of_agent())
    return Statement(statement.order_by(threads.c.last_activity.desc(), threads.c.id.desc()).limit(_ROWS))


async def list_pinned(session: Session, of: OfAgent) -> list[ListedThread]:
    """The pinned ones, the one that was pinned last first."""
    rows = await session.execute(_page(pinned=True, after=False), rows=MOST_PINNED, **of.values)
    listed = [_listed(row) for row in rows]
    return sorted(listed, key=lambda thread: thread.pinned_at or thread.created_at, reverse=True)


async def list_others(
    session: Session, of: OfAgent, limit: int, after: str | None
) -> tuple[list[ListedThread], str | None]:
    """A page of those that are not pinned, the one that was used last first; and the cursor of the next page.

    Raises Unprocessable for a cursor that is none.
    """
    values: dict[str, Any] = {"rows": limit + 1, **of.values}
    if after is not None:
        if (mark := read_thread_cursor(after)) is None:
            raise bad_cursor()
        values["mark"], values["mark_id"] = mark
    rows = await session.execute(_page(pinned=False, after=after is not None), **values)
    page = rows[:limit]
    more = len(rows) > limit
    return [_listed(row) for row in page], thread_cursor(page[-1].last_activity, page[-1].id) if more else None


async def list_titled(session: Session, of: OfAgent | None, most: int) -> list[ListedThread]:
    """Threads that have a title, of one agent or of all, the one that was used last first."""
    return [
        _listed(row)
        for row in await session.execute(_titled(one_agent=of is not None), rows=most, **(of.values if of else {}))
    ]


async def list_these(session: Session, thread_ids: Collection[str]) -> list[ListedThread]:
    """Those of the threads that are the caller's, in the order of the ids."""
    statement = select(*_COLUMNS).where(mine(threads), threads.c.id == any_of(list(thread_ids)))
    found = {row.id: _listed(row) for row in await session.execute(statement)}
    return [found[thread_id] for thread_id in thread_ids if thread_id in found]


async def pin(session: Session, thread_id: str, *, pinned: bool) -> ListedThread:
    """Pin a thread, or take its pin away; the thread as it is then. Raises NotFound."""
    row = (await session.execute(_PIN, thread=clean_text(thread_id), pinned=pinned)).one_or_none()
    if row is None:
        raise thread_not_found()
    return _listed(row)


def _listed(row: Row) -> ListedThread:
    return ListedThread(**{column.name: row[column.name] for column in _COLUMNS})
