"""Chat Completions as other servers speak it, in the form that the Agents SDK reads.

The SDK's model turns chunks into the events of the Responses API. What it takes from OpenAI's own server alone is
put right before it sees the chunk; and at the end of the stream it is known whether the answer was whole.
"""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import openai
from agents import ModelSettings
from agents.models.chatcmpl_converter import Converter
from agents.models.openai_chatcompletions import OpenAIChatCompletionsModel
from agents.models.reasoning_content_replay import ReasoningContentReplayContext
from openai import AsyncOpenAI, AsyncStream
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from typing_extensions import override

from chatkit_link.agents.models.problems import IncompleteAnswer, Reason, UnreadableAnswer
from chatkit_link.agents.models.usage import chat_usage, run_usage

#: What servers say when an answer is over but not whole. Any other word means that it is.
_NOT_WHOLE: dict[str, Reason] = {
    "length": "length",
    "model_length": "length",  # Mistral: docs.mistral.ai/api, "finish_reason"
    "max_tokens": "length",  # Anthropic's word, passed on by some gateways
    "content_filter": "content_filter",
    "safety": "content_filter",  # Gemini's words, in lower case: ai.google.dev/api/generate-content, FinishReason
    "recitation": "content_filter",
    "blocklist": "content_filter",
    "prohibited_content": "content_filter",
    "spii": "content_filter",
    "malformed_function_call": "failed",
    "error": "failed",  # OpenRouter: openrouter.ai/docs, "Finish Reason"
    "insufficient_system_resource": "failed",  # DeepSeek: api-docs.deepseek.com, "finish_reason"
    "abort": "failed",  # vLLM: vllm/v1/request.py
}


class ChatModel(OpenAIChatCompletionsModel):
    """The Agents SDK's model, reading through ``ChatChunks``."""

    def __init__(self, model: str, openai_client: AsyncOpenAI, **options: Any) -> None:
        options.setdefault("should_replay_reasoning_content", _made_by_the_same_model)
        super().__init__(model, openai_client, **options)

    @classmethod
    def like(cls, model: OpenAIChatCompletionsModel) -> "ChatModel":
        """The same model as somebody else has built it."""
        return cls(
            str(model.model),
            model._client,  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - the SDK, pinned, has no other way
            should_replay_reasoning_content=model.should_replay_reasoning_content or _made_by_the_same_model,
            strict_feature_validation=model._strict_feature_validation,  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
            buffer_streamed_tool_calls=model._buffer_streamed_tool_calls,  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        )

    @override
    async def _fetch_response(
        self, system_instructions: str | None, input: Any, model_settings: ModelSettings, *args: Any, **more: Any
    ) -> Any:
        settings = self._with_signatures(system_instructions, input, model_settings)
        fetched = cast("Any", await super()._fetch_response(system_instructions, input, settings, *args, **more))
        match fetched:
            case (response, stream):
                return response, await _chunks_of(cast("AsyncStream[ChatCompletionChunk]", stream))
            case ChatCompletion():
                return _checked(fetched)
            case _:
                raise UnreadableAnswer("no JSON, in place of an answer")

    def _with_signatures(self, instructions: str | None, given: Any, settings: ModelSettings) -> ModelSettings:
        """Settings that put the messages with Gemini's signatures of its calls in place of those without.

        Gemini refuses a call of its own without its signature (ai.google.dev/gemini-api/docs/thought-signatures). The
        SDK gives them back only to a model whose name says Gemini, and a gateway may call it by any name.
        """
        signed = {} if isinstance(given, str) or "gemini" in self.model.lower() else _signatures(given)
        if not signed:
            return settings
        messages: list[Any] = Converter.items_to_messages(
            given, model=self.model, should_replay_reasoning_content=self.should_replay_reasoning_content
        )
        if instructions:
            messages.insert(0, {"role": "system", "content": instructions})
        for call in (call for message in messages for call in message.get("tool_calls") or ()):
            if call["id"] in signed:
                call["extra_content"] = {"google": {"thought_signature": signed[call["id"]]}}
        body = cast("dict[str, Any]", settings.extra_body or {})
        return replace(settings, extra_body={**body, "messages": messages})


async def _chunks_of(stream: AsyncStream[ChatCompletionChunk]) -> "ChatChunks":
    """The chunks of an answer, also of a server that does not stream, or that answers with an error and status 200."""
    response = getattr(stream, "response", None)
    if response is None or not response.headers.get("content-type", "").startswith("application/json"):
        return ChatChunks(stream)
    try:
        body: Any = json.loads(await response.aread())
    except ValueError as problem:
        raise UnreadableAnswer("no JSON, in place of a stream") from problem
    match body:
        case {"choices": [{"message": {}}, *_]}:
            return ChatChunks(_AtOnce(_as_chunk(body), response))
        case {"error": {"message": str(said)} as error}:
            raise openai.APIError(said, response.request, body=error)
        case {"error": said} | {"message": said} | {"detail": said}:
            raise openai.APIError(str(said), response.request, body=body)
        case _:
            raise UnreadableAnswer("other JSON, in place of a stream")


def _as_chunk(body: dict[str, Any]) -> ChatCompletionChunk:
    """A whole completion, as the one chunk of a stream."""
    for choice in body["choices"]:
        choice["delta"] = choice.pop("message")
        for place, call in enumerate(choice["delta"].get("tool_calls") or ()):
            call.setdefault("index", place)
    return ChatCompletionChunk.construct(**body)


class _AtOnce:
    """A stream of one chunk."""

    def __init__(self, chunk: ChatCompletionChunk, response: Any) -> None:
        self._chunks = [chunk]
        self.response = response

    def __aiter__(self) -> "_AtOnce":
        return self

    async def __anext__(self) -> ChatCompletionChunk:
        if not self._chunks:
            raise StopAsyncIteration
        return self._chunks.pop()

    async def close(self) -> None:
        await self.response.aclose()


def _signatures(items: list[Mapping[str, Any]]) -> dict[str, str]:
    """Call id -> signature, of the calls that have one."""
    found: dict[str, str] = {}
    for item in items:
        data = item.get("provider_data") if item.get("type") == "function_call" else None
        signature = cast("Mapping[str, Any]", data).get("thought_signature") if isinstance(data, Mapping) else None
        if signature:
            found[str(item.get("call_id"))] = str(signature)
    return found


def _made_by_the_same_model(context: ReasoningContentReplayContext) -> bool:
    """DeepSeek wants its reasoning back while it calls tools, under whatever name it is served."""
    return context.reasoning.origin_model == context.model


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


class ChatChunks:
    """The chunks of one answer. Raises IncompleteAnswer or UnreadableAnswer at the end of one that is not whole."""

    def __init__(self, stream: "AsyncStream[ChatCompletionChunk] | _AtOnce") -> None:
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
        said = extra.get("message") or extra.get("detail") or extra.get("error")
        if said and self.response is not None:
            body = {**extra, "message": said}
            raise openai.APIError(str(said), self.response.request, body=body)

    def _read(self, choice: Any) -> None:
        if choice.finish_reason:
            self._finish = str(choice.finish_reason)
            if self._finish.lower() in _NOT_WHOLE:
                choice.finish_reason = "stop"  # the SDK would make up a refusal, or an error without words
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
            delta.reasoning = None  # the same text twice, for clients of both kinds
        for call in delta.tool_calls or ():
            self._place(call)

    def _read_parts(self, content: Any) -> str:
        """Mistral gives content as a list of texts and thoughts (docs.mistral.ai/capabilities/reasoning).

        Thoughts are put between tags, which ``answer.py`` reads: as the SDK's reasoning they would be sent back in a
        field that Mistral refuses.
        """
        written = ""
        for part in _listed(content):
            match part:
                case {"type": "thinking", "thinking": thinking}:
                    written += "" if self._thinking else "<think>"
                    written += "".join(_text(piece) for piece in _listed(thinking))
                    self._thinking = True
                case _ if text := _text(part):
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
            raise UnreadableAnswer("several tool calls with one index, whose arguments cannot be told apart")
        if self._finish is None and not self._counted:
            raise IncompleteAnswer("disconnected", run_usage(self._usage))
        _refuse_cut(self._finish, self._usage)

    def _described(self) -> str:
        headers: Mapping[str, str] = getattr(self.response, "headers", {})
        return f" ({headers.get('content-type', 'of no content type')})"


def _checked(completion: ChatCompletion) -> ChatCompletion:
    """An answer that came at once."""
    if completion.usage is not None:
        completion.usage = chat_usage(completion.usage)
    for choice in completion.choices or ():
        _refuse_cut(choice.finish_reason, completion.usage)
        content: Any = choice.message.content
        if content is not None and not isinstance(content, str):
            choice.message.content = "".join(_text(part) for part in _listed(content) if not _is_thought(part)) or None
    return completion


def _refuse_cut(finish: str | None, usage: CompletionUsage | None) -> None:
    reason = _NOT_WHOLE.get(finish.lower()) if finish else None
    if reason is not None:
        raise IncompleteAnswer(reason, run_usage(usage), said=f"finish_reason {finish}")


def _is_thought(part: Any) -> bool:
    return isinstance(part, dict) and cast("dict[str, Any]", part).get("type") == "thinking"


def _is_another(current: _Call, call_id: str, name: str) -> bool:
    """Whether a delta with a name begins another call than the one that is open at its index."""
    if call_id and current.id:
        return call_id != current.id
    return bool(current.name) and (name != current.name or current.is_complete())


def _listed(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _text(part: Any) -> str:
    text = cast("dict[str, Any]", part).get("text") if isinstance(part, dict) else part
    return text if isinstance(text, str) else ""
