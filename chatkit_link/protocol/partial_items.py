"""Items that are being streamed, as they look right now.

The SDK stores an item when it is done. What was already displayed of an item that never gets done,
because the user pressed Stop or the model failed, would be gone on reload. So every update is also
recorded here, and at such an end the items are settled and stored as they stand.
"""

from collections.abc import Iterator, Sequence

from chatkit.types import (
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartDone,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    CustomTask,
    GeneratedImageItem,
    ThreadItem,
    ThreadItemUpdate,
    WidgetItem,
    WorkflowItem,
)

from chatkit_link.agents.tool_call_hooks import failed
from chatkit_link.protocol.uncertain_calls import UncertainCall
from chatkit_link.translations import Localized
from chatkit_link.wire.encoding import is_hidden
from chatkit_link.wire.reducer import apply_update, nodes_of

#: Updates that are held before they are applied: a word takes a hundred times as much memory in one as in its item.
_HELD = 200


class PartialItems:
    """Items added and not yet done, by id, each a copy of our own with the updates that are still to be applied.

    Most items are done in the end, and an update costs more to apply than to hold. Many are applied together.
    """

    def __init__(self) -> None:
        self._items: dict[str, tuple[ThreadItem, list[ThreadItemUpdate]]] = {}

    def add(self, item: ThreadItem) -> None:
        self._items[item.id] = item.model_copy(deep=True), []

    def state(self, item_id: str) -> ThreadItem | None:
        """An item as it looks now; it is ours, and not to be changed."""
        if (known := self._items.get(item_id)) is None:
            return None
        item, updates = known
        _updated(item, updates)
        updates.clear()
        return item

    def drop(self, item_id: str) -> None:
        self._items.pop(item_id, None)

    def update(self, item_id: str, update: ThreadItemUpdate) -> bool:
        """Take an update of an unfinished item; False for any other item."""
        if (known := self._items.get(item_id)) is None:
            return False
        item, updates = known
        updates.append(update)
        # A widget's updates hold nodes that its server still works on, and some change them.
        if len(updates) >= _HELD and not isinstance(item, WidgetItem):
            _updated(item, updates)
            updates.clear()
        return True

    def settle(self, locale: str = "en", uncertain: Sequence[UncertainCall] = ()) -> list[ThreadItem]:
        """What is worth storing of the unfinished items, in its final state; empties the list.

        locale: BCP 47, of the note about what was not finished. uncertain: what may have been done all the same.
        """
        items = [_updated(*known) for known in self._items.values()]
        self._items.clear()
        return [_interrupted(item, locale, uncertain) for item in items if not is_hidden(item) and not _is_empty(item)]


def _updated(item: ThreadItem, updates: Sequence[ThreadItemUpdate]) -> ThreadItem:
    for update in _joined(updates):
        apply_update(item, update)
    return item


def _joined(updates: Sequence[ThreadItemUpdate]) -> Iterator[ThreadItemUpdate]:
    """The same changes, with the words in one piece that follow each other in a part; parts are copied."""
    index, words = 0, list[str]()
    for update in updates:
        is_text = isinstance(update, AssistantMessageContentPartTextDelta)
        if words and not (is_text and update.content_index == index):
            yield AssistantMessageContentPartTextDelta(content_index=index, delta="".join(words))
            words = []
        if is_text:
            index = update.content_index
            words.append(update.delta)
        elif isinstance(update, AssistantMessageContentPartAdded | AssistantMessageContentPartDone):
            yield update.model_copy(deep=True)  # words are added to it
        else:
            yield update
    if words:
        yield AssistantMessageContentPartTextDelta(content_index=index, delta="".join(words))


def settled(item: ThreadItem) -> ThreadItem:
    """The item with nothing in it that still looks as if it were going on."""
    if isinstance(item, WorkflowItem):
        for task in item.workflow.tasks:
            if task.status_indicator == "loading":
                task.status_indicator = "complete"
    if isinstance(item, WidgetItem):
        for node in nodes_of(item.widget):
            if getattr(node, "streaming", None):
                node.streaming = False  # pyright: ignore[reportAttributeAccessIssue]
    return item


def _interrupted(item: ThreadItem, locale: str, uncertain: Sequence[UncertainCall]) -> ThreadItem:
    """An item that was being written when its answer ended: none of its running tasks claims to be complete."""
    if isinstance(item, WorkflowItem):
        for index, task in enumerate(item.workflow.tasks):
            if task.status_indicator != "loading":
                continue
            task.status_indicator = "none"
            if not isinstance(task, CustomTask):
                continue
            if any(call.is_at(item, index) for call in uncertain):
                item.workflow.tasks[index] = failed(task, "task_may_be_done", locale, title="task_uncertain_title")
            else:
                note = Localized("task_unfinished").in_language(locale)
                task.content = f"{task.content}\n\n{note}" if task.content else note
    return settled(item)


def _is_empty(item: ThreadItem) -> bool:
    if isinstance(item, AssistantMessageItem):
        return not any(part.text.strip() for part in item.content)
    return isinstance(item, GeneratedImageItem) and item.image is None
