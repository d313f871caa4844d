"""Search in a user's own history: one hit for each thread, those whose title fits first."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from chatkit_link.caller import Caller
from chatkit_link.protocol.snippet import Part, marked, snippet
from chatkit_link.store.message_search import FoundMessage, find_messages, message_text, read_some, unread_threads
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.thread_list import ListedThread, list_titled
from chatkit_link.store.threads import OfAgent
from chatkit_link.store.words import Term, terms_of

#: Seconds in which a search reads what it has not read yet; what is then left is for the next one.
_READING = 1.5
#: Threads that are looked for at once, and titles that are searched.
_UNREAD, _TITLES = 100, 5_000
_TITLE = 120


@dataclass(frozen=True, slots=True)
class Hit:
    """A thread in which something was found: in the message ``item_id``, or in its title where that is None."""

    thread_id: str
    title: str | None
    item_id: str | None
    created_at: datetime
    snippet: list[Part]


@dataclass(frozen=True, slots=True)
class Found:
    """is_complete: whether the whole history has been searched; the next search finds more where it has not."""

    hits: list[Hit]
    is_complete: bool


async def search_threads(
    store: PostgresStore,
    caller: Caller,
    question: str,
    limit: int,
    *,
    of: OfAgent | None,
    among: Collection[str] | None,
) -> Found:
    """
    Args:
        of: among the threads of one agent.
        among: in these threads; in all of the caller's without it.
    """
    terms = terms_of(question)
    if not terms or (among is not None and not among):
        return Found([], is_complete=True)
    is_complete = await _read_rest(store, caller)
    async with store.database.session(caller, atomic=True) as session:
        titled = await list_titled(session, of, _TITLES)
        messages = await find_messages(session, terms, limit, of=of, among=among)
    titled = [thread for thread in titled if among is None or thread.id in among]
    by_title = await asyncio.to_thread(_in_titles, titled, terms, limit)
    by_message = await asyncio.to_thread(_in_messages, messages, terms)
    # A thread whose title fits comes first, and still leads to the message where there is one.
    hits = {hit.thread_id: by_message.get(hit.thread_id, hit) for hit in by_title} | by_message
    return Found(list(hits.values())[:limit], is_complete)


def _in_messages(messages: Sequence[FoundMessage], terms: list[Term]) -> dict[str, Hit]:
    found = dict[str, Hit]()
    for message in messages:
        parts = snippet(message_text(message.data), terms)
        if parts:
            found[message.thread_id] = Hit(message.thread_id, message.title, message.item_id, message.created_at, parts)
    return found


def _in_titles(titled: Sequence[ListedThread], terms: list[Term], limit: int) -> list[Hit]:
    hits = list[Hit]()
    for thread in titled:
        parts = marked(thread.title or "", terms, _TITLE)
        if parts:
            hits.append(Hit(thread.id, thread.title, None, thread.last_activity, parts))
        if len(hits) == limit:
            break
    return hits


async def _read_rest(store: PostgresStore, caller: Caller) -> bool:
    """Read what has come since the last search, for a while; whether that was all."""
    ends = monotonic() + _READING
    while True:
        async with store.database.session(caller) as session:
            unread = await unread_threads(session, _UNREAD)
        if not unread:
            return True
        for thread_id in unread:
            is_all = False
            while not is_all:
                if monotonic() > ends:
                    return False
                async with store.database.session(caller, atomic=True) as session:
                    _, is_all = await read_some(session, thread_id)
