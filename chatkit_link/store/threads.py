"""Threads: their row, their list, and how a save can neither resurrect nor overwrite.

The SDK saves a whole thread object, possibly one it loaded before a user renamed or deleted the
thread. So what is loaded here is a ``StoredThread``, which remembers what it was read as: saving it
writes only the fields that differ from that, and only where the row still exists. A plain
``ThreadMetadata`` is a thread that is being created.

A field that cannot be read counts as the safest value (``_SAFE``), and is never written over by a save.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from types import MappingProxyType
from typing import Any, Self

import chatkit.types
from chatkit.types import Page, ThreadMetadata
from pydantic import PrivateAttr
from sqlalchemy import ColumnElement, DateTime, Integer, Text, bindparam, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import Insert, insert

from chatkit_link.errors import NotFound, ThreadNotFound, Unprocessable
from chatkit_link.store.audit import actor_of, recording
from chatkit_link.store.clock import to_database, to_model
from chatkit_link.store.cursor import bad_cursor, read_thread_cursor, thread_cursor
from chatkit_link.store.statement import Row, Statement
from chatkit_link.store.tables import threads
from chatkit_link.store.tenancy import AGENT, OWNER, Session, mine, writable
from chatkit_link.store.unreadable import UNREADABLE, reason_of, report
from chatkit_link.translations import Localized
from chatkit_link.wire.sanitize import clean_text

_SAVED = ("title", "status", "allowed_image_domains", "metadata")
#: Nobody may write into a thread whose status is not known, and its pages load no pictures from elsewhere.
_SAFE: dict[str, Any] = {"status": {"type": "locked"}, "allowed_image_domains": [], "metadata": {}}
#: What ``require_thread`` needs.
THREAD_COLUMNS = [threads.c[name] for name in ("id", "created_at", "last_activity", "last_seq", *_SAVED)]
_THREAD = bindparam("thread", type_=Text())


_NEW = {name: bindparam(f"new_{name}", type_=threads.c[name].type) for name in _SAVED}
_INSERT = insert(threads).values(
    id=_THREAD, created_at=bindparam("thread_created", type_=DateTime(timezone=True)), agent=AGENT, **OWNER, **_NEW
)


@dataclass(frozen=True, slots=True)
class OfAgent:
    """The threads of one agent. Those without an agent belong to the agent ``default``."""

    agent: str
    default: str

    @property
    def values(self) -> dict[str, str]:
        """For a statement with the condition ``of_agent``."""
        return {"wanted_agent": self.agent, "default_agent": self.default}


def of_agent() -> ColumnElement[bool]:
    """The condition of ``OfAgent``."""
    known = func.coalesce(threads.c.agent, bindparam("default_agent", type_=Text()))
    return known == bindparam("wanted_agent", type_=Text())


def insert_thread() -> Insert:
    """Insert a thread that begins with one item, with the values of ``new_thread``; nothing if its id is taken."""
    return _INSERT.values(last_seq=1, last_activity=func.clock_timestamp()).on_conflict_do_nothing()


def new_thread(thread: ThreadMetadata) -> dict[str, Any]:
    """The values of a new thread's row."""
    fields = {f"new_{name}": value for name, value in _fields(thread).items()}
    return {"thread": thread.id, "thread_created": to_database(thread.created_at), **fields}


@cache
def _page(order: str, *, after: bool, one_agent: bool) -> Statement:
    columns = (threads.c.last_activity, threads.c.id)
    statement = select(*THREAD_COLUMNS).where(mine(threads))
    if one_agent:
        statement = statement.where(of_agent())
    if after:
        mark = tuple_(bindparam("mark", type_=DateTime(timezone=True)), bindparam("mark_id", type_=Text()))
        statement = statement.where(tuple_(*columns) > mark if order == "asc" else tuple_(*columns) < mark)
    statement = statement.order_by(*(c.asc() if order == "asc" else c.desc() for c in columns))
    return Statement(statement.limit(bindparam("rows", type_=Integer())))


_ADD = Statement(_INSERT.on_conflict_do_nothing().returning(threads.c.id))
# A colliding id must not let one user write into another's row: then nothing is changed.
_OVERWRITE = Statement(update(threads).where(writable(threads), threads.c.id == _THREAD).values(_NEW))
_LOAD = Statement(select(*THREAD_COLUMNS).where(mine(threads), threads.c.id == _THREAD))
_AGENT = Statement(select(threads.c.agent).where(mine(threads), threads.c.id == _THREAD))
_LOCK = Statement(select(threads.c.metadata).where(mine(threads), threads.c.id == _THREAD).with_for_update())
_OTHERS = threads.alias()
_NEWER = (
    select(_OTHERS.c.id)
    .where(mine(_OTHERS), _OTHERS.c.agent.is_not_distinct_from(threads.c.agent))
    .where(tuple_(_OTHERS.c.last_activity, _OTHERS.c.id) > tuple_(threads.c.last_activity, threads.c.id))
    .limit(bindparam("most", type_=Integer()))
    .correlate(threads)
    .subquery()
)
_RECENCY = Statement(
    select(
        select(func.count()).select_from(_NEWER).scalar_subquery().label("newer"),
        (func.now() - threads.c.last_activity).label("idle"),
    ).where(mine(threads), threads.c.id == _THREAD)
)
_SET_TITLE = Statement(
    update(threads)
    .where(writable(threads), threads.c.id == _THREAD, threads.c.title.is_(None))
    .values(title=bindparam("new_title", type_=Text()))
)


class StoredThread(ThreadMetadata):
    """A thread as it was when it was read."""

    _read_as: dict[str, Any] = PrivateAttr(default_factory=dict)
    _last_seq: int = PrivateAttr(default=0)
    _unreadable: tuple[str, ...] = PrivateAttr(default=())

    @property
    def last_seq(self) -> int:
        """Where its newest item stood when it was read; 0 for a thread that had none."""
        return self._last_seq

    def read_at(self, last_seq: int) -> Self:
        """The same object, read when its newest item stood there."""
        self._last_seq = last_seq
        return self

    def without(self, unreadable: tuple[str, ...]) -> Self:
        """The same object, of a row in which these fields cannot be read."""
        self._unreadable = unreadable
        return self

    def changes(self) -> dict[str, Any]:
        """The fields that were set to something else since."""
        fields = _fields(self)
        return {
            name: value
            for name, value in fields.items()
            if value != self._read_as.get(name) and name not in self._unreadable
        }

    def unsaved_metadata(self, stored: dict[str, Any]) -> dict[str, Any]:
        """``stored``, with what was set in this object, and without what was removed from it, since it was read."""
        read: dict[str, Any] = self._read_as.get("metadata", {})
        kept = {key: value for key, value in stored.items() if key in self.metadata or key not in read}
        return kept | {key: value for key, value in self.metadata.items() if key not in read or read[key] != value}

    def take(self, stored: Self) -> None:
        """Become what another object of this thread was stored as; what was set here and is not stored stays set."""
        unsaved = self.changes()
        metadata = self.unsaved_metadata(stored.metadata) if "metadata" in unsaved else deepcopy(stored.metadata)
        if metadata != self.metadata:
            self.metadata.clear()  # it stays the same dictionary, which a server may hold
            self.metadata.update(metadata)
        for name in ("title", "status", "allowed_image_domains"):
            if name not in unsaved and getattr(self, name) != getattr(stored, name):
                setattr(self, name, deepcopy(getattr(stored, name)))
        self._read_as = dict(stored._read_as)

    def mark_saved(self, written: dict[str, Any]) -> None:
        """These fields are in the database now; what was set meanwhile is still a change."""
        self._read_as = {**self._read_as, **written}


# The SDK's annotations are strings, to be looked up where they were written.
StoredThread.model_rebuild(_types_namespace=vars(chatkit.types))


def thread_not_found() -> NotFound:
    return ThreadNotFound(Localized("thread_not_found"))


def _fields(thread: ThreadMetadata) -> dict[str, Any]:
    values = thread.model_dump(include=set(_SAVED), mode="json")
    values["title"] = clean_text(values["title"]) if values["title"] is not None else None
    return values


def as_stored(thread: ThreadMetadata) -> StoredThread:
    """A thread that has just been written as it is."""
    stored = StoredThread.model_validate(thread.model_dump())
    stored.mark_saved(_fields(stored))
    return stored


def _thread(row: Row) -> StoredThread:
    try:
        thread = require_thread(row)
    except UNREADABLE:
        unreadable = tuple(name for name in _SAFE if not _can_be_read(row, name))
        thread = require_thread(row, {name: _SAFE[name] for name in unreadable}).without(unreadable)
    thread.mark_saved(_fields(thread))
    return thread.read_at(row.last_seq)


def require_thread(row: Row, instead: Mapping[str, Any] = MappingProxyType({})) -> StoredThread:
    """The thread of a row, with other values of some fields. Raises one of ``UNREADABLE``."""
    given = {name: row[name] for name in ("id", "title", *_SAFE)}
    return StoredThread.model_validate({**given, "created_at": to_model(row.created_at), **instead})


def _can_be_read(row: Row, name: str) -> bool:
    try:
        require_thread(row, {other: value for other, value in _SAFE.items() if other != name})
    except UNREADABLE as error:
        report(f"the {name} of thread {row.id}", reason_of(error, row[name]))
        return False
    return True


async def load_thread(session: Session, thread_id: str) -> StoredThread:
    """Raises NotFound for an unknown, foreign or deleted thread."""
    row = (await session.execute(_LOAD, thread=clean_text(thread_id))).one_or_none()
    if row is None:
        raise thread_not_found()
    return _thread(row)


async def load_agent(session: Session, thread_id: str) -> str | None:
    """The agent that a thread began with; None from before there were any. Raises NotFound."""
    row = (await session.execute(_AGENT, thread=clean_text(thread_id))).one_or_none()
    if row is None:
        raise thread_not_found()
    return row.agent


async def load_recency(session: Session, thread_id: str, most: int) -> tuple[int, timedelta]:
    """How many of the caller's threads with the same agent were active after this one, and for how long it was not.

    most: where the counting ends. Raises NotFound.
    """
    row = (await session.execute(_RECENCY, thread=clean_text(thread_id), most=most)).one_or_none()
    if row is None:
        raise thread_not_found()
    return row.newer, row.idle


async def save_thread(session: Session, thread: ThreadMetadata) -> None:
    """Create the thread, or write what was changed in one that was loaded.

    Raises:
        NotFound: the thread was deleted meanwhile, or its id is another user's.
    """
    if isinstance(thread, StoredThread):
        changes = thread.changes()
        if changes:
            statement = update(threads).where(writable(threads), threads.c.id == thread.id).values(**changes)
            if (await session.execute(statement)).changed == 0:
                raise thread_not_found()
            thread.mark_saved(changes)
        return
    values = new_thread(thread)
    if await session.execute(_ADD, **values):
        return
    if (await session.execute(_OVERWRITE, **values)).changed == 0:
        raise thread_not_found()


async def lock_metadata(session: Session, thread_id: str) -> dict[str, Any]:
    """The thread's metadata as they are, which no other may change until the transaction ends.

    Raises:
        NotFound: there is no such thread.
        Unprocessable: they cannot be read, and are not written over.
    """
    row = (await session.execute(_LOCK, thread=thread_id)).one_or_none()
    if row is None:
        raise thread_not_found()
    metadata: dict[str, Any] = row.metadata
    if not isinstance(metadata, dict):  # pyright: ignore[reportUnnecessaryIsInstance] - of a damaged row
        raise Unprocessable("The metadata of this thread cannot be read, so they are not changed.")
    return metadata


async def save_metadata(session: Session, thread_id: str, metadata: dict[str, Any]) -> None:
    """Write metadata that are locked."""
    await session.execute(update(threads).where(writable(threads), threads.c.id == thread_id).values(metadata=metadata))


async def set_title_if_none(session: Session, thread_id: str, title: str) -> bool:
    """Give an untitled thread its title; False if it has one already (a user's rename wins) or is gone."""
    return (await session.execute(_SET_TITLE, thread=thread_id, new_title=clean_text(title))).changed == 1


async def delete_thread(session: Session, thread_id: str) -> None:
    """Delete the thread and all that hangs on it, and write who did it into the audit log. Raises NotFound."""
    gone = delete(threads).where(writable(threads), threads.c.id == clean_text(thread_id))
    owner = gone.returning(threads.c.tenant, threads.c.user_id, threads.c.id).cte("gone")
    # One statement: both or neither, in one round trip.
    if (await session.execute(recording(owner, "thread.deleted", actor_of(session.caller)))).changed == 0:
        raise thread_not_found()


async def load_threads(
    session: Session, limit: int, after: str | None, order: str, of: OfAgent | None = None
) -> Page[ThreadMetadata]:
    """One page by last activity, the latest first unless ``order`` is ``"asc"``; of all agents, or of one."""
    values: dict[str, Any] = {"rows": limit + 1, **(of.values if of else {})}
    if after:
        values["mark"], values["mark_id"] = await _position(session, after)
    rows = await session.execute(_page(order, after=bool(after), one_agent=of is not None), **values)
    page = rows[:limit]
    more = len(rows) > limit
    return Page(
        data=[_thread(row) for row in page],
        has_more=more,
        after=thread_cursor(page[-1].last_activity, page[-1].id) if page and more else None,
    )


async def _position(session: Session, after: str) -> tuple[Any, str]:
    """Where ``after`` points to: a cursor of ours, or the id of one of this caller's threads."""
    if (read := read_thread_cursor(after)) is not None:
        return read
    statement = select(threads.c.last_activity).where(mine(threads), threads.c.id == clean_text(after))
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise bad_cursor()
    return row.last_activity, after
