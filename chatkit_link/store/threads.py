"""Threads: their row, their list, and how a save can neither resurrect nor overwrite.

The SDK saves a whole thread object, possibly one it loaded before somebody renamed or deleted the
thread. So what is loaded here is a ``StoredThread``, which remembers what it was read as: saving it
writes only the fields that differ from that, and only where the row still exists. A plain
``ThreadMetadata`` is a thread that is being created.
"""

from typing import Any

import chatkit.types
from chatkit.types import Page, ThreadMetadata
from pydantic import PrivateAttr
from sqlalchemy import Row, delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from chatkit_link.errors import NotFound
from chatkit_link.store.clock import to_database, to_model
from chatkit_link.store.cursor import bad_cursor, read_thread_cursor, thread_cursor
from chatkit_link.store.tables import threads
from chatkit_link.store.tenancy import Session
from chatkit_link.store.text import clean_text

_SAVED = ("title", "status", "allowed_image_domains", "metadata")
_READ = [threads.c[name] for name in ("id", "created_at", "last_activity", *_SAVED)]


class StoredThread(ThreadMetadata):
    """A thread as it was when it was read."""

    _read_as: dict[str, Any] = PrivateAttr(default_factory=dict)

    def changes(self) -> dict[str, Any]:
        """The fields that were set to something else since."""
        return {name: value for name, value in _fields(self).items() if value != self._read_as.get(name)}

    def mark_saved(self, written: dict[str, Any]) -> None:
        """These fields are in the database now; what was set meanwhile is still a change."""
        self._read_as = {**self._read_as, **written}


# The SDK's annotations are strings, to be looked up where they were written.
StoredThread.model_rebuild(_types_namespace=vars(chatkit.types))


def thread_not_found() -> NotFound:
    return NotFound("There is no such thread, or it is not yours. It may have been deleted.")


def _fields(thread: ThreadMetadata) -> dict[str, Any]:
    values = thread.model_dump(include=set(_SAVED), mode="json")
    values["title"] = clean_text(values["title"]) if values["title"] is not None else None
    return values


def _thread(row: Row[Any]) -> StoredThread:
    thread = StoredThread.model_validate(
        {
            "id": row.id,
            "created_at": to_model(row.created_at),
            "title": row.title,
            "status": row.status,
            "allowed_image_domains": row.allowed_image_domains,
            "metadata": row.metadata,
        }
    )
    thread.mark_saved(_fields(thread))
    return thread


async def load_thread(session: Session, thread_id: str) -> StoredThread:
    """Raises NotFound for an unknown, foreign or deleted thread."""
    found = await session.execute(select(*_READ).where(session.mine(threads), threads.c.id == clean_text(thread_id)))
    row = found.one_or_none()
    if row is None:
        raise thread_not_found()
    return _thread(row)


async def save_thread(session: Session, thread: ThreadMetadata) -> None:
    """Create the thread, or write what was changed in one that was loaded.

    Raises:
        NotFound: the thread was deleted meanwhile, or its id belongs to somebody else.
    """
    if isinstance(thread, StoredThread):
        changes = thread.changes()
        if changes:
            statement = update(threads).where(session.mine(threads), threads.c.id == thread.id).values(**changes)
            if (await session.execute(statement)).rowcount == 0:
                raise thread_not_found()
            thread.mark_saved(changes)
        return
    fields = _fields(thread)
    statement = insert(threads).values(
        id=thread.id, created_at=to_database(thread.created_at), **session.owner, **fields
    )
    # A colliding id must not let one person write into another's row: then nothing is returned.
    statement = statement.on_conflict_do_update(index_elements=["id"], set_=fields, where=session.mine(threads))
    if (await session.execute(statement.returning(threads.c.id))).one_or_none() is None:
        raise thread_not_found()


async def set_title_if_none(session: Session, thread_id: str, title: str) -> bool:
    """Give an untitled thread its title; False if it has one already (a person's rename wins) or is gone."""
    statement = (
        update(threads)
        .where(session.mine(threads), threads.c.id == thread_id, threads.c.title.is_(None))
        .values(title=clean_text(title))
    )
    return (await session.execute(statement)).rowcount == 1


async def delete_thread(session: Session, thread_id: str) -> None:
    """Delete the thread and all that hangs on it. Raises NotFound."""
    statement = delete(threads).where(session.mine(threads), threads.c.id == clean_text(thread_id))
    if (await session.execute(statement)).rowcount == 0:
        raise thread_not_found()


async def load_threads(session: Session, limit: int, after: str | None, order: str) -> Page[ThreadMetadata]:
    """One page by last activity, the latest first unless ``order`` is ``"asc"``."""
    position = tuple_(threads.c.last_activity, threads.c.id)
    statement = select(*_READ).where(session.mine(threads)).limit(limit + 1)
    if after:
        mark = tuple_(*await _position(session, after))
        statement = statement.where(position > mark if order == "asc" else position < mark)
    columns = (threads.c.last_activity, threads.c.id)
    statement = statement.order_by(*(c.asc() if order == "asc" else c.desc() for c in columns))
    rows = (await session.execute(statement)).all()
    kept = rows[:limit]
    more = len(rows) > limit
    return Page(
        data=[_thread(row) for row in kept],
        has_more=more,
        after=thread_cursor(kept[-1].last_activity, kept[-1].id) if kept and more else None,
    )


async def _position(session: Session, after: str) -> tuple[Any, str]:
    """Where ``after`` points to: a cursor of ours, or the id of one of this caller's threads."""
    if (read := read_thread_cursor(after)) is not None:
        return read
    statement = select(threads.c.last_activity).where(session.mine(threads), threads.c.id == clean_text(after))
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise bad_cursor()
    return row.last_activity, after
