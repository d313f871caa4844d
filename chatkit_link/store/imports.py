"""Whole threads from elsewhere: with their items, in their own order, at their own times, and all in one transaction.

So a thread that is here is here whole, and an import that was broken off goes on with those that are missing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chatkit.types import Attachment, ThreadItem, ThreadMetadata
from sqlalchemy import BigInteger, DateTime, Text, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from chatkit_link.store.clock import to_database
from chatkit_link.store.items import item_columns
from chatkit_link.store.statement import Statement, any_of
from chatkit_link.store.tables import attachments, inactive_items, thread_items, threads
from chatkit_link.store.tenancy import OWNER, Session, mine
from chatkit_link.store.threads import insert_thread, new_thread, set_title_if_none, thread_not_found
from chatkit_link.wire.sanitize import clean_text, to_json_text

_THREAD = bindparam("thread", type_=Text())
_AT = bindparam("last", type_=DateTime(timezone=True))
_ADD_THREAD = Statement(
    insert_thread().values(last_seq=bindparam("number", type_=BigInteger()), last_activity=_AT).returning(threads.c.id)
)
_ADD_ITEM = Statement(
    insert(thread_items)
    .values(
        thread_id=_THREAD,
        id=bindparam("item", type_=Text()),
        **OWNER,
        seq=bindparam("place", type_=BigInteger()),
        type=bindparam("item_type", type_=Text()),
        data=bindparam("body", type_=JSONB()),
        created_at=bindparam("created", type_=DateTime(timezone=True)),
    )
    .on_conflict_do_nothing()
)
# An id that is taken keeps its owner: the message has the attachment's name in any case.
_ADD_ATTACHMENT = Statement(
    insert(attachments)
    .values(
        id=bindparam("attachment", type_=Text()),
        **OWNER,
        thread_id=_THREAD,
        data=bindparam("body", type_=JSONB()),
    )
    .on_conflict_do_nothing()
)
_LAST = Statement(select(threads.c.last_seq).where(mine(threads), threads.c.id == _THREAD).with_for_update())
# Also what has left the thread's path here.
_ITEMS = Statement(
    select(thread_items.c.id)
    .where(mine(thread_items), thread_items.c.thread_id == _THREAD)
    .union_all(select(inactive_items.c.id).where(mine(inactive_items), inactive_items.c.thread_id == _THREAD))
)
_GROW = Statement(
    update(threads)
    .where(mine(threads), threads.c.id == _THREAD)
    .values(
        last_seq=bindparam("number", type_=BigInteger()),
        last_activity=func.greatest(threads.c.last_activity, _AT),
    )
)


@dataclass(frozen=True, slots=True)
class WholeThread:
    """A thread as it was elsewhere. items: oldest first, with different ids. attachments: of its messages."""

    thread: ThreadMetadata
    items: Sequence[ThreadItem]
    attachments: Sequence[Attachment]

    @property
    def last(self) -> datetime:
        """When something last happened in it."""
        return to_database(max([self.thread.created_at, *(item.created_at for item in self.items)]))


async def find_known(session: Session, thread_ids: Collection[str]) -> set[str]:
    """Those of the threads that the caller has here already."""
    clean = {clean_text(thread_id): thread_id for thread_id in thread_ids}
    statement = select(threads.c.id).where(mine(threads), threads.c.id == any_of(list(clean)))
    return {clean[row.id] for row in await session.execute(statement)}


async def add_whole(session: Session, whole: WholeThread) -> bool:
    """Write a thread that is not here yet; False if it has come meanwhile. Needs an atomic session.

    Raises:
        NotFound: the thread's id is another user's.
    """
    row = await session.execute(_ADD_THREAD, **new_thread(whole.thread), number=len(whole.items), last=whole.last)
    if not row:
        if await find_known(session, [whole.thread.id]):
            return False
        raise thread_not_found()
    await _add(session, whole, whole.items, 0)
    return True


async def add_missing(session: Session, whole: WholeThread) -> int:
    """Write those items of a thread that it does not have here yet behind those it has; how many. Atomic, too.

    Raises:
        NotFound: there is no such thread of the caller's.
    """
    thread_id = clean_text(whole.thread.id)
    row = (await session.execute(_LAST, thread=thread_id)).one_or_none()
    if row is None:
        raise thread_not_found()
    known = {found.id for found in await session.execute(_ITEMS, thread=thread_id)}
    missing = [item for item in whole.items if clean_text(item.id) not in known]
    if missing:
        await _add(session, whole, missing, row.last_seq)
        await session.execute(_GROW, thread=thread_id, number=row.last_seq + len(missing), last=whole.last)
    if whole.thread.title:
        await set_title_if_none(session, thread_id, whole.thread.title)
    return len(missing)


async def _add(session: Session, whole: WholeThread, items: Sequence[ThreadItem], last_seq: int) -> None:
    thread_id = clean_text(whole.thread.id)
    rows: list[dict[str, Any]] = [
        {"thread": thread_id, "place": place, **item_columns(item)} for place, item in enumerate(items, last_seq + 1)
    ]
    await session.execute_many(_ADD_ITEM, rows)
    files: list[dict[str, Any]] = [
        {"thread": thread_id, "attachment": clean_text(attachment.id), "body": to_json_text(attachment)}
        for attachment in whole.attachments
    ]
    await session.execute_many(_ADD_ATTACHMENT, files)
