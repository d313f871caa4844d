"""Thread items: JSONB rows in the order of their thread's own sequence.

The sequence, not the time, is the order: hundreds of items share a ``datetime.now()``. A number is
taken from the thread's row in the same statement that writes the item, so that two writers on one
thread queue for it, and an item can never be written into a thread that is gone or somebody else's.
Writing an item that is there already keeps its place.
"""

from typing import Any, cast

from chatkit.types import ClientToolCallItem, Page, ThreadItem
from pydantic import TypeAdapter
from sqlalchemy import Row, ScalarSelect, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from chatkit_link.errors import NotFound
from chatkit_link.store.clock import to_database, to_model
from chatkit_link.store.cursor import bad_cursor, item_cursor, read_item_cursor
from chatkit_link.store.tables import thread_items, threads
from chatkit_link.store.tenancy import Session
from chatkit_link.store.text import JsonText, clean_text, to_json_text
from chatkit_link.store.threads import thread_not_found

_KEYS = {"id", "thread_id", "created_at", "type"}
_READ = [thread_items.c[name] for name in ("id", "thread_id", "seq", "type", "created_at", "data")]


def item_not_found() -> NotFound:
    return NotFound("There is no such item in this thread. It may have been deleted or replaced by a retry.")


class Items:
    """Reads and writes items; holds the SDK's item adapter, which takes milliseconds to build, once."""

    def __init__(self) -> None:
        self._adapter: TypeAdapter[ThreadItem] = TypeAdapter(ThreadItem)

    def parse(self, row: Row[Any]) -> ThreadItem:
        return self._adapter.validate_python(
            {
                **row.data,
                "id": row.id,
                "thread_id": row.thread_id,
                "type": row.type,
                "created_at": to_model(row.created_at),
            }
        )

    async def save(self, session: Session, thread_id: str, item: ThreadItem) -> None:
        """Write an item: at the end of the thread, or in its own place if it is there already.

        Raises:
            NotFound: the thread is unknown, foreign or deleted.
        """
        thread = (
            update(threads)
            .where(session.mine(threads), threads.c.id == clean_text(thread_id))
            .values(last_seq=threads.c.last_seq + 1, last_activity=func.clock_timestamp())
            .returning(threads.c.last_seq)
            .cte("thread")
        )
        names = ["thread_id", "id", "tenant", "user_id", "type", "data", "created_at", "seq"]
        values = select(
            literal(thread_id),
            literal(clean_text(item.id)),
            literal(session.caller.tenant),
            literal(session.caller.user),
            literal(item.type),
            literal(_body(item), thread_items.c.data.type),
            literal(to_database(item.created_at), thread_items.c.created_at.type),
            thread.c.last_seq,
        )
        statement = insert(thread_items).from_select(names, values)
        statement = statement.on_conflict_do_update(
            index_elements=["thread_id", "id"],
            set_={"type": statement.excluded.type, "data": statement.excluded.data},
        )
        if (await session.execute(statement.returning(thread_items.c.seq))).one_or_none() is None:
            raise thread_not_found()

    async def update(self, session: Session, thread_id: str, item: ThreadItem) -> None:
        """Change an item that is there; unlike ``save``, never bring one back that was deleted meanwhile.

        Raises:
            NotFound: there is no such item in this thread.
        """
        statement = (
            update(thread_items)
            .where(
                session.mine(thread_items),
                thread_items.c.thread_id == thread_id,
                thread_items.c.id == clean_text(item.id),
            )
            .values(type=item.type, data=_body(item))
        )
        if (await session.execute(statement)).rowcount == 0:
            raise item_not_found()

    async def load(self, session: Session, thread_id: str, item_id: str) -> ThreadItem:
        """Raises NotFound for an unknown item, or one of another thread or person."""
        statement = select(*_READ).where(
            session.mine(thread_items),
            thread_items.c.thread_id == clean_text(thread_id),
            thread_items.c.id == clean_text(item_id),
        )
        row = (await session.execute(statement)).one_or_none()
        if row is None:
            raise item_not_found()
        return self.parse(row)

    async def load_page(
        self, session: Session, thread_id: str, after: str | None, limit: int, order: str, *, upto: str | None = None
    ) -> Page[ThreadItem]:
        """One page in the thread's own order; nothing behind the item ``upto``, if one is named.

        Raises:
            NotFound: the thread is unknown or foreign.
            Unprocessable: ``after`` is not of this thread.
        """
        thread_id = clean_text(thread_id)
        seq = thread_items.c.seq
        statement = (
            select(*_READ).where(session.mine(thread_items), thread_items.c.thread_id == thread_id).limit(limit + 1)
        )
        if upto is not None:
            statement = statement.where(seq <= self._seq_of(session, thread_id, upto))
        if after:
            mark = await self._position(session, thread_id, after)
            statement = statement.where(seq > mark if order == "asc" else seq < mark)
        rows = (await session.execute(statement.order_by(seq.asc() if order == "asc" else seq.desc()))).all()
        if not rows:
            await _require_thread(session, thread_id)
        kept, more = rows[:limit], len(rows) > limit
        return Page(
            data=[self.parse(row) for row in kept],
            has_more=more,
            after=item_cursor(thread_id, kept[-1].seq) if kept and more else None,
        )

    async def delete_after(self, session: Session, thread_id: str, item_id: str) -> None:
        """Delete every item that stands behind ``item_id``. Raises NotFound where there is no such item."""
        await self.load(session, thread_id, item_id)
        await session.execute(
            delete(thread_items).where(
                session.mine(thread_items),
                thread_items.c.thread_id == thread_id,
                thread_items.c.seq > self._seq_of(session, thread_id, item_id),
            )
        )

    async def load_pending_tool_calls(self, session: Session, thread_id: str) -> list[ClientToolCallItem]:
        """Client tool calls that still wait for their output, the latest first, wherever they stand."""
        statement = (
            select(*_READ)
            .where(
                session.mine(thread_items),
                thread_items.c.thread_id == thread_id,
                thread_items.c.type == "client_tool_call",
                thread_items.c.data["status"].astext == "pending",
            )
            .order_by(thread_items.c.seq.desc())
        )
        items = [self.parse(row) for row in (await session.execute(statement)).all()]
        return [item for item in items if isinstance(item, ClientToolCallItem)]

    async def delete(self, session: Session, thread_id: str, item_ids: list[str]) -> None:
        """Delete items; those that are not there are no error (the SDK removes items it never stored).

        Raises:
            NotFound: the thread is unknown or foreign.
        """
        statement = delete(thread_items).where(
            session.mine(thread_items),
            thread_items.c.thread_id == clean_text(thread_id),
            thread_items.c.id.in_([clean_text(item_id) for item_id in item_ids]),
        )
        if (await session.execute(statement)).rowcount == 0:
            await _require_thread(session, thread_id)

    @staticmethod
    def _seq_of(session: Session, thread_id: str, item_id: str) -> ScalarSelect[Any]:
        return (
            select(thread_items.c.seq)
            .where(session.mine(thread_items), thread_items.c.thread_id == thread_id, thread_items.c.id == item_id)
            .scalar_subquery()
        )

    async def _position(self, session: Session, thread_id: str, after: str) -> int:
        """Where ``after`` points to: a cursor of ours, or the id of an item of this very thread."""
        if (seq := read_item_cursor(after, thread_id)) is not None:
            return seq
        statement = select(thread_items.c.seq).where(
            session.mine(thread_items),
            thread_items.c.thread_id == thread_id,
            thread_items.c.id == clean_text(after),
        )
        row = (await session.execute(statement)).one_or_none()
        if row is None:
            await _require_thread(session, thread_id)
            raise bad_cursor()
        return cast(int, row.seq)


def _body(item: ThreadItem) -> JsonText:
    """An item as its JSONB column holds it: without the parts that have columns of their own."""
    return to_json_text(item, exclude=_KEYS)


async def _require_thread(session: Session, thread_id: str) -> None:
    statement = select(threads.c.id).where(session.mine(threads), threads.c.id == clean_text(thread_id))
    if (await session.execute(statement)).one_or_none() is None:
        raise thread_not_found()
