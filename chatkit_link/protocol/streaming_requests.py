"""The six requests that are answered by a stream: all that happens before its first byte.

Each of them is checked, then claims its thread for a run, then stores what the user sent, and only
then starts the run. So whatever is wrong is a plain 4xx that leaves nothing behind, and a message
that was acknowledged by a stream is in the database.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from chatkit.types import (
    StreamingReq,
    StructuredInputItem,
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
    UserMessageItem,
)

from chatkit_link.agents.aclosing import closing_early
from chatkit_link.agents.served import ServedAgent
from chatkit_link.agents.titles import TitleTask
from chatkit_link.caller import Caller, Retry
from chatkit_link.errors import Conflict, Unprocessable
from chatkit_link.files.files import Files
from chatkit_link.files.generated import GeneratedImages
from chatkit_link.limits.ledger import Ledger
from chatkit_link.protocol.checks import require_open, widget_sender
from chatkit_link.protocol.response_turn import Answer, ResponseTurn
from chatkit_link.protocol.user_messages import UserMessages, require_offered
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.run import Run
from chatkit_link.sessions.policy import allows_titles
from chatkit_link.store.postgres import PostgresStore, new_id
from chatkit_link.store.threads import StoredThread
from chatkit_link.translations import Localized
from chatkit_link.wire.encoding import thread_response


@dataclass(frozen=True, slots=True)
class _Stream:
    """What holds for the whole of one stream. allow_cancel: as in ``StreamingRequests.answer``."""

    agent: ServedAgent
    caller: Caller
    allow_cancel: bool

    def respond(self, thread: StoredThread, message: UserMessageItem | None, *, retry: Retry | None = None) -> Answer:
        caller = replace(self.caller, retry=retry) if retry else self.caller
        return lambda: self.agent.server.respond(thread, message, caller)


class StreamingRequests:
    """Answers the streaming requests to any agent: the twin of ``JsonRequests``."""

    def __init__(self, store: PostgresStore, coordinator: Coordinator, files: Files, ledger: Ledger) -> None:
        self._store = store
        self._coordinator = coordinator
        self._files = files
        self._ledger = ledger
        self._messages = UserMessages(store, files)

    async def answer(self, agent: ServedAgent, request: StreamingReq, caller: Caller, *, allow_cancel: bool) -> Run:
        """The started run.

        allow_cancel: whether this client can distinguish Stop from a lost connection.

        Raises:
            LinkError: whatever is wrong with the request; nothing was stored then.
        """
        stream = _Stream(agent, caller, allow_cancel)
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
        message = await self._messages.make(request.params.input, new.id, stream.agent, stream.caller)
        async with self._claim(stream, new.id) as run:
            thread = await self._store.create_thread(new, message, stream.caller)
            opening = [
                ThreadCreatedEvent(thread=thread_response(thread)),
                ThreadItemDoneEvent(item=self._files.links.fresh(message, stream.caller)),
            ]
            return self._start(stream, run, thread, opening, stream.respond(thread, message), message)

    async def _add_message(self, stream: _Stream, request: ThreadsAddUserMessageReq) -> Run:
        params = request.params
        message = await self._messages.make(params.input, params.thread_id, stream.agent, stream.caller)
        async with self._claimed(stream, params.thread_id) as (run, thread):
            await self._store.add_message(thread.id, message, stream.caller)
            opening = [ThreadItemDoneEvent(item=self._files.links.fresh(message, stream.caller))]
            return self._start(stream, run, thread, opening, stream.respond(thread, message), message)

    async def _add_tool_output(self, stream: _Stream, request: ThreadsAddClientToolOutputReq) -> Run:
        async with self._claimed(stream, request.params.thread_id) as (run, thread):
            calls = await self._store.load_pending_tool_calls(thread.id, stream.caller)
            if not calls:
                raise Conflict(Localized("output_not_expected"))
            call, *abandoned = calls
            call.output, call.status = request.params.result, "completed"
            await self._store.save_item(thread.id, call, stream.caller)
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
            server = stream.agent.server
            answered = await server._apply_structured_input_submission(item, params.input)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
            await self._store.save_item(thread.id, answered, stream.caller)

            async def answer() -> AsyncIterator[ThreadStreamEvent]:
                yield ThreadItemReplacedEvent(item=answered)
                async with closing_early(server.respond(thread, None, stream.caller)) as events:
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
            answer = stream.respond(thread, message, retry=retry)
            return self._start(stream, run, thread, [], answer, message, retry=retry)

    async def _act(self, stream: _Stream, request: ThreadsCustomActionReq) -> Run:
        params, server, caller = request.params, stream.agent.server, stream.caller
        async with self._claimed(stream, params.thread_id) as (run, thread):
            sender = await widget_sender(self._store, thread.id, params.item_id, caller)
            return self._start(stream, run, thread, [], lambda: server.action(thread, params.action, sender, caller))

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
        answer: Answer,
        message: UserMessageItem | None = None,
        *,
        retry: Retry | None = None,
    ) -> Run:
        agent, caller = stream.agent, stream.caller
        titler = agent.titler if allows_titles(caller) else None
        turn = ResponseTurn(
            agent.server,
            self._store,
            self._ledger,
            thread,
            caller,
            opening=opening,
            answer=answer,
            images=GeneratedImages(self._files, thread.id, caller),
            title=TitleTask(titler, thread, message, after=agent.may_set_title),
            may_set_title=agent.may_set_title,
            allow_cancel=stream.allow_cancel,
            retry=retry,
        )
        self._coordinator.start(run, turn.run)
        return run
