"""What is left of an answer whose server died: the text so far, settled, and the offer to try again.

Items are stored when they are done, so an unfinished one is only in the run's event log. The events
are applied again, as they were when they were told, and what is then unfinished is kept.
"""

import logging
from collections.abc import Iterator, Sequence

from chatkit.types import (
    ErrorEvent,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
)
from pydantic import TypeAdapter, ValidationError

from chatkit_link.caller import Caller
from chatkit_link.errors import NotFound
from chatkit_link.protocol.partial_items import Pending
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.runs import RunRow
from chatkit_link.translations import Localized
from chatkit_link.wire.encoding import encode

logger = logging.getLogger(__name__)


class Orphans:
    """Settles the runs of dead replicas. Holds the SDK's event adapter, which takes milliseconds to build."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store
        self._adapter: TypeAdapter[ThreadStreamEvent] = TypeAdapter(ThreadStreamEvent)

    async def settle(self, caller: Caller, run: RunRow, said: Sequence[bytes]) -> list[bytes]:
        """Keep what is unfinished in these events; the last events of the run."""
        pending = Pending()
        retried = run.retried
        for event in self._events(run, said):
            if isinstance(event, ThreadItemDoneEvent | ThreadItemReplacedEvent):
                retried = None  # the old answer went when the first item of the new one was stored
            _apply(pending, event)
        items = pending.settle(caller.locale)
        # The last moment before a crash may have stored an item, whole, of which the log says only the beginning.
        stored = {item.id: whole for item in items if (whole := await self._stored(caller, run, item)) is not None}
        if stored:
            retried = None
        words: list[bytes] = []
        try:
            for item in items:
                if item.id in stored:
                    pass
                elif retried is not None:
                    await self._store.replace_after(run.thread_id, retried, item, caller)
                    retried = None
                else:
                    await self._store.add_thread_item(run.thread_id, item, caller)
                words.append(encode(ThreadItemDoneEvent(item=stored.get(item.id, item))))
        except NotFound:
            return []  # the thread was deleted: nobody is waiting
        message = Localized("answer_interrupted").in_language(caller.locale)
        return [*words, encode(ErrorEvent(message=message, allow_retry=True))]

    def _events(self, run: RunRow, said: Sequence[bytes]) -> Iterator[ThreadStreamEvent]:
        """One that cannot be read, written by another version perhaps, must not keep its thread busy for ever."""
        for number, data in enumerate(said, start=1):
            try:
                yield self._adapter.validate_json(data)
            except ValidationError:
                logger.warning("event %d of run %s cannot be read and is left out", number, run.id)

    async def _stored(self, caller: Caller, run: RunRow, item: ThreadItem) -> ThreadItem | None:
        try:
            return await self._store.load_item(run.thread_id, item.id, caller)
        except NotFound:
            return None


def _apply(pending: Pending, event: ThreadStreamEvent) -> None:
    match event:
        case ThreadItemAddedEvent():
            pending.add(event.item)
        case ThreadItemUpdatedEvent():
            pending.update(event.item_id, event.update)
        case ThreadItemDoneEvent() | ThreadItemReplacedEvent():
            pending.drop(event.item.id)
        case ThreadItemRemovedEvent():
            pending.drop(event.item_id)
        case _:
            pass
