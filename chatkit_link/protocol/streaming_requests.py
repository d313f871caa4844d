"""The six requests that are answered by a stream: all that happens before its first byte.

Each of them is checked, then claims its thread for a run, then stores what the user sent, and only
then starts the run. So whatever is wrong is a plain 4xx that leaves nothing behind, and a message
that was acknowledged by a stream is in the database.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from chatkit.types import (
    StreamingReq,
    StructuredInputItem,
    ThreadCreatedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadMetadata,
    ThreadsAddClientToolOutputReq,
    ThreadsAddStructuredInputReq,
    ThreadsAddUserMessageReq,
    ThreadsCreateReq,
    ThreadsCustomActionReq,
    ThreadsRetryAfterItemReq,
    ThreadStreamEvent,
    ThreadUpdatedEvent,
    UserMessageInput,
    UserMessageItem,
)

from chatkit_link.agents.contained import contained, containing_tasks
from chatkit_link.agents.sdk_methods import expect, method, overridden
from chatkit_link.agents.served import ServedAgent
from chatkit_link.caller import Caller, Retry
from chatkit_link.errors import Conflict, Unprocessable
from chatkit_link.files.files import Files
from chatkit_link.protocol.answers import Answers, AnswerTo, Asked
from chatkit_link.protocol.checks import require_open, widget_sender
from chatkit_link.protocol.extensions import edited_message
from chatkit_link.protocol.user_messages import builds_messages, require_offered
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.run import Run
from chatkit_link.store import queue, running_items
from chatkit_link.store.postgres import PostgresStore, new_id
from chatkit_link.store.queue import QueuedMessage
from chatkit_link.store.threads import StoredThread
from chatkit_link.translations import Localized
from chatkit_link.wire.encoding import HIDDEN_TYPES

_CLEAN_UP = "_cleanup_pending_client_tool_call"
_SUBMIT = "_apply_structured_input_submission"


class StreamingRequests:
    """Answers the streaming requests to any agent: the twin of ``JsonRequests``."""

    def __init__(self, store: PostgresStore, coordinator: Coordinator, files: Files, answers: Answers) -> None:
        self._store = store
        self._coordinator = coordinator
        self._files = files
        self._answers = answers

    async def answer(self, agent: ServedAgent, request: StreamingReq, caller: Caller, *, allow_cancel: bool) -> Run:
        """The started run.

        allow_cancel: whether this client can distinguish Stop from a lost connection.

        Raises:
            LinkError: whatever is wrong with the request; nothing was stored then.
        """
        with contained(), containing_tasks():
            asked = Asked(agent, request, caller, caller, allow_cancel)
            return await self._begin(asked, request)

    async def send(
        self,
        agent: ServedAgent,
        request: ThreadsAddUserMessageReq,
        caller: Caller,
        *,
        allow_cancel: bool,
        queued: QueuedMessage | None = None,
        takes_back: int | None = None,
    ) -> Run:
        """The started run of a message.

        queued: what it waited as. takes_back: the position of the last item of its thread that stays: those behind it
        are of an answer that was stopped, and go.

        Raises:
            LinkError: as ``answer``.
            NotQueued: it is not in the queue any more, or not as it was read.
        """
        with contained(), containing_tasks():
            asked = Asked(agent, request, caller, caller, allow_cancel)
            return await self._add_message(asked, request, queued=queued, takes_back=takes_back)

    async def _begin(self, asked: Asked, request: StreamingReq) -> Run:
        match request:
            case ThreadsCreateReq():
                return await self._create(asked, request)
            case ThreadsAddUserMessageReq():
                return await self._add_message(asked, request)
            case ThreadsAddClientToolOutputReq():
                return await self._add_tool_output(asked, request)
            case ThreadsAddStructuredInputReq():
                return await self._add_structured_input(asked, request)
            case ThreadsRetryAfterItemReq():
                return await self._retry(asked, request)
            case ThreadsCustomActionReq():
                return await self._act(asked, request)
            case _:
                assert_never(request)

    async def _create(self, asked: Asked, request: ThreadsCreateReq) -> Run:
        new = ThreadMetadata(id=new_id("thread"), created_at=datetime.now())
        if asked.reads_messages or builds_messages(asked.agent):
            return await self._create_first(asked, new, request.params.input)
        message = await self._answers.make_message(asked, new, request.params.input)
        async with self._claim(asked, new.id) as run:
            thread = await self._store.create_thread(new, message, asked.caller)
            opening = [ThreadCreatedEvent(thread=asked.view(thread)), self._done(asked, message)]
            return self._start(asked, run, thread, opening, asked.respond(thread, message), message=message)

    async def _create_first(self, asked: Asked, new: ThreadMetadata, given: UserMessageInput) -> Run:
        """As the SDK does: the thread is there before the server is asked for its first message."""
        async with self._claim(asked, new.id) as run:
            await self._store.save_thread(new, asked.caller)
            try:
                thread = await self._store.load_thread(new.id, asked.caller)
                opening, message = await self._open(asked, thread, given)
            except BaseException:
                await self._store.delete_thread(new.id, asked.caller)
                raise
            opening = [ThreadCreatedEvent(thread=asked.view(thread)), *opening]
            return self._start(asked, run, thread, opening, asked.respond(thread, message), message=message)

    async def _add_message(
        self,
        asked: Asked,
        request: ThreadsAddUserMessageReq,
        *,
        queued: QueuedMessage | None = None,
        takes_back: int | None = None,
    ) -> Run:
        edits = edited_message(request)
        async with self._claimed(asked, request.params.thread_id) as (run, thread):
            if edits is not None:
                await self._store.require_editable(thread.id, edits, asked.caller)
            gone = {} if takes_back is None else await self._items_behind(asked, thread, takes_back)
            opening, message = await self._open(asked, thread, request.params.input, edits=edits, queued=queued)
            for item_id in gone:
                await self._store.delete_thread_item(thread.id, item_id, asked.caller)
            known = [item_id for item_id, item_type in gone.items() if item_type not in HIDDEN_TYPES]
            opening = [*(ThreadItemRemovedEvent(item_id=item_id) for item_id in known), *opening]
            if asked.agent.brought is None:
                # A message in place of an answer: the tool is not called, also if somebody approves later.
                skipped = await self._store.skip_approvals(thread.id, asked.caller)
                opening += [ThreadItemReplacedEvent(item=question) for question in skipped]
            return self._start(asked, run, thread, opening, asked.respond(thread, message), message=message)

    async def _items_behind(self, asked: Asked, thread: StoredThread, position: int) -> dict[str, str]:
        async with self._store.database.session(asked.caller) as session:
            return await running_items.items_behind(session, thread.id, position)

    async def _open(
        self,
        asked: Asked,
        thread: StoredThread,
        given: UserMessageInput,
        *,
        edits: str | None = None,
        queued: QueuedMessage | None = None,
    ) -> tuple[list[ThreadStreamEvent], UserMessageItem | None]:
        """Store a message; gives the events about that, and None where the server is given the message in its run.

        edits: id of the message that it is another version of. queued: what it waited as.
        """
        if asked.reads_messages:
            if queued is not None:
                # Before its run, which knows it from its first step on: it is sent once at most.
                async with self._store.database.session(asked.caller) as session:
                    await queue.take(session, queued)
            return [], None
        message = await self._answers.make_message(asked, thread, given)
        await self._store.add_message(thread.id, message, asked.caller, edits=edits, queued=queued)
        opening: list[ThreadStreamEvent] = [self._done(asked, message)]
        if thread.changes():  # the server has changed it as it built the message
            await self._store.save_thread(thread, asked.caller)
            opening.append(ThreadUpdatedEvent(thread=asked.view(thread)))
        return opening, message

    def _done(self, asked: Asked, message: UserMessageItem) -> ThreadStreamEvent:
        return ThreadItemDoneEvent(item=self._files.links.fresh(message, asked.caller))

    async def _add_tool_output(self, asked: Asked, request: ThreadsAddClientToolOutputReq) -> Run:
        async with self._claimed(asked, request.params.thread_id) as (run, thread):
            calls = await self._store.load_pending_tool_calls(thread.id, asked.caller)
            if not calls:
                raise Conflict(Localized("output_not_expected"))
            call, *abandoned = calls
            call.output, call.status = request.params.result, "completed"
            await self._store.save_item(thread.id, call, asked.caller)
            if _CLEAN_UP in overridden(asked.server):
                with self._answers.refusing(asked, _CLEAN_UP):
                    await method(asked.server, _CLEAN_UP)(thread, asked.context)
                abandoned = []
            for other in abandoned:  # left behind by a closed tab: they will never be answered
                await self._store.delete_thread_item(thread.id, other.id, asked.caller)
            return self._start(asked, run, thread, [], asked.respond(thread, None))

    async def _add_structured_input(self, asked: Asked, request: ThreadsAddStructuredInputReq) -> Run:
        params = request.params
        async with self._claimed(asked, params.thread_id) as (run, thread):
            item = await self._store.load_item(thread.id, params.item_id, asked.caller)
            if not isinstance(item, StructuredInputItem):
                raise Unprocessable("Only a question to the user can be answered, and this item is none.")
            if item.status != "pending":
                raise Conflict(Localized("question_answered"))
            with self._answers.refusing(asked, _SUBMIT):
                answered = await method(asked.server, _SUBMIT)(item, params.input)
                answered = expect(answered, StructuredInputItem, asked.server, _SUBMIT)
            await self._store.save_item(thread.id, answered, asked.caller)
            return self._start(asked, run, thread, [], asked.submit(thread, answered))

    async def _retry(self, asked: Asked, request: ThreadsRetryAfterItemReq) -> Run:
        params = request.params
        async with self._claimed(asked, params.thread_id, retried=params.item_id) as (run, thread):
            message = await self._store.load_item(thread.id, params.item_id, asked.caller)
            if not isinstance(message, UserMessageItem):
                raise Unprocessable("Only what follows a user message can be tried again, and this item is none.")
            require_offered(message, asked.agent)
            retry = Retry(thread.id, message.id, last_seq=thread.last_seq)
            again = replace(asked, context=replace(asked.caller, retry=retry))
            return self._start(again, run, thread, [], again.respond(thread, message), message=message, retry=retry)

    async def _act(self, asked: Asked, request: ThreadsCustomActionReq) -> Run:
        params = request.params
        async with self._claimed(asked, params.thread_id) as (run, thread):
            sender = await widget_sender(self._store, thread.id, params.item_id, asked.caller)
            return self._start(asked, run, thread, [], asked.act(thread, params.action, sender), method="action")

    @asynccontextmanager
    async def _claimed(
        self, asked: Asked, thread_id: str, *, retried: str | None = None
    ) -> AsyncGenerator[tuple[Run, StoredThread]]:
        """The caller's open thread, claimed for a run.

        It is looked up before the claim, so that another user does not learn whether it is busy, and read after
        it, so that no other request changes what is read.
        """
        before = await self._store.load_thread(thread_id, asked.caller)
        require_open(before)
        async with self._claim(asked, thread_id, before.last_seq, retried) as run:
            thread = await self._store.load_thread(thread_id, asked.caller)
            require_open(thread)
            yield run, thread

    def _claim(
        self, asked: Asked, thread_id: str, last_seq: int = 0, retried: str | None = None
    ) -> AbstractAsyncContextManager[Run]:
        known = self._answers.known(asked, last_seq)
        return self._coordinator.claim(asked.caller, thread_id, asked.agent.id, retried=retried, known=known)

    def _start(
        self,
        asked: Asked,
        run: Run,
        thread: StoredThread,
        opening: Sequence[ThreadStreamEvent],
        answer: AnswerTo,
        *,
        method: str = "respond",
        message: UserMessageItem | None = None,
        retry: Retry | None = None,
    ) -> Run:
        retried = retry is not None
        beginning = self._answers.beginning(asked, thread, None if message is None else message.id, retried=retried)
        beginning.record(run.journal)
        work = self._answers.work(asked, thread, opening, answer, method=method, message=message, retry=retry)
        self._coordinator.start(run, work)
        return run
