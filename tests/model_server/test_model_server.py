"""The model server refuses what OpenAI refuses, and takes what it takes."""

import json
from typing import Any

import pytest

from tests.model_server import (
    MODEL,
    Call,
    Say,
    Think,
    model_server,
)
from tests.model_server.examples import (
    CHAT,
    RESPONSES,
    TAKEN_CHAT,
    TAKEN_RESPONSES,
    USER,
    Body,
)
from tests.model_server.http_client import post


@pytest.mark.parametrize("name", RESPONSES)
async def test_responses_refuses(name: str) -> None:
    wrong, code, param = RESPONSES[name]
    async with model_server(expect_refusals=True) as model:
        answer = await post(model, "responses", {"model": MODEL, "input": "How long?"} | wrong)
        assert answer.status_code == 400, answer.text
        error = answer.json()["error"]
        assert (error["code"], error["param"], error["type"]) == (code, param, "invalid_request_error"), error[
            "message"
        ]
        assert [(refusal.code, refusal.param) for refusal in model.refused] == [(code, param)]
        assert len(model.requests) == 1 and not model.answered


@pytest.mark.parametrize("name", CHAT)
async def test_chat_completions_refuses(name: str) -> None:
    wrong, code, param = CHAT[name]
    async with model_server(expect_refusals=True) as model:
        answer = await post(model, "chat/completions", {"model": MODEL, "messages": [USER]} | wrong)
        assert answer.status_code == 400, answer.text
        error = answer.json()["error"]
        assert (error["code"], error["param"]) == (code, param), error["message"]


@pytest.mark.parametrize("right", TAKEN_RESPONSES, ids=str)
async def test_responses_takes(right: Body) -> None:
    async with model_server(Say("Two minutes.")) as model:
        answer = await post(model, "responses", {"model": MODEL, "input": "How long?"} | right)
        assert answer.json()["output"][0]["content"][0]["text"] == "Two minutes.", answer.text


@pytest.mark.parametrize("right", TAKEN_CHAT, ids=str)
async def test_chat_completions_takes(right: Body) -> None:
    async with model_server(Say("Two minutes.")) as model:
        answer = await post(model, "chat/completions", {"model": MODEL, "messages": [USER]} | right)
        assert answer.status_code == 200 and "Two" in answer.text, answer.text


@pytest.mark.parametrize("path", ["responses", "chat/completions"])
async def test_a_key_a_model_and_a_body_are_looked_at_first(path: str) -> None:
    good = {"model": MODEL, "input": "x"} if path == "responses" else {"model": MODEL, "messages": [USER]}
    async with model_server(key="sk-right", expect_refusals=True) as model:
        statuses = [
            (await post(model, path, good, key="sk-wrong")).status_code,
            (await post(model, path, good, key="sk right")).status_code,
            (await post(model, path, b"{", key="sk-right")).status_code,
            (await post(model, path, json.dumps(good).replace("x", "\\ud83d").encode(), key="sk-right")).status_code,
            (await post(model, path, good | {"model": "gpt-9"}, key="sk-right")).status_code,
            (await post(model, "engines", good, key="sk-right")).status_code,
        ]
        codes = [refusal.code for refusal in model.refused]
    # A chat message has no "x" to be replaced, and is a good request.
    surrogate = 400 if path == "responses" else 200
    assert statuses == [401, 401, 400, surrogate, 404, 404]
    assert codes[:2] == ["invalid_api_key"] * 2 and "model_not_found" in codes


async def test_a_refusal_that_no_test_expects_fails_it() -> None:
    with pytest.raises(AssertionError, match="unknown_parameter at foo"):
        async with model_server() as model:
            await post(model, "responses", {"model": MODEL, "input": "x", "foo": 1})
    async with model_server() as model:
        await post(model, "responses", {"model": MODEL, "input": "x", "foo": 1})
        model.refused.clear()


async def test_reasoning_goes_back_to_the_model_that_made_it_with_what_came_after_it() -> None:
    async with model_server(*[Think("hm", Call("search", {}))] * 2, expect_refusals=True) as model:
        made = (await post(model, "responses", {"model": MODEL, "input": "x"})).json()["output"]
        thought, call = made
        output = {"type": "function_call_output", "call_id": call["call_id"], "output": "2"}
        bare = {name: value for name, value in call.items() if name != "id"}
        unsigned = thought | {"encrypted_content": None}

        async def said(*items: Body, **more: Any) -> str:
            answer = await post(model, "responses", {"model": MODEL, "input": [USER, *items]} | more)
            return "" if answer.status_code == 200 else answer.json()["error"]["message"]

        assert await said(thought, call, output) == ""
        assert await said(unsigned, call, output) == ""
        assert await said(bare, output) == ""
        assert "without its required 'reasoning' item" in await said(call, output)
        assert "without its required following item" in await said(thought)
        assert "without its required following item" in await said(thought, USER)
        assert "could not be verified" in await said(thought, call, output, model="gpt-5.4")
        assert "not found" in await said(unsigned, call, output, model="gpt-5.4")
        assert "can only be provided to a reasoning" in await said(thought, call, output, model="gpt-4.1")
        assert await said(call, output, model="gpt-5.4") == ""
        assert "not found" in await said(unsigned | {"id": "rs_elsewhere"}, call, output)


async def test_what_is_not_stored_is_known_by_its_encrypted_content_only() -> None:
    async with model_server(Think("hm", Say("Two."))) as model:
        body: Body = {"model": MODEL, "input": [USER], "store": False}
        thought, message = (await post(model, "responses", body)).json()["output"]
        assert (await post(model, "responses", body | {"input": [thought, message]})).status_code == 200
        forgotten = thought | {"encrypted_content": None}
        assert (await post(model, "responses", body | {"input": [forgotten, message]})).status_code == 404
        model.refused.clear()
