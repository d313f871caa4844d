"""What replicas that are gone had displayed of an answer, and how it is written again without being seen twice.

How it works: the items are put together from the run's log, as readers have them. The answer is then given again from
its last step. While an item that is given again is only the beginning of what readers have, nothing of it is sent;
what goes beyond is sent as it comes; and where it becomes another text, one update puts the whole in its place. So
readers see an item go on, or change once, and never twice the same words.

Which updates are absolute: a reader of the dead replica may know words that were never logged. So each unfinished item
is stated as a whole before the answer goes on, and by the update of its type that stands for all before it:

- a message's part by ``content_part.done``, which puts its content in the place of the part at that index. The SDK's
  ``ChatKitServer._apply_assistant_message_update`` does, so do ``wire/reducer.py`` and our element's ``reducer.ts``,
  and all of them apply a ``text_delta`` that follows. ``thread.item.replaced`` would do, too, but it ends an item: the
  SDK drops it from those that are pending, and our element takes its caret away. ``content_part.added`` says by its
  name that there is one part more.
- a task of a workflow by ``workflow.task.updated``, which puts it in the place of the task at that index (``.added``
  inserts it before that one in the SDK, and so would double it).
- a widget by ``widget.root.updated``, a picture by ``generated_image.updated``, which have no other meaning.

What OpenAI's element does is not published. Its documentation calls ``updated`` what changes a pending item, and
``done`` and ``replaced`` what puts an item in its place, as all of these then do at the item's end. An item that is
added under an id which it has takes the place of that one (openai/chatkit-js, issue 58: a second answer with the id of
the first overwrote it), so that one whose beginning was never logged may be added again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartAnnotationAdded,
    AssistantMessageContentPartDone,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    GeneratedImageItem,
    GeneratedImageUpdated,
    Task,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdate,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    WidgetItem,
    WidgetRootUpdated,
    WorkflowItem,
    WorkflowTaskAdded,
    WorkflowTaskUpdated,
)
from pydantic import BaseModel

from chatkit_link.wire.encoding import is_hidden
from chatkit_link.wire.reducer import apply_update

#: Texts that are written bit by bit, in tasks and widgets.
_WRITTEN: Final = frozenset({"content", "value", "text"})
#: Updates that add to what an item has. Given again, they would add it twice.
_ADDING: Final = frozenset(
    {
        "assistant_message.content_part.text_delta",
        "assistant_message.content_part.annotation_added",
        "widget.streaming_text.value_delta",
        "workflow.task.added",
    }
)


@dataclass(slots=True)
class _Known:
    """item: as readers have it; None once it was removed. is_open: it may be written on.
    settled: a step that is recorded stands behind it, so that it will not be given again.
    at_step: as it was at the last recorded step, if it was open then. given: it was given again.
    stored: it is in the store, and no log tells whether readers have it.
    """

    type: str
    item: ThreadItem | None
    is_open: bool = True
    settled: bool = False
    at_step: ThreadItem | None = None
    given: bool = False
    stored: bool = False


class EarlierItems:
    """The items of one answer that goes on, by id, in the order in which they were displayed."""

    def __init__(
        self,
        settled: Iterable[ThreadStreamEvent],
        events: Iterable[ThreadStreamEvent] = (),
        *,
        asked: str | None = None,
        again: bool = False,
        stored: Sequence[ThreadItem] = (),
    ) -> None:
        """
        Args:
            settled: what was logged before the last recorded step; events: and behind it.
            asked: id of the message that is answered, which is no part of the answer.
            again: the answer is given again from its beginning, by a server that may give each item another id.
            stored: items of the answer that are in the store; those are looked at which the log does not tell of.
        """
        self._asked = asked
        self._again = again
        self._known: dict[str, _Known] = {}
        #: Whether an item of before the answer was added to, which would be so twice if the answer began again.
        self.has_added_to_others = False
        #: Types of the events that tell of no item, and the ids of messages, which are not sent again.
        self.sent: set[str] = set()
        for event in settled:
            self._reduce(event)
        if not again:
            for known in self._known.values():
                known.settled = True
                known.at_step = known.item.model_copy(deep=True) if known.item is not None and known.is_open else None
        for event in events:
            self._reduce(event)
        for item in stored:
            seen = item if is_hidden(item) else None
            known = _Known(item.type, seen, is_open=False, settled=not again, stored=seen is None)
            self._known.setdefault(item.id, known)
        self._unread = {item_id for item_id, known in self._known.items() if not known.settled}
        #: Ids under which the server gives items again -> the ids that readers know.
        self._names: dict[str, str] = {}
        #: Items that are given again and are not yet what readers have.
        self._behind = {item_id for item_id, known in self._known.items() if _differs(known)}

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the answer was displayed."""
        return not self._known

    @property
    def unread(self) -> set[str]:
        """Ids of the items that are still to be given again; it changes as they are."""
        return self._unread

    def has(self, item_id: str) -> bool:
        return item_id in self._known

    def is_behind(self, item_id: str) -> bool:
        """Whether an item is being written again, and readers have more of it than the server has given."""
        return item_id in self._behind

    def restated(self) -> list[ThreadStreamEvent]:
        """Each item that is not done, as a whole."""
        open_items = [known.item for known in self._known.values() if known.item is not None and known.is_open]
        return [
            ThreadItemUpdatedEvent(item_id=item.id, update=update) for item in open_items for update in _as_whole(item)
        ]

    def resumed(self) -> list[ThreadItem]:
        """The items that are written on from the last step, as they were then."""
        return [known.at_step for known in self._known.values() if known.at_step is not None and known.item is not None]

    def named(self, event: ThreadStreamEvent) -> ThreadStreamEvent:
        """The event about the item that readers know, where the server gives it again under another id."""
        match event:
            case ThreadItemAddedEvent() | ThreadItemDoneEvent() | ThreadItemReplacedEvent():
                begins = not isinstance(event, ThreadItemReplacedEvent)
                known_id = self._name_of(event.item, begins=begins)
                known = self._known.get(known_id)
                if known is None:
                    return event
                created = event.item.created_at if known.item is None else known.item.created_at
                item = event.item.model_copy(update={"id": known_id, "created_at": created})
                return event.model_copy(update={"item": item})
            case ThreadItemUpdatedEvent() | ThreadItemRemovedEvent() if event.item_id in self._names:
                return event.model_copy(update={"item_id": self._names[event.item_id]})
            case _:
                return event

    def rewritten(self, event: ThreadStreamEvent, now: ThreadItem | None) -> list[ThreadStreamEvent]:
        """What readers are sent of an event about an item that they may know.

        now: the item as the server has given it up to here, if it is not done.
        """
        match event:
            case ThreadItemAddedEvent() if (known := self._known.get(event.item.id)) is not None:
                if known.item is None:
                    known.item, known.is_open = event.item.model_copy(deep=True), True
                    return [event]
                self._behind.add(event.item.id)
                return self._catch_up(known, event.item)
            case ThreadItemUpdatedEvent() if event.item_id in self._behind and now is not None:
                return self._catch_up(self._known[event.item_id], now)
            case ThreadItemDoneEvent() | ThreadItemReplacedEvent() if event.item.id in self._known:
                known = self._known[event.item.id]
                self._behind.discard(event.item.id)
                is_same = known.item == event.item and not known.is_open
                known.item, known.is_open = event.item, False
                return [] if is_same and isinstance(event, ThreadItemDoneEvent) else [event]
            case ThreadItemRemovedEvent() if event.item_id in self._known:
                self._behind.discard(event.item_id)
                self._known[event.item_id].item = None
                self._known[event.item_id].stored = False
                return [event]
            case _:
                return [event]

    def unfinished(self) -> list[ThreadItem]:
        """What readers have of items that are not done, where the server has not given as much of them."""
        return [
            known.item
            for item_id, known in self._known.items()
            if known.item is not None
            and known.is_open
            and (item_id in self._behind or not (known.given or known.at_step is not None))
        ]

    def left(self) -> list[str]:
        """Ids of the items that a complete answer has not given again: there is nothing in it that they are of."""
        return [
            item_id
            for item_id, known in self._known.items()
            if (known.item is not None or known.stored)
            and not (known.given or known.settled or known.type == "user_message")
        ]

    def _reduce(self, event: ThreadStreamEvent) -> None:
        match event:
            case ThreadItemAddedEvent() | ThreadItemDoneEvent() if event.item.id == self._asked:
                self.sent.add(event.item.id)
            case ThreadItemAddedEvent():
                self._known[event.item.id] = _Known(event.item.type, event.item.model_copy(deep=True))
            case ThreadItemDoneEvent():
                known = self._known.setdefault(event.item.id, _Known(event.item.type, event.item))
                known.item, known.is_open = event.item, False
            case ThreadItemReplacedEvent() if event.item.id in self._known:
                self._known[event.item.id].item, self._known[event.item.id].is_open = event.item, False
            case ThreadItemUpdatedEvent():
                known = self._known.get(event.item_id)
                if known is None:
                    self.has_added_to_others |= event.update.type in _ADDING
                elif known.item is not None:
                    apply_update(known.item, event.update)
            case ThreadItemRemovedEvent() if event.item_id in self._known:
                self._known[event.item_id].item = None
            case _:
                self.sent.add(event.type)

    def _name_of(self, item: ThreadItem, *, begins: bool) -> str:
        given = self._names.get(item.id, item.id)
        if given not in self._known and begins and self._again and item.id not in self._names:
            given = self._next_of(item.type) or item.id
            self._names[item.id] = given
        if begins and (known := self._known.get(given)) is not None:
            known.given = True
            self._unread.discard(given)
        return given

    def _next_of(self, item_type: str) -> str | None:
        """The first item of a type that was not given again; a server without ids of its own keeps their order."""
        same = (item_id for item_id, known in self._known.items() if known.type == item_type and not known.given)
        return next(same, None)

    def _catch_up(self, known: _Known, now: ThreadItem) -> list[ThreadStreamEvent]:
        """The updates after which readers have what the server has given; none while it is only the beginning."""
        if known.item is None or _is_beginning(_plain(now), _plain(known.item)):
            if known.item is not None and _plain(now) == _plain(known.item):
                self._behind.discard(now.id)
            return []
        updates = list(_between(known.item, now))
        for update in updates:
            apply_update(known.item, update.model_copy(deep=True))
        if _plain(now) == _plain(known.item):
            self._behind.discard(now.id)
        return [ThreadItemUpdatedEvent(item_id=now.id, update=update) for update in updates]


def _differs(known: _Known) -> bool:
    return known.at_step is not None and known.item is not None and known.at_step != known.item


def _as_whole(item: ThreadItem) -> Iterator[ThreadItemUpdate]:
    """Absolute updates that stand for all that an item has."""
    match item:
        case AssistantMessageItem():
            for at, part in enumerate(item.content):
                yield AssistantMessageContentPartDone(content_index=at, content=part.model_copy(deep=True))
        case WorkflowItem():
            for at, task in enumerate(item.workflow.tasks):
                yield WorkflowTaskUpdated(task_index=at, task=task.model_copy(deep=True))
        case WidgetItem():
            yield WidgetRootUpdated(widget=item.widget.model_copy(deep=True))
        case GeneratedImageItem() if item.image is not None:
            yield GeneratedImageUpdated(image=item.image)
        case _:
            pass


def _between(known: ThreadItem, now: ThreadItem) -> Iterator[ThreadItemUpdate]:
    """What makes of the item as readers know it the item as it is now."""
    match known, now:
        case AssistantMessageItem(), AssistantMessageItem():
            yield from _between_messages(known, now)
        case WorkflowItem(), WorkflowItem():
            yield from _between_tasks(known.workflow.tasks, now.workflow.tasks)
        case _:
            yield from _as_whole(now)


def _between_messages(known: AssistantMessageItem, now: AssistantMessageItem) -> Iterator[ThreadItemUpdate]:
    for at in range(max(len(known.content), len(now.content))):
        new = now.content[at] if at < len(now.content) else AssistantMessageContent(text="")
        old = known.content[at] if at < len(known.content) else AssistantMessageContent(text="")
        if new == old:
            continue
        notes = len(old.annotations)
        if new.text.startswith(old.text) and new.annotations[:notes] == old.annotations:
            if len(new.text) > len(old.text):
                rest = new.text[len(old.text) :]
                yield AssistantMessageContentPartTextDelta(content_index=at, delta=rest)
            for place, note in enumerate(new.annotations[notes:], start=notes):
                yield AssistantMessageContentPartAnnotationAdded(
                    content_index=at, annotation_index=place, annotation=note
                )
        else:
            yield AssistantMessageContentPartDone(content_index=at, content=new.model_copy(deep=True))


def _between_tasks(known: Sequence[Task], now: Sequence[Task]) -> Iterator[ThreadItemUpdate]:
    """More tasks than there are now can be taken away by no update; they go when the item is done."""
    for at, task in enumerate(now):
        if at >= len(known):
            yield WorkflowTaskAdded(task_index=at, task=task.model_copy(deep=True))
        elif not _is_beginning(_plain(task), _plain(known[at])):
            yield WorkflowTaskUpdated(task_index=at, task=task.model_copy(deep=True))


def _plain(model: BaseModel) -> Any:
    return model.model_dump(mode="json", exclude_none=True, exclude={"created_at"})


def _is_beginning(short: Any, whole: Any, *, written: bool = False) -> bool:
    """Whether something may become ``whole`` by more words in its texts and more at the end of its lists."""
    if isinstance(short, str) and isinstance(whole, str) and written:
        return whole.startswith(short)
    if isinstance(short, dict) and isinstance(whole, dict):
        fields, others = cast("dict[str, Any]", short), cast("dict[str, Any]", whole)
        return fields.keys() <= others.keys() and all(
            _is_beginning(value, others[name], written=name in _WRITTEN) for name, value in fields.items()
        )
    if isinstance(short, list) and isinstance(whole, list):
        parts, all_parts = cast("list[Any]", short), cast("list[Any]", whole)
        return len(parts) <= len(all_parts) and all(map(_is_beginning, parts, all_parts))
    return bool(short == whole)
