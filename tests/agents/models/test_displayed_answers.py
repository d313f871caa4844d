"""What a user sees of answers that come in pieces, under changing ids, or from a tool."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from chatkit.types import AssistantMessageItem, GeneratedImageItem, NoticeEvent, ThoughtTask, WorkflowItem

from chatkit_link.client import ChatKitClient
from tests.agents.test_models import APIS, MakeSettings, conversation, scripted
from tests.conftest import running
from tests.finished_stream import stored, text_of, told
from tests.model_server import MODEL, Call, Deltas, ModelServer, Say, Structured, Think

AGENTS = """
import base64, io
from agents import Agent, RunContextWrapper, StopAtTools, ToolOutputImage, ToolsToFinalOutputResult, function_tool
from chatkit.widgets import Card, Text
from PIL import Image
from pydantic import BaseModel

class Order(BaseModel):
    city: str
    kilos: int

@function_tool
def text() -> str:
    return "Seven are left."

@function_tool
def data() -> Order:
    return Order(city="Ghent", kilos=2)

@function_tool
def nothing() -> None:
    return None

@function_tool
def picture() -> ToolOutputImage:
    target = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(target, "PNG")
    return ToolOutputImage(image_url="data:image/png;base64," + base64.b64encode(target.getvalue()).decode())

@function_tool
async def widget(ctx: RunContextWrapper) -> str:
    await ctx.context.stream_widget(Card(children=[Text(value="A card")]))
    return "shown"

@function_tool
def greet(name: str) -> str:
    return f"Hello {name}"

TOOLS = [text, data, nothing, picture, widget, greet]
first = Agent(name="First", tools=TOOLS, tool_use_behavior="stop_on_first_tool")
some = Agent(name="Some", tools=TOOLS, tool_use_behavior=StopAtTools(stop_at_tool_names=["text"]))
chosen = Agent(name="Chosen", tools=TOOLS, tool_use_behavior=lambda context, results: ToolsToFinalOutputResult(
    is_final_output=True, final_output="Decided: " + str(results[0].output)))
plain = Agent(name="Plain", tools=TOOLS)
typed = Agent(name="Typed", output_type=Order)
"""


@asynccontextmanager
async def chatting(
    make: MakeSettings, folder: Path, model: ModelServer, agent: str, api: str = "responses"
) -> AsyncIterator[ChatKitClient]:
    (folder / "shown.py").write_text(AGENTS)
    (folder / "agents.toml").write_text(f'default = "it"\n[agents.it]\ntarget = "shown.py:{agent}"\n')
    settings = make(
        openai_api_key="sk-1", openai_base_url=model.address, openai_api=api, search="local",
        model=MODEL if model.profile.openai_rules else "any", config=folder / "agents.toml",
    )  # fmt: skip
    async with running(settings) as address, ChatKitClient(f"{address}/chatkit") as client:
        yield client


#: agent, tool -> the message. What a tool has displayed itself is not repeated.
ENDS = {
    ("first", "text"): "Seven are left.",
    ("some", "text"): "Seven are left.",
    ("chosen", "text"): "Decided: Seven are left.",
    ("first", "data"): "- **City**: Ghent\n- **Kilos**: 2",
    ("first", "nothing"): "",
    ("first", "widget"): "",
}


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(("agent", "tool"), ENDS)
async def test_the_output_of_a_tool_that_ends_a_run_is_the_message(
    make_settings: MakeSettings, tmp_path: Path, agent: str, tool: str, api: str
) -> None:
    async with (
        scripted(Call(tool, {}), Say("Going on.")) as model,
        chatting(make_settings, tmp_path, model, agent, api) as client,
    ):
        made = await told(client.create_thread("How many?"))
        texts = [text_of(item) for item in await stored(client, made.thread_id) if item.type == "assistant_message"]
        # The next answer ends the run with a message, as the script has no call.
        again = await told(client.add_user_message(made.thread_id, "And now?"))
    assert made.view.errors == []
    assert texts == ([ENDS[agent, tool]] if ENDS[agent, tool] else [])
    assert again.text == "Going on."
    if texts:
        assert json.dumps(conversation(model)[-1]).count(json.dumps(texts[0])[1:-1]) >= 1


async def test_an_image_that_ends_a_run_is_displayed_as_one(make_settings: MakeSettings, tmp_path: Path) -> None:
    async with (
        scripted(Call("picture", {})) as model,
        chatting(make_settings, tmp_path, model, "first") as client,
    ):
        made = await told(client.create_thread("Show me"))
        (item,) = [item for item in await stored(client, made.thread_id) if isinstance(item, GeneratedImageItem)]
    assert item.image is not None
    assert not item.image.url.startswith("data:")
    assert "base64" not in made.text


async def test_a_message_before_the_tool_does_not_take_the_place_of_its_output(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with (
        scripted(Think("hm", Call("greet", {"name": "Ada"}))) as model,
        chatting(make_settings, tmp_path, model, "first") as client,
    ):
        made = await told(client.create_thread("Hi"))
    assert made.text == "Hello Ada"


@pytest.mark.parametrize("profile", ["openai", "vllm", "ollama"])
async def test_a_message_whose_id_changes_appears_once(
    make_settings: MakeSettings, tmp_path: Path, profile: str
) -> None:
    async with (
        scripted(Say("Once only.", done_id="msg_other"), profile=profile) as model,
        chatting(make_settings, tmp_path, model, "plain") as client,
    ):
        made = await told(client.create_thread("Hi"))
        reloaded = await stored(client, made.thread_id)
    for items in (made.view.items, reloaded):
        assert [text_of(item) for item in items if isinstance(item, AssistantMessageItem)] == ["Once only."]


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("tea \ud83c", "\udf75!"), "tea \U0001f375!"),
        (("\ud83c", "\udf75", "\ud83d", "\ude00"), "\U0001f375\U0001f600"),
        (("alone \ud83c", " and on"), "alone \ufffd and on"),
        (("at the end \ud83c",), "at the end \ufffd"),
    ],
)
async def test_a_character_in_two_halves_is_whole(
    make_settings: MakeSettings, tmp_path: Path, api: str, parts: tuple[str, ...], text: str
) -> None:
    async with (
        scripted(Deltas(*parts), Say("Going on.")) as model,
        chatting(make_settings, tmp_path, model, "plain", api) as client,
    ):
        made = await told(client.create_thread("Hi"))
        reloaded = await stored(client, made.thread_id)
        again = await told(client.add_user_message(made.thread_id, "And now?"))
    assert made.text == text
    assert text_of(reloaded[-1]) == text
    assert again.text == "Going on."


@pytest.mark.parametrize("api", APIS)
async def test_halves_in_thoughts_and_arguments_are_whole(
    make_settings: MakeSettings, tmp_path: Path, api: str
) -> None:
    step = Think("a \ud83c\udf75 thought", Call("greet", '{"name": "\ud83c\udf75"}'))
    async with (
        scripted(step, Say("Done."), profile="vllm") as model,
        chatting(make_settings, tmp_path, model, "plain", api) as client,
    ):
        made = await told(client.create_thread("Hi"))
        items = await stored(client, made.thread_id)
    assert (made.text, made.view.errors) == ("Done.", [])
    tasks = [task for item in items if isinstance(item, WorkflowItem) for task in item.workflow.tasks]
    assert [task.content for task in tasks if isinstance(task, ThoughtTask)] == ["a \U0001f375 thought"]
    assert "Hello \U0001f375" in json.dumps(conversation(model)[-1], ensure_ascii=False)


async def test_json_in_a_fence_is_json_where_the_server_takes_no_schema(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    fenced = f"```json\n{Structured({'city': 'Ghent', 'kilos': 2}).text}\n```"
    async with (
        scripted(Say(fenced), profile="deepseek", expect_refusals=True) as model,
        chatting(make_settings, tmp_path, model, "typed", "chat_completions") as client,
    ):
        made = await told(client.create_thread("Two kilos to Ghent"))
    assert made.view.errors == []
    assert not [event for event in made.events if isinstance(event, NoticeEvent)]
