"""Items are added, saved again, and deleted."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from chatkit_link.conformance import factories
from chatkit_link.conformance.machine.state import ITEM_TYPE, PICK, TEXT, StoreState


class ItemRules(StoreState):
    """By the owners of their threads."""

    @precondition(lambda self: self.model.threads)
    @rule(pick=PICK, item_types=st.lists(ITEM_TYPE, min_size=1, max_size=6), text=TEXT)
    def add_items(self, pick: int, item_types: list[str], text: str) -> None:
        thread = self.a_thread(pick)
        added = [factories.item(one, thread.data.id, factories.new_id("itm"), text) for one in item_types]

        async def add() -> None:
            for item in added:
                await self.store.add_thread_item(thread.data.id, item, self.users[thread.owner])

        self.harness.run(add())
        for item in added:
            thread.put(item)
        self.model.touch(thread, surely=True)

    @precondition(lambda self: self.threads_with_items())
    @rule(pick=PICK, which=PICK, text=TEXT, again=st.booleans())
    def save_item_again(self, pick: int, which: int, text: str, again: bool) -> None:
        """The SDK calls ``add_thread_item`` for items that exist, too: a continued workflow."""
        thread = self.a_thread_with_items(pick)
        old = self.an_item(thread, which)
        new = factories.item(old.type, thread.data.id, old.id, f"again {text}")
        save = self.store.add_thread_item if again else self.store.save_item
        self.harness.run(save(thread.data.id, new, self.users[thread.owner]))
        thread.put(new)
        self.model.touch(thread, surely=False)

    @precondition(lambda self: self.threads_with_items())
    @rule(pick=PICK, which=PICK)
    def delete_item(self, pick: int, which: int) -> None:
        thread = self.a_thread_with_items(pick)
        item, who = self.an_item(thread, which), self.users[thread.owner]

        async def delete() -> None:
            await self.store.delete_thread_item(thread.data.id, item.id, who)
            await self.harness.refused(self.store.load_item(thread.data.id, item.id, who), "loading a deleted item")

        self.harness.run(delete())
        thread.drop(item.id)
        self.removed.append(item.id)
        self.model.touch(thread, surely=False)

    @precondition(lambda self: self.threads_with_items() and len(self.model.threads) > 1)
    @rule(pick=PICK, which=PICK, other=PICK, item_type=ITEM_TYPE)
    def use_an_item_id_twice(self, pick: int, which: int, other: int, item_type: str) -> None:
        """In another thread: stored beside the first, or refused, but never written over it."""
        source, target = self.a_thread_with_items(pick), self.a_thread(other)
        item_id = self.an_item(source, which).id
        if item_id in target.items:
            return
        item = factories.item(item_type, target.data.id, item_id, "the second one")

        async def add() -> bool:
            try:
                await self.store.add_thread_item(target.data.id, item, self.users[target.owner])
            except self.harness.refusals:
                return False
            return True

        if self.harness.run(add()):
            target.put(item)
            self.model.touch(target, surely=True)
