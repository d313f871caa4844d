"""Pages: everything once and in order, whatever comes and goes in between."""

from typing import Final

import pytest

from chatkit_link.conformance import factories
from chatkit_link.conformance.harness import Harness
from chatkit_link.conformance.pagination_walk import Order, all_threads, item_pages, thread_pages
from chatkit_link.conformance.store.checks import StoreChecks, a_thread, check, text_of

ITEMS: Final = 50
SIZES: Final = (1, 7, 20, 49, 50, 51, 100)


class Pagination(StoreChecks):
    """Of items and of threads."""

    @pytest.mark.parametrize("order", ["asc", "desc"])
    @check()
    async def test_pages_of_every_size_show_each_item_once_and_in_order(self, harness: Harness, order: Order) -> None:
        """All of them were made at the same moment."""
        who = harness.users[0]
        texts = [str(number) for number in range(ITEMS)]
        thread = await a_thread(harness, who, *texts)
        expected = texts if order == "asc" else texts[::-1]
        for limit in SIZES:
            pages = [page async for page in item_pages(harness.store, thread, who, limit=limit, order=order)]
            assert [text_of(item) for page in pages for item in page.data] == expected
            assert len(pages) == -(-ITEMS // limit)
            assert all(len(page.data) == limit for page in pages[:-1])

    @pytest.mark.parametrize("order", ["asc", "desc"])
    @check()
    async def test_pages_of_every_size_show_each_thread_once(self, harness: Harness, order: Order) -> None:
        who = harness.users[0]
        made = [await a_thread(harness, who) for _ in range(23)]
        for limit in (1, 5, 22, 23, 24):
            pages = [page async for page in thread_pages(harness.store, who, limit=limit, order=order)]
            assert sorted(thread.id for page in pages for thread in page.data) == sorted(made)
            assert len(pages) == -(-len(made) // limit)

    @check("orders_by_activity")
    async def test_threads_are_listed_by_their_last_activity(self, harness: Harness) -> None:
        who = harness.users[0]
        first, second, third = [await a_thread(harness, who) for _ in range(3)]
        await harness.store.add_thread_item(first, factories.message(first, "again"), who)
        expected = [first, third, second]
        assert [thread.id for thread in await all_threads(harness.store, who, order="desc", limit=2)] == expected
        assert [thread.id for thread in await all_threads(harness.store, who, order="asc", limit=2)] == expected[::-1]

    @pytest.mark.parametrize("order", ["asc", "desc"])
    @check()
    async def test_what_comes_and_goes_between_two_pages_moves_nothing_else(
        self, harness: Harness, order: Order
    ) -> None:
        """Items are added at the end and deleted on pages that were read, while the next page is awaited."""
        who = harness.users[0]
        texts = [str(number) for number in range(30)]
        thread = await a_thread(harness, who, *texts)
        seen: list[str] = []
        async for page in item_pages(harness.store, thread, who, limit=5, order=order):
            seen += [text_of(item) for item in page.data]
            await harness.store.delete_thread_item(thread, page.data[0].id, who)
            if order == "desc":
                await harness.store.add_thread_item(thread, factories.message(thread, "new"), who)
        assert seen == (texts if order == "asc" else texts[::-1])

    @pytest.mark.parametrize("order", ["asc", "desc"])
    @check("cursors_survive_deletes")
    async def test_a_page_leads_on_after_all_of_it_is_deleted(self, harness: Harness, order: Order) -> None:
        who = harness.users[0]
        texts = [str(number) for number in range(12)]
        thread = await a_thread(harness, who, *texts)
        seen: list[str] = []
        async for page in item_pages(harness.store, thread, who, limit=4, order=order):
            seen += [text_of(item) for item in page.data]
            for item in page.data:
                await harness.store.delete_thread_item(thread, item.id, who)
        assert seen == (texts if order == "asc" else texts[::-1])
