"""Many writers at once."""

import asyncio
from typing import Final, cast

from chatkit_link.conformance import factories
from chatkit_link.conformance.harness import USERS, Harness
from chatkit_link.conformance.pagination_walk import all_items, all_threads, item_pages
from chatkit_link.conformance.store.checks import StoreChecks, a_thread, check, text_of

WRITERS: Final = 64
EACH: Final = 4


class Concurrency(StoreChecks):
    """Nothing is lost, doubled or passed by."""

    @check()
    async def test_sixty_four_writers_lose_nothing(self, harness: Harness) -> None:
        """And a reader who follows them misses nothing: what it has seen is the beginning of all there is."""
        who = harness.users[0]
        thread = await a_thread(harness, who, "0")

        async def write(writer: int) -> None:
            for number in range(EACH):
                text = f"{writer}/{number}"
                await harness.store.add_thread_item(thread, factories.message(thread, text), who)

        async def read() -> list[str]:
            pages = item_pages(harness.store, thread, who, limit=3, order="asc")
            return [item.id async for page in pages for item in page.data]

        *_, seen, seen_later = await asyncio.gather(*(write(writer) for writer in range(WRITERS)), read(), read())
        items = await all_items(harness.store, thread, who, limit=9)
        texts = [text_of(item) for item in items]
        assert sorted(texts) == sorted(["0", *(f"{w}/{n}" for w in range(WRITERS) for n in range(EACH))])
        for writer in range(WRITERS):
            own = [text for text in texts if text.startswith(f"{writer}/")]
            assert own == sorted(own, key=lambda text: int(text.partition("/")[2])), "a writer's order is lost"
        ids = [item.id for item in items]
        for read_ids in (cast("list[str]", seen), cast("list[str]", seen_later)):
            assert read_ids == ids[: len(read_ids)], "a reader passed an item by"

    @check()
    async def test_sixty_four_writers_of_one_item_make_one_item(self, harness: Harness) -> None:
        who = harness.users[0]
        thread = await a_thread(harness, who)
        item_id = factories.new_id("itm")
        await asyncio.gather(
            *(
                harness.store.save_item(thread, factories.message(thread, str(number), item_id), who)
                for number in range(WRITERS)
            )
        )
        assert len(await all_items(harness.store, thread, who)) == 1

    @check("isolates_owners")
    async def test_sixty_four_writers_of_three_users_stay_apart(self, harness: Harness) -> None:
        async def write(number: int) -> str:
            return await a_thread(harness, harness.users[number % USERS], str(number))

        made = await asyncio.gather(*(write(number) for number in range(WRITERS)))
        for place, who in enumerate(harness.users):
            found = {thread.id for thread in await all_threads(harness.store, who, limit=7)}
            assert found == {thread for number, thread in enumerate(made) if number % USERS == place}
