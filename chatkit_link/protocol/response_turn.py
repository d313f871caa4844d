"""One turn: the events that a server yields in answer, stored, and emitted to all who follow the run.

How an event flows: the server's ``respond`` or ``action`` yields it; its item is stored (``turn_items.py``); then it
is encoded and emitted. So nothing is emitted that is not stored. What the server changes in its thread is stored and
emitted, too (``turn_thread.py``). A server that overrides one of the SDK's own steps in between gets the events where
the SDK would give them to it (``sdk_steps.py``); for all others there is no such step.

The invariant: however the turn ends, each item that was displayed is in the store, settled (``turn_ending.py``). It
may end by itself, by cancellation (Stop, a deleted thread, a stopping server) or by an error, which ends the stream as
the ``error`` event that ``agents/turn_errors.py`` makes of it. ``ChatKitServer._process_events`` of the SDK is what
this replaces, for our own server and for every subclass alike.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from http import HTTPStatus
from itertools import chain

from chatkit.server import agents_sdk_user_agent_override
from chatkit.types import (
    ErrorEvent,
    NoticeEvent,
    StreamOptions,
    StreamOptionsEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    ThreadsAddUserMessageReq,
    ThreadStreamEvent,
    UserMessageItem,
)

from chatkit_link.agents.aclosing import closing_early
from chatkit_link.agents.contained import containing_tasks
from chatkit_link.agents.errors.describe import redacted, texts
from chatkit_link.agents.sdk_events import event_stream, require_event
from chatkit_link.agents.sdk_methods import WRAPPED_STREAM, encoder, expect, overridden, streaming, thread_view, where
from chatkit_link.agents.steps import Steps
from chatkit_link.agents.titles import TitleTask
from chatkit_link.agents.turn_errors import TurnErrors, interrupted_event
from chatkit_link.errors import LinkError
from chatkit_link.files.files import Files
from chatkit_link.files.generated import GeneratedImages
from chatkit_link.limits.ledger import Ledger
from chatkit_link.limits.meter import Meter
from chatkit_link.protocol.elsewhere import Elsewhere
from chatkit_link.protocol.extensions import edited_message
from chatkit_link.protocol.places import REPLACED, counting
from chatkit_link.protocol.sdk_steps import MakeMessage, SdkSteps
from chatkit_link.protocol.turn import Answer, Turn
from chatkit_link.protocol.turn_ending import TurnEnding
from chatkit_link.protocol.turn_items import TurnItems
from chatkit_link.protocol.turn_thread import Emit, TurnThread
from chatkit_link.runs.run import Run, RunFailed, RunStatus
from chatkit_link.store.patience import PASSING, delays
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.wire.encoding import encode

logger = logging.getLogger(__name__)

#: Events with which an answer shows or changes something.
_OF_ITEMS = "thread.item."


class ResponseTurn:
    """Carries one answer from a server to the store and the run's log."""

    #: The run that carries it, what models have used in it, and its parts; set by ``run``.
    _run: Run
    _meter: Meter
    _items: TurnItems
    _thread: TurnThread
    _ending: TurnEnding
    _elsewhere: Elsewhere

    def __init__(
        self,
        turn: Turn,
        store: PostgresStore,
        ledger: Ledger,
        files: Files,
        *,
        title: TitleTask,
        make_message: MakeMessage,
        may_set_title: bool,
        allow_cancel: bool,
        for_author: bool,
    ) -> None:
        """
        Args:
            title: finds a title, if the thread needs one.
            make_message: makes a user's message, for a server that is given it only in the stream.
            may_set_title: the server may save its thread by itself, also in a store that is not ours.
            allow_cancel: whether this client can distinguish Stop from a lost connection.
            for_author: whether the reader is the author of the server, who is told what failed.
        """
        self._turn = turn
        self._store = store
        self._ledger = ledger
        self._files = files
        self._title = title
        self._make_message = make_message
        self._may_set_title = may_set_title
        self._allow_cancel = allow_cancel
        self._for_author = for_author
        self._encode = encoder(turn.server)
        self._view = thread_view(turn.server)
        #: The newest error that was emitted, and what ended the answer of a server with a step of its own.
        self._error: ErrorEvent | None = None
        self._failure: BaseException | None = None

    async def run(self, run: Run) -> None:
        """Answer into the run's log. Raises RunFailed once an error is emitted, and CancelledError if stopped."""
        turn = self._turn
        self._run, self._meter = run, Meter(run.agent, run.id, run.journal.generation)
        images = GeneratedImages(self._files, turn.thread.id, turn.caller)
        resumed = turn.caller.resumed
        steps = Steps(run.id, run.journal, upto=resumed.item_id if resumed is not None else None)
        self._items = TurnItems(
            self._store,
            turn.thread,
            turn.caller,
            images,
            turn.retry,
            new_id=steps.own_id,
            earlier=turn.earlier,
            on_replaced=lambda: run.journal.record(REPLACED, value=True),
        )
        self._thread = TurnThread(self._store, turn.thread, turn.caller, self._title, self._view)
        self._ending = TurnEnding(turn, self._store, self._items, self._thread)
        self._elsewhere = Elsewhere(run.journal, turn)
        try:
            with self._meter.running(), steps.running(), counting(run), self._elsewhere.kept(), containing_tasks():
                await self._answer_in(run)
        finally:
            await self._keep_usage(self._emit, patiently=True)

    async def _answer_in(self, run: Run) -> None:
        try:
            async with self._thread.followed(self._emit):
                with agents_sdk_user_agent_override():
                    await self._emit_all()
                if self._failure is None:
                    await self._thread.emit_title(self._emit, wait=True)
            await self._keep_whole()
        except RunFailed:
            raise
        except asyncio.CancelledError as error:
            if not run.stopped:  # nobody has asked for it: the server's own code has raised it
                raise await self._failed(error) from error
            await self._stop(run)
            raise
        except BaseException as error:  # out of the task, it might end the process
            raise await self._failed(error) from error

    async def _stop(self, run: Run) -> None:
        if run.lost or run.ending is RunStatus.HANDED_OVER:
            pass  # the replica that took it over has settled it, or goes on with it
        elif run.ending is RunStatus.INTERRUPTED:
            uncertain = self._elsewhere.uncertain
            await self._ending.keep_partial(self._emit, uncertain)
            event = interrupted_event(self._turn.caller, [call.title for call in uncertain])
            await self._end(RunStatus.INTERRUPTED, event)
        else:
            await self._ending.keep_cancelled(self._emit)
            # A retry that is stopped before it has written anything leaves the old answer whole.
            if self._turn.retry is None or self._turn.retry.replaced:
                await self._ending.record(RunStatus.CANCELLED)

    async def _failed(self, error: BaseException) -> RunFailed:
        event = await self._fail(error, self._emit)
        await self._end(RunStatus.FAILED, event)
        return RunFailed()

    def _emit(self, event: ThreadStreamEvent) -> None:
        if isinstance(event, ErrorEvent):
            event = self._error = self._errors().complete(event, self._turn.place())
        self._run.log.append(self._encode(event))

    async def _emit_all(self) -> None:
        if overridden(self._turn.server) & WRAPPED_STREAM:
            return await self._emit_overrides()
        for event in self._turn.opening:
            self._emit(event)
        self._emit_earlier(self._emit)
        await self._emit_answer()
        return None

    def _emit_earlier(self, emit: Emit) -> None:
        """What comes before the answer: its options, and the items that it goes on with, as they are."""
        earlier = self._turn.earlier
        if earlier is None or "stream_options" not in earlier.sent:
            emit(self._options())
        for event in earlier.restated() if earlier is not None else ():
            emit(event)

    def _options(self) -> StreamOptionsEvent:
        server = self._turn.server
        offered = server.get_stream_options(self._turn.thread, self._turn.context)
        offered = expect(offered, StreamOptions, server, "get_stream_options")
        allowed = offered.allow_cancel and self._allow_cancel
        return StreamOptionsEvent(stream_options=offered.model_copy(update={"allow_cancel": allowed}))

    async def _emit_answer(self) -> None:
        emit, thread, place = self._emit, self._thread, self._turn.place
        write, encoded = self._run.log.append, self._encode
        async with closing_early(event_stream(self._turn.answer(), place)) as events:
            async for given in events:
                changed = thread.is_changed  # one look: the thread stays as it is until something is awaited
                if changed and thread.allows_other_images:
                    # Before the event that may name a picture: a page would ask for one from anywhere.
                    await thread.emit_changes(emit)
                if isinstance(given, ThreadItemUpdatedEvent) and (event := self._items.plain_update(given)):
                    write(encoded(event))  # the fast path, for hundreds of events a second
                    if changed:
                        await thread.emit_changes(emit)
                else:
                    require_event(given, place)
                    await self._take(given, emit)
        await self._emit_last_changes(emit)

    async def _take(self, given: ThreadStreamEvent, emit: Emit) -> None:
        if given.type.startswith(_OF_ITEMS):
            self._elsewhere.note_shown()
        for event in await self._items.keep(given):
            emit(event)
        await self._thread.emit_changes(emit)
        await self._thread.emit_title(emit)
        await self._keep_usage(emit)

    async def _emit_last_changes(self, emit: Emit) -> None:
        if self._error is None:
            for event in await self._items.remove_left():
                emit(event)
        await self._thread.emit_changes(emit)
        if self._may_set_title:
            await self._thread.emit_stored(emit)

    async def _emit_overrides(self) -> None:
        """The answer of a server that has a step of its own between its answer and the stream."""
        steps = SdkSteps(self._turn, self, self._make_message)
        with streaming(steps):
            async with closing_early(steps.outermost()) as events:
                async for event in events:
                    if steps.is_stored(event):
                        self._emit(event)
                        continue
                    require_event(event, lambda: where(self._turn.server, "_process_events"))
                    self._elsewhere.note_shown()
                    for own in await self._items.keep_override(event):
                        self._emit(own)
        await self._emit_last_changes(self._emit)

    async def stored_events(self, stream: Answer) -> AsyncIterator[ThreadStreamEvent]:
        """What the SDK's own ``_process_events`` yields, each event stored; an error is the last one of them."""
        kept: list[ThreadStreamEvent] = []
        self._emit_earlier(kept.append)
        try:
            async with closing_early(event_stream(stream(), self._turn.place)) as events:
                for event in kept:
                    yield event
                async for given in events:
                    kept.clear()
                    require_event(given, self._turn.place)
                    await self._take(given, kept.append)
                    for event in kept:
                        yield event
            kept.clear()
            await self._emit_last_changes(kept.append)
        except Exception as error:  # noqa: BLE001 - it is told, and raised once an override has seen the event
            kept.clear()
            self._failure = error
            kept.append(await self._fail(error, kept.append))
        for event in kept:
            yield event

    async def store_message(self, message: UserMessageItem) -> ThreadItemDoneEvent:
        """Store what the user wrote; gives the event about it."""
        self._elsewhere.note_shown()
        turn = self._turn
        edits = edited_message(turn.request) if isinstance(turn.request, ThreadsAddUserMessageReq) else None
        await self._store.add_message(turn.thread.id, message, turn.caller, edits=edits)
        self._title.read(message)
        return ThreadItemDoneEvent(item=self._files.links.fresh(message, self._turn.caller))

    async def _fail(self, error: BaseException, emit: Emit) -> ErrorEvent:
        """Keep what there was before the error; gives the event that ends the stream."""
        await self._ending.keep_partial(emit)
        conversation = await self._ending.conversation()
        event = self._errors(conversation).event(error)
        if (
            isinstance(error, LinkError)
            and error.for_users
            and (self._is_click or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR)
        ):
            reason = redacted(error.for_log(), conversation)
            logger.warning("request %s: %s was refused: %s", self._turn.caller.request_id, self._what(), reason)
        if not self._is_click:
            return event
        # What is tried again is the answer to a message: the widget would go with it. It can be clicked again.
        return event.model_copy(update={"code": "custom", "allow_retry": False})

    @property
    def _is_click(self) -> bool:
        """Whether this is an action and no answer to a message, such as one that the click stands for."""
        return self._turn.action is not None and not self._items.asked

    def _what(self) -> str:
        if not self._is_click:
            return "the answer"
        return f"the action {redacted(str(self._turn.action))[:80]!r} (run {self._run.id})"

    async def _end(self, status: RunStatus, event: ErrorEvent) -> None:
        if not self._is_click:
            await self._ending.record(status, event)
        try:
            self._emit(event)
        except Exception:  # noqa: BLE001 - a server's own way of writing may be what failed
            self._run.log.append(encode(event))

    def _errors(self, conversation: list[str] | None = None) -> TurnErrors:
        asked = [*texts(self._turn.request.params), *(conversation or [])]
        failed = "action_failed" if self._is_click else "assistant_failed"
        return TurnErrors(self._turn.caller, self._what(), asked, self._for_author, failed)

    async def _keep_usage(self, emit: Emit, *, patiently: bool = False) -> None:
        """Store what models have used since, and emit a notice about a budget that is nearly used up.

        An answer never fails for it. patiently: at the end, when nothing will try again.
        """
        if not self._meter.readings:
            return
        for delay in chain((0,), delays() if patiently else ()):
            await asyncio.sleep(delay)
            try:
                for notice in await self._ledger.keep(self._meter, self._turn.caller):
                    emit(NoticeEvent(level="warning", message=notice))
            except PASSING:
                continue
            except Exception:
                logger.exception("request %s: what the answer used could not be stored", self._turn.caller.request_id)
            return

    async def _keep_whole(self) -> None:
        """The end of an answer without an exception. A click may have mended what failed before it in the same turn."""
        if self._error is not None:
            if not self._is_click:
                await self._ending.record(RunStatus.FAILED, self._error)
        elif not self._turn.opening or self._turn.earlier is not None:
            await self._store.settle_ending(self._turn.thread.id, self._turn.caller)
        if self._failure is not None and self._error is not None:
            raise RunFailed from self._failure
