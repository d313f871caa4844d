"""A tool that fails: its task is marked, the model is informed, the log has the reason, and the chat goes on."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import CustomTask, ThreadItem, WorkflowItem

from chatkit_link.agents.tool_call_hooks import short_text
from chatkit_link.client import ChatKitClient
from chatkit_link.translations import Localized
from tests.agents.agent_builder.test_workflows import MakeSettings, chat
from tests.agents.test_approvals import give, settings_of
from tests.agents.test_models import APIS, Scripted, conversation, scripted
from tests.finished_stream import stored, told
from tests.model_server import Call, Fail, ModelServer, Raw, Say, output_item

SECRET = "/srv/internal/path"
TOOLS = """
import asyncio
from agents import (
    Agent, RunContextWrapper, ToolGuardrailFunctionOutput, function_tool, tool_input_guardrail, tool_output_guardrail,
)
from agents.tool import default_tool_error_function
from pathlib import Path
from chatkit_link.widgets import WidgetLibrary

SECRET = "/srv/internal/path"

@function_tool
def breaks(order: int) -> str:
    raise ValueError(SECRET)

@function_tool
def draws(order: int) -> str:
    return str(WidgetLibrary(Path(__file__).parent).load("nowhere"))

@function_tool
async def breaks_later(order: int) -> str:
    await asyncio.sleep(0)
    raise OSError(SECRET)

async def explain(ctx, error):
    return "in my own words"

@function_tool(failure_error_function=explain)
def explains(order: int) -> str:
    raise KeyError(SECRET)

@function_tool(failure_error_function=default_tool_error_function)
def chosen(order: int) -> str:
    raise KeyError(SECRET)

@function_tool(timeout=0.02)
async def slow(order: int) -> str:
    await asyncio.Event().wait()

@function_tool(timeout=0.02, timeout_error_function=lambda ctx, error: "I was slow")
async def slow_with_text(order: int) -> str:
    await asyncio.Event().wait()

@function_tool
async def cancels(order: int) -> str:
    raise asyncio.CancelledError

@function_tool(failure_error_function=None)
def deadly(order: int) -> str:
    raise ValueError(SECRET)

@function_tool
def quits(order: int) -> str:
    raise SystemExit(SECRET)

@function_tool
async def quits_later(order: int) -> str:
    await asyncio.sleep(0)
    raise KeyboardInterrupt

@function_tool(timeout=0.02, timeout_behavior="raise_exception")
async def deadly_slow(order: int) -> str:
    await asyncio.Event().wait()

@tool_input_guardrail
def no_input(data):
    return ToolGuardrailFunctionOutput.reject_content("rules forbid this call")

@tool_output_guardrail
def no_output(data):
    return ToolGuardrailFunctionOutput.raise_exception()

@function_tool(tool_input_guardrails=[no_input])
def forbidden(order: int) -> str:
    return "never"

@function_tool(tool_output_guardrails=[no_output])
def leaks(order: int) -> str:
    return "never"

@function_tool
def breaks_on(text: str) -> str:
    raise ValueError(text)

@function_tool
async def waits(order: int) -> str:
    await asyncio.Event().wait()

@function_tool(needs_approval=True)
def pays(order: int) -> str:
    return "it is paid"

@function_tool
def works(order: int) -> str:
    return "it works"

helper = Agent(name="Helper", tools=[deadly])
agent = Agent(name="A", tools=[
    breaks, draws, breaks_later, explains, chosen, slow, slow_with_text, cancels, deadly, deadly_slow, forbidden, leaks,
    works,
    waits, breaks_on, pays, quits, quits_later, helper.as_tool("ask_helper", "Asks."),
])
"""


@pytest.fixture(scope="module")
async def model() -> AsyncIterator[ModelServer]:
    async with scripted() as model:
        yield model


@pytest.fixture(scope="module")
async def chats(
    make_settings: MakeSettings, model: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, ChatKitClient]]:
    folder: Path = tmp_path_factory.mktemp("tools")
    headers = {"x-user": f"ada-{folder.name}"}
    async with (
        chat(settings_of(make_settings, folder, TOOLS, model, openai_api="responses"), headers) as responses,
        chat(settings_of(make_settings, folder, TOOLS, model, openai_api="chat_completions"), headers) as completions,
    ):
        yield {"responses": responses, "chat_completions": completions}


@pytest.fixture(autouse=True)
def _new_script(model: Scripted) -> None:
    model.script.clear()
    model.requests.clear()


def tasks(items: list[ThreadItem]) -> list[CustomTask]:
    found = [task for item in items if isinstance(item, WorkflowItem) for task in item.workflow.tasks]
    return [task for task in found if isinstance(task, CustomTask)]


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("tool", "title", "code", "expected"),
    [
        ("breaks", "Breaks", "task_failed", "An error occurred while running the tool"),
        ("draws", "Draws", "task_failed", "An error occurred while running the tool"),
        ("breaks_later", "Breaks later", "task_failed", "An error occurred while running the tool"),
        ("explains", "Explains", "task_failed", "in my own words"),
        ("chosen", "Chosen", "task_failed", "An error occurred while running the tool"),
        ("slow", "Slow", "task_timed_out", "timed out"),
        ("slow_with_text", "Slow with text", "task_timed_out", "I was slow"),
        ("cancels", "Cancels", "task_failed", "An error occurred while running the tool"),
    ],
)
async def test_a_tool_that_fails_is_visible_and_reported_to_the_model_which_goes_on(
    chats: dict[str, ChatKitClient],
    model: ModelServer,
    api: str,
    tool: str,
    title: str,
    code: str,
    expected: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    model.script[:] = [Call(tool, {"order": 7}), Say("Sorry."), Say("Gladly.")]
    made = await told(chats[api].create_thread("Order 7?"))
    again = await told(chats[api].add_user_message(made.thread_id, "Thanks"))
    reloaded = await stored(chats[api], made.thread_id)

    for seen in (tasks(made.view.items), tasks(reloaded)):
        (task,) = seen
        assert task.title == f"{title}: failed"
        assert task.content == f"7\n\n{Localized(code)}"
        assert task.status_indicator == "none", "no mark that it is done"
    assert made.view.errors == []
    assert (made.text, again.text) == ("Sorry.", "Gladly.")
    assert expected in json.dumps(conversation(model)[1])
    assert expected in json.dumps(conversation(model)[2]), "the next turn knows of it"
    record = next(each for each in caplog.records if f"the tool {tool} failed" in each.getMessage())
    if tool == "draws":
        assert record.getMessage().endswith("nowhere.widget: there is no such file")
        assert "nowhere.widget" not in str(made.events) + json.dumps(model.requests)
        return
    assert code != "task_failed" or tool == "cancels" or (record.exc_info and record.exc_info[2] is not None)
    assert SECRET not in str([event.model_dump_json() for event in made.events])
    assert SECRET not in json.dumps(model.requests)


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("tool", "code", "content"),
    [("deadly", "tool_broke", "7\n\nNot finished."), ("deadly_slow", "tool_timeout", "7\n\nNot finished."),
     ("leaks", "tool_blocked", "7\n\nNot finished.")],
)  # fmt: skip
async def test_a_tool_that_ends_the_run_leaves_a_message_and_no_task_that_goes_on(
    chats: dict[str, ChatKitClient],
    model: ModelServer,
    api: str,
    tool: str,
    code: str,
    content: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    model.script[:] = [Call(tool, {"order": 7}), Say("Gladly.")]
    made = await told(chats[api].create_thread("Order 7?"))
    again = await told(chats[api].add_user_message(made.thread_id, "Thanks"))
    reloaded = await stored(chats[api], made.thread_id)

    assert [error.message for error in made.view.errors] == [str(Localized(code))]
    assert made.view.errors[0].allow_retry
    for seen in (tasks(made.view.items), tasks(reloaded)):
        assert [(task.content, task.status_indicator) for task in seen] == [(content, "none")]
    assert again.text == "Gladly."
    assert f"({code})" in caplog.text
    assert SECRET not in str([event.model_dump_json() for event in made.events])


@pytest.mark.parametrize("api", APIS)
async def test_a_tool_that_does_not_exist_is_reported_to_the_model(
    chats: dict[str, ChatKitClient], model: ModelServer, api: str
) -> None:
    model.script[:] = [Call("fly", {}), Say("I cannot fly."), Say("Gladly.")]
    made = await told(chats[api].create_thread("Fly"))
    again = await told(chats[api].add_user_message(made.thread_id, "Thanks"))
    assert made.view.errors == []
    assert (made.text, again.text) == ("I cannot fly.", "Gladly.")
    assert "not found" in json.dumps(conversation(model)[1])


@pytest.mark.parametrize("arguments", ['{"order": ', '{"order": "seven"}', "[]"])
async def test_arguments_that_do_not_fit_are_for_the_model_to_correct(
    chats: dict[str, ChatKitClient], model: ModelServer, arguments: str
) -> None:
    call: dict[str, Any] = output_item(Call("works", {}), "a") | {"arguments": arguments}
    model.script[:] = [Raw([call]), Call("works", {"order": 7}), Say("It works.")]
    made = await told(chats["responses"].create_thread("Work"))
    assert made.text == "It works."
    assert "Correct them and call it again" in json.dumps(conversation(model)[1])
    assert [task.title for task in tasks(made.view.items)] == ["Works: failed", "Works"]


async def test_of_tools_at_once_only_the_failing_one_is_marked(
    chats: dict[str, ChatKitClient], model: ModelServer
) -> None:
    calls = [output_item(Call(name, {"order": 7}), name) for name in ("works", "breaks")]
    model.script[:] = [Raw(calls), Say("One of two.")]
    made = await told(chats["responses"].create_thread("Both"))
    assert [(task.title, task.status_indicator) for task in tasks(made.view.items)] == [
        ("Works", "complete"),
        ("Breaks: failed", "none"),
    ]


async def test_a_failure_beside_a_call_that_waits_for_approval_is_remembered_with_it(
    chats: dict[str, ChatKitClient], model: ModelServer
) -> None:
    calls = [output_item(Call(name, {"order": 7}), name) for name in ("breaks", "pays")]
    model.script[:] = [Raw(calls), Say("Paid."), Say("Gladly.")]
    client = chats["responses"]
    made = await told(client.create_thread("Pay"))
    done = await give(client, made.thread_id, "Approve")
    again = await told(client.add_user_message(made.thread_id, "Thanks"))
    assert (done.text, again.text) == ("Paid.", "Gladly.")
    for request in conversation(model)[1:]:
        assert "An error occurred while running the tool" in json.dumps(request)
        assert "it is paid" in json.dumps(request)


async def test_a_call_that_a_guardrail_rejects_reaches_the_model_with_its_text(
    chats: dict[str, ChatKitClient], model: ModelServer
) -> None:
    model.script[:] = [Call("forbidden", {"order": 7}), Say("I may not.")]
    made = await told(chats["responses"].create_thread("Try"))
    assert made.text == "I may not."
    assert "rules forbid this call" in json.dumps(conversation(model)[1])


async def test_a_tool_that_is_stopped_is_not_finished_and_not_running_after_a_reload(
    chats: dict[str, ChatKitClient], model: ModelServer
) -> None:
    model.script[:] = [Call("waits", {"order": 7}), Say("Gladly.")]
    client = chats["responses"]
    async with client.create_thread("Wait") as stream, asyncio.timeout(30):
        async for received in stream:
            if "workflow.task.added" in received.event.model_dump_json():
                break
        assert stream.run_id is not None
        await client.cancel_run(stream.run_id)
    thread = (await client.list_threads()).data[0].id
    (task,) = tasks(await stored(client, thread))
    again = await told(client.add_user_message(thread, "Go on"))
    assert (task.title, task.content, task.status_indicator) == ("Waits", "7\n\nNot finished.", "none")
    assert again.text == "Gladly."


@pytest.mark.parametrize("api", APIS)
async def test_a_nul_in_the_arguments_costs_neither_the_task_nor_the_thread(
    chats: dict[str, ChatKitClient], model: ModelServer, api: str
) -> None:
    model.script[:] = [Call("breaks_on", {"text": "a NUL \x00."}), Say("Sorry."), Say("Gladly.")]
    made = await told(chats[api].create_thread("NUL"))
    again = await told(chats[api].add_user_message(made.thread_id, "Thanks"))
    (task,) = tasks(made.view.items)
    assert str(task.content).startswith("a NUL .")
    assert (made.text, again.text) == ("Sorry.", "Gladly.")


def test_half_a_surrogate_pair_in_the_arguments_can_be_displayed() -> None:
    assert short_text('{"text": "half \\ud83d of it"}') == "half \ufffd of it"


async def test_an_agent_that_is_a_tool_and_whose_model_fails_is_a_failed_task(
    chats: dict[str, ChatKitClient], model: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    model.script[:] = [Call("ask_helper", {"input": "help"}), Fail(400), Say("No help.")]
    made = await told(chats["responses"].create_thread("Help"))
    assert made.text == "No help."
    assert [task.title for task in tasks(made.view.items)] == ["Ask helper: failed"]
    assert "the tool ask_helper failed: BadRequestError status=400" in caplog.text, "with its server's message"


async def test_the_failed_task_is_in_the_readers_language(chats: dict[str, ChatKitClient], model: ModelServer) -> None:
    model.script[:] = [Call("breaks", {"order": 7}), Say("Tut mir leid.")]
    english = chats["responses"]
    headers = {"Accept-Language": "de", "x-user": "gerd"}
    async with ChatKitClient(english.url, headers=headers) as german:
        made = await told(german.create_thread("Bestellung 7?"))
    (task,) = tasks(made.view.items)
    assert task.title == "Breaks: fehlgeschlagen"
    assert str(task.content).startswith("7\n\nFehlgeschlagen.")


@pytest.mark.parametrize(("tool", "error"), [("quits", "SystemExit"), ("quits_later", "KeyboardInterrupt")])
async def test_a_tool_that_would_end_the_server_ends_its_answer_only(
    chats: dict[str, ChatKitClient], model: ModelServer, tool: str, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    model.script[:] = [Call(tool, {"order": 7}), Say("Gladly.")]
    made = await told(chats["responses"].create_thread("Order 7?"))
    assert len(made.view.errors) == 1
    assert any(f"caused by {error}" in record.getMessage() for record in caplog.records)
    again = await told(chats["responses"].add_user_message(made.thread_id, "Thanks"))
    assert again.text == "Gladly."
