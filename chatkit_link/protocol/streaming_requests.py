"""The six requests that are answered by a stream: all that happens before its first byte.

Each of them is checked, then claims its thread for a run, then stores what the user sent, and only
then starts the run. So whatever is wrong is a plain 4xx that leaves nothing behind, and a message
that was acknowledged by a stream is in the database.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, assert_never

from chatkit.server import ChatKitServer
from chatkit.types import (
    StreamingReq,
    StructuredInputItem,
    Thread,
    ThreadCreatedEvent,
    ThreadItemDoneEvent,
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

from chatkit_link.agents.aclosing import closing_early
from chatkit_link.agents.actions import unknown_action
from chatkit_link.agents.contained import contained, containing_tasks
from chatkit_link.agents.sdk_events import event_stream
from chatkit_link.agents.sdk_methods import expect, method, overridden, thread_view, where
from chatkit_link.agents.served import ServedAgent
from chatkit_link.agents.titles import TitleTask
from chatkit_link.agents.turn_errors import refusing
from chatkit_link.caller import Caller, Retry
from chatkit_link.errors import Conflict, Unprocessable
from chatkit_link.files.files import Files
from chatkit_link.limits.ledger import Ledger
from chatkit_link.protocol.checks import require_open, widget_sender
from chatkit_link.protocol.response_turn import ResponseTurn
from chatkit_link.protocol.turn import Turn
from chatkit_link.protocol.user_messages import BUILD, UserMessages, builds_messages, require_offered
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.run import Run
from chatkit_link.sessions.policy import allows_titles
from chatkit_link.store.postgres import PostgresStore, new_id
from chatkit_link.store.threads import StoredThread
from chatkit_link.translations import Localized

#: Starts a server's answer to a caller.
AnswerTo = Callable[[Caller], AsyncIterator[ThreadStreamEvent]]

_CLEAN_UP = "_cleanup_pending_client_tool_call"
_SUBMIT = "_apply_structured_input_submission"


@dataclass(frozen=True, slots=True)
class _Stream:
    """What holds for the whole of one stream. context: the caller as the server's methods get it, who does not see
    what a retry is to replace. allow_cancel: as in ``StreamingRequests.answer``.
    """

    agent: ServedAgent
    request: StreamingReq
    caller: Caller
    context: Caller
    allow_cancel: bool

    @property
    def server(self) -> ChatKitServer[Any]:
        return self.agent.server

    @property
    def reads_messages(self) -> bool:
        """Whether the server has a step of its own between a message and its answer, and is given it there."""
        return bool(overridden(self.server) & {"_process_streaming_impl", "_process_new_thread_item_respond"})

    def respond(self, thread: StoredThread, message: UserMessageItem | None) -> AnswerTo:
        return lambda context: self.server.respond(thread, message, context)

    def view(self, thread: StoredThread) -> Thread:
        return thread_view(self.server)(thread)


class StreamingRequests:
    """Answers the streaming requests to any agent: the twin of ``JsonRequests``."""

    def __init__(
        self, store: PostgresStore, coordinator: Coordinator, files: Files, ledger: Ledger, *, for_author: bool = False
    ) -> None:
        """for_author: whether the users of this server are its authors, who are told what failed."""
        self._store = store
        self._coordinator = coordinator
        self._files = files
        self._ledger = ledger
        self._messages = UserMessages(store, files)
        self._for_author = for_author

    async def answer(self, agent: ServedAgent, request: StreamingReq, caller: Caller, *, allow_cancel: bool) -> Run:
        """The started run.

        allow_cancel: whether this client can distinguish Stop from a lost connection.

        Raises:
            LinkError: whatever is wrong with the request; nothing was stored then.
        """
        with contained(), containing_tasks():
            stream = _Stream(agent, request, caller, caller, allow_cancel)
            return await self._begin(stream, request)

    async def _begin(self, stream: _Stream, request: StreamingReq) -> Run:
        match request:
            case ThreadsCreateReq():
                return await self._create(stream, request)
            case ThreadsAddUserMessageReq():
                return await self._add_message(stream, request)
            case ThreadsAddClientToolOutputReq():
                return await self._add_tool_output(stream, request)
            case ThreadsAddStructuredInputReq():
                return await self._add_structured_input(stream, request)
            case ThreadsRetryAfterItemReq():
                return await self._retry(stream, request)
            case ThreadsCustomActionReq():
                return await self._act(stream, request)
            case _:
                assert_never(request)

    async def _create(self, stream: _Stream, request: ThreadsCreateReq) -> Run:
        new = ThreadMetadata(id=new_id("thread"), created_at=datetime.now())
        if stream.reads_messages or builds_messages(stream.agent):
            return await self._create_first(stream, new, request.params.input)
        message = await self._make(stream, new, request.params.input)
        async with self._claim(stream, new.id) as run:
            thread = await self._store.create_thread(new, message, stream.caller)
            opening = [ThreadCreatedEvent(thread=stream.view(thread)), self._done(stream, message)]
            return self._start(stream, run, thread, opening, stream.respond(thread, message), message=message)

    async def _create_first(self, stream: _Stream, new: ThreadMetadata, given: UserMessageInput) -> Run:
        """As the SDK does: the thread is there before the server is asked for its first message."""
        async with self._claim(stream, new.id) as run:
            await self._store.save_thread(new, stream.caller)
            try:
                thread = await self._store.load_thread(new.id, stream.caller)
                opening, message = await self._open(stream, thread, given)
            except BaseException:
                await self._store.delete_thread(new.id, stream.caller)
                raise
            opening = [ThreadCreatedEvent(thread=stream.view(thread)), *opening]
            return self._start(stream, run, thread, opening, stream.respond(thread, message), message=message)

    async def _add_message(self, stream: _Stream, request: ThreadsAddUserMessageReq) -> Run:
        async with self._claimed(stream, request.params.thread_id) as (run, thread):
            opening, message = await self._open(stream, thread, request.params.input)
            if stream.agent.brought is None:
                # A message in place of an answer: the tool is not called, also if somebody approves later.
                skipped = await self._store.skip_approvals(thread.id, stream.caller)
                opening += [ThreadItemReplacedEvent(item=question) for question in skipped]
            return self._start(stream, run, thread, opening, stream.respond(thread, message), message=message)

    async def _open(
        self, stream: _Stream, thread: StoredThread, given: UserMessageInput
    ) -> tuple[list[ThreadStreamEvent], UserMessageItem | None]:
        """Store a message; gives the events about that, and None where the server is given the message in its run."""
        if stream.reads_messages:
            return [], None
        message = await self._make(stream, thread, given)
        await self._store.add_message(thread.id, message, stream.caller)
        opening: list[ThreadStreamEvent] = [self._done(stream, message)]
        if thread.changes():  # the server has changed it as it built the message
            await self._store.save_thread(thread, stream.caller)
            opening.append(ThreadUpdatedEvent(thread=stream.view(thread)))
        return opening, message

    def _done(self, stream: _Stream, message: UserMessageItem) -> ThreadStreamEvent:
        return ThreadItemDoneEvent(item=self._files.links.fresh(message, stream.caller))

    async def _make(self, stream: _Stream, thread: ThreadMetadata, given: UserMessageInput) -> UserMessageItem:
        with self._told(stream, BUILD):
            return await self._messages.make(given, thread, stream.agent, stream.caller)

    def _told(self, stream: _Stream, name: str) -> AbstractContextManager[None]:
        return refusing(stream.server, name, stream.caller, stream.request.params, for_author=self._for_author)

    async def _add_tool_output(self, stream: _Stream, request: ThreadsAddClientToolOutputReq) -> Run:
        async with self._claimed(stream, request.params.thread_id) as (run, thread):
            calls = await self._store.load_pending_tool_calls(thread.id, stream.caller)
            if not calls:
                raise Conflict(Localized("output_not_expected"))
            call, *abandoned = calls
            call.output, call.status = request.params.result, "completed"
            await self._store.save_item(thread.id, call, stream.caller)
            if _CLEAN_UP in overridden(stream.server):
                with self._told(stream, _CLEAN_UP):
                    await method(stream.server, _CLEAN_UP)(thread, stream.context)
                abandoned = []
            for other in abandoned:  # left behind by a closed tab: they will never be answered
                await self._store.delete_thread_item(thread.id, other.id, stream.caller)
            return self._start(stream, run, thread, [], stream.respond(thread, None))

    async def _add_structured_input(self, stream: _Stream, request: ThreadsAddStructuredInputReq) -> Run:
        params = request.params
        async with self._claimed(stream, params.thread_id) as (run, thread):
            item = await self._store.load_item(thread.id, params.item_id, stream.caller)
            if not isinstance(item, StructuredInputItem):
                raise Unprocessable("Only a question to the user can be answered, and this item is none.")
            if item.status != "pending":
                raise Conflict(Localized("question_answered"))
            with self._told(stream, _SUBMIT):
                answered = await method(stream.server, _SUBMIT)(item, params.input)
                answered = expect(answered, StructuredInputItem, stream.server, _SUBMIT)
            await self._store.save_item(thread.id, answered, stream.caller)

            async def answer(context: Caller) -> AsyncIterator[ThreadStreamEvent]:
                yield ThreadItemReplacedEvent(item=answered)
                given = stream.server.respond(thread, None, context)
                async with closing_early(event_stream(given, lambda: where(stream.server, "respond"))) as events:
                    async for event in events:
                        yield event

            return self._start(stream, run, thread, [], answer)

    async def _retry(self, stream: _Stream, request: ThreadsRetryAfterItemReq) -> Run:
        params = request.params
        async with self._claimed(stream, params.thread_id, retried=params.item_id) as (run, thread):
            message = await self._store.load_item(thread.id, params.item_id, stream.caller)
            if not isinstance(message, UserMessageItem):
                raise Unprocessable("Only what follows a user message can be tried again, and this item is none.")
            require_offered(message, stream.agent)
            retry = Retry(thread.id, message.id)
            again = replace(stream, context=replace(stream.caller, retry=retry))
            return self._start(again, run, thread, [], again.respond(thread, message), message=message, retry=retry)

    async def _act(self, stream: _Stream, request: ThreadsCustomActionReq) -> Run:
        params, server = request.params, stream.server
        async with self._claimed(stream, params.thread_id) as (run, thread):
            sender = await widget_sender(self._store, thread.id, params.item_id, stream.caller)

            def act(context: Caller) -> AsyncIterator[ThreadStreamEvent]:
                if "action" not in overridden(server):
                    raise unknown_action()
                return server.action(thread, params.action, sender, context)

            return self._start(stream, run, thread, [], act, method="action")

    @asynccontextmanager
    async def _claimed(
        self, stream: _Stream, thread_id: str, *, retried: str | None = None
    ) -> AsyncGenerator[tuple[Run, StoredThread]]:
        """The caller's open thread, claimed for a run.

        It is looked up before the claim, so that another user does not learn whether it is busy, and read after
        it, so that no other request changes what is read.
        """
        require_open(await self._store.load_thread(thread_id, stream.caller))
        async with self._claim(stream, thread_id, retried) as run:
            thread = await self._store.load_thread(thread_id, stream.caller)
            require_open(thread)
            yield run, thread

    def _claim(self, stream: _Stream, thread_id: str, retried: str | None = None) -> AbstractAsyncContextManager[Run]:
        return self._coordinator.claim(stream.caller, thread_id, stream.agent.id, retried=retried)

    def _start(
        self,
        stream: _Stream,
        run: Run,
        thread: StoredThread,
        opening: Sequence[ThreadStreamEvent],
        answer: AnswerTo,
        *,
        method: str = "respond",
        message: UserMessageItem | None = None,
        retry: Retry | None = None,
    ) -> Run:
        # From here on the database is waited for, as long as the answer is this replica's (store/patience.py).
        caller = replace(stream.caller, patience=run.is_ours)
        context = replace(stream.context, patience=run.is_ours)
        agent = stream.agent
        titler = agent.titler if allows_titles(caller) else None
        turn = Turn(
            server=stream.server,
            request=stream.request,
            thread=thread,
            caller=caller,
            context=context,
            answer=lambda: answer(context),
            method=method,
            opening=opening,
            retry=retry,
            reads_message=stream.reads_messages and message is None,
        )
        response = ResponseTurn(
            turn,
            self._store,
            self._ledger,
            self._files,
            title=TitleTask(titler, thread, message, caller, after=agent.may_set_title),
            make_message=lambda given: self._make(stream, thread, given),
            may_set_title=agent.may_set_title,
            allow_cancel=stream.allow_cancel,
            for_author=self._for_author,
        )
        self._coordinator.start(run, response.run)
        return run
