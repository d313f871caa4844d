"""What the model said, called and read in a turn, kept beside the items that the person sees.

ChatKit items hold no tool calls, so a model that is shown only them forgets in the next turn what it
found in this one. A turn's record is anchored to the item it answered (a user message, as a rule)
and goes when that item goes.
"""

from collections.abc import Sequence
from typing import Any, TypedDict

from sqlalchemy import delete, literal, select
from sqlalchemy.dialects.postgresql import insert

from chatkit_link.store.tables import thread_items, turns
from chatkit_link.store.tenancy import Session


class TurnRecord(TypedDict):
    """input: model input items (OpenAI Responses format) of the turn, without the anchor's own.
    covers: ids of the thread items that these stand for. sources: citation number -> title and url.
    """

    input: list[dict[str, Any]]
    covers: list[str]
    sources: dict[str, dict[str, str]]


async def save_turn(session: Session, thread_id: str, anchor_id: str, record: TurnRecord) -> None:
    """Keep the record; a second one for the same anchor (a retry) replaces the first."""
    # Only while the anchor is there: it may have been deleted while the answer was being written.
    anchor = select(
        thread_items.c.thread_id,
        thread_items.c.id,
        thread_items.c.tenant,
        thread_items.c.user_id,
        literal(record, turns.c.record.type),
    ).where(session.mine(thread_items), thread_items.c.thread_id == thread_id, thread_items.c.id == anchor_id)
    statement = insert(turns).from_select(["thread_id", "anchor_id", "tenant", "user_id", "record"], anchor)
    statement = statement.on_conflict_do_update(
        index_elements=["thread_id", "anchor_id"], set_={"record": statement.excluded.record}, where=session.mine(turns)
    )
    await session.execute(statement)


async def load_turns(session: Session, thread_id: str, anchor_ids: Sequence[str]) -> dict[str, TurnRecord]:
    """Anchor id -> record, for those of the anchors that have one."""
    statement = select(turns.c.anchor_id, turns.c.record).where(
        session.mine(turns), turns.c.thread_id == thread_id, turns.c.anchor_id.in_(anchor_ids)
    )
    return {row.anchor_id: row.record for row in (await session.execute(statement)).all()}


async def drop_turns(session: Session, thread_id: str, anchor_ids: Sequence[str]) -> None:
    """Forget the records, as a retry does before it answers anew."""
    await session.execute(
        delete(turns).where(session.mine(turns), turns.c.thread_id == thread_id, turns.c.anchor_id.in_(anchor_ids))
    )
