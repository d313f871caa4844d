"""Search in a user's own threads, for the terminal."""

import re
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chatkit import types as wire

from chatkit_link.client import ChatKitClient

#: Threads and items that are asked for at a time.
_PAGE = 50
#: Characters around the first match.
_AROUND = 60


@dataclass(frozen=True, slots=True)
class ThreadHit:
    """snippet: pieces of the text, and whether each matches. item_id: None where the title matches."""

    thread_id: str
    title: str
    item_id: str | None
    created_at: datetime
    snippet: Sequence[tuple[str, bool]]


async def search_threads(
    client: ChatKitClient, words: Sequence[str], *, limit: int, on_thread: Callable[[], object] = lambda: None
) -> list[ThreadHit]:
    """Threads with all of these words in their title or in one message, the newest first, one hit for each.

    on_thread: called for each thread that was looked through.
    """
    hits: list[ThreadHit] = []
    async for thread in own_threads(client):
        if (hit := await _hit_in(client, thread, words)) is not None:
            hits.append(hit)
        on_thread()
        if len(hits) >= limit:
            break
    return hits


async def own_threads(client: ChatKitClient, *, limit: int | None = None) -> AsyncGenerator[wire.Thread]:
    """The user's threads, the newest first."""
    after: str | None = None
    given = 0
    while True:
        page = await client.list_threads(limit=min(_PAGE, limit or _PAGE), after=after)
        for thread in page.data:
            if limit is not None and given >= limit:
                return
            given += 1
            yield thread
        if not page.has_more or page.after is None:
            return
        after = page.after


async def items_of(client: ChatKitClient, thread_id: str) -> AsyncGenerator[wire.ThreadItem]:
    """All items of a thread, the oldest first."""
    after: str | None = None
    while True:
        page = await client.list_items(thread_id, limit=_PAGE, after=after, order="asc")
        for item in page.data:
            yield item
        if not page.has_more or page.after is None:
            return
        after = page.after


def text_of(item: wire.ThreadItem) -> str:
    """What the user or the assistant wrote; empty for all else."""
    if isinstance(item, wire.UserMessageItem | wire.AssistantMessageItem):
        return "\n".join(part.text for part in item.content)
    return ""


async def _hit_in(client: ChatKitClient, thread: wire.Thread, words: Sequence[str]) -> ThreadHit | None:
    title = thread.title or ""
    if _has_all(title, words):
        return ThreadHit(thread.id, title, None, thread.created_at, _marked(title, words))
    async for item in items_of(client, thread.id):
        if _has_all(text := text_of(item), words):
            return ThreadHit(thread.id, title, item.id, item.created_at, _snippet(text, words))
    return None


def _has_all(text: str, words: Sequence[str]) -> bool:
    folded = text.casefold()
    return all(word.casefold() in folded for word in words)


def _snippet(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    flat = " ".join(text.split())
    found = [at for word in words if (at := flat.casefold().find(word.casefold())) >= 0]
    start = max(0, min(found, default=0) - _AROUND)
    end = min(len(flat), min(found, default=0) + 2 * _AROUND)
    cut = f"{'…' if start else ''}{flat[start:end]}{'…' if end < len(flat) else ''}"
    return _marked(cut, words)


def _marked(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    pieces = re.split(f"({'|'.join(map(re.escape, words))})", text, flags=re.IGNORECASE)
    return [(piece, at % 2 == 1) for at, piece in enumerate(pieces) if piece]
