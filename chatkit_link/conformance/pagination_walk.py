"""Reading a list to its end, with nothing but what its pages give."""

from collections.abc import AsyncIterator
from typing import Any, Literal

from chatkit.store import Store
from chatkit.types import Page, ThreadItem, ThreadMetadata

Order = Literal["asc", "desc"]
#: A list that does not end after so many pages never ends.
MOST_PAGES = 1000


async def item_pages(
    store: Store[Any], thread_id: str, context: Any, *, limit: int, order: Order
) -> AsyncIterator[Page[ThreadItem]]:
    after = None
    for _ in range(MOST_PAGES):
        page = await store.load_thread_items(thread_id, after, limit, order, context)
        check_page(page, limit)
        yield page
        if not page.has_more:
            return
        after = page.after
    raise AssertionError(f"{MOST_PAGES} pages, and the items of a thread still do not end")


async def thread_pages(
    store: Store[Any], context: Any, *, limit: int, order: Order
) -> AsyncIterator[Page[ThreadMetadata]]:
    after = None
    for _ in range(MOST_PAGES):
        page = await store.load_threads(limit, after, order, context)
        check_page(page, limit)
        yield page
        if not page.has_more:
            return
        after = page.after
    raise AssertionError(f"{MOST_PAGES} pages, and the threads still do not end")


def check_page(page: Page[Any], limit: int) -> None:
    if len(page.data) > limit:
        raise AssertionError(f"a page of {limit} has {len(page.data)} rows")
    if page.has_more and not page.after:
        raise AssertionError("a page has has_more without after")


async def all_items(
    store: Store[Any], thread_id: str, context: Any, *, limit: int = 100, order: Order = "asc"
) -> list[ThreadItem]:
    pages = item_pages(store, thread_id, context, limit=limit, order=order)
    return [item async for page in pages for item in page.data]


async def all_threads(
    store: Store[Any], context: Any, *, limit: int = 100, order: Order = "asc"
) -> list[ThreadMetadata]:
    pages = thread_pages(store, context, limit=limit, order=order)
    return [thread async for page in pages for thread in page.data]
