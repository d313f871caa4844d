"""Each profile answers as its server does, as OpenAI's client reads it, and refuses what its server refuses."""

import json
from typing import Any

import pytest
from openai import APIError, AsyncOpenAI

from tests.model_server import (
    MODEL,
    PROFILES,
    Call,
    Calls,
    Fail,
    Say,
    Think,
    model_server,
)
from tests.model_server.examples import (
    CHAT_CALLS,
    CHAT_OUTPUT,
    IMAGE,
    USER,
    Body,
)
from tests.model_server.http_client import connected, named, post


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("profile", PROFILES)
async def test_each_profile_answers_and_calls_over_chat_completions(profile: str, stream: bool) -> None:
    calls = Calls(Call("search", {"query": "tea"}), Call("search", {"query": "cake"}))
    async with connected(Think("Tea takes.", Say("Two minutes.")), calls, profile=profile) as (_, client):
        asked: Any = {"model": named(profile), "messages": [USER]}
        if not stream:
            message = (await client.chat.completions.create(**asked)).choices[0].message
            content = message.content
            called = (await client.chat.completions.create(**asked)).choices[0].message.tool_calls
            assert called is not None
            names = [
                (call.id, json.loads(call.function.arguments)["query"]) for call in called if call.type == "function"
            ]
        else:
            content, names = await streamed(client, asked), await streamed_calls(client, asked)

    if isinstance(content, list):  # Mistral
        assert content[0] == {
            "type": "thinking",
            "thinking": [{"type": "text", "text": "Tea" if stream else "Tea takes."}],
        }
        content = "".join(part["text"] for part in content if part["type"] == "text")
    assert str(content).removeprefix("<think>\nTea takes.\n</think>\n\n") == "Two minutes."
    assert [query for _, query in names] == ["tea", "cake"]
    if profile == "gemini":
        assert [id_ for id_, _ in names] == ["", ""]
    else:
        assert len({id_ for id_, _ in names}) == 2


async def streamed(client: AsyncOpenAI, asked: Any) -> Any:
    content: Any = None
    async for chunk in await client.chat.completions.create(**asked, stream=True):
        for choice in chunk.choices:
            piece: Any = choice.delta.content
            if piece and isinstance(content, list):
                content += piece if isinstance(piece, list) else [{"type": "text", "text": piece}]
            elif piece:
                content = piece if content is None else content + piece
    return content


async def streamed_calls(client: AsyncOpenAI, asked: Any) -> list[tuple[str, str]]:
    """FinishedStream apart as the server means them: each begins with a name."""
    made: list[list[str]] = []
    async for chunk in await client.chat.completions.create(**asked, stream=True):
        for choice in chunk.choices:
            for call in choice.delta.tool_calls or []:
                assert call.function is not None
                if call.function.name:
                    made.append([call.id or "", ""])
                made[-1][1] += call.function.arguments or ""
    return [(id_, json.loads(text)["query"]) for id_, text in made]


@pytest.mark.parametrize("profile", [name for name, each in PROFILES.items() if "responses" in each.apis])
async def test_each_profile_answers_and_calls_over_responses(profile: str) -> None:
    calls = Calls(Call("search", {"query": "tea"}), Call("search", {"query": "cake"}))
    async with connected(Think("Tea takes.", Say("Two minutes.")), calls, profile=profile) as (_, client):
        model = named(profile)
        async with client.responses.stream(model=model, input="x", reasoning={"summary": "auto"}) as stream:
            types = [event.type async for event in stream]
            first = await stream.get_final_response()
        second = await client.responses.create(model=model, input="x")
    assert first.output_text == "Two minutes."
    kind = "reasoning_summary_text" if profile in ("openai", "azure") else "reasoning_text"
    assert f"response.{kind}.delta" in types
    assert [json.loads(item.arguments)["query"] for item in second.output if item.type == "function_call"] == [
        "tea",
        "cake",
    ]


@pytest.mark.parametrize("profile", ["deepseek", "mistral", "gemini"])
async def test_a_server_without_the_responses_api_has_no_such_address(profile: str) -> None:
    async with model_server(profile=profile, expect_refusals=True) as model:
        assert (await post(model, "responses", {"model": "m", "input": "x"})).status_code == 404


async def test_deepseek_wants_its_thoughts_back_within_a_tool_loop() -> None:
    async with model_server(Think("hm", Call("search", {})), profile="deepseek", expect_refusals=True) as model:
        body: Body = {"model": "my-own-name", "messages": [USER]}
        message = (await post(model, "chat/completions", body)).json()["choices"][0]["message"]
        result = CHAT_OUTPUT | {"tool_call_id": message["tool_calls"][0]["id"]}
        forgot = {name: value for name, value in message.items() if name not in ("reasoning_content", "refusal")}
        right = await post(model, "chat/completions", body | {"messages": [USER, message, result]})
        wrong = await post(model, "chat/completions", body | {"messages": [USER, forgot, result]})
        later = await post(model, "chat/completions", body | {"messages": [USER, forgot, result, USER]})
        image = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": IMAGE}}]}]
        seen = await post(model, "chat/completions", body | {"messages": image})
    assert [answer.status_code for answer in (right, wrong, later, seen)] == [200, 400, 200, 400]
    assert "Missing `reasoning_content` field" in wrong.text and "index 1" in wrong.text
    assert "unknown variant `image_url`" in seen.text


async def test_gemini_wants_its_signature_back_and_answers_errors_in_a_list() -> None:
    async with model_server(Call("search", {}), profile="gemini", expect_refusals=True) as model:
        body: Body = {"model": "gemini-3-pro", "messages": [USER]}
        message = (await post(model, "chat/completions", body)).json()["choices"][0]["message"]
        message.pop("refusal")
        result = CHAT_OUTPUT | {"tool_call_id": ""}
        right = await post(model, "chat/completions", body | {"messages": [USER, message, result]})
        del message["tool_calls"][0]["extra_content"]
        wrong = await post(model, "chat/completions", body | {"messages": [USER, message, result]})
        store = await post(model, "chat/completions", body | {"store": True})
    assert [answer.status_code for answer in (right, wrong, store)] == [200, 400, 400]
    assert "missing a thought_signature" in wrong.json()[0]["error"]["message"]
    assert 'Unknown name "store"' in store.json()[0]["error"]["message"]


@pytest.mark.parametrize(
    ("wrong", "status", "words"),
    [
        ({"messages": [USER, CHAT_CALLS, CHAT_OUTPUT]}, 400, "length of 9"),
        ({"messages": [USER, {"role": "assistant", "content": "x"}]}, 400, "Expected last role User or Tool"),
        ({"store": False}, 422, "extra_forbidden"),
        ({"messages": [{"role": "user", "content": "x", "reasoning_content": "y"}]}, 422, "reasoning_content"),
    ],
    ids=["ids", "order", "field", "field of a message"],
)
async def test_mistral_refuses(wrong: Body, status: int, words: str) -> None:
    async with model_server(profile="mistral", expect_refusals=True) as model:
        answer = await post(model, "chat/completions", {"model": "mistral-large-latest", "messages": [USER]} | wrong)
        assert answer.status_code == status and words in answer.text


async def test_mistral_refuses_a_user_right_after_a_tool() -> None:
    async with model_server(Call("search", {}), profile="mistral", expect_refusals=True) as model:
        body: Body = {"model": "m", "messages": [USER]}
        message = (await post(model, "chat/completions", body)).json()["choices"][0]["message"]
        message.pop("refusal")
        result = CHAT_OUTPUT | {"tool_call_id": message["tool_calls"][0]["id"]}
        assert (await post(model, "chat/completions", body | {"messages": [USER, message, result]})).status_code == 200
        answer = await post(model, "chat/completions", body | {"messages": [USER, message, result, USER]})
        assert "Unexpected role 'user' after role 'tool'" in answer.text


async def test_mistral_takes_its_own_thoughts_back() -> None:
    async with model_server(Think("hm", Say("Two.")), profile="mistral") as model:
        body: Body = {"model": "magistral-medium-latest", "messages": [USER]}
        message = (await post(model, "chat/completions", body)).json()["choices"][0]["message"]
        message.pop("refusal")
        assert message["content"][0]["type"] == "thinking"
        again = await post(model, "chat/completions", body | {"messages": [USER, message, USER]})
        assert again.status_code == 200, again.text


@pytest.mark.parametrize(
    ("profile", "words"), [("mistral", "Not the same number"), ("gemini", "number of function response parts")]
)
async def test_each_call_has_its_result_where_there_are_no_ids_to_tell(profile: str, words: str) -> None:
    async with model_server(Calls(Call("a", {}), Call("b", {})), profile=profile, expect_refusals=True) as model:
        body: Body = {"model": "m", "messages": [USER]}
        message = (await post(model, "chat/completions", body)).json()["choices"][0]["message"]
        message.pop("refusal")
        results = [CHAT_OUTPUT | {"tool_call_id": call["id"]} for call in message["tool_calls"]]
        right = await post(model, "chat/completions", body | {"messages": [USER, message, *results]})
        wrong = await post(model, "chat/completions", body | {"messages": [USER, message, results[0]]})
    assert (right.status_code, wrong.status_code) == (200, 400) and words in wrong.text


@pytest.mark.parametrize("name", ["stop", "presence_penalty", "frequency_penalty"])
async def test_grok_takes_no_penalties_while_it_reasons(name: str) -> None:
    async with model_server(profile="xai", expect_refusals=True) as model:
        for served, status in (("grok-4", 400), ("grok-4-fast-non-reasoning", 200)):
            body = {"model": served, "messages": [USER], name: "x" if name == "stop" else 0.5}
            answer = await post(model, "chat/completions", body)
            assert answer.status_code == status
        assert "does not support parameter" in model.refused[0].message


async def test_azure_begins_with_a_chunk_without_choices() -> None:
    async with connected(Say("Two."), profile="azure") as (_, client):
        stream = await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "x"}], stream=True
        )
        chunks = [chunk async for chunk in stream]
    assert chunks[0].choices == [] and "prompt_filter_results" in (chunks[0].model_extra or {})
    assert "content_filter_results" in (chunks[1].choices[0].model_extra or {})


async def test_azure_names_deployments_and_holds_them_to_the_rules_of_their_models() -> None:
    async with model_server(profile="azure", deployments={"chat": "gpt-5-mini"}, expect_refusals=True) as model:
        effort = await post(model, "responses", {"model": "chat", "input": "x", "reasoning": {"effort": "none"}})
        other = await post(model, "responses", {"model": "gpt-5-mini", "input": "x"})
        right = await post(model, "responses", {"model": "chat", "input": "x", "reasoning": {"effort": "minimal"}})
    assert [answer.status_code for answer in (effort, other, right)] == [400, 404, 200]
    assert other.json()["error"]["code"] == "DeploymentNotFound"


@pytest.mark.parametrize("profile", ["vllm", "llamacpp"])
async def test_a_chat_template_knows_four_roles(profile: str) -> None:
    async with model_server(profile=profile, expect_refusals=True) as model:
        body = {"model": "m", "messages": [{"role": "developer", "content": "x"}, USER]}
        assert "Unexpected message role" in (await post(model, "chat/completions", body)).text


@pytest.mark.parametrize("profile", PROFILES)
async def test_a_scripted_failure_has_the_shape_of_the_profile_and_is_no_refusal(profile: str) -> None:
    step = Fail(429, code="rate_limit_exceeded", message="Slow down.", headers={"retry-after": "1"})
    async with model_server(step, profile=profile) as model:
        answer = await post(model, "chat/completions", {"model": named(profile), "messages": [USER]})
    assert answer.status_code == 429 and answer.headers["retry-after"] == "1" and "Slow down." in answer.text
    assert isinstance(answer.json(), list) == (profile == "gemini")


TOO_LONG = {
    "openai": "context_length_exceeded",
    "vllm": "maximum context length is 50",
    "llamacpp": "exceed_context_size_error",
    "lmstudio": "context length of only 50",
    "litellm": "ContextWindowExceededError",
    "openrouter": "middle-out",
    "mistral": "too large for model with 50",
    "gemini": "exceeds the maximum",
}


@pytest.mark.parametrize("profile", TOO_LONG)
async def test_what_is_too_long_is_refused_in_the_servers_own_words(profile: str) -> None:
    async with model_server(profile=profile, context=50, expect_refusals=True) as model:
        body = {"model": MODEL, "messages": [{"role": "user", "content": "tea " * 100}]}
        answer = await post(model, "chat/completions", body)
    assert answer.status_code == 400 and TOO_LONG[profile] in answer.text


async def test_over_the_responses_api_what_is_too_long_fails_within_the_stream() -> None:
    async with connected(context=50, expect_refusals=True) as (_, client):
        with pytest.raises(APIError, match="exceeds the context window") as refused:
            async for _event in await client.responses.create(model=MODEL, input="tea " * 100, stream=True):
                pass
    assert refused.value.code == "context_length_exceeded"


async def test_ollama_cuts_what_is_too_long_and_answers() -> None:
    async with model_server(profile="ollama", context=50) as model:
        body = {"model": "m", "messages": [{"role": "user", "content": "tea " * 100}]}
        assert (await post(model, "chat/completions", body)).status_code == 200
