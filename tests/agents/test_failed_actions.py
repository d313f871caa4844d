"""A click that fails: the person reads that it was the click, the widget stays, and the log has the reason."""

import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import WidgetItem

from chatkit_link.client import ChatKitClient, ClientError
from chatkit_link.protocol import json_requests
from chatkit_link.settings import Settings
from chatkit_link.telemetry.logging import setup_logging
from chatkit_link.translations import Localized
from tests.conftest import running
from tests.finished_stream import FinishedStream, stored, told

AGENT = """\
import asyncio
from typing import Any, Literal

from chatkit.actions import Action
from chatkit.types import ErrorEvent, ThreadItemDoneEvent, UserMessageItem, UserMessageTextContent, InferenceOptions
from chatkit.widgets import Button, Card
from chatkit_link import ActionRegistry, Assistant
from chatkit_link.widgets import WidgetLibrary
from datetime import datetime
from pathlib import Path
from pydantic import BaseModel, Field

actions = ActionRegistry()
clicks = {"number": 0}


class Leg(BaseModel):
    odds: int = Field(ge=100)


def action(name, payload=Any):
    return Action[Literal[name], payload]


Raise, Bad, Item, Coroutine = action("do.raise"), action("do.bad"), action("do.item"), action("do.coroutine")
Widget, WidgetSync = action("do.draw"), action("do.redraw")
Own, Once = action("do.own"), action("do.once")
Asks, Nothing, Then, Typed = action("do.asks"), action("do.nothing"), action("do.then"), action("do.typed", Leg)
Sync, Dict, Endless = action("do.sync"), action("do.dict"), action("do.endless")


@actions.streams(Raise)
async def raises(ctx, payload, sender):
    raise RuntimeError("the shelf is empty")
    yield


@actions.streams(Widget)
async def widget(ctx, payload, sender):
    WidgetLibrary(Path(__file__).parent).load("nowhere")
    yield


@actions.updates(WidgetSync)
async def widget_sync(ctx, payload, sender):
    WidgetLibrary(Path(__file__).parent).load("nowhere")


@actions.streams(Bad)
async def bad(ctx, payload, sender):
    yield {"type": "thread.item.done"}


@actions.streams(Item)
async def item(ctx, payload, sender):
    yield sender


@actions.streams(Coroutine)
async def coroutine(ctx, payload, sender):
    return None


@actions.streams(Own)
async def own(ctx, payload, sender):
    yield ErrorEvent(message="The market is closed.", allow_retry=True)


@actions.streams(Once)
async def once(ctx, payload, sender):
    clicks["number"] += 1
    if clicks["number"] == 1:
        raise KeyError("price")
    yield ThreadItemDoneEvent(item=sender.model_copy(update={"widget": card("done")}))


@actions.asks(Asks)
async def asks(ctx, payload, sender):
    raise RuntimeError("no words")


@actions.asks(Nothing)
async def nothing(ctx, payload, sender):
    return None


@actions.asks(Then)
async def then(ctx, payload, sender):
    text = [UserMessageTextContent(text="Do it")]
    ctx.thread.metadata["fail"] = True
    return [UserMessageItem(id=ctx.new_id("message"), thread_id=ctx.thread.id, created_at=datetime.now(), content=text,
                            inference_options=InferenceOptions())]


@actions.streams(Typed)
async def typed(ctx, payload, sender):
    yield ThreadItemDoneEvent(item=sender)


@actions.updates(Sync)
async def sync(ctx, payload, sender):
    raise RuntimeError("the shelf is empty")


@actions.updates(Dict)
async def a_dict(ctx, payload, sender):
    return {"type": "Card"}


@actions.updates(Endless)
async def endless(ctx, payload, sender):
    await asyncio.Event().wait()


def card(label):
    names = ["draw", "redraw", "raise", "bad",
             "item", "coroutine", "own", "once", "asks", "nothing", "then", "sync", "dict", "endless"]
    buttons = [Button(label=name, onClickAction={"type": f"do.{name}", "payload": {}}) for name in names]
    typed = Button(label="typed", onClickAction={"type": "do.typed", "payload": {"odds": 5}})
    rob = Button(label="rob", onClickAction={"type": "do.rob", "payload": {}})
    return Card(children=[Button(label=label), typed, rob, *buttons])


async def respond(ctx):
    if ctx.thread.metadata.get("fail"):
        raise RuntimeError("no answer")
    async for event in ctx.stream_widget(card("open")):
        yield event


assistant = Assistant(respond, actions)
"""
FAILED = str(Localized("action_failed"))


@pytest.fixture(scope="module")
async def address(
    make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    folder = tmp_path_factory.mktemp("clicks")
    (folder / "clicks.py").write_text(AGENT)
    (folder / "chatkit-link.toml").write_text('[agents.clicks]\ntarget = "clicks.py"\n')
    async with running(make_settings(config=folder / "chatkit-link.toml")) as found:
        yield found


@pytest.fixture
def log_format() -> logging.Formatter:
    """As a server logs."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    setup_logging("info")
    (handler,) = root.handlers
    root.handlers[:], root.level = before
    assert handler.formatter is not None
    return handler.formatter


class Visit:
    def __init__(self, client: ChatKitClient, made: FinishedStream) -> None:
        self.client, self.thread_id = client, made.thread_id
        (self.card,) = [item for item in made.view.items if isinstance(item, WidgetItem)]

    async def click(self, name: str, payload: Any = None) -> FinishedStream:
        payload = {} if payload is None else payload
        return await told(self.client.custom_action(self.thread_id, f"do.{name}", payload, item_id=self.card.id))

    async def sync(self, name: str) -> Any:
        return await self.client.sync_custom_action(self.thread_id, f"do.{name}", {}, item_id=self.card.id)


@pytest.fixture
async def visit(address: str) -> AsyncIterator[Visit]:
    async with ChatKitClient(f"{address}/chatkit/clicks") as client:
        yield Visit(client, await told(client.create_thread("Hello")))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("raise", "RuntimeError: the shelf is empty (clicks.py:"),
        ("draw", "WidgetError: nowhere.widget: there is no such file (clicks.py:"),
        ("bad", "bad (clicks.py:"),
        ("item", ") yielded a WidgetItem, which is an item. Yield `ThreadItemDoneEvent(item=...)` with it."),
        ("coroutine", ") returned a coroutine: it has no `yield`."),
        ("asks", "RuntimeError: no words (clicks.py:"),
        ("nothing", ") returned None. Return a list of items."),
    ],
)
async def test_what_failed_is_the_click_and_the_widget_stays(
    visit: Visit, name: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    acted = await visit.click(name)
    (error,) = acted.view.errors
    # Of what is on the wire, every page can display the sentence, and no retry of a message takes the widget away.
    assert (error.code, error.message, error.allow_retry) == ("custom", FAILED, False)
    assert [item.type for item in await stored(visit.client, visit.thread_id)] == ["user_message", "widget"]
    (line,) = [
        record.getMessage() for record in caplog.records if f"the action 'do.{name}' (run " in record.getMessage()
    ]
    assert line.startswith("request ")
    assert reason in line


async def test_the_log_of_a_failed_click_says_its_text_once_and_never_that_it_is_left_out(
    visit: Visit, caplog: pytest.LogCaptureFixture, log_format: logging.Formatter
) -> None:
    for name, text in {"raise": "the shelf is empty", "asks": "no words"}.items():
        caplog.clear()
        await visit.click(name)
        (record,) = [each for each in caplog.records if f"the action 'do.{name}' (run " in each.getMessage()]
        logged = log_format.format(record)
        assert logged.count(text) - logged.count(f'Error("{text}")') == 1
        assert "Traceback" in logged or ", line " in logged
        assert "left out" not in logged


async def test_the_same_click_can_be_done_again(visit: Visit) -> None:
    assert (await visit.click("once")).view.errors[0].message == FAILED
    assert (await visit.click("once")).view.errors == []
    (_, card) = await stored(visit.client, visit.thread_id)
    assert "done" in card.model_dump_json()


async def test_an_error_of_the_handlers_own_is_told_in_its_words(visit: Visit) -> None:
    assert (await visit.click("own")).view.errors[0].message == "The market is closed."


@pytest.mark.parametrize(
    ("name", "payload", "sentence"),
    [
        ("rob", None, "This assistant does not answer that action."),
        ("raise", {"more": 1}, "This widget does not offer that. Reload the chat and try again."),
        ("typed", {"odds": 5}, "That cannot be done: odds: Input should be greater than or equal to 100."),
    ],
)
async def test_a_refused_click_is_told_why_and_is_in_the_log(
    visit: Visit, name: str, payload: Any, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    (error,) = (await visit.click(name, payload)).view.errors
    assert (error.message, error.allow_retry) == (sentence, False)
    assert any(f"the action 'do.{name}' (run " in record.getMessage() for record in caplog.records)
    assert len(await stored(visit.client, visit.thread_id)) == 2


async def test_the_answer_to_a_click_that_is_a_message_can_be_tried_again(visit: Visit) -> None:
    (error,) = (await visit.click("then")).view.errors
    assert (error.message, error.allow_retry) == (str(Localized("assistant_failed")), True)


async def test_a_click_that_changes_the_widget_fails_alike(
    visit: Visit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, reason in {
        "sync": "RuntimeError: the shelf is empty (clicks.py:",
        "dict": "a_dict (clicks.py:",
        "redraw": "WidgetError: nowhere.widget: there is no such file (clicks.py:",
    }.items():
        with pytest.raises(ClientError, match="failed at what you clicked"):
            await visit.sync(name)
        assert reason in caplog.text
    monkeypatch.setattr(json_requests, "ACTION_SECONDS", 0.2)
    with pytest.raises(ClientError, match="took too long and was stopped"):
        await visit.sync("endless")
    assert "has not ended in" in caplog.text
    (_, card) = await stored(visit.client, visit.thread_id)
    assert isinstance(card, WidgetItem)
    assert card.widget == visit.card.widget


def test_the_file_of_the_agent_is_python() -> None:
    compile(AGENT, str(Path("clicks.py")), "exec")
