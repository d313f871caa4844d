"""Requests to a model: the settings that were chosen, and a second try without what was refused."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from agents import Agent, ModelSettings, RunConfig, Runner, function_tool
from agents.models import get_default_model
from agents.models.openai_chatcompletions import OpenAIChatCompletionsModel
from openai import AsyncOpenAI
from openai.types.shared import Reasoning
from pydantic import BaseModel

from chatkit_link.agents.models.adapter import AdaptedModel
from chatkit_link.agents.models.chosen_settings import chosen_settings
from chatkit_link.agents.models.item_origin import Origin
from chatkit_link.agents.models.problems import ContextTooLong, IncompleteAnswer
from chatkit_link.agents.models.provider import ServerProvider, adapt_models
from tests.model_server import MODEL, Call, Calls, Cut, Fail, ModelServer, Say, Structured, model_server

APIS = ("responses", "chat_completions")
RESPONSES = Origin("house", "127.0.0.1:1", "responses")


@function_tool
def stock() -> str:
    """How many are left."""
    return "seven"


@asynccontextmanager
async def asking(model: ModelServer, api: str = "responses", default: str = MODEL) -> AsyncIterator[RunConfig]:
    async with AsyncOpenAI(api_key="sk-1", base_url=model.address, max_retries=0) as client:
        provider = ServerProvider(client, default, responses=api == "responses")
        yield RunConfig(model_provider=provider, tracing_disabled=True)


# Settings


@pytest.mark.parametrize(
    ("api", "name"),
    [
        *((api, name) for api in APIS for name in ("gpt-5-mini", "gpt-4.1", "gpt-5.2", "o4-mini")),
        ("responses", "gpt-5-pro"),  # which OpenAI serves over this API alone
    ],
)
async def test_no_model_is_sent_settings_that_were_not_chosen(api: str, name: str) -> None:
    expert = Agent(name="Expert", instructions="Answer.")
    first = Agent(name="First", instructions="Hand over.", handoffs=[expert])
    async with model_server(Call("transfer_to_expert", {}), Say("Seven.")) as model, asking(model, api, name) as config:
        result = await Runner.run(first, "How many?", run_config=config)
    assert result.final_output == "Seven."
    for body in model.requests:
        assert not {"reasoning", "reasoning_effort", "verbosity", "text"} & body.keys()


@pytest.mark.parametrize("named", [None, "gpt-5.1", "gpt-5"])
def test_settings_that_the_sdk_adds_are_those_of_the_model_in_use_at_openai_and_none_elsewhere(
    named: str | None,
) -> None:
    from agents.models import get_default_model_settings

    implicit = get_default_model_settings(named)
    official = Origin("gpt-5.2-codex", "api.openai.com/1", "responses")
    assert chosen_settings(implicit, official, implicit) == get_default_model_settings("gpt-5.2-codex")
    assert chosen_settings(implicit, RESPONSES, implicit) == ModelSettings()
    chosen = ModelSettings(reasoning=Reasoning(effort="high"), temperature=0.5)
    assert chosen_settings(chosen, RESPONSES, implicit) == chosen


def test_settings_of_a_model_object_always_count_as_chosen() -> None:
    chosen = ModelSettings(reasoning=Reasoning(effort="none"), verbosity="low")
    assert chosen_settings(chosen, RESPONSES, ModelSettings()) == chosen


async def test_a_setting_that_the_model_refuses_is_left_out_and_not_sent_again() -> None:
    agent = Agent(name="A", model_settings=ModelSettings(temperature=0.3, top_p=0.5))
    async with (
        model_server(Say("One."), Say("Two."), expect_refusals=True) as model,
        asking(model, default="gpt-5-mini") as config,
    ):
        first = await Runner.run(agent, "1", run_config=config)
        refused = len(model.refused)
        second = await Runner.run(agent, "2", run_config=config)
    assert (first.final_output, second.final_output) == ("One.", "Two.")
    assert refused == len(model.refused) == 2
    assert not {"temperature", "top_p"} & model.requests[-1].keys()


async def test_another_value_of_a_refused_setting_is_tried() -> None:
    def agent(effort: Any) -> Agent[None]:
        return Agent(name="A", model_settings=ModelSettings(reasoning=Reasoning(effort=effort)))

    async with (
        model_server(Say("One."), Say("Two."), expect_refusals=True) as model,
        asking(model, default="gpt-5-mini") as config,
    ):
        await Runner.run(agent("none"), "1", run_config=config)
        await Runner.run(agent("high"), "2", run_config=config)
    assert model.requests[-1]["reasoning"] == {"effort": "high"}


async def test_tools_over_chat_completions_turn_reasoning_off_where_the_model_wants_it_off() -> None:
    agent = Agent(name="A", tools=[stock])
    async with (
        model_server(Say("One."), Say("Two."), expect_refusals=True) as model,
        asking(model, "chat_completions", get_default_model()) as config,
    ):
        for number in ("1", "2"):
            await Runner.run(agent, number, run_config=config)
    assert len(model.refused) == 1
    assert model.requests[-1]["reasoning_effort"] == "none"


async def test_an_error_that_is_about_nothing_we_sent_is_raised() -> None:
    async with model_server(Fail(400, message="Your message has a bad word")) as model, asking(model) as config:
        with pytest.raises(Exception, match="bad word"):
            await Runner.run(Agent(name="A"), "1", run_config=config)
    assert len(model.requests) == 1


class Parcel(BaseModel):
    city: str


async def test_a_server_without_schemas_is_asked_for_json_in_the_instructions() -> None:
    agent = Agent(name="A", instructions="Read.", output_type=Parcel)
    async with (
        model_server(Structured({"city": "Ghent"}), Structured({"city": "Wien"}), profile="deepseek",
                     expect_refusals=True) as model,
        asking(model, "chat_completions", "any") as config,
    ):  # fmt: skip
        results = [await Runner.run(agent, "1", run_config=config) for _ in range(2)]
    assert [result.final_output for result in results] == [Parcel(city="Ghent"), Parcel(city="Wien")]
    assert len(model.refused) == 1


async def test_a_model_object_of_an_agent_is_adapted_with_those_it_hands_over_to_and_uses_as_tools() -> None:
    async with (
        model_server(Say("x"), profile="vllm") as model,
        AsyncOpenAI(api_key="sk-1", base_url=model.address) as client,
    ):
        inner = Agent(name="Inner", model=OpenAIChatCompletionsModel("a", client))
        other = Agent(name="Other", model=OpenAIChatCompletionsModel("b", client))
        first = Agent(name="First", handoffs=[other], tools=[inner.as_tool("inner", "asks")])
        other.handoffs.append(first)
        adapt_models(first)
        adapt_models(first)
        await Runner.run(other, "1", run_config=RunConfig(tracing_disabled=True))
    assert isinstance(inner.model, AdaptedModel)
    assert isinstance(other.model, AdaptedModel)
    assert not isinstance(other.model.inner, AdaptedModel)
    assert first.model is None


# Answers that are not whole


@pytest.mark.parametrize("api", APIS)
async def test_a_cut_answer_of_an_agent_that_is_a_tool_is_no_answer(api: str) -> None:
    inner = Agent(name="Inner")
    outer = Agent(name="Outer", tools=[inner.as_tool("ask", "asks")])
    async with (
        model_server(Call("ask", {"input": "x"}), Cut("Half an"), Say("It could not say.")) as model,
        asking(model, api) as config,
    ):
        result = await Runner.run(outer, "1", run_config=config)
    assert result.final_output == "It could not say."
    assert "Half an" not in str(model.requests[-1])


@pytest.mark.parametrize("api", APIS)
async def test_calls_that_are_cut_are_not_made(api: str) -> None:
    called: list[str] = []

    @function_tool
    def order(tea: str) -> str:
        called.append(tea)
        return "ordered"

    async with model_server(Cut("I will or", "length")) as model, asking(model, api) as config:
        result = Runner.run_streamed(Agent(name="A", tools=[order]), "1", run_config=config)
        with pytest.raises(IncompleteAnswer):
            async for _ in result.stream_events():
                pass
    assert called == []


# Too long


@pytest.mark.parametrize("profile", ["openai", "vllm", "llamacpp", "mistral", "gemini", "lmstudio"])
async def test_one_message_that_is_too_long_is_reported(profile: str) -> None:
    async with (
        model_server(Say("x"), profile=profile, context=100, expect_refusals=True) as model,
        asking(model, "chat_completions", MODEL if profile == "openai" else "any") as config,
    ):
        with pytest.raises(ContextTooLong):
            await Runner.run(Agent(name="A"), "word " * 1000, run_config=config)


# Calls


@pytest.mark.parametrize("profile", ["vllm", "mistral", "gemini", "deepseek", "ollama"])
async def test_calls_go_back_to_their_server_as_it_knows_them(profile: str) -> None:
    async with (
        model_server(Calls(Call("stock", {}), Call("stock", {})), Say("Both."), profile=profile) as model,
        asking(model, "chat_completions", "any-name") as config,
    ):
        result = await Runner.run(Agent(name="A", tools=[stock]), "How many?", run_config=config)
    assert result.final_output == "Both."
    (asked,) = [message["tool_calls"] for message in model.requests[-1]["messages"] if message.get("tool_calls")]
    answered = [message["tool_call_id"] for message in model.requests[-1]["messages"] if message["role"] == "tool"]
    assert [each["id"] for each in asked] == answered
    assert len(set(answered)) == 2
