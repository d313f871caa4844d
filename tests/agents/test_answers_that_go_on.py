"""Answers of Agents SDK agents that go on after their replica has died, at any point of what it had recorded."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from agents import Agent, RunContextWrapper, function_tool
from chatkit.widgets import Card, Text

from chatkit_link import LinkContext, Progress, progress, repeatable
from chatkit_link.agents.tool_steps import UNCERTAIN
from chatkit_link.store.postgres import PostgresStore
from tests.agents.taken_over import Lab, lab, require_same
from tests.model_server import Call, Calls, Say, Think

REPEATABLE = ("stock", "look_up")
APIS = ("responses", "chat_completions")


def shop(lab: Lab) -> Agent[Any]:
    @function_tool
    def order(what: str) -> str:
        lab.calls["order"] += 1
        return f"ordered {what}"

    @function_tool
    @repeatable
    def stock(what: str) -> dict[str, int]:
        lab.calls["stock"] += 1
        return {what: 7}

    return Agent(name="Shop", tools=[order, stock])


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("api", APIS)
async def test_an_answer_goes_on_wherever_its_replica_dies(store: PostgresStore, api: str, *, late: bool) -> None:
    script = (Call("stock", {"what": "tea"}), Call("order", {"what": "tea"}), Say("Your tea is on its way."))
    async with lab(shop, store, *script, api=api) as here:
        await require_that_it_goes_on(here, late=late)


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
        await require_that_it_goes_on(here, late=late)


async def test_a_tool_that_failed_is_not_called_again(store: PostgresStore) -> None:
    script = (Call("fail", {"what": "tea"}), Say("There is no tea."))
    async with lab(counter, store, *script) as here:
        await require_that_it_goes_on(here)


async def require_that_it_goes_on(here: Lab, *, late: bool = False) -> None:
    """It dies at each point in turn. Nothing is done twice that may not be, and in the end all is as it would be."""
    whole = await here.undisturbed()
    assert whole.error is None
    done, asked = dict(here.calls), len(here.model.requests)
    once = [name for name in done if name not in REPEATABLE]
    for room in range(len(whole.events) + len(whole.steps) + 1):
        outcome = await here.cut_at(room, late=late)
        assert late or len(here.model.requests) <= asked + 1, room
        assert all(here.calls[name] <= done[name] for name in once), (room, here.calls)
        if UNCERTAIN in str(outcome.record["input"]):
            assert outcome.error is None, room
        else:
            assert all(here.calls[name] == done[name] for name in once), (room, here.calls)
            require_same(outcome, whole, room)
