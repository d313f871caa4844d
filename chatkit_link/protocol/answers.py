"""Answers that are to be given: what was asked, and the work that a run carries out for it.

Made when a request has been accepted (``streaming_requests.py``), and once more where another replica goes on with an
answer (``continuation.py``).
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from chatkit.actions import Action
from chatkit.server import ChatKitServer
from chatkit.types import (
    StreamingReq,
    StructuredInputItem,
    Thread,
    ThreadItemReplacedEvent,
    ThreadMetadata,
    ThreadStreamEvent,
    UserMessageInput,
    UserMessageItem,
    WidgetItem,
)

from chatkit_link.agents.aclosing import closing_early
from chatkit_link.agents.actions import unknown_action
from chatkit_link.agents.sdk_events import event_stream
from chatkit_link.agents.sdk_methods import overridden, thread_view, where
from chatkit_link.agents.served import ServedAgent
from chatkit_link.agents.titles import TitleTask
from chatkit_link.agents.turn_errors import refusing
from chatkit_link.caller import Caller, Retry
from chatkit_link.files.files import Files
from chatkit_link.limits.ledger import Ledger
from chatkit_link.protocol.beginning import Beginning, Callers, Known, request_to_json
from chatkit_link.protocol.earlier_items import EarlierItems
from chatkit_link.protocol.response_turn import ResponseTurn
from chatkit_link.protocol.turn import Turn
from chatkit_link.protocol.user_messages import BUILD, UserMessages
from chatkit_link.runs.run import Run
from chatkit_link.sessions.policy import allows_titles
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.threads import StoredThread

#: Starts a server's answer to a caller.
AnswerTo = Callable[[Caller], AsyncIterator[ThreadStreamEvent]]


def reads_messages(server: ChatKitServer[Any]) -> bool:
    """Whether a server has a step of its own between a message and its answer, and is given it there."""
    return bool(overridden(server) & {"_process_streaming_impl", "_process_new_thread_item_respond"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What holds for the whole of one answer. context: the caller as the server's methods get it, who does not see
    what a retry is to replace. allow_cancel: whether this client can distinguish Stop from a lost connection.
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
        return reads_messages(self.server)

    def view(self, thread: StoredThread) -> Thread:
        return thread_view(self.server)(thread)

    def respond(self, thread: StoredThread, message: UserMessageItem | None) -> AnswerTo:
        return lambda context: self.server.respond(thread, message, context)

    def submit(self, thread: StoredThread, answered: StructuredInputItem) -> AnswerTo:
        """The answer to what the user has answered to a question."""

        async def answer(context: Caller) -> AsyncGenerator[ThreadStreamEvent]:
            yield ThreadItemReplacedEvent(item=answered)
            given = self.server.respond(thread, None, context)
            async with closing_early(event_stream(given, lambda: where(self.server, "respond"))) as events:
                async for event in events:
                    yield event

        return answer

    def act(self, thread: StoredThread, action: Action[str, Any], sender: WidgetItem | None) -> AnswerTo:
        """The answer to a click."""

        def answer(context: Caller) -> AsyncIterator[ThreadStreamEvent]:
            if "action" not in overridden(self.server):
                raise unknown_action()
            return self.server.action(thread, action, sender, context)

        return answer


class Answers:
    """Makes the work of runs."""

    def __init__(
        self, store: PostgresStore, files: Files, ledger: Ledger, callers: Callers, *, for_author: bool = False
    ) -> None:
        """for_author: whether the users of this server are its authors, who are told what failed."""
        self._store = store
        self._files = files
        self._ledger = ledger
        self._callers = callers
        self._messages = UserMessages(store, files)
        self._for_author = for_author

    async def make_message(self, asked: Asked, thread: ThreadMetadata, given: UserMessageInput) -> UserMessageItem:
        with self.refusing(asked, BUILD):
            return await self._messages.make(given, thread, asked.agent, asked.caller)

    async def check_message(self, asked: Asked, thread: ThreadMetadata, given: UserMessageInput) -> None:
        """Raises what ``make_message`` would, as far as that is known before its turn."""
        await self._messages.check(given, thread, asked.agent, asked.caller)

    def refusing(self, asked: Asked, name: str) -> AbstractContextManager[None]:
        """Around a method of the server's own that is called before the answer begins."""
        return refusing(asked.server, name, asked.caller, asked.request.params, for_author=self._for_author)

    def beginning(self, asked: Asked, thread: StoredThread, message: str | None, *, retried: bool) -> Beginning:
        """The first step of a run. message: id of what it answers."""
        return Beginning(
            agent=asked.agent.id,
            version=asked.agent.version,
            request=request_to_json(asked.request),
            message=message,
            last_seq=thread.last_seq,
            retried=retried,
        )

    def known(self, asked: Asked, last_seq: int) -> bytes:
        """What is known before a run's first step. last_seq: of its thread, before what is asked."""
        caller = self._callers.to_json(asked.caller)
        return Known(asked.request.type, last_seq, asked.allow_cancel, caller).to_bytes()

    def work(
        self,
        asked: Asked,
        thread: StoredThread,
        opening: Sequence[ThreadStreamEvent],
        answer: AnswerTo,
        *,
        method: str = "respond",
        message: UserMessageItem | None = None,
        retry: Retry | None = None,
        earlier: EarlierItems | None = None,
    ) -> Callable[[Run], Awaitable[None]]:
        """earlier: what other replicas have displayed of this answer, which is gone on with."""

        async def work(run: Run) -> None:
            # From here on the database is waited for, as long as the answer is this replica's (store/patience.py).
            caller = replace(asked.caller, patience=run.is_ours, fence=run.fence)
            context = replace(asked.context, patience=run.is_ours, fence=run.fence)
            agent = asked.agent
            titler = agent.titler if allows_titles(caller) else None
            turn = Turn(
                server=asked.server,
                request=asked.request,
                thread=thread,
                caller=caller,
                context=context,
                answer=lambda: answer(context),
                method=method,
                opening=opening,
                retry=retry,
                reads_message=asked.reads_messages and message is None,
                earlier=earlier,
                has_steps=agent.has_steps,
                continues=agent.continues,
            )
            response = ResponseTurn(
                turn,
                self._store,
                self._ledger,
                self._files,
                title=TitleTask(titler, thread, message, caller, after=agent.may_set_title),
                make_message=lambda given: self.make_message(asked, thread, given),
                may_set_title=agent.may_set_title,
                allow_cancel=asked.allow_cancel,
                for_author=self._for_author,
            )
            await response.run(run)

        return work
