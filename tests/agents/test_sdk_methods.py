"""Every method of the SDK's class is called here where the SDK calls it, or refused at start by its name."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from chatkit.server import ChatKitServer
from chatkit.types import (
    AudioInput,
    ClientToolCallItem,
    StructuredInputAnswerSubmission,
    StructuredInputFreeform,
    StructuredInputItem,
    StructuredInputSubmission,
    SyncCustomActionResponse,
    ThreadItemDoneEvent,
    ThreadStreamEvent,
    TranscriptionResult,
)

from chatkit_link.agents import sdk_methods
from chatkit_link.agents.sdk_methods import CALLED, REFUSED, WRAPPED, SdkMethods, honour
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings
from tests.finished_stream import told
from tests.protocol.conftest import site_of
from tests.protocol.servers import Echo, said, say


def methods() -> set[str]:
    return {name for name, value in vars(ChatKitServer).items() if inspect.isfunction(value)} - {"__init__"}


def test_each_method_of_the_sdk_is_called_or_refused() -> None:
    known = (CALLED, WRAPPED, frozenset(REFUSED))
    assert frozenset().union(*known) == methods()
    assert sum(map(len, known)) == len(methods())  # each in one place
    assert {name for name in vars(SdkMethods) if name in methods()} == WRAPPED


class Recorded(Echo):
    """Overrides every method that it may, with what the SDK's does."""

    def __init__(self, store: Any, attachment_store: Any = None) -> None:
        super(Echo, self).__init__(store, attachment_store)
        self.called: set[str] = set()

    async def respond(self, thread: Any, input_user_message: Any, context: Any) -> AsyncIterator[ThreadStreamEvent]:
        self.called.add("respond")
        head = {"thread_id": thread.id, "created_at": datetime.now()}
        match said(input_user_message):
            case "tool":
                call = ClientToolCallItem(id="tc_1", call_id="call_1", name="locate", arguments={}, **head)
                yield ThreadItemDoneEvent(item=call)
            case "form":
                asked = StructuredInputFreeform(id="q1", question="Which town?")
                yield ThreadItemDoneEvent(item=StructuredInputItem(id="form_1", inputs=[asked], **head))
            case "wait":
                yield ThreadItemDoneEvent(item=say(thread, "so far", "msg_1a2b3c4d"))
                await asyncio.Event().wait()
            case _:
                yield ThreadItemDoneEvent(item=say(thread, "done", "msg_1a2b3c4d"))

    async def action(self, thread: Any, action: Any, sender: Any, context: Any) -> AsyncIterator[ThreadStreamEvent]:
        self.called.add("action")
        yield ThreadItemDoneEvent(item=say(thread, "acted", "msg_ac7ed000"))

    async def sync_action(self, thread: Any, action: Any, sender: Any, context: Any) -> SyncCustomActionResponse:
        self.called.add("sync_action")
        return SyncCustomActionResponse()

    async def transcribe(self, audio_input: AudioInput, context: Any) -> TranscriptionResult:
        self.called.add("transcribe")
        return TranscriptionResult(text="tea")


def _recording(name: str) -> Callable[..., Any]:
    def record(self: Recorded, *args: Any, **kwargs: Any) -> Any:
        self.called.add(name)
        # As ``super()`` in a method of the class itself.
        return getattr(super(Recorded, self), name)(*args, **kwargs)

    return record


for _name in (CALLED | WRAPPED) - vars(Recorded).keys():
    setattr(Recorded, _name, _recording(_name))


async def test_a_method_that_a_server_overrides_is_called(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    config = tmp_path / "chatkit-link.toml"
    config.write_text('[agents.recorded]\ntarget = "tests.agents.test_sdk_methods:Recorded"\n')
    async with site_of(make_settings(search="local", config=config)) as site, site.client("recorded") as client:
        server = site.server("recorded")
        made = await told(client.create_thread("tea"))
        thread = made.thread_id
        await told(client.add_user_message(thread, "tool"))
        await told(client.add_client_tool_output(thread, "here"))
        await told(client.add_user_message(thread, "form"))
        answer = StructuredInputSubmission(
            status="answered", answers={"q1": StructuredInputAnswerSubmission(values=["Bath"])}
        )
        await told(client.add_structured_input(thread, "form_1", answer))
        await told(client.custom_action(thread, "kick", None))
        await client.sync_custom_action(thread, "kick")
        await client.get_thread(thread)
        await client.feedback(thread, ["msg_1a2b3c4d"], "positive")
        await client.transcribe(b"x", "audio/webm")
        await client.create_attachment("tea.txt", 3, "text/plain")
        async with client.add_user_message(thread, "wait") as stream:
            async for received in stream:
                event = received.event
                if event.type == "thread.item.done" and event.item.type == "assistant_message":
                    await client.cancel_run(str(stream.run_id))
        assert server.called == CALLED | WRAPPED
        items = (await client.list_items(thread, limit=50, order="asc")).data
        # One of each: what the SDK's own methods do is done once.
        assert [item.type for item in items].count("user_message") == 4
        assert [item.id for item in items if item.type == "client_tool_call"] == ["tc_1"]
        form = next(item for item in items if isinstance(item, StructuredInputItem))
        assert form.status == "answered"


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_method_that_is_never_called_is_refused_by_name(name: str) -> None:
    server = type("Odd", (Echo,), {name: _recording(name)})(None)
    with pytest.raises(ConfigurationError) as refused:
        honour(server)
    assert str(refused.value).startswith(f"Odd.{name} (test_sdk_methods.py:")
    assert REFUSED[name] in str(refused.value)


def test_a_server_keeps_its_class_where_it_overrides_nothing_of_the_sdk() -> None:
    plain = Echo(store=None)  # type: ignore[arg-type]
    assert type(honour(plain)) is Echo
    wrapped = honour(type("Wrapped", (Echo,), {"_serialize": _recording("_serialize")})(None))
    assert (type(wrapped).__name__, isinstance(wrapped, Echo), isinstance(wrapped, SdkMethods)) == (
        "Wrapped",
        True,
        True,
    )
    assert type(honour(wrapped)) is type(wrapped)
    assert sdk_methods.overridden(wrapped) == {"respond", "_serialize"}
