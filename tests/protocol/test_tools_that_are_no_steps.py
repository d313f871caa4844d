"""The SDK's tools that run on this side and are no steps of ours: what they do is done once, whoever dies."""

from collections.abc import Callable
from typing import Any

import pytest
from agents import (
    Agent,
    ApplyPatchTool,
    AsyncComputer,
    ComputerTool,
    CustomTool,
    ShellTool,
    Tool,
)

from chatkit_link.agents.served import ServedAgent
from chatkit_link.agents.server import LinkServer
from chatkit_link.caller import Caller
from tests.agents.taken_over import Lab, lab
from tests.model_server import Raw, Say
from tests.protocol.conftest import Site as Server
from tests.protocol.replica import Replica, Site
from tests.protocol.test_continuation import create

Count = Callable[..., str]


def shell(count: Count) -> tuple[Tool, dict[str, Any]]:
    call = {
        "type": "shell_call",
        "status": "completed",
        "id": "sh_1",
        "action": {"commands": ["rm tea"]},
        "environment": None,
    }
    return ShellTool(executor=count), call


def patch(count: Count) -> tuple[Tool, dict[str, Any]]:
    class Editor:
        create_file = update_file = delete_file = staticmethod(count)

    operation = {"type": "delete_file", "path": "tea"}
    return ApplyPatchTool(editor=Editor()), {
        "type": "apply_patch_call",
        "status": "completed",
        "id": "apc_1",
        "operation": operation,
    }


def custom(count: Count) -> tuple[Tool, dict[str, Any]]:
    async def invoke(_: Any, text: str) -> str:
        return count(text)

    call = {"type": "custom_tool_call", "id": "ctc_1", "name": "drink", "input": "tea"}
    return CustomTool(name="drink", description="Drinks.", on_invoke_tool=invoke), call


def computer(count: Count) -> tuple[Tool, dict[str, Any]]:
    class Screen(AsyncComputer):
        async def screenshot(self) -> str:
            return "iVBORw0KGgo="

        async def click(self, *_: Any, **__: Any) -> None:
            count()

        double_click = scroll = type = wait = move = keypress = drag = click

    call = {"type": "computer_call", "status": "completed", "id": "cu_1", "pending_safety_checks": [],
            "actions": [{"type": "click", "x": 1, "y": 2, "button": "left"}]}  # fmt: skip
    return ComputerTool(Screen()), call


@pytest.mark.parametrize("make", [shell, patch, custom, computer])
async def test_a_tool_of_the_sdk_is_called_once_wherever_its_replica_dies(
    site: Server, ada: Caller, make: Callable[[Count], tuple[Tool, dict[str, Any]]]
) -> None:
    services = site._app.state.services

    def agent(lab: Lab) -> Agent[Any]:
        def count(*_: Any) -> str:
            lab.calls["tool"] += 1
            return "done"

        return Agent(name="A", tools=[make(count)[0]])

    call = {**make(lambda *_: "")[1], "call_id": "call_1"}
    async with lab(agent, services.store, Raw([call]), Say("Gone.")) as here:
        server = LinkServer(services.store, here.responder(), services.files)
        there = Site(services, {"a": ServedAgent(id="a", server=server, version="1", has_steps=True)}, ada)
        whole, _ = await there.ask("a", create())
        assert here.calls["tool"] == 1
        went_on: list[bool] = []
        for number in range(1, len(whole.entries)):
            here.calls.clear()
            before, thread = await there.ask("a", create(), dies_after=number)
            after = await there.go_on("a", thread, before)
            assert here.calls["tool"] <= 1, number
            went_on.append(after is not None)

        run = await there.requests(replica := Replica()).answer(there.agents["a"], create(), ada, allow_cancel=True)
        await replica.over()
    assert went_on[0]
    assert went_on == sorted(went_on, reverse=True), "once it was called, the answer goes on nowhere else"
    assert not went_on[-1]
    assert not run.journal.continuable
