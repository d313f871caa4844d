"""What was saved is loaded, changes in its place, and stays away when it is deleted."""

from datetime import timedelta

import pytest
from chatkit.types import AssistantMessageItem, ClosedStatus

from chatkit_link.conformance import factories
from chatkit_link.conformance.harness import Harness
from chatkit_link.conformance.pagination_walk import all_items, all_threads
from chatkit_link.conformance.store.checks import StoreChecks, a_thread, check, either, texts_of


class Crud(StoreChecks):
    """One user, one thing at a time."""

    @check()
    async def test_a_thread_is_read_as_it_was_saved(self, harness: Harness) -> None:
        who = harness.users[0]
        saved = factories.thread(title="Tea & more 🍵")
        saved.status = ClosedStatus(reason="solved")
        saved.metadata = {"deep": {"list": [1, 2.5, None, "x"]}, "": True}
        saved.allowed_image_domains = ["example.org"]
        await harness.store.save_thread(saved, who)
        loaded = await harness.store.load_thread(saved.id, who)
        assert loaded.model_dump() == saved.model_dump()
        assert [thread.model_dump() for thread in await all_threads(harness.store, who)] == [saved.model_dump()]

    @pytest.mark.parametrize("item_type", factories.ITEM_TYPES)
    @check()
    async def test_an_item_of_every_type_is_read_as_it_was_added(self, harness: Harness, item_type: str) -> None:
        who = harness.users[0]
        thread = await a_thread(harness, who)
        added = factories.item(item_type, thread, factories.new_id("itm"), "Tea & more 🍵 \\u0000")
        await harness.store.add_thread_item(thread, added, who)
        loaded = await harness.store.load_item(thread, added.id, who)
        [listed] = await all_items(harness.store, thread, who)
        assert loaded.model_dump() == listed.model_dump() == added.model_dump()

    @check()
    async def test_an_attachment_is_read_as_it_was_saved_and_saved_again(self, harness: Harness) -> None:
        who = harness.users[0]
        for saved in (factories.attachment(), factories.image(factories.new_id("atc"))):
            await harness.store.save_attachment(saved, who)
            assert (await harness.store.load_attachment(saved.id, who)).model_dump() == saved.model_dump()
            changed = saved.model_copy(update={"name": "b", "upload_descriptor": None})
            await harness.store.save_attachment(changed, who)
            assert (await harness.store.load_attachment(saved.id, who)).model_dump() == changed.model_dump()
            await harness.store.delete_attachment(saved.id, who)
            await harness.refused(harness.store.load_attachment(saved.id, who), "loading a deleted attachment")

    @check()
    async def test_times_have_no_zone(self, harness: Harness) -> None:
        """The SDK subtracts them from ``datetime.now()``, which raises for a time with a zone."""
        who = harness.users[0]
        thread = await a_thread(harness, who, "one")
        [item] = await all_items(harness.store, thread, who)
        loaded = await harness.store.load_thread(thread, who)
        assert loaded.created_at.tzinfo is None
        assert item.created_at.tzinfo is None
        assert item.created_at - loaded.created_at == timedelta()

    @check()
    async def test_what_is_not_there_is_refused(self, harness: Harness) -> None:
        who = harness.users[0]
        thread = await a_thread(harness, who, "one")
        await harness.refused(harness.store.load_thread("thr_unknown", who), "loading an unknown thread")
        await harness.refused(harness.store.load_item(thread, "msg_unknown", who), "loading an unknown item")
        await harness.refused(harness.store.load_item("thr_unknown", "msg_unknown", who), "loading from no thread")
        await harness.refused(harness.store.load_attachment("atc_unknown", who), "loading an unknown attachment")

    @check()
    async def test_an_item_of_another_thread_is_not_in_this_one(self, harness: Harness) -> None:
        who = harness.users[0]
        here, there = await a_thread(harness, who, "here"), await a_thread(harness, who, "there")
        [item] = await all_items(harness.store, there, who)
        await harness.refused(harness.store.load_item(here, item.id, who), "loading an item of another thread")
        with either(harness):
            await harness.store.delete_thread_item(here, item.id, who)
        assert await texts_of(harness, there, who) == ["there"]

    @check("gives_copies")
    async def test_changing_what_was_loaded_or_saved_changes_nothing_in_the_store(self, harness: Harness) -> None:
        who = harness.users[0]
        thread = factories.thread(title="as it was")
        await harness.store.save_thread(thread, who)
        item = factories.message(thread.id, "as it was")
        await harness.store.add_thread_item(thread.id, item, who)
        thread.title = item.content[0].text = "changed"
        (await harness.store.load_thread(thread.id, who)).metadata["changed"] = True
        loaded = await harness.store.load_item(thread.id, item.id, who)
        assert isinstance(loaded, AssistantMessageItem)
        loaded.content[0].text = "changed"
        saved = await harness.store.load_thread(thread.id, who)
        assert (saved.title, saved.metadata) == ("as it was", {})
        assert await texts_of(harness, thread.id, who) == ["as it was"]

    @check("takes_any_text")
    async def test_a_nul_or_half_an_emoji_does_not_lose_the_text(self, harness: Harness) -> None:
        who = harness.users[0]
        thread = factories.thread(title="a\x00b \ud83c c")
        thread.metadata = {"a\x00b": "a\x00b \ud83c c"}
        await harness.store.save_thread(thread, who)
        item = factories.message(thread.id, "a\x00b \ud83c c")
        await harness.store.add_thread_item(thread.id, item, who)
        await harness.store.save_attachment(factories.attachment(name="a\x00b \ud83c c"), who)
        [text] = await texts_of(harness, thread.id, who)
        title = (await harness.store.load_thread(thread.id, who)).title or ""
        assert all(part in text and part in title for part in ("a", "b ", " c"))

    # Saving again

    @check()
    async def test_an_item_that_is_saved_again_changes_in_its_place(self, harness: Harness) -> None:
        """The SDK adds an item that is there already when a workflow is continued."""
        who = harness.users[0]
        thread = await a_thread(harness, who, "0", "1", "2")
        first, second, _ = await all_items(harness.store, thread, who)
        await harness.store.save_item(thread, factories.message(thread, "0 saved", first.id), who)
        await harness.store.add_thread_item(thread, factories.message(thread, "1 added", second.id), who)
        assert await texts_of(harness, thread, who) == ["0 saved", "1 added", "2"]

    @check()
    async def test_an_item_that_was_never_added_can_be_saved(self, harness: Harness) -> None:
        who = harness.users[0]
        thread = await a_thread(harness, who, "0")
        await harness.store.save_item(thread, factories.message(thread, "1"), who)
        assert await texts_of(harness, thread, who) == ["0", "1"]

    @check("merges_changes")
    async def test_two_changes_to_one_thread_are_both_kept(self, harness: Harness) -> None:
        """A user renames a thread while an answer, which has an older copy of it, sets metadata."""
        who = harness.users[0]
        thread = await a_thread(harness, who)
        agents, persons = await harness.store.load_thread(thread, who), await harness.store.load_thread(thread, who)
        persons.title, agents.metadata = "renamed", {"noted": 1}
        await harness.store.save_thread(persons, who)
        await harness.store.save_thread(agents, who)
        saved = await harness.store.load_thread(thread, who)
        assert (saved.title, saved.metadata) == ("renamed", {"noted": 1})

    # Deleting

    @check()
    async def test_a_deleted_thread_is_gone_with_its_items(self, harness: Harness) -> None:
        who = harness.users[0]
        gone, kept = await a_thread(harness, who, "gone"), await a_thread(harness, who, "kept")
        [item] = await all_items(harness.store, gone, who)
        await harness.store.delete_thread(gone, who)
        await harness.refused(harness.store.load_thread(gone, who), "loading a deleted thread")
        await harness.refused(harness.store.load_item(gone, item.id, who), "loading an item of a deleted thread")
        with either(harness):
            assert (await harness.store.load_thread_items(gone, None, 10, "asc", who)).data == []
        assert [thread.id for thread in await all_threads(harness.store, who)] == [kept]
        assert await texts_of(harness, kept, who) == ["kept"]

    @check("never_resurrects")
    async def test_a_deleted_thread_stays_deleted(self, harness: Harness) -> None:
        """An answer that is still being written saves its thread and its items after the deletion."""
        who = harness.users[0]
        thread = await a_thread(harness, who, "one")
        loaded = await harness.store.load_thread(thread, who)
        await harness.store.delete_thread(thread, who)
        loaded.title = "late"
        await harness.refused(harness.store.save_thread(loaded, who), "saving a deleted thread")
        for save in (harness.store.add_thread_item, harness.store.save_item):
            await harness.refused(save(thread, factories.message(thread, "late"), who), "adding to a deleted thread")
        assert await all_threads(harness.store, who) == []

    @check()
    async def test_removing_an_item_that_was_never_stored_is_no_error(self, harness: Harness) -> None:
        """The SDK deletes every item that an agent reports as removed, also one that was never stored."""
        who = harness.users[0]
        thread = await a_thread(harness, who, "one")
        await harness.store.delete_thread_item(thread, "msg_never_stored", who)
        assert await texts_of(harness, thread, who) == ["one"]
