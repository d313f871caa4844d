"""The answer of an Agents SDK agent goes on through the whole of the server, wherever its replica dies."""

from typing import Any

from chatkit.types import CustomTask, WorkflowItem

from chatkit_link.agents.served import ServedAgent
from chatkit_link.agents.server import LinkServer
from chatkit_link.caller import Caller
from tests.agents.taken_over import lab, shop
from tests.model_server import Call, Say
from tests.protocol.conftest import Site as Server
from tests.protocol.replica import Screen, Site, shown
from tests.protocol.test_continuation import create


def looks(items: list[Any]) -> list[Any]:
    """Without how long it took, and without what became of a call that may not have happened."""
    found = shown(items)
    for item in found:
        (item.get("workflow") or {}).pop("summary", None)
    return found


async def test_an_answer_of_an_agent_is_what_it_would_have_been(site: Server, ada: Caller) -> None:
    services = site._app.state.services
    script = (Call("stock", {"what": "tea"}), Call("order", {"what": "tea"}), Say("Your tea is on its way."))
    async with lab(shop, services.store, *script) as here:
        server = LinkServer(services.store, here.responder(), services.files)
        agent = ServedAgent(id="a", server=server, version="1", has_steps=True)
        there = Site(services, {"a": agent}, ada)
        whole, thread = await there.ask("a", create())
        expected = looks(await there.stored(thread))
        # Every second entry: each step is two of them, its place and itself, and all are tried in tests/agents.
        for number in range(1, len(whole.entries), 2):
            here.calls.clear()
            before, thread = await there.ask("a", create(), dies_after=number)
            after = await there.go_on("a", thread, before)
            assert after is not None, number
            assert here.calls["order"] <= 1, number
            items = await there.stored(thread)
            follower = Screen(strict=False).show(after.events)
            assert looks(list(follower.items.values())) == looks(items), number
            if here.calls["order"] == 1 and not is_uncertain(items):
                assert looks(items) == expected, number


def is_uncertain(items: list[Any]) -> bool:
    tasks = [task for item in items if isinstance(item, WorkflowItem) for task in item.workflow.tasks]
    return any(isinstance(task, CustomTask) and task.status_indicator == "none" for task in tasks)
