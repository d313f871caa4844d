"""What the model wrote, called and read in a turn, stored beside the items that the user sees.

ChatKit items hold no tool calls, so a model that gets only them forgets in the next turn what it
found in this one. A turn's record is anchored to the item it answered (a user message, as a rule)
and goes when that item goes.
"""

from collections.abc import Callable
from typing import Any, NotRequired, TypedDict, cast

from sqlalchemy import ColumnElement, Text, bindparam, delete, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import Insert, insert

from chatkit_link.store.statement import Statement
from chatkit_link.store.tables import ENDED_TURN, WAITING_TURN, thread_items, turns
from chatkit_link.store.tenancy import Session, mine, writable
from chatkit_link.store.unreadable import UNREADABLE, reason_of, report


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


class Ending(TypedDict):
    """How a turn ended whose answer is not whole. status: "cancelled", "failed" or "interrupted".
    after: id of the newest item that a user saw at that time. error: the ChatKit error event that was emitted.
    """

    status: str
    after: str
    error: NotRequired[dict[str, Any]]


class TurnRecord(TypedDict):
    """input: model input items (OpenAI Responses format) of the turn, without the anchor's own.
    covers: ids of the thread items that these stand for. sources: citation number -> title and url.
    waiting: how to go on, where the turn has asked something. failed: what a retry need not do again.
    ending: for the user, also of a turn of which nothing else is recorded.
    state: what an exported workflow keeps for the thread's next turn, where this one has finished.
    """

    input: list[dict[str, Any]]
    covers: list[str]
    sources: dict[str, dict[str, str]]
    waiting: NotRequired[Waiting]
    failed: NotRequired[Failed]
    ending: NotRequired[Ending]
    state: NotRequired[dict[str, Any]]


#: A thread with more endings than these shows the newest of them.
MOST_ENDINGS = 200


def _upsert(change: Callable[[Insert], ColumnElement[Any]]) -> Statement:
    """The record of a turn; ``change`` is what becomes of one that is there."""
    # Only while the anchor is there: it may have been deleted while the answer was being written.
    anchor = select(
        thread_items.c.thread_id,
        thread_items.c.id,
        thread_items.c.tenant,
        thread_items.c.user_id,
        bindparam("record", type_=turns.c.record.type),
    ).where(writable(thread_items), thread_items.c.thread_id == _THREAD, thread_items.c.id == bindparam("anchor"))
    # Two that write the same record wait for each other here: in a database with the former key, the second would
    # otherwise meet that index, which its ON CONFLICT does not name.
    anchor = anchor.with_for_update(key_share=True)
    statement = insert(turns).from_select(["thread_id", "anchor_id", "tenant", "user_id", "record"], anchor)
    return Statement(
        statement.on_conflict_do_update(
            index_elements=["tenant", "thread_id", "anchor_id"], set_={"record": change(statement)}, where=mine(turns)
        )
    )


def _newest(*conditions: ColumnElement[bool]) -> Any:
    newest = select(thread_items.c.id).where(mine(thread_items), thread_items.c.thread_id == _THREAD, *conditions)
    return newest.order_by(thread_items.c.seq.desc()).limit(1).scalar_subquery()


_THREAD = bindparam("thread", type_=Text())
_SAVE = _upsert(lambda statement: statement.excluded.record)
_MARK = _upsert(lambda _: turns.c.record.op("||")(bindparam("ending", type_=turns.c.record.type)))
#: Behind what a user sees there may be items for the model alone.
_VISIBLE = [thread_items.c.type != hidden for hidden in ("hidden_context_item", "sdk_hidden_context", "end_of_turn")]
_PLACE = Statement(
    select(_newest(*_VISIBLE).label("newest"), _newest(thread_items.c.type == "user_message").label("question"))
)
_ENDINGS = Statement(
    select(turns.c.anchor_id, turns.c.record["ending"].label("ending"))
    .where(mine(turns), turns.c.thread_id == _THREAD, ENDED_TURN)
    .order_by(turns.c.created_at.desc())
    .limit(MOST_ENDINGS)
)
_SETTLE = Statement(
    update(turns)
    .where(
        writable(turns),
        turns.c.thread_id == _THREAD,
        turns.c.anchor_id == _newest(thread_items.c.type == "user_message"),
        or_(*(turns.c.record["ending"]["status"].astext == status for status in ("failed", "interrupted"))),
    )
    .values(record=turns.c.record.op("-")(literal_column("'ending'")))
)
_STOP_WAITING = Statement(
    update(turns)
    .where(
        writable(turns),
        turns.c.thread_id == _THREAD,
        WAITING_TURN,
        turns.c.record["waiting"]["item"].astext == bindparam("item", type_=Text()),
    )
    .values(record=turns.c.record.op("-")(literal_column("'waiting'")))
)
_LOAD = Statement(
    select(turns.c.record).where(mine(turns), turns.c.thread_id == _THREAD, turns.c.anchor_id == bindparam("anchor"))
)
_DROP = Statement(
    delete(turns).where(writable(turns), turns.c.thread_id == _THREAD, turns.c.anchor_id == bindparam("anchor"))
)


def require_record(value: Any) -> TurnRecord:
    """A stored record. Raises one of ``UNREADABLE`` where it has another shape, of another version for instance."""
    if not (
        all(isinstance(item, dict) for item in _list(value["input"]))
        and all(isinstance(item_id, str) for item_id in _list(value["covers"]))
        and all(number.isdigit() and source["title"] and source["url"] for number, source in value["sources"].items())
        and all(isinstance(value.get(name, {}), dict) for name in ("waiting", "failed", "ending", "state"))
    ):
        raise TypeError
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return cast("list[Any]", value)


def read_record(value: Any, thread_id: str, anchor_id: str) -> TurnRecord | None:
    """A stored record; None where there is none, or none that can be read."""
    if value is None:
        return None
    try:
        return require_record(value)
    except UNREADABLE as error:
        report(f"the record of the turn of item {anchor_id} of thread {thread_id}", reason_of(error, value))
        return None


def _is_ending(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    ending = cast("dict[str, Any]", value)
    return isinstance(ending.get("status"), str) and isinstance(ending.get("after"), str)


async def save_turn(session: Session, thread_id: str, anchor_id: str, record: TurnRecord) -> None:
    """Store the record; a second one for the same anchor (a retry) replaces the first."""
    await session.execute(_SAVE, thread=thread_id, anchor=anchor_id, record=record)


async def load_turn(session: Session, thread_id: str, anchor_id: str) -> TurnRecord | None:
    """The record of a turn, if it has one."""
    row = (await session.execute(_LOAD, thread=thread_id, anchor=anchor_id)).one_or_none()
    return None if row is None else read_record(row.record, thread_id, anchor_id)


async def drop_turn(session: Session, thread_id: str, anchor_id: str) -> None:
    """Delete a record, as a retry does before it answers again."""
    await session.execute(_DROP, thread=thread_id, anchor=anchor_id)


async def stop_waiting(session: Session, thread_id: str, item_id: str) -> None:
    """Forget how the turn that waits for this question goes on."""
    await session.execute(_STOP_WAITING, thread=thread_id, item=item_id)


async def save_ending(
    session: Session, thread_id: str, anchor_id: str | None, status: str, error: dict[str, Any] | None = None
) -> None:
    """Record that the answer to a message is not whole. anchor_id: the message; None for the thread's newest one."""
    place = (await session.execute(_PLACE, thread=thread_id)).one_or_none()
    anchor = anchor_id or (place.question if place else None)
    if place is None or anchor is None:
        return
    ending = Ending(status=status, after=place.newest)
    if error is not None:
        ending["error"] = error
    record = TurnRecord(input=[], covers=[], sources={}, ending=ending)
    await session.execute(_MARK, thread=thread_id, anchor=anchor, record=record, ending={"ending": ending})


async def load_endings(session: Session, thread_id: str) -> dict[str, Ending]:
    """By the message that was answered, the newest first."""
    rows = await session.execute(_ENDINGS, thread=thread_id)
    return {row.anchor_id: row.ending for row in rows if _is_ending(row.ending)}


async def settle_ending(session: Session, thread_id: str) -> None:
    """Forget that the newest turn failed: something that the user did in it has gone well since."""
    await session.execute(_SETTLE, thread=thread_id)
