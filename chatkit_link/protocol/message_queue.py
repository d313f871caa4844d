"""A message that is sent while an answer is written: what becomes of it, and how a queued one is sent.

How it flows: a request is answered as any other (``streaming_requests.py``). Only where its thread turns out to be busy
does the agent's strategy decide (``while_answering`` in the catalog). Under ``enqueue`` the message becomes a row
(``store/queue.py``) with its sender as the row of a run has it. The replica that ends the run, whichever that is, calls
``begin`` for the thread (``runs/queue_starter.py``), and the message is answered as if its sender had just sent it.

The invariants: a queued message is answered exactly once, for it leaves the queue in the transaction that stores it,
under the claim of its thread. What its sender may do, and what the thread takes, is checked when it is queued and once
more when it is sent. One that cannot be sent stays, with the reason, and those behind it wait for the user.
"""

import json
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chatkit.types import (
    StreamingReq,
    ThreadAddUserMessageParams,
    ThreadsAddUserMessageReq,
    UserMessageInput,
    UserMessageTextContent,
)

from chatkit_link.agents.served import ServedAgent
from chatkit_link.caller import Caller
from chatkit_link.errors import BudgetUsedUp, LinkError, NotFound, ThreadBusy, Unauthenticated
from chatkit_link.limits.ledger import Ledger
from chatkit_link.limits.shares import Shares
from chatkit_link.protocol.answers import Answers, Asked
from chatkit_link.protocol.beginning import Callers, Known
from chatkit_link.protocol.checks import require_open
from chatkit_link.protocol.extensions import edited_message, knows_queue
from chatkit_link.protocol.streaming_requests import StreamingRequests
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.run import Run, RunStatus
from chatkit_link.sessions.policy import require_request_allowed
from chatkit_link.store import queue, running_items
from chatkit_link.store.event_log import Place
from chatkit_link.store.patience import PASSING
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.queue import NotQueued, QueuedMessage
from chatkit_link.store.replicas import is_alone
from chatkit_link.store.sessions import was_cancelled
from chatkit_link.translations import Localized

logger = logging.getLogger(__name__)

#: Answers that one message stops at most: others may send at the same time.
_STOPS = 3


@dataclass(frozen=True, slots=True)
class MessageQueue:
    """agents: by id. check: raises a ``LinkError`` for a message that this server does not take.

    model_calls: the answers in progress, of which each queued message that is sent is one.
    """

    store: PostgresStore
    coordinator: Coordinator
    requests: StreamingRequests
    agents: Mapping[str, ServedAgent]
    answers: Answers
    callers: Callers
    ledger: Ledger
    model_calls: Shares
    check: Callable[[UserMessageInput], None]

    async def answer(
        self, agent: ServedAgent, request: StreamingReq, caller: Caller, *, allow_cancel: bool
    ) -> Run | QueuedMessage:
        """The started run, or the message that waits for one.

        Raises:
            LinkError: as ``StreamingRequests.answer``.
            Conflict: the queue is full.
        """
        try:
            return await self.requests.answer(agent, request, caller, allow_cancel=allow_cancel)
        except ThreadBusy:
            if not isinstance(request, ThreadsAddUserMessageReq) or not _may_steer(agent, request):
                raise
        asked = Asked(agent, request, caller, caller, allow_cancel)
        thread = await self.store.load_thread(request.params.thread_id, caller)
        require_open(thread)
        await self.answers.check_message(asked, thread, request.params.input)
        if (edits := edited_message(request)) is not None:
            await self.store.require_editable(thread.id, edits, caller)
        if agent.while_answering == "enqueue":
            return await self._enqueue(asked, request)
        return await self._stop_and_send(asked, request)

    async def _enqueue(self, asked: Asked, request: ThreadsAddUserMessageReq) -> QueuedMessage:
        message = QueuedMessage(
            id=f"que_{uuid.uuid4().hex}",
            thread_id=request.params.thread_id,
            agent=asked.agent.id,
            input=request.params.input.model_dump(mode="json"),
            allow_cancel=asked.allow_cancel,
            **self._sender(asked.caller),
        )
        async with self.store.database.session(asked.caller, atomic=True) as session:
            message = replace(message, created_at=await queue.add(session, message))
        # The answer may have ended before the message was there to be seen.
        self.coordinator.queue.notice([Place(*asked.caller.owner, message.thread_id)])
        return message

    async def _stop_and_send(self, asked: Asked, request: ThreadsAddUserMessageReq) -> Run:
        for _ in range(_STOPS):
            takes_back = await self._stop(asked, request)
            try:
                return await self.requests.send(
                    asked.agent, request, asked.caller, allow_cancel=asked.allow_cancel, takes_back=takes_back
                )
            except ThreadBusy:
                continue
        raise ThreadBusy(Localized("thread_busy"))

    async def _stop(self, asked: Asked, request: ThreadsAddUserMessageReq) -> int | None:
        """Stop the running answer; behind which position it is taken back, if that is what the agent wants.

        Nothing is where the message edits another: what follows that one leaves the thread's path, and is kept.
        """
        async with self.store.database.session(asked.caller) as session:
            running = await running_items.find_running(session, request.params.thread_id)
            if running is None:
                return None
            known = Known.read(running.claim)
            before = known.last_seq if known is not None else None
            if running.retried is not None:
                position = await running_items.position_of(session, request.params.thread_id, running.retried)
                before = None if position is None else position - 1
        ended = await self.coordinator.cancel(asked.caller, running.id)
        # One that was faster than the Stop is whole, and stays.
        takes_back = asked.agent.while_answering == "rollback" and edited_message(request) is None
        return before if takes_back and ended == RunStatus.CANCELLED else None

    async def waiting(self, thread_id: str, caller: Caller) -> list[QueuedMessage]:
        """The queue of one of the caller's threads. Raises NotFound."""
        await self.store.load_thread(thread_id, caller)
        async with self.store.database.session(caller) as session:
            return await queue.list_messages(session, thread_id)

    async def edit(self, thread_id: str, queued_id: str, text: str, caller: Caller) -> None:
        """Write a queued message anew; its files, quote and choices stay.

        Raises:
            NotQueued: it was sent or removed.
            LinkError: this server does not take such a message.
        """
        async with self.store.database.session(caller) as session:
            message = await queue.load(session, thread_id, queued_id)
        given = UserMessageInput.model_validate(message.input)
        given.content = [UserMessageTextContent(text=text)]
        self.check(given)
        async with self.store.database.session(caller) as session:
            await queue.edit(session, thread_id, queued_id, given.model_dump(mode="json"))

    async def remove(self, thread_id: str, queued_id: str, caller: Caller) -> None:
        """Raises NotQueued where it was sent or removed."""
        async with self.store.database.session(caller) as session:
            await queue.remove(session, thread_id, queued_id)

    async def send_now(self, thread_id: str, queued_id: str, caller: Caller) -> None:
        """Stop the answer that is being written, and send this message next; the others go on behind it.

        Raises:
            NotQueued: it was sent or removed.
            ThreadLocked: the thread takes no messages.
            Unavailable: the answer could not be stopped.
        """
        require_open(await self.store.load_thread(thread_id, caller))
        # Read before the message is released: what runs then is not its own answer (``queue.take``).
        running = await self.coordinator.running_on(caller, thread_id)
        async with self.store.database.session(caller, atomic=True) as session:
            await queue.release(session, thread_id, queued_id, allow_cancel=True, **self._sender(caller))
        if running is not None:
            await self.coordinator.cancel(caller, running)
        await self.begin(Place(*caller.owner, thread_id))

    async def begin(self, place: Place) -> bool:
        """Send what is next in a thread. False: not yet; something passes that is in the way."""
        owner = Caller(place.tenant, place.user_id)
        async with self.store.database.session(owner) as session:
            message = await queue.find_next(session, place.thread_id)
        if message is None:
            return True
        agent = self.agents.get(message.agent)
        if agent is None and not await is_alone(self.store.database, self.coordinator.replica):
            return False  # another replica has it, in the middle of a deploy
        stored = json.loads(message.caller)
        caller = self.callers.from_json(stored, place.tenant, place.user_id, message.request_id)
        try:
            if agent is None:
                raise NotFound(Localized("agent_not_found"))
            await self._send(agent, message, caller)
        except (ThreadBusy, NotQueued):
            return True  # somebody was faster; what is left begins when that has ended
        except BudgetUsedUp as error:
            await self._refuse(message, caller, error)
        except PASSING:
            return False
        except LinkError as error:
            await self._refuse(message, caller, error)
        except Exception:
            logger.exception("request %s: the queued message %s could not be sent", caller.request_id, message.id)
            await self._refuse(message, caller, None)
        return True

    async def _send(self, agent: ServedAgent, message: QueuedMessage, caller: Caller) -> None:
        given = UserMessageInput.model_validate(message.input)
        request = ThreadsAddUserMessageReq(params=ThreadAddUserMessageParams(thread_id=message.thread_id, input=given))
        await self._require_session(caller)
        await require_request_allowed(self.store, caller, request)
        await self.ledger.require_budget(caller)
        if agent.brought is not None:
            await agent.brought.prepare(caller)
        self.model_calls.take(caller)
        try:
            run = await self.requests.send(agent, request, caller, allow_cancel=message.allow_cancel, queued=message)
            assert run.task is not None  # it is started
        except BaseException:
            self.model_calls.give_back(caller)
            raise
        run.task.add_done_callback(lambda _: self.model_calls.give_back(caller))
        logger.info("request %s: a queued message is answered by run %s", caller.request_id, run.id)

    async def _require_session(self, caller: Caller) -> None:
        """A session may run out while a message waits, as while an answer is written. A cancelled one sends nothing."""
        if caller.session is None:
            return
        async with self.store.database.session(caller) as session:
            cancelled = await was_cancelled(session, caller.session.id)
        if cancelled is not False:
            raise Unauthenticated(Localized("session_cancelled" if cancelled else "session_expired"))

    async def _refuse(self, message: QueuedMessage, caller: Caller, error: LinkError | None) -> None:
        if error is None:
            why = Localized("internal_error", request_id=caller.request_id).in_language(caller.locale)
        else:
            why = error.in_language(caller.locale)
            logger.info("request %s: a queued message is not sent: %s", caller.request_id, error.for_log())
        async with self.store.database.session(caller) as session:
            await queue.refuse(session, message.thread_id, message.id, why)

    def _sender(self, caller: Caller) -> dict[str, Any]:
        return {"caller": json.dumps(self.callers.to_json(caller)).encode(), "request_id": caller.request_id}


def _may_steer(agent: ServedAgent, request: ThreadsAddUserMessageReq) -> bool:
    """Whether a message for a busy thread is taken.

    To a client that knows no queue, it would be lost in one. One that edits another does not wait: what it would
    replace is not whole yet.
    """
    if agent.while_answering == "enqueue":
        return knows_queue(request) and edited_message(request) is None
    return agent.while_answering in {"interrupt", "rollback"}


def as_json(message: QueuedMessage) -> dict[str, Any]:
    """A queued message for its user."""
    parts: Sequence[Mapping[str, Any]] = message.input.get("content", ())
    shown: dict[str, Any] = {
        "id": message.id,
        "text": "".join(str(part.get("text", "")) for part in parts),
        "created_at": None if message.created_at is None else message.created_at.isoformat(),
        "attachments": message.input.get("attachments", []),
        "held": message.held,
    }
    return shown if message.error is None else {**shown, "error": message.error}
