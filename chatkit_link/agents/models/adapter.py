"""The adapter between the Agents SDK and the model that really answers.

How a request flows: the settings are cut down to those that were chosen, the conversation is made fit for this model
(``replay.py``), and the answer is put right while it streams (``answer.py``). A server that refuses a request before
the first event is asked again without what it refused, where that is known (``request.py``); what it does not take is
remembered for the next request. The invariant: whatever the thread holds and whatever the server is, the run gets
an answer in the form of the Responses API, or an error that says what is wrong.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
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
from openai.types.responses import Response
from openai.types.responses.response_prompt_param import ResponsePromptParam
from typing_extensions import override

from chatkit_link.agents.models.answer import AnswerStream
from chatkit_link.agents.models.chosen_settings import chosen_settings
from chatkit_link.agents.models.origin import Origin
from chatkit_link.agents.models.problems import ContextTooLong, IncompleteAnswer
from chatkit_link.agents.models.replay import fit
from chatkit_link.agents.models.request import ModelRequest, Refusals, is_too_long
from chatkit_link.agents.models.usage import response_usage, run_usage

_BEFORE_OUTPUT = frozenset({"response.created", "response.queued", "response.in_progress"})
#: Requests that one answer may take, each without something that was refused.
_ATTEMPTS = 8


class ConversationShortened:
    """An event of ours: the model was shown the newer part of the conversation only."""

    type = "chatkit_link.conversation_shortened"


class AdaptedModel(Model):
    """A model that takes what threads hold, and answers in one form.

    model: its name, as it is billed. inner: the model that is asked.
    """

    def __init__(self, inner: Model, origin: Origin, *, named: str | None) -> None:
        """named: the name by which the Agents SDK has chosen settings; None for its default model."""
        self.model = origin.model
        self.inner = inner
        self._origin = origin
        self._named = named
        self._refusals = Refusals(origin.model)

    @override
    async def close(self) -> None:
        await self.inner.close()

    @override
    def get_retry_advice(self, request: ModelRetryAdviceRequest) -> ModelRetryAdvice | None:
        return self.inner.get_retry_advice(request)

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
        """The same answer, read from its stream: one way to ask, and one form to put right."""
        events = self.stream_response(
            system_instructions, input, model_settings, tools, output_schema, handoffs, tracing,
            previous_response_id=previous_response_id, conversation_id=conversation_id, prompt=prompt,
        )  # fmt: skip
        done: list[Any] = []
        async with aclosing(cast("AsyncGenerator[Any]", events)) as stream:
            async for event in stream:
                if event.type == "response.output_item.done":
                    done.append(event.item)
                elif event.type == "response.completed":
                    response: Response = event.response
                    return ModelResponse(
                        output=list(response.output or done),
                        usage=run_usage(response_usage(response.usage)),
                        response_id=response.id,
                    )
        raise IncompleteAnswer("disconnected")

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
        request = ModelRequest(
            system_instructions, input, chosen_settings(model_settings, self._origin, self._named), tools,
            output_schema, handoffs, tracing, previous_response_id, conversation_id, prompt,
        )  # fmt: skip
        events = self._answered(self._refusals.apply(request))
        async with aclosing(events):
            async for event in events:
                yield event

    async def _answered(self, request: ModelRequest) -> AsyncGenerator[Any]:
        for _ in range(_ATTEMPTS):
            begun = False
            try:
                async with aclosing(self._ask(request)) as events:
                    async for event in events:
                        if request.shortened and not begun and event.type not in _BEFORE_OUTPUT:
                            yield ConversationShortened()
                        # Some servers say that they begin before they say that they refuse.
                        begun = begun or event.type not in _BEFORE_OUTPUT
                        yield event
            except openai.APIError as error:
                changed = None if begun else self._refusals.learn(request, error)
                if changed is None and not begun and is_too_long(error):
                    raise ContextTooLong from error
                if changed is None:
                    raise
                request = changed
            else:
                return
        raise ContextTooLong if request.shortened else RuntimeError("the model's server refused all forms of a request")

    async def _ask(self, request: ModelRequest) -> AsyncGenerator[Any]:
        answer = AnswerStream(self._origin)
        events = self.inner.stream_response(
            request.instructions,
            self._fit(request),
            request.settings,
            request.tools,
            request.output_schema,
            request.handoffs,
            request.tracing,
            previous_response_id=request.previous_response_id,
            conversation_id=request.conversation_id,
            prompt=request.prompt,
        )
        async with aclosing(cast("AsyncGenerator[Any]", events)) as stream:
            async for event in stream:
                for own in answer.take(event):
                    yield own
        answer.end()

    def _fit(self, request: ModelRequest) -> str | list[TResponseInputItem]:
        if isinstance(request.input, str) or request.previous_response_id or request.conversation_id:
            return request.input  # a server that keeps the conversation itself knows its calls by its own ids
        return fit(request.input, self._origin, bare=request.bare)
