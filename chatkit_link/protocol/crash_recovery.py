"""What is left of an answer whose server died: the text so far, settled, and the offer to try again.

Items are stored when they are done, so an unfinished one is only in the run's event log. The events
are applied again, in the order in which they were emitted, and what is then unfinished is stored. Where the
run's steps say that something had begun which may happen once only, the user is told that it may have been done.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chatkit.types import (
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
)
from pydantic import TypeAdapter, ValidationError

from chatkit_link.agents.turn_errors import interrupted_event
from chatkit_link.caller import Caller, Retry
from chatkit_link.errors import NotFound
from chatkit_link.protocol.beginning import Beginning, Known
from chatkit_link.protocol.partial_items import PartialItems
from chatkit_link.protocol.uncertain_calls import uncertain_calls
from chatkit_link.runs.run import RunStatus
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.runs import RunRow
from chatkit_link.wire.encoding import encode

logger = logging.getLogger(__name__)


class CrashRecovery:
    """Settles the runs of dead replicas. Holds the SDK's event adapter, which takes milliseconds to build."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store
        self._adapter: TypeAdapter[ThreadStreamEvent] = TypeAdapter(ThreadStreamEvent)

    async def settle(
        self, caller: Caller, run: RunRow, logged: Sequence[bytes], steps: Mapping[str, Any]
    ) -> list[bytes]:
        """Store what is unfinished in these events of a run, and return the events that end it."""
        if (known := Known.read(run.claim)) is not None:
            caller = replace(caller, locale=known.caller.get("locale", caller.locale))
        uncertain = uncertain_calls(steps)
        partial = PartialItems()
        retry = await self._retry(caller, run, steps)
        for event in self._events(run, logged):
            if isinstance(event, ThreadItemDoneEvent | ThreadItemReplacedEvent):
                retry = None  # the old answer went when the first item of the new one was stored
            _apply(partial, event)
        items = partial.settle(caller.locale, uncertain)
        # Just before a crash an item may have been stored whole, of which the log has only the beginning.
        stored = {item.id: whole for item in items if (whole := await self._stored(caller, run, item)) is not None}
        if stored:
            retry = None
        ending: list[bytes] = []
        try:
            for item in items:
                if item.id in stored:
                    pass
                elif retry is not None and not retry.replaced:
                    await self._store.replace_answer(retry, item, caller)
                else:
                    await self._store.add_thread_item(run.thread_id, item, caller)
                ending.append(encode(ThreadItemDoneEvent(item=stored.get(item.id, item))))
            if run.cancel_requested:  # its user was faster than the crash, or than the next replica
                # A retry that is stopped before it has written anything leaves the old answer whole.
                if retry is None or retry.replaced:
                    await self._store.save_ending(run.thread_id, RunStatus.CANCELLED, caller, message_id=run.retried)
                return ending
            event = interrupted_event(caller, [call.title for call in uncertain])
            if not logged and not steps and await self._stored_nothing(caller, run, known):
                return [encode(event)]  # what stands last in the thread is not what it was to answer
            await self._store.save_ending(run.thread_id, RunStatus.INTERRUPTED, caller, event, message_id=run.retried)
        except NotFound:
            return []  # the thread was deleted
        return [*ending, encode(event)]

    async def _retry(self, caller: Caller, run: RunRow, steps: Mapping[str, Any]) -> Retry | None:
        """The retry that this run is, unless the old answer is gone; its replica may have died right behind that."""
        beginning = Beginning.read(steps)
        if run.retried is None:
            return None
        if beginning is None:
            return Retry(run.thread_id, run.retried)
        if await self._store.is_replaced(run.thread_id, run.retried, beginning.last_seq, caller):
            return None
        return Retry(run.thread_id, run.retried, last_seq=beginning.last_seq)

    async def _stored_nothing(self, caller: Caller, run: RunRow, known: Known | None) -> bool:
        """Whether its replica died between its claim and its message, such as one that is still in the queue."""
        if known is None or known.request != "threads.add_user_message":
            return False
        return (await self._store.load_thread(run.thread_id, caller)).last_seq == known.last_seq

    def _events(self, run: RunRow, logged: Sequence[bytes]) -> Iterator[ThreadStreamEvent]:
        """An unreadable one, perhaps of another version, must not leave its thread busy for ever."""
        for number, data in enumerate(logged, start=1):
            try:
                yield self._adapter.validate_json(data)
            except ValidationError:
                logger.warning("event %d of run %s cannot be read and is left out", number, run.id)

    async def _stored(self, caller: Caller, run: RunRow, item: ThreadItem) -> ThreadItem | None:
        try:
            return await self._store.load_item(run.thread_id, item.id, caller)
        except NotFound:
            return None


def _apply(partial: PartialItems, event: ThreadStreamEvent) -> None:
    match event:
        case ThreadItemAddedEvent():
            partial.add(event.item)
        case ThreadItemUpdatedEvent():
            partial.update(event.item_id, event.update)
        case ThreadItemDoneEvent() | ThreadItemReplacedEvent():
            partial.drop(event.item.id)
        case ThreadItemRemovedEvent():
            partial.drop(event.item_id)
        case _:
            pass
