"""Search in a user's own messages: their words, kept in ``item_words``, and the messages that have given ones.

Words are stored when their user searches, not when a message is written: a thread knows up to where it has been read
(``searchable_seq``), and a search first reads what has come since. So messages of earlier versions, of imports and of a
restored backup are found like all others, writing an answer costs nothing more, and who never searches has no words
stored. A first search of a long history reads the newest threads first and leaves the rest to the next one.

Each stored word begins with a key of its owner. The index is thus one for each user, and a word costs no more in it
because others use it as well. Why what is searched for is declared on the connection: migration 0019.
"""

import asyncio
from base64 import b32encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import blake2b
from typing import Any, cast

from sqlalchemy import ARRAY, BigInteger, Integer, Text, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from chatkit_link.caller import Caller
from chatkit_link.store.statement import Row, Statement
from chatkit_link.store.tables import item_words, thread_items, threads
from chatkit_link.store.tenancy import OWNER, Session, mine
from chatkit_link.store.threads import OfAgent, of_agent
from chatkit_link.store.words import Term, stored_of, words_of

#: Types of the items that are searched.
_MESSAGES = ("user_message", "assistant_message")
#: Items that are read from a thread at once, and those at its end that may have been written again since.
_AT_ONCE, _STILL_WRITTEN = 500, 20
#: Letters of the key of an owner.
_OWNER_KEY = 5

_THREAD = bindparam("thread", type_=Text())
_ROWS = bindparam("rows", type_=Integer())
_UNREAD = Statement(
    select(threads.c.id)
    .where(mine(threads), threads.c.last_seq > threads.c.searchable_seq)
    .order_by(threads.c.last_activity.desc(), threads.c.id.desc())
    .limit(_ROWS)
)
# Locked first, and then its items, as when it is deleted: none of them goes before its words are stored.
_LOCK = Statement(
    select(threads.c.last_seq, threads.c.searchable_seq)
    .where(mine(threads), threads.c.id == _THREAD)
    .with_for_update(key_share=True)
)
_ITEMS = Statement(
    select(thread_items.c.id, thread_items.c.seq, thread_items.c.created_at, thread_items.c.type, thread_items.c.data)
    .where(mine(thread_items), thread_items.c.thread_id == _THREAD)
    .where(thread_items.c.seq > bindparam("after", type_=BigInteger()))
    .order_by(thread_items.c.seq)
    .limit(_ROWS)
    .with_for_update(key_share=True, read=True)
)
_WORDS = func.array_to_tsvector(bindparam("words", type_=ARRAY(Text())))
_ADD = insert(item_words).values(
    **OWNER,
    thread_id=_THREAD,
    item_id=bindparam("item", type_=Text()),
    created_at=bindparam("created", type_=item_words.c.created_at.type),
    words=_WORDS,
)
_STORE = Statement(
    _ADD.on_conflict_do_update(index_elements=["tenant", "thread_id", "item_id"], set_={"words": _ADD.excluded.words})
)
_READ = Statement(
    update(threads)
    .where(mine(threads), threads.c.id == _THREAD)
    .values(searchable_seq=bindparam("upto", type_=BigInteger()))
)
_DECLARE = text("SELECT set_config('chatkit_link.search', :query, true)")


@dataclass(frozen=True, slots=True)
class FoundMessage:
    """A message that has the words. data: as its row has it."""

    thread_id: str
    title: str | None
    item_id: str
    created_at: datetime
    data: Mapping[str, Any]


def message_text(data: Mapping[str, Any]) -> str:
    """What a user reads of a message, given the data of its row; empty where that cannot be read."""
    content = data.get("content")
    parts = cast("list[Any]", content) if isinstance(content, list) else []
    texts = [cast("dict[str, Any]", part).get("text") for part in parts if isinstance(part, dict)]
    return "\n".join(text for text in texts if isinstance(text, str))


async def unread_threads(session: Session, most: int) -> list[str]:
    """Threads that search has yet to read, the one that was used last first."""
    return [row.id for row in await session.execute(_UNREAD, rows=most)]


async def read_some(session: Session, thread_id: str) -> tuple[int, bool]:
    """Store the words of some messages of a thread; how many were read, and whether that was all of them.

    Needs an atomic session.
    """
    thread = (await session.execute(_LOCK, thread=thread_id)).one_or_none()
    if thread is None or thread.last_seq <= thread.searchable_seq:
        return 0, True
    after = min(thread.searchable_seq, max(thread.last_seq - _STILL_WRITTEN, 0))
    rows = await session.execute(_ITEMS, thread=thread_id, after=after, rows=_AT_ONCE)
    owner = _owner_key(session.caller)
    await session.execute_many(_STORE, await asyncio.to_thread(_stored, thread_id, owner, rows))
    is_all = len(rows) < _AT_ONCE
    upto = thread.last_seq if is_all else max(rows[-1].seq, thread.searchable_seq)
    await session.execute(_READ, thread=thread_id, upto=upto)
    return len(rows), is_all


def _stored(thread_id: str, owner: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {
            "thread": thread_id,
            "item": row.id,
            "created": row.created_at,
            "words": [f"{owner}{word}" for word in words_of(message_text(row.data))],
        }
        for row in rows
        if row.type in _MESSAGES
    ]


def _owner_key(caller: Caller) -> str:
    """In capital letters, which no word has. Two users may share one: that costs time, and shows nothing."""
    return b32encode(blake2b("\0".join(caller.owner).encode(), digest_size=5).digest())[:_OWNER_KEY].decode()


def _query(caller: Caller, terms: Sequence[Term]) -> str:
    """A tsquery. Words have no quotes in them, and no backslashes."""
    owner = _owner_key(caller)
    needed = dict.fromkeys(each for term in terms for each in stored_of(term))
    return " & ".join(f"'{owner}{word}'{':*' if is_beginning else ''}" for word, is_beginning in needed)


@cache
def _find(*, one_agent: bool, some_threads: bool) -> Statement:
    words = item_words.c
    fits = (
        select(words.tenant, words.thread_id, words.item_id, words.created_at)
        # The policy says the same, but not to a role that policies do not hold.
        .where(mine(item_words), words.words.op("@@")(text("CAST(current_setting('chatkit_link.search') AS tsquery)")))
    )
    if some_threads:
        fits = fits.where(words.thread_id == func.any(bindparam("threads", type_=ARRAY(Text()))))
    # Or PostgreSQL might go through all threads and look for the words in each.
    fitting = fits.cte("fitting").prefix_with("MATERIALIZED", dialect="postgresql").c
    newest = (
        select(fitting.thread_id, fitting.item_id, fitting.created_at, threads.c.title)
        .join(threads, (threads.c.tenant == fitting.tenant) & (threads.c.id == fitting.thread_id))
        .where(mine(threads))
        .ext(distinct_on(fitting.thread_id))
        .order_by(fitting.thread_id, fitting.created_at.desc())
    )
    if one_agent:
        newest = newest.where(of_agent())
    found = newest.subquery()
    first = select(found).order_by(found.c.created_at.desc(), found.c.item_id).limit(_ROWS).subquery()
    same = (thread_items.c.thread_id == first.c.thread_id) & (thread_items.c.id == first.c.item_id)
    statement = select(first, thread_items.c.data).join(thread_items, mine(thread_items) & same)
    return Statement(statement.order_by(first.c.created_at.desc(), first.c.item_id))


async def find_messages(
    session: Session, terms: Sequence[Term], limit: int, *, of: OfAgent | None, among: Collection[str] | None
) -> list[FoundMessage]:
    """Of each thread the newest message that has all of the words; the newest first. Needs an atomic session.

    Of a script without spaces, a message may have the pairs of a word and not the word.

    Args:
        of: those of one agent.
        among: those of these threads.
    """
    values: dict[str, Any] = {"rows": limit, **(of.values if of else {})}
    if among is not None:
        values["threads"] = list(among)
    await session.execute(_DECLARE, query=_query(session.caller, terms))
    rows = await session.execute(_find(one_agent=of is not None, some_threads=among is not None), **values)
    return [FoundMessage(row.thread_id, row.title, row.item_id, row.created_at, row.data) for row in rows]
