"""Checks of a ``chatkit.store.Store``, whoever wrote it.

    TestStore = store_suite(open_store, new_owner)

``open_store`` gives an async context manager around an open store, ``new_owner`` a context (the SDK's
``TContext``) of somebody who has nothing in it yet. Where these need pytest's fixtures, derive from
``StoreSuite`` and override the fixtures of those names.

A check without a name beside ``@check`` is of what the SDK expects from every store. A name is a promise
that goes further (``Promises``), and the check is skipped where the store does not make it.
"""

import asyncio
import functools
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from typing import Any, ClassVar, Concatenate, Final, ParamSpec, cast

import pytest
from chatkit.store import Store
from chatkit.types import AssistantMessageItem, ClosedStatus, ThreadItem
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from typing_extensions import override

from chatkit_link.conformance import things
from chatkit_link.conformance.bench import PEOPLE, REFUSALS, Bench, Refusals
from chatkit_link.conformance.machine import TRESPASSES, StoreMachine
from chatkit_link.conformance.model import ModelThread
from chatkit_link.conformance.opened import Factory
from chatkit_link.conformance.promises import Promises
from chatkit_link.conformance.walks import Order, all_items, all_threads, item_pages, thread_pages

P = ParamSpec("P")
Body = Callable[Concatenate["StoreSuite", Bench, P], Coroutine[Any, Any, None]]
Test = Callable[Concatenate["StoreSuite", Bench, P], None]

ITEMS: Final = 50
SIZES: Final = (1, 7, 20, 49, 50, 51, 100)
WRITERS: Final = 64
EACH: Final = 4
#: With the SDK's 32 bits, this many ids collide in all but 1 of 30,000 runs.
MANY_IDS: Final = 300_000


def check(*promises: str) -> Callable[[Body[P]], Test[P]]:
    """Makes a test of an async check that starts with new people; skipped unless ``promises`` are made."""

    def decorate(body: Body[P]) -> Test[P]:
        @functools.wraps(body)
        def test(self: "StoreSuite", bench: Bench, *args: P.args, **kwargs: P.kwargs) -> None:
            bench.promises.need(*promises)
            bench.start()
            bench.run(body(self, bench, *args, **kwargs))

        return test

    return decorate


class StoreSuite:
    """Derive from it, or let ``store_suite`` do so."""

    #: What this store promises beyond the SDK's interface.
    promises: ClassVar[Promises] = Promises()
    #: What this store raises for ids that are unknown or somebody else's.
    refusals: ClassVar[Refusals] = REFUSALS
    #: How many histories Hypothesis makes up, and how long they are.
    examples: ClassVar[int] = 500
    steps: ClassVar[int] = 6

    @pytest.fixture(scope="class")
    @classmethod
    def open_store(cls) -> Factory[Store[Any]]:
        """Override this."""
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def new_owner(cls) -> Callable[[], Any]:
        """Override this."""
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def bench(cls, open_store: Factory[Store[Any]], new_owner: Callable[[], Any]) -> Iterator[Bench]:
        with Bench(open_store, new_owner, cls.promises, cls.refusals) as bench:
            yield bench

    # What was saved is loaded

    @check()
    async def test_a_thread_is_read_as_it_was_saved(self, bench: Bench) -> None:
        who = bench.people[0]
        saved = things.thread(title="Tea & more 🍵")
        saved.status = ClosedStatus(reason="solved")
        saved.metadata = {"deep": {"list": [1, 2.5, None, "x"]}, "": True}
        saved.allowed_image_domains = ["example.org"]
        await bench.store.save_thread(saved, who)
        loaded = await bench.store.load_thread(saved.id, who)
        assert loaded.model_dump() == saved.model_dump()
        assert [thread.model_dump() for thread in await all_threads(bench.store, who)] == [saved.model_dump()]

    @pytest.mark.parametrize("kind", things.KINDS)
    @check()
    async def test_an_item_of_every_kind_is_read_as_it_was_added(self, bench: Bench, kind: str) -> None:
        who = bench.people[0]
        thread = await _thread(bench, who)
        added = things.item(kind, thread, things.new_id("itm"), "Tea & more 🍵 \\u0000")
        await bench.store.add_thread_item(thread, added, who)
        loaded = await bench.store.load_item(thread, added.id, who)
        [listed] = await all_items(bench.store, thread, who)
        assert loaded.model_dump() == listed.model_dump() == added.model_dump()

    @check()
    async def test_an_attachment_is_read_as_it_was_saved_and_saved_again(self, bench: Bench) -> None:
        who = bench.people[0]
        for saved in (things.attachment(), things.image(things.new_id("atc"))):
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
        thread = await _thread(bench, who, "one")
        [item] = await all_items(bench.store, thread, who)
        loaded = await bench.store.load_thread(thread, who)
        assert loaded.created_at.tzinfo is None
        assert item.created_at.tzinfo is None
        assert item.created_at - loaded.created_at == timedelta()

    @check()
    async def test_what_is_not_there_is_refused(self, bench: Bench) -> None:
        who = bench.people[0]
        thread = await _thread(bench, who, "one")
        await bench.refused(bench.store.load_thread("thr_unknown", who), "loading an unknown thread")
        await bench.refused(bench.store.load_item(thread, "msg_unknown", who), "loading an unknown item")
        await bench.refused(bench.store.load_item("thr_unknown", "msg_unknown", who), "loading from an unknown thread")
        await bench.refused(bench.store.load_attachment("atc_unknown", who), "loading an unknown attachment")

    @check()
    async def test_an_item_of_another_thread_is_not_in_this_one(self, bench: Bench) -> None:
        who = bench.people[0]
        here, there = await _thread(bench, who, "here"), await _thread(bench, who, "there")
        [item] = await all_items(bench.store, there, who)
        await bench.refused(bench.store.load_item(here, item.id, who), "loading an item of another thread")
        with _either(bench):
            await bench.store.delete_thread_item(here, item.id, who)
        assert await _texts(bench, there, who) == ["there"]

    @check("gives_copies")
    async def test_changing_what_was_loaded_or_saved_changes_nothing_in_the_store(self, bench: Bench) -> None:
        who = bench.people[0]
        thread = things.thread(title="as it was")
        await bench.store.save_thread(thread, who)
        item = things.message(thread.id, "as it was")
        await bench.store.add_thread_item(thread.id, item, who)
        thread.title = item.content[0].text = "changed"
        (await bench.store.load_thread(thread.id, who)).metadata["changed"] = True
        loaded = await bench.store.load_item(thread.id, item.id, who)
        assert isinstance(loaded, AssistantMessageItem)
        loaded.content[0].text = "changed"
        kept = await bench.store.load_thread(thread.id, who)
        assert (kept.title, kept.metadata) == ("as it was", {})
        assert await _texts(bench, thread.id, who) == ["as it was"]

    @check("takes_any_text")
    async def test_a_nul_or_half_an_emoji_does_not_lose_the_text(self, bench: Bench) -> None:
        who = bench.people[0]
        thread = things.thread(title="a\x00b \ud83c c")
        thread.metadata = {"a\x00b": "a\x00b \ud83c c"}
        await bench.store.save_thread(thread, who)
        item = things.message(thread.id, "a\x00b \ud83c c")
        await bench.store.add_thread_item(thread.id, item, who)
        await bench.store.save_attachment(things.attachment(name="a\x00b \ud83c c"), who)
        [text] = await _texts(bench, thread.id, who)
        title = (await bench.store.load_thread(thread.id, who)).title or ""
        assert all(part in text and part in title for part in ("a", "b ", " c"))

    # Saving again

    @check()
    async def test_an_item_that_is_saved_again_changes_in_its_place(self, bench: Bench) -> None:
        """The SDK adds an item that is there already when a workflow is continued."""
        who = bench.people[0]
        thread = await _thread(bench, who, "0", "1", "2")
        first, second, _ = await all_items(bench.store, thread, who)
        await bench.store.save_item(thread, things.message(thread, "0 saved", first.id), who)
        await bench.store.add_thread_item(thread, things.message(thread, "1 added", second.id), who)
        assert await _texts(bench, thread, who) == ["0 saved", "1 added", "2"]

    @check()
    async def test_an_item_that_was_never_added_can_be_saved(self, bench: Bench) -> None:
        who = bench.people[0]
        thread = await _thread(bench, who, "0")
        await bench.store.save_item(thread, things.message(thread, "1"), who)
        assert await _texts(bench, thread, who) == ["0", "1"]

    @check("merges_changes")
    async def test_two_changes_to_one_thread_are_both_kept(self, bench: Bench) -> None:
        """A person renames a thread while an answer, which has an older copy of it, notes something down."""
        who = bench.people[0]
        thread = await _thread(bench, who)
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
        gone, kept = await _thread(bench, who, "gone"), await _thread(bench, who, "kept")
        [item] = await all_items(bench.store, gone, who)
        await bench.store.delete_thread(gone, who)
        await bench.refused(bench.store.load_thread(gone, who), "loading a deleted thread")
        await bench.refused(bench.store.load_item(gone, item.id, who), "loading an item of a deleted thread")
        with _either(bench):
            assert (await bench.store.load_thread_items(gone, None, 10, "asc", who)).data == []
        assert [thread.id for thread in await all_threads(bench.store, who)] == [kept]
        assert await _texts(bench, kept, who) == ["kept"]

    @check("never_resurrects")
    async def test_a_deleted_thread_stays_deleted(self, bench: Bench) -> None:
        """An answer that is still being written saves its thread and its items after the deletion."""
        who = bench.people[0]
        thread = await _thread(bench, who, "one")
        loaded = await bench.store.load_thread(thread, who)
        await bench.store.delete_thread(thread, who)
        loaded.title = "late"
        await bench.refused(bench.store.save_thread(loaded, who), "saving a deleted thread")
        for save in (bench.store.add_thread_item, bench.store.save_item):
            await bench.refused(save(thread, things.message(thread, "late"), who), "adding to a deleted thread")
        assert await all_threads(bench.store, who) == []

    @check()
    async def test_removing_an_item_that_was_never_stored_is_no_error(self, bench: Bench) -> None:
        """The SDK deletes whatever an agent says was removed, also what it only showed."""
        who = bench.people[0]
        thread = await _thread(bench, who, "one")
        await bench.store.delete_thread_item(thread, "msg_never_stored", who)
        assert await _texts(bench, thread, who) == ["one"]

    # Pages

    @pytest.mark.parametrize("order", ["asc", "desc"])
    @check()
    async def test_pages_of_every_size_show_each_item_once_and_in_order(self, bench: Bench, order: Order) -> None:
        """All of them were made at the same moment."""
        who = bench.people[0]
        texts = [str(number) for number in range(ITEMS)]
        thread = await _thread(bench, who, *texts)
        expected = texts if order == "asc" else texts[::-1]
        for limit in SIZES:
            pages = [page async for page in item_pages(bench.store, thread, who, limit=limit, order=order)]
            assert [_text(item) for page in pages for item in page.data] == expected
            assert len(pages) == -(-ITEMS // limit)
            assert all(len(page.data) == limit for page in pages[:-1])

    @pytest.mark.parametrize("order", ["asc", "desc"])
    @check()
    async def test_pages_of_every_size_show_each_thread_once(self, bench: Bench, order: Order) -> None:
        who = bench.people[0]
        made = [await _thread(bench, who) for _ in range(23)]
        for limit in (1, 5, 22, 23, 24):
            pages = [page async for page in thread_pages(bench.store, who, limit=limit, order=order)]
            assert sorted(thread.id for page in pages for thread in page.data) == sorted(made)
            assert len(pages) == -(-len(made) // limit)

    @check("orders_by_activity")
    async def test_threads_are_listed_by_their_last_activity(self, bench: Bench) -> None:
        who = bench.people[0]
        first, second, third = [await _thread(bench, who) for _ in range(3)]
        await bench.store.add_thread_item(first, things.message(first, "again"), who)
        expected = [first, third, second]
        assert [thread.id for thread in await all_threads(bench.store, who, order="desc", limit=2)] == expected
        assert [thread.id for thread in await all_threads(bench.store, who, order="asc", limit=2)] == expected[::-1]

    @pytest.mark.parametrize("order", ["asc", "desc"])
    @check()
    async def test_what_comes_and_goes_between_two_pages_moves_nothing_else(self, bench: Bench, order: Order) -> None:
        """Items are added at the end and deleted on pages that were read, while the next page is awaited."""
        who = bench.people[0]
        texts = [str(number) for number in range(30)]
        thread = await _thread(bench, who, *texts)
        seen: list[str] = []
        async for page in item_pages(bench.store, thread, who, limit=5, order=order):
            seen += [_text(item) for item in page.data]
            await bench.store.delete_thread_item(thread, page.data[0].id, who)
            if order == "desc":
                await bench.store.add_thread_item(thread, things.message(thread, "new"), who)
        assert seen == (texts if order == "asc" else texts[::-1])

    @pytest.mark.parametrize("order", ["asc", "desc"])
    @check("cursors_survive_deletes")
    async def test_a_page_leads_on_after_all_of_it_is_deleted(self, bench: Bench, order: Order) -> None:
        who = bench.people[0]
        texts = [str(number) for number in range(12)]
        thread = await _thread(bench, who, *texts)
        seen: list[str] = []
        async for page in item_pages(bench.store, thread, who, limit=4, order=order):
            seen += [_text(item) for item in page.data]
            for item in page.data:
                await bench.store.delete_thread_item(thread, item.id, who)
        assert seen == (texts if order == "asc" else texts[::-1])

    # Two people

    @pytest.mark.parametrize("attempt", TRESPASSES)
    @check("isolates_owners", "refuses_foreign_ids")
    async def test_another_person_finds_nothing_there(self, bench: Bench, attempt: str) -> None:
        owner, *strangers = bench.people
        thread = await _thread(bench, owner, "private")
        [item] = await all_items(bench.store, thread, owner)
        data = await bench.store.load_thread(thread, owner)
        for stranger in strangers:
            tried = TRESPASSES[attempt](bench.store, stranger, ModelThread(0, data, 0, 0), item.id)
            await bench.refused(tried, f"{attempt} on somebody else's thread")
        assert (await bench.store.load_thread(thread, owner)).model_dump() == data.model_dump()
        assert await _texts(bench, thread, owner) == ["private"]

    @check("isolates_owners")
    async def test_the_list_shows_only_ones_own(self, bench: Bench) -> None:
        made = [await _thread(bench, who) for who in bench.people]
        for who, thread in zip(bench.people, made, strict=True):
            assert [found.id for found in await all_threads(bench.store, who)] == [thread]

    @check("isolates_owners")
    async def test_a_cursor_of_somebody_else_shows_nothing_of_theirs(self, bench: Bench) -> None:
        owner, stranger, _ = bench.people
        for _ in range(4):
            await _thread(bench, owner, "private", "private")
        mine = await _thread(bench, stranger, "mine")
        theirs = await bench.store.load_threads(2, None, "desc", owner)
        items = await bench.store.load_thread_items(theirs.data[0].id, None, 1, "asc", owner)
        with _either(bench, Exception):
            listed = await bench.store.load_threads(10, theirs.after, "desc", stranger)
            assert {thread.id for thread in listed.data} <= {mine}
        with _either(bench, Exception):
            page = await bench.store.load_thread_items(mine, items.after, 10, "asc", stranger)
            assert {_text(item) for item in page.data} <= {"mine"}

    @check("isolates_owners")
    async def test_another_person_finds_no_attachment(self, bench: Bench) -> None:
        owner, *strangers = bench.people
        kept = things.attachment()
        await bench.store.save_attachment(kept, owner)
        for stranger in strangers:
            await bench.refused(bench.store.load_attachment(kept.id, stranger), "loading somebody else's attachment")
            await bench.refused(bench.store.delete_attachment(kept.id, stranger), "deleting somebody else's attachment")
        assert (await bench.store.load_attachment(kept.id, owner)).model_dump() == kept.model_dump()

    # One id, two people

    @check("isolates_owners", "refuses_foreign_ids")
    async def test_an_id_of_somebody_else_cannot_be_taken(self, bench: Bench) -> None:
        owner, *strangers = bench.people
        thread, kept = await _thread(bench, owner, "private"), things.attachment()
        await bench.store.save_attachment(kept, owner)
        for stranger in strangers:
            await bench.refused(
                bench.store.save_thread(things.thread(thread, title="mine now"), stranger),
                "creating a thread under somebody else's id",
            )
            await bench.refused(
                bench.store.save_attachment(things.attachment(kept.id, name="mine now"), stranger),
                "saving an attachment under somebody else's id",
            )
        assert (await bench.store.load_thread(thread, owner)).title is None
        assert (await bench.store.load_attachment(kept.id, owner)).model_dump() == kept.model_dump()

    @check("isolates_owners")
    async def test_one_item_id_in_two_threads_overwrites_neither(self, bench: Bench) -> None:
        """Ids from a model provider repeat: ``__fake_id__``. Two items, or a refusal, but never one."""
        threads = [await _thread(bench, who) for who in bench.people]
        kept: list[tuple[str, Any]] = []
        for who, thread in zip(bench.people, threads, strict=True):
            try:
                await bench.store.add_thread_item(
                    thread, things.message(thread, thread, "__same_id__" + threads[0]), who
                )
            except bench.refusals:
                continue
            kept.append((thread, who))
        assert kept
        for thread, who in kept:
            assert await _texts(bench, thread, who) == [thread]

    @check("binds_attachments")
    async def test_an_attachment_cannot_be_moved_into_another_thread(self, bench: Bench) -> None:
        who = bench.people[0]
        here, there = await _thread(bench, who), await _thread(bench, who)
        kept = things.attachment()
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
        mine = things.attachment(thread_id=await _thread(bench, owner))
        await bench.refused(bench.store.save_attachment(mine, stranger), "an attachment in somebody else's thread")

    @check("binds_attachments")
    async def test_an_attachment_cannot_be_put_into_an_unknown_thread(self, bench: Bench) -> None:
        mine = things.attachment(thread_id="thr_unknown")
        await bench.refused(bench.store.save_attachment(mine, bench.people[0]), "an attachment in an unknown thread")

    @check("wide_ids")
    async def test_ids_do_not_collide(self, bench: Bench) -> None:
        store, who, thread = bench.store, bench.people[0], things.thread()
        assert len({store.generate_item_id("message", thread, who) for _ in range(MANY_IDS)}) == MANY_IDS
        assert len({store.generate_thread_id(who) for _ in range(1000)}) == 1000

    # Many at once

    @check()
    async def test_sixty_four_writers_lose_nothing(self, bench: Bench) -> None:
        """And a reader who follows them passes nothing by: what it has seen is the beginning of all there is."""
        who = bench.people[0]
        thread = await _thread(bench, who, "0")

        async def write(writer: int) -> None:
            for number in range(EACH):
                text = f"{writer}/{number}"
                await bench.store.add_thread_item(thread, things.message(thread, text), who)

        async def read() -> list[str]:
            pages = item_pages(bench.store, thread, who, limit=3, order="asc")
            return [item.id async for page in pages for item in page.data]

        *_, seen, seen_later = await asyncio.gather(*(write(writer) for writer in range(WRITERS)), read(), read())
        items = await all_items(bench.store, thread, who, limit=9)
        texts = [_text(item) for item in items]
        assert sorted(texts) == sorted(["0", *(f"{w}/{n}" for w in range(WRITERS) for n in range(EACH))])
        for writer in range(WRITERS):
            mine = [text for text in texts if text.startswith(f"{writer}/")]
            assert mine == sorted(mine, key=lambda text: int(text.partition("/")[2])), "a writer's order is lost"
        ids = [item.id for item in items]
        for read_ids in (cast("list[str]", seen), cast("list[str]", seen_later)):
            assert read_ids == ids[: len(read_ids)], "a reader passed an item by"

    @check()
    async def test_sixty_four_writers_of_one_item_make_one_item(self, bench: Bench) -> None:
        who = bench.people[0]
        thread = await _thread(bench, who)
        item_id = things.new_id("itm")
        await asyncio.gather(
            *(
                bench.store.save_item(thread, things.message(thread, str(number), item_id), who)
                for number in range(WRITERS)
            )
        )
        assert len(await all_items(bench.store, thread, who)) == 1

    @check("isolates_owners")
    async def test_sixty_four_writers_of_three_people_stay_apart(self, bench: Bench) -> None:
        async def write(number: int) -> str:
            return await _thread(bench, bench.people[number % PEOPLE], str(number))

        made = await asyncio.gather(*(write(number) for number in range(WRITERS)))
        for place, who in enumerate(bench.people):
            found = {thread.id for thread in await all_threads(bench.store, who, limit=7)}
            assert found == {thread for number, thread in enumerate(made) if number % PEOPLE == place}

    # Anything

    def test_any_history_leaves_what_a_plain_model_leaves(self, bench: Bench, request: pytest.FixtureRequest) -> None:
        """``machine.py`` says what a history is made of."""
        examples = request.config.getoption("--conformance-examples", default=None)
        self.run_histories(bench, examples or self.examples)

    def run_histories(self, bench: Bench, examples: int) -> None:
        run_state_machine_as_test(
            functools.partial(StoreMachine, bench),  # pyright: ignore[reportArgumentType] - any factory will do
            settings=self.histories(examples),
        )

    def histories(self, examples: int) -> settings:
        """How Hypothesis looks for mistakes; override it to look otherwise."""
        return settings(
            max_examples=examples,
            stateful_step_count=self.steps,
            deadline=None,  # a database is slow when it is, and that is no mistake
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        )


def store_suite(
    open_store: Factory[Store[Any]],
    new_owner: Callable[[], Any],
    *,
    promises: Promises = Promises(),  # noqa: B008 - frozen
    refusals: Refusals = REFUSALS,
    examples: int = 500,
) -> type[StoreSuite]:
    """The suite for one store, to be bound to a name that pytest collects.

    Args:
        open_store: gives an async context manager around an open store.
        new_owner: a context of somebody who has nothing in the store yet.
        promises: what this store promises beyond the SDK's interface.
        refusals: what it raises for ids that are unknown or somebody else's.
        examples: how many histories Hypothesis makes up.
    """

    class Suite(StoreSuite):
        @pytest.fixture(scope="class")
        @classmethod
        @override
        def open_store(cls) -> Factory[Store[Any]]:
            return open_store

        @pytest.fixture(scope="class")
        @classmethod
        @override
        def new_owner(cls) -> Callable[[], Any]:
            return new_owner

    Suite.promises, Suite.refusals, Suite.examples = promises, refusals, examples
    return Suite


class _either:  # noqa: N801 - reads as a word: `with _either(bench):`
    """The block may be refused, or do what it says; anything else is a mistake."""

    def __init__(self, bench: Bench, *also: type[Exception]) -> None:
        self._refusals = (*bench.refusals, *also)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        return isinstance(error, self._refusals) and not isinstance(error, AssertionError)


async def _thread(bench: Bench, who: Any, *texts: str) -> str:
    """A new thread with these messages in it."""
    thread = things.thread()
    await bench.store.save_thread(thread, who)
    for text in texts:
        await bench.store.add_thread_item(thread.id, things.message(thread.id, text), who)
    return thread.id


def _text(item: ThreadItem) -> str:
    assert isinstance(item, AssistantMessageItem)
    return item.content[0].text


async def _texts(bench: Bench, thread_id: str, who: Any) -> list[str]:
    return [_text(item) for item in await all_items(bench.store, thread_id, who)]


__all__ = ["Promises", "StoreSuite", "check", "store_suite"]
