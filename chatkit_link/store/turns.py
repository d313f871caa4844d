"""What the model wrote, called and read in a turn, stored beside the items that the user sees.

ChatKit items hold no tool calls, so a model that gets only them forgets in the next turn what it
found in this one. A turn's record is anchored to the item it answered (a user message, as a rule)
and goes when that item goes.
"""

from typing import Any, NotRequired, TypedDict

from sqlalchemy import Text, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from chatkit_link.store.statement import Statement
from chatkit_link.store.tables import thread_items, turns
from chatkit_link.store.tenancy import Session, mine


class Waiting(TypedDict):
    """A turn that waits for the user. item: the question's id. place: where its answer belongs.
    steps: what has been done, by place. version: of the program that was doing it.
    """

    version: str
    steps: dict[str, Any]
    item: str
    place: str


class Failed(TypedDict):
    """What a turn had done when a model's server failed it. steps, version: as in ``Waiting``."""

    version: str
    steps: dict[str, Any]


class TurnRecord(TypedDict):
    """input: model input items (OpenAI Responses format) of the turn, without the anchor's own.
    covers: ids of the thread items that these stand for. sources: citation number -> title and url.
    waiting: how to go on, where the turn has asked something. failed: what a retry need not do again.
    """

    input: list[dict[str, Any]]
    covers: list[str]
    sources: dict[str, dict[str, str]]
    waiting: NotRequired[Waiting]
    failed: NotRequired[Failed]


def _save() -> Statement:
    # Only while the anchor is there: it may have been deleted while the answer was being written.
    anchor = select(
        thread_items.c.thread_id,
        thread_items.c.id,
        thread_items.c.tenant,
        thread_items.c.user_id,
        bindparam("record", type_=turns.c.record.type),
    ).where(mine(thread_items), thread_items.c.thread_id == _THREAD, thread_items.c.id == bindparam("anchor"))
    statement = insert(turns).from_select(["thread_id", "anchor_id", "tenant", "user_id", "record"], anchor)
    return Statement(
        statement.on_conflict_do_update(
            index_elements=["thread_id", "anchor_id"], set_={"record": statement.excluded.record}, where=mine(turns)
        )
    )


_THREAD = bindparam("thread", type_=Text())
_SAVE = _save()
_LOAD = Statement(
    select(turns.c.record).where(mine(turns), turns.c.thread_id == _THREAD, turns.c.anchor_id == bindparam("anchor"))
)
_DROP = Statement(
    delete(turns).where(mine(turns), turns.c.thread_id == _THREAD, turns.c.anchor_id == bindparam("anchor"))
)


async def save_turn(session: Session, thread_id: str, anchor_id: str, record: TurnRecord) -> None:
    """Store the record; a second one for the same anchor (a retry) replaces the first."""
    await session.execute(_SAVE, thread=thread_id, anchor=anchor_id, record=record)


async def load_turn(session: Session, thread_id: str, anchor_id: str) -> TurnRecord | None:
    """The record of a turn, if it has one."""
    row = (await session.execute(_LOAD, thread=thread_id, anchor=anchor_id)).one_or_none()
    return None if row is None else row.record


async def drop_turn(session: Session, thread_id: str, anchor_id: str) -> None:
    """Delete a record, as a retry does before it answers again."""
    await session.execute(_DROP, thread=thread_id, anchor=anchor_id)
