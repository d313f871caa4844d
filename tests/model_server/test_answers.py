"""Steps of a script, as they go over the wire."""

import json
from typing import Any

import pytest
from openai import APIConnectionError, APIError

from tests.model_server import (
    MODEL,
    Call,
    Cut,
    Deltas,
    Drop,
    Empty,
    Failed,
    Page,
    Refuse,
    Say,
    Structured,
    model_server,
)
from tests.model_server.examples import (
    USER,
)
from tests.model_server.http_client import connected, post


async def test_answers_that_are_not_whole_end_as_they_do_at_openai() -> None:
    steps = [Cut("Two", "length"), Cut("Two", "content_filter"), Empty(), Failed("rate_limit_exceeded", "Wait.")]
    async with connected(*steps, Cut("Two min", None), Drop("Two min")) as (_, client):
        ends: list[Any] = []
        for _step in steps:
            events = [event async for event in await client.responses.create(model=MODEL, input="x", stream=True)]
            last: Any = events[-1]
            assert last.type in ("response.incomplete", "response.completed", "response.failed")
            details, error = last.response.incomplete_details, last.response.error
            ends.append((last.type, details and details.reason, error and error.code, len(last.response.output)))
        cut = [event.type async for event in await client.responses.create(model=MODEL, input="x", stream=True)]
        with pytest.raises(APIConnectionError):
            async for _event in await client.responses.create(model=MODEL, input="x", stream=True):
                pass
    assert ends == [
        ("response.incomplete", "max_output_tokens", None, 1),
        ("response.incomplete", "content_filter", None, 1),
        ("response.completed", None, None, 0),
        ("response.failed", None, "rate_limit_exceeded", 0),
    ]
    assert cut[-1] == "response.output_text.delta"


async def test_answers_that_are_not_whole_end_as_they_do_over_chat_completions() -> None:
    steps = [Cut("Two", "length"), Cut("Two", "content_filter"), Empty(), Cut("Two", None)]
    async with connected(*steps, Failed("server_error", "Wait."), Drop("Two min")) as (_, client):
        asked: Any = {"model": MODEL, "messages": [USER], "stream": True}
        ends: list[Any] = []
        for _step in steps:
            chunks = [chunk async for chunk in await client.chat.completions.create(**asked)]
            ends.append(chunks[-1].choices[-1].finish_reason)
        with pytest.raises(APIError, match="Wait"):
            async for _chunk in await client.chat.completions.create(**asked):
                pass
        with pytest.raises(APIConnectionError):
            async for _chunk in await client.chat.completions.create(**asked):
                pass
    assert ends == ["length", "content_filter", "stop", None]


async def test_other_steps_over_both_apis() -> None:
    steps = [Refuse("I may not."), Structured({"a": 1}), Deltas("a", "\ud83d", "\ude00"), Page()]
    async with model_server(*steps, *steps) as model:
        refused, structured, deltas, page = [
            await post(model, "responses", {"model": MODEL, "input": "x", "stream": True}) for _ in steps
        ]
        said, value, pieces, html = [
            await post(model, "chat/completions", {"model": MODEL, "messages": [USER], "stream": True}) for _ in steps
        ]
    assert "response.refusal.done" in refused.text and '"refusal": " not."' in said.text
    assert json.dumps('{"a": 1}')[1:-1] in structured.text and "a\\" in value.text
    assert '"delta": "\\ud83d"' in deltas.text and '"content": "\\ude00"' in pieces.text
    assert page.status_code == html.status_code == 200 and page.headers["content-type"].startswith("text/html")


async def test_odd_ids_and_usage_are_sent_as_a_script_has_them() -> None:
    odd = Say("Two.", done_id="msg_other", usage={"input_tokens": "5"})
    async with model_server(odd, Call("search", {}, call_id="call_a"), Say("x", usage=None)) as model:
        text = (await post(model, "responses", {"model": MODEL, "input": "x", "stream": True})).text
        call = (await post(model, "responses", {"model": MODEL, "input": "x"})).json()["output"][0]
        chat = (await post(model, "chat/completions", {"model": MODEL, "messages": [USER]})).json()
    events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
    added, done = [event["item"]["id"] for event in events if event["type"].startswith("response.output_item")]
    assert added != done == "msg_other" and events[-1]["response"]["usage"] == {"input_tokens": "5"}
    assert call["call_id"] == "call_a" and chat["usage"] is None


async def test_models_are_listed_with_their_end() -> None:
    async with connected(models={"gpt-5.2": None, "gpt-5-mini": "2026-12-11"}) as (model, client):
        assert [(each.id, each.shutdown_date) async for each in client.models.list()] == [
            ("gpt-5.2", None), ("gpt-5-mini", "2026-12-11")
        ]  # fmt: skip
        assert (await client.models.retrieve("gpt-5-mini")).shutdown_date == "2026-12-11"
        with pytest.raises(APIError, match="does not exist"):
            await client.models.retrieve("gpt-4.1")
        with pytest.raises(APIError, match="does not exist"):
            await client.responses.create(model="gpt-4.1", input="x")
        model.refused.clear()


async def test_a_transcription_needs_a_file_in_a_known_format_and_a_model() -> None:
    async with connected(expect_refusals=True) as (model, client):
        heard = await client.audio.transcriptions.create(file=("a.webm", b"sound"), model="gpt-4o-transcribe")
        for file, name in ((("a.txt", b"sound"), "gpt-4o-transcribe"), (("a.webm", b"sound"), "scripted")):
            with pytest.raises(APIError):
                await client.audio.transcriptions.create(file=file, model=name)
    assert heard.text == "spoken words"
    assert [refusal.code for refusal in model.refused] == ["unsupported_format", "model_not_found"]
