"""Which item an event is about, where ids repeat.

The rule: an item keeps the id that its server gave it, so that a later turn can replace, remove or load it. Two ids
are no names of an item, and it gets one of ours, the same in all events that belong to it:

- A placeholder. Chat Completions models have no item ids, and the Agents SDK then uses one and the same for all.
- The id that a message begins with (``thread.item.added``) although the thread had that item before this turn, or
  this turn has finished it. Some model servers count from the start in each response; a second answer must not
  overwrite the first.

Every other event about an id is about the item of that id, also one of an earlier turn. An event about an id that
was used several times in this turn is about the message that has it now; only a removal is about all of them, as
when a guardrail withdraws an answer. What a server has stored by itself in this turn is no item of before.
"""

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable

from chatkit.store import StoreItemType
from chatkit.types import (
    AssistantMessageItem,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
)

from chatkit_link.store.postgres import new_id

#: ``FAKE_RESPONSES_ID`` of the Agents SDK, and what other servers send in the place of an id.
PLACEHOLDERS = frozenset({"__fake_id__", ""})
_OURS = re.compile(r"[a-z]+_[0-9a-f]{32}")


class ItemIds:
    """The ids of one turn: given id -> the ids of its items, the newest last."""

    def __init__(
        self,
        was_there: Callable[[str], Awaitable[bool]],
        new_id: Callable[[StoreItemType], str] = new_id,
    ) -> None:
        """
        Args:
            was_there: whether the thread had an item of this id before this turn.
            new_id: makes ids of ours.
        """
        self._was_there = was_there
        self._new_id = new_id
        self._ids: dict[str, list[str]] = defaultdict(list)
        self._done: set[str] = set()

    async def apply(self, event: ThreadStreamEvent) -> list[ThreadStreamEvent]:
        """The event with the id of its item; several for a removal of several items."""
        match event:
            case ThreadItemUpdatedEvent():
                return [self.of_update(event)]
            case ThreadItemAddedEvent(item=item):
                return [event.model_copy(update={"item": _named(item, await self._begun(item))})]
            case ThreadItemDoneEvent(item=item):
                return [event.model_copy(update={"item": _named(item, self._ended(item.id))})]
            case ThreadItemReplacedEvent(item=item):
                return [event.model_copy(update={"item": _named(item, self._now(item.id))})]
            case ThreadItemRemovedEvent() if event.item_id in self._ids:
                return [event.model_copy(update={"item_id": own}) for own in self._ids.pop(event.item_id)]
            case _:
                return [event]

    def of_update(self, event: ThreadItemUpdatedEvent) -> ThreadItemUpdatedEvent:
        """The update with the id of its item."""
        known = self._ids.get(event.item_id)
        if known is None or known[-1] == event.item_id:
            return event
        return event.model_copy(update={"item_id": known[-1]})

    async def _begun(self, item: ThreadItem) -> str:
        given = item.id
        if given in PLACEHOLDERS:
            return self._new(given)
        if isinstance(item, AssistantMessageItem) and not _OURS.fullmatch(given):
            is_another = given in self._ids or await self._was_there(given)
            return self._new(given) if is_another else self._keep(given)
        return given

    def _ended(self, given: str) -> str:
        now = self._now(given)
        if given in PLACEHOLDERS and (given not in self._ids or now in self._done):
            now = self._new(given)  # done without added is an item of its own, unless one is still open
        elif given not in self._ids:
            now = self._keep(given)
        self._done.add(now)
        return now

    def _new(self, given: str) -> str:
        self._ids[given].append(self._new_id("message"))
        return self._ids[given][-1]

    def _keep(self, given: str) -> str:
        self._ids[given].append(given)
        return given

    def _now(self, given: str) -> str:
        known = self._ids.get(given)
        return known[-1] if known else given


def _named(item: ThreadItem, own: str) -> ThreadItem:
    return item if item.id == own else item.model_copy(update={"id": own})
