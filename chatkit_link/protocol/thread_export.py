"""A thread written down for its user, piece by piece: as a document in Markdown, or whole in JSON."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime

from chatkit.types import ThreadItem

from chatkit_link.caller import Caller
from chatkit_link.protocol.thread_markdown import MarkdownThread
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.threads import StoredThread
from chatkit_link.wire.encoding import encode, is_hidden, thread_response

_AT_ONCE = 200
#: Gives the items links that work for a while.
Fresh = Callable[[Sequence[ThreadItem], Caller], list[ThreadItem]]


async def markdown(
    store: PostgresStore, thread: StoredThread, caller: Caller, agent: str, fresh: Fresh
) -> AsyncIterator[bytes]:
    """agent: the name of whoever answers."""
    document = MarkdownThread(agent, caller.locale)
    yield document.begin(thread).encode()
    async for item in _items(store, thread, caller, fresh):
        yield document.write(item).encode()
    yield document.end().encode()


async def as_json(store: PostgresStore, thread: StoredThread, caller: Caller, fresh: Fresh) -> AsyncIterator[bytes]:
    """The thread, its agent, its items in the shape of the protocol, and what its user thought of them."""
    agent = await store.load_agent(thread.id, caller)
    feedback = await store.load_feedback(thread.id, caller)
    head = json.dumps({"exported_at": datetime.now(UTC).isoformat(), "agent": agent, "feedback": feedback})
    written = json.loads(encode(thread_response(thread)))
    written.pop("items", None)
    yield f'{head[:-1]}, "thread": {json.dumps(written)}, "items": ['.encode()
    separator = b"\n"
    async for item in _items(store, thread, caller, fresh):
        yield separator + encode(item)
        separator = b",\n"
    yield b"\n]}\n"


async def _items(store: PostgresStore, thread: StoredThread, caller: Caller, fresh: Fresh) -> AsyncIterator[ThreadItem]:
    after: str | None = None
    while True:
        page = await store.load_thread_items(thread.id, after, _AT_ONCE, "asc", caller)
        for item in fresh([item for item in page.data if not is_hidden(item)], caller):
            yield item
        if not page.has_more:
            return
        after = page.after
