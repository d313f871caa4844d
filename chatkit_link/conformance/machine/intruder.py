"""Other users try whatever can be tried."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from chatkit.store import Store
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from chatkit_link.conformance import factories
from chatkit_link.conformance.machine.state import PICK, StoreState
from chatkit_link.conformance.model import ModelThread

Attempt = Callable[[Store[Any], Any, ModelThread, str], Awaitable[object]]
#: Everything that can be tried on another user's thread, with the id of an item in it.
TRESPASSES: Final[dict[str, Attempt]] = {
    "load_thread": lambda store, who, t, _: store.load_thread(t.data.id, who),
    "delete_thread": lambda store, who, t, _: store.delete_thread(t.data.id, who),
    "load_thread_items": lambda store, who, t, _: store.load_thread_items(t.data.id, None, 10, "asc", who),
    "load_item": lambda store, who, t, i: store.load_item(t.data.id, i, who),
    "delete_thread_item": lambda store, who, t, i: store.delete_thread_item(t.data.id, i, who),
    "add_thread_item": lambda store, who, t, _: store.add_thread_item(
        t.data.id, factories.message(t.data.id, "mine now"), who
    ),
    "add_thread_item over theirs": lambda store, who, t, i: store.add_thread_item(
        t.data.id, factories.message(t.data.id, "mine now", i), who
    ),
    "save_item": lambda store, who, t, i: store.save_item(t.data.id, factories.message(t.data.id, "mine now", i), who),
}
#: Those that write an id down, and so are a promise of their own.
WRITES: Final = {"add_thread_item", "add_thread_item over theirs", "save_item"}


class IntruderRules(StoreState):
    """All of it must be refused."""

    @precondition(lambda self: self.harness.promises.isolates_owners and self.model.threads)
    @rule(pick=PICK, which=PICK, step=st.integers(1, 2), attempt=st.sampled_from(sorted(TRESPASSES)))
    def trespass(self, pick: int, which: int, step: int, attempt: str) -> None:
        thread = self.a_thread(pick)
        item_id = self.an_item(thread, which).id if thread.items else factories.new_id("itm")
        other_user = self.users[(thread.owner + step) % len(self.users)]
        if attempt in WRITES and not self.harness.promises.refuses_foreign_ids:
            return
        tried = TRESPASSES[attempt](self.store, other_user, thread, item_id)
        self.harness.run(self.harness.refused(tried, f"{attempt} on another user's thread"))

    @precondition(lambda self: self.harness.promises.refuses_foreign_ids and self.model.threads)
    @precondition(lambda self: self.harness.promises.isolates_owners)
    @rule(pick=PICK, step=st.integers(1, 2))
    def collide_with_a_thread(self, pick: int, step: int) -> None:
        thread = self.a_thread(pick)
        other_user = self.users[(thread.owner + step) % len(self.users)]
        saving = self.store.save_thread(factories.thread(thread.data.id, title="mine now"), other_user)
        self.harness.run(self.harness.refused(saving, "creating a thread under another user's id"))
