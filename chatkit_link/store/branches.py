"""The branches of a thread: which there are, and how its active path is set to another one.

A place has siblings where an item of the path and inactive ones (``inactive_items.py``) have the same parent: versions
of a message that was edited, or of an answer that was given again.
"""

import re
import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from chatkit_link.errors import Conflict, ThreadBusy, Unprocessable
from chatkit_link.store.inactive_items import come_back, leave, lock_thread, statement
from chatkit_link.store.items import item_not_found
from chatkit_link.store.tenancy import Session
from chatkit_link.translations import Localized
from chatkit_link.wire.encoding import HIDDEN_TYPES
from chatkit_link.wire.sanitize import clean_text

#: The name of an inactive item whose id alone could mean another one: models and servers may repeat theirs.
_NAMED = re.compile(r"(.+)~([0-9]{1,18})", re.DOTALL)
_NOT_DISPLAYED = frozenset({*HIDDEN_TYPES, "end_of_turn"})

_FIND = statement("""
    SELECT item.seq, item.type, coalesce((
        SELECT max(other.seq) FROM thread_items AS other WHERE {of:other} AND other.seq < item.seq
    ), 0) AS parent
    FROM thread_items AS item WHERE {of:item} AND item.id = :item
""")
_FIND_INACTIVE = statement("""
    SELECT seq FROM inactive_items AS inactive WHERE {of:inactive} AND inactive.id = :item
    ORDER BY inactive.seq DESC LIMIT 1
""")
_FIND_NAMED = statement("""
    SELECT seq FROM inactive_items AS inactive
    WHERE {of:inactive} AND inactive.id = :item AND inactive.seq = :seq
""")
_ANY = statement("SELECT item.id FROM thread_items AS item WHERE {of:item} AND item.id = ANY (:ids) LIMIT 1")
_AT = statement("SELECT id FROM thread_items AS item WHERE {of:item} AND item.seq = :seq")
_BEHIND = statement("""
    SELECT seq, parent_seq FROM inactive_items AS inactive WHERE {of:inactive} AND inactive.seq >= :seq ORDER BY seq
""")
_BEFORE = statement("""
    SELECT seq, parent_seq FROM inactive_items AS inactive WHERE {of:inactive} AND inactive.seq < :seq
""")
# Each row is looked up by its key (LIMIT), however many there are: a plan that reads whole threads is none.
_LIST = statement("""
    SELECT inactive.seq, inactive.parent_seq, inactive.id, child.seq AS child_seq, child.id AS child_id,
        child.type AS child_type, shown.id AS shown_id, shown.type AS shown_type,
        (SELECT true FROM thread_items AS item WHERE {of:item} AND item.id = inactive.id LIMIT 1) IS NOT NULL
        OR (
            SELECT true FROM inactive_items AS other
            WHERE {of:other} AND other.id = inactive.id AND other.seq <> inactive.seq LIMIT 1
        ) IS NOT NULL AS is_ambiguous
    FROM inactive_items AS inactive
    LEFT JOIN LATERAL (
        SELECT item.seq FROM thread_items AS item WHERE {of:item} AND item.seq = inactive.parent_seq LIMIT 1
    ) AS parent ON true
    CROSS JOIN LATERAL (
        SELECT item.seq, item.id, item.type FROM thread_items AS item
        WHERE {of:item} AND item.seq > inactive.parent_seq ORDER BY item.seq LIMIT 1
    ) AS child
    LEFT JOIN LATERAL (
        SELECT item.id, item.type FROM thread_items AS item
        WHERE {of:item} AND item.seq >= child.seq AND item.type <> ALL (:hidden) ORDER BY item.seq LIMIT 1
    ) AS shown ON true
    WHERE {of:inactive} AND inactive.is_first AND (inactive.parent_seq = 0 OR parent.seq IS NOT NULL)
    ORDER BY inactive.parent_seq, inactive.seq
""")
# No other transaction sees this row. Until the end of this one, a claim of the thread waits for it (a unique index).
_HOLD = statement("""
    INSERT INTO runs (id, tenant, user_id, thread_id, agent, status, replica, lease_until)
    VALUES (:item, :caller_tenant, :caller_user, :thread, '', 'running', '', now())
    ON CONFLICT DO NOTHING RETURNING id
""")
_LET_GO = statement("DELETE FROM runs AS run WHERE {of:run} AND run.id = :item")


@dataclass(frozen=True, slots=True)
class BranchPoint:
    """A place of the active path with siblings.

    item_id: of the user message, or of the first item of the answer. siblings: names for ``walk``, oldest first, and
    ``item_id`` among them.
    """

    item_id: str
    siblings: tuple[str, ...]


async def load_branches(session: Session, thread_id: str) -> list[BranchPoint]:
    """The places of a thread's active path that have siblings, in its order."""
    rows = await session.execute(_LIST, thread=clean_text(thread_id), hidden=sorted(_NOT_DISPLAYED))
    by_parent: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_parent[row.parent_seq].append(row)
    return [_point(siblings) for siblings in by_parent.values()]


def _point(inactive: list[Any]) -> BranchPoint:
    child: Any = inactive[0]
    # Users may not see how an answer begins; but the next message is another place.
    is_another = child.shown_type == "user_message" and child.child_type != "user_message"
    item_id: str = child.child_id if child.shown_id is None or is_another else child.shown_id
    names = {row.seq: f"{row.id}~{row.seq}" if row.is_ambiguous else row.id for row in inactive}
    names[child.child_seq] = item_id
    return BranchPoint(item_id, tuple(names[seq] for seq in sorted(names)))


async def has_any(session: Session, thread_id: str, item_ids: Collection[str]) -> bool:
    """Whether one of these items is on the thread's active path."""
    ids = [clean_text(item_id) for item_id in item_ids]
    return bool(await session.execute(_ANY, thread=clean_text(thread_id), ids=ids))


async def leave_from(session: Session, thread_id: str, item_id: str) -> None:
    """A message of the path leaves it with all that follows, so that another version can be added. Needs an atomic
    session.

    Raises:
        NotFound: there is no such item.
        Conflict: the item is not on the path any more.
        Unprocessable: it is no message of a user.
    """
    await lock_thread(session, clean_text(thread_id))
    await leave(session, clean_text(thread_id), await _parent_of_message(session, thread_id, item_id))


async def require_editable(session: Session, thread_id: str, item_id: str) -> None:
    """Raises as ``leave_from``, and changes nothing."""
    await _parent_of_message(session, thread_id, item_id)


async def _parent_of_message(session: Session, thread_id: str, item_id: str) -> int:
    values = {"thread": clean_text(thread_id), "item": clean_text(item_id)}
    row = (await session.execute(_FIND, **values)).one_or_none()
    if row is None:
        if await session.execute(_FIND_INACTIVE, **values):
            raise Conflict(Localized("message_edited"))
        raise item_not_found()
    if row.type != "user_message":
        raise Unprocessable("Only a user's message can be edited, and this item is none.")
    return row.parent


async def leave_behind(session: Session, thread_id: str, item_id: str, last: int | None = None) -> None:
    """All that follows an item of the path leaves it, up to the position ``last``. Needs an atomic session. Raises
    NotFound.
    """
    await lock_thread(session, thread_id)
    row = (await session.execute(_FIND, thread=thread_id, item=item_id)).one_or_none()
    if row is None:
        raise item_not_found()
    await leave(session, thread_id, row.seq, last)


async def walk(session: Session, thread_id: str, name: str) -> None:
    """Set the active path to the newest branch through this item; nothing where it is on it. Needs an atomic session.

    name: an item's id, or a name of ``load_branches``.

    Raises:
        ThreadBusy: an answer is being written.
        NotFound: there is no such thread, or no such item in it.
    """
    thread_id, name = clean_text(thread_id), clean_text(name)
    held = f"run_{uuid.uuid4().hex}"
    if not await session.execute(_HOLD, item=held, thread=thread_id):
        raise ThreadBusy(Localized("thread_busy"))
    await lock_thread(session, thread_id)
    if not await session.execute(_FIND, thread=thread_id, item=name):
        parent, seqs = await _way(session, thread_id, await _inactive(session, thread_id, name))
        anchor = (await session.execute(_AT, thread=thread_id, seq=parent)).one_or_none()
        if parent and anchor is None:  # its question was deleted by the version before
            raise item_not_found()
        await leave(session, thread_id, parent)
        await come_back(session, thread_id, anchor.id if anchor else None, seqs)
    await session.execute(_LET_GO, thread=thread_id, item=held)


async def _way(session: Session, thread_id: str, seq: int) -> tuple[int, list[int]]:
    """The end of the path that the newest branch through this position branches off from, and the branch.

    It is looked for here: a recursive query of thousands of items took minutes before their first statistics. Numbers
    grow along a branch, so the newest item below another one is the end of a branch, and the last that was used.
    """
    parents = {row.seq: row.parent_seq for row in await session.execute(_BEHIND, thread=thread_id, seq=seq)}
    below = {seq}
    for each, parent in parents.items():
        if parent in below:
            below.add(each)
    at, way = max(below), list[int]()
    while at in parents:
        way.append(at)
        at = parents[at]
        if at not in parents and at < seq and not await session.execute(_AT, thread=thread_id, seq=at):
            parents |= {row.seq: row.parent_seq for row in await session.execute(_BEFORE, thread=thread_id, seq=seq)}
    return at, way[::-1]


async def _inactive(session: Session, thread_id: str, name: str) -> int:
    row = (await session.execute(_FIND_INACTIVE, thread=thread_id, item=name)).one_or_none()
    if row is None and (named := _NAMED.fullmatch(name)) is not None:
        found = await session.execute(_FIND_NAMED, thread=thread_id, item=named[1], seq=int(named[2]))
        row = found.one_or_none()
    if row is None:
        raise item_not_found()
    return row.seq
