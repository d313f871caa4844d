"""A local server that speaks OpenAI's formats: Responses and Chat Completions, streamed and not.

It is scripted: each request is answered by the next step of the script, and remembered, so that a test
can look at what the model was shown. Formats: the openai package's own types, which the answers are
built with, and its stream of server-sent events.
"""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from tests.peer import serve

USAGE = {
    "input_tokens": 5,
    "output_tokens": 7,
    "total_tokens": 12,
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens_details": {"reasoning_tokens": 0},
}
AUDIO_USAGE = {"type": "tokens", "input_tokens": 100, "output_tokens": 3, "total_tokens": 103}


@dataclass
class Say:
    """The model writes. hang: it stops in the middle and never ends."""

    text: str
    hang: bool = False


@dataclass
class Call:
    """The model calls a tool."""

    name: str
    arguments: dict[str, Any]


@dataclass
class Paint:
    """The model makes an image with OpenAI's own tool; only the Responses API has it."""

    image: bytes


@dataclass
class Fail:
    """The server refuses, with its own text in the body."""

    status: int


@dataclass
class Raw:
    """Output items of the Responses API as they are, such as those of OpenAI's own tools."""

    items: list[dict[str, Any]]


Step = Say | Call | Paint | Fail | Raw


@dataclass
class ModelServer:
    script: list[Step]
    address: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    disconnected: asyncio.Event = field(default_factory=asyncio.Event)
    audio_usage: dict[str, Any] = field(default_factory=lambda: dict(AUDIO_USAGE))
    #: Vector store -> what a search in it finds: id, name and score; and the searches that were made.
    files: dict[str, list[tuple[str, str, float]]] = field(default_factory=dict)
    searches: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def next(self, body: dict[str, Any]) -> Step:
        self.requests.append(body)
        return self.script.pop(0) if self.script else Say("nothing more to say")

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/v1/responses")
        async def responses(request: Request) -> Response:
            body = await request.json()
            step = self.next(body)
            if isinstance(step, Fail):
                return failure(step)
            if isinstance(step, Raw):
                return StreamingResponse(raw_events(step), media_type=SSE)
            if not body.get("stream"):
                return JSONResponse(response([output_item(step, "a")]))
            return StreamingResponse(self.watched(responses_events(step, len(self.requests))), media_type=SSE)

        @app.post("/v1/chat/completions")
        async def completions(request: Request) -> Response:
            body = await request.json()
            step = self.next(body)
            if isinstance(step, Fail):
                return failure(step)
            assert not isinstance(step, Raw), "only the Responses API has such items"
            if not body.get("stream"):
                return JSONResponse(completion(step))
            return StreamingResponse(
                self.watched(completion_chunks(step, include_usage=wants_usage(body))), media_type=SSE
            )

        @app.post("/v1/vector_stores/{store}/search")
        async def search(store: str, request: Request) -> Response:
            body = await request.json()
            self.searches.append((store, body))
            if store not in self.files:
                return failure(Fail(404))
            return JSONResponse(search_results(body["query"], self.files[store]))

        @app.post("/v1/audio/transcriptions")
        async def transcriptions(request: Request) -> Response:
            self.requests.append({"path": "transcriptions"})
            return JSONResponse({"text": "spoken words", "usage": self.audio_usage})

        return app

    async def watched(self, events: AsyncIterator[str]) -> AsyncIterator[str]:
        try:
            async for event in events:
                yield event
        except asyncio.CancelledError:
            self.disconnected.set()
            raise


SSE = "text/event-stream"


@asynccontextmanager
async def model_server(*script: Step) -> AsyncGenerator[ModelServer]:
    model = ModelServer(list(script))
    async with serve(model.app()) as address:
        model.address = f"{address}/v1"
        yield model


def wants_usage(body: dict[str, Any]) -> bool:
    return bool((body.get("stream_options") or {}).get("include_usage"))


def failure(step: Fail) -> Response:
    body = {"error": {"message": "key sk-canary-123 is wrong", "type": "x", "code": "x", "param": None}}
    return JSONResponse(body, step.status)


def words(text: str) -> list[str]:
    return [word if index == 0 else f" {word}" for index, word in enumerate(text.split(" "))]


# Responses


def output_item(step: Say | Call | Paint, mark: str) -> dict[str, Any]:
    if isinstance(step, Paint):
        image = base64.b64encode(step.image).decode()
        return {"type": "image_generation_call", "id": f"ig_{mark}", "status": "completed", "result": image}
    if isinstance(step, Call):
        return {
            "type": "function_call",
            "id": f"fc_{mark}",
            "call_id": f"call_{mark}",
            "name": step.name,
            "arguments": json.dumps(step.arguments),
            "status": "completed",
        }
    return {
        "type": "message",
        "id": f"msg_{mark}",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": step.text, "annotations": []}],
    }


def response(output: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "scripted",
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": USAGE,
        "status": "completed",
    }


async def responses_events(step: Say | Call | Paint, number: int) -> AsyncIterator[str]:
    item = output_item(step, str(number))
    sequence = 0

    def event(kind: str, **fields: Any) -> str:
        nonlocal sequence
        sequence += 1
        return f"event: {kind}\ndata: {json.dumps({'type': kind, 'sequence_number': sequence, **fields})}\n\n"

    yield event("response.created", response=response([]) | {"status": "in_progress", "usage": None})
    if isinstance(step, Say):
        place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
        part = {"type": "output_text", "text": "", "annotations": []}
        yield event("response.output_item.added", output_index=0, item={**item, "content": [], "status": "in_progress"})
        yield event("response.content_part.added", **place, part=part)
        for word in words(step.text):
            yield event("response.output_text.delta", **place, delta=word, logprobs=[])
        if step.hang:
            await asyncio.Event().wait()
        yield event("response.output_text.done", **place, text=step.text, logprobs=[])
        yield event("response.content_part.done", **place, part={**part, "text": step.text})
    elif isinstance(step, Paint):
        draft = {"item_id": item["id"], "output_index": 0, "partial_image_index": 0}
        yield event(
            "response.output_item.added", output_index=0, item={**item, "result": None, "status": "in_progress"}
        )
        yield event(
            "response.image_generation_call.partial_image",
            **draft, partial_image_b64=item["result"], size="1024x1024", quality="low", background="opaque",
            output_format="png",
        )  # fmt: skip
    else:
        yield event(
            "response.output_item.added", output_index=0, item={**item, "arguments": "", "status": "in_progress"}
        )
        yield event("response.function_call_arguments.done", item_id=item["id"], output_index=0,
                    name=step.name, arguments=item["arguments"])  # fmt: skip
    yield event("response.output_item.done", output_index=0, item=item)
    yield event("response.completed", response=response([item]))


async def raw_events(step: Raw) -> AsyncIterator[str]:
    def event(kind: str, **fields: Any) -> str:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, 'sequence_number': 0, **fields})}\n\n"

    yield event("response.created", response=response([]) | {"status": "in_progress", "usage": None})
    for index, item in enumerate(step.items):
        begun = {**item, "status": "in_progress"}
        yield event("response.output_item.added", output_index=index, item=begun)
        yield event("response.output_item.done", output_index=index, item=item)
    yield event("response.completed", response=response(step.items))


# Vector stores


def search_results(query: str, found: list[tuple[str, str, float]]) -> dict[str, Any]:
    content = [{"type": "text", "text": "Its words."}]
    data = [
        {"file_id": id_, "filename": name, "score": score, "attributes": {}, "content": content}
        for id_, name, score in found
    ]
    page = {"object": "vector_store.search_results.page", "search_query": [query], "has_more": False, "next_page": None}
    return {**page, "data": data}


# Chat Completions


def completion(step: Say | Call | Paint) -> dict[str, Any]:
    content = step.text if isinstance(step, Say) else None
    return {
        "id": "chatcmpl_1",
        "object": "chat.completion",
        "created": 1,
        "model": "scripted",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}],
    }


BASE = {"id": "chatcmpl_1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}


async def completion_chunks(step: Say | Call | Paint, *, include_usage: bool) -> AsyncIterator[str]:
    def chunk(delta: dict[str, Any], finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return f"data: {json.dumps({**BASE, 'choices': [choice]})}\n\n"

    yield chunk({"role": "assistant", "content": ""})
    if isinstance(step, Say):
        for word in words(step.text):
            yield chunk({"content": word})
        if step.hang:
            await asyncio.Event().wait()
        yield chunk({}, "stop")
    elif isinstance(step, Call):
        # As several servers do it: the call has an id, the item it belongs to has none.
        function = {"name": step.name, "arguments": json.dumps(step.arguments)}
        yield chunk({"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": function}]})
        yield chunk({}, "tool_calls")
    if include_usage:
        usage = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
        yield f"data: {json.dumps({**BASE, 'choices': [], 'usage': usage})}\n\n"
    yield "data: [DONE]\n\n"
