"""``unfinished_tools = "ask"``: the user is asked about a call that may have happened, as often as that is the case."""

from dataclasses import replace
from typing import Any

import pytest
from agents import Agent, RunContextWrapper, function_tool
from chatkit.types import CustomTask, StructuredInputAnswer, StructuredInputItem, WorkflowItem

from chatkit_link import LinkContext
from chatkit_link.agents.context import TurnContext
from chatkit_link.store.postgres import PostgresStore
from tests.agents.taken_over import Lab, Log, Outcome, lab
from tests.model_server import Call, Say


@pytest.mark.parametrize("needs_approval", [False, True])
async def test_a_call_that_dies_again_is_asked_about_again_and_keeps_its_key(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch, *, needs_approval: bool
) -> None:
    """Each answer is a run of its own. The service that is charged must see one key, whichever run calls it."""
    keys: list[str] = []

    def agent(lab: Lab) -> Agent[Any]:
        @function_tool(needs_approval=needs_approval)
        async def charge(ctx: RunContextWrapper[LinkContext]) -> str:
            lab.calls["charge"] += 1
            keys.append(ctx.context.idempotency_key)
            return "charged"

        return Agent(name="A", tools=[charge])

    async with lab(agent, store, Call("charge", {}), Say("Charged.")) as here:
        ctx = await here.ask()
        if needs_approval:
            ctx = await approved(here, ctx, (await here.answer(ctx, Log())).items[-1])
        for run in "678":
            monkeypatch.setattr("tests.agents.taken_over.RUN", "run_" + run * 32)
            asked = await die_in_the_call(here, ctx)
            assert asked.error is None
            assert "It may have happened. Call it again?" in str(asked.items[-1]), run
            ctx = await approved(here, ctx, asked.items[-1])
        monkeypatch.setattr("tests.agents.taken_over.RUN", "run_" + "9" * 32)
        last = await here.answer(ctx, Log())

    assert last.error is None
    assert "Charged." in str(last.items[-1])
    assert here.calls["charge"] == len(keys) == 4
    assert len(set(keys)) == 1
    assert "may or may not" not in str(last.record["input"])


async def test_the_line_of_a_call_that_is_asked_about_does_not_say_that_the_assistant_knows(
    store: PostgresStore,
) -> None:
    def agent(lab: Lab) -> Agent[Any]:
        @function_tool
        def charge() -> str:
            return "charged"

        return Agent(name="A", tools=[charge])

    async with lab(agent, store, Call("charge", {}), Say("Charged.")) as here:
        asked = await die_in_the_call(here, await here.ask())

    workflow = next(item for item in asked.items if isinstance(item, WorkflowItem))
    (line,) = workflow.workflow.tasks
    assert isinstance(line, CustomTask)
    assert line.title == "Charge: unclear"
    assert line.content == "The server was restarted meanwhile. This may or may not have been done."


async def die_in_the_call(here: Lab, ctx: TurnContext) -> Outcome:
    """What the next replica makes of an answer whose replica has died when a tool was called."""
    here.asks = True
    first = StopsAtTheEnd()
    await here.answer(ctx, first)
    assert first.lost
    return await here.answer(ctx, Log(), first, 1)


class StopsAtTheEnd(Log):
    """A log that is full when the end of a tool's call comes."""

    def append(self, entry: Any) -> None:
        if isinstance(entry, bytes) and b"/end" in entry[:80]:
            self.room = 0
        super().append(entry)
        if self.lost:
            self.hanging.set()


async def approved(here: Lab, ctx: TurnContext, question: Any) -> TurnContext:
    """The turn that begins when the user has answered."""
    assert isinstance(question, StructuredInputItem)
    question.inputs[0].answer = StructuredInputAnswer(values=["Approve"])
    answered = question.model_copy(update={"status": "answered", "thread_id": ctx.thread.id})
    await here.store.add_thread_item(ctx.thread.id, answered, ctx.caller)
    return replace(ctx, message=None)
