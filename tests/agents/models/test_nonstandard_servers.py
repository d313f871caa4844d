"""Answers in forms that no documentation has, as servers have been seen to send them: what the chat makes of them."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chatkit_link.client import ChatKitClient
from chatkit_link.translations import Localized
from tests.agents.test_models import MakeSettings
from tests.conftest import running
from tests.finished_stream import stored, text_of, told
from tests.sdk_server import serve

FINE = {"choices": [{"index": 0, "delta": {"content": "Fine."}, "finish_reason": "stop"}]}


def sse(*events: Any) -> str:
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"


def chunk(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def completed(*output: Any, **fields: Any) -> dict[str, Any]:
    response = {
        "id": "resp_1", "object": "response", "created_at": 1, "model": "m", "output": output, "tools": [],
        "parallel_tool_calls": True, "tool_choice": "auto", "status": "completed", "usage": None, **fields,
    }  # fmt: skip
    return {"type": "response.completed", "sequence_number": 1, "response": response}


def message(text: str, **fields: Any) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    return {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part], **fields}


class Odd:
    """Answers the next question with ``body``, and every other one well."""

    def __init__(self) -> None:
        self.address = ""
        self.body: tuple[str, str] | None = None
        self.requests: list[dict[str, Any]] = []

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/v1/{path:path}", self.answer, methods=["POST"])])

    async def answer(self, request: Request) -> Response:
        body = await request.json()
        if "title of two to six words" in json.dumps(body):
            return Response(status_code=400)
        self.requests.append(body)
        given, self.body = self.body, None
        if given is not None:
            return Response(given[0], media_type=given[1])
        fine = FINE if request.url.path.endswith("completions") else completed(message("Fine."))
        return Response(sse(fine), media_type="text/event-stream")


@pytest.fixture(scope="module")
async def odd() -> AsyncIterator[Odd]:
    server = Odd()
    async with serve(server.app()) as address:
        server.address = f"{address}/v1"
        yield server


@pytest.fixture(scope="module", params=["responses", "chat_completions"])
async def chat(request: pytest.FixtureRequest, make_settings: MakeSettings, odd: Odd) -> AsyncIterator[ChatKitClient]:
    settings = make_settings(
        openai_api_key="sk-odd", openai_base_url=odd.address, openai_api=request.param, model="m", search="local"
    )
    async with running(settings) as address, ChatKitClient(f"{address}/chatkit") as client:
        yield client


def api_of(request: pytest.FixtureRequest) -> str:
    return request.node.callspec.params["chat"]


USAGES = [
    [],
    5,
    "many",
    {},
    {"prompt_tokens": "12.0", "input_tokens": "12.0"},
    {"total_tokens": -1},
    {"input_tokens": 10**25},
]


@pytest.mark.parametrize("usage", USAGES, ids=str)
async def test_a_usage_that_is_none_costs_nothing_else(
    request: pytest.FixtureRequest, odd: Odd, chat: ChatKitClient, usage: Any
) -> None:
    events = [FINE, {"choices": [], "usage": usage}] if api_of(request) == "chat_completions" else [
        completed(message("Fine."), usage=usage)
    ]  # fmt: skip
    odd.body = sse(*events), "text/event-stream"
    made = await told(chat.create_thread("Hi"))
    assert (made.text, made.view.errors) == ("Fine.", [])


#: What comes -> the message, or the text of the answer. Chat Completions.
CHAT: dict[str, tuple[str, str, str]] = {
    "an error as an object of its own (vLLM, LM Studio)": (
        sse({"object": "error", "message": "It broke", "code": 500}), "text/event-stream", "model_failed"),
    "an error as a detail (FastAPI)": (sse({"detail": "It broke"}), "text/event-stream", "model_failed"),
    "an error with status 200": (
        json.dumps({"error": {"message": "No money", "code": "insufficient_quota"}}), "application/json",
        "model_out_of_credit"),
    "a finish reason that is an error": (
        sse(chunk(content="Half"), chunk("error")), "text/event-stream", "model_failed"),
    "an answer that was not streamed": (
        json.dumps({"choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "Whole."}}]}),
        "application/json", "Whole."),
    "other JSON": (json.dumps([1]), "application/json", "answer_unreadable"),
    "an event that is null": ("data: null\n\n", "text/event-stream", "assistant_failed"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHAT)
@pytest.mark.parametrize("chat", ["chat_completions"], indirect=True)
async def test_what_comes_over_chat_completions_is_an_answer_or_a_message(
    odd: Odd, chat: ChatKitClient, name: str
) -> None:
    await expect(odd, chat, *CHAT[name])


RESPONSES: dict[str, tuple[str, str, str]] = {
    "a message that is nowhere but at the end": (sse(completed(message("Late."))), "text/event-stream", "Late."),
    "content that is null": (sse(completed(message("x", content=None))), "text/event-stream", "answer_empty"),
    "an end without a response": (
        sse({"type": "response.completed", "sequence_number": 1}), "text/event-stream", "answer_unreadable"),
    "an item of a type that is not known yet": (
        sse(completed({"type": "future_call", "id": "x"}, message("Fine, too."))), "text/event-stream", "Fine, too."),
    "an event that is a list": ("data: [1]\n\n", "text/event-stream", "answer_unreadable"),
    "a page": ("<html>", "text/html", "answer_unreadable"),
}  # fmt: skip


@pytest.mark.parametrize("name", RESPONSES)
@pytest.mark.parametrize("chat", ["responses"], indirect=True)
async def test_what_comes_over_responses_is_an_answer_or_a_message(odd: Odd, chat: ChatKitClient, name: str) -> None:
    await expect(odd, chat, *RESPONSES[name])


async def expect(odd: Odd, chat: ChatKitClient, body: str, media_type: str, right: str) -> None:
    odd.body = body, media_type
    made = await told(chat.create_thread("Hi"))
    if right.endswith("."):
        assert (made.text, made.view.errors) == (right, [])
    else:
        assert [error.message for error in made.view.errors] == [str(Localized(right))]
    again = await told(chat.add_user_message(made.thread_id, "And now?"))
    assert (again.text, again.view.errors) == ("Fine.", [])
    texts = [text_of(item) for item in await stored(chat, made.thread_id) if item.type == "assistant_message"]
    for text in texts[:-1]:  # what the user has read before, the model gets
        assert text in json.dumps(odd.requests[-1])


CALLS: dict[str, list[dict[str, Any]]] = {
    "one index, several ids": [{"index": 0, "id": "a"}, {"index": 0, "id": "b"}],
    "one index, no ids": [{"index": 0, "id": ""}, {"index": 0, "id": ""}],
    "no index": [{"id": "a"}, {"id": "b"}],
    "several indexes, one id": [{"index": 0, "id": "a"}, {"index": 1, "id": "a"}],
    "several indexes, no ids": [{"index": 0}, {"index": 1}],
}


@pytest.mark.parametrize("as_object", [False, True], ids=["text", "object"])
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("chat", ["chat_completions"], indirect=True)
async def test_parallel_calls_are_distinguished(odd: Odd, chat: ChatKitClient, name: str, *, as_object: bool) -> None:
    calls = [
        {**call, "type": "function", "function": {
            "name": "search", "arguments": {"query": query} if as_object else json.dumps({"query": query})}}
        for call, query in zip(CALLS[name], ("green tea", "black tea"), strict=True)
    ]  # fmt: skip
    odd.body = sse(*[chunk(tool_calls=[call]) for call in calls], chunk("tool_calls")), "text/event-stream"
    made = await told(chat.create_thread("Hi"))
    assert (made.text, made.view.errors) == ("Fine.", [])
    sent = odd.requests[-1]["messages"]
    (asked,) = [message["tool_calls"] for message in sent if message.get("tool_calls")]
    assert [json.loads(call["function"]["arguments"])["query"] for call in asked] == ["green tea", "black tea"]
    assert [call["id"] for call in asked] == [message["tool_call_id"] for message in sent if message["role"] == "tool"]
