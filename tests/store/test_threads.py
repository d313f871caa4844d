"""Threads in the store: what a person would lose if this were wrong."""

import asyncio
import uuid
from datetime import UTC, datetime

import pytest
from chatkit.types import LockedStatus, ThreadMetadata

from chatkit_link.caller import Caller
from chatkit_link.errors import NotFound, Unprocessable
from chatkit_link.store.postgres import PostgresStore, new_id
from tests.store.build import assistant, thread


async def test_a_thread_comes_back_as_it_was_saved(store: PostgresStore, ada: Caller) -> None:
    saved = ThreadMetadata(
        id=new_id("thread"),
        created_at=datetime.now(),
        title="Tea 🍵",
        status=LockedStatus(reason="review"),
        allowed_image_domains=["example.com"],
        metadata={"response": "resp_1", "deep": {"list": [1, None, "x"]}},
    )
    await store.save_thread(saved, ada)

    loaded = await store.load_thread(saved.id, ada)

    assert loaded.model_dump() == saved.model_dump()


async def test_times_survive_the_way_through_the_database(store: PostgresStore, ada: Caller) -> None:
    """The SDK subtracts a stored time from datetime.now(): an aware one would raise, a shifted one would lie."""
    before = datetime.now()
    created = await thread(store, ada)

    loaded = await store.load_thread(created.id, ada)

    assert loaded.created_at.tzinfo is None
    assert abs((loaded.created_at - before).total_seconds()) < 5


async def test_an_aware_time_is_stored_as_the_same_moment(store: PostgresStore, ada: Caller) -> None:
    moment = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
    saved = ThreadMetadata(id=new_id("thread"), created_at=moment)
    await store.save_thread(saved, ada)

    loaded = await store.load_thread(saved.id, ada)

    assert loaded.created_at.astimezone(UTC) == moment


async def test_a_rename_survives_a_save_of_an_older_copy(store: PostgresStore, ada: Caller) -> None:
    created = await thread(store, ada)
    stale = await store.load_thread(created.id, ada)
    renamed = await store.load_thread(created.id, ada)
    renamed.title = "Mine"
    await store.save_thread(renamed, ada)

    stale.metadata["turn"] = 1
    await store.save_thread(stale, ada)

    loaded = await store.load_thread(created.id, ada)
    assert (loaded.title, loaded.metadata) == ("Mine", {"turn": 1})


async def test_a_deleted_thread_is_not_brought_back_by_a_save(store: PostgresStore, ada: Caller) -> None:
    created = await thread(store, ada)
    held = await store.load_thread(created.id, ada)
    await store.delete_thread(created.id, ada)

    held.title = "Still here?"
    with pytest.raises(NotFound):
        await store.save_thread(held, ada)
    with pytest.raises(NotFound):
        await store.load_thread(created.id, ada)


async def test_a_found_title_never_replaces_a_persons_own(store: PostgresStore, ada: Caller) -> None:
    untitled, titled = await thread(store, ada), await thread(store, ada, title="My own")

    assert await store.set_title_if_none(untitled.id, "Found", ada)
    assert not await store.set_title_if_none(titled.id, "Found", ada)

    assert (await store.load_thread(untitled.id, ada)).title == "Found"
    assert (await store.load_thread(titled.id, ada)).title == "My own"


async def test_threads_are_listed_by_last_activity(store: PostgresStore, ada: Caller) -> None:
    first, second, third = [await thread(store, ada) for _ in range(3)]
    await store.add_thread_item(first.id, assistant(first.id, "news"), ada)

    listed = await store.load_threads(10, None, "desc", ada)

    assert [found.id for found in listed.data] == [first.id, third.id, second.id]


async def test_every_thread_is_on_exactly_one_page(store: PostgresStore, ada: Caller) -> None:
    made = {(await thread(store, ada)).id for _ in range(23)}
    for order in ("asc", "desc"):
        seen: list[str] = []
        after = None
        while True:
            page = await store.load_threads(5, after, order, ada)
            seen += [found.id for found in page.data]
            if not page.has_more:
                break
            after = page.after
        assert len(seen) == 23
        assert set(seen) == made


async def test_a_page_continues_after_a_thread_that_was_deleted_meanwhile(store: PostgresStore, ada: Caller) -> None:
    made = [(await thread(store, ada)).id for _ in range(4)]
    page = await store.load_threads(2, None, "asc", ada)
    await store.delete_thread(page.data[-1].id, ada)

    rest = await store.load_threads(5, page.after, "asc", ada)

    assert [found.id for found in rest.data] == made[2:]


@pytest.mark.parametrize(
    "cursor", ["nonsense", "cur_", "cur_e30", "cur_!!!", "cur_WyJhIl0", "cur_" + "A" * 5000, "\x00"]
)
async def test_a_broken_cursor_is_refused_in_a_sentence(store: PostgresStore, ada: Caller, cursor: str) -> None:
    with pytest.raises(Unprocessable, match="first page"):
        await store.load_threads(5, cursor, "desc", ada)


async def test_a_thread_id_of_somebody_else_cannot_be_taken_over(
    store: PostgresStore, ada: Caller, bob: Caller
) -> None:
    theirs = await thread(store, ada, title="Ada's")

    with pytest.raises(NotFound):
        await store.save_thread(ThreadMetadata(id=theirs.id, created_at=datetime.now(), title="Bob's"), bob)

    assert (await store.load_thread(theirs.id, ada)).title == "Ada's"


async def test_a_thousand_new_ids_are_all_different_and_hard_to_guess() -> None:
    ids = {new_id("thread") for _ in range(1000)}
    assert len(ids) == 1000
    assert all(uuid.UUID(one.removeprefix("thr_")).version == 4 for one in ids)


async def test_a_change_made_while_another_is_saved_is_not_lost(store: PostgresStore, ada: Caller) -> None:
    """Tools run beside the turn: what they put into the metadata during a save must be saved next."""
    created = await thread(store, ada)
    held = await store.load_thread(created.id, ada)
    held.metadata["first"] = 1
    saving = asyncio.create_task(store.save_thread(held, ada))
    await asyncio.sleep(0)
    held.metadata["second"] = 2
    await saving

    await store.save_thread(held, ada)
    assert (await store.load_thread(created.id, ada)).metadata == {"first": 1, "second": 2}


async def test_of_many_edits_at_once_none_is_lost(store: PostgresStore, ada: Caller) -> None:
    created = await thread(store, ada)

    async def click(leg: int) -> None:
        own = await store.load_thread(created.id, ada)  # each as it was before all of them
        async with store.edit_metadata(own, ada) as metadata:
            metadata["legs"] = [*metadata.get("legs", []), leg]

    await asyncio.gather(*(click(leg) for leg in range(12)))

    assert sorted((await store.load_thread(created.id, ada)).metadata["legs"]) == list(range(12))


async def test_an_edit_keeps_what_was_set_before_and_can_be_followed_by_a_change(
    store: PostgresStore, ada: Caller
) -> None:
    created = await thread(store, ada)
    own = await store.load_thread(created.id, ada)
    own.metadata["set"] = 1
    other = await store.load_thread(created.id, ada)
    async with store.edit_metadata(other, ada) as metadata:
        metadata["elsewhere"] = 2
    async with store.edit_metadata(own, ada) as metadata:
        metadata["edited"] = 3
    assert not own.changes()
    own.metadata["later"] = 4
    await store.save_thread(own, ada)

    assert (await store.load_thread(created.id, ada)).metadata == {"set": 1, "elsewhere": 2, "edited": 3, "later": 4}


async def test_an_edit_that_fails_changes_nothing(store: PostgresStore, ada: Caller) -> None:
    created = await thread(store, ada)

    async def fail() -> None:
        async with store.edit_metadata(created, ada) as metadata:
            metadata["legs"] = 13
            raise Unprocessable("Too many.")

    with pytest.raises(Unprocessable):
        await fail()
    assert (await store.load_thread(created.id, ada)).metadata == {}


async def test_nobody_edits_a_thread_of_somebody_else(store: PostgresStore, ada: Caller, bob: Caller) -> None:
    created = await thread(store, ada)
    with pytest.raises(NotFound):
        async with store.edit_metadata(created, bob):
            pytest.fail("the thread was opened")
