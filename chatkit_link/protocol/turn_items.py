"""The items of one turn: named, stored, and only then displayed; and what users may not see of them.

An event goes through ``keep``, which stores its item and gives the events to be displayed. An update of an item that
is displayed and not done is only remembered (``plain_update``): there are hundreds of them in an answer. One of an
item that is done, mostly a widget of an earlier turn, is stored at once: the item will not be done again.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

from chatkit.store import StoreItemType
from chatkit.types import (
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    UserMessageItem,
)

from chatkit_link.caller import Caller, Retry
from chatkit_link.errors import NotFound
from chatkit_link.files.generated import GeneratedImages
from chatkit_link.protocol.earlier_items import EarlierItems
from chatkit_link.protocol.ids import ItemIds
from chatkit_link.protocol.partial_items import PartialItems, settled
from chatkit_link.protocol.uncertain_calls import UncertainCall
from chatkit_link.store.postgres import PostgresStore, new_id
from chatkit_link.store.threads import StoredThread
from chatkit_link.wire.encoding import HIDDEN_TYPES, is_hidden
from chatkit_link.wire.reducer import apply_update


class TurnItems:
    """Stores what one answer displays."""

    def __init__(
        self,
        store: PostgresStore,
        thread: StoredThread,
        caller: Caller,
        images: GeneratedImages,
        retry: Retry | None,
        *,
        new_id: Callable[[StoreItemType], str] = new_id,
        earlier: EarlierItems | None = None,
        on_replaced: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Args:
            images: takes the bytes of generated images out of events.
            retry: the message that is answered again; the first item of the new answer replaces the old one.
            new_id: makes the ids of items that have none.
            earlier: what was displayed of the answer before it came to this replica.
            on_replaced: called once the old answer is gone.
        """
        self._store = store
        self._thread = thread
        self._caller = caller
        self._images = images
        self._retry = retry
        self._earlier = earlier
        self._on_replaced = on_replaced
        self._ids = ItemIds(self._was_there, new_id)
        self._partial = PartialItems()
        #: Item id -> whether users see it; of the items that this turn had to do with.
        self._displayed: dict[str, bool] = {}
        #: Whether it has stored a user's message, such as one that a click stands for.
        self.asked = False
        for item in earlier.resumed() if earlier is not None else ():
            self._partial.add(item)
            self._displayed[item.id] = True

    def plain_update(self, given: ThreadItemUpdatedEvent) -> ThreadItemUpdatedEvent | None:
        """The update to be displayed, if its item is and nothing is to be stored for it; None for all others."""
        event = self._ids.of_update(given)
        if self._earlier is not None:
            event = cast(ThreadItemUpdatedEvent, self._earlier.named(event))
            if self._earlier.is_behind(event.item_id):
                return None
        if not self._displayed.get(event.item_id) or self._images.are_in(given):
            return None
        return event if self._partial.update(event.item_id, event.update) else None

    async def keep(self, given: ThreadStreamEvent) -> list[ThreadStreamEvent]:
        """Store what the event is about; gives what is to be displayed of it."""
        displayed: list[ThreadStreamEvent] = []
        for named in await self._ids.apply(given):
            known = named if self._earlier is None else self._earlier.named(named)
            for event in await self._images.keep(known):
                displayed += self._unseen(await self._keep(event))
        return displayed

    def _unseen(self, events: list[ThreadStreamEvent]) -> list[ThreadStreamEvent]:
        """Of these events, what readers do not have from an earlier replica."""
        if self._earlier is None:
            return events
        unseen: list[ThreadStreamEvent] = []
        for event in events:
            now = self._partial.state(event.item_id) if isinstance(event, ThreadItemUpdatedEvent) else None
            unseen += self._earlier.rewritten(event, now)
        return unseen

    async def remove_left(self) -> list[ThreadStreamEvent]:
        """What earlier replicas have displayed and the answer, which is complete, does not have goes."""
        removed: list[ThreadStreamEvent] = []
        for item_id in self._earlier.left() if self._earlier is not None else ():
            removed += await self._keep(ThreadItemRemovedEvent(item_id=item_id))
        return self._unseen(removed)

    async def keep_override(self, given: ThreadStreamEvent) -> list[ThreadStreamEvent]:
        """As ``keep``, for what an override gives besides the events of its answer, or in the place of one of them."""
        match given:
            case ThreadItemUpdatedEvent() if given.item_id in self._displayed:
                return [given] if self._displayed[given.item_id] else []
            case ThreadItemAddedEvent() if given.item.id in self._displayed:
                return self._display(given, given.item)
            case ThreadItemDoneEvent() | ThreadItemReplacedEvent() if given.item.id in self._displayed:
                return await self._keep(given)
            case _:
                return await self.keep(given)

    async def _keep(self, event: ThreadStreamEvent) -> list[ThreadStreamEvent]:
        match event:
            case ThreadItemUpdatedEvent():
                if not self._partial.update(event.item_id, event.update):
                    await self._update_stored(event)
                return [event] if await self._is_displayed(event.item_id) else []
            case ThreadItemAddedEvent():
                self._partial.add(event.item)
                return self._display(event, event.item)
            case ThreadItemDoneEvent():
                await self.save(settled(event.item))
                self._partial.drop(event.item.id)
                return self._display(event, event.item)
            case ThreadItemReplacedEvent():
                hides = is_hidden(event.item) and await self._is_displayed(event.item.id)
                await self.save(event.item)
                self._partial.drop(event.item.id)
                shown = self._display(event, event.item)
                return [ThreadItemRemovedEvent(item_id=event.item.id)] if hides else shown
            case ThreadItemRemovedEvent():
                was_displayed = await self._is_displayed(event.item_id)
                await self._store.delete_thread_item(self._thread.id, event.item_id, self._caller)
                self._partial.drop(event.item_id)
                return [event] if was_displayed else []
            case _:
                return [event]

    async def _update_stored(self, event: ThreadItemUpdatedEvent) -> None:
        """Change an item that is done; one that is not there is a server's mistake and changes nothing."""
        try:
            item = await self._store.load_item(self._thread.id, event.item_id, self._caller)
        except NotFound:
            return
        apply_update(item, event.update)
        await self._store.save_item(self._thread.id, item, self._caller)

    def _display(self, event: ThreadStreamEvent, item: ThreadItem) -> list[ThreadStreamEvent]:
        self._displayed[item.id] = not is_hidden(item)
        return [event] if self._displayed[item.id] else []

    async def _is_displayed(self, item_id: str) -> bool:
        """Whether users see the item; it may be of an earlier turn."""
        if item_id not in self._displayed:
            stored = await self._store.load_item_type(self._thread.id, item_id, self._caller)
            self._displayed[item_id] = stored not in HIDDEN_TYPES
        return self._displayed[item_id]

    async def _was_there(self, item_id: str) -> bool:
        if self._earlier is not None and self._earlier.has(item_id):
            return False
        return await self._store.had_item(self._thread, item_id, self._reader)

    @property
    def _reader(self) -> Caller:
        """Who does not see the items that the first one of a retry will replace."""
        return self._caller if self._retry is None else replace(self._caller, retry=self._retry)

    async def save(self, item: ThreadItem) -> None:
        """Store an item that was displayed. A database that is away costs the time until it is back (``patience.py``).

        The first item of a retry takes the place of the answer that it replaces.
        """
        self.asked = self.asked or isinstance(item, UserMessageItem)
        if self._retry is not None and not self._retry.replaced:
            await self._store.replace_answer(self._retry, item, self._caller)
            self._on_replaced()
        else:
            await self._store.add_thread_item(self._thread.id, item, self._caller)

    def unfinished(self, uncertain: Sequence[UncertainCall] = ()) -> list[ThreadItem]:
        """What is worth storing of the items that are not done, in its final state; they are forgotten here.

        uncertain: what may have been done all the same.
        """
        for item in self._earlier.unfinished() if self._earlier is not None else ():
            self._partial.add(item)
        return self._partial.settle(self._caller.locale, uncertain)
