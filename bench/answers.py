"""What every server under test answers: a message of so many words, as events or from a scripted model.

A request's text names what it wants: ``"50"`` is 50 deltas, as fast as they can be made; ``"50 0"`` lets
the event loop turn between two of them; ``"50 0.5"`` waits half a second, and streams that start together
do not write in step. The Agents SDK path gets the same words from a ``Model`` that needs no network. Its
events are made once, so that what is measured is the server and not the script.
"""

import asyncio
import random
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


class SlowStreams:
    """Those of this server. ended: how often they were, each at its next word: an answer outlives its reader."""

    def __init__(self) -> None:
        self.ended = 0

    def end(self) -> None:
        self.ended += 1


SLOW = SlowStreams()


async def fall_out_of_step(pace: float | None) -> None:
    """Before the first word of a slow stream: those that start together shall not write in step."""
    if pace:
        await asyncio.sleep(pace * random.random())


async def events(text: str, item_id: str, thread_id: str) -> AsyncIterator[ThreadStreamEvent]:
    """One message, as a function that yields events writes it."""
    deltas, pace = read_order(text)
    item = AssistantMessageItem(id=item_id, thread_id=thread_id, created_at=datetime.now(), content=[])
    yield ThreadItemAddedEvent(item=item)
    empty = AssistantMessageContentPartAdded(content_index=0, content=AssistantMessageContent(text=""))
    yield ThreadItemUpdatedEvent(item_id=item_id, update=empty)
    written, ended = 0, SLOW.ended
    await fall_out_of_step(pace)
    while written < deltas:
        if pace is not None:
            await asyncio.sleep(pace)
            if SLOW.ended != ended:
                break
        written += 1
        delta = AssistantMessageContentPartTextDelta(content_index=0, delta=WORD)
        yield ThreadItemUpdatedEvent(item_id=item_id, update=delta)
    content = AssistantMessageContent(text=WORD * written)
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
        head, delta, tail = _script(deltas)
        for event in head:
            yield event
        written, ended = 0, SLOW.ended
        await fall_out_of_step(pace)
        while written < deltas:
            if pace is not None:
                await asyncio.sleep(pace)
                if SLOW.ended != ended:
                    break
            written += 1
            yield delta  # one and the same: a slow stream would otherwise be charged for the script
        for event in tail if written == deltas else _script.__wrapped__(written)[2]:
            yield event


_Script = tuple[list[TResponseStreamEvent], TResponseStreamEvent, list[TResponseStreamEvent]]


@cache
def _script(deltas: int) -> _Script:
    """What comes before the words, one word, and what comes after them."""
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
    head: list[TResponseStreamEvent] = [
        ResponseCreatedEvent(type="response.created", response=_response([]), sequence_number=0),
        ResponseOutputItemAddedEvent(type="response.output_item.added", item=started, **top),
        ResponseContentPartAddedEvent(type="response.content_part.added", part=empty, **place),
    ]
    tail: list[TResponseStreamEvent] = [
        ResponseTextDoneEvent(type="response.output_text.done", text=text, logprobs=[], **place),
        ResponseContentPartDoneEvent(type="response.content_part.done", part=part, **place),
        ResponseOutputItemDoneEvent(type="response.output_item.done", item=message, **top),
        ResponseCompletedEvent(type="response.completed", response=_response([message]), sequence_number=0),
    ]
    return head, delta, tail


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
