"""One answer of an exported workflow: its ``run_workflow``, called for one message of one thread.

How it flows: the file's code runs in a task of its own. Its calls of the replaced libraries come here: a run
of an agent is emitted as it happens (``event_emitter.py``); a question to the user stores the journal, emits the
question, and ends the task with ``Paused``. What the journal has already is returned and not done again, also when the
answer goes on at another replica (``kept_steps.py``).
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, cast

from agents import Agent, RunResultStreaming, RunState
from chatkit.types import ThreadItemDoneEvent

from chatkit_link.agents.agent_builder.answer import Answer, Held
from chatkit_link.agents.agent_builder.conversation import Conversation
from chatkit_link.agents.agent_builder.event_emitter import EventEmitter, Step
from chatkit_link.agents.agent_builder.guardrails import report_guardrails, run_guardrails, without_guardrails
from chatkit_link.agents.agent_builder.journal import (
    SearchResults,
    WorkflowJournal,
    objects,
    plain,
    run_from_json,
    run_to_json,
)
from chatkit_link.agents.agent_builder.kept_display import KeptDisplay
from chatkit_link.agents.agent_builder.output_kind import OutputKind, Rank
from chatkit_link.agents.agent_builder.output_widgets import OutputWidgets, build_widget
from chatkit_link.agents.agent_builder.runnable import RunnableWorkflow
from chatkit_link.agents.agent_builder.shims import callers, current
from chatkit_link.agents.agent_builder.speakers import Place, Speakers, Speech
from chatkit_link.agents.agent_builder.state import ThreadState
from chatkit_link.agents.agent_builder.workflow_input import TurnFacts
from chatkit_link.agents.approvals import decide, from_json, question, question_of, to_json
from chatkit_link.agents.contained import cancellations
from chatkit_link.agents.errors.explain import Failure
from chatkit_link.agents.output_text import brief
from chatkit_link.widgets import Template

logger = logging.getLogger(__name__)

#: Rounds of all ``while`` loops of one answer; one that goes on is taken to be endless.
MOST_ROUNDS = 1000
_SILENT = OutputKind(Rank.DECISION)


class Paused(BaseException):
    """The workflow has asked the user, or was stopped; not an Exception, so that no ``except`` of the file takes it."""


@dataclass(slots=True)
class Execution:
    """One call of ``run_workflow``.

    text: the message. message_id: its id. state: of the thread. answered: it goes on behind a question, and that was
    stored with the turn until now. paused: nothing more is to be done, whatever the file does.
    begun: what it goes on with is recorded, and its record may be stored.
    """

    workflow: RunnableWorkflow
    events: EventEmitter
    text: str
    journal: WorkflowJournal
    state: ThreadState
    widgets: OutputWidgets
    message_id: str | None = None
    answered: bool = False
    paused: bool = False
    begun: bool = field(default=False, init=False)
    _rounds: int = field(default=0, init=False)
    _conversation: Conversation = field(init=False)
    _answer: Answer = field(init=False)
    _speakers: Speakers = field(init=False)
    _display: KeptDisplay = field(init=False)

    def __post_init__(self) -> None:
        self._conversation = Conversation(self.events.history, self.text)
        self._conversation.remember_kept(self.state.begun()["values"])
        self._answer = Answer(self.events, self.text)
        self._speakers = Speakers(self.workflow.flow, self.workflow.named)
        self._display = KeptDisplay(self.events, self._answer, self.journal)
        self._display.restore()
        self.events.display = self._display.to_json

    async def work(self) -> None:
        """Run the workflow to its end, or to a question."""
        current.set(self)  # in this task's own context
        try:
            await self._begin()
            caller, thread = self.events.ctx.caller, self.events.ctx.thread
            facts = TurnFacts(caller.user, thread.id, self.state.begun()["values"])
            value = await self.workflow.run(self.text, facts)
            self._still_on()
            await self._answer.conclude(value)
            self.events.end_steps()
            if (state := self.state.to_json(self.workflow.path.name)) is not None:
                self.events.record["state"] = dict(state)
        except Paused:
            pass
        except Exception:
            await self._answer.rescue()
            raise
        except BaseException as error:  # it would end the server, with all of its conversations
            if isinstance(error, asyncio.CancelledError) and cancellations():
                raise
            await self._answer.rescue()
            raise self._ended_by(error) from error
        finally:
            await self.events.close()

    async def _begin(self) -> None:
        """Record what the answer begins with, before that is gone from where it was stored."""
        kept, journal = self.events.kept, self.journal
        kept.begin(
            {
                "version": journal.version,
                "steps": journal.steps,
                "again": journal.again,
                "record": self.events.record,
                "message": self.message_id,
                "answered": self.answered,
            }
        )
        if self.answered:
            await kept.steps.journal.committed()
            await self.events.save()  # whatever happens now, it goes on once only
        self.begun = True

    def _ended_by(self, error: BaseException) -> Failure:
        line = self.workflow.line_of(error)
        where = f"{self.workflow.path.name}, line {line}" if line else self.workflow.path.name
        logger.error("%s: %s", where, type(error).__name__, exc_info=error)
        return Failure("workflow_failed", place=where, error=type(error).__name__)

    # What the file asks for

    def join(self, value: list[Any]) -> list[Any]:
        """A list in which the file has written the user's message, with the thread's earlier turns before it."""
        return self._conversation.join(value)

    async def run(
        self,
        line: int,
        site: int | None,
        agent: Agent[Any],
        given: Any,
        *,
        alone: bool,
        context: Any = None,
        **rest: Any,
    ) -> Any:
        """alone: the input is written out in place."""
        self._still_on()
        key = self.journal.reach(f"run:{line}")
        place = Place(site, callers.get())
        kind = self._speakers.kind(place, agent)
        given = self._conversation.given(given, alone=alone, keeps=self.workflow.flow.keeps)
        if (found := self.journal.steps.get(key)) is not None:
            speech = Speech(found.get("speech", Speech.NEVER))
            result = run_from_json(found, agent, given)
            if self.events.kept.is_done(key):
                self._answer.note(kind, result.final_output)
                return result
            await self._again(found, result, Spoken(place, kind, speech), agent.name)
            self._record(key, None)
            return result
        self._in_bounds(line)
        speech = self._speakers.speech(place, kind, self._answer.shown)
        given = [_sendable(item) for item in cast("list[Any]", given)] if isinstance(given, list) else given
        spoken = Spoken(place, kind, speech, None if kind.rank is Rank.DECISION else self.widgets.find(agent))
        if speech is Speech.NOW and kind.rank is Rank.TEXT:
            await self._answer.before_text(place)
        result, has_output, step = await self._approved(key, agent, given, spoken, context=context, **rest)
        recorded = self.journal.steps[key] = {**run_to_json(result), "spoke": has_output, "speech": speech.value}
        await self._finished(result, spoken, recorded, step)
        self._record(key, recorded)
        return result

    def _record(self, key: str, value: Any) -> None:
        """Record that a step is done. value: what came of it; None where the answer has begun with it."""
        self.events.kept.record(key, value, self._display.to_json())

    async def _finished(self, result: Any, spoken: "Spoken", recorded: dict[str, Any], step: Step | None) -> None:
        """Display what an agent has written, if that has to be done only now."""
        kind, output = spoken.kind, result.final_output
        self._answer.note(kind, output)
        widget = build_widget(spoken.template, output) if spoken.template else None
        if widget is not None:
            await self.events.end_draft(step)
            self.events.end_steps()
            await self.events.show_widget(widget)
            self.events.record["input"] += recorded["items"]
            recorded["spoke"] = True
        elif recorded["spoke"]:
            self._answer.display(kind.rank)
        elif spoken.speech is Speech.NEVER:
            pass
        else:
            held = Held(spoken.place, kind.rank, kind.text(output), step, recorded)
            await self._answer.hold(held)
            if spoken.speech is Speech.NOW:
                await self._answer.tell(held)

    async def _again(self, found: dict[str, Any], result: Any, spoken: "Spoken", title: str) -> None:
        """What a run had come to before a question or a failure, which is not done again."""
        text = spoken.kind.text(result.final_output)
        if not self.journal.again and found["spoke"]:
            self._answer.note(spoken.kind, result.final_output)
            self._answer.before.add(text)
            return
        step = None
        if self.journal.again:
            step = await self.events.repeat(title, None if found["spoke"] else brief(result.final_output) or None)
        if found["spoke"]:
            spoken = replace(spoken, speech=Speech.NOW, template=self.widgets.find(result.last_agent))
            found["spoke"] = False
        elif found.get("told"):
            spoken = replace(spoken, speech=Speech.NEVER)
        await self._finished(result, spoken, found, step)

    def _in_bounds(self, line: int) -> None:
        most = self.events.settings.max_calls
        if self.events.calls >= most:
            where = f"{self.workflow.path.name}, line {line}"
            raise Failure("workflow_calls", number=str(most), place=where)

    async def _approved(
        self, key: str, agent: Agent[Any], given: Any, spoken: "Spoken", *, context: Any, **rest: Any
    ) -> tuple[RunResultStreaming, bool, Step | None]:
        """The run of an agent, which stops at calls of tools that the user has to approve."""
        place = f"{key}/waits"
        stored: dict[str, Any] = self.journal.steps.get(place) or {"covers": [], "spoke": False}
        if "run" in stored:
            given = await from_json(agent, stored["run"], self.events.steps if context is None else context)
        while True:
            if isinstance(given, RunState):
                waiting = cast("RunState[Any, Any]", given)
                calls = waiting.get_interruptions()
                name = "+".join(str(call.call_id) for call in calls)
                decide(waiting, await self._ask(f"{key}/{name}", [question_of(call) for call in calls]))
            result, stream, step = await self.events.stream(
                agent,
                given,
                key=key,
                speaking=partial(self._speaking, spoken),
                context=context,
                has_output=stored["spoke"],
                **rest,
            )
            if not result.interruptions:
                self.events.record["covers"] += stored["covers"]
                self.journal.steps.pop(place, None)
                return result, stored["spoke"] or stream.has_output, step
            stored = {"covers": stored["covers"] + stream.finished, "spoke": stored["spoke"] or stream.has_output}
            given = result.to_state()
            self.journal.steps[place] = {**stored, "run": to_json(given)}

    def _speaking(self, spoken: "Spoken", agent: Agent[Any]) -> OutputKind:
        """What this agent writes now; it may be another one than the run has started with."""
        if spoken.speech is not Speech.NOW or spoken.template is not None:
            return _SILENT
        return self._speakers.kind(spoken.place, agent)

    async def ask(self, name: str, text: str) -> bool:
        """Whether the user approves."""
        return (await self._ask(name, [text]))[0]

    async def _ask(self, name: str, texts: Sequence[str]) -> list[bool]:
        """The user's answers; where there are none yet, ask and end."""
        self._still_on()
        key = self.journal.reach(f"ask:{name}")
        if (found := self.journal.steps.get(key)) is not None:
            return found
        await self._answer.before_question("\n".join(texts))
        self.paused = True
        self.events.end_steps()
        item = question(self.events.ctx, texts).model_copy(update={"id": self.events.new_id()})
        # Before the question is sent: once it is visible, it can be answered.
        self.events.record["waiting"] = self.journal.to_waiting(item.id, key)
        await self.events.save()
        self.events.put(ThreadItemDoneEvent(item=item))
        raise Paused

    async def search(self, function: Callable[..., Any], *args: Any, **given: Any) -> Any:
        client, stores = self.events.settings.client, self.events.settings.stores
        if stores is not None and given.get("vector_store_id") in stores:
            function = stores.search
        elif client is not None:
            function = client.vector_stores.search

        async def found() -> Any:
            return (await function(*args, **given)).data

        query = given.get("query")
        return SearchResults(
            await self._once("search", found, "Search in files", query if isinstance(query, str) else None)
        )

    async def guard(self, library: Any, *args: Any, **given: Any) -> Any:
        if library is None:
            return without_guardrails([*args, *given.values()])

        async def checked() -> Any:
            results = await run_guardrails(library, self.events.settings.client, *args, **given)
            report_guardrails([*args, *given.values()], results)
            return results

        return await self._once("guardrails", checked, "Guardrails")

    async def go_round(self, line: int) -> None:
        """Called at each round of a ``while`` loop, so that it can be stopped and does not block other tasks."""
        self._still_on()
        self._rounds += 1
        if self._rounds > MOST_ROUNDS:
            where = f"{self.workflow.path.name}, line {line}"
            raise Failure("workflow_endless", place=where)
        await asyncio.sleep(0)

    # How it is done

    def _still_on(self) -> None:
        if self.paused:  # the file has caught everything, and goes on as if it were answered
            raise Paused

    async def _once(self, place: str, work: Callable[[], Any], title: str, content: str | None = None) -> Any:
        """Results of a library's call, from the journal if it has them."""
        self._still_on()
        key = self.journal.reach(place)
        if key not in self.journal.steps:
            found = self.journal.steps[key] = plain(await self.events.work(key, title, work, content))
            self._record(key, found)
        return objects(self.journal.steps[key])


@dataclass(frozen=True, slots=True)
class Spoken:
    """How the output of a run is displayed. template: of the widget that it is the data of."""

    place: Place
    kind: OutputKind
    speech: Speech
    template: Template | None = None


def _sendable(item: Any) -> Any:
    """The assistant's messages that a workflow puts in have an id of None, which no model's server takes."""
    if not isinstance(item, dict) or "id" not in item or item["id"] is not None:
        return cast("Any", item)
    return {key: value for key, value in cast("dict[str, Any]", item).items() if key != "id"}
