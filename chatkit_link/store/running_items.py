"""What a running run has stored in its thread, to be taken back with its question (``rollback`` of the catalog)."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Text, bindparam, select

from chatkit_link.store.statement import Statement
from chatkit_link.store.tables import RUNNING, runs, thread_items
from chatkit_link.store.tenancy import Session, mine

_THREAD = bindparam("thread", type_=Text())
_RUNNING = Statement(
    select(runs.c.id, runs.c.retried, runs.c.claim).where(mine(runs), runs.c.thread_id == _THREAD, RUNNING)
)
_HERE = (mine(thread_items), thread_items.c.thread_id == _THREAD)
_SEQ = Statement(select(thread_items.c.seq).where(*_HERE, thread_items.c.id == bindparam("item", type_=Text())))
_BEHIND = Statement(
    select(thread_items.c.id, thread_items.c.type)
    .where(*_HERE, thread_items.c.seq > bindparam("after", type_=BigInteger()))
    .order_by(thread_items.c.seq.desc())
)


@dataclass(frozen=True, slots=True)
class RunningRun:
    """retried: the message that it answers again. claim: what was known when it began (``protocol/beginning.py``)."""

    id: str
    retried: str | None
    claim: bytes | None


async def find_running(session: Session, thread_id: str) -> RunningRun | None:
    """The run that is running on one of the caller's threads."""
    row = (await session.execute(_RUNNING, thread=thread_id)).one_or_none()
    return None if row is None else RunningRun(*row)


async def position_of(session: Session, thread_id: str, item_id: str) -> int | None:
    """Where an item stands; None where it is gone."""
    row = (await session.execute(_SEQ, thread=thread_id, item=item_id)).one_or_none()
    return None if row is None else row.seq


async def items_behind(session: Session, thread_id: str, after: int) -> dict[str, str]:
    """The items behind a position, the newest first: id -> type."""
    return {row.id: row.type for row in await session.execute(_BEHIND, thread=thread_id, after=after)}
