"""Lists are read page by page, while other things happen in between."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from chatkit_link.conformance.machine.state import LIMIT, ORDER, PICK, StoreState
from chatkit_link.conformance.model import ItemWalk, ThreadWalk
from chatkit_link.conformance.pagination_walk import Order, check_page


class ListingRules(StoreState):
    """One page now, the next one some steps later."""

    @precondition(lambda self: self.threads_with_items())
    @rule(pick=PICK, order=ORDER, limit=LIMIT)
    def begin_to_read_items(self, pick: int, order: Order, limit: int) -> None:
        thread = self.a_thread_with_items(pick)
        self._read_items(ItemWalk(thread.owner, thread.data.id, order, limit))

    @precondition(lambda self: self.item_walks)
    @rule()
    def read_more_items(self) -> None:
        self._read_items(self.item_walks.pop(0))

    def _read_items(self, walk: ItemWalk) -> None:
        thread = self.model.threads[walk.thread_id]
        if walk.last_id in self.removed and not self.harness.promises.cursors_survive_deletes:
            return
        page = self.harness.run(
            self.store.load_thread_items(walk.thread_id, walk.cursor, walk.limit, walk.order, self.users[walk.owner])
        )
        check_page(page, walk.limit)
        expected = thread.behind(walk.mark, walk.order)
        self.same_list(page.data, expected[: walk.limit])
        assert page.has_more == (len(expected) > walk.limit)
        if page.has_more:
            walk.cursor, walk.last_id = page.after, page.data[-1].id
            walk.mark = thread.places[walk.last_id]
            self.item_walks.append(walk)

    @precondition(lambda self: self.model.threads)
    @rule(pick=PICK, order=ORDER, limit=st.integers(1, 3))
    def begin_to_read_threads(self, pick: int, order: Order, limit: int) -> None:
        self._read_threads(ThreadWalk(self.a_thread(pick).owner, order, limit, started=self.model.now))

    @precondition(lambda self: self.thread_walks)
    @rule()
    def read_more_threads(self) -> None:
        self._read_threads(self.thread_walks.pop(0))

    def _read_threads(self, walk: ThreadWalk) -> None:
        if walk.last_id in self.removed and not self.harness.promises.cursors_survive_deletes:
            return
        page = self.harness.run(self.store.load_threads(walk.limit, walk.cursor, walk.order, self.users[walk.owner]))
        check_page(page, walk.limit)
        own = {thread.data.id: thread for thread in self.model.threads_of(walk.owner)}
        for found in page.data:
            assert found.id in own, "a thread is listed that is deleted or another user's"
            self.same(found, own[found.id].data)
        walk.seen += [found.id for found in page.data]
        if page.has_more:
            walk.cursor, walk.last_id = page.after, page.data[-1].id
            self.thread_walks.append(walk)
            return
        for thread_id, thread in own.items():
            if thread.active_upto <= walk.started:
                assert walk.seen.count(thread_id) == 1, "a thread that nothing happened to was lost or seen twice"
