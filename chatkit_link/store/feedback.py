"""Thumbs up, thumbs down: one opinion per item, the last one counts."""

from collections.abc import Sequence

from chatkit.types import FeedbackKind
from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import insert

from chatkit_link.store.items import item_not_found
from chatkit_link.store.statement import any_of
from chatkit_link.store.tables import feedback, thread_items
from chatkit_link.store.tenancy import Session, mine
from chatkit_link.wire.sanitize import clean_text


async def save_feedback(session: Session, thread_id: str, item_ids: Sequence[str], kind: FeedbackKind) -> None:
    """Record an opinion on items of one thread. Needs an atomic session: all of them or none.

    Raises:
        NotFound: one of the items is unknown, foreign or of another thread.
    """
    wanted = {clean_text(item_id) for item_id in item_ids}
    rows = (
        select(
            thread_items.c.thread_id, thread_items.c.id, thread_items.c.tenant, thread_items.c.user_id, literal(kind)
        )
        .where(
            mine(thread_items),
            thread_items.c.thread_id == clean_text(thread_id),
            thread_items.c.id == any_of(wanted),
        )
        .order_by(thread_items.c.id)
        .with_for_update(key_share=True)  # as in turns.py
    )
    statement = insert(feedback).from_select(["thread_id", "item_id", "tenant", "user_id", "kind"], rows)
    statement = statement.on_conflict_do_update(
        index_elements=["tenant", "thread_id", "item_id"],
        set_={"kind": statement.excluded.kind, "created_at": func.now()},
    )
    saved = await session.execute(statement.returning(feedback.c.item_id))
    if len(saved) != len(wanted):
        raise item_not_found()


async def load_feedback(session: Session, thread_id: str) -> dict[str, FeedbackKind]:
    """Item id -> opinion, for one thread."""
    statement = select(feedback.c.item_id, feedback.c.kind).where(
        mine(feedback), feedback.c.thread_id == clean_text(thread_id)
    )
    return {row.item_id: row.kind for row in await session.execute(statement)}
