"""Chat Completions as other servers implement it, in the form that the Agents SDK reads.

The SDK's model turns chunks into the events of the Responses API; it reads them through ``ChatChunks`` here. What it
sends differs from the SDK's in two points: reasoning goes back to the model that made it, and so do signatures.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import openai
from agents import ModelSettings
from agents.models.chatcmpl_converter import Converter
from agents.models.openai_chatcompletions import OpenAIChatCompletionsModel
from agents.models.reasoning_content_replay import ReasoningContentReplayContext
from openai import AsyncOpenAI, AsyncStream
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from typing_extensions import override

from chatkit_link.agents.models.chat_chunks import ChatChunks, listed, refuse_cut, text_of
from chatkit_link.agents.models.problems import UnreadableAnswer
from chatkit_link.agents.models.usage import chat_usage


class ChatModel(OpenAIChatCompletionsModel):
    """The Agents SDK's model, reading through ``ChatChunks``."""

    def __init__(self, model: str, openai_client: AsyncOpenAI, **options: Any) -> None:
        options.setdefault("should_replay_reasoning_content", _made_by_the_same_model)
        super().__init__(model, openai_client, **options)

    @classmethod
    def like(cls, model: OpenAIChatCompletionsModel) -> "ChatModel":
        """The same model built from an existing one."""
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
                return response, await _chunks_of(cast("AsyncStream[ChatCompletionChunk] | str", stream))
            case ChatCompletion():
                return _checked(fetched)
            case _:
                raise UnreadableAnswer("no JSON, in place of an answer")

    def _with_signatures(self, instructions: str | None, given: Any, settings: ModelSettings) -> ModelSettings:
        """Settings that put the messages with Gemini's signatures of its calls in place of those without.

        Gemini refuses a call of its own without its signature (ai.google.dev/gemini-api/docs/thought-signatures). The
        SDK gives them back only to a model with Gemini in its name, and a gateway may use any name.
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


async def _chunks_of(stream: AsyncStream[ChatCompletionChunk] | str) -> ChatChunks:
    """The chunks of an answer, also of a server that does not stream, or that answers with an error and status 200."""
    if isinstance(stream, str):  # the client gives what is no JSON as it is
        raise UnreadableAnswer("no JSON, in place of a stream")
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
        case {"error": {"message": str(message)} as error}:
            raise openai.APIError(message, response.request, body=error)
        case {"error": message} | {"message": message} | {"detail": message}:
            raise openai.APIError(str(message), response.request, body=body)
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


def _checked(completion: ChatCompletion) -> ChatCompletion:
    """An answer that came at once."""
    if completion.usage is not None:
        completion.usage = chat_usage(completion.usage)
    for choice in completion.choices or ():
        refuse_cut(choice.finish_reason, completion.usage)
        content: Any = choice.message.content
        if content is not None and not isinstance(content, str):
            choice.message.content = "".join(text_of(part) for part in listed(content) if not _is_thought(part)) or None
    return completion


def _is_thought(part: Any) -> bool:
    return isinstance(part, dict) and cast("dict[str, Any]", part).get("type") == "thinking"
