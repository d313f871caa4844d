"""What every server under test answers: a message of so many words, as events or from a scripted model.

A request's text names what it wants: ``"50"`` is 50 deltas, as fast as they can be made; ``"50 0"`` lets
the event loop turn between two of them; ``"50 0.5"`` waits half a second. The Agents SDK path gets the
same words from a ``Model`` that needs no network. Its events are made once, so that what is measured is
the server and not the script.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from functools import cache
from typing import Any

from agents import Model, ModelResponse, TResponseInputItem
from agents.items import TResponseStreamEvent
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartDone,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
)
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseContentPartAddedEvent,
    ResponseContentPartDoneEvent,
    ResponseCreatedEvent,
    ResponseOutputItemAddedEvent,
    ResponseOutputItemDoneEvent,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
)
from typing_extensions import override

WORD = "measure "


def read_order(text: str) -> tuple[int, float | None]:
    """Deltas, and seconds between two of them; None to leave the event loop no turn."""
    deltas, _, pace = text.partition(" ")
    return int(deltas), float(pace) if pace else None


async def events(text: str, item_id: str, thread_id: str) -> AsyncIterator[ThreadStreamEvent]:
    """One message, as a function that yields events writes it."""
    deltas, pace = read_order(text)
    item = AssistantMessageItem(id=item_id, thread_id=thread_id, created_at=datetime.now(), content=[])
    yield ThreadItemAddedEvent(item=item)
    empty = AssistantMessageContentPartAdded(content_index=0, content=AssistantMessageContent(text=""))
    yield ThreadItemUpdatedEvent(item_id=item_id, update=empty)
    for _ in range(deltas):
        if pace is not None:
            await asyncio.sleep(pace)
        delta = AssistantMessageContentPartTextDelta(content_index=0, delta=WORD)
        yield ThreadItemUpdatedEvent(item_id=item_id, update=delta)
    content = AssistantMessageContent(text=WORD * deltas)
    done = AssistantMessageContentPartDone(content_index=0, content=content)
    yield ThreadItemUpdatedEvent(item_id=item_id, update=done)
    yield ThreadItemDoneEvent(item=item.model_copy(update={"content": [content]}))


class ScriptedModel(Model):
    """Answers with what the last message of its input orders."""

    @override
    async def get_response(self, *args: Any, **more: Any) -> ModelResponse:
        raise NotImplementedError

    @override
    async def stream_response(
        self, system_instructions: str | None, input: str | list[TResponseInputItem], *args: Any, **more: Any
    ) -> AsyncIterator[TResponseStreamEvent]:
        deltas, pace = read_order(_last_text(input))
        for event in _script(deltas):
            if pace is not None and event.type == "response.output_text.delta":
                await asyncio.sleep(pace)
            yield event


@cache
def _script(deltas: int) -> list[TResponseStreamEvent]:
    text = WORD * deltas
    part = ResponseOutputText(type="output_text", text=text, annotations=[])
    empty = ResponseOutputText(type="output_text", text="", annotations=[])
    message = ResponseOutputMessage(
        type="message", id="msg_scripted", role="assistant", status="completed", content=[part]
    )
    started = message.model_copy(update={"content": [], "status": "in_progress"})
    place: dict[str, Any] = {"item_id": message.id, "output_index": 0, "content_index": 0, "sequence_number": 0}
    top: dict[str, Any] = {"output_index": 0, "sequence_number": 0}
    delta = ResponseTextDeltaEvent(type="response.output_text.delta", delta=WORD, logprobs=[], **place)
    return [
        ResponseCreatedEvent(type="response.created", response=_response([]), sequence_number=0),
        ResponseOutputItemAddedEvent(type="response.output_item.added", item=started, **top),
        ResponseContentPartAddedEvent(type="response.content_part.added", part=empty, **place),
        *[delta] * deltas,  # one and the same: a slow stream would otherwise be charged for the script
        ResponseTextDoneEvent(type="response.output_text.done", text=text, logprobs=[], **place),
        ResponseContentPartDoneEvent(type="response.content_part.done", part=part, **place),
        ResponseOutputItemDoneEvent(type="response.output_item.done", item=message, **top),
        ResponseCompletedEvent(type="response.completed", response=_response([message]), sequence_number=0),
    ]


def _response(output: list[Any]) -> Response:
    return Response(
        id="resp_scripted",
        created_at=0,
        model="scripted",
        object="response",
        output=output,
        parallel_tool_calls=False,
        tool_choice="auto",
        tools=[],
    )


def _last_text(given: Any) -> str:
    if isinstance(given, str):
        return given
    content = given[-1]["content"]
    return content if isinstance(content, str) else str(content[0]["text"])
