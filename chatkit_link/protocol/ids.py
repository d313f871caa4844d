"""Provider ids to our own.

The SDK passes a model provider's message ids through. Chat Completions models have none, and the
Agents SDK then uses one and the same placeholder for every message: a second answer would overwrite
the first. So each assistant message that a turn adds gets an id of ours, the same in all events that
belong to it. An event about an id that was used several times is about the message that has it now;
only a removal is about all of them, as when a guardrail withdraws an answer.
"""

import re
from collections import defaultdict

from chatkit.types import (
    AssistantMessageItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
)

from chatkit_link.store.postgres import new_id

_OURS = re.compile(r"[a-z]+_[0-9a-f]{32}")


class OwnIds:
    """The mapping of one turn: provider id -> our ids, the newest last."""

    def __init__(self) -> None:
        self._ids: dict[str, list[str]] = defaultdict(list)
        self._done: set[str] = set()

    def apply(self, event: ThreadStreamEvent) -> list[ThreadStreamEvent]:
        """The event with our id in it; several for a removal of several messages."""
        match event:
            case ThreadItemUpdatedEvent():
                return [self.with_own_id(event)]
            case ThreadItemAddedEvent(item=AssistantMessageItem() as item) if not _OURS.fullmatch(item.id):
                return [ThreadItemAddedEvent(item=self._renamed(item, self._new(item.id)))]
            case ThreadItemDoneEvent(item=AssistantMessageItem() as item) if not _OURS.fullmatch(item.id):
                # Done without added is a message of its own, unless one is still open under this id.
                own = self._open(item.id) or self._new(item.id)
                self._done.add(own)
                return [ThreadItemDoneEvent(item=self._renamed(item, own))]
            case ThreadItemReplacedEvent(item=AssistantMessageItem() as item) if item.id in self._ids:
                return [ThreadItemReplacedEvent(item=self._renamed(item, self._ids[item.id][-1]))]
            case ThreadItemRemovedEvent() if event.item_id in self._ids:
                return [ThreadItemRemovedEvent(item_id=own) for own in self._ids.pop(event.item_id)]
            case _:
                return [event]

    def with_own_id(self, event: ThreadItemUpdatedEvent) -> ThreadItemUpdatedEvent:
        """The update with our id in it."""
        if event.item_id not in self._ids:
            return event
        return event.model_copy(update={"item_id": self._ids[event.item_id][-1]})

    def _new(self, provider_id: str) -> str:
        self._ids[provider_id].append(new_id("message"))
        return self._ids[provider_id][-1]

    def _open(self, provider_id: str) -> str | None:
        known = self._ids.get(provider_id)
        return known[-1] if known and known[-1] not in self._done else None

    @staticmethod
    def _renamed(item: AssistantMessageItem, own: str) -> AssistantMessageItem:
        return item.model_copy(update={"id": own})
