"""The Python of "Actions in ChatKit", with the colons and names that it lacks."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from chatkit.actions import Action, ActionConfig
from pydantic import BaseModel, ValidationError

from chatkit_link.client import ChatKitClient
from chatkit_link.import_target import load_module
from tests.agents.test_models import conversation, scripted
from tests.finished_stream import stored, told
from tests.model_server import Say
from tests.seeds.conftest import Serve
from tests.seeds.printed import printed

IMPORTS = """
from datetime import datetime
from typing import Annotated, Any, AsyncIterator, Literal

from agents import Agent, Runner
from chatkit.actions import Action, ActionConfig
from chatkit.agents import AgentContext, simple_to_agent_input, stream_agent_response
from chatkit.server import ChatKitServer
from chatkit.types import HiddenContextItem, ThreadMetadata, WidgetItem
from chatkit.types import ThreadStreamEvent as Event
from chatkit.widgets import Button
from pydantic import BaseModel, Field, TypeAdapter

RequestContext = Any
done = []


async def do_thing(thing_id):
    done.append(thing_id)


"""
ASKS_THE_MODEL = """

    async def respond(self, thread, input, context):
        page = await self.store.load_thread_items(thread.id, after=None, limit=20, order="asc", context=context)
        agent_context = AgentContext(thread=thread, store=self.store, request_context=context)
        agent = Agent(name="Assistant", model="gpt-4.1", instructions=f"Things done: {done}")
        result = Runner.run_streamed(agent, await simple_to_agent_input(page.data), context=agent_context)
        async for event in stream_agent_response(agent_context, result):
            yield event
"""
WITH_A_COLON = {"ChatKitServer[RequestContext])\n": "ChatKitServer[RequestContext]):\n"}
SERVER = (
    IMPORTS
    + printed(
        "action_server.py.txt",
        WITH_A_COLON
        | {
            'id="item_123",': 'id="item_123", thread_id=thread.id,',
            "self.generate(context, thread)": "self.respond(thread, None, context)",
        },
    )
    + ASKS_THE_MODEL
)


def test_without_their_colon_the_classes_are_no_python() -> None:
    for name in ("action_server.py.txt", "typed_actions.py.txt", "typed_handler.py.txt", "todo_handler.py.txt"):
        with pytest.raises(SyntaxError):
            compile(printed(name), name, "exec")


async def test_an_action_is_handled_by_the_server(serve: Serve) -> None:
    async with scripted(Say("Hello."), Say("I saw it.")) as model, serve(SERVER, model) as mine:
        made = await told(mine.create_thread("Hello"))
        acted = await told(mine.custom_action(made.thread_id, "example", {"id": 123}))
    assert acted.text == "I saw it."
    assert conversation(model)[1]["instructions"] == "Things done: [123]"


async def test_a_hidden_item_is_read_by_the_model_and_not_by_the_user(serve: Serve) -> None:
    """Each click stores it under the same id, in each thread."""
    script = (Say("Hello."), Say("I saw it."), Say("Again."), Say("Hi."), Say("Here too."))
    async with scripted(*script) as model, serve(SERVER, model) as mine:
        threads = [await acts(mine, clicks) for clicks in (2, 1)]
    answers = [types.count("assistant_message") for types, _ in threads]
    assert answers == [3, 2]
    assert {kind for types, _ in threads for kind in types} == {"user_message", "assistant_message"}
    assert not any("USER_ACTION" in sent for _, sent in threads)
    # The one question is without it, what follows a click has it.
    asked = [json.dumps(request["input"]).count("<USER_ACTION>") for request in conversation(model)]
    assert asked == [0, 1, 1, 0, 1]


async def acts(mine: ChatKitClient, clicks: int) -> tuple[list[str], str]:
    """The types of the items of a new thread after so many clicks, and all that its user was sent."""
    made = await told(mine.create_thread("Hello"))
    streams = [await told(mine.custom_action(made.thread_id, "example", {"id": n})) for n in range(clicks)]
    items = await stored(mine, made.thread_id)
    sent = [event for stream in (made, *streams) for event in stream.events]
    return [item.type for item in items], "".join(one.model_dump_json() for one in (*sent, *items))


#: The printed module, with the colons and the method of a TypeAdapter that it lacks.
TYPED = IMPORTS + printed(
    "typed_actions.py.txt",
    {
        "ExamplePayload(BaseModel)\n": "ExamplePayload(BaseModel):\n",
        "]): AppAction\n": "]) -> AppAction:\n",
        "ActionAdapter.model_validate(action)": "ActionAdapter.validate_python(action.model_dump())",
        "\nButton(\n": "\nbutton = Button(\n",
    },
)


def test_typed_actions_are_made_and_parsed(tmp_path: Path) -> None:
    (tmp_path / "typed_actions.py").write_text(TYPED, encoding="utf-8")
    module = load_module("typed_actions.py", "it", tmp_path)
    config: ActionConfig = module.button.onClickAction
    sent = json.loads(config.model_dump_json())
    assert (sent["type"], sent["payload"]) == ("example", {"id": 123})
    parse = module.parse_app_action
    example = parse(Action[str, Any](type="example", payload={"id": "123"}))
    assert isinstance(example.payload, BaseModel) and example.payload.model_dump() == {"id": 123}
    assert parse(Action[str, Any](type="other", payload=None)).payload is None
    for wrong in ({"type": "example", "payload": {}}, {"type": "third", "payload": None}):
        with pytest.raises(ValidationError):
            parse(Action[str, Any](**wrong))


async def test_a_typed_action_reaches_its_handler_which_has_no_yield(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    code = TYPED + printed("typed_handler.py.txt", WITH_A_COLON) + ASKS_THE_MODEL
    async with scripted(Say("Hello."), Say("Done.")) as model, serve(code, model) as mine:
        made = await told(mine.create_thread("Hello"))
        acted = await told(mine.custom_action(made.thread_id, "example", {"id": "123"}))
        assert acted.view.errors == []
        refused = await told(mine.custom_action(made.thread_id, "third", None))
        await told(mine.add_user_message(made.thread_id, "What was done?"))
    assert conversation(model)[1]["instructions"] == "Things done: [123]"
    [notice] = [line.getMessage() for line in caplog.records if "has no `yield`" in line.getMessage()]
    place, _, words = notice.partition(" has ")
    assert re.fullmatch(r"MyChatKitServer\.action \(my_server\.py:\d+\)", place)
    assert words == "no `yield`: it was awaited, and gave no events"
    # What its own parsing refuses is an error, and not silence.
    assert len(refused.view.errors) == 1
