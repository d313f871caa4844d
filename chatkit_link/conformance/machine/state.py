"""The state of a history: a store, its users, and the model of what they should find."""

from typing import Any

from chatkit.types import Attachment, ThreadItem, ThreadMetadata
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from chatkit_link.conformance import factories
from chatkit_link.conformance.harness import Harness
from chatkit_link.conformance.model import ItemWalk, Model, ModelThread, ThreadWalk

WHO = st.integers(0, 2)
#: Chooses one of what is there, whatever its number.
PICK = st.integers(0, 20)
ITEM_TYPE = st.sampled_from(sorted(factories.ITEM_TYPES))
ORDER = st.sampled_from(["asc", "desc"])
LIMIT = st.one_of(st.integers(1, 3), st.integers(1, 30))
TEXT = st.sampled_from(["tea", "", "ü 🍵 \\u0000 \" ' % {}", "a\nb"])


class StoreState(RuleBasedStateMachine):
    """Chooses from it, and compares with it."""

    def __init__(self, harness: Harness) -> None:
        super().__init__()
        harness.start()
        self.harness = harness
        self.store = harness.store
        self.users = harness.users
        self.model = Model()
        self.loaded: list[tuple[int, ThreadMetadata]] = []
        self.item_walks: list[ItemWalk] = []
        self.thread_walks: list[ThreadWalk] = []
        self.removed: list[str] = []

    # Choosing and comparing

    def a_thread(self, pick: int) -> ModelThread:
        threads = list(self.model.threads.values())
        return threads[pick % len(threads)]

    def an_attachment(self, pick: int) -> tuple[int, Attachment]:
        attachments = list(self.model.attachments.values())
        return attachments[pick % len(attachments)]

    def threads_with_items(self) -> list[ModelThread]:
        return [thread for thread in self.model.threads.values() if thread.items]

    def a_thread_with_items(self, pick: int) -> ModelThread:
        threads = self.threads_with_items()
        return threads[pick % len(threads)]

    @staticmethod
    def an_item(thread: ModelThread, which: int) -> ThreadItem:
        items = list(thread.items.values())
        return items[which % len(items)]

    @staticmethod
    def same(found: Any, expected: Any) -> None:
        # A store may answer with a subclass; what counts is its content.
        assert found.model_dump(warnings=False) == expected.model_dump(warnings=False)

    def same_list(self, found: list[ThreadItem], expected: list[ThreadItem]) -> None:
        assert [item.id for item in found] == [item.id for item in expected]
        for one, other in zip(found, expected, strict=True):
            self.same(one, other)
