"""The chunks of an answer over Chat Completions, put right before the Agents SDK reads them.

A chunk is what a server sent: parts in place of text, calls that share an index or an id, usage that is no number. At
the end of the stream it is known whether the answer was whole.
"""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import openai
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletionChunk

from chatkit_link.agents.models.problems import IncompleteAnswer, Reason, UnreadableAnswer
from chatkit_link.agents.models.usage import chat_usage, run_usage

#: Finish reasons of answers that are over but not whole. Any other value means that it is whole.
_NOT_WHOLE: dict[str, Reason] = {
    "length": "length",
    "model_length": "length",  # Mistral: docs.mistral.ai/api, "finish_reason"
    "max_tokens": "length",  # Anthropic's value, passed on by some gateways
    "content_filter": "content_filter",
    "safety": "content_filter",  # Gemini's values, in lower case: ai.google.dev/api/generate-content, FinishReason
    "recitation": "content_filter",
    "blocklist": "content_filter",
    "prohibited_content": "content_filter",
    "spii": "content_filter",
    "malformed_function_call": "failed",
    "error": "failed",  # OpenRouter: openrouter.ai/docs, "Finish Reason"
    "insufficient_system_resource": "failed",  # DeepSeek: api-docs.deepseek.com, "finish_reason"
    "abort": "failed",  # vLLM: vllm/v1/request.py
}


@dataclass(slots=True)
class _Call:
    """A tool call that is being streamed. place: its index in what the SDK sees. index: the server's."""

    place: int
    index: int
    id: str
    name: str
    arguments: list[str] = field(default_factory=list[str])

    def is_complete(self) -> bool:
        try:
            json.loads("".join(self.arguments))
        except ValueError:
            return False
        return True


class Stream(Protocol):
    """What gives chunks, such as the client's ``AsyncStream``."""

    def __aiter__(self) -> AsyncIterator[ChatCompletionChunk]: ...

    async def close(self) -> None: ...


class ChatChunks:
    """The chunks of one answer. Raises IncompleteAnswer or UnreadableAnswer at the end of one that is not whole."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._chunks = aiter(stream)
        self.response = getattr(stream, "response", None)
        self._seen = False
        self._finish: str | None = None
        self._usage: CompletionUsage | None = None
        self._calls: list[_Call] = []
        #: The server's index -> the call that was opened there last.
        self._open: dict[int, _Call] = {}
        self._shared = False
        self._thinking = False
        #: Whether a chunk has come with the usage alone, which is the last one.
        self._counted = False

    def __aiter__(self) -> AsyncIterator[ChatCompletionChunk]:
        return self

    async def __anext__(self) -> ChatCompletionChunk:
        try:
            chunk = await anext(self._chunks)
        except StopAsyncIteration:
            self._end()
            raise
        self._seen = True
        # The client builds chunks without checking them: what a server left out is not there at all.
        choices: list[Any] | None = getattr(chunk, "choices", None)
        if choices is None:
            self._refuse_error(chunk)
            chunk.choices = []
        if getattr(chunk, "usage", None) is not None:
            self._usage = chunk.usage = chat_usage(chunk.usage)
            self._counted = self._counted or not choices
        for choice in choices or ():
            if getattr(choice, "index", None) is None:
                choice.index = 0
            if choice.index == 0:
                self._read(choice)
        return chunk

    async def aclose(self) -> None:
        await self._stream.close()

    def _refuse_error(self, chunk: ChatCompletionChunk) -> None:
        """An error in the stream that is not in OpenAI's form, which the client would take for a chunk.

        vLLM and LM Studio give ``{"object": "error", "message": ...}``, FastAPI servers ``{"detail": ...}``.
        """
        extra = chunk.model_extra or {}
        detail = extra.get("message") or extra.get("detail") or extra.get("error")
        if detail and self.response is not None:
            body = {**extra, "message": detail}
            raise openai.APIError(str(detail), self.response.request, body=body)

    def _read(self, choice: Any) -> None:
        if choice.finish_reason:
            self._finish = str(choice.finish_reason)
            if self._finish.lower() in _NOT_WHOLE:
                choice.finish_reason = "stop"  # the SDK would make up a refusal, or an error without a message
        delta = getattr(choice, "delta", None)
        if delta is None:
            choice.delta = None
            return
        if delta.content is not None and (self._thinking or not isinstance(delta.content, str)):
            delta.content = self._read_parts(delta.content)
        if self._thinking and (choice.finish_reason or delta.tool_calls):
            delta.content, self._thinking = f"{delta.content or ''}</think>", False
        extra: dict[str, Any] = delta.model_extra or {}
        if extra.get("reasoning_content") and extra.get("reasoning"):
            delta.reasoning = None  # the same text twice, for clients that read either field
        for call in delta.tool_calls or ():
            self._place(call)

    def _read_parts(self, content: Any) -> str:
        """Mistral gives content as a list of texts and thoughts (docs.mistral.ai/capabilities/reasoning).

        Thoughts are put between tags, which ``answer.py`` reads: as the SDK's reasoning they would be sent back in a
        field that Mistral refuses.
        """
        written = ""
        for part in listed(content):
            match part:
                case {"type": "thinking", "thinking": thinking}:
                    written += "" if self._thinking else "<think>"
                    written += "".join(text_of(piece) for piece in listed(thinking))
                    self._thinking = True
                case _ if text := text_of(part):
                    written += f"</think>{text}" if self._thinking else text
                    self._thinking = False
                case _:
                    pass
        return written

    def _place(self, call: Any) -> None:
        """Gemini gives all of its parallel calls the index 0, some servers give no index or no id."""
        given = getattr(call, "index", None)
        index = given if isinstance(given, int) else 0
        name = (call.function.name if call.function else None) or ""
        same = (each for each in self._calls if each.index == index and call.id and each.id == call.id)
        current = next(same, None) or self._open.get(index)
        if current is None or (name and _is_another(current, call.id or "", name)):
            self._shared = self._shared or current is not None
            current = _Call(len(self._calls), index, call.id or "", name)
            self._calls.append(current)
        self._open[index] = current
        current.id = current.id or call.id or ""
        current.name = current.name or name
        if call.function and call.function.arguments:
            if not isinstance(call.function.arguments, str):  # some servers give the object itself
                call.function.arguments = json.dumps(call.function.arguments)
            current.arguments.append(call.function.arguments)
        call.index = current.place

    def _end(self) -> None:
        if not self._seen:
            raise UnreadableAnswer("a stream without a single chunk" + self._described())
        if self._shared and not all(call.is_complete() for call in self._calls if call.arguments):
            raise UnreadableAnswer("several tool calls with one index, whose arguments cannot be distinguished")
        if self._finish is None and not self._counted:
            raise IncompleteAnswer("disconnected", run_usage(self._usage))
        refuse_cut(self._finish, self._usage)

    def _described(self) -> str:
        headers: Mapping[str, str] = getattr(self.response, "headers", {})
        return f" ({headers.get('content-type', 'of no content type')})"


def refuse_cut(finish: str | None, usage: CompletionUsage | None) -> None:
    reason = _NOT_WHOLE.get(finish.lower()) if finish else None
    if reason is not None:
        raise IncompleteAnswer(reason, run_usage(usage), detail=f"finish_reason {finish}")


def _is_another(current: _Call, call_id: str, name: str) -> bool:
    """Whether a delta with a name starts another call than the one that is open at its index."""
    if call_id and current.id:
        return call_id != current.id
    return bool(current.name) and (name != current.name or current.is_complete())


def listed(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def text_of(part: Any) -> str:
    text = cast("dict[str, Any]", part).get("text") if isinstance(part, dict) else part
    return text if isinstance(text, str) else ""
