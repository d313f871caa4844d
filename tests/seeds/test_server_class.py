"""The server of "Run ChatKit on your own infrastructure": its class, client tools, metadata, progress and widgets.

The printed code names no imports, and some of its names are called otherwise by now: a file imports them as those.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from chatkit.types import AssistantMessageItem, ClientToolCallItem, UserMessageItem, WidgetItem

from chatkit_link.settings import Settings
from tests.agents.brought_servers.conftest import refusals
from tests.agents.test_models import conversation, scripted
from tests.finished_stream import stored, text_of, told, widget_text
from tests.model_server import Call, Say
from tests.seeds.conftest import Serve
from tests.seeds.printed import printed

IMPORTS = """
from typing import Any, AsyncIterator

from agents import Agent, RunContextWrapper, Runner, StopAtTools, function_tool
from chatkit.agents import AgentContext, ClientToolCall, simple_to_agent_input, stream_agent_response
from chatkit.server import ChatKitServer, stream_widget
from chatkit.store import AttachmentStore as FileStore
from chatkit.store import Store
from chatkit.types import Attachment as FilePart
from chatkit.types import Attachment as ImagePart
from chatkit.types import ClientToolCallItem as ClientToolCallOutputItem
from chatkit.types import ProgressUpdateEvent, ThreadMetadata, UserMessageItem
from chatkit.types import ThreadStreamEvent as Event
from chatkit.widgets import Card, Text
from openai.types.responses import ResponseInputContentParam


async def to_input_item(input, to_message_content):
    return await simple_to_agent_input(input)


"""
#: What the SDK's samples do in place of `to_input_item`: the agent knows the thread.
KNOWS_THE_THREAD = """


class MyChatKitServer(ChatKitServer):
    async def respond(self, thread, input, context):
        page = await self.store.load_thread_items(thread.id, after=None, limit=20, order="asc", context=context)
        agent_context = AgentContext(thread=thread, store=self.store, request_context=context)
        result = Runner.run_streamed(
            assistant_agent, await simple_to_agent_input(page.data), context=agent_context
        )
        async for event in stream_agent_response(agent_context, result):
            yield event
"""


async def test_the_server_class_is_made_with_both_stores_and_answers(serve: Serve) -> None:
    async with (
        scripted(Say("A helpful answer.")) as model,
        serve(IMPORTS + printed("server_class.py.txt"), model) as mine,
    ):
        made = await told(mine.create_thread("Hello"))
        items = await stored(mine, made.thread_id)
    assert [text_of(item) for item in items] == ["Hello", "A helpful answer."]
    [request] = conversation(model)
    assert (request["model"], request["instructions"]) == ("gpt-4.1", "You are a helpful assistant")
    assert "Hello" in json.dumps(request["input"])


async def test_a_client_tool_is_asked_of_the_page_and_its_output_goes_on(serve: Serve) -> None:
    code = IMPORTS + printed("client_tool.py.txt") + KNOWS_THE_THREAD
    script = (Call("add_to_todo_list", {"item": "Buy milk"}), Say("Milk is on your list."))
    async with scripted(*script) as model, serve(code, model) as mine:
        made = await told(mine.create_thread("Remind me of milk"))
        pending = next(item for item in await stored(mine, made.thread_id) if isinstance(item, ClientToolCallItem))
        went_on = await told(mine.add_client_tool_output(made.thread_id, {"added": True}))
    assert (pending.name, pending.arguments, pending.status) == ("add_to_todo_list", {"item": "Buy milk"}, "pending")
    assert went_on.text == "Milk is on your list."
    first, second = conversation(model)
    assert first["tools"][0]["description"] == "Add an item to the user's todo list."
    assert '"added": true' in json.dumps(second["input"]).replace("\\", "")


METADATA = """


class MyChatKitServer(ChatKitServer):
    async def respond(self, thread, input, context):
        turns = thread.metadata.get("turns", 0) + 1
        thread.metadata["turns"] = turns
        thread.metadata["previous_response"] = "resp_of_the_server_alone"
        async for event in stream_widget(
            thread,
            Card(children=[Text(value=f"Turn {turns}")]),
            generate_id=lambda item_type: self.store.generate_item_id(item_type, thread, context),
        ):
            yield event
"""


async def test_metadata_is_kept_from_turn_to_turn_and_not_sent(serve: Serve) -> None:
    async with serve(IMPORTS + METADATA, None) as mine:
        made = await told(mine.create_thread("Hello"))
        again = await told(mine.add_user_message(made.thread_id, "Again"))
        shown = [item for item in await stored(mine, made.thread_id) if isinstance(item, WidgetItem)]
        thread = await mine.get_thread(made.thread_id)
    assert [widget_text(item) for item in shown] == ["Turn 1", "Turn 2"]
    sent = "".join(event.model_dump_json() for event in (*made.events, *again.events)) + thread.model_dump_json()
    assert "resp_of_the_server_alone" not in sent


PROGRESS = """


@function_tool
async def count(ctx: RunContextWrapper[AgentContext]) -> str:
    await ctx.context.stream(ProgressUpdateEvent(text="Counting the beans"))
    return "There are 7 beans."


assistant_agent = Agent[AgentContext](name="Assistant", model="gpt-4.1", tools=[count])
"""


async def test_a_progress_update_is_replaced_by_the_message(serve: Serve) -> None:
    code = IMPORTS + PROGRESS + KNOWS_THE_THREAD
    async with scripted(Call("count", {}), Say("Seven.")) as model, serve(code, model) as mine:
        made = await told(mine.create_thread("How many?"))
        items = await stored(mine, made.thread_id)
    progress = made.types.index("progress_update")
    assert "thread.item.added" in made.types[progress:]
    # Nothing of it is left, neither on the screen nor after a reload.
    assert made.view.progress is None
    assert [type(item) for item in items] == [UserMessageItem, AssistantMessageItem]


async def test_a_widget_is_streamed_with_an_id_of_the_store(serve: Serve) -> None:
    method = "".join(f"    {line}" for line in printed("stream_widget.py.txt").splitlines(keepends=True))
    async with serve(f"{IMPORTS}\n\nclass MyChatKitServer(ChatKitServer):\n{method}", None) as mine:
        made = await told(mine.create_thread("Sum it up"))
        [_, widget] = await stored(mine, made.thread_id)
    assert isinstance(widget, WidgetItem)
    assert widget_text(widget) == "Generated summary"
    assert widget.id in {event.item.id for event in made.events if event.type == "thread.item.done"}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("from chatkit.store import FileStore", "FileStore is now called AttachmentStore, in chatkit.store."),
        ("from chatkit.types import Event", "Event is now called ThreadStreamEvent, in chatkit.types."),
        ("from chatkit.types import FilePart", "FilePart is now called FileAttachment, in chatkit.types."),
        ("from chatkit.types import ImagePart", "ImagePart is now called ImageAttachment, in chatkit.types."),
        (
            "from chatkit.types import ClientToolCallOutputItem",
            "ClientToolCallOutputItem is now called ClientToolCallItem, in chatkit.types.",
        ),
        (
            "from chatkit.agents import to_input_item",
            "to_input_item is now called simple_to_agent_input, in chatkit.agents.",
        ),
        ("from chatkit.server import ActionConfig", "ActionConfig is in chatkit.actions."),
        ("from chatkit.widgets import Action", "Action is in chatkit.actions."),
        ("from chatkit.agents import StreamingResult", "StreamingResult is in chatkit.server."),
        ("from openai_agents import Agent", "The package openai-agents is imported as agents."),
        ("import openai_chatkit.server", "The package openai-chatkit is imported as chatkit."),
        (
            "import chatkit.store as store; FileStore = store.FileStore",
            "FileStore is now called AttachmentStore, in chatkit.store.",
        ),
        ("class MyChatKitServer(ChatKitServer): ...", "ChatKitServer is in chatkit.server."),
        ("async def respond(event: Event): ...", "Event is now called ThreadStreamEvent, in chatkit.types."),
        ('agent = Agent(name="Assistant")', "Agent is in agents."),
        ("from chatkit.types import Nothing", ""),
        ("agent = nothing", ""),
        ("import json; json.Event", ""),
    ],
)
async def test_a_name_that_the_sdk_has_no_more_is_refused_with_what_it_is_called_now(
    line: str, sentence: str, catalog: Callable[[str], Path], make_settings: Callable[..., Settings]
) -> None:
    refused = await refusals(make_settings(config=catalog(line)))
    assert refused["mine"].endswith(f"(my_server.py, line 1). {sentence}".rstrip()), refused


async def test_an_argument_that_an_agent_does_not_take_is_named_with_its_line(
    catalog: Callable[[str], Path], make_settings: Callable[..., Settings]
) -> None:
    code = 'from agents import Agent\n\nagent = Agent(name="Professor Lock", parallel_tool_calls=True)\n'
    refused = await refusals(make_settings(config=catalog(code)))
    assert "'parallel_tool_calls'" in refused["mine"] and "my_server.py, line 3" in refused["mine"]
