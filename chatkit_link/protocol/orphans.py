"""What is left of an answer whose server died: the text so far, settled, and the offer to try again.

Items are stored when they are done, so an unfinished one is only in the run's event log. The events
are applied again, as they were when they were told, and what is then unfinished is kept.
"""

from collections.abc import Sequence

from chatkit.types import (
    ErrorEvent,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
)
from pydantic import TypeAdapter

from chatkit_link.caller import Caller
from chatkit_link.errors import NotFound
from chatkit_link.protocol.pending import Pending
from chatkit_link.protocol.wire import encode
from chatkit_link.store.postgres import PostgresStore

INTERRUPTED = "The server was restarted before this answer was complete. What there was is kept; please try again."


class Orphans:
    """Settles the runs of dead replicas. Holds the SDK's event adapter, which takes milliseconds to build."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store
        self._adapter: TypeAdapter[ThreadStreamEvent] = TypeAdapter(ThreadStreamEvent)

    async def settle(self, caller: Caller, thread_id: str, said: Sequence[bytes]) -> list[bytes]:
        """Keep what is unfinished in these events; the last events of the run."""
        pending = Pending()
        for data in said:
            _apply(pending, self._adapter.validate_json(data))
        words: list[bytes] = []
        try:
            for item in pending.settle():
                await self._store.add_thread_item(thread_id, item, caller)
                words.append(encode(ThreadItemDoneEvent(item=item)))
        except NotFound:
            return []  # the thread was deleted: nobody is waiting
        return [*words, encode(ErrorEvent(message=INTERRUPTED, allow_retry=True))]


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
