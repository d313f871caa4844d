"""Workflows that do not come to an end by themselves, and conversations whose deltas arrive at the same time."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from chatkit.types import ErrorEvent
from typing_extensions import override

from chatkit_link.client import ChatKitClient
from tests.agents.agent_builder.flawed import file
from tests.agents.agent_builder.test_workflows import MakeSettings, chat, settings_of
from tests.agents.agent_builder.workflows import run
from tests.agents.test_models import Scripted, asked_for_a_title, conversation, scripted
from tests.conftest import running
from tests.finished_stream import stored, text_of, told
from tests.model_server import Say, Step

#: A variable that the exporter never sets again.
CIRCLES = file(body='    while state["greeting"] == "Hello":\n      state["tries"] = 1\n')
AGAIN = file(
    body='    while state["greeting"] == "Hello":\n' + run("helper", "helper_result", indent=6) + "    return None\n"
)


async def test_a_loop_that_does_nothing_is_ended_and_reported_with_its_line(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with scripted() as model, chat(settings_of(make_settings, tmp_path, CIRCLES, model)) as client:
        made = await told(client.create_thread("Hello"))
    line = 1 + CIRCLES.splitlines().index('    while state["greeting"] == "Hello":')
    assert [event.message for event in made.events if isinstance(event, ErrorEvent)] == [
        f"This assistant's workflow goes round in circles (workflow.py, line {line})."
    ]


STUBBORN = file(
    body="    while True:\n      try:\n"
    + run("helper", "helper_result", indent=8)
    + "      except BaseException:\n        pass\n"
)


async def test_a_loop_that_asks_its_agent_for_ever_ends_at_the_bound_of_the_settings_when_the_user_has_left(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with scripted(*[Say("again")] * 40) as model:
        settings = settings_of(make_settings, tmp_path, AGAIN, model).model_copy(update={"workflow_calls": 12})
        async with chat(settings) as client:
            async with client.create_thread("Hello") as stream:
                async for received in stream:
                    if received.event.type == "thread.item.done" and stream.run_id is not None:
                        break  # the user closes the page
            assert stream.run_id is not None
            (thread,) = (await client.list_threads()).data
            made = await told(client.follow(stream.run_id))
            texts = [text_of(item) for item in await stored(client, thread.id) if item.type == "assistant_message"]
        asked = conversation(model)
    line = 1 + AGAIN.splitlines().index("      helper_result_temp = await Runner.run(")
    assert [event.message for event in made.events if isinstance(event, ErrorEvent)] == [
        f"This assistant's workflow was stopped after 12 model calls (workflow.py, line {line})."
    ]
    assert (len(asked), texts) == (12, ["again"] * 12)


async def test_stop_holds_for_a_file_that_catches_everything(make_settings: MakeSettings, tmp_path: Path) -> None:
    async with scripted(Say("one"), Say("two", hang=True), *[Say("more")] * 5) as model:
        async with chat(settings_of(make_settings, tmp_path, STUBBORN, model)) as client:
            stream, seen = client.create_thread("Hello"), ""
            async with stream, asyncio.timeout(30):
                async for received in stream:
                    update = getattr(received.event, "update", None)
                    seen += getattr(update, "delta", None) or ""
                    if "two" in seen and stream.run_id is not None:
                        await client.cancel_run(stream.run_id)
            async with asyncio.timeout(30):
                await model.disconnected.wait()
        assert len(conversation(model)) == 2


async def test_stop_ends_a_loop_that_asks_its_agent_for_ever(make_settings: MakeSettings, tmp_path: Path) -> None:
    async with scripted(Say("one"), Say("two"), Say("three", hang=True)) as model:
        async with chat(settings_of(make_settings, tmp_path, AGAIN, model)) as client:
            stream = client.create_thread("Hello")
            seen = ""
            async with stream, asyncio.timeout(30):
                async for received in stream:
                    update = getattr(received.event, "update", None)
                    seen += getattr(update, "delta", None) or ""
                    if "three" in seen and stream.run_id is not None:
                        await client.cancel_run(stream.run_id)
            async with asyncio.timeout(30):
                await model.disconnected.wait()
            (thread,) = (await client.list_threads()).data
            texts = [text_of(item) for item in await stored(client, thread.id) if item.type == "assistant_message"]
        assert texts == ["one", "two", "three"]
        assert len(conversation(model)) == 3


class Interleaved(Scripted):
    """Echoes whose conversation it is, each word at the same moment as the other conversation's."""

    @override
    def next(self, body: dict[str, Any]) -> Step:
        step = super().next(body)
        if asked_for_a_title(body):
            return step
        name = "ada" if "ada" in str(body["input"]) else "bob"
        return Say(" ".join([name] * 20))

    @override
    async def watched(self, events: AsyncIterator[str]) -> AsyncIterator[str]:
        async for event in super().watched(events):
            if re.search(r'"delta": " ?(ada|bob)"', event):  # and no word of a title
                await self.together.wait()
            yield event

    together: asyncio.Barrier


async def test_two_conversations_whose_deltas_alternate_never_mix(make_settings: MakeSettings, tmp_path: Path) -> None:
    async with scripted() as model:
        model.__class__ = Interleaved
        assert isinstance(model, Interleaved)
        model.together = asyncio.Barrier(2)
        settings = settings_of(make_settings, tmp_path, file(), model)
        async with running(settings) as address, asyncio.timeout(30):

            async def ask(name: str) -> tuple[str, int]:
                async with ChatKitClient(f"{address}/chatkit") as client:
                    made = await told(client.create_thread(f"I am {name}"))
                    return made.text, made.types.count("thread.item.updated")

            answers = await asyncio.gather(ask("ada"), ask("bob"))
    assert [text for text, _ in answers] == [" ".join(["ada"] * 20), " ".join(["bob"] * 20)]
    assert all(updates >= 20 for _, updates in answers)
