"""Thread items: JSONB rows in the order of their thread's own sequence.

The sequence, not the time, is the order: hundreds of items share a ``datetime.now()``. A number is
taken from the thread's row in the same statement that writes the item, so that two writers on one
thread queue for it, and an item can never be written into a thread that is gone or another user's.
Writing an item that is there already does not move it.

An item that cannot be read is given as what stands for it (``store/unreadable.py``), which is never written.
"""

from functools import cache
from typing import Any, cast

from chatkit.types import ClientToolCallItem, Page, StructuredInputItem, ThreadItem, ThreadMetadata
from pydantic import TypeAdapter
from sqlalchemy import CTE, DateTime, Integer, ScalarSelect, Text, and_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert

from chatkit_link.errors import NotFound
from chatkit_link.store.clock import to_database, to_model
from chatkit_link.store.cursor import bad_cursor, item_cursor, read_item_cursor
from chatkit_link.store.inactive_items import delete_items
from chatkit_link.store.statement import Row, Statement
from chatkit_link.store.tables import PENDING_CALL, WAITING_TURN, thread_items, threads, turns
from chatkit_link.store.tenancy import OWNER, Session, mine, writable
from chatkit_link.store.threads import StoredThread, as_stored, insert_thread, new_thread, thread_not_found
from chatkit_link.store.turns import TurnRecord, read_record
from chatkit_link.store.unreadable import UNREADABLE, Unreadable, instead_of, reason_of, report
from chatkit_link.translations import Localized
from chatkit_link.wire.sanitize import clean_text, to_json_text

_KEYS = {"id", "thread_id", "created_at", "type"}
#: What ``Items.read`` needs.
ITEM_COLUMNS = [thread_items.c[name] for name in ("id", "thread_id", "seq", "type", "created_at", "data")]
_THREAD = bindparam("thread", type_=Text())
_ITEM = bindparam("item", type_=Text())
#: Items behind which nothing waits any more: a turn ends with its question, and the next message skips it.
_NEWEST = 100
#: One item of one thread of the caller's.
_THIS = (mine(thread_items), thread_items.c.thread_id == _THREAD, thread_items.c.id == _ITEM)


def _insert(thread: CTE) -> Insert:
    """Insert an item at the end of the thread that ``thread`` gives the ``last_seq`` of."""
    values = {
        "thread_id": _THREAD,
        "id": _ITEM,
        **OWNER,
        "type": bindparam("item_type", type_=Text()),
        "data": bindparam("body", type_=JSONB()),
        "created_at": bindparam("created", type_=DateTime(timezone=True)),
        "seq": thread.c.last_seq,
    }
    return insert(thread_items).from_select(list(values), select(*values.values()))


def _save() -> Statement:
    thread = (
        update(threads)
        .where(writable(threads), threads.c.id == _THREAD)
        .values(last_seq=threads.c.last_seq + 1, last_activity=func.clock_timestamp())
        .returning(threads.c.last_seq)
        .cte("thread")
    )
    statement = _insert(thread)
    statement = statement.on_conflict_do_update(
        index_elements=["tenant", "thread_id", "id"],
        # A replica may have died before anybody saw what it stored; the next one shows it with a time of its own.
        set_={name: statement.excluded[name] for name in ("type", "data", "created_at")},
    )
    return Statement(statement.returning(thread_items.c.seq))


def _create() -> Statement:
    thread = insert_thread().returning(threads.c.last_seq).cte("thread")
    return Statement(_insert(thread).returning(thread_items.c.seq))


def _seq_of(item: str) -> ScalarSelect[Any]:
    return (
        select(thread_items.c.seq)
        .where(mine(thread_items), thread_items.c.thread_id == _THREAD, thread_items.c.id == bindparam(item))
        .scalar_subquery()
    )


@cache
def _page(order: str, *, after: bool, upto: bool, last: bool = False, records: bool = False) -> Statement:
    seq, mark = thread_items.c.seq, bindparam("mark", type_=thread_items.c.seq.type)
    statement = select(*ITEM_COLUMNS).where(mine(thread_items), thread_items.c.thread_id == _THREAD)
    if records:
        same = and_(mine(turns), turns.c.thread_id == _THREAD, turns.c.anchor_id == thread_items.c.id)
        statement = statement.add_columns(turns.c.record).outerjoin(turns, same)
    if after:
        statement = statement.where(seq > mark if order == "asc" else seq < mark)
    if upto:
        statement = statement.where(seq <= _seq_of("upto"))
    if last:
        statement = statement.where(seq <= bindparam("last", type_=seq.type))
    return Statement(
        statement.order_by(seq.asc() if order == "asc" else seq.desc()).limit(bindparam("rows", type_=Integer()))
    )


def _open_approvals() -> Statement:
    newest = (
        select(*ITEM_COLUMNS)
        .where(mine(thread_items), thread_items.c.thread_id == _THREAD)
        .order_by(thread_items.c.seq.desc())
        .limit(_NEWEST)
        .subquery()
    )
    waiting = select(turns.c.anchor_id).where(
        mine(turns), turns.c.thread_id == _THREAD, WAITING_TURN, turns.c.record["waiting"]["item"].astext == newest.c.id
    )
    is_open = and_(newest.c.type == "structured_input", newest.c.data["status"].astext == "pending")
    return Statement(select(newest).where(is_open, waiting.exists()).order_by(newest.c.seq.desc()))


_CREATE = _create()
_SAVE = _save()
_UPDATE = Statement(
    update(thread_items)
    .where(writable(thread_items), *_THIS[1:])
    .values(type=bindparam("item_type", type_=Text()), data=bindparam("body", type_=JSONB()))
)
_LOAD = Statement(select(*ITEM_COLUMNS).where(*_THIS))
_LOAD_LOCKED = Statement(select(*ITEM_COLUMNS).where(*_THIS).with_for_update())
_OPEN_APPROVALS = _open_approvals()
_TYPE = Statement(select(thread_items.c.type).where(*_THIS))
_NEXT = Statement(
    select(func.min(thread_items.c.seq).label("seq")).where(
        mine(thread_items), thread_items.c.thread_id == _THREAD, thread_items.c.seq > _seq_of("item")
    )
)


@cache
def _is_before(*, upto: bool) -> Statement:
    seq = thread_items.c.seq
    statement = select(seq).where(*_THIS, seq <= bindparam("mark", type_=seq.type))
    return Statement(statement.where(seq <= _seq_of("upto")) if upto else statement)


def item_not_found() -> NotFound:
    return NotFound(Localized("item_not_found"))


class Items:
    """Reads and writes items; holds the SDK's item adapter, which takes milliseconds to build, once."""

    def __init__(self) -> None:
        self._adapter: TypeAdapter[ThreadItem] = TypeAdapter(ThreadItem)

    def parse(self, row: Row, locale: str) -> ThreadItem:
        """The item of a row, or what stands for one that cannot be read; locale: BCP 47, of that."""
        try:
            return self.read(row)
        except UNREADABLE as error:
            report(f"item {row['id']} of thread {row['thread_id']}", reason_of(error, row["data"]))
            return instead_of(row, locale)

    def read(self, row: Row) -> ThreadItem:
        """The item of a row. Raises one of ``UNREADABLE``."""
        return self._adapter.validate_python(
            {
                **row["data"],
                "id": row["id"],
                "thread_id": row["thread_id"],
                "type": row["type"],
                "created_at": to_model(row["created_at"]),
            }
        )

    async def create_thread(self, session: Session, thread: ThreadMetadata, item: ThreadItem) -> StoredThread:
        """Create a thread with its first item, in one statement. Raises NotFound if its id is taken."""
        if not await session.execute(_CREATE, **new_thread(thread), **item_columns(item)):
            raise thread_not_found()
        return as_stored(thread)

    async def save(self, session: Session, thread_id: str, item: ThreadItem) -> None:
        """Write an item: at the end of the thread, or in its own place if it is there already.

        Raises:
            NotFound: the thread is unknown, foreign or deleted.
        """
        if isinstance(item, Unreadable):
            return
        if not await session.execute(_SAVE, thread=clean_text(thread_id), **item_columns(item)):
            raise thread_not_found()

    async def update(self, session: Session, thread_id: str, item: ThreadItem) -> None:
        """Change an item that is there; unlike ``save``, never bring one back that was deleted meanwhile.

        Raises:
            NotFound: there is no such item in this thread.
        """
        if isinstance(item, Unreadable):
            return
        if (await session.execute(_UPDATE, thread=thread_id, **item_columns(item))).changed == 0:
            raise item_not_found()

    async def load(self, session: Session, thread_id: str, item_id: str, *, locked: bool = False) -> ThreadItem:
        """locked: until the end of the transaction. Raises NotFound for an unknown item, or one of another thread or
        user.
        """
        statement = _LOAD_LOCKED if locked else _LOAD
        found = await session.execute(statement, thread=clean_text(thread_id), item=clean_text(item_id))
        row = found.one_or_none()
        if row is None:
            raise item_not_found()
        return self.parse(row, session.caller.locale)

    async def load_type(self, session: Session, thread_id: str, item_id: str) -> str | None:
        """The type of an item; None where there is no such item."""
        found = await session.execute(_TYPE, thread=clean_text(thread_id), item=clean_text(item_id))
        row = found.one_or_none()
        return None if row is None else row.type

    async def is_before(
        self, session: Session, thread_id: str, item_id: str, mark: int, *, upto: str | None = None
    ) -> bool:
        """Whether there is such an item up to the position ``mark``, and up to the item ``upto``, if one is named."""
        values = {"thread": thread_id, "item": clean_text(item_id), "mark": mark, "upto": upto}
        found = await session.execute(_is_before(upto=upto is not None), **values)
        return found.one_or_none() is not None

    async def is_newer_behind(self, session: Session, thread_id: str, item_id: str, mark: int) -> bool:
        """Whether what follows the item on the path was added behind the position ``mark``."""
        found = await session.execute(_NEXT, thread=thread_id, item=clean_text(item_id))
        row = found.one_or_none()
        return row is not None and row.seq is not None and row.seq > mark

    async def load_page(
        self, session: Session, thread_id: str, after: str | None, limit: int, order: str, *, upto: str | None = None
    ) -> Page[ThreadItem]:
        """One page in the thread's own order; nothing behind the item ``upto``, if one is named.

        Raises:
            NotFound: the thread is unknown or foreign.
            Unprocessable: ``after`` is not of this thread.
        """
        thread_id = clean_text(thread_id)
        values: dict[str, Any] = {"thread": thread_id, "rows": limit + 1, "upto": upto}
        if after:
            values["mark"] = await self._position(session, thread_id, after)
        rows = await session.execute(_page(order, after=bool(after), upto=upto is not None), **values)
        if not rows:
            await _require_thread(session, thread_id)
        page, more = rows[:limit], len(rows) > limit
        return Page(
            data=[self.parse(row, session.caller.locale) for row in page],
            has_more=more,
            after=item_cursor(thread_id, page[-1].seq) if page and more else None,
        )

    async def load_history(
        self, session: Session, thread_id: str, limit: int, *, upto: str | None = None, last: int | None = None
    ) -> list[tuple[ThreadItem, TurnRecord | None]]:
        """The newest items that can be read, oldest first, each with the record of the turn that answered it.

        Nothing behind the item ``upto``, or behind the position ``last``, if one is given.
        """
        statement = _page("desc", after=False, upto=upto is not None, last=last is not None, records=True)
        rows = await session.execute(statement, thread=thread_id, rows=limit, upto=upto, last=last)
        found = [(self.parse(row, session.caller.locale), row["record"]) for row in reversed(rows)]
        readable = [(item, record) for item, record in found if not isinstance(item, Unreadable)]
        return [(item, read_record(record, thread_id, item.id)) for item, record in readable]

    async def load_pending_tool_calls(self, session: Session, thread_id: str) -> list[ClientToolCallItem]:
        """Client tool calls that still wait for their output, the latest first, wherever they stand."""
        statement = (
            select(*ITEM_COLUMNS)
            .where(
                mine(thread_items),
                thread_items.c.thread_id == thread_id,
                PENDING_CALL,
            )
            .order_by(thread_items.c.seq.desc())
        )
        items = [self.parse(row, session.caller.locale) for row in await session.execute(statement)]
        return [item for item in items if isinstance(item, ClientToolCallItem)]

    async def load_open_approvals(self, session: Session, thread_id: str) -> list[StructuredInputItem]:
        """Questions that a turn waits for and nobody has answered, the latest first; among the newest items."""
        rows = await session.execute(_OPEN_APPROVALS, thread=thread_id)
        items = [self.parse(row, session.caller.locale) for row in rows]
        return [item for item in items if isinstance(item, StructuredInputItem)]

    async def delete(self, session: Session, thread_id: str, item_ids: list[str]) -> None:
        """Delete items; those that are not there are no error (the SDK removes items it never stored).

        Raises:
            NotFound: the thread is unknown or foreign.
        """
        ids = [clean_text(item_id) for item_id in item_ids]
        if await delete_items(session, clean_text(thread_id), ids) == 0:
            await _require_thread(session, thread_id)

    async def _position(self, session: Session, thread_id: str, after: str) -> int:
        """Where ``after`` points to: a cursor of ours, or the id of an item of this very thread."""
        if (seq := read_item_cursor(after, thread_id)) is not None:
            return seq
        statement = select(thread_items.c.seq).where(
            mine(thread_items),
            thread_items.c.thread_id == thread_id,
            thread_items.c.id == clean_text(after),
        )
        row = (await session.execute(statement)).one_or_none()
        if row is None:
            await _require_thread(session, thread_id)
            raise bad_cursor()
        return cast(int, row.seq)


def item_columns(item: ThreadItem) -> dict[str, Any]:
    """An item's columns; ``body`` is without the parts that have columns of their own."""
    return {
        "item": clean_text(item.id),
        "item_type": item.type,
        "body": to_json_text(item, exclude=_KEYS),
        "created": to_database(item.created_at),
    }


async def _require_thread(session: Session, thread_id: str) -> None:
    statement = select(threads.c.id).where(mine(threads), threads.c.id == clean_text(thread_id))
    if (await session.execute(statement)).one_or_none() is None:
        raise thread_not_found()
