"""One turn: the events that a server yields in answer, stored, and emitted to all who follow the run.

How an event flows: the server's ``respond`` or ``action`` yields it; it gets ids of our own; its item is
stored; then it is encoded and emitted. So nothing is emitted that is not stored.

The invariant: however the turn ends, each item that was displayed is in the store, settled. It may end by
itself, by cancellation (Stop, a deleted thread, a stopping server) or by an error, which ends the stream as
the ``error`` event that ``agents/turn_errors.py`` makes of it. ``ChatKitServer._process_events`` of the SDK
is what this replaces, for our own server and for every subclass alike.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence

from chatkit.server import ChatKitServer, agents_sdk_user_agent_override
from chatkit.types import (
    ErrorEvent,
    NoticeEvent,
    StreamOptions,
    StreamOptionsEvent,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    ThreadUpdatedEvent,
)

from chatkit_link.agents.aclosing import closing_early
from chatkit_link.agents.titles import TitleTask
from chatkit_link.agents.turn_errors import error_event, interrupted_event
from chatkit_link.caller import Caller, Retry
from chatkit_link.errors import NotFound, Unavailable
from chatkit_link.files.generated import GeneratedImages
from chatkit_link.limits.ledger import Ledger
from chatkit_link.limits.meter import Meter
from chatkit_link.protocol.ids import OwnIds
from chatkit_link.protocol.known_thread import KnownThread
from chatkit_link.protocol.partial_items import PartialItems, settled
from chatkit_link.runs.run import Run, RunFailed, RunStatus
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.threads import StoredThread
from chatkit_link.wire.encoding import encode, is_visible, thread_response

logger = logging.getLogger(__name__)

#: Seconds between attempts to store an item while the database is away; about half a minute in all.
_DATABASE_PATIENCE = (0.1, 0.2, 0.5, 1, 2, 4, 4, 4, 4, 4, 4)

Emit = Callable[[bytes], None]
Answer = Callable[[], AsyncIterator[ThreadStreamEvent]]


class ResponseTurn:
    """Carries one answer from a server to the store and the run's log."""

    #: The run that carries it, and what models have used in it; set by ``run``.
    _run: Run
    _meter: Meter

    def __init__(
        self,
        server: ChatKitServer[Caller],
        store: PostgresStore,
        ledger: Ledger,
        thread: StoredThread,
        caller: Caller,
        *,
        opening: Sequence[ThreadStreamEvent],
        answer: Answer,
        images: GeneratedImages,
        title: TitleTask,
        may_set_title: bool,
        allow_cancel: bool,
        retry: Retry | None = None,
    ) -> None:
        """
        Args:
            opening: events about what was stored before the run began.
            answer: starts the server's answer.
            images: takes the bytes of generated images out of events.
            title: finds a title, if the thread needs one.
            may_set_title: the server may save its thread by itself, also through another object than this one.
            allow_cancel: whether this client can distinguish Stop from a lost connection.
            retry: the message that is answered again; the first item of the new answer replaces the old one.
        """
        self._server = server
        self._store = store
        self._ledger = ledger
        self._thread = thread
        self._caller = caller
        self._opening = opening
        self._answer = answer
        self._images = images
        self._title = title
        self._may_set_title = may_set_title
        self._allow_cancel = allow_cancel
        self._retry = retry
        self._known = KnownThread(thread)
        self._hidden: set[str] = set()
        self._ids = OwnIds()
        self._partial = PartialItems()
        #: The newest error that the server emitted itself, without ending its answer by an exception.
        self._error: ErrorEvent | None = None

    async def run(self, run: Run) -> None:
        """Answer into the run's log. Raises RunFailed once an error is emitted, and CancelledError if stopped."""
        self._run, self._meter = run, Meter(run.agent, run.id)
        try:
            with self._meter.running():
                await self._answer_in(run)
        finally:
            await self._keep_usage(run.log.append, patiently=True)

    async def _answer_in(self, run: Run) -> None:
        emit = run.log.append
        try:
            for event in self._opening:
                emit(encode(event))
            emit(encode(StreamOptionsEvent(stream_options=self._options())))
            async with self._title:
                await self._emit_answer(emit)
                await self._emit_title(emit, wait=True)
            await self._keep_whole()
        except asyncio.CancelledError:
            if run.lost:
                pass  # the replica that took it over has settled it
            elif run.ending is RunStatus.INTERRUPTED:
                await self._keep_partial(emit)
                event = interrupted_event(self._caller)
                await self._keep_ending(RunStatus.INTERRUPTED, event)
                emit(encode(event))
            else:
                await self._keep_cancelled(emit)
                # A retry that is stopped before it has written anything leaves the old answer whole.
                if self._retry is None or self._retry.replaced:
                    await self._keep_ending(RunStatus.CANCELLED)
            raise
        except Exception as error:
            await self._keep_partial(emit)
            await self._keep_thread(emit)
            event = error_event(error, self._caller)
            await self._keep_ending(RunStatus.FAILED, event)
            emit(encode(event))
            raise RunFailed from error

    def _options(self) -> StreamOptions:
        offered = self._server.get_stream_options(self._thread, self._caller)
        return StreamOptions(allow_cancel=offered.allow_cancel and self._allow_cancel)

    async def _emit_answer(self, emit: Emit) -> None:
        with agents_sdk_user_agent_override():
            async with closing_early(self._answer()) as events:
                async for given in events:
                    if self._known.allows_other_images(self._thread):
                        # Before the event that may name a picture: a page would ask for one from anywhere.
                        await self._emit_thread(emit)
                    if isinstance(given, ThreadItemUpdatedEvent) and not self._images.are_in(given):
                        self._take_update(given, emit)
                        await self._emit_thread(emit)
                    else:
                        await self._take(given, emit)
            await self._emit_thread(emit)
            if self._may_set_title:
                await self._emit_thread_if_stored(emit)

    def _take_update(self, given: ThreadItemUpdatedEvent, emit: Emit) -> None:
        """The fast path, for hundreds of events a second: nothing is stored for one of them."""
        event = self._ids.with_own_id(given)
        self._partial.update(event.item_id, event.update)
        if event.item_id not in self._hidden:
            emit(encode(event))

    async def _take(self, given: ThreadStreamEvent, emit: Emit) -> None:
        for named in self._ids.apply(given):
            for event in await self._images.keep(named):
                await self._keep(event)
                if self._is_visible(event):
                    emit(encode(event))
        await self._emit_thread(emit)
        await self._emit_title(emit)
        await self._keep_usage(emit)

    async def _keep(self, event: ThreadStreamEvent) -> None:
        match event:
            case ThreadItemUpdatedEvent():
                self._partial.update(event.item_id, event.update)
            case ThreadItemAddedEvent():
                self._partial.add(event.item)
            case ThreadItemDoneEvent():
                await self._save(settled(event.item))
                self._partial.drop(event.item.id)
            case ThreadItemReplacedEvent():
                await self._save(event.item)
                self._partial.drop(event.item.id)
            case ErrorEvent():
                self._error = event
            case ThreadItemRemovedEvent():
                await self._store.delete_thread_item(self._thread.id, event.item_id, self._caller)
                self._partial.drop(event.item_id)
            case _:
                pass

    async def _save(self, item: ThreadItem) -> None:
        """Store an item that was displayed. A database that is away for a moment costs the moment."""
        for delay in _DATABASE_PATIENCE:
            try:
                return await self._save_once(item)
            except Unavailable:
                await asyncio.sleep(delay)
        return await self._save_once(item)

    async def _save_once(self, item: ThreadItem) -> None:
        """The first item of a retry takes the place of the answer that it replaces."""
        self._run.require_lease()
        if self._retry is not None and not self._retry.replaced:
            await self._store.replace_answer(self._retry, item, self._caller)
        else:
            await self._store.add_thread_item(self._thread.id, item, self._caller)

    def _is_visible(self, event: ThreadStreamEvent) -> bool:
        """False for what only the model may see, in any event."""
        if isinstance(event, (ThreadItemUpdatedEvent, ThreadItemRemovedEvent)):
            return event.item_id not in self._hidden
        if is_visible(event):
            return True
        if isinstance(event, ThreadItemAddedEvent | ThreadItemDoneEvent | ThreadItemReplacedEvent):
            self._hidden.add(event.item.id)
        return False

    async def _emit_thread(self, emit: Emit) -> None:
        """Store and emit what the server changed in the thread object, and only that; it may have stored it itself."""
        if not self._known.differs_from(self._thread):
            return
        self._known = KnownThread(self._thread)
        await self._store.save_thread(self._thread, self._caller)
        # Read again: a user may have renamed it since this object was loaded.
        emit(encode(ThreadUpdatedEvent(thread=thread_response(await self._fresh_thread()))))

    async def _emit_thread_if_stored(self, emit: Emit) -> None:
        """Emit what the server stored through an object that it loaded for itself."""
        fresh = await self._fresh_thread()
        if self._known.differs_from(fresh):
            self._thread.take(fresh)
            self._known = KnownThread(fresh)
            emit(encode(ThreadUpdatedEvent(thread=thread_response(fresh))))

    async def _keep_thread(self, emit: Emit) -> None:
        """What the server changed in the thread before its answer failed or was stopped."""
        try:
            await self._emit_thread(emit)
        except NotFound:
            pass  # deleted meanwhile
        except Exception:
            logger.exception("could not store the changes of thread %s after its answer ended early", self._thread.id)

    async def _emit_title(self, emit: Emit, *, wait: bool = False) -> None:
        title = await self._title.result(wait=wait)
        if title and await self._store.set_title_if_none(self._thread.id, title, self._caller):
            self._thread.title = title
            self._thread.mark_saved({"title": title})
            self._known = KnownThread(self._thread)
            emit(encode(ThreadUpdatedEvent(thread=thread_response(self._thread))))

    async def _keep_usage(self, emit: Emit, *, patiently: bool = False) -> None:
        """Store what models have used since, and emit a notice about a budget that is nearly used up.

        An answer never fails for it. patiently: at the end, when nothing will try again.
        """
        if not self._meter.readings:
            return
        for delay in (0, *_DATABASE_PATIENCE) if patiently else (0,):
            await asyncio.sleep(delay)
            try:
                for notice in await self._ledger.keep(self._meter, self._caller):
                    emit(encode(NoticeEvent(level="warning", message=notice)))
            except Unavailable:
                continue
            except Exception:
                logger.exception("request %s: what the answer used could not be stored", self._caller.request_id)
            return

    async def _keep_ending(self, status: RunStatus, error: ErrorEvent | None = None) -> None:
        """Store how an answer ended that is not whole; a thread that is gone, or a database, takes nothing."""
        message = self._retry.item_id if self._retry is not None else None
        try:
            await self._store.save_ending(self._thread.id, status, self._caller, error, message_id=message)
        except Exception:
            logger.exception("could not store how an answer ended in thread %s", self._thread.id)

    async def _keep_whole(self) -> None:
        """The end of an answer without an exception. A click may have mended what failed before it in the same turn."""
        if self._error is not None:
            await self._keep_ending(RunStatus.FAILED, self._error)
        elif not self._opening:
            await self._store.settle_ending(self._thread.id, self._caller)

    async def _fresh_thread(self) -> StoredThread:
        return await self._store.load_thread(self._thread.id, self._caller)

    async def _keep_cancelled(self, emit: Emit) -> None:
        """Store what was written, and let the server record that it was stopped."""
        items = self._partial.settle(self._caller.locale)
        try:
            for item in items:
                await self._save(item)
                emit(encode(ThreadItemDoneEvent(item=item)))
            await self._server.handle_stream_cancelled(self._thread, items, self._caller)
        except NotFound:
            pass  # the thread was deleted: that is why the run was cancelled
        except Exception:
            logger.exception("could not store all of a cancelled answer in thread %s", self._thread.id)
        await self._keep_thread(emit)

    async def _keep_partial(self, emit: Emit) -> None:
        """Store what was written before an error."""
        try:
            items = self._partial.settle(self._caller.locale)
            for item in items:
                await self._save(item)
            for item in items:
                emit(encode(ThreadItemDoneEvent(item=item)))
        except Exception:
            logger.exception("could not store all of a failed answer in thread %s", self._thread.id)
