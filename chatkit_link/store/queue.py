"""Messages that wait for the end of an answer, in the order in which they will be sent.

A message is in the queue or in its thread, never in both and never in neither: it is taken out in the transaction that
stores it as an item, and only if it is still what was read (``take``). Whoever changes the queue otherwise, such as by
editing a message while it is about to be sent, is either before that or finds it gone.

A message waits until the thread has no running run. One that is ``held`` waits for its user instead.
The thread's row is locked before rows of its queue, here and where a thread is deleted.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Integer,
    LargeBinary,
    Text,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from chatkit_link.errors import Conflict, NotFound, ThreadNotFound
from chatkit_link.store.engine import Database
from chatkit_link.store.event_log import Place
from chatkit_link.store.statement import Row, Statement
from chatkit_link.store.tables import WAITING, queued_messages, threads
from chatkit_link.store.tenancy import OWNER, Session, mine
from chatkit_link.translations import Localized
from chatkit_link.wire.sanitize import clean_text, clean_value

#: Messages that wait in one thread at most, and the characters of them all, as JSON. One always fits.
MOST = 20
MOST_CHARACTERS = 1_000_000
#: Threads that one replica begins at once after a look.
_AT_ONCE = 50


class NotQueued(NotFound):
    """The message is not in the queue any more, or not as it was read."""

    code = "message_not_queued"


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """A row. input: the ``UserMessageInput`` of the request. caller: who sent it (``protocol/beginning.py``).
    request_id: of the request. error: why it could not be sent, for its user.
    """

    id: str
    thread_id: str
    agent: str
    input: Mapping[str, Any]
    caller: bytes
    request_id: str
    allow_cancel: bool
    place: int = 0
    held: bool = False
    error: str | None = None
    created_at: datetime | None = None


_THREAD = bindparam("thread", type_=Text())
_ID = bindparam("queued", type_=Text())
_HERE = (mine(queued_messages), queued_messages.c.thread_id == _THREAD)
_THIS = (*_HERE, queued_messages.c.id == _ID)
_COLUMNS = [
    queued_messages.c[name]
    for name in (
        "id", "thread_id", "agent", "input", "caller", "request_id", "allow_cancel", "place", "held", "error",
        "created_at",
    )
]  # fmt: skip
#: The next place, and what the queue holds; in a transaction that has locked the thread.
_LOCK = Statement(select(threads.c.id).where(mine(threads), threads.c.id == _THREAD).with_for_update())
_EXTENT = Statement(
    select(
        func.count().label("messages"),
        func.coalesce(func.sum(func.length(queued_messages.c.input.cast(Text()))), 0).label("characters"),
        func.coalesce(func.max(queued_messages.c.place), 0).label("last"),
    ).where(*_HERE)
)
#: Of who sends it.
_SENDER: dict[str, Any] = {
    "caller": bindparam("new_caller", type_=LargeBinary()),
    "request_id": bindparam("request", type_=Text()),
    "allow_cancel": bindparam("new_allow_cancel", type_=Boolean()),
}
_NEW: dict[str, Any] = {
    "id": _ID,
    **OWNER,
    "thread_id": _THREAD,
    "place": bindparam("new_place", type_=BigInteger()),
    "agent": bindparam("new_agent", type_=Text()),
    "input": bindparam("new_input", type_=JSONB()),
    **_SENDER,
}
_ADD = Statement(insert(queued_messages).values(_NEW).returning(queued_messages.c.created_at))
_LIST = Statement(select(*_COLUMNS).where(*_HERE).order_by(queued_messages.c.place))
_NEXT = Statement(select(*_COLUMNS).where(*_HERE, WAITING).order_by(queued_messages.c.place).limit(1))
_LOAD = Statement(select(*_COLUMNS).where(*_THIS))
_EDIT = Statement(update(queued_messages).where(*_THIS).values(input=bindparam("new_input", type_=JSONB()), error=None))
_REMOVE = Statement(delete(queued_messages).where(*_THIS))
_TAKE = Statement(
    delete(queued_messages).where(
        *_THIS,
        WAITING,
        queued_messages.c.place == bindparam("read_place", type_=BigInteger()),
        queued_messages.c.input == bindparam("read_input", type_=JSONB()),
    )
)
_FIRST = queued_messages.alias("first")
_IS_IT = queued_messages.c.id == _ID
_RELEASE = Statement(
    update(queued_messages)
    .where(*_HERE, _IS_IT | queued_messages.c.error.is_(None))
    .values(
        held=literal(value=False),
        is_next=_IS_IT,
        error=None,
        **{name: case((_IS_IT, new), else_=queued_messages.c[name]) for name, new in _SENDER.items()},
        place=case(
            (
                _IS_IT,
                select(func.min(_FIRST.c.place) - 1)
                .where(mine(_FIRST), _FIRST.c.thread_id == _THREAD)
                .scalar_subquery(),
            ),
            else_=queued_messages.c.place,
        ),
    )
)
_REFUSE = Statement(
    update(queued_messages)
    .where(*_HERE)
    .values(
        held=literal(value=True),
        is_next=literal(value=False),
        error=case((_IS_IT, bindparam("why", type_=Text())), else_=queued_messages.c.error),
    )
)
_FIND_WAITING = Statement(
    text("""
    SELECT DISTINCT tenant, user_id, thread_id FROM queued_messages
    WHERE NOT held AND NOT EXISTS (
        SELECT FROM runs WHERE runs.tenant = queued_messages.tenant AND runs.thread_id = queued_messages.thread_id
        AND runs.status = 'running'
    ) LIMIT :most
    """).bindparams(bindparam("most", _AT_ONCE, type_=Integer()))
)
#: As SQL, whether ``find_waiting`` would find any.
IS_WAITING = """EXISTS (
    SELECT FROM queued_messages WHERE NOT held AND NOT EXISTS (
        SELECT FROM runs WHERE runs.tenant = queued_messages.tenant AND runs.thread_id = queued_messages.thread_id
        AND runs.status = 'running'
    )
)"""


def _queued(row: Row) -> QueuedMessage:
    return QueuedMessage(**dict(row.items()))


async def add(session: Session, message: QueuedMessage) -> datetime:
    """Put a message at the end of its thread's queue; when that was. The session is in a transaction.

    Raises:
        NotFound: there is no such thread.
        Conflict: the queue is full.
    """
    values = {"thread": message.thread_id, "queued": message.id}
    if not await session.execute(_LOCK, **values):
        raise ThreadNotFound(Localized("thread_not_found"))
    (extent,) = await session.execute(_EXTENT, **values)
    given = clean_value(dict(message.input))
    characters = extent.characters + len(json.dumps(given, ensure_ascii=False))
    if extent.messages >= MOST or (extent.messages and characters > MOST_CHARACTERS):
        raise Conflict(Localized("queue_full", most=MOST))
    added = await session.execute(
        _ADD,
        **values,
        new_place=extent.last + 1,
        new_agent=message.agent,
        new_input=given,
        new_caller=message.caller,
        new_allow_cancel=message.allow_cancel,
        request=message.request_id,
    )
    return added[0].created_at


async def list_messages(session: Session, thread_id: str) -> list[QueuedMessage]:
    """The queue of one of the caller's threads, in the order in which it will be sent."""
    return [_queued(row) for row in await session.execute(_LIST, thread=clean_text(thread_id))]


async def find_next(session: Session, thread_id: str) -> QueuedMessage | None:
    """What is to be sent next in one of the caller's threads, once it has no running run."""
    row = (await session.execute(_NEXT, thread=thread_id)).one_or_none()
    return None if row is None else _queued(row)


async def load(session: Session, thread_id: str, queued_id: str) -> QueuedMessage:
    """Raises NotFound for one that is not in this queue any more."""
    row = (await session.execute(_LOAD, thread=clean_text(thread_id), queued=clean_text(queued_id))).one_or_none()
    if row is None:
        raise not_queued()
    return _queued(row)


async def edit(session: Session, thread_id: str, queued_id: str, given: Mapping[str, Any]) -> None:
    """Change what will be sent. Raises NotFound."""
    values = {"thread": thread_id, "queued": queued_id, "new_input": clean_value(dict(given))}
    if (await session.execute(_EDIT, **values)).changed == 0:
        raise not_queued()


async def remove(session: Session, thread_id: str, queued_id: str) -> None:
    """Take a message out, which is not sent then. Raises NotFound."""
    values = {"thread": clean_text(thread_id), "queued": clean_text(queued_id)}
    if (await session.execute(_REMOVE, **values)).changed == 0:
        raise not_queued()


async def release(
    session: Session, thread_id: str, queued_id: str, *, caller: bytes, request_id: str, allow_cancel: bool
) -> None:
    """Put a message before all others, and let those behind it go on that were held. Raises NotFound.

    caller, request_id, allow_cancel: of who asks for that, in the place of those that it was queued with.
    """
    await load(session, thread_id, queued_id)
    await session.execute(
        _RELEASE,
        thread=clean_text(thread_id),
        queued=clean_text(queued_id),
        new_caller=caller,
        request=request_id,
        new_allow_cancel=allow_cancel,
    )


async def refuse(session: Session, thread_id: str, queued_id: str, why: str) -> None:
    """A message could not be sent: it, and what is behind it, waits for its user."""
    await session.execute(_REFUSE, thread=thread_id, queued=queued_id, why=why)


async def take(session: Session, message: QueuedMessage) -> None:
    """Take a message out that is stored in the same transaction, behind which its thread's row is locked.

    Raises:
        NotFound: it was sent by another replica, removed, edited or held since it was read.
    """
    taken = await session.execute(
        _TAKE,
        thread=message.thread_id,
        queued=message.id,
        read_place=message.place,
        read_input=dict(message.input),
    )
    if taken.changed == 0:
        raise not_queued()


async def find_waiting(database: Database) -> list[Place]:
    """Threads of all users in which a message waits, and no run is running."""
    async with database.replica() as connection:
        return [Place(*row) for row in await connection.execute(_FIND_WAITING)]


def not_queued() -> NotQueued:
    return NotQueued(Localized("message_not_queued"))
