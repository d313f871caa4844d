"""Provider ids to our own.

The SDK passes a model provider's message ids through. Chat Completions models have none, and the
Agents SDK then uses one and the same placeholder for every message: a second answer would overwrite
the first. So each assistant message that a turn adds gets an id of ours, the same in the added,
updated and done events that belong to it.
"""

import re

from chatkit.types import (
    AssistantMessageItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
)

from chatkit_link.store.postgres import new_id

_OURS = re.compile(r"[a-z]+_[0-9a-f]{32}")


class OwnIds:
    """The mapping of one turn. Provider id -> our id of the message that has it now."""

    def __init__(self) -> None:
        self._current: dict[str, str] = {}

    def apply(self, event: ThreadStreamEvent) -> ThreadStreamEvent:
        """The same event with our id in it."""
        match event:
            case ThreadItemAddedEvent(item=AssistantMessageItem() as item) if not _OURS.fullmatch(item.id):
                self._current[item.id] = new_id("message")
                return ThreadItemAddedEvent(item=self._renamed(item))
            case ThreadItemDoneEvent(item=AssistantMessageItem() as item) if not _OURS.fullmatch(item.id):
                done = ThreadItemDoneEvent(item=self._renamed(item))
                self._current.pop(item.id, None)  # the placeholder is free for the next message
                return done
            case ThreadItemUpdatedEvent() | ThreadItemRemovedEvent() if event.item_id in self._current:
                return event.model_copy(update={"item_id": self._current[event.item_id]})
            case _:
                return event

    def _renamed(self, item: AssistantMessageItem) -> AssistantMessageItem:
        own = self._current.setdefault(item.id, new_id("message"))
        return item.model_copy(update={"id": own})
