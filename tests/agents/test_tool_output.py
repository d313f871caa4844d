"""What a tool returns is bounded and clean: in the next request, in the database, and in the turns that follow."""

import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from agents import RunConfig
from agents.run_config import CallModelData, ModelInputData

from chatkit_link.agents.tool_failures import ToolFailure, failure_of, with_tool_policy
from chatkit_link.agents.tool_output import Cut, bounded, bounded_item, bounded_record, cut_of, output_limit
from chatkit_link.caller import Caller
from chatkit_link.client import ChatKitClient
from chatkit_link.store.postgres import PostgresStore
from tests.agents.agent_builder.test_workflows import MakeSettings, chat
from tests.agents.test_approvals import settings_of
from tests.agents.test_models import APIS, conversation, scripted
from tests.agents.test_tool_failures import tasks
from tests.finished_stream import stored, told
from tests.model_server import Call, ModelServer, Raw, Say, output_item

LIMIT = 10_000
USER = f"ada-{uuid.uuid4().hex}"
HALF = "\ud83d"
TOOLS = """
from agents import Agent, ToolOutputImage, ToolOutputText, function_tool
from pydantic import BaseModel

class Point(BaseModel):
    x: int = 1

@function_tool
def huge() -> str:
    return "abc " * 750_000

@function_tool
def half() -> str:
    return "half \\ud83d of a pair, and NUL \\x00 too"

@function_tool
def raw() -> bytes:
    return b"\\xff\\x00 bytes"

@function_tool
def point() -> Point:
    return Point()

@function_tool
def numbers():
    yield from range(3)

@function_tool
def nothing() -> None:
    return None

@function_tool
def nested() -> dict:
    return {"deep": ["\\ud83d", b"x", {1, 2}]}

@function_tool
def picture():
    return [ToolOutputText(text="A chart. " * 9000), ToolOutputImage(image_url="data:image/png;base64," + "A" * 50_000)]

agent = Agent(name="A", tools=[huge, half, raw, point, numbers, nothing, nested, picture])
"""


@pytest.fixture(scope="module")
async def model() -> AsyncIterator[ModelServer]:
    async with scripted() as model:
        yield model


@pytest.fixture(scope="module")
async def chats(
    make_settings: MakeSettings, model: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, ChatKitClient]]:
    folder: Path = tmp_path_factory.mktemp("outputs")
    headers, given = {"x-user": USER}, {"tool_output": LIMIT}
    async with (
        chat(settings_of(make_settings, folder, TOOLS, model, openai_api="responses", **given), headers) as responses,
        chat(
            settings_of(make_settings, folder, TOOLS, model, openai_api="chat_completions", **given), headers
        ) as other,
    ):
        yield {"responses": responses, "chat_completions": other}


@pytest.fixture(autouse=True)
def _new_script(model: ModelServer) -> None:
    model.script.clear()
    model.requests.clear()


@pytest.mark.parametrize("api", APIS)
async def test_three_megabytes_are_cut_at_once_and_both_model_and_user_are_informed(
    chats: dict[str, ChatKitClient], model: ModelServer, api: str, store: PostgresStore
) -> None:
    model.script[:] = [Call("huge", {}), Say("Much."), Say("Gladly.")]
    made = await told(chats[api].create_thread("How much?"))
    again = await told(chats[api].add_user_message(made.thread_id, "Thanks"))
    reloaded = await stored(chats[api], made.thread_id)

    assert (made.text, again.text) == ("Much.", "Gladly.")
    for request in conversation(model)[1:]:
        assert "[cut: 10,000 of 3,000,000 characters]" in json.dumps(request)
        assert LIMIT < len(json.dumps(request)) < 3 * LIMIT
    for seen in (tasks(made.view.items), tasks(reloaded)):
        (task,) = seen
        assert task.content == "The result was too long: the assistant received 10,000 of 3,000,000 characters."
        assert task.status_indicator == "complete"
    record = await store.load_turn(made.thread_id, reloaded[0].id, Caller(tenant="default", user=USER))
    assert record is not None
    assert LIMIT < len(json.dumps(record["input"])) < 2 * LIMIT


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        ("half", "half \ufffd of a pair, and NUL  too"),
        ("raw", "bytes"),
        ("point", "x=1"),
        ("numbers", "generator"),
        ("nothing", "None"),
        ("nested", "deep"),
    ],
)
async def test_what_cannot_be_written_is_written_otherwise_now_and_in_later_turns(
    chats: dict[str, ChatKitClient], model: ModelServer, api: str, tool: str, expected: str
) -> None:
    model.script[:] = [Call(tool, {}), Say("So."), Say("Gladly.")]
    made = await told(chats[api].create_thread("Look"))
    again = await told(chats[api].add_user_message(made.thread_id, "Thanks"))
    assert made.view.errors == again.view.errors == []
    assert (made.text, again.text) == ("So.", "Gladly.")
    for request in conversation(model)[1:]:
        assert expected in json.dumps(request, ensure_ascii=False)


async def test_an_image_reaches_the_model_once_and_is_not_stored_beyond_the_limit(
    chats: dict[str, ChatKitClient], model: ModelServer
) -> None:
    model.script[:] = [Call("picture", {}), Say("Fine."), Say("Gladly.")]
    made = await told(chats["responses"].create_thread("Draw"))
    await told(chats["responses"].add_user_message(made.thread_id, "Thanks"))
    now, later = (json.dumps(request) for request in conversation(model)[1:])
    assert "A" * 50_000 in now
    assert "A" * 1000 not in later
    assert "An image of 50,022 characters was here" in later
    assert "[cut: 10,000 of 81,000 characters]" in now
    assert "[cut: 10,000 of 81,000 characters]" in later


async def test_the_outputs_of_one_turn_are_bounded_together_in_the_record(
    chats: dict[str, ChatKitClient], model: ModelServer
) -> None:
    calls = [output_item(Call("huge", {}), f"h{number}") for number in range(9)]
    model.script[:] = [Raw(calls), Say("Much."), Say("Gladly.")]
    made = await told(chats["responses"].create_thread("All"))
    await told(chats["responses"].add_user_message(made.thread_id, "Thanks"))
    now, later = (json.dumps(request) for request in conversation(model)[1:])
    assert now.count("of 3,000,000 characters]") == later.count("of 3,000,000 characters]") == 9
    assert later.count("[cut: 10,000 of") == 4
    assert later.count("[cut: 0 of") == 5


# Pure


def test_what_an_old_version_has_stored_is_bounded_and_cleaned_before_it_is_sent() -> None:
    config = with_tool_policy(RunConfig(), LIMIT)
    old: list[Any] = [
        {"role": "user", "content": "hello"},
        {"type": "function_call_output", "call_id": "a", "output": "x" * 5 * LIMIT + HALF},
        {"type": "function_call_output", "call_id": "b", "output": HALF},
    ]
    assert config.call_model_input_filter is not None
    sent: Any = config.call_model_input_filter(CallModelData(ModelInputData(old, None), None, None))  # pyright: ignore[reportArgumentType]
    json.dumps(sent.input, ensure_ascii=False).encode()  # what the client does with it
    assert sent.input[0] is old[0], "what is right as it is, stays the same object"
    assert sent.input[1]["output"].endswith("[cut: 10,000 of 50,001 characters]")
    assert sent.input[2]["output"] == "\ufffd"
    assert output_limit(config) == LIMIT


def test_what_is_cut_already_is_cut_no_further_and_keeps_its_first_length() -> None:
    once = bounded("x" * 500, 100)
    assert bounded(once, 100) == once
    assert bounded(once, 10) == f"{'x' * 10}\n[cut: 10 of 500 characters]"


def test_a_text_of_just_the_limit_is_whole() -> None:
    assert bounded("x" * 100, 100) == "x" * 100
    assert cut_of("x" * 100, 100) is None
    assert cut_of("x" * 101, 100) == Cut(100, 101)
    assert cut_of({"type": "text", "text": "x" * 101}, 100) == Cut(100, 101)


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ({"type": "mcp_call", "output": "x" * 500, "error": None}, "output"),
        ({"type": "shell_call_output", "output": [{"stdout": "x" * 500, "stderr": "y" * 500}]}, "output"),
        ({"type": "file_search_call", "results": [{"text": "x" * 500, "score": 0.5}]}, "results"),
        ({"type": "code_interpreter_call", "outputs": [{"type": "logs", "logs": "x" * 500}]}, "outputs"),
    ],
)
def test_every_type_of_output_is_bounded(item: dict[str, Any], field: str) -> None:
    cut = bounded_item(item, 100)
    assert "[cut: 100 of 500 characters]" in json.dumps(cut[field])
    assert cut["type"] == item["type"]
    assert len(json.dumps(cut)) < 350


def test_a_call_and_a_message_are_left_as_they_are() -> None:
    items = [{"type": "function_call", "arguments": "x" * 500}, {"type": "message", "content": "x" * 500}]
    assert bounded_record(items, 100) == items


def test_a_failure_is_known_in_every_shape_in_which_an_output_comes() -> None:
    failure, context, tool = ToolFailure("no", ValueError()), None, None
    for result in (failure, {"type": "text", "text": failure}, [{"type": "text", "text": failure}]):
        assert failure_of(context, tool, result) is failure  # pyright: ignore[reportArgumentType]
    for result in ("no", 7, None, {"a": 1}, [1]):
        assert failure_of(context, tool, result) is None  # pyright: ignore[reportArgumentType]
