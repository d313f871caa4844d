"""Histories made up by Hypothesis: what people do to a store, in any order, against ``model.py``.

Three people take turns on one store. After each step the answer is compared with the model's, and after
the last one everything is. A list is read as a client reads it: one page now, the next one some steps
later, when items have been added, changed and deleted in between.

Every item and thread carries the same ``created_at``. Ids are never used again after a deletion, but they
are tried out while they are somebody else's.
"""

import asyncio

from hypothesis import strategies as st
from hypothesis.stateful import initialize
from typing_extensions import override

from chatkit_link.conformance.machine.attachments import AttachmentRules
from chatkit_link.conformance.machine.intruder import TRESPASSES, IntruderRules
from chatkit_link.conformance.machine.items import ItemRules
from chatkit_link.conformance.machine.listing import ListingRules
from chatkit_link.conformance.machine.state import KIND, ORDER
from chatkit_link.conformance.machine.threads import ThreadRules
from chatkit_link.conformance.model import ModelThread
from chatkit_link.conformance.pagination_walk import Order, all_items, all_threads

__all__ = ["TRESPASSES", "StoreMachine"]


class StoreMachine(ThreadRules, ItemRules, IntruderRules, AttachmentRules, ListingRules):
    """One example: how it begins, what may happen, and what is looked at when it is over."""

    @initialize(order=ORDER, limit=st.integers(1, 2), kinds=st.lists(KIND, min_size=3, max_size=4))
    def begin(self, order: Order, limit: int, kinds: list[str]) -> None:
        """Somebody has two threads, holds one of them, and reads the other: so that much can happen at once."""
        self.create_thread(0, None)
        self.create_thread(0, "later")
        self.add_items(0, kinds, "tea")
        self.load_thread_to_save_it_later(1)
        self.begin_to_read_items(0, order, limit)

    @override
    def teardown(self) -> None:
        self.harness.run(self._look_at_everything())

    async def _look_at_everything(self) -> None:
        await asyncio.gather(
            *(self._look_at_threads(owner) for owner in range(len(self.users))),
            *(self._look_at_items(thread) for thread in self.model.threads.values()),
            *(self._look_at_attachment(attachment_id) for attachment_id in self.model.attachments),
        )

    async def _look_at_threads(self, owner: int) -> None:
        found = await all_threads(self.store, self.users[owner], order="desc")
        own = {thread.data.id: thread for thread in self.model.threads_of(owner)}
        assert sorted(thread.id for thread in found) == sorted(own)
        for thread in found:
            self.same(thread, own[thread.id].data)
        if self.harness.promises.orders_by_activity:
            for place, later in enumerate(found):
                for earlier in found[place + 1 :]:
                    assert own[later.id].active_upto >= own[earlier.id].active_from, "not by last activity"

    async def _look_at_items(self, thread: ModelThread) -> None:
        found = await all_items(self.store, thread.data.id, self.users[thread.owner])
        self.same_list(found, thread.behind(None, "asc"))

    async def _look_at_attachment(self, attachment_id: str) -> None:
        owner, kept = self.model.attachments[attachment_id]
        self.same(await self.store.load_attachment(attachment_id, self.users[owner]), kept)
