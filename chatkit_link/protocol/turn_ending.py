"""The end of a turn that is not whole: what was displayed is stored, settled, and how it ended is recorded."""

import asyncio
import logging
from collections.abc import Sequence

from chatkit.types import ErrorEvent, ThreadItem, ThreadItemDoneEvent

from chatkit_link.agents.contained import cancellations
from chatkit_link.agents.errors.describe import texts
from chatkit_link.agents.sdk_methods import where
from chatkit_link.agents.turn_errors import TurnErrors
from chatkit_link.errors import NotFound
from chatkit_link.protocol.turn import Turn
from chatkit_link.protocol.turn_items import TurnItems
from chatkit_link.protocol.turn_thread import Emit, TurnThread
from chatkit_link.protocol.uncertain_calls import UncertainCall
from chatkit_link.runs.run import RunStatus
from chatkit_link.store.postgres import PostgresStore

logger = logging.getLogger(__name__)


class TurnEnding:
    """Ends one answer. Nothing of it raises: there is no other place left where it could be told."""

    def __init__(self, turn: Turn, store: PostgresStore, items: TurnItems, thread: TurnThread) -> None:
        self._turn = turn
        self._store = store
        self._items = items
        self._thread = thread

    async def keep_cancelled(self, emit: Emit) -> None:
        """Store what was written, and let the server record that it was stopped."""
        items = self._items.unfinished()
        try:
            for item in items:
                await self._items.save(item)
                emit(ThreadItemDoneEvent(item=item))
        except NotFound:
            return  # the thread was deleted: that is why the run was cancelled
        except Exception:
            logger.exception("could not store all of a cancelled answer in thread %s", self._turn.thread.id)
        await self._tell_server(items)
        await self._thread.emit_last(emit)

    async def _tell_server(self, items: list[ThreadItem]) -> None:
        asked = cancellations()
        try:
            await self._turn.server.handle_stream_cancelled(self._turn.thread, items, self._turn.context)
        except NotFound:
            pass
        except BaseException as error:  # it is an author's own code
            if isinstance(error, asyncio.CancelledError) and cancellations() > asked:
                raise
            place = where(self._turn.server, "handle_stream_cancelled")
            TurnErrors(self._turn.caller, place, await self.conversation()).event(error)  # for the log alone

    async def keep_partial(self, emit: Emit, uncertain: Sequence[UncertainCall] = ()) -> None:
        """Store what was written, and what the server changed in the thread, before an error.

        uncertain: what may have been done, although its end is not known.
        """
        try:
            items = self._items.unfinished(uncertain)
            for item in items:
                await self._items.save(item)
            for item in items:
                emit(ThreadItemDoneEvent(item=item))
        except Exception:
            logger.exception("could not store all of a failed answer in thread %s", self._turn.thread.id)
        await self._thread.emit_last(emit)

    async def record(self, status: RunStatus, error: ErrorEvent | None = None) -> None:
        """Store how an answer ended; a thread that is gone, or a database, takes nothing."""
        message = self._turn.retry.item_id if self._turn.retry is not None else None
        try:
            await self._store.save_ending(self._turn.thread.id, status, self._turn.caller, error, message_id=message)
        except Exception:
            logger.exception("could not store how an answer ended in thread %s", self._turn.thread.id)

    async def conversation(self) -> list[str]:
        """Texts of the thread, which an error may quote and no log may."""
        try:
            page = await self._store.load_thread_items(self._turn.thread.id, None, 50, "desc", self._turn.caller)
        except Exception:  # noqa: BLE001 - the database may be what failed
            return []
        return [text for item in page.data for text in texts(item)]
