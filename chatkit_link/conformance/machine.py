"""Histories made up by Hypothesis: what people do to a store, in any order, against ``model.py``.

Three people take turns on one store. After each step the answer is compared with the model's, and after
the last one everything is. A list is read as a client reads it: one page now, the next one some steps
later, when items have been added, changed and deleted in between.

Every item and thread carries the same ``created_at``. Ids are never used again after a deletion, but they
are tried out while they are somebody else's.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from chatkit.store import Store
from chatkit.types import Attachment, LockedStatus, ThreadItem, ThreadMetadata
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from typing_extensions import override

from chatkit_link.conformance import things
from chatkit_link.conformance.bench import Bench
from chatkit_link.conformance.model import ItemWalk, Model, ModelThread, ThreadWalk
from chatkit_link.conformance.walks import Order, all_items, all_threads, check_page

WHO = st.integers(0, 2)
#: Chooses one of what is there, whatever its number.
PICK = st.integers(0, 20)
KIND = st.sampled_from(sorted(things.KINDS))
ORDER = st.sampled_from(["asc", "desc"])
LIMIT = st.one_of(st.integers(1, 3), st.integers(1, 30))
TEXT = st.sampled_from(["tea", "", "ü 🍵 \\u0000 \" ' % {}", "a\nb"])

Attempt = Callable[[Store[Any], Any, ModelThread, str], Awaitable[object]]
#: Everything that can be tried on somebody else's thread, with the id of an item in it.
TRESPASSES: Final[dict[str, Attempt]] = {
    "load_thread": lambda store, who, t, _: store.load_thread(t.data.id, who),
    "delete_thread": lambda store, who, t, _: store.delete_thread(t.data.id, who),
    "load_thread_items": lambda store, who, t, _: store.load_thread_items(t.data.id, None, 10, "asc", who),
    "load_item": lambda store, who, t, i: store.load_item(t.data.id, i, who),
    "delete_thread_item": lambda store, who, t, i: store.delete_thread_item(t.data.id, i, who),
    "add_thread_item": lambda store, who, t, _: store.add_thread_item(
        t.data.id, things.message(t.data.id, "mine now"), who
    ),
    "add_thread_item over theirs": lambda store, who, t, i: store.add_thread_item(
        t.data.id, things.message(t.data.id, "mine now", i), who
    ),
    "save_item": lambda store, who, t, i: store.save_item(t.data.id, things.message(t.data.id, "mine now", i), who),
}
#: Those that write an id down, and so are a promise of their own.
WRITES: Final = {"add_thread_item", "add_thread_item over theirs", "save_item"}


class StoreMachine(RuleBasedStateMachine):
    """One example: a store, the people in it, and what should be true of them."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        bench.start()
        self.bench = bench
        self.store = bench.store
        self.people = bench.people
        self.model = Model()
        self.loaded: list[tuple[int, ThreadMetadata]] = []
        self.item_walks: list[ItemWalk] = []
        self.thread_walks: list[ThreadWalk] = []
        self.removed: list[str] = []

    @initialize(order=ORDER, limit=st.integers(1, 2), kinds=st.lists(KIND, min_size=3, max_size=4))
    def begin(self, order: Order, limit: int, kinds: list[str]) -> None:
        """Somebody has two threads, holds one of them, and reads the other: so that much can happen at once."""
        self.create_thread(0, None)
        self.create_thread(0, "later")
        self.add_items(0, kinds, "tea")
        self.load_thread_to_save_it_later(1)
        self.begin_to_read_items(0, order, limit)

    # Threads

    @rule(who=WHO, title=st.one_of(st.none(), TEXT))
    def create_thread(self, who: int, title: str | None) -> None:
        owner = who % len(self.people)
        new = things.thread(title=title)
        new.metadata = {"title": [title, None, 1]}
        self.bench.run(self.store.save_thread(new, self.people[owner]))
        self.model.create(owner, new)

    @precondition(lambda self: self.model.threads)
    @rule(pick=PICK, title=TEXT, lock=st.booleans())
    def change_thread(self, pick: int, title: str, lock: bool) -> None:
        thread = self._thread(pick)

        async def change() -> None:
            who = self.people[thread.owner]
            loaded = await self.store.load_thread(thread.data.id, who)
            self._same(loaded, thread.data)
            loaded.title = title
            if lock:
                loaded.status, loaded.metadata = LockedStatus(reason=title), {"was": title}
            await self.store.save_thread(loaded, who)
            thread.data = ThreadMetadata(**loaded.model_dump())

        self.bench.run(change())
        self.model.touch(thread, surely=False)

    @precondition(lambda self: self.model.threads)
    @rule(pick=PICK)
    def load_thread_to_save_it_later(self, pick: int) -> None:
        thread = self._thread(pick)
        loaded = self.bench.run(self.store.load_thread(thread.data.id, self.people[thread.owner]))
        self.loaded.append((thread.owner, loaded))

    @precondition(lambda self: self.bench.promises.never_resurrects and self.loaded)
    @rule(title=TEXT)
    def save_what_was_loaded(self, title: str) -> None:
        owner, loaded = self.loaded.pop(0)
        thread = self.model.threads.get(loaded.id)
        loaded.title = f"late {title}"
        saving = self.store.save_thread(loaded, self.people[owner])
        if thread is None:
            self.bench.run(self.bench.refused(saving, "saving a thread that was deleted meanwhile"))
            return
        self.bench.run(saving)
        # What else was changed meanwhile is kept where that is promised; it is read back, not guessed.
        if not self.bench.promises.merges_changes:
            thread.data = ThreadMetadata(**loaded.model_dump())
        thread.data.title = loaded.title
        self.model.touch(thread, surely=False)

    @precondition(lambda self: self.model.threads)
    @rule(pick=PICK)
    def delete_thread(self, pick: int) -> None:
        thread = self._thread(pick)
        who, items = self.people[thread.owner], list(thread.items)

        async def delete() -> None:
            await self.store.delete_thread(thread.data.id, who)
            await self.bench.refused(self.store.load_thread(thread.data.id, who), "loading a deleted thread")
            for item_id in items[:1]:
                await self.bench.refused(
                    self.store.load_item(thread.data.id, item_id, who), "loading an item of a deleted thread"
                )

        self.bench.run(delete())
        self.model.delete(thread.data.id)
        self.item_walks = [walk for walk in self.item_walks if walk.thread_id != thread.data.id]
        self.removed.append(thread.data.id)

    # Items

    @precondition(lambda self: self.model.threads)
    @rule(pick=PICK, kinds=st.lists(KIND, min_size=1, max_size=6), text=TEXT)
    def add_items(self, pick: int, kinds: list[str], text: str) -> None:
        thread = self._thread(pick)
        added = [things.item(kind, thread.data.id, things.new_id("itm"), text) for kind in kinds]

        async def add() -> None:
            for item in added:
                await self.store.add_thread_item(thread.data.id, item, self.people[thread.owner])

        self.bench.run(add())
        for item in added:
            thread.put(item)
        self.model.touch(thread, surely=True)

    @precondition(lambda self: self._item_threads())
    @rule(pick=PICK, which=PICK, text=TEXT, again=st.booleans())
    def save_item_again(self, pick: int, which: int, text: str, again: bool) -> None:
        """The SDK calls ``add_thread_item`` for items that exist, too: a continued workflow."""
        thread = self._thread_with_items(pick)
        old = self._item(thread, which)
        new = things.item(old.type, thread.data.id, old.id, f"again {text}")
        save = self.store.add_thread_item if again else self.store.save_item
        self.bench.run(save(thread.data.id, new, self.people[thread.owner]))
        thread.put(new)
        self.model.touch(thread, surely=False)

    @precondition(lambda self: self._item_threads())
    @rule(pick=PICK, which=PICK)
    def delete_item(self, pick: int, which: int) -> None:
        thread = self._thread_with_items(pick)
        item, who = self._item(thread, which), self.people[thread.owner]

        async def delete() -> None:
            await self.store.delete_thread_item(thread.data.id, item.id, who)
            await self.bench.refused(self.store.load_item(thread.data.id, item.id, who), "loading a deleted item")

        self.bench.run(delete())
        thread.drop(item.id)
        self.removed.append(item.id)
        self.model.touch(thread, surely=False)

    @precondition(lambda self: self._item_threads() and len(self.model.threads) > 1)
    @rule(pick=PICK, which=PICK, other=PICK, kind=KIND)
    def use_an_item_id_twice(self, pick: int, which: int, other: int, kind: str) -> None:
        """In another thread: kept beside the first, or refused, but never written over it."""
        source, target = self._thread_with_items(pick), self._thread(other)
        item_id = self._item(source, which).id
        if item_id in target.items:
            return
        item = things.item(kind, target.data.id, item_id, "the second one")

        async def add() -> bool:
            try:
                await self.store.add_thread_item(target.data.id, item, self.people[target.owner])
            except self.bench.refusals:
                return False
            return True

        if self.bench.run(add()):
            target.put(item)
            self.model.touch(target, surely=True)

    # Other people

    @precondition(lambda self: self.bench.promises.isolates_owners and self.model.threads)
    @rule(pick=PICK, which=PICK, step=st.integers(1, 2), attempt=st.sampled_from(sorted(TRESPASSES)))
    def trespass(self, pick: int, which: int, step: int, attempt: str) -> None:
        thread = self._thread(pick)
        item_id = self._item(thread, which).id if thread.items else things.new_id("itm")
        stranger = self.people[(thread.owner + step) % len(self.people)]
        if attempt in WRITES and not self.bench.promises.refuses_foreign_ids:
            return
        tried = TRESPASSES[attempt](self.store, stranger, thread, item_id)
        self.bench.run(self.bench.refused(tried, f"{attempt} on somebody else's thread"))

    @precondition(lambda self: self.bench.promises.refuses_foreign_ids and self.model.threads)
    @precondition(lambda self: self.bench.promises.isolates_owners)
    @rule(pick=PICK, step=st.integers(1, 2))
    def collide_with_a_thread(self, pick: int, step: int) -> None:
        thread = self._thread(pick)
        stranger = self.people[(thread.owner + step) % len(self.people)]
        saving = self.store.save_thread(things.thread(thread.data.id, title="mine now"), stranger)
        self.bench.run(self.bench.refused(saving, "creating a thread under somebody else's id"))

    # Attachments

    @rule(who=WHO, picture=st.booleans(), in_thread=st.booleans(), pick=PICK)
    def save_attachment(self, who: int, picture: bool, in_thread: bool, pick: int) -> None:
        owner = who % len(self.people)
        new = things.image(things.new_id("atc")) if picture else things.attachment()
        mine = self.model.threads_of(owner)
        if in_thread and mine:
            new.thread_id = mine[pick % len(mine)].data.id
        self.bench.run(self.store.save_attachment(new, self.people[owner]))
        self.model.attachments[new.id] = owner, new

    @precondition(lambda self: self.model.attachments)
    @rule(pick=PICK, name=TEXT)
    def change_attachment(self, pick: int, name: str) -> None:
        owner, kept = self._attachment(pick)
        new = kept.model_copy(update={"name": name, "upload_descriptor": None})
        self.bench.run(self.store.save_attachment(new, self.people[owner]))
        self.model.attachments[new.id] = owner, new

    @precondition(lambda self: self.model.attachments)
    @rule(pick=PICK)
    def delete_attachment(self, pick: int) -> None:
        owner, kept = self._attachment(pick)
        who = self.people[owner]

        async def delete() -> None:
            await self.store.delete_attachment(kept.id, who)
            await self.bench.refused(self.store.load_attachment(kept.id, who), "loading a deleted attachment")

        self.bench.run(delete())
        del self.model.attachments[kept.id]

    @precondition(lambda self: self.bench.promises.isolates_owners and self.model.attachments)
    @rule(pick=PICK, step=st.integers(1, 2), how=st.sampled_from(["load", "delete", "save"]))
    def trespass_on_an_attachment(self, pick: int, step: int, how: str) -> None:
        owner, kept = self._attachment(pick)
        stranger = self.people[(owner + step) % len(self.people)]
        match how:
            case "load":
                tried: Awaitable[object] = self.store.load_attachment(kept.id, stranger)
            case "delete":
                tried = self.store.delete_attachment(kept.id, stranger)
            case _ if self.bench.promises.refuses_foreign_ids:
                tried = self.store.save_attachment(things.attachment(kept.id), stranger)
            case _:
                return
        self.bench.run(self.bench.refused(tried, f"{how} of somebody else's attachment"))

    # Pages

    @precondition(lambda self: self._item_threads())
    @rule(pick=PICK, order=ORDER, limit=LIMIT)
    def begin_to_read_items(self, pick: int, order: Order, limit: int) -> None:
        thread = self._thread_with_items(pick)
        self._read_items(ItemWalk(thread.owner, thread.data.id, order, limit))

    @precondition(lambda self: self.item_walks)
    @rule()
    def read_more_items(self) -> None:
        self._read_items(self.item_walks.pop(0))

    def _read_items(self, walk: ItemWalk) -> None:
        thread = self.model.threads[walk.thread_id]
        if walk.last_id in self.removed and not self.bench.promises.cursors_survive_deletes:
            return
        page = self.bench.run(
            self.store.load_thread_items(walk.thread_id, walk.cursor, walk.limit, walk.order, self.people[walk.owner])
        )
        check_page(page, walk.limit)
        expected = thread.behind(walk.mark, walk.order)
        self._same_list(page.data, expected[: walk.limit])
        assert page.has_more == (len(expected) > walk.limit)
        if page.has_more:
            walk.cursor, walk.last_id = page.after, page.data[-1].id
            walk.mark = thread.places[walk.last_id]
            self.item_walks.append(walk)

    @precondition(lambda self: self.model.threads)
    @rule(pick=PICK, order=ORDER, limit=st.integers(1, 3))
    def begin_to_read_threads(self, pick: int, order: Order, limit: int) -> None:
        self._read_threads(ThreadWalk(self._thread(pick).owner, order, limit, started=self.model.now))

    @precondition(lambda self: self.thread_walks)
    @rule()
    def read_more_threads(self) -> None:
        self._read_threads(self.thread_walks.pop(0))

    def _read_threads(self, walk: ThreadWalk) -> None:
        if walk.last_id in self.removed and not self.bench.promises.cursors_survive_deletes:
            return
        page = self.bench.run(self.store.load_threads(walk.limit, walk.cursor, walk.order, self.people[walk.owner]))
        check_page(page, walk.limit)
        mine = {thread.data.id: thread for thread in self.model.threads_of(walk.owner)}
        for found in page.data:
            assert found.id in mine, "a thread is listed that is deleted or somebody else's"
            self._same(found, mine[found.id].data)
        walk.seen += [found.id for found in page.data]
        if page.has_more:
            walk.cursor, walk.last_id = page.after, page.data[-1].id
            self.thread_walks.append(walk)
            return
        for thread_id, thread in mine.items():
            if thread.active_upto <= walk.started:
                assert walk.seen.count(thread_id) == 1, "a thread that nothing happened to was lost or seen twice"

    # At the end, everything

    @override
    def teardown(self) -> None:
        self.bench.run(self._look_at_everything())

    async def _look_at_everything(self) -> None:
        await asyncio.gather(
            *(self._look_at_threads(owner) for owner in range(len(self.people))),
            *(self._look_at_items(thread) for thread in self.model.threads.values()),
            *(self._look_at_attachment(attachment_id) for attachment_id in self.model.attachments),
        )

    async def _look_at_threads(self, owner: int) -> None:
        found = await all_threads(self.store, self.people[owner], order="desc")
        mine = {thread.data.id: thread for thread in self.model.threads_of(owner)}
        assert sorted(thread.id for thread in found) == sorted(mine)
        for thread in found:
            self._same(thread, mine[thread.id].data)
        if self.bench.promises.orders_by_activity:
            for place, later in enumerate(found):
                for earlier in found[place + 1 :]:
                    assert mine[later.id].active_upto >= mine[earlier.id].active_from, "not by last activity"

    async def _look_at_items(self, thread: ModelThread) -> None:
        found = await all_items(self.store, thread.data.id, self.people[thread.owner])
        self._same_list(found, thread.behind(None, "asc"))

    async def _look_at_attachment(self, attachment_id: str) -> None:
        owner, kept = self.model.attachments[attachment_id]
        self._same(await self.store.load_attachment(attachment_id, self.people[owner]), kept)

    # Choosing and comparing

    def _thread(self, pick: int) -> ModelThread:
        threads = list(self.model.threads.values())
        return threads[pick % len(threads)]

    def _attachment(self, pick: int) -> tuple[int, Attachment]:
        attachments = list(self.model.attachments.values())
        return attachments[pick % len(attachments)]

    def _item_threads(self) -> list[ModelThread]:
        return [thread for thread in self.model.threads.values() if thread.items]

    def _thread_with_items(self, pick: int) -> ModelThread:
        threads = self._item_threads()
        return threads[pick % len(threads)]

    @staticmethod
    def _item(thread: ModelThread, which: int) -> ThreadItem:
        items = list(thread.items.values())
        return items[which % len(items)]

    @staticmethod
    def _same(found: Any, expected: Any) -> None:
        # A store may answer with a subclass; what counts is what it says.
        assert found.model_dump(warnings=False) == expected.model_dump(warnings=False)

    def _same_list(self, found: list[ThreadItem], expected: list[ThreadItem]) -> None:
        assert [item.id for item in found] == [item.id for item in expected]
        for one, other in zip(found, expected, strict=True):
            self._same(one, other)
