"""A user's threads and their items, page by page."""

from collections.abc import AsyncGenerator

from chatkit import types as wire

from chatkit_link.client import ChatKitClient

#: Threads and items that are asked for at a time.
_PAGE = 50


async def own_threads(client: ChatKitClient, *, limit: int) -> AsyncGenerator[wire.Thread]:
    """The user's threads, the newest first."""
    after: str | None = None
    given = 0
    while True:
        page = await client.list_threads(limit=min(_PAGE, limit), after=after)
        for thread in page.data:
            if given >= limit:
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
