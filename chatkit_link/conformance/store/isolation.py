"""Several people: nobody finds, takes or overwrites what is somebody else's."""

from typing import Any, Final

import pytest

from chatkit_link.conformance import factories
from chatkit_link.conformance.harness import Bench
from chatkit_link.conformance.machine import TRESPASSES
from chatkit_link.conformance.model import ModelThread
from chatkit_link.conformance.pagination_walk import all_items, all_threads
from chatkit_link.conformance.store.attachments import Shelf, a_thread, check, either, text_of, texts_of

#: With the SDK's 32 bits, this many ids collide in all but 1 of 30,000 runs.
MANY_IDS: Final = 300_000


class People(Shelf):
    """Threads, items, attachments and their ids."""

    @pytest.mark.parametrize("attempt", TRESPASSES)
    @check("isolates_owners", "refuses_foreign_ids")
    async def test_another_person_finds_nothing_there(self, bench: Bench, attempt: str) -> None:
        owner, *strangers = bench.people
        thread = await a_thread(bench, owner, "private")
        [item] = await all_items(bench.store, thread, owner)
        data = await bench.store.load_thread(thread, owner)
        for stranger in strangers:
            tried = TRESPASSES[attempt](bench.store, stranger, ModelThread(0, data, 0, 0), item.id)
            await bench.refused(tried, f"{attempt} on somebody else's thread")
        assert (await bench.store.load_thread(thread, owner)).model_dump() == data.model_dump()
        assert await texts_of(bench, thread, owner) == ["private"]

    @check("isolates_owners")
    async def test_the_list_shows_only_ones_own(self, bench: Bench) -> None:
        made = [await a_thread(bench, who) for who in bench.people]
        for who, thread in zip(bench.people, made, strict=True):
            assert [found.id for found in await all_threads(bench.store, who)] == [thread]

    @check("isolates_owners")
    async def test_a_cursor_of_somebody_else_shows_nothing_of_theirs(self, bench: Bench) -> None:
        owner, stranger, _ = bench.people
        for _ in range(4):
            await a_thread(bench, owner, "private", "private")
        mine = await a_thread(bench, stranger, "mine")
        theirs = await bench.store.load_threads(2, None, "desc", owner)
        items = await bench.store.load_thread_items(theirs.data[0].id, None, 1, "asc", owner)
        with either(bench, Exception):
            listed = await bench.store.load_threads(10, theirs.after, "desc", stranger)
            assert {thread.id for thread in listed.data} <= {mine}
        with either(bench, Exception):
            page = await bench.store.load_thread_items(mine, items.after, 10, "asc", stranger)
            assert {text_of(item) for item in page.data} <= {"mine"}

    @check("isolates_owners")
    async def test_another_person_finds_no_attachment(self, bench: Bench) -> None:
        owner, *strangers = bench.people
        kept = factories.attachment()
        await bench.store.save_attachment(kept, owner)
        for stranger in strangers:
            await bench.refused(bench.store.load_attachment(kept.id, stranger), "loading somebody else's attachment")
            await bench.refused(bench.store.delete_attachment(kept.id, stranger), "deleting somebody else's attachment")
        assert (await bench.store.load_attachment(kept.id, owner)).model_dump() == kept.model_dump()

    # One id, two people

    @check("isolates_owners", "refuses_foreign_ids")
    async def test_an_id_of_somebody_else_cannot_be_taken(self, bench: Bench) -> None:
        owner, *strangers = bench.people
        thread, kept = await a_thread(bench, owner, "private"), factories.attachment()
        await bench.store.save_attachment(kept, owner)
        for stranger in strangers:
            await bench.refused(
                bench.store.save_thread(factories.thread(thread, title="mine now"), stranger),
                "creating a thread under somebody else's id",
            )
            await bench.refused(
                bench.store.save_attachment(factories.attachment(kept.id, name="mine now"), stranger),
                "saving an attachment under somebody else's id",
            )
        assert (await bench.store.load_thread(thread, owner)).title is None
        assert (await bench.store.load_attachment(kept.id, owner)).model_dump() == kept.model_dump()

    @check("isolates_owners")
    async def test_one_item_id_in_two_threads_overwrites_neither(self, bench: Bench) -> None:
        """Ids from a model provider repeat: ``__fake_id__``. Two items, or a refusal, but never one."""
        threads = [await a_thread(bench, who) for who in bench.people]
        kept: list[tuple[str, Any]] = []
        for who, thread in zip(bench.people, threads, strict=True):
            try:
                await bench.store.add_thread_item(
                    thread, factories.message(thread, thread, "__same_id__" + threads[0]), who
                )
            except bench.refusals:
                continue
            kept.append((thread, who))
        assert kept
        for thread, who in kept:
            assert await texts_of(bench, thread, who) == [thread]

    @check("binds_attachments")
    async def test_an_attachment_cannot_be_moved_into_another_thread(self, bench: Bench) -> None:
        who = bench.people[0]
        here, there = await a_thread(bench, who), await a_thread(bench, who)
        kept = factories.attachment()
        await bench.store.save_attachment(kept, who)
        kept.thread_id = here
        await bench.store.save_attachment(kept, who)
        for place in (there, None):
            moved = kept.model_copy(update={"thread_id": place})
            await bench.refused(bench.store.save_attachment(moved, who), "moving an attachment to another thread")
        assert (await bench.store.load_attachment(kept.id, who)).thread_id == here

    @check("isolates_owners", "refuses_foreign_ids", "binds_attachments")
    async def test_an_attachment_cannot_be_put_into_somebody_elses_thread(self, bench: Bench) -> None:
        owner, stranger, _ = bench.people
        mine = factories.attachment(thread_id=await a_thread(bench, owner))
        await bench.refused(bench.store.save_attachment(mine, stranger), "an attachment in somebody else's thread")

    @check("binds_attachments")
    async def test_an_attachment_cannot_be_put_into_an_unknown_thread(self, bench: Bench) -> None:
        mine = factories.attachment(thread_id="thr_unknown")
        await bench.refused(bench.store.save_attachment(mine, bench.people[0]), "an attachment in an unknown thread")

    @check("wide_ids")
    async def test_ids_do_not_collide(self, bench: Bench) -> None:
        store, who, thread = bench.store, bench.people[0], factories.thread()
        assert len({store.generate_item_id("message", thread, who) for _ in range(MANY_IDS)}) == MANY_IDS
        assert len({store.generate_thread_id(who) for _ in range(1000)}) == 1000
