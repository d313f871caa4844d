"""Answers of Chat Completions: the completion, and the chunks of its stream, as the profile has them.

https://developers.openai.com/api/reference/resources/chat/subresources/completions/streaming-events; types in
openai/types/chat. What is different elsewhere is described at the profiles.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from tests.model_server.dropped import Dropped
from tests.model_server.profiles import Profile
from tests.model_server.responses import halves
from tests.model_server.steps import (
    Call,
    Cut,
    Drop,
    Failed,
    Paint,
    Refuse,
    Say,
    Step,
    Thought,
    arguments,
    deltas,
    ending,
    flatten,
    usage_of,
)

Chunk = dict[str, Any]
USAGE = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}


@dataclass
class Completion:
    """One completion in the making. number: which one of this server it is."""

    body: dict[str, Any]
    step: Step
    number: int
    profile: Profile

    def __post_init__(self) -> None:
        parts = flatten(self.step)
        assert not any(isinstance(part, Paint) for part in parts), "only the Responses API makes images"
        self.parts = [part for part in parts if not isinstance(part, Paint)]
        self.calls = [part for part in parts if isinstance(part, Call)]
        #: By identity: two calls may be equal.
        self.places = {id(call): index for index, call in enumerate(self.calls)}
        self.thoughts = [part for part in parts if isinstance(part, Thought)]

    def call(self, call: Call) -> dict[str, Any]:
        index = self.places[id(call)]
        id_ = self.profile.call_id(call.name, index, self.number) if call.call_id is None else call.call_id
        function = {"name": call.name, "arguments": arguments(call)}
        made = {"id": id_, "type": "function", "function": function}
        if self.profile.signs_calls and index == 0:
            # On the first of parallel calls: https://ai.google.dev/gemini-api/docs/thought-signatures
            made["extra_content"] = {"google": {"thought_signature": self.signature}}
        return made

    @property
    def signature(self) -> str:
        return f"c2lnbmF0dXJl{self.number}"

    @property
    def finish(self) -> str | None:
        match ending(self.step):
            case Cut(reason=reason):
                return reason
            case _:
                return "tool_calls" if self.calls else "stop"

    @property
    def usage(self) -> Any:
        return usage_of(self.step, USAGE)

    def head(self, kind: str) -> dict[str, Any]:
        return {"id": f"chatcmpl-{self.number}", "object": kind, "created": 1, "model": self.body["model"]}


def whole(completion: Completion) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
    for part in completion.parts:
        if isinstance(part, Refuse):
            message["refusal"] = part.text
        elif not isinstance(part, Call):
            for delta in spoken(completion, part, ["".join(deltas(part))]):
                merge(message, delta)
    if completion.calls:
        message["tool_calls"] = [completion.call(call) for call in completion.calls]
    choice = {"index": 0, "finish_reason": completion.finish or "stop", "message": message, "logprobs": None}
    made = completion.head("chat.completion") | {"choices": [choice], "usage": completion.usage}
    return made | completion.profile.filtered(made)


def merge(message: dict[str, Any], delta: dict[str, Any]) -> None:
    for name, value in delta.items():
        before = message.get(name)
        if before is not None and type(before) is not type(value):
            before, value = as_parts(before), as_parts(value)  # noqa: PLW2901
        message[name] = value if before is None else before + value


def as_parts(content: Any) -> list[Any]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def spoken(completion: Completion, part: Any, words: list[str]) -> list[dict[str, Any]]:
    """The deltas of thoughts or text, made of these words."""
    if not isinstance(part, Thought):
        return [{"content": word} for word in words]
    match completion.profile.thoughts:
        case "reasoning_content":
            return [{"reasoning_content": word} for word in words]
        case "reasoning":
            return [{"reasoning": word} for word in words]
        case "tags":
            return [{"content": word} for word in ["<think>\n", *words, "\n</think>\n\n"]]
        case "parts":
            return [{"content": [{"type": "thinking", "thinking": [{"type": "text", "text": word}]}]} for word in words]
        case _:
            return []


async def chunks(completion: Completion) -> AsyncIterator[Chunk]:
    profile = completion.profile
    each = {"usage": completion.usage} if profile.usage_each_chunk else {}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> Chunk:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        made = completion.head("chat.completion.chunk") | {"choices": [choice], **each}
        return made | profile.filtered(made)

    if profile.prompt_filter is not None:
        yield completion.head("") | {"id": "", "created": 0, "model": "", "choices": [], **profile.prompt_filter}
    yield chunk({"role": "assistant", "content": ""})
    for part in completion.parts:
        match part:
            case Call():
                for delta in call_deltas(completion, part):
                    yield chunk({"tool_calls": [delta]})
            case Refuse():
                for word in deltas(part):
                    yield chunk({"refusal": word})
            case _:
                for delta in spoken(completion, part, deltas(part)):
                    yield chunk(delta)
        if isinstance(part, Say) and part.hang:
            await asyncio.Event().wait()
        if isinstance(part, Drop):
            raise Dropped
    last = ending(completion.step)
    if isinstance(last, Failed):
        yield failed(completion, last)
        return
    if completion.finish is not None:
        yield chunk({}, completion.finish)
        if wants_usage(completion.body):
            yield completion.head("chat.completion.chunk") | {"choices": [], "usage": completion.usage}


def call_deltas(completion: Completion, call: Call) -> list[dict[str, Any]]:
    profile = completion.profile
    made = completion.call(call)
    index = 0 if profile.calls_all_first else completion.places[id(call)]
    if profile.whole_calls:
        return [{"index": index, **made}]
    function = made["function"]
    first = {"index": index, **made, "function": {**function, "arguments": ""}}
    return [first, *({"index": index, "function": {"arguments": half}} for half in halves(function["arguments"]))]


def failed(completion: Completion, step: Failed) -> Chunk:
    """An error in mid-stream: openai/_streaming.py of the installed package reads `error`."""
    error = {"message": step.message, "type": step.code, "param": None, "code": step.code}
    if completion.profile.name != "openrouter":
        return {"error": error}
    # https://openrouter.ai/docs/api/reference/streaming ("handling errors during streaming")
    choice = {"index": 0, "delta": {"content": ""}, "finish_reason": "error"}
    told = {"code": step.code, "message": step.message}
    return completion.head("chat.completion.chunk") | {"choices": [choice], "provider": "Scripted", "error": told}


def wants_usage(body: dict[str, Any]) -> bool:
    return bool((body.get("stream_options") or {}).get("include_usage"))
