"""What was saved is loaded, changes in its place, and stays away when it is deleted."""

from datetime import timedelta

import pytest
from chatkit.types import AssistantMessageItem, ClosedStatus

from chatkit_link.conformance import factories
from chatkit_link.conformance.harness import Bench
from chatkit_link.conformance.pagination_walk import all_items, all_threads
from chatkit_link.conformance.store.attachments import Shelf, a_thread, check, either, texts_of


class Kept(Shelf):
    """One person, one thing at a time."""

    @check()
    async def test_a_thread_is_read_as_it_was_saved(self, bench: Bench) -> None:
        who = bench.people[0]
        saved = factories.thread(title="Tea & more 🍵")
        saved.status = ClosedStatus(reason="solved")
        saved.metadata = {"deep": {"list": [1, 2.5, None, "x"]}, "": True}
        saved.allowed_image_domains = ["example.org"]
        await bench.store.save_thread(saved, who)
        loaded = await bench.store.load_thread(saved.id, who)
        assert loaded.model_dump() == saved.model_dump()
        assert [thread.model_dump() for thread in await all_threads(bench.store, who)] == [saved.model_dump()]

    @pytest.mark.parametrize("kind", factories.KINDS)
    @check()
    async def test_an_item_of_every_kind_is_read_as_it_was_added(self, bench: Bench, kind: str) -> None:
        who = bench.people[0]
        thread = await a_thread(bench, who)
        added = factories.item(kind, thread, factories.new_id("itm"), "Tea & more 🍵 \\u0000")
        await bench.store.add_thread_item(thread, added, who)
        loaded = await bench.store.load_item(thread, added.id, who)
        [listed] = await all_items(bench.store, thread, who)
        assert loaded.model_dump() == listed.model_dump() == added.model_dump()

    @check()
    async def test_an_attachment_is_read_as_it_was_saved_and_saved_again(self, bench: Bench) -> None:
        who = bench.people[0]
        for saved in (factories.attachment(), factories.image(factories.new_id("atc"))):
            await bench.store.save_attachment(saved, who)
            assert (await bench.store.load_attachment(saved.id, who)).model_dump() == saved.model_dump()
            changed = saved.model_copy(update={"name": "b", "upload_descriptor": None})
            await bench.store.save_attachment(changed, who)
            assert (await bench.store.load_attachment(saved.id, who)).model_dump() == changed.model_dump()
            await bench.store.delete_attachment(saved.id, who)
            await bench.refused(bench.store.load_attachment(saved.id, who), "loading a deleted attachment")

    @check()
    async def test_times_have_no_zone(self, bench: Bench) -> None:
        """The SDK subtracts them from ``datetime.now()``, which raises for a time with a zone."""
        who = bench.people[0]
        thread = await a_thread(bench, who, "one")
        [item] = await all_items(bench.store, thread, who)
        loaded = await bench.store.load_thread(thread, who)
        assert loaded.created_at.tzinfo is None
        assert item.created_at.tzinfo is None
        assert item.created_at - loaded.created_at == timedelta()

    @check()
    async def test_what_is_not_there_is_refused(self, bench: Bench) -> None:
        who = bench.people[0]
        thread = await a_thread(bench, who, "one")
        await bench.refused(bench.store.load_thread("thr_unknown", who), "loading an unknown thread")
        await bench.refused(bench.store.load_item(thread, "msg_unknown", who), "loading an unknown item")
        await bench.refused(bench.store.load_item("thr_unknown", "msg_unknown", who), "loading from an unknown thread")
        await bench.refused(bench.store.load_attachment("atc_unknown", who), "loading an unknown attachment")

    @check()
    async def test_an_item_of_another_thread_is_not_in_this_one(self, bench: Bench) -> None:
        who = bench.people[0]
        here, there = await a_thread(bench, who, "here"), await a_thread(bench, who, "there")
        [item] = await all_items(bench.store, there, who)
        await bench.refused(bench.store.load_item(here, item.id, who), "loading an item of another thread")
        with either(bench):
            await bench.store.delete_thread_item(here, item.id, who)
        assert await texts_of(bench, there, who) == ["there"]

    @check("gives_copies")
    async def test_changing_what_was_loaded_or_saved_changes_nothing_in_the_store(self, bench: Bench) -> None:
        who = bench.people[0]
        thread = factories.thread(title="as it was")
        await bench.store.save_thread(thread, who)
        item = factories.message(thread.id, "as it was")
        await bench.store.add_thread_item(thread.id, item, who)
        thread.title = item.content[0].text = "changed"
        (await bench.store.load_thread(thread.id, who)).metadata["changed"] = True
        loaded = await bench.store.load_item(thread.id, item.id, who)
        assert isinstance(loaded, AssistantMessageItem)
        loaded.content[0].text = "changed"
        kept = await bench.store.load_thread(thread.id, who)
        assert (kept.title, kept.metadata) == ("as it was", {})
        assert await texts_of(bench, thread.id, who) == ["as it was"]

    @check("takes_any_text")
    async def test_a_nul_or_half_an_emoji_does_not_lose_the_text(self, bench: Bench) -> None:
        who = bench.people[0]
        thread = factories.thread(title="a\x00b \ud83c c")
        thread.metadata = {"a\x00b": "a\x00b \ud83c c"}
        await bench.store.save_thread(thread, who)
        item = factories.message(thread.id, "a\x00b \ud83c c")
        await bench.store.add_thread_item(thread.id, item, who)
        await bench.store.save_attachment(factories.attachment(name="a\x00b \ud83c c"), who)
        [text] = await texts_of(bench, thread.id, who)
        title = (await bench.store.load_thread(thread.id, who)).title or ""
        assert all(part in text and part in title for part in ("a", "b ", " c"))

    # Saving again

    @check()
    async def test_an_item_that_is_saved_again_changes_in_its_place(self, bench: Bench) -> None:
        """The SDK adds an item that is there already when a workflow is continued."""
        who = bench.people[0]
        thread = await a_thread(bench, who, "0", "1", "2")
        first, second, _ = await all_items(bench.store, thread, who)
        await bench.store.save_item(thread, factories.message(thread, "0 saved", first.id), who)
        await bench.store.add_thread_item(thread, factories.message(thread, "1 added", second.id), who)
        assert await texts_of(bench, thread, who) == ["0 saved", "1 added", "2"]

    @check()
    async def test_an_item_that_was_never_added_can_be_saved(self, bench: Bench) -> None:
        who = bench.people[0]
        thread = await a_thread(bench, who, "0")
        await bench.store.save_item(thread, factories.message(thread, "1"), who)
        assert await texts_of(bench, thread, who) == ["0", "1"]

    @check("merges_changes")
    async def test_two_changes_to_one_thread_are_both_kept(self, bench: Bench) -> None:
        """A person renames a thread while an answer, which has an older copy of it, notes something down."""
        who = bench.people[0]
        thread = await a_thread(bench, who)
        agents, persons = await bench.store.load_thread(thread, who), await bench.store.load_thread(thread, who)
        persons.title, agents.metadata = "renamed", {"noted": 1}
        await bench.store.save_thread(persons, who)
        await bench.store.save_thread(agents, who)
        kept = await bench.store.load_thread(thread, who)
        assert (kept.title, kept.metadata) == ("renamed", {"noted": 1})

    # Deleting

    @check()
    async def test_a_deleted_thread_is_gone_with_its_items(self, bench: Bench) -> None:
        who = bench.people[0]
        gone, kept = await a_thread(bench, who, "gone"), await a_thread(bench, who, "kept")
        [item] = await all_items(bench.store, gone, who)
        await bench.store.delete_thread(gone, who)
        await bench.refused(bench.store.load_thread(gone, who), "loading a deleted thread")
        await bench.refused(bench.store.load_item(gone, item.id, who), "loading an item of a deleted thread")
        with either(bench):
            assert (await bench.store.load_thread_items(gone, None, 10, "asc", who)).data == []
        assert [thread.id for thread in await all_threads(bench.store, who)] == [kept]
        assert await texts_of(bench, kept, who) == ["kept"]

    @check("never_resurrects")
    async def test_a_deleted_thread_stays_deleted(self, bench: Bench) -> None:
        """An answer that is still being written saves its thread and its items after the deletion."""
        who = bench.people[0]
        thread = await a_thread(bench, who, "one")
        loaded = await bench.store.load_thread(thread, who)
        await bench.store.delete_thread(thread, who)
        loaded.title = "late"
        await bench.refused(bench.store.save_thread(loaded, who), "saving a deleted thread")
        for save in (bench.store.add_thread_item, bench.store.save_item):
            await bench.refused(save(thread, factories.message(thread, "late"), who), "adding to a deleted thread")
        assert await all_threads(bench.store, who) == []

    @check()
    async def test_removing_an_item_that_was_never_stored_is_no_error(self, bench: Bench) -> None:
        """The SDK deletes whatever an agent says was removed, also what it only showed."""
        who = bench.people[0]
        thread = await a_thread(bench, who, "one")
        await bench.store.delete_thread_item(thread, "msg_never_stored", who)
        assert await texts_of(bench, thread, who) == ["one"]
