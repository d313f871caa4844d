"""Tools with ``@progress``: what they do is displayed before they have done it, over HTTP and with a real service."""

import asyncio
import inspect
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from agents import FunctionTool, function_tool
from chatkit.types import (
    CustomTask,
    ProgressUpdateEvent,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    WorkflowItem,
)
from fastapi import FastAPI

from chatkit_link import Progress, progress
from chatkit_link.client import ChatKitClient, ThreadView
from chatkit_link.translations import Localized
from tests.agents.agent_builder.test_workflows import MakeSettings, chat
from tests.agents.test_approvals import settings_of
from tests.agents.test_models import Scripted, conversation, scripted
from tests.conftest import running
from tests.finished_stream import FinishedStream, stored, told
from tests.model_server import MODEL, Call, Calls, ModelServer, Say
from tests.sdk_server import serve

SECRET = "/srv/internal/path"
TOOLS = """
import asyncio
import threading

import httpx2
from agents import Agent, RunContextWrapper, function_tool
from agents.tool_context import ToolContext
from chatkit.widgets import Card, Text

from chatkit_link import Assistant, LinkContext, Progress, progress
from chatkit_link.errors import Unavailable

ADDRESS = "{address}"

async def ask(path):
    async with httpx2.AsyncClient(timeout=60) as client:
        return (await client.get(ADDRESS + path)).text

@function_tool
@progress("Looking up {{question}}", done="Looked up {{question}}", icon="search")
async def lookup(question: str, report: Progress) -> str:
    report("Asking the statistics server")
    return await ask("/held")

@function_tool
@progress("Looking up {{question}} in {{limit}} games")
async def lookup_with_context(
    ctx: RunContextWrapper[LinkContext], report: Progress, question: str, limit: int = 5
) -> str:
    return await ask("/held")

@function_tool
@progress("Looking up {{question}}")
def lookup_in_a_thread(ctx: ToolContext[LinkContext], question: str, report: Progress) -> str:
    assert threading.current_thread() is not threading.main_thread()
    report("Asking the statistics server")
    return httpx2.get(ADDRESS + "/held", timeout=60).text

@function_tool
@progress("Looking up {{question}}")
async def quiet_lookup(question: str) -> str:
    return await ask("/held")

async def tree(words):
    yield Card(children=[Text(value="Filling")])
    await ask("/held")
    yield Card(children=[Text(value=words)])

@function_tool
@progress("Drawing {{what}}")
async def draw(ctx: RunContextWrapper[LinkContext], what: str, report: Progress, then: str = "") -> str:
    report("One")
    report("Two")  # within a tenth of a second, so it is held back until the widget comes
    await ctx.context.stream_widget(Card(children=[Text(value=what)]))
    if then == "raise":
        raise Unavailable("The second page cannot be read.")
    if then:
        report(then)
        await ask("/held")
    return "drawn"

@function_tool
@progress("Filling {{what}}")
async def fill(ctx: RunContextWrapper[LinkContext], what: str) -> str:
    await ctx.context.stream_widget(tree(what))
    return "filled"

@function_tool
@progress("Asking {{whom}}", failed="{{whom}} was not reached")
async def refused(whom: str) -> str:
    raise Unavailable("The statistics server did not answer within 8 seconds.")

@function_tool
@progress("Asking {{whom}}")
def broken(whom: str) -> str:
    raise ValueError("/srv/internal/path")

@function_tool(timeout=0.05)
@progress("Asking {{whom}}")
async def late(whom: str) -> str:
    await asyncio.Event().wait()

@function_tool
def plain_refusal(whom: str) -> str:
    raise Unavailable("The statistics server is closed on Sundays.")

@function_tool
def quotes(whom: str) -> str:
    raise Unavailable(f"The statistics server knows no {{whom}}.")

@function_tool
@progress("Counting to {{limit}}")
def count(limit: int, report: Progress) -> str:
    for number in range(limit):
        report(str(number))
    return "counted"

helper = Agent(name="Helper", tools=[lookup])
agent = Assistant(
    Agent(name="A", tools=[
        lookup, lookup_with_context, lookup_in_a_thread, quiet_lookup, draw, fill, refused, broken, late, plain_refusal,
        quotes, count, helper.as_tool("ask_helper", "Asks."),
    ]),
    quiet_tools=frozenset({{"quiet_lookup"}}),
)
"""


@dataclass
class HeldService:
    """A service that answers when it may. asked: set when a request has come."""

    address: str = ""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)


@pytest.fixture(scope="module")
async def service() -> AsyncIterator[HeldService]:
    app, held = FastAPI(), HeldService()

    @app.get("/held")
    async def answer() -> str:
        held.asked.set()
        async with asyncio.timeout(60):
            await held.release.wait()
        return "27.4 points"

    async with serve(app) as held.address:
        yield held
        held.release.set()


@pytest.fixture(scope="module")
async def model() -> AsyncIterator[ModelServer]:
    async with scripted() as model:
        yield model


@pytest.fixture(scope="module")
async def client(
    make_settings: MakeSettings, model: ModelServer, service: HeldService, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ChatKitClient]:
    folder: Path = tmp_path_factory.mktemp("progress")
    settings = settings_of(make_settings, folder, TOOLS.format(address=service.address), model)
    async with chat(settings, {"x-user": "ada"}) as client:
        yield client


@pytest.fixture(autouse=True)
def _as_new(model: Scripted, service: HeldService) -> None:
    model.script.clear()
    model.requests.clear()
    service.asked.clear()
    service.release.clear()


def tasks(items: list[ThreadItem]) -> list[CustomTask]:
    found = [task for item in items if isinstance(item, WorkflowItem) for task in item.workflow.tasks]
    return [task for task in found if isinstance(task, CustomTask)]


def kinds(items: list[ThreadItem]) -> list[str]:
    return [item.type for item in items]


async def watched(
    stream: Any, look: Callable[[list[ThreadItem]], bool], then: Callable[[list[ThreadItem]], Awaitable[None]]
) -> FinishedStream:
    """Read a stream; when ``look`` is satisfied with what is displayed, ``then`` happens, and it is read to its end."""
    view, events, is_seen = ThreadView(), list[ThreadStreamEvent](), False
    async with stream, asyncio.timeout(60):
        async for received in stream:
            events.append(received.event)
            view.apply(received.event)
            if not is_seen and look(view.items):
                is_seen = True
                await then(view.items)
    assert is_seen, "what was waited for was displayed"
    return FinishedStream(events, [], stream.run_id)


@pytest.mark.parametrize(
    ("tool", "arguments", "title", "content", "end"),
    [
        ("lookup", {}, "Looking up Sam Porter", "Asking the statistics server", "Looked up Sam Porter"),
        ("lookup_with_context", {"limit": 3}, "Looking up Sam Porter in 3 games", None, None),
        ("lookup_in_a_thread", {}, "Looking up Sam Porter", "Asking the statistics server", None),
        ("quiet_lookup", {}, "Looking up Sam Porter", None, None),
    ],
)
async def test_a_tool_says_what_it_does_while_its_service_is_silent(
    client: ChatKitClient, model: ModelServer, service: HeldService,
    tool: str, arguments: dict[str, Any], title: str, content: str | None, end: str | None,
) -> None:  # fmt: skip
    model.script[:] = [Call(tool, {"question": "Sam Porter", **arguments}), Say("27.4.")]

    def is_told(items: list[ThreadItem]) -> bool:
        return [(task.title, task.content, task.status_indicator) for task in tasks(items)] == [
            (title, content, "loading")
        ]

    async def go_on(_: list[ThreadItem]) -> None:
        await service.asked.wait()
        assert not service.release.is_set()
        service.release.set()

    made = await watched(client.create_thread("How many?"), is_told, go_on)
    for seen in (tasks(made.view.items), tasks(await stored(client, made.thread_id))):
        assert [(task.title, task.status_indicator) for task in seen] == [(end or title, "complete")]
    assert made.text == "27.4."
    assert "27.4 points" in json.dumps(conversation(model)[1])
    parameters = next(each for each in conversation(model)[0]["tools"] if each["name"] == tool)["parameters"]
    assert set(parameters["properties"]) == {"question", *arguments}, "neither the context nor the progress"


async def test_the_line_is_there_within_300_ms_of_the_message(
    client: ChatKitClient, model: ModelServer, service: HeldService
) -> None:
    """The best of three, because this machine may be busy; the model and the service are asked over HTTP, too."""
    waits: list[float] = []
    for _ in range(3):
        model.script[:] = [Call("lookup", {"question": "Sam Porter"}), Say("27.4.")]
        service.release.clear()
        began = time.monotonic()

        async def go_on(_: list[ThreadItem], began: float = began) -> None:
            waits.append(time.monotonic() - began)
            service.release.set()

        await watched(client.create_thread("How many?"), lambda items: bool(tasks(items)), go_on)
    assert min(waits) < 0.3, waits


async def test_a_widget_takes_the_place_of_the_line(client: ChatKitClient, model: ModelServer) -> None:
    model.script[:] = [Call("draw", {"what": "a chart"}), Say("There it is.")]
    made = await told(client.create_thread("Draw"))
    added = [event for event in made.events if isinstance(event, ThreadItemAddedEvent)]
    assert [task.title for event in added for task in tasks([event.item])] == []
    assert next(event.item.type for event in added) == "workflow", "a line was there first"
    assert "Two" in str(made.events), "what was held back came before the widget"
    for items in (made.view.items, await stored(client, made.thread_id)):
        assert kinds(items)[-2:] == ["widget", "assistant_message"]
        assert "workflow" not in kinds(items)


async def test_an_answer_that_is_asked_for_again_has_its_widget_in_the_place_of_the_old_one(
    client: ChatKitClient, model: ModelServer
) -> None:
    model.script[:] = [Call("draw", {"what": "a chart"}), Say("There."), Call("draw", {"what": "a map"}), Say("Here.")]
    made = await told(client.create_thread("Draw"))
    question = next(item.id for item in made.view.items if item.type == "user_message")
    again = await told(client.retry_after_item(made.thread_id, question))
    items = await stored(client, made.thread_id)
    assert again.view.errors == []
    assert kinds(items) == ["user_message", "widget", "assistant_message"]
    assert "a map" in str(items) and "a chart" not in str(items)


async def test_a_report_after_a_widget_is_a_line_below_it(
    client: ChatKitClient, model: ModelServer, service: HeldService
) -> None:
    model.script[:] = [Call("draw", {"what": "a chart", "then": "Reading the second page"}), Say("There it is.")]

    async def go_on(items: list[ThreadItem]) -> None:
        assert kinds(items)[-2:] == ["widget", "workflow"]
        service.release.set()

    made = await watched(
        client.create_thread("Draw"),
        lambda items: [task.content for task in tasks(items)] == ["Reading the second page"],
        go_on,
    )
    (task,) = tasks(await stored(client, made.thread_id))
    assert (task.title, task.content, task.status_indicator) == (
        "Drawing a chart", "Reading the second page", "complete",
    )  # fmt: skip


async def test_of_tools_at_once_each_has_its_line_until_its_own_widget_or_end(
    client: ChatKitClient, model: ModelServer, service: HeldService
) -> None:
    model.script[:] = [
        Calls(
            Call("lookup", {"question": "Sam Porter"}),
            Call("fill", {"what": "a table"}),
            Call("draw", {"what": "a chart"}),
            Call("refused", {"whom": "StatMuse"}),
        ),
        Say("All of it."),
    ]

    async def go_on(items: list[ThreadItem]) -> None:
        running = [task.title for task in tasks(items) if task.status_indicator == "loading"]
        assert running == ["Looking up Sam Porter"], "neither of the two with a widget has a line any more"
        assert kinds(items).index("workflow") > kinds(items).index("widget"), "it follows what its neighbours display"
        service.release.set()

    def both(items: list[ThreadItem]) -> bool:
        return kinds(items).count("widget") == 2 and "StatMuse was not reached" in str(tasks(items))

    made = await watched(client.create_thread("All"), both, go_on)
    for items in (made.view.items, await stored(client, made.thread_id)):
        assert kinds(items).count("widget") == 2
        assert {(task.title, task.status_indicator) for task in tasks(items)} == {
            ("Looked up Sam Porter", "complete"),
            ("StatMuse was not reached", "none"),
        }
    assert made.text == "All of it."


@pytest.mark.parametrize(
    ("tool", "title", "words", "model_reads"),
    [
        ("refused", "StatMuse was not reached", "The statistics server did not answer within 8 seconds.",
         "did not answer within 8 seconds"),
        ("broken", "Asking StatMuse: failed", str(Localized("task_failed")), "An error occurred"),
        ("late", "Asking StatMuse: failed", str(Localized("task_timed_out")), "timed out"),
        ("plain_refusal", "Plain refusal: failed", "StatMuse\n\nThe statistics server is closed on Sundays.",
         "is closed on Sundays"),
    ],
)  # fmt: skip
async def test_a_failure_is_in_words_that_the_user_sees(
    client: ChatKitClient, model: ModelServer, tool: str, title: str, words: str, model_reads: str
) -> None:
    model.script[:] = [Call(tool, {"whom": "StatMuse"}), Say("Sorry.")]
    made = await told(client.create_thread("Ask"))
    for items in (made.view.items, await stored(client, made.thread_id)):
        assert [(task.title, task.content, task.status_indicator) for task in tasks(items)] == [(title, words, "none")]
        (workflow,) = [item for item in items if isinstance(item, WorkflowItem)]
        assert workflow.workflow.expanded, "the reader need not open anything"
    assert made.text == "Sorry."
    assert model_reads in json.dumps(conversation(model)[1])
    assert SECRET not in str(made.events) + json.dumps(model.requests)


async def test_the_log_has_the_reason_of_a_failure_without_what_the_user_wrote(
    client: ChatKitClient, model: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    model.script[:] = [Call("quotes", {"whom": "Ada Lovelace"}), Say("Sorry.")]
    made = await told(client.create_thread("Ask"))
    assert str(tasks(made.view.items)[0].content).endswith("knows no Ada Lovelace.")
    assert "the tool quotes failed: The statistics server knows no […]" in caplog.text
    assert "Lovelace" not in caplog.text


async def test_a_failure_after_a_widget_is_below_it(client: ChatKitClient, model: ModelServer) -> None:
    model.script[:] = [Call("draw", {"what": "a chart", "then": "raise"}), Say("Half of it.")]
    made = await told(client.create_thread("Draw"))
    items = await stored(client, made.thread_id)
    assert kinds(items)[-3:] == ["widget", "workflow", "assistant_message"]
    assert [task.title for task in tasks(items)] == ["Drawing a chart: failed"]
    assert str(tasks(items)[0].content).endswith("The second page cannot be read.")


async def test_a_tool_that_is_stopped_is_not_finished_after_a_reload(
    client: ChatKitClient, model: ModelServer, service: HeldService
) -> None:
    model.script[:] = [Call("lookup_in_a_thread", {"question": "Sam Porter"}), Say("Gladly.")]
    stream = client.create_thread("How many?")
    async with stream, asyncio.timeout(60):
        async for received in stream:
            if isinstance(received.event, ThreadItemUpdatedEvent) and "Asking" in received.event.model_dump_json():
                break
        assert stream.run_id is not None
        await client.cancel_run(stream.run_id)
    service.release.set()
    thread = (await client.list_threads()).data[0].id
    (task,) = tasks(await stored(client, thread))
    assert (task.title, task.status_indicator) == ("Looking up Sam Porter", "none")
    assert task.content == "Asking the statistics server\n\nNot finished."
    assert (await told(client.add_user_message(thread, "Go on"))).text == "Gladly."


async def test_the_tool_of_an_agent_that_is_a_tool_is_displayed(
    client: ChatKitClient, model: ModelServer, service: HeldService
) -> None:
    service.release.set()
    model.script[:] = [
        Call("ask_helper", {"input": "Porter"}),
        Call("lookup", {"question": "Sam Porter"}),
        Say("27.4."),
        Say("So many."),
    ]
    made = await told(client.create_thread("How many?"))
    assert [(task.title, task.status_indicator) for task in tasks(await stored(client, made.thread_id))] == [
        ("Ask helper", "complete"),
        ("Looked up Sam Porter", "complete"),
    ]


async def test_ten_thousand_reports_are_a_few_events_and_the_last_one_stays(
    client: ChatKitClient, model: ModelServer
) -> None:
    model.script[:] = [Call("count", {"limit": 10_000}), Say("Counted.")]
    made = await told(client.create_thread("Count"))
    (task,) = tasks(await stored(client, made.thread_id))
    assert (task.content, task.status_indicator) == ("9999", "complete")
    assert len(made.events) < 200


@pytest.mark.parametrize("words", ["a\x00b", "{braces} and \\{", "  two\n lines ", "x" * 5_000])
async def test_any_argument_can_be_displayed(client: ChatKitClient, model: ModelServer, words: str) -> None:
    model.script[:] = [Call("refused", json.dumps({"whom": words})), Say("Sorry.")]
    made = await told(client.create_thread("Ask"))
    (task,) = tasks(await stored(client, made.thread_id))
    assert made.view.errors == []
    assert task.title is not None and task.title.endswith("was not reached")
    assert len(task.title) < 200 and "\n" not in task.title


async def test_in_a_server_that_runs_its_agent_itself_it_is_chatkits_progress_line(
    make_settings: MakeSettings, tmp_path: Path, service: HeldService
) -> None:
    service.release.set()
    server = """
from agents import OpenAIResponsesModel, Runner
from openai import AsyncOpenAI
from chatkit.agents import AgentContext, stream_agent_response
from chatkit.server import ChatKitServer

class Mine(ChatKitServer):
    async def respond(self, thread, message, context):
        link = AgentContext(thread=thread, store=self.store, request_context=context)
        async with AsyncOpenAI(base_url="BASE", api_key="sk-1") as openai:
            mine = helper.clone(model=OpenAIResponsesModel("MODEL", openai))
            result = Runner.run_streamed(mine, "How many?", context=link)
            async for event in stream_agent_response(link, result):
                yield event
"""
    async with scripted(Call("lookup", {"question": "Sam Porter"}), Say("27.4.")) as model:
        text = TOOLS.format(address=service.address).replace("agent = Assistant", "_ = Assistant") + server.replace(
            "MODEL", MODEL
        ).replace("BASE", model.address)
        async with chat(settings_of(make_settings, tmp_path, text, model), {"x-user": "ada"}) as client:
            made = await told(client.create_thread("How many?"))
    lines = [event.text for event in made.events if isinstance(event, ProgressUpdateEvent)]
    assert lines == ["Looking up Sam Porter", "Looking up Sam Porter: Asking the statistics server"]
    assert made.text == "27.4."


async def test_the_offline_model_has_the_same_lines(
    make_settings: MakeSettings, tmp_path: Path, service: HeldService
) -> None:
    (tmp_path / "a.py").write_text(
        TOOLS.format(address=service.address)
        + """
from chatkit_link import ToolCall

def decide(given, tools):
    is_done = any(item.get("type") == "function_call_output" for item in given)
    return "27.4." if is_done else ToolCall("lookup", {"question": "Sam Porter"})

agent = Assistant(helper, offline=decide)
"""
    )
    (tmp_path / "chatkit-link.toml").write_text('default = "a"\n[agents.a]\ntarget = "a.py"\n')
    settings = make_settings(config=tmp_path / "chatkit-link.toml")

    async def go_on(_: list[ThreadItem]) -> None:
        service.release.set()

    async with running(settings) as address, ChatKitClient(f"{address}/chatkit") as client:
        made = await watched(
            client.create_thread("How many?"),
            lambda items: [task.title for task in tasks(items)] == ["Looking up Sam Porter"],
            go_on,
        )
    assert made.text == "27.4."


async def test_a_decorated_function_can_still_be_called() -> None:
    @progress("Adding {one} and {other}")
    def add(one: int, other: int = 2, *, report: Progress) -> int:
        report("nobody looks")
        return one + other

    @progress("Greeting")
    async def greet(name: str) -> str:
        """Greet a person."""
        return f"Hello, {name}"

    assert await add(1) == 3
    assert await greet(name="Ada") == "Hello, Ada"
    with pytest.raises(TypeError, match="name"):
        await greet()
    tool = function_tool(greet)
    assert isinstance(tool, FunctionTool)
    assert (tool.name, tool.description) == ("greet", "Greet a person.")
    assert list(inspect.signature(greet).parameters) == ["run_context", "name"]


def test_a_mistake_is_found_where_the_tool_is_written() -> None:
    def tool(question: str) -> str:
        return question

    class Mine:
        def tool(self, question: str) -> str:
            return question

    for title in ("Asking {query}", "Asking {question.__class__}", "Asking {question!r}", "Asking {}"):
        with pytest.raises(TypeError, match="no argument"):
            progress(title)(tool)
    with pytest.raises(TypeError, match="above @progress"):
        progress("Asking {question}")(function_tool(tool))  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="bound method"):
        progress("Asking {question}")(Mine.tool)
    assert set(function_tool(progress("Asking {question}")(Mine().tool)).params_json_schema["properties"]) == {
        "question"
    }
