"""Threads are made, changed, held for long, and deleted."""

from chatkit.types import LockedStatus, ThreadMetadata
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from chatkit_link.conformance import factories
from chatkit_link.conformance.machine.state import PICK, TEXT, WHO, StoreState


class ThreadRules(StoreState):
    """By their owners."""

    @rule(who=WHO, title=st.one_of(st.none(), TEXT))
    def create_thread(self, who: int, title: str | None) -> None:
        owner = who % len(self.users)
        new = factories.thread(title=title)
        new.metadata = {"title": [title, None, 1]}
        self.harness.run(self.store.save_thread(new, self.users[owner]))
        self.model.create(owner, new)

    @precondition(lambda self: self.model.threads)
    @rule(pick=PICK, title=TEXT, lock=st.booleans())
    def change_thread(self, pick: int, title: str, lock: bool) -> None:
        thread = self.a_thread(pick)

        async def change() -> None:
            who = self.users[thread.owner]
            loaded = await self.store.load_thread(thread.data.id, who)
            self.same(loaded, thread.data)
            loaded.title = title
            if lock:
                loaded.status, loaded.metadata = LockedStatus(reason=title), {"was": title}
            await self.store.save_thread(loaded, who)
            thread.data = ThreadMetadata(**loaded.model_dump())

        self.harness.run(change())
        self.model.touch(thread, surely=False)

    @precondition(lambda self: self.model.threads)
    @rule(pick=PICK)
    def load_thread_to_save_it_later(self, pick: int) -> None:
        thread = self.a_thread(pick)
        loaded = self.harness.run(self.store.load_thread(thread.data.id, self.users[thread.owner]))
        self.loaded.append((thread.owner, loaded))

    @precondition(lambda self: self.harness.promises.never_resurrects and self.loaded)
    @rule(title=TEXT)
    def save_what_was_loaded(self, title: str) -> None:
        owner, loaded = self.loaded.pop(0)
        thread = self.model.threads.get(loaded.id)
        loaded.title = f"late {title}"
        saving = self.store.save_thread(loaded, self.users[owner])
        if thread is None:
            self.harness.run(self.harness.refused(saving, "saving a thread that was deleted meanwhile"))
            return
        self.harness.run(saving)
        # What else was changed meanwhile survives where that is promised; it is read back, not guessed.
        if not self.harness.promises.merges_changes:
            thread.data = ThreadMetadata(**loaded.model_dump())
        thread.data.title = loaded.title
        self.model.touch(thread, surely=False)

    @precondition(lambda self: self.model.threads)
    @rule(pick=PICK)
    def delete_thread(self, pick: int) -> None:
        thread = self.a_thread(pick)
        who, items = self.users[thread.owner], list(thread.items)

        async def delete() -> None:
            await self.store.delete_thread(thread.data.id, who)
            await self.harness.refused(self.store.load_thread(thread.data.id, who), "loading a deleted thread")
            for item_id in items[:1]:
                await self.harness.refused(
                    self.store.load_item(thread.data.id, item_id, who), "loading an item of a deleted thread"
                )

        self.harness.run(delete())
        self.model.delete(thread.data.id)
        self.item_walks = [walk for walk in self.item_walks if walk.thread_id != thread.data.id]
        self.removed.append(thread.data.id)
