"""Goes on with an answer whose replica is gone: makes its turn again from how it began.

What can go on: an agent whose models and tools we call, for it goes on behind its last recorded step; and any server
that has shown nothing yet or has recorded a step of its own, for it is asked again, and does again what it did, but
for its steps. A server that has done something which nobody can know of is not asked a second time, and neither is an
agent that has called a tool which is no step, such as a shell. Where an agent was changed meanwhile, its steps are not
those of the new one: it begins again at the message, unless something has happened that must not happen twice. Whatever
cannot go on is ended by ``crash_recovery.py``. While a deploy is under way, another replica may have the agent, or have
it as it was: what cannot go on only here is left to the others first.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from chatkit.types import (
    NoticeEvent,
    StreamingReq,
    StructuredInputItem,
    ThreadCreatedEvent,
    ThreadItem,
    ThreadItemDoneEvent,
    ThreadItemReplacedEvent,
    ThreadsAddStructuredInputReq,
    ThreadsAddUserMessageReq,
    ThreadsCreateReq,
    ThreadsCustomActionReq,
    ThreadStreamEvent,
    UserMessageItem,
)
from pydantic import TypeAdapter, ValidationError

from chatkit_link.agents.served import ServedAgent
from chatkit_link.agents.steps import ACTION, NO_STEP
from chatkit_link.caller import Caller, Resumed, Retry
from chatkit_link.errors import NotFound
from chatkit_link.files.files import Files
from chatkit_link.protocol.answers import Answers, AnswerTo, Asked
from chatkit_link.protocol.beginning import Beginning, Callers, Known
from chatkit_link.protocol.checks import require_open, widget_sender
from chatkit_link.protocol.earlier_items import EarlierItems
from chatkit_link.protocol.early_ends import beginning_of
from chatkit_link.protocol.elsewhere import NOTES, has_worked
from chatkit_link.protocol.places import REPLACED, place_of
from chatkit_link.runs.run import Run
from chatkit_link.runs.takeover import Continued, NotHere, Orphan
from chatkit_link.store.postgres import PostgresStore
from chatkit_link.store.threads import StoredThread
from chatkit_link.translations import Localized
from chatkit_link.wire.encoding import is_hidden

logger = logging.getLogger(__name__)

#: Items of one answer that are looked for in its thread.
_MOST = 500


@dataclass(frozen=True, slots=True)
class _Left:
    """What an orphan has left. again: its answer is given from the beginning, and not from its last step.
    changed: the agent is not the one that began it. is_early: nothing was logged of it, not even its beginning.
    replaced: it is a retry, and the old answer has left the thread's path.
    """

    orphan: Orphan
    known: Known
    beginning: Beginning
    agent: ServedAgent
    request: StreamingReq
    caller: Caller
    again: bool
    changed: bool
    is_early: bool
    replaced: bool

    @property
    def thread_id(self) -> str:
        return self.orphan.row.thread_id


class Continuation:
    """Makes the work of runs that go on. Holds the SDK's adapters, which take milliseconds to build."""

    def __init__(
        self,
        store: PostgresStore,
        agents: Mapping[str, ServedAgent],
        files: Files,
        answers: Answers,
        callers: Callers,
    ) -> None:
        self._store = store
        self._agents = agents
        self._files = files
        self._answers = answers
        self._callers = callers
        self._events: TypeAdapter[ThreadStreamEvent] = TypeAdapter(ThreadStreamEvent)
        self._requests: TypeAdapter[StreamingReq] = TypeAdapter(StreamingReq)

    async def continue_run(self, orphan: Orphan) -> Continued | None:
        """What goes on with a run, under its id; None where it cannot, and is to be ended as interrupted.

        Raises:
            NotHere: it cannot with the agents of this replica.
        """
        try:
            left = await self._read(orphan)
            if left is None:
                return None
            thread = await self._store.load_thread(left.thread_id, left.caller)
            require_open(thread)
            earlier = await self._earlier(left, thread)
            if earlier is None:
                return None
            return await self._continued(left, thread, earlier)
        except NotFound:
            return None  # the thread, or what was asked, was deleted

    async def _read(self, orphan: Orphan) -> _Left | None:
        row, steps = orphan.row, orphan.steps
        known, beginning = Known.read(row.claim), Beginning.read(steps)
        is_early = not (steps or orphan.events)
        agent = self._agents.get(row.agent)
        if known is None or (beginning is None and not is_early) or NO_STEP in steps:
            return None
        if agent is None:
            raise NotHere
        if not agent.continues:
            return None
        caller = self._callers.from_json(known.caller, row.tenant, row.user_id, row.request_id or row.id)
        if beginning is None:
            beginning = await beginning_of(self._store, row, known, agent, caller)
            if beginning is None:
                return None
        work = {key: value for key, value in steps.items() if key not in NOTES and value is not None}
        changed = agent.version != beginning.version
        if changed and not _is_repeatable(work):
            raise NotHere
        request = self._requests.validate_python(beginning.request)
        again = changed or not agent.has_steps
        if isinstance(request, ThreadsCustomActionReq) and ACTION not in work:
            if not any(key.startswith("step:") for key in work):
                return None  # what a click has done is known to nobody
            again = True
        replaced = not is_early and await self._is_replaced(orphan, beginning, caller)
        return _Left(orphan, known, beginning, agent, request, caller, again, changed, is_early, replaced)

    async def _is_replaced(self, orphan: Orphan, beginning: Beginning, caller: Caller) -> bool:
        """The replica may have died between that and the step that says so."""
        if not beginning.retried or beginning.message is None or REPLACED in orphan.steps:
            return REPLACED in orphan.steps
        thread_id = orphan.row.thread_id
        return await self._store.is_replaced(thread_id, beginning.message, beginning.last_seq, caller)

    async def _earlier(self, left: _Left, thread: StoredThread) -> EarlierItems | None:
        """What was displayed of the answer; None where it cannot be given again."""
        place, beginning = place_of(left.orphan.steps), left.beginning
        events = left.orphan.events
        earlier = EarlierItems(
            self._parsed(left, events[:place]),
            self._parsed(left, events[place:]),
            asked=beginning.message,
            again=left.again,
            stored=await self._stored(left),
        )
        if not left.again:
            return earlier
        has_worked_before = has_worked(left.orphan.steps)
        if earlier.has_added_to_others or not (has_worked_before or left.agent.has_steps or earlier.is_empty):
            return None
        asks = isinstance(left.request, ThreadsCreateReq | ThreadsAddUserMessageReq)
        if asks and beginning.message is None and thread.last_seq != beginning.last_seq:
            return None  # the server itself has stored the message, and would do so again
        return earlier

    def _parsed(self, left: _Left, logged: Sequence[bytes]) -> list[ThreadStreamEvent]:
        events: list[ThreadStreamEvent] = []
        for data in logged:
            try:
                events.append(self._events.validate_json(data))
            except ValidationError:
                logger.warning("an event of run %s cannot be read and is left out", left.orphan.row.id)
        return events

    async def _stored(self, left: _Left) -> list[ThreadItem]:
        """What the answer has stored and no log may have, oldest first: items are stored before they are displayed."""
        if left.beginning.retried and not left.replaced:
            return []  # what stands behind the message is the old answer
        after = left.beginning.message
        page = await self._store.load_thread_items(left.thread_id, None, _MOST, "desc", left.caller)
        stored = page.data[::-1]
        place = next((at for at, item in enumerate(stored, start=1) if item.id == after), None)
        behind = stored[place:] if place is not None else []
        return [item for item in behind if is_hidden(item) or (left.again and not isinstance(item, UserMessageItem))]

    async def _continued(self, left: _Left, thread: StoredThread, earlier: EarlierItems) -> Continued:
        beginning, caller = left.beginning, left.caller
        unread = earlier.unread if left.again else set[str]()
        resumed = Resumed(thread.id, beginning.message, beginning.last_seq, unread)
        caller = replace(caller, resumed=resumed)
        message = await self._message(left, caller)
        retry = None
        if beginning.retried and message is not None:
            retry = Retry(thread.id, message.id, replaced=left.replaced, last_seq=beginning.last_seq)
        context = replace(caller, retry=retry)
        asked = Asked(left.agent, left.request, caller, context, left.known.allow_cancel)
        work = self._answers.work(
            asked,
            thread,
            [*self._opening(left, asked, thread, message, earlier), *await self._skipped(left)],
            await self._answer(left, asked, thread, message),
            method="action" if isinstance(left.request, ThreadsCustomActionReq) else "respond",
            message=message,
            retry=retry,
            earlier=earlier,
        )

        async def go_on(run: Run) -> None:
            run.journal.continuable = True
            if left.is_early:
                beginning.record(run.journal)
            if left.changed:
                self._begin_again(left, run)
            await work(run)

        return Continued(left.caller, go_on)

    def _begin_again(self, left: _Left, run: Run) -> None:
        """The steps of the agent that was changed are no steps of the new one."""
        for key in run.journal.earlier:
            if key not in NOTES:
                run.journal.record(key, None)
        run.journal.earlier = {}
        replace(left.beginning, version=left.agent.version).record(run.journal)

    async def _message(self, left: _Left, caller: Caller) -> UserMessageItem | None:
        if left.beginning.message is None:
            return None
        message = await self._store.load_item(left.thread_id, left.beginning.message, caller)
        return message if isinstance(message, UserMessageItem) else None

    async def _skipped(self, left: _Left) -> list[ThreadStreamEvent]:
        """The questions that a message has taken the place of, where the replica before may not have said so."""
        if not left.is_early or left.beginning.retried or left.agent.brought is not None:
            return []
        skipped = await self._store.skip_approvals(left.thread_id, left.caller)
        return [ThreadItemReplacedEvent(item=question) for question in skipped]

    async def _answer(
        self, left: _Left, asked: Asked, thread: StoredThread, message: UserMessageItem | None
    ) -> AnswerTo:
        request = left.request
        if isinstance(request, ThreadsAddStructuredInputReq):
            answered = await self._store.load_item(thread.id, request.params.item_id, asked.caller)
            if isinstance(answered, StructuredInputItem):
                return asked.submit(thread, answered)
        if isinstance(request, ThreadsCustomActionReq):
            sender = await widget_sender(self._store, thread.id, request.params.item_id, asked.caller)
            return asked.act(thread, request.params.action, sender)
        return asked.respond(thread, message)

    def _opening(
        self,
        left: _Left,
        asked: Asked,
        thread: StoredThread,
        message: UserMessageItem | None,
        earlier: EarlierItems,
    ) -> list[ThreadStreamEvent]:
        """What readers were not sent of the beginning, and that the agent is another one."""
        opening: list[ThreadStreamEvent] = []
        if left.request.type == "threads.create" and "thread.created" not in earlier.sent:
            opening.append(ThreadCreatedEvent(thread=asked.view(thread)))
        if message is not None and not left.beginning.retried and message.id not in earlier.sent:
            opening.append(ThreadItemDoneEvent(item=self._files.links.fresh(message, asked.caller)))
        if left.changed:
            text = Localized("answer_begins_again").in_language(asked.caller.locale)
            opening.append(NoticeEvent(level="info", message=text))
        return opening


def _is_repeatable(steps: Mapping[str, Any]) -> bool:
    """Whether all that was done may be done once more: models were asked, and tools that say so were called."""
    return all(_may_repeat(key, value, steps) for key, value in steps.items())


def _may_repeat(key: str, value: Any, steps: Mapping[str, Any]) -> bool:
    name = key.removesuffix("/end")
    if name.startswith("step:"):
        return name != key and name not in steps  # one that may be repeated has recorded its end alone
    if name.startswith("workflow:"):
        return True  # of what a workflow has done, models and tools have steps of their own
    if "tool:" in name:
        return name != key or (isinstance(value, dict) and cast("dict[str, Any]", value).get("once") is False)
    return "model#" in name or "handoff#" in name
