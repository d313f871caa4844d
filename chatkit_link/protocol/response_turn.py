"""One turn: the events that a server gives in answer, stored, and told to whoever follows.

How an event flows: the server's ``respond`` or ``action`` yields it; it gets ids of our own; what it
says is stored; then it is encoded and emitted. So nothing is told that is not kept.

The invariant: however the turn ends, each item that a person saw is in the store, settled. It may end
by itself, by cancellation (Stop, a deleted thread, a stopping server) or by an error; an error becomes
an ``error`` event here and nowhere else. ``ChatKitServer._process_events`` of the SDK is what this
replaces, for our own server and for anybody's subclass alike.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence

import openai
from chatkit.errors import CustomStreamError, ErrorCode, StreamError
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
from chatkit_link.agents.errors.describe import describe
from chatkit_link.agents.errors.explain import Failure, explain
from chatkit_link.agents.models.problems import IncompleteAnswer
from chatkit_link.agents.titles import Titling
from chatkit_link.caller import Caller
from chatkit_link.errors import LinkError, NotFound, Unavailable
from chatkit_link.files.generated import GeneratedImages
from chatkit_link.limits.ledger import Ledger
from chatkit_link.limits.meter import Meter
from chatkit_link.protocol.ids import OwnIds
from chatkit_link.protocol.partial_items import Pending, settled
from chatkit_link.runs.run import Run, RunFailed, RunStatus
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.threads import StoredThread
from chatkit_link.translations import Localized
from chatkit_link.wire.encoding import encode, is_visible, thread_response

logger = logging.getLogger(__name__)

#: Seconds between attempts to store an item while the database is away; about half a minute in all.
_DATABASE_PATIENCE = (0.1, 0.2, 0.5, 1, 2, 4, 4, 4, 4, 4, 4)

Emit = Callable[[bytes], None]
Answer = Callable[[], AsyncIterator[ThreadStreamEvent]]


class Turn:
    """Carries one answer from a server to the store and the run's log."""

    #: The run that it is given in, and what that has used; set when it begins.
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
        titling: Titling,
        allow_cancel: bool,
        retried: str | None = None,
    ) -> None:
        """
        Args:
            opening: events that tell of what was stored before the run began.
            answer: begins the server's answer.
            images: takes the bytes of generated images out of events.
            titling: finds a title beside the answer, if the thread needs one.
            allow_cancel: whether this client can tell us Stop from a lost connection.
            retried: the message that is answered anew; what follows it is deleted when the new answer exists.
        """
        self._server = server
        self._store = store
        self._ledger = ledger
        self._thread = thread
        self._caller = caller
        self._opening = opening
        self._answer = answer
        self._images = images
        self._titling = titling
        self._allow_cancel = allow_cancel
        self._retried = retried
        self._domains = thread.allowed_image_domains and list(thread.allowed_image_domains)
        self._hidden: set[str] = set()
        self._ids = OwnIds()
        self._pending = Pending()

    async def run(self, run: Run) -> None:
        """Answer, into the run's log. Raises RunFailed once an error has been told, and CancelledError if stopped."""
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
            async with self._titling:
                await self._carry(emit)
                await self._tell_title(emit, wait=True)
        except asyncio.CancelledError:
            if run.lost:
                pass  # who took it over has settled it
            elif run.ending is RunStatus.INTERRUPTED:
                await self._keep_failed(emit, Failure("answer_interrupted"))
            else:
                await self._keep_cancelled(emit)
            raise
        except Exception as error:
            await self._keep_failed(emit, error)
            raise RunFailed from error

    def _options(self) -> StreamOptions:
        offered = self._server.get_stream_options(self._thread, self._caller)
        return StreamOptions(allow_cancel=offered.allow_cancel and self._allow_cancel)

    async def _carry(self, emit: Emit) -> None:
        with agents_sdk_user_agent_override(), self._store.as_if_rewound(self._thread.id, self._retried):
            async with closing_early(self._answer()) as events:
                async for given in events:
                    if self._thread.allowed_image_domains != self._domains:
                        await self._tell_image_domains(emit)
                    if isinstance(given, ThreadItemUpdatedEvent) and not self._images.are_in(given):
                        self._take_update(given, emit)
                    else:
                        await self._take(given, emit)
            await self._tell_thread(emit)

    def _take_update(self, given: ThreadItemUpdatedEvent, emit: Emit) -> None:
        """The short way, for hundreds of events a second: nothing is stored for one of them."""
        event = self._ids.of_ours(given)
        self._pending.update(event.item_id, event.update)
        if event.item_id not in self._hidden:
            emit(encode(event))

    async def _take(self, given: ThreadStreamEvent, emit: Emit) -> None:
        for named in self._ids.apply(given):
            for event in await self._images.keep(named):
                await self._keep(event)
                if self._is_visible(event):
                    emit(encode(event))
        await self._tell_thread(emit)
        await self._tell_title(emit)
        await self._keep_usage(emit)

    async def _keep(self, event: ThreadStreamEvent) -> None:
        match event:
            case ThreadItemUpdatedEvent():
                self._pending.update(event.item_id, event.update)
            case ThreadItemAddedEvent():
                self._pending.add(event.item)
            case ThreadItemDoneEvent():
                await self._save(settled(event.item))
                self._pending.drop(event.item.id)
            case ThreadItemReplacedEvent():
                await self._save(event.item)
                self._pending.drop(event.item.id)
            case ThreadItemRemovedEvent():
                await self._store.delete_thread_item(self._thread.id, event.item_id, self._caller)
                self._pending.drop(event.item_id)
            case _:
                pass

    async def _save(self, item: ThreadItem) -> None:
        """Store an item that a person has seen. A database that is away for a moment costs the moment."""
        for delay in _DATABASE_PATIENCE:
            try:
                return await self._save_once(item)
            except Unavailable:
                await asyncio.sleep(delay)
        return await self._save_once(item)

    async def _save_once(self, item: ThreadItem) -> None:
        """The first item of a retry takes the place of the answer that it replaces."""
        self._run.require_lease()
        if self._retried is not None:
            await self._store.replace_after(self._thread.id, self._retried, item, self._caller)
            self._retried = None
            self._store.forget_rewound()
        else:
            await self._store.add_thread_item(self._thread.id, item, self._caller)

    def _is_visible(self, event: ThreadStreamEvent) -> bool:
        """False for what is the model's alone, in whatever event it comes."""
        if isinstance(event, (ThreadItemUpdatedEvent, ThreadItemRemovedEvent)):
            return event.item_id not in self._hidden
        if is_visible(event):
            return True
        if isinstance(event, ThreadItemAddedEvent | ThreadItemDoneEvent | ThreadItemReplacedEvent):
            self._hidden.add(event.item.id)
        return False

    async def _tell_thread(self, emit: Emit) -> None:
        """Store and tell what the server changed in the thread object, and only that."""
        if self._thread.changes():
            await self._store.save_thread(self._thread, self._caller)
            # Read again: somebody may have renamed it since this object was loaded.
            emit(encode(ThreadUpdatedEvent(thread=thread_response(await self._fresh_thread()))))

    async def _tell_image_domains(self, emit: Emit) -> None:
        """Before the event that may name a picture: after it, a page would have asked for one from anywhere."""
        domains = self._thread.allowed_image_domains
        self._domains = domains and list(domains)
        await self._tell_thread(emit)

    async def _tell_title(self, emit: Emit, *, wait: bool = False) -> None:
        title = await self._titling.result(wait=wait)
        if title and await self._store.set_title_if_none(self._thread.id, title, self._caller):
            self._thread.title = title
            self._thread.mark_saved({"title": title})
            emit(encode(ThreadUpdatedEvent(thread=thread_response(self._thread))))

    async def _keep_usage(self, emit: Emit, *, patiently: bool = False) -> None:
        """Keep what models have used since, and tell of budgets that are nearly gone.

        An answer never fails for it. patiently: at the end, when nobody will try again.
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
                logger.exception("request %s: what the answer used could not be kept", self._caller.request_id)
            return

    async def _fresh_thread(self) -> StoredThread:
        return await self._store.load_thread(self._thread.id, self._caller)

    async def _keep_cancelled(self, emit: Emit) -> None:
        """Keep what was written, and let the server say in its own way that it was stopped."""
        items = self._pending.settle(self._caller.locale)
        try:
            for item in items:
                await self._save(item)
                emit(encode(ThreadItemDoneEvent(item=item)))
            await self._server.handle_stream_cancelled(self._thread, items, self._caller)
        except NotFound:
            pass  # the thread was deleted: that is why the run was cancelled
        except Exception:
            logger.exception("could not keep all of a cancelled answer in thread %s", self._thread.id)

    async def _keep_failed(self, emit: Emit, error: Exception) -> None:
        try:
            items = self._pending.settle(self._caller.locale)
            for item in items:
                await self._save(item)
            for item in items:
                emit(encode(ThreadItemDoneEvent(item=item)))
        except Exception:
            logger.exception("could not keep all of a failed answer in thread %s", self._thread.id)
        emit(encode(self._error_event(error)))

    def _error_event(self, error: Exception) -> ErrorEvent:
        match explain(error):
            case Failure() as failure:
                self._log(error, failure)
                return ErrorEvent(message=failure.in_language(self._caller.locale), allow_retry=failure.allow_retry)
            case CustomStreamError() as failure:
                return ErrorEvent(message=failure.message, allow_retry=failure.allow_retry)
            case StreamError() as failure:
                return ErrorEvent(code=failure.code, allow_retry=failure.allow_retry)
            case LinkError() as failure:
                return ErrorEvent(message=failure.in_language(self._caller.locale), allow_retry=failure.retryable)
            case _:
                logger.error("request %s: the answer failed", self._caller.request_id, exc_info=error)
                message = Localized("assistant_failed").in_language(self._caller.locale)
                return ErrorEvent(code=ErrorCode.STREAM_ERROR, message=message, allow_retry=True)

    def _log(self, error: Exception, failure: Failure) -> None:
        """What the operator needs: the server's words of its own errors, and of all others where they come from."""
        if error is failure:
            return
        where = None if isinstance(error, openai.APIError | IncompleteAnswer) else error
        logger.warning(
            "request %s: the answer failed (%s): %s",
            self._caller.request_id,
            failure.failure_code,
            describe(error),
            exc_info=where,
        )
