"""Every server of models, in everything that a chat does with one; after each the thread goes on."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from chatkit import types as wire
from chatkit.types import AssistantMessageItem, CustomTask, NoticeEvent, ThoughtTask, ThreadItem, WorkflowItem

from chatkit_link.settings import Settings
from chatkit_link.translations import Localized
from tests.agents.models.matrix import FAILURES, SCENARIOS, models_of, outcome, servers
from tests.agents.test_models import conversation, scripted
from tests.conftest import running
from tests.files import samples
from tests.files.user import Person
from tests.finished_stream import FinishedStream, stored, told
from tests.model_server import PROFILES, Call, Calls, ModelServer, Profile, Say, Structured, Think

MakeSettings = Callable[..., Settings]
CATALOG = """
default = "desk"

[agents.desk]
target = "{desk}:desk"
models = {models}

[agents.typed]
target = "{desk}:typed"

[agents.triage]
target = "{desk}:triage"
"""


@dataclass
class Talk:
    """One user at one server. models: the one in use, and another one."""

    model: ModelServer
    profile: Profile
    user: Person
    models: tuple[str, str]

    async def say(self, text: str, thread_id: str | None = None, *, by: str | None = None) -> FinishedStream:
        """by: the model that is chosen in the composer."""
        message = wire.UserMessageInput(
            content=[wire.UserMessageTextContent(text=text)],
            attachments=[],
            inference_options=wire.InferenceOptions(model=by),
        )
        chat = self.user.chat
        return await told(
            chat.create_thread(message) if thread_id is None else chat.add_user_message(thread_id, message)
        )

    async def items(self, thread_id: str) -> list[ThreadItem]:
        return await stored(self.user.chat, thread_id)

    def agent(self, name: str) -> None:
        self.user.chat.url = f"{self.user.address}/chatkit/{name}"


@pytest.fixture(scope="module", params=servers(), ids=" ".join)
async def served(
    request: pytest.FixtureRequest, make_settings: MakeSettings, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[ModelServer, str]]:
    """A model's server, and the address of a server of ours that asks it."""
    name, api = request.param
    models = models_of(PROFILES[name])
    catalog = tmp_path_factory.mktemp("matrix") / "agents.toml"
    catalog.write_text(CATALOG.format(desk=Path(__file__).with_name("desk.py"), models=json.dumps(models)))
    async with scripted(profile=name) as model:
        settings = make_settings(
            openai_api_key="sk-matrix", openai_base_url=model.address, openai_api=api, model=models[0], search="local",
            config=catalog,
        )  # fmt: skip
        async with running(settings) as address:
            yield model, address


@pytest.fixture
async def talk(served: tuple[ModelServer, str]) -> AsyncIterator[Talk]:
    model, address = served
    model.requests.clear()
    model.disconnected.clear()
    model.script[:], model.context, model.expect_refusals = [], None, False
    user = Person(address, "desk")
    yield Talk(model, model.profile, user, models_of(model.profile))
    await user.http.aclose()
    model.settle()
    model.refused.clear()


def texts(items: list[ThreadItem]) -> list[str]:
    return ["".join(part.text for part in item.content) for item in items if isinstance(item, AssistantMessageItem)]


def tasks(items: list[ThreadItem]) -> list[Any]:
    return [task for item in items if isinstance(item, WorkflowItem) for task in item.workflow.tasks]


def notices(made: FinishedStream) -> list[str]:
    return [event.message for event in made.events if isinstance(event, NoticeEvent)]


async def answer(talk: Talk) -> str:
    talk.model.script += [Say("Tea, of course.")]
    made = await talk.say("What do you sell?")
    assert texts(await talk.items(made.thread_id)) == ["Tea, of course."]
    return made.thread_id


async def thoughts(talk: Talk) -> str:
    talk.model.script += [Think("They want tea.", Say("Tea, of course."))]
    made = await talk.say("What do you sell?")
    items = await talk.items(made.thread_id)
    assert texts(items) == ["Tea, of course."]
    if talk.profile.thoughts != "hidden":
        assert [task.content.strip() for task in tasks(items) if isinstance(task, ThoughtTask)] == ["They want tea."]
    return made.thread_id


async def tool(talk: Talk) -> str:
    talk.model.script += [Think("I must look.", Call("stock", {"item": "tea"})), Say("Seven.")]
    made = await talk.say("How many are left?")
    items = await talk.items(made.thread_id)
    assert texts(items) == ["Seven."]
    assert [task.title for task in tasks(items) if isinstance(task, CustomTask)] == ["Stock"]
    assert "7 of tea" in json.dumps(conversation(talk.model)[1])
    return made.thread_id


async def parallel_tools(talk: Talk) -> str:
    calls = Calls(Call("stock", {"item": "tea"}), Call("price", {"item": "pot"}))
    talk.model.script += [calls, Say("Seven, and twelve."), calls, Say("Still seven.")]
    made = await talk.say("How many, and how much?")
    again = await talk.say("Sure?", made.thread_id)
    items = await talk.items(made.thread_id)
    assert texts(items) == ["Seven, and twelve.", "Still seven."]
    assert again.view.errors == []
    last_request = json.dumps(conversation(talk.model)[-1])
    assert last_request.count("7 of tea") == last_request.count("pot costs 12 euros") == 2
    return made.thread_id


async def structured(talk: Talk) -> str:
    talk.agent("typed")
    talk.model.expect_refusals = not talk.profile.structured
    talk.model.script += [Structured({"city": "Ghent", "kilos": 2})]
    made = await talk.say("Two kilos to Ghent")
    (text,) = texts(await talk.items(made.thread_id))
    assert json.loads(text) == {"city": "Ghent", "kilos": 2}
    assert made.view.errors == []
    talk.agent("desk")
    return made.thread_id


async def hand_off(talk: Talk) -> str:
    talk.agent("triage")
    talk.model.script += [Call("transfer_to_expert", {}), Call("stock", {"item": "tea"}), Say("Seven.")]
    made = await talk.say("Ask the expert")
    items = await talk.items(made.thread_id)
    assert texts(items) == ["Seven."]
    assert "Handed over to Expert" in [task.title for task in tasks(items)]
    return made.thread_id


async def image(talk: Talk) -> str:
    talk.model.expect_refusals = not talk.profile.images
    attached = await talk.user.attach(samples.photo(), "photo.jpg", "image/jpeg")
    talk.model.script += [Say("A red one.")]
    made = await talk.user.send(attached, text="What is it?")
    assert texts(await talk.items(made.thread_id)) == ["A red one."]
    assert bool(notices(made)) is not talk.profile.images
    return made.thread_id


async def long_history(talk: Talk) -> str:
    talk.model.context = 2500
    talk.model.expect_refusals = talk.profile.too_long is not None
    talk.model.script += [Say("One."), Say("Two."), Say("Three.")]
    made = await talk.say("first " * 700)
    await talk.say("second " * 700, made.thread_id)
    third = await talk.say("third " * 700, made.thread_id)
    assert texts(await talk.items(made.thread_id)) == ["One.", "Two.", "Three."]
    assert notices(third) == ([str(Localized("context_shortened"))] if talk.profile.too_long else [])
    return made.thread_id


async def model_switch(talk: Talk) -> str:
    first, second = talk.models
    talk.model.script += [
        Think("I must look.", Call("stock", {"item": "tea"})), Think("So many.", Say("Seven.")),
        Say("Seven, as was said."), Think("Again.", Call("price", {"item": "pot"})), Say("Twelve."),
    ]  # fmt: skip
    made = await talk.say("How many are left?", by=first)
    other = await talk.say("Sure?", made.thread_id, by=second)
    back = await talk.say("And a pot?", made.thread_id, by=first)
    assert [*other.view.errors, *back.view.errors] == []
    assert texts(await talk.items(made.thread_id)) == ["Seven.", "Seven, as was said.", "Twelve."]
    asked = conversation(talk.model)
    assert [request["model"] for request in asked] == [first, first, second, first, first]
    assert "7 of tea" in json.dumps(asked[2])
    return made.thread_id


async def stop(talk: Talk) -> str:
    talk.model.script += [Say("Never ending", hang=True)]
    chat = talk.user.chat
    async with chat.create_thread("Tell me all") as stream:
        async with asyncio.timeout(30):
            async for received in stream:
                if "ending" in received.event.model_dump_json():
                    break
        await chat.cancel_run(str(stream.run_id))
    async with asyncio.timeout(30):
        await talk.model.disconnected.wait()
    (thread,) = (await chat.list_threads()).data
    assert texts(await talk.items(thread.id)) == ["Never ending"]
    return thread.id


async def retry(talk: Talk) -> str:
    talk.model.script += [Call("stock", {"item": "tea"}), Say("Wrong."), Say("Right.")]
    made = await talk.say("How many are left?")
    await told(talk.user.chat.retry_after_item(made.thread_id, made.view.items[0].id))
    assert texts(await talk.items(made.thread_id)) == ["Right."]
    return made.thread_id


CELLS: dict[str, Callable[[Talk], Awaitable[str]]] = {
    "answer": answer,
    "thoughts": thoughts,
    "tool": tool,
    "parallel tools": parallel_tools,
    "structured": structured,
    "hand-off": hand_off,
    "image": image,
    "long history": long_history,
    "model switch": model_switch,
    "stop": stop,
    "retry": retry,
}


async def goes_on(talk: Talk, thread_id: str) -> None:
    """The thread can be continued, and the model gets what came before."""
    talk.model.script[:] = [Say("Going on.")]
    made = await talk.say("And now?", thread_id)
    assert made.view.errors == []
    assert texts(await talk.items(thread_id))[-1] == "Going on."
    assert "And now?" in json.dumps(conversation(talk.model)[-1])


def test_every_scenario_of_the_table_is_run() -> None:
    assert list(CELLS) == list(SCENARIOS)
    assert {outcome(scenario, profile) for scenario in SCENARIOS for profile in PROFILES.values()} > {"yes"}


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_a_server_does(talk: Talk, scenario: str) -> None:
    await goes_on(talk, await CELLS[scenario](talk))


@pytest.mark.parametrize("name", FAILURES)
async def test_a_failure_becomes_a_message_and_the_thread_goes_on(talk: Talk, name: str) -> None:
    failure = FAILURES[name]
    talk.model.script += failure.steps
    made = await talk.say("What do you sell?")
    if failure.error:
        (error,) = made.view.errors
        assert error.message is not None
        assert error.message.endswith(".")
        assert error.allow_retry is failure.retry
    assert texts(await talk.items(made.thread_id)) == ([failure.keeps] if failure.keeps else [])
    await goes_on(talk, made.thread_id)
