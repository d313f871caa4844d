"""Answers of Agents SDK agents that go on after their replica has died, at any point of what it had recorded."""

from typing import Any

import pytest
from agents import Agent, function_tool

from chatkit_link import repeatable
from chatkit_link.agents.tool_steps import UNCERTAIN
from chatkit_link.store.postgres import PostgresStore
from tests.agents.taken_over import Lab, lab, require_same
from tests.model_server import Call, Say

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
        whole = await here.undisturbed()
        assert here.calls == {"order": 1, "stock": 1}
        for room in range(len(whole.events) + len(whole.steps) + 1):
            outcome = await here.cut_at(room, late=late)
            assert here.calls["order"] <= 1, room
            assert late or len(here.model.requests) <= len(script) + 1, room
            if UNCERTAIN in str(outcome.record["input"]):
                assert "tool:" in list(outcome.steps)[-1] or outcome.steps
            else:
                assert here.calls["order"] == 1, room
                require_same(outcome, whole, room)
