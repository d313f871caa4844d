"""The adapter between the Agents SDK and the model that really answers.

How a request flows: the settings are cut down to those that were chosen, the conversation is made fit for this model
(``replay.py``), and the answer is put right while it streams (``answer.py``). A server that refuses a request before
the first event is asked again without what it refused, where that is known (``request.py``); what it does not take is
remembered for the next request. The invariant: whatever the thread holds and whatever the server is, the run gets
an answer in the form of the Responses API, or an error with the reason.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any, cast

import openai
from agents import (
    AgentOutputSchemaBase,
    Handoff,
    Model,
    ModelResponse,
    ModelSettings,
    ModelTracing,
    Tool,
    TResponseInputItem,
)
from agents.items import TResponseStreamEvent
from agents.retry import ModelRetryAdvice, ModelRetryAdviceRequest
from openai.types.responses.response_prompt_param import ResponsePromptParam
from typing_extensions import override

from chatkit_link.agents.model_steps import found_response
from chatkit_link.agents.models.answer_stream import AnswerStream
from chatkit_link.agents.models.chosen_settings import chosen_settings
from chatkit_link.agents.models.input_items import fit, with_server_ids
from chatkit_link.agents.models.item_origin import Origin
from chatkit_link.agents.models.problems import ContextTooLong, name_source
from chatkit_link.agents.models.request import ModelRequest, RefusedParameters, is_too_long
from chatkit_link.wire.sanitize import whole_text

_BEFORE_OUTPUT = frozenset({"response.created", "response.queued", "response.in_progress"})
#: Changes that one request may take, each of something that was refused.
_ATTEMPTS = 8


class ConversationShortened:
    """An event of ours: the model received the newer part of the conversation only."""

    type = "chatkit_link.conversation_shortened"


class AdaptedModel(Model):
    """A model that takes what threads hold, and answers in one form.

    model: its name, as it is billed. inner: the model that is asked.
    """

    def __init__(self, inner: Model, origin: Origin, *, implicit: ModelSettings, named_by: str = "its agent") -> None:
        """
        Args:
            implicit: the settings that the Agents SDK adds by itself for the name by which this model was asked for.
            named_by: where that name is written, for the log.
        """
        self.model = origin.model
        self.named_by = named_by
        self.inner = inner
        self._origin = origin
        self._implicit = implicit
        self._refusals = RefusedParameters(origin.model)
        #: Our call ids -> the server's, for a server that stores the conversation itself and knows its own alone.
        self._server_ids: dict[str, str] = {}

    @override
    async def close(self) -> None:
        await self.inner.close()

    @override
    async def _cleanup_on_run_end(self, owner: object) -> None:
        await self.inner._cleanup_on_run_end(owner)  # noqa: SLF001 - the SDK asks the same of this one

    @override
    def get_retry_advice(self, request: ModelRetryAdviceRequest) -> ModelRetryAdvice | None:
        return self.inner.get_retry_advice(request)

    def _supports_default_prompt_cache_key(self) -> bool:
        """Asked by the SDK, which adds a key for OpenAI's own cache."""
        supports = getattr(self.inner, "_supports_default_prompt_cache_key", None)
        return bool(supports()) if callable(supports) else False

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
        previous_response_id: str | None = None,
        conversation_id: str | None = None,
        prompt: ResponsePromptParam | None = None,
    ) -> ModelResponse:
        settings = chosen_settings(model_settings, self._origin, self._implicit)
        given = ModelRequest(
            system_instructions, input, settings, tools, output_schema, handoffs, tracing,
            previous_response_id, conversation_id, prompt,
        )  # fmt: skip
        request = self._refusals.apply(given)
        while True:
            try:
                response = await self.inner.get_response(*self._positional(request), **_keywords(request))
            except openai.APIError as error:
                request = self._changed(request, error)
            else:
                self._refusals.answered(request)
                return self._answer_to(request).whole(response)

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
        previous_response_id: str | None = None,
        conversation_id: str | None = None,
        prompt: ResponsePromptParam | None = None,
    ) -> AsyncIterator[TResponseStreamEvent]:
        if (found := found_response(input)) is not None:
            yield found
            return
        settings = chosen_settings(model_settings, self._origin, self._implicit)
        given = ModelRequest(
            system_instructions, input, settings, tools, output_schema, handoffs, tracing,
            previous_response_id, conversation_id, prompt,
        )  # fmt: skip
        request = self._refusals.apply(given)
        # One generator, and the short way for the many deltas of an answer: each layer costs at every delta.
        while True:
            answer, started = self._answer_to(request), False
            events = self.inner.stream_response(*self._positional(request), **_keywords(request))
            try:
                async with aclosing(cast("AsyncGenerator[Any]", events)) as stream:
                    async for event in stream:
                        if answer.is_plain(event):
                            yield event
                            continue
                        for own in answer.take(event):
                            # Some servers start a response before they report a refusal.
                            if not started and own.type not in _BEFORE_OUTPUT:
                                started = True
                                self._refusals.answered(request)
                                if request.shortened:
                                    yield cast("TResponseStreamEvent", ConversationShortened())
                            yield own
                answer.end()
            except openai.APIError as error:
                if started:
                    raise
                request = self._changed(request, error)
            else:
                return

    def _changed(self, request: ModelRequest, error: openai.APIError) -> ModelRequest:
        """The request without what was refused. Raises the refusal where nothing can be changed about it."""
        changed = self._refusals.learn(request, error) if request.attempts < _ATTEMPTS else None
        if changed is not None:
            return replace(changed, attempts=request.attempts + 1)
        if is_too_long(error):
            raise ContextTooLong from error
        name_source(error, self.named_by)
        raise error

    def _answer_to(self, request: ModelRequest) -> AnswerStream:
        return AnswerStream(self._origin, request, self._server_ids)

    def _positional(self, request: ModelRequest) -> tuple[Any, ...]:
        return (
            request.instructions,
            self._fit(request),
            request.settings,
            request.tools,
            request.output_schema,
            request.handoffs,
            request.tracing,
        )

    def _fit(self, request: ModelRequest) -> str | list[TResponseInputItem]:
        if isinstance(request.input, str):
            return whole_text(request.input)
        if request.server_keeps:
            return with_server_ids(request.input, self._server_ids)
        return fit(request.input, self._origin, bare=request.bare, user_last=self._refusals.user_last)


def _keywords(request: ModelRequest) -> dict[str, Any]:
    return {
        "previous_response_id": request.previous_response_id,
        "conversation_id": request.conversation_id,
        "prompt": request.prompt,
    }
