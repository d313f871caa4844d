"""Answers of Agents SDK agents that go on after their replica has died, at any point of what it had recorded."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from agents import (
    Agent,
    GuardrailFunctionOutput,
    ImageGenerationTool,
    OutputGuardrailTripwireTriggered,
    RunContextWrapper,
    StopAtTools,
    function_tool,
    output_guardrail,
)
from chatkit.agents import ClientToolCall
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageItem,
    CustomTask,
    StructuredInputAnswer,
    StructuredInputItem,
    WorkflowItem,
)
from chatkit.widgets import Card, Text
from pydantic import BaseModel

from chatkit_link import LinkContext, Progress, progress, repeatable
from chatkit_link.agents.context import TurnContext
from chatkit_link.agents.sources import Source
from chatkit_link.agents.tool_steps import UNCERTAIN, CallUncertain
from chatkit_link.store.postgres import PostgresStore, new_id
from tests.agents.taken_over import Lab, Log, Outcome, lab, plain, require_same, shop
from tests.model_server import Call, Calls, Paint, Say, Think

REPEATABLE = ("stock", "look_up", "look")
APIS = ("responses", "chat_completions")


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("api", APIS)
async def test_an_answer_goes_on_wherever_its_replica_dies(store: PostgresStore, api: str, *, late: bool) -> None:
    script = (Call("stock", {"what": "tea"}), Call("order", {"what": "tea"}), Say("Your tea is on its way."))
    async with lab(shop, store, *script, api=api) as here:
        # Every entry once: the other API, and what a replica does that lives on, differ at few of them.
        await require_that_it_goes_on(here, late=late, every=3 if late or api != "responses" else 1)


def counter(lab: Lab) -> Agent[Any]:
    """A tool of each kind: with words, with a widget, with both, that displays nothing; a helper and a colleague."""

    @function_tool
    @repeatable
    @progress("Looking up {what}", done="Looked up {what}")
    async def look_up(what: str, report: Progress) -> str:
        lab.calls["look_up"] += 1
        report("Asking")
        return f"{what}: 7"

    @function_tool
    @progress("Drawing {what}")
    async def draw(ctx: RunContextWrapper[LinkContext], what: str) -> str:
        lab.calls["draw"] += 1

        async def card() -> AsyncGenerator[Card]:
            for words in (what, f"{what}, drawn"):
                yield Card(children=[Text(id="t", value=words)])

        await ctx.context.stream_widget(card())
        return "drawn"

    @function_tool
    async def note(what: str) -> str:
        lab.calls["note"] += 1
        return f"noted {what}"

    @function_tool
    async def fail(what: str) -> str:
        lab.calls["fail"] += 1
        raise ValueError(what)

    till = Agent[Any](name="Till", handoff_description="Takes money.", tools=[note])
    return Agent(name="Counter", tools=[look_up, draw, note, fail], handoffs=[till])


@pytest.mark.parametrize("late", [False, True])
async def test_parallel_tools_widgets_and_hand_offs_go_on(store: PostgresStore, *, late: bool) -> None:
    script = (
        Calls(Call("look_up", {"what": "tea"}), Call("draw", {"what": "a pot"})),
        Think("They may want to pay. I had better ask my colleague.", Call("transfer_to_till", {})),
        Calls(Call("note", {"what": "paid"}), Call("note", {"what": "twice"})),
        Say("Your tea is on its way."),
    )
    async with lab(counter, store, *script) as here:
        await require_that_it_goes_on(here, late=late, every=3 if late else 2)


async def test_a_tool_that_failed_is_not_called_again(store: PostgresStore) -> None:
    script = (Call("fail", {"what": "tea"}), Say("There is no tea."))
    async with lab(counter, store, *script) as here:
        await require_that_it_goes_on(here)


def till(lab: Lab) -> Agent[Any]:
    """A helper that is a tool, a tool of the page, and one whose output is the answer."""

    @function_tool
    @repeatable
    async def look(ctx: RunContextWrapper[LinkContext], what: str) -> str:
        lab.calls["look"] += 1
        await ctx.context.add_workflow_task(CustomTask(title=f"Looked at {what}"))
        return f"{what} is fresh"

    @function_tool
    async def pay(what: str) -> Receipt:
        lab.calls["pay"] += 1
        return Receipt(what=what, total=7)

    @function_tool
    async def sign(ctx: RunContextWrapper[LinkContext]) -> str:
        lab.calls["sign"] += 1
        ctx.context.client_tool_call = ClientToolCall(name="sign", arguments={"where": "here"})
        return "asked"

    helper = Agent[Any](name="Helper", tools=[look])
    return Agent(
        name="Till", tools=[look, pay, sign, helper.as_tool("ask_helper", "Looks closer.")],
        tool_use_behavior=StopAtTools(stop_at_tool_names=["pay", "sign"]),
    )  # fmt: skip


class Receipt(BaseModel):
    what: str
    total: int


@pytest.mark.parametrize("last", ["pay", "sign"])
async def test_an_answer_that_a_tool_ends_goes_on(store: PostgresStore, last: str) -> None:
    script = (Call("look", {"what": "tea"}), Call(last, {"what": "tea"} if last == "pay" else {}))
    async with lab(till, store, *script) as here:
        await require_that_it_goes_on(here)
        whole = await here.undisturbed()
        assert whole.items[-1].type == ("client_tool_call" if last == "sign" else "assistant_message")


async def test_sources_keep_their_numbers(store: PostgresStore) -> None:
    def agent(lab: Lab) -> Agent[Any]:
        @function_tool
        @repeatable
        async def look(ctx: RunContextWrapper[LinkContext], what: str) -> str:
            lab.calls["look"] += 1
            return str([ctx.context.sources.add(Source(f"{what} {n}", f"https://{what}.example/{n}")) for n in (1, 2)])

        return Agent(name="A", tools=[look])

    script = (
        Calls(Call("look", {"what": "tea"}), Call("look", {"what": "pots"})),
        Call("look", {"what": "tea"}),
        Say("Two minutes.【1】 In a pot.【4】"),
    )
    async with lab(agent, store, *script) as here:
        await require_that_it_goes_on(here)


async def test_a_picture_goes_on_in_its_item(store: PostgresStore) -> None:
    def agent(lab: Lab) -> Agent[Any]:
        return Agent(name="A", tools=[ImageGenerationTool({"type": "image_generation"})])

    async with lab(agent, store, Paint(b"a picture"), Say("There it is.")) as here:
        await require_that_it_goes_on(here)


async def test_what_a_crash_leaves_unclear_is_told_to_the_model_and_to_the_user(store: PostgresStore) -> None:
    script = (Call("order", {"what": "tea"}), Say("I do not know whether it was ordered."))
    async with lab(shop, store, *script) as here:
        whole = await here.undisturbed()
        start = next(at for at, entry in enumerate(whole.entries) if b"tool:" in entry[:20])
        outcome = await here.cut_at(start + 1, late=True)

    assert here.calls["order"] == 1  # by the first replica, which died before it could record the end
    assert outcome.error is None
    workflow = next(item for item in outcome.items if isinstance(item, WorkflowItem))
    (line,) = workflow.workflow.tasks
    assert isinstance(line, CustomTask)
    assert line.title == "Order: unclear"
    assert "may or may not have been done" in str(line.content)
    assert UNCERTAIN in str(here.model.requests[-1]["input"])


@pytest.mark.parametrize("answer", ["Approve", "Reject"])
async def test_the_user_can_be_asked_about_a_call_that_may_have_happened(store: PostgresStore, answer: str) -> None:
    script = (Call("order", {"what": "tea"}), Say("Done."))
    async with lab(shop, store, *script, asks=True) as here:
        whole = await here.undisturbed()
        start = next(at for at, entry in enumerate(whole.entries) if b"tool:" in entry[:20])
        here.calls.clear()
        ctx, first = await here.ask(), Log(room=start + 1, late=True)
        await here.answer(ctx, first)
        asked = await here.answer(ctx, Log(), first, 1)
        question = asked.items[-1]
        assert isinstance(question, StructuredInputItem)
        assert "It may have happened. Call it again?" in str(question.inputs[0])
        assert "Order: unclear" in str(asked.items[0])
        assert here.calls["order"] == 1

        question.inputs[0].answer = StructuredInputAnswer(values=[answer])
        done = question.model_copy(update={"status": "answered"})
        await store.add_thread_item(ctx.thread.id, done, ctx.caller)
        last = await here.answer(replace(ctx, message=None), Log())
    assert last.error is None
    assert here.calls["order"] == (2 if answer == "Approve" else 1)
    assert "Done." in str(last.items[-1])


async def test_a_tool_that_is_called_again_has_the_same_key(store: PostgresStore) -> None:
    keys: list[str] = []

    def agent(lab: Lab) -> Agent[Any]:
        @function_tool
        @repeatable
        async def charge(ctx: RunContextWrapper[LinkContext]) -> str:
            lab.calls["charge"] += 1
            keys.append(ctx.context.idempotency_key)
            return "charged"

        return Agent(name="A", tools=[charge])

    async with lab(agent, store, Call("charge", {}), Say("Charged.")) as here:
        whole = await here.undisturbed()
        start = next(at for at, entry in enumerate(whole.entries) if b"tool:" in entry[:20])
        keys.clear()
        await here.cut_at(start + 1, late=True)

    assert here.calls["charge"] == len(keys) == 2
    assert len(set(keys)) == 1


async def test_what_is_used_counts_once_however_often_it_is_reported(store: PostgresStore) -> None:
    script = (Call("stock", {"what": "tea"}), Call("order", {"what": "tea"}), Say("Your tea is on its way."))
    async with lab(shop, store, *script) as here:
        whole = await here.undisturbed()
        last = len(whole.entries) - 1
        ctx, first = await here.ask(), Log(room=last)
        one = await here.answer(ctx, first)
        two = await here.answer(ctx, Log(), first, 1)

    both = one.usage.keys() & two.usage.keys()
    assert len(two.usage) == 3
    assert len(both) == 2  # of the responses that were recorded; the third was asked for twice
    assert all(one.usage[name] == two.usage[name] for name in both)
    repeats = [name for name, reading in two.usage.items() if reading.kind == "repeat"]
    assert repeats == [name for name in two.usage if name not in both]
    assert all(reading.kind == "answer" for reading in one.usage.values())


async def test_a_request_behind_a_tool_that_was_running_is_no_repeat(store: PostgresStore) -> None:
    script = (Call("stock", {"what": "tea"}), Say("Seven."))
    async with lab(shop, store, *script) as here:
        whole = await here.undisturbed()
        room = next(at for at, entry in enumerate(whole.entries) if b"/end" in entry)
        ctx, first = await here.ask(), Log(room=room, late=True)
        await here.answer(ctx, first)
        after = await here.answer(ctx, Log(), first, 1)

    assert [reading.kind for reading in after.usage.values()] == ["answer", "answer"]


async def test_the_model_is_not_given_what_the_answer_itself_has_written(store: PostgresStore) -> None:
    script = (Call("stock", {"what": "tea"}), Say("Seven."))
    async with lab(shop, store, *script) as here:
        ctx, first = await here.ask(), Log(room=6)
        await here.answer(ctx, first)
        own = AssistantMessageItem(
            id=new_id("message"), thread_id=ctx.thread.id, created_at=datetime.now(),
            content=[AssistantMessageContent(text="half an ans")],
        )  # fmt: skip
        await store.add_thread_item(ctx.thread.id, own, ctx.caller)
        await here.answer(ctx, Log(), first, 1)
    assert "half an ans" not in str(here.model.requests[-1])


async def test_a_run_that_was_approved_goes_on_once_only(store: PostgresStore) -> None:
    """The stored run is erased when it goes on: what was approved is in the journal by then."""

    def agent(lab: Lab) -> Agent[Any]:
        @function_tool(needs_approval=True)
        async def pay(what: str) -> str:
            lab.calls["pay"] += 1
            return f"paid {what}"

        return Agent(name="A", tools=[pay])

    async with lab(agent, store, Call("pay", {"what": "tea"}), Say("Paid.")) as here:

        async def approved() -> TurnContext:
            ctx = await here.ask()
            question = (await here.answer(ctx, Log())).items[-1]
            assert isinstance(question, StructuredInputItem)
            question.inputs[0].answer = StructuredInputAnswer(values=["Approve"], skipped=False)
            answered = question.model_copy(update={"status": "answered", "thread_id": ctx.thread.id})
            await store.add_thread_item(ctx.thread.id, answered, ctx.caller)
            here.calls.clear()
            here.model.requests.clear()
            return replace(ctx, message=None)

        whole = await here.answer(await approved(), Log())
        assert whole.error is None
        for room in range(len(whole.entries) + 1):
            ctx, first = await approved(), Log(room=room)
            await here.answer(ctx, first)
            outcome = await here.answer(ctx, Log(), first, 1)
            assert here.calls["pay"] <= 1, room
            if UNCERTAIN not in str(outcome.record["input"]):
                assert here.calls["pay"] == 1, room
                assert plain(outcome.items) == plain(whole.items), room


@pytest.mark.parametrize("trips", [False, True])
async def test_a_guardrail_judges_the_whole_answer_wherever_it_goes_on(store: PostgresStore, *, trips: bool) -> None:
    """One that trips takes back what was displayed, also by the replica that died."""

    @output_guardrail
    async def judge(_: Any, __: Any, output: str) -> GuardrailFunctionOutput:
        return GuardrailFunctionOutput(output, tripwire_triggered=trips and output == "Your tea is on its way.")

    def guarded(lab: Lab) -> Agent[Any]:
        return shop(lab).clone(output_guardrails=[judge])

    async with lab(guarded, store, Call("stock", {"what": "tea"}), Say("Your tea is on its way.")) as here:
        whole = await here.undisturbed()
        assert isinstance(whole.error, OutputGuardrailTripwireTriggered) is trips
        assert (whole.items == []) is trips
        for room in range(0, len(whole.entries), 2):
            outcome = await here.cut_at(room)
            assert type(outcome.error) is type(whole.error), room
            assert plain(outcome.items) == plain(whole.items), room


async def test_an_answer_goes_on_after_a_second_death(store: PostgresStore) -> None:
    """The third replica has the steps of both before it."""
    script = (Call("stock", {"what": "tea"}), Call("order", {"what": "tea"}), Say("Your tea is on its way."))
    async with lab(shop, store, *script) as here:
        whole = await here.undisturbed()
        asked = len(here.model.requests)
        for room in range(2, len(whole.entries), 5):
            for second in range(1, len(whole.entries) - room + 1, 5):
                outcome = await here.cut_at(room, second)
                assert len(here.model.requests) <= asked + 2, (room, second)
                require_all_done_once(here, whole, outcome, {"order": 1}, (room, second))


async def require_that_it_goes_on(here: Lab, *, late: bool = False, every: int = 1) -> None:
    """It dies at every n-th point. Nothing is done twice that may not be, and in the end all is as it would be."""
    whole = await here.undisturbed()
    assert whole.error is None
    done, asked = dict(here.calls), len(here.model.requests)
    once = [name for name in done if name not in REPEATABLE]
    for room in range(0, len(whole.entries) + 1, every):
        outcome = await here.cut_at(room, late=late)
        assert len(here.model.requests) <= asked + 1, room
        require_all_done_once(here, whole, outcome, {name: done[name] for name in once}, room)


def require_all_done_once(here: Lab, whole: Outcome, outcome: Outcome, done: dict[str, int], place: object) -> None:
    """done: how often each tool is called that may be called once only, in an undisturbed answer."""
    assert all(here.calls[name] <= times for name, times in done.items()), (place, here.calls)
    if UNCERTAIN in str(outcome.record["input"]):
        assert outcome.error is None or isinstance(outcome.error, CallUncertain), place
    else:
        assert all(here.calls[name] == times for name, times in done.items()), (place, here.calls)
        require_same(outcome, whole, place)
