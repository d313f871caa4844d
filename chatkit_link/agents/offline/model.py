"""The offline model: it searches, and quotes the passage that answers best, whole.

It generates no text of its own. It is an
Agents SDK ``Model``, so that everything around it (tools, streaming, citations, history, cancellation)
runs just as with a real one: it calls the ``search`` tool with the question, reads the tool's output
from its input, and gives passages as they were written, with citation marks.
"""

import asyncio
import json
import re
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from agents import (
    AgentOutputSchemaBase,
    Handoff,
    Model,
    ModelResponse,
    ModelSettings,
    ModelTracing,
    Tool,
    TResponseInputItem,
    Usage,
)
from agents.items import TResponseStreamEvent
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseContentPartAddedEvent,
    ResponseContentPartDoneEvent,
    ResponseCreatedEvent,
    ResponseFunctionToolCall,
    ResponseOutputItem,
    ResponseOutputItemAddedEvent,
    ResponseOutputItemDoneEvent,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
)
from openai.types.responses.response_prompt_param import ResponsePromptParam
from typing_extensions import override

from chatkit_link.agents.model_steps import found_response
from chatkit_link.agents.offline.extract import Transcript, write_answer

NAME = "offline"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A step of the offline model: call this tool."""

    tool: str
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])


#: (the model's input in the OpenAI Responses format, names of the tools there are) -> a call, or the answer.
#: Where a tool was chosen in the composer, it is the only one there is for the first step.
Decide = Callable[[str | list[TResponseInputItem], frozenset[str]], ToolCall | str]


class OfflineModel(Model):
    """Searches and quotes, or follows the steps of ``decide``.

    pace: seconds between two words, so that the streaming is visible.
    """

    def __init__(self, *, pace: float = 0.0, decide: "Decide | None" = None) -> None:
        self._pace = pace
        self._decide = decide or search_and_quote

    @override
    async def get_response(
        self,
        system_instructions: str | None,
        input: str | list[TResponseInputItem],
        model_settings: ModelSettings,
        tools: list[Tool],
        output_schema: AgentOutputSchemaBase | None,
        handoffs: list[Handoff],
        tracing: ModelTracing,
        *,
        previous_response_id: str | None,
        conversation_id: str | None,
        prompt: ResponsePromptParam | None,
    ) -> ModelResponse:
        return ModelResponse(output=[self._next(input, tools, model_settings)], usage=Usage(), response_id=None)

    @override
    async def stream_response(
        self,
        system_instructions: str | None,
        input: str | list[TResponseInputItem],
        model_settings: ModelSettings,
        tools: list[Tool],
        output_schema: AgentOutputSchemaBase | None,
        handoffs: list[Handoff],
        tracing: ModelTracing,
        *,
        previous_response_id: str | None,
        conversation_id: str | None,
        prompt: ResponsePromptParam | None,
    ) -> AsyncIterator[TResponseStreamEvent]:
        if (found := found_response(input)) is not None:
            yield found
            return
        item = self._next(input, tools, model_settings)
        yield ResponseCreatedEvent(type="response.created", response=_response([]), sequence_number=0)
        if isinstance(item, ResponseOutputMessage):
            async for event in self._write(item):
                yield event
        else:
            yield _added(item)
        yield ResponseOutputItemDoneEvent(
            type="response.output_item.done", item=item, output_index=0, sequence_number=0
        )
        yield ResponseCompletedEvent(type="response.completed", response=_response([item]), sequence_number=0)

    def _next(
        self, given: str | list[TResponseInputItem], tools: list[Tool], settings: ModelSettings
    ) -> ResponseFunctionToolCall | ResponseOutputMessage:
        names = frozenset(tool.name for tool in tools)
        # A tool that was chosen in the composer is the only one there is for this step.
        chosen = names & {settings.tool_choice} if isinstance(settings.tool_choice, str) else None
        step = self._decide(given, chosen or names)
        return _message(step) if isinstance(step, str) else _call(step.tool, step.arguments)

    async def _write(self, message: ResponseOutputMessage) -> AsyncIterator[TResponseStreamEvent]:
        """The events of a message, word by word."""
        place: dict[str, Any] = {"item_id": message.id, "output_index": 0, "content_index": 0, "sequence_number": 0}
        part = message.content[0]
        assert isinstance(part, ResponseOutputText)  # we wrote it ourselves
        empty = ResponseOutputText(type="output_text", text="", annotations=[])
        yield _added(message.model_copy(update={"content": [], "status": "in_progress"}))
        yield ResponseContentPartAddedEvent(type="response.content_part.added", part=empty, **place)
        for word in re.findall(r"\s*\S+|\s+$", part.text):
            yield ResponseTextDeltaEvent(type="response.output_text.delta", delta=word, logprobs=[], **place)
            await asyncio.sleep(self._pace)
        yield ResponseTextDoneEvent(type="response.output_text.done", text=part.text, logprobs=[], **place)
        yield ResponseContentPartDoneEvent(type="response.content_part.done", part=part, **place)


def search_and_quote(given: str | list[TResponseInputItem], tools: frozenset[str]) -> "ToolCall | str":
    """Look something up if there is a tool for it, else answer."""
    conversation = Transcript.read(given)
    if not conversation.looked_up:
        if conversation.page and "read" in tools:
            return ToolCall("read", {"url": conversation.page})
        if conversation.needs_search and "search" in tools:
            return ToolCall("search", {"query": conversation.query})
    return write_answer(conversation)


def _call(name: str, arguments: dict[str, Any]) -> ResponseFunctionToolCall:
    return ResponseFunctionToolCall(
        type="function_call",
        id=f"fc_{uuid.uuid4().hex}",
        call_id=f"call_{uuid.uuid4().hex}",
        name=name,
        arguments=json.dumps(arguments, ensure_ascii=False),
        status="completed",
    )


def _message(text: str) -> ResponseOutputMessage:
    return ResponseOutputMessage(
        type="message",
        id=f"msg_{uuid.uuid4().hex}",
        role="assistant",
        status="completed",
        content=[ResponseOutputText(type="output_text", text=text, annotations=[])],
    )


def _added(item: ResponseOutputItem) -> ResponseOutputItemAddedEvent:
    return ResponseOutputItemAddedEvent(type="response.output_item.added", item=item, output_index=0, sequence_number=0)


def _response(output: list[ResponseOutputItem]) -> Response:
    return Response(
        id=f"resp_{uuid.uuid4().hex}",
        created_at=time.time(),
        model=NAME,
        object="response",
        output=output,
        parallel_tool_calls=False,
        tool_choice="auto",
        tools=[],
    )
