"""Answers of the Responses API: the response, and the events of its stream.

https://developers.openai.com/api/reference/resources/responses/streaming-events; types in openai/types/responses.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from tests.model_server.dropped import Dropped
from tests.model_server.failures import Refused
from tests.model_server.steps import (
    Call,
    Cut,
    Drop,
    Failed,
    Paint,
    Part,
    Raw,
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

Event = dict[str, Any]
Item = dict[str, Any]

USAGE = {
    "input_tokens": 5,
    "output_tokens": 7,
    "total_tokens": 12,
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens_details": {"reasoning_tokens": 0},
}


@dataclass
class Answer:
    """One response in the making. mark: what its ids have in common, and no other response has.

    thoughts: as summaries (OpenAI, when the request asks for them), as text (vLLM and others), or hidden.
    """

    body: dict[str, Any]
    step: Step
    mark: str
    thoughts: str = "hidden"
    items: list[Item] = field(default_factory=list)
    sequence: int = 0

    @property
    def id(self) -> str:
        return f"resp_{self.mark}"

    def event(self, kind: str, **fields: Any) -> Event:
        self.sequence += 1
        return {"type": kind, "sequence_number": self.sequence - 1, **fields}

    def response(self, status: str, **fields: Any) -> dict[str, Any]:
        text = {"format": {"type": "text"}, **(self.body.get("text") or {})}
        return {
            "id": self.id,
            "object": "response",
            "created_at": 1,
            "model": self.body.get("model", "prompt"),
            "output": self.items,
            "parallel_tool_calls": self.body.get("parallel_tool_calls") is not False,
            "tool_choice": self.body.get("tool_choice") or "auto",
            "tools": self.body.get("tools") or [],
            "error": None,
            "incomplete_details": None,
            "instructions": self.body.get("instructions"),
            "metadata": self.body.get("metadata") or {},
            "reasoning": self.body.get("reasoning") or {"effort": None, "summary": None},
            "store": self.body.get("store") is not False,
            "text": text,
            "status": status,
            "usage": usage_of(self.step, USAGE) if status in ("completed", "incomplete") else None,
            **fields,
        }

    def final(self) -> tuple[str, dict[str, Any]]:
        """The last event's type, and the response as it is then."""
        match ending(self.step):
            case Cut(reason="length"):
                details = {"reason": "max_output_tokens"}
                return "response.incomplete", self.response("incomplete", incomplete_details=details)
            case Cut(reason="content_filter"):
                details = {"reason": "content_filter"}
                return "response.incomplete", self.response("incomplete", incomplete_details=details)
            case Failed(code=code, message=message):
                return "response.failed", self.response("failed", error={"code": code, "message": message})
            case _:
                return "response.completed", self.response("completed")


def output_item(part: Part | Thought, mark: str, thoughts: str = "hidden") -> Item:
    """The item of one part, once it is done."""
    match part:
        case Paint(image=image):
            result = base64.b64encode(image).decode()
            return {"type": "image_generation_call", "id": f"ig_{mark}", "status": "completed", "result": result}
        case Call():
            call_id = f"call_{mark}" if part.call_id is None else part.call_id
            return {"type": "function_call", "id": f"fc_{mark}", "call_id": call_id, "name": part.name,
                    "arguments": arguments(part), "status": "completed"}  # fmt: skip
        case Thought(text=text):
            item = {"type": "reasoning", "id": f"rs_{mark}", "summary": [], "status": "completed"}
            if thoughts == "summary":
                item["summary"] = [{"type": "summary_text", "text": text}]
            if thoughts == "text":
                return item | {"content": [{"type": "reasoning_text", "text": text}]}
            return item | {"encrypted_content": f"gAAAAAB{mark}=="}
        case Refuse(text=text):
            content = {"type": "refusal", "refusal": text}
        case _:
            content = {"type": "output_text", "text": "".join(deltas(part)), "annotations": []}
    status = "incomplete" if isinstance(part, Cut) else "completed"
    return {"type": "message", "id": f"msg_{mark}", "role": "assistant", "status": status, "content": [content]}


def whole(answer: Answer) -> dict[str, Any]:
    """The response of a request that does not stream."""
    if isinstance(answer.step, Raw):
        answer.items.extend(answer.step.items)
    for index, part in enumerate(flatten(answer.step)):
        answer.items.append(output_item(part, f"{answer.mark}{index}", answer.thoughts))
    return answer.final()[1]


async def events(answer: Answer) -> AsyncIterator[Event]:
    yield answer.event("response.created", response=answer.response("in_progress", output=[]))
    yield answer.event("response.in_progress", response=answer.response("in_progress", output=[]))
    if isinstance(answer.step, Raw):
        for index, item in enumerate(answer.step.items):
            begun = {**item, "status": "in_progress"} if "status" in item else item
            yield answer.event("response.output_item.added", output_index=index, item=begun)
            yield answer.event("response.output_item.done", output_index=index, item=item)
        answer.items.extend(answer.step.items)
    for index, part in enumerate(flatten(answer.step)):
        item = output_item(part, f"{answer.mark}{index}", answer.thoughts)
        async for event in item_events(answer, part, item, index):
            yield event
        if isinstance(part, Cut) and part.reason is None:
            return
        answer.items.append(item)
    kind, response = answer.final()
    yield answer.event(kind, response=response)


async def broken_off(answer: Answer, error: Refused) -> AsyncIterator[str]:
    """A stream that says at once that it failed, in the shape that the API has and its reference has not.

    https://github.com/dyad-sh/dyad/issues/1672
    """
    inner = {"type": error.type, "code": error.code, "message": error.message, "param": error.param}
    for event in (
        answer.event("response.created", response=answer.response("in_progress", output=[])),
        answer.event("response.in_progress", response=answer.response("in_progress", output=[])),
        answer.event("error", error=inner),
    ):
        yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"


async def item_events(answer: Answer, part: Part | Thought, item: Item, index: int) -> AsyncIterator[Event]:
    place = {"item_id": item["id"], "output_index": index}
    yield answer.event("response.output_item.added", output_index=index, item=begun(item))
    match part:
        case Call():
            for piece in halves(item["arguments"]):
                yield answer.event("response.function_call_arguments.delta", **place, delta=piece)
            yield answer.event("response.function_call_arguments.done", **place, name=part.name,
                               arguments=item["arguments"])  # fmt: skip
        case Paint():
            yield answer.event("response.image_generation_call.in_progress", **place)
            yield answer.event(
                "response.image_generation_call.partial_image", **place, partial_image_index=0,
                partial_image_b64=item["result"], size="1024x1024", quality="low", background="opaque",
                output_format="png",
            )  # fmt: skip
            yield answer.event("response.image_generation_call.completed", **place)
        case Thought():
            for event in thought_events(answer, part, place):
                yield event
        case _:
            async for event in text_events(answer, part, item, place):
                yield event
    if isinstance(part, Cut) and part.reason is None:
        return
    if isinstance(part, Say | Call) and part.done_id is not None:
        item["id"] = part.done_id
    yield answer.event("response.output_item.done", output_index=index, item=item)


def begun(item: Item) -> Item:
    """An item as it is when it is added."""
    empty: dict[str, Item] = {
        "message": {"content": []},
        "function_call": {"arguments": ""},
        "image_generation_call": {"result": None},
        "reasoning": {"summary": []},
    }
    return {**item, "status": "in_progress", **empty[item["type"]]}


def thought_events(answer: Answer, part: Thought, place: dict[str, Any]) -> list[Event]:
    if answer.thoughts == "text":
        where = place | {"content_index": 0}
        said = [answer.event("response.reasoning_text.delta", **where, delta=word) for word in deltas(part)]
        return [*said, answer.event("response.reasoning_text.done", **where, text=part.text)]
    if answer.thoughts == "hidden":
        return []
    where = place | {"summary_index": 0}
    empty, full = {"type": "summary_text", "text": ""}, {"type": "summary_text", "text": part.text}
    return [
        answer.event("response.reasoning_summary_part.added", **where, part=empty),
        *(answer.event("response.reasoning_summary_text.delta", **where, delta=word) for word in deltas(part)),
        answer.event("response.reasoning_summary_text.done", **where, text=part.text),
        answer.event("response.reasoning_summary_part.done", **where, part=full),
    ]


async def text_events(answer: Answer, part: Part, item: Item, place: dict[str, Any]) -> AsyncIterator[Event]:
    assert not isinstance(part, Call | Paint)
    where = place | {"content_index": 0}
    full = item["content"][0]
    kind = "refusal" if isinstance(part, Refuse) else "output_text"
    field_ = "refusal" if isinstance(part, Refuse) else "text"
    more = {} if isinstance(part, Refuse) else {"logprobs": []}
    yield answer.event("response.content_part.added", **where, part={**full, field_: ""})
    for word in deltas(part):
        yield answer.event(f"response.{kind}.delta", **where, delta=word, **more)
    if isinstance(part, Say) and part.hang:
        await asyncio.Event().wait()
    if isinstance(part, Drop):
        raise Dropped
    if isinstance(part, Cut) and part.reason is None:
        return
    yield answer.event(f"response.{kind}.done", **where, **{field_: full[field_]}, **more)
    yield answer.event("response.content_part.done", **where, part=full)


def halves(text: str) -> list[str]:
    middle = len(text) // 2
    return [text[:middle], text[middle:]]
