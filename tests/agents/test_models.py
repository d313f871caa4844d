"""A real model, over both of OpenAI's APIs: the same conversation, and what happens when it goes wrong."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from chatkit.types import AssistantMessageItem

from chatkit_link.client import ChatKitClient
from chatkit_link.settings import Settings
from tests.conftest import running
from tests.finished_stream import stored, text_of, told
from tests.model_server import MODEL, Call, Fail, ModelServer, Say, Step, model_server

APIS = ("responses", "chat_completions")
SHOP = """
from agents import Agent, function_tool

@function_tool
def stock() -> int:
    return 7

agent = Agent(name="Shop", tools=[stock])
"""
MakeSettings = Callable[..., Settings]


@asynccontextmanager
async def chat(make: MakeSettings, model: ModelServer, api: str, **given: Any) -> AsyncGenerator[ChatKitClient]:
    settings = make(
        openai_api_key="sk-canary-123", openai_base_url=model.address, openai_api=api, model=MODEL,
        **({"search": "local"} | given),
    )  # fmt: skip
    async with running(settings) as address, ChatKitClient(f"{address}/chatkit") as client:
        yield client


def asked_for_a_title(request: dict[str, Any]) -> bool:
    return "title of two to six words" in json.dumps(request)


def conversation(model: ModelServer) -> list[dict[str, Any]]:
    """The requests of the conversation itself, without those for titles."""
    return [request for request in model.requests if not asked_for_a_title(request)]


class Scripted(ModelServer):
    """Answers requests for a title apart, so that the script is the conversation's."""

    def next(self, body: dict[str, Any]) -> Step:
        if asked_for_a_title(body):
            self.requests.append(body)
            return Say("“Steeping green tea.”")
        return super().next(body)


@asynccontextmanager
async def scripted(*script: Step, **given: Any) -> AsyncGenerator[ModelServer]:
    async with model_server(*script, **given) as plain:
        plain.__class__ = Scripted
        yield plain


@pytest.mark.parametrize("api", APIS)
async def test_a_model_searches_answers_and_cites(make_settings: MakeSettings, api: str) -> None:
    async with (
        scripted(Call("search", {"query": "green tea"}), Say("Two minutes.【1】 Not more.【99】")) as model,
        chat(make_settings, model, api) as client,
    ):
        made = await told(client.create_thread("How long?"))
        items = await stored(client, made.thread_id)

    assert [item.type for item in items] == ["user_message", "workflow", "assistant_message"]
    answer = items[-1]
    assert isinstance(answer, AssistantMessageItem)
    assert text_of(answer) == "Two minutes. Not more."  # an invented number is no citation
    (note,) = answer.content[0].annotations
    assert note.index == len("Two minutes.")
    assert "tea.md" in str(note.source)
    assert made.view.thread is not None
    assert made.view.thread.title == "Steeping green tea"
    assert "results" in json.dumps(conversation(model)[1])


@pytest.mark.parametrize("api", APIS)
async def test_the_next_turn_remembers_what_the_tools_found(make_settings: MakeSettings, api: str) -> None:
    """ChatKit items hold no tool calls: a model that sees only them has forgotten what it read."""
    async with (
        scripted(Call("search", {"query": "green tea"}), Say("Two minutes.【1】"), Say("As I said.【1】")) as model,
        chat(make_settings, model, api) as client,
    ):
        made = await told(client.create_thread("How long?"))
        second = await told(client.add_user_message(made.thread_id, "Sure?"))

    last_request = json.dumps(conversation(model)[2], ensure_ascii=False)
    assert "steep for two minutes" in last_request
    assert last_request.count("Two minutes.【1】") == 1
    answer = next(item for item in second.view.items if isinstance(item, AssistantMessageItem))
    assert len(answer.content[0].annotations) == 1  # a source of the first turn can still be cited


@pytest.mark.parametrize("api", APIS)
async def test_two_answers_do_not_overwrite_each_other(make_settings: MakeSettings, api: str) -> None:
    async with scripted(Say("First."), Say("Second.")) as model, chat(make_settings, model, api) as client:
        made = await told(client.create_thread("one"))
        await told(client.add_user_message(made.thread_id, "two"))
        items = await stored(client, made.thread_id)
    assert [text_of(item) for item in items] == ["one", "First.", "two", "Second."]


@pytest.mark.parametrize("api", APIS)
async def test_a_retry_forgets_the_answer_it_replaces(make_settings: MakeSettings, api: str) -> None:
    async with scripted(Say("Wrong."), Say("Right.")) as model, chat(make_settings, model, api) as client:
        made = await told(client.create_thread("one"))
        await told(client.retry_after_item(made.thread_id, made.view.items[0].id))
        items = await stored(client, made.thread_id)
    assert [text_of(item) for item in items] == ["one", "Right."]
    assert "Wrong." not in json.dumps(conversation(model)[1])


@pytest.mark.parametrize("api", APIS)
async def test_stop_ends_the_model_call_too(make_settings: MakeSettings, api: str) -> None:
    """The SDK lets the model read on to the end, and it is paid for."""
    async with scripted(Say("Never ending", hang=True)) as model, chat(make_settings, model, api) as client:
        async with client.create_thread("one") as stream:
            async with asyncio.timeout(30):
                async for received in stream:
                    if "ending" in received.event.model_dump_json():
                        break
            assert stream.run_id is not None
            async with asyncio.timeout(30):
                await client.cancel_run(stream.run_id)
        async with asyncio.timeout(30):
            await model.disconnected.wait()
        items = await stored(client, (await client.list_threads()).data[0].id)
    assert [text_of(item) for item in items] == ["one", "Never ending"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [(401, "OPENAI_API_KEY"), (404, "CHATKIT_LINK_MODEL"), (400, "refused"), (429, "no more requests")],
)
async def test_a_models_refusal_becomes_a_message_and_the_users_message_stays(
    make_settings: MakeSettings, status: int, expected: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with scripted(*[Fail(status)] * 5) as model, chat(make_settings, model, "responses") as client:
        made = await told(client.create_thread("one"))
        items = await stored(client, made.thread_id)

    assert expected in str(made.view.errors[0].message)
    assert "canary" not in str(made.events)
    assert "canary" not in caplog.text
    assert [text_of(item) for item in items] == ["one"]


async def test_a_models_refusal_is_reported_in_the_users_language(make_settings: MakeSettings) -> None:
    async with scripted(*[Fail(429)] * 5) as model, chat(make_settings, model, "responses") as english:
        german = ChatKitClient(english.url, headers={"Accept-Language": "de-AT, en;q=0.5"})
        async with german:
            made = await told(german.create_thread("eins"))

    assert str(made.view.errors[0].message).startswith("Der Server des Modells nimmt gerade keine weiteren Anfragen an")


async def test_a_model_that_goes_round_in_circles_is_stopped(make_settings: MakeSettings) -> None:
    calls = [Call("search", {"query": "tea"})] * 5
    async with scripted(*calls) as model, chat(make_settings, model, "responses", max_turns=3) as client:
        made = await told(client.create_thread("one"))
    assert "too many steps" in str(made.view.errors[0].message)


async def test_pages_that_the_model_reads_are_displayed_as_tasks(make_settings: MakeSettings) -> None:
    async with (
        scripted(Call("read", {"url": "http://127.0.0.1/secret"}), Say("I may not.")) as model,
        chat(make_settings, model, "responses") as client,
    ):
        made = await told(client.create_thread("read it"))
    assert [item.type for item in made.view.items] == ["user_message", "workflow", "assistant_message"]
    assert "private network" in json.dumps(conversation(model)[1])


@pytest.mark.parametrize("api", APIS)
async def test_after_a_stopped_answer_the_conversation_goes_on(make_settings: MakeSettings, api: str) -> None:
    """What was stopped has no record; the model gets it as the user saw it."""
    async with (
        scripted(Say("Half finished", hang=True), Say("Whole.")) as model,
        chat(make_settings, model, api) as client,
    ):
        async with client.create_thread("one") as stream:
            async with asyncio.timeout(30):
                async for received in stream:
                    if "finished" in received.event.model_dump_json():
                        break
            await client.cancel_run(str(stream.run_id))
        again = await told(client.add_user_message((await client.list_threads()).data[0].id, "two"))

    assert again.text == "Whole."
    assert "Half finished" in json.dumps(conversation(model)[-1])


async def test_a_stopped_answers_tool_results_are_remembered(make_settings: MakeSettings) -> None:
    async with (
        scripted(
            Call("search", {"query": "green tea"}), Say("Never ending", hang=True), Say("As found.【1】")
        ) as model,
        chat(make_settings, model, "responses") as client,
    ):
        async with client.create_thread("one") as stream:
            async with asyncio.timeout(30):
                async for received in stream:
                    if "ending" in received.event.model_dump_json():
                        break
            await client.cancel_run(str(stream.run_id))
        thread_id = (await client.list_threads()).data[0].id
        again = await told(client.add_user_message(thread_id, "two"))

    assert "steep for two minutes" in json.dumps(conversation(model)[-1])
    answer = next(item for item in again.view.items if isinstance(item, AssistantMessageItem))
    assert len(answer.content[0].annotations) == 1


async def test_the_tool_results_of_a_retry_that_failed_are_remembered(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    """What it did is on the screen, in the place of the old answer."""
    (tmp_path / "shop.py").write_text(SHOP.replace("return 7", "return 4711"))
    (tmp_path / "agents.toml").write_text('default = "shop"\n[agents.shop]\ntarget = "shop.py"\n')
    failing = [Fail(500)] * 3  # the client tries again by itself
    async with (
        scripted(Say("No idea."), Call("stock", {}), *failing, Say("Many.")) as model,
        chat(make_settings, model, "responses", config=tmp_path / "agents.toml") as client,
    ):
        made = await told(client.create_thread("Any left?"))
        await told(client.retry_after_item(made.thread_id, made.view.items[0].id))
        reloaded = await stored(client, made.thread_id)
        await told(client.add_user_message(made.thread_id, "How many?"))

    assert [item.type for item in reloaded] == ["user_message", "workflow"]
    assert "4711" in json.dumps(conversation(model)[-1])


@pytest.mark.parametrize("api", APIS)
async def test_a_tool_chosen_in_the_composer_is_the_one_that_the_model_calls_first(
    make_settings: MakeSettings, api: str, tmp_path: Path
) -> None:
    (tmp_path / "shop.py").write_text(SHOP)
    (tmp_path / "agents.toml").write_text(
        'default = "shop"\n[agents.shop]\ntarget = "shop.py"\ntools = ["stock", "voice"]\n'
    )
    async with (
        scripted(Call("stock", {}), Say("Seven left."), Say("Hello.")) as model,
        chat(make_settings, model, api, config=tmp_path / "agents.toml") as client,
        httpx2.AsyncClient(timeout=60) as http,
    ):
        for tool in ("stock", "voice"):
            text = {"type": "input_text", "text": "Any left?"}
            chosen = {"content": [text], "attachments": [], "inference_options": {"tool_choice": {"id": tool}}}
            answer = await http.post(client.url, json={"type": "threads.create", "params": {"input": chosen}})
            assert answer.status_code == 200
    first, second, third = conversation(model)
    assert "stock" in json.dumps(first["tool_choice"])
    # Only for the first call, or the model would call it for ever; a choice without a tool is for the agent to read.
    assert second.get("tool_choice") in (None, "auto")
    assert third.get("tool_choice") in (None, "auto")
