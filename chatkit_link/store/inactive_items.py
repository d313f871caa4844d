"""Items that leave the active path of their thread, and come back to it.

A thread is a tree of items, of which one path is displayed and read by models. That path alone is in ``thread_items``:
whatever reads a thread reads the path, and costs what it would without branches. All other items are in
``inactive_items``. Numbers only grow along a branch, so an item's place is its number, on the path and off it.

The parent of an item on the path is the one before it; one that leaves takes the number of its parent along, and the
opinion on it. What is recorded of a turn (``store/turns.py``) hangs on the item that it answers, but belongs to the
answer: so it leaves with the item that followed, and comes back with it. Its words for search (``message_search.py``)
go, and are read again where it comes back.

The invariants: an item is in one of the two tables. One whose parent is on the path is marked as the first of a branch,
so that these are found among however many. Whoever moves items holds the thread's row, as whoever adds one does; an
answer that another replica has by now is not given it.
"""

import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ARRAY, BigInteger, Text, bindparam, text

from chatkit_link.store.statement import Statement
from chatkit_link.store.tenancy import OWNER, Session
from chatkit_link.store.threads import thread_not_found

#: The filter of ``tenancy.py`` and the thread, for statements that are written as text; of the table with this alias.
OF_THREAD: Final = "{0}.tenant = :caller_tenant AND {0}.user_id = :caller_user AND {0}.thread_id = :thread"
#: As ``tenancy.writable`` has it: whether the caller is no answer, or one that is still this replica's.
_FENCE: Final = """(CAST(:caller_run AS TEXT) IS NULL OR NOT EXISTS (
    SELECT FROM runs WHERE runs.tenant = :caller_tenant AND runs.id = :caller_run AND runs.replica <> :caller_replica
))"""
_ALIAS, _NAME = re.compile(r"\{of:(\w+)\}"), re.compile(r":(\w+)")
_TYPES = {
    **dict.fromkeys(
        ("thread", "item", "anchor", "caller_run", "caller_replica", *(bind.key for bind in OWNER.values())), Text
    ),
    **dict.fromkeys(("parent", "last", "seq", "top"), BigInteger),
    "seqs": ARRAY(BigInteger),
    **dict.fromkeys(("ids", "hidden"), ARRAY(Text)),
}


def statement(sql: str) -> Statement:
    """A statement in which ``{of:alias}`` stands for the filter of that table, and ``{fence}`` for that of answers."""
    sql = _ALIAS.sub(lambda alias: OF_THREAD.format(alias[1]), sql).replace("{fence}", _FENCE)
    binds = [bindparam(name, type_=_TYPES[name]) for name in sorted(set(_NAME.findall(sql)))]
    return Statement(text(sql).bindparams(*binds))


_LOCK = statement("""
    SELECT id FROM threads WHERE tenant = :caller_tenant AND user_id = :caller_user AND id = :thread AND {fence}
    FOR NO KEY UPDATE
""")
_LEAVE = statement("""
    WITH gone AS (
        DELETE FROM thread_items AS item WHERE {of:item} AND item.seq > :parent AND item.seq <= :last
        RETURNING thread_id, tenant, user_id, seq, id, type, data, created_at
    ), recorded AS (
        SELECT gone.*, turn.record FROM gone LEFT JOIN turns AS turn ON {of:turn} AND turn.anchor_id = gone.id
    ), above AS (
        SELECT record FROM turns AS turn WHERE {of:turn} AND turn.anchor_id = (
            SELECT id FROM thread_items AS item WHERE {of:item} AND item.seq = :parent
        )
    )
    INSERT INTO inactive_items (
        thread_id, tenant, user_id, seq, id, type, data, created_at, feedback, feedback_at,
        parent_seq, is_first, parent_record, record
    )
    SELECT gone.thread_id, gone.tenant, gone.user_id, gone.seq, gone.id, gone.type, gone.data, gone.created_at,
        opinion.kind, opinion.created_at,
        coalesce(lag(gone.seq) OVER path, :parent),
        lag(gone.seq) OVER path IS NULL,
        CASE WHEN lag(gone.seq) OVER path IS NULL THEN (SELECT record FROM above) ELSE lag(gone.record) OVER path END,
        CASE WHEN lead(gone.seq) OVER path IS NULL THEN gone.record END
    FROM recorded AS gone LEFT JOIN feedback AS opinion ON {of:opinion} AND opinion.item_id = gone.id
    WINDOW path AS (ORDER BY gone.seq)
""")
_COME_BACK = statement("""
    WITH back AS (
        DELETE FROM inactive_items AS inactive WHERE {of:inactive} AND inactive.seq = ANY (:seqs) RETURNING *
    ), items AS (
        INSERT INTO thread_items (thread_id, tenant, user_id, seq, id, type, data, created_at)
        SELECT thread_id, tenant, user_id, seq, id, type, data, created_at FROM back
    ), recorded AS (
        SELECT back.*, CASE WHEN lead(seq) OVER path IS NULL THEN record ELSE lead(parent_record) OVER path END AS now
        FROM back WINDOW path AS (ORDER BY seq)
    ), records AS (
        INSERT INTO turns (thread_id, tenant, user_id, anchor_id, record, created_at)
        SELECT thread_id, tenant, user_id, id, now, created_at FROM recorded WHERE now IS NOT NULL
    ), marked AS (
        UPDATE inactive_items AS inactive SET is_first = true
        WHERE {of:inactive} AND inactive.parent_seq = ANY (:seqs) AND inactive.seq <> ALL (:seqs)
    )
    INSERT INTO feedback (thread_id, tenant, user_id, item_id, kind, created_at)
    SELECT thread_id, tenant, user_id, id, feedback, feedback_at FROM back WHERE feedback IS NOT NULL
""")
_READ_AGAIN = statement("""
    UPDATE threads SET searchable_seq = :seq
    WHERE tenant = :caller_tenant AND user_id = :caller_user AND id = :thread AND searchable_seq > :seq
""")
_RESTORE_RECORD = statement("""
    WITH top AS (
        SELECT * FROM inactive_items AS inactive WHERE {of:inactive} AND inactive.seq = :top
    ), dropped AS (
        DELETE FROM turns AS turn USING top
        WHERE {of:turn} AND turn.anchor_id = :anchor AND top.parent_record IS NULL
    )
    INSERT INTO turns (thread_id, tenant, user_id, anchor_id, record, created_at)
    SELECT thread_id, tenant, user_id, :anchor, parent_record, created_at FROM top WHERE parent_record IS NOT NULL
    ON CONFLICT (tenant, thread_id, anchor_id) DO UPDATE SET record = excluded.record
""")
# Versions of an answer go with their question. What branched off behind another item branches off before it then.
_DELETE = statement("""
    WITH RECURSIVE going AS (
        SELECT seq, type FROM thread_items AS item WHERE {of:item} AND item.id = ANY (:ids) AND {fence}
    ), answers AS (
        SELECT inactive.seq FROM inactive_items AS inactive
        JOIN going ON going.type = 'user_message' AND inactive.parent_seq = going.seq WHERE {of:inactive}
        UNION ALL
        SELECT inactive.seq FROM inactive_items AS inactive
        JOIN answers ON inactive.parent_seq = answers.seq WHERE {of:inactive}
    ), dropped AS (
        DELETE FROM inactive_items AS inactive WHERE {of:inactive} AND inactive.seq IN (SELECT seq FROM answers)
    ), moved AS (
        UPDATE inactive_items AS inactive SET parent_seq = coalesce(before.seq, 0), parent_record = (
            SELECT record FROM turns AS turn WHERE {of:turn} AND turn.anchor_id = before.id
        )
        FROM going LEFT JOIN LATERAL (
            SELECT seq, id FROM thread_items AS item
            WHERE {of:item} AND item.seq < going.seq AND item.id <> ALL (:ids) ORDER BY item.seq DESC LIMIT 1
        ) AS before ON true
        WHERE {of:inactive} AND going.type <> 'user_message' AND inactive.parent_seq = going.seq
    )
    DELETE FROM thread_items AS item WHERE {of:item} AND item.id = ANY (:ids) AND {fence} RETURNING item.id
""")
#: Behind every position.
_END: Final = 2**63 - 1


async def lock_thread(session: Session, thread_id: str) -> None:
    """Until the end of the transaction, nobody else adds items to the thread or moves them. Raises NotFound."""
    if not await session.execute(_LOCK, thread=thread_id):
        raise thread_not_found()


async def leave(session: Session, thread_id: str, parent: int, last: int | None = None) -> None:
    """All behind a position leaves the path of a locked thread. parent: that position, 0 for all that there is.

    last: where that ends, if not with the thread.
    """
    await session.execute(_LEAVE, thread=thread_id, parent=parent, last=_END if last is None else last)


async def come_back(session: Session, thread_id: str, anchor: str | None, seqs: Sequence[int]) -> None:
    """Add these inactive items at the end of the path of a locked thread.

    seqs: their positions, in order. anchor: id of the item that is the parent of the first.
    """
    if anchor is not None:
        await session.execute(_RESTORE_RECORD, thread=thread_id, top=seqs[0], anchor=anchor)
    await session.execute(_COME_BACK, thread=thread_id, seqs=list(seqs))
    await session.execute(_READ_AGAIN, thread=thread_id, seq=seqs[0] - 1)


async def delete_items(session: Session, thread_id: str, item_ids: Sequence[str]) -> int:
    """Delete items of the path; how many there were."""
    return (await session.execute(_DELETE, thread=thread_id, ids=list(item_ids))).changed
