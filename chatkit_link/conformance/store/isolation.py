"""Several users: none finds, takes or overwrites what is another user's."""

from typing import Any, Final

import pytest

from chatkit_link.conformance import factories
from chatkit_link.conformance.harness import Harness
from chatkit_link.conformance.machine import TRESPASSES
from chatkit_link.conformance.model import ModelThread
from chatkit_link.conformance.pagination_walk import all_items, all_threads
from chatkit_link.conformance.store.checks import StoreChecks, a_thread, check, either, text_of, texts_of

#: With the SDK's 32 bits, this many ids collide in all but 1 of 30,000 runs.
MANY_IDS: Final = 300_000


class Isolation(StoreChecks):
    """Threads, items, attachments and their ids."""

    @pytest.mark.parametrize("attempt", TRESPASSES)
    @check("isolates_owners", "refuses_foreign_ids")
    async def test_another_user_finds_nothing_there(self, harness: Harness, attempt: str) -> None:
        owner, *others = harness.users
        thread = await a_thread(harness, owner, "private")
        [item] = await all_items(harness.store, thread, owner)
        data = await harness.store.load_thread(thread, owner)
        for other_user in others:
            tried = TRESPASSES[attempt](harness.store, other_user, ModelThread(0, data, 0, 0), item.id)
            await harness.refused(tried, f"{attempt} on another user's thread")
        assert (await harness.store.load_thread(thread, owner)).model_dump() == data.model_dump()
        assert await texts_of(harness, thread, owner) == ["private"]

    @check("isolates_owners")
    async def test_the_list_shows_only_ones_own(self, harness: Harness) -> None:
        made = [await a_thread(harness, who) for who in harness.users]
        for who, thread in zip(harness.users, made, strict=True):
            assert [found.id for found in await all_threads(harness.store, who)] == [thread]

    @check("isolates_owners")
    async def test_a_cursor_of_another_user_shows_nothing_of_theirs(self, harness: Harness) -> None:
        owner, other_user, _ = harness.users
        for _ in range(4):
            await a_thread(harness, owner, "private", "private")
        own = await a_thread(harness, other_user, "mine")
        foreign = await harness.store.load_threads(2, None, "desc", owner)
        items = await harness.store.load_thread_items(foreign.data[0].id, None, 1, "asc", owner)
        with either(harness, Exception):
            listed = await harness.store.load_threads(10, foreign.after, "desc", other_user)
            assert {thread.id for thread in listed.data} <= {own}
        with either(harness, Exception):
            page = await harness.store.load_thread_items(own, items.after, 10, "asc", other_user)
            assert {text_of(item) for item in page.data} <= {"mine"}

    @check("isolates_owners")
    async def test_another_user_finds_no_attachment(self, harness: Harness) -> None:
        owner, *others = harness.users
        saved = factories.attachment()
        await harness.store.save_attachment(saved, owner)
        for other_user in others:
            await harness.refused(
                harness.store.load_attachment(saved.id, other_user), "loading another user's attachment"
            )
            await harness.refused(
                harness.store.delete_attachment(saved.id, other_user), "deleting another user's attachment"
            )
        assert (await harness.store.load_attachment(saved.id, owner)).model_dump() == saved.model_dump()

    # One id, two users

    @check("isolates_owners", "refuses_foreign_ids")
    async def test_an_id_of_another_user_cannot_be_taken(self, harness: Harness) -> None:
        owner, *others = harness.users
        thread, saved = await a_thread(harness, owner, "private"), factories.attachment()
        await harness.store.save_attachment(saved, owner)
        for other_user in others:
            await harness.refused(
                harness.store.save_thread(factories.thread(thread, title="mine now"), other_user),
                "creating a thread under another user's id",
            )
            await harness.refused(
                harness.store.save_attachment(factories.attachment(saved.id, name="mine now"), other_user),
                "saving an attachment under another user's id",
            )
        assert (await harness.store.load_thread(thread, owner)).title is None
        assert (await harness.store.load_attachment(saved.id, owner)).model_dump() == saved.model_dump()

    @check("isolates_owners")
    async def test_one_item_id_in_two_threads_overwrites_neither(self, harness: Harness) -> None:
        """Ids from a model provider repeat: ``__fake_id__``. Two items, or a refusal, but never one."""
        threads = [await a_thread(harness, who) for who in harness.users]
        saved: list[tuple[str, Any]] = []
        for who, thread in zip(harness.users, threads, strict=True):
            try:
                await harness.store.add_thread_item(
                    thread, factories.message(thread, thread, "__same_id__" + threads[0]), who
                )
            except harness.refusals:
                continue
            saved.append((thread, who))
        assert saved
        for thread, who in saved:
            assert await texts_of(harness, thread, who) == [thread]

    @check("binds_attachments")
    async def test_an_attachment_cannot_be_moved_into_another_thread(self, harness: Harness) -> None:
        who = harness.users[0]
        here, there = await a_thread(harness, who), await a_thread(harness, who)
        saved = factories.attachment()
        await harness.store.save_attachment(saved, who)
        saved.thread_id = here
        await harness.store.save_attachment(saved, who)
        for place in (there, None):
            moved = saved.model_copy(update={"thread_id": place})
            await harness.refused(harness.store.save_attachment(moved, who), "moving an attachment to another thread")
        assert (await harness.store.load_attachment(saved.id, who)).thread_id == here

    @check("isolates_owners", "refuses_foreign_ids", "binds_attachments")
    async def test_an_attachment_cannot_be_put_into_another_users_thread(self, harness: Harness) -> None:
        owner, other_user, _ = harness.users
        own = factories.attachment(thread_id=await a_thread(harness, owner))
        await harness.refused(harness.store.save_attachment(own, other_user), "an attachment in another user's thread")

    @check("binds_attachments")
    async def test_an_attachment_cannot_be_put_into_an_unknown_thread(self, harness: Harness) -> None:
        own = factories.attachment(thread_id="thr_unknown")
        await harness.refused(
            harness.store.save_attachment(own, harness.users[0]), "an attachment in an unknown thread"
        )

    @check("wide_ids")
    async def test_ids_do_not_collide(self, harness: Harness) -> None:
        store, who, thread = harness.store, harness.users[0], factories.thread()
        assert len({store.generate_item_id("message", thread, who) for _ in range(MANY_IDS)}) == MANY_IDS
        assert len({store.generate_thread_id(who) for _ in range(1000)}) == 1000
