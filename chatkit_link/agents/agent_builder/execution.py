"""One answer of an exported workflow: its ``run_workflow``, called for one message of one thread.

How it flows: the file's code runs in a task of its own. Its calls of the replaced libraries come here: a run
of an agent is emitted as it happens (``event_emitter.py``); a question to the user stores the journal, emits the
question, and ends the task with ``Paused``. What the journal has already is returned and not done again.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from agents import Agent, RunResultStreaming, RunState
from chatkit.types import ThreadItemDoneEvent

from chatkit_link.agents.agent_builder.event_emitter import EventEmitter
from chatkit_link.agents.agent_builder.guardrails import report_guardrails, run_guardrails, without_guardrails
from chatkit_link.agents.agent_builder.journal import Journal, SearchResults, objects, plain, run_from_json, run_to_json
from chatkit_link.agents.agent_builder.runnable import RunnableWorkflow
from chatkit_link.agents.agent_builder.shims import current
from chatkit_link.agents.approvals import decide, from_json, question, question_of, to_json
from chatkit_link.agents.errors.explain import Failure
from chatkit_link.agents.output_text import Refusal, as_markdown
from chatkit_link.caller import StateValue

#: Rounds of all ``while`` loops of one answer; one that goes on is taken to be endless.
MOST_ROUNDS = 1000


class Paused(BaseException):
    """The workflow has asked the user; not an Exception, so that no ``except`` of the file takes it."""


@dataclass(slots=True)
class Execution:
    """One call of ``run_workflow``.

    text: the message. state: of the session; it goes over the file's own.
    """

    workflow: RunnableWorkflow
    events: EventEmitter
    text: str
    journal: Journal
    state: Mapping[str, StateValue] = field(default_factory=dict[str, StateValue])
    paused: bool = False
    _rounds: int = field(default=0, init=False)
    _last_output: Any = field(default=None, init=False)
    #: What was sent to the user before a question that is answered by now.
    _already_sent: set[str] = field(default_factory=set[str], init=False)

    async def work(self) -> None:
        """Run the workflow to its end, or to a question."""
        current.set(self)  # in this task's own context
        try:
            value = await self.workflow.run(self.text)
            self.events.end_steps()
            self._conclude(value)
        except Paused:
            pass
        finally:
            await self.events.close()

    # What the file asks for

    def begin(self, value: list[Any]) -> list[Any]:
        """The conversation as the file starts it, with the thread's earlier turns before it."""
        history = self.events.history
        if value and _is_message(value[-1], self.text):
            return [*history.input, *value[:-1]] if len(value) > 1 else list(history.input)
        return [*history.earlier, *value]

    async def run(
        self, line: int, agent: Agent[Any], given: Any, *, silent: bool, context: Any = None, **rest: Any
    ) -> Any:
        self._still_on()
        key = self.journal.reach(f"run:{line}")
        if isinstance(given, str) and given == self.text:
            given = list(self.events.history.input)
        if (found := self.journal.steps.get(key)) is not None:
            self._last_output = found["output"]
            if self.journal.again:
                await self.events.repeat(agent.name, found)
            elif found["spoke"]:
                self._already_sent.add(as_markdown(found["output"]))
            return run_from_json(found, agent, given)
        given = [_sendable(item) for item in cast("list[Any]", given)] if isinstance(given, list) else given
        result, has_output = await self._approved(key, agent, given, silent=silent, context=context, **rest)
        self.journal.steps[key] = {**run_to_json(result), "spoke": has_output}
        self._last_output = result.final_output
        return result

    async def _approved(
        self, key: str, agent: Agent[Any], given: Any, *, context: Any, **rest: Any
    ) -> tuple[RunResultStreaming, bool]:
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
            result, stream = await self.events.stream(agent, given, context=context, has_output=stored["spoke"], **rest)
            if not result.interruptions:
                self.events.record["covers"] += stored["covers"]
                self.journal.steps.pop(place, None)
                return result, stored["spoke"] or stream.has_output
            stored = {"covers": stored["covers"] + stream.finished, "spoke": stored["spoke"] or stream.has_output}
            given = result.to_state()
            self.journal.steps[place] = {**stored, "run": to_json(given)}

    async def ask(self, name: str, text: str) -> bool:
        """Whether the user approves."""
        return (await self._ask(name, [text]))[0]

    async def _ask(self, name: str, texts: Sequence[str]) -> list[bool]:
        """The user's answers; where there are none yet, ask and end."""
        self._still_on()
        key = self.journal.reach(f"ask:{name}")
        if (found := self.journal.steps.get(key)) is not None:
            return found
        self.paused = True
        self.events.end_steps()
        item = question(self.events.ctx, texts)
        # Before the question is sent: once it is visible, it can be answered.
        self.events.record["waiting"] = self.journal.to_waiting(item.id, key)
        await self.events.save()
        self.events.put(ThreadItemDoneEvent(item=item))
        raise Paused

    async def search(self, function: Callable[..., Any], *args: Any, **given: Any) -> Any:
        client = self.events.settings.client
        if client is not None:
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
            self.journal.steps[key] = plain(await self.events.work(title, work, content))
        return objects(self.journal.steps[key])

    def _conclude(self, value: Any) -> None:
        """What the workflow returned, if there was no other output."""
        if self.events.has_output and not isinstance(value, Refusal):
            return
        text = as_markdown(value) or as_markdown(self._last_output)
        if text not in self._already_sent:
            self.events.write_message(text or "The workflow has ended without an answer.")


def _is_message(item: Any, text: str) -> bool:
    """Whether a model's input item is this message of the user."""
    if not isinstance(item, dict):
        return False
    fields = cast("dict[str, Any]", item)
    content = fields.get("content")
    if isinstance(content, list):
        parts = cast("list[Any]", content)
        content = "".join(str(part.get("text", "")) for part in parts if hasattr(part, "get"))
    return fields.get("role") == "user" and content == text


def _sendable(item: Any) -> Any:
    """The assistant's messages that a workflow puts in have an id of None, which no model's server takes."""
    if not isinstance(item, dict) or "id" not in item or item["id"] is not None:
        return cast("Any", item)
    return {key: value for key, value in cast("dict[str, Any]", item).items() if key != "id"}
