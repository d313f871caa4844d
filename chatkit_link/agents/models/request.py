"""A request to a model, and what can be changed about one that its server has refused."""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import openai
from agents import AgentOutputSchemaBase, Handoff, ModelSettings, ModelTracing, Tool, TResponseInputItem
from openai.types.responses.response_prompt_param import ResponsePromptParam
from openai.types.shared import Reasoning

from chatkit_link.agents.models.shorten import shorten

logger = logging.getLogger(__name__)

#: Where a setting stands in the two APIs -> its field of ModelSettings.
_FIELDS = {
    "reasoning": "reasoning", "reasoning.effort": "reasoning", "reasoning.summary": "reasoning",
    "reasoning_effort": "reasoning", "verbosity": "verbosity", "text.verbosity": "verbosity",
    "temperature": "temperature", "top_p": "top_p", "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty", "parallel_tool_calls": "parallel_tool_calls",
    "tool_choice": "tool_choice", "truncation": "truncation", "store": "store", "metadata": "metadata",
    "stream_options": "include_usage", "stream_options.include_usage": "include_usage",
    "top_logprobs": "top_logprobs", "logprobs": "top_logprobs", "prompt_cache_retention": "prompt_cache_retention",
    "include": "response_include", "max_tokens": "max_tokens",
}  # fmt: skip
_FORMATS = ("response_format", "text.format")
#: Codes and types by which servers say that they do not take a field, or a value of it. OpenAI's:
#: platform.openai.com/docs/guides/error-codes; extra_forbidden is pydantic's, of FastAPI servers (vLLM, Mistral).
_REFUSED = frozenset(
    {"unsupported_parameter", "unsupported_value", "unknown_parameter", "invalid_value", "extra_forbidden"}
)
_REFUSING = re.compile(
    r"unsupported|not supported|does not support|doesn't support|unknown|unrecognized|extra (?:inputs|fields)"
    r"|not permitted|unavailable|only .{0,40}(?:supported|allowed)",
    re.IGNORECASE,
)
_TOO_LONG_CODES = frozenset({"context_length_exceeded", "exceed_context_size_error", "string_above_max_length"})
#: The servers' own words where they have no code: vLLM (vllm/v1/engine/processor.py), Mistral, Gemini, Anthropic's.
_TOO_LONG = re.compile(
    r"maximum context length|exceeds? the (?:available |maximum )?context"
    r"|context (?:length|size|window) (?:of|exceeded)"
    r"|input token count .{0,60}exceeds|(?:prompt|input) is too long|too large for model",
    re.IGNORECASE,
)
#: OpenAI's newer models take tools over Chat Completions only if they are told not to reason:
#: github.com/danny-avila/LibreChat/issues/14355
_WANTS_NO_EFFORT = re.compile(r"function tools with reasoning_effort are not supported", re.IGNORECASE)
#: What servers say of items that they made themselves, or should have: they refuse the reference, not the words.
_BAD_REFERENCE = re.compile(
    r"required (?:'reasoning'|following) item|item with id|\brs_\w|encrypted content|item_reference"
    r"|invalid 'input\[\d+\]\.(?:id|encrypted_content)|reasoning_content",
    re.IGNORECASE,
)


@dataclass(slots=True)
class ModelRequest:
    """What ``Model.stream_response`` is called with.

    bare: without references to what a server made before. shortened: the conversation is not all there.
    """

    instructions: str | None
    input: str | list[TResponseInputItem]
    settings: ModelSettings
    tools: list[Tool]
    output_schema: AgentOutputSchemaBase | None
    handoffs: list[Handoff]
    tracing: ModelTracing
    previous_response_id: str | None = None
    conversation_id: str | None = None
    prompt: ResponsePromptParam | None = None
    bare: bool = False
    shortened: bool = False


@dataclass(slots=True)
class Refusals:
    """What the server of one model has refused: it is not sent again."""

    model: str
    settings: set[str] = field(default_factory=set[str])
    schema: bool = False

    def apply(self, request: ModelRequest) -> ModelRequest:
        """The request without what is known to be refused."""
        if self.settings:
            request = replace(request, settings=_without(request.settings, self.settings))
        if self.schema and request.output_schema is not None:
            request = _schema_in_words(request)
        return request

    def learn(self, request: ModelRequest, error: openai.APIError) -> ModelRequest | None:
        """The request as it may be taken; None where nothing is known to change."""
        if getattr(error, "status_code", 400) not in (400, 404, 413, 422):
            return None
        described = _described(error)
        if is_too_long(error):
            return _shorter(request)
        if not request.bare and _BAD_REFERENCE.search(described):
            return replace(request, bare=True)
        if error.code not in _REFUSED and error.type not in _REFUSED and not _REFUSING.search(described):
            return None
        if request.output_schema is not None and _names(error, described, _FORMATS):
            self.schema = True
            logger.warning("the server of %s takes no schema for answers: it is asked for JSON in words", self.model)
            return _schema_in_words(request)
        return self._without_setting(request, error, described)

    def _without_setting(self, request: ModelRequest, error: openai.APIError, described: str) -> ModelRequest | None:
        if _WANTS_NO_EFFORT.search(described) and request.settings.reasoning is None:
            return replace(request, settings=replace(request.settings, reasoning=Reasoning(effort="none")))
        sent = {name: known for name, known in _FIELDS.items() if getattr(request.settings, known) is not None}
        named = _names(error, described, tuple(sent))
        if named is None or sent[named] in self.settings:
            return None
        self.settings.add(sent[named])
        logger.warning("the server of %s does not take the setting %s as it is: it is left out", self.model, named)
        return replace(request, settings=_without(request.settings, {sent[named]}))


def _shorter(request: ModelRequest) -> ModelRequest | None:
    shorter = None if isinstance(request.input, str) else shorten(request.input)
    return None if shorter is None else replace(request, input=shorter, shortened=True)


def is_too_long(error: openai.APIError) -> bool:
    """Whether the server says that the conversation does not fit the model."""
    return error.code in _TOO_LONG_CODES or error.type in _TOO_LONG_CODES or bool(_TOO_LONG.search(_described(error)))


def _names(error: openai.APIError, described: str, names: tuple[str, ...]) -> str | None:
    """The one of these fields that the error is about, the longest name first."""
    by_length = sorted(names, key=len, reverse=True)
    if isinstance(error.param, str) and error.param in names:
        return error.param
    return next((name for name in by_length if re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", described)), None)


def _described(error: openai.APIError) -> str:
    """All that the server said, in whatever form."""
    body = error.body
    return f"{error.message} {json.dumps(body, default=str) if isinstance(body, list | Mapping) else body or ''}"


def _without(settings: ModelSettings, fields: set[str]) -> ModelSettings:
    changed: dict[str, Any] = dict.fromkeys(fields)
    if "max_tokens" in fields and settings.max_tokens is not None:
        # OpenAI's newer models know the limit by another name over Chat Completions.
        changed["extra_args"] = {**(settings.extra_args or {}), "max_completion_tokens": settings.max_tokens}
    return replace(settings, **changed)


def _schema_in_words(request: ModelRequest) -> ModelRequest:
    schema = cast(AgentOutputSchemaBase, request.output_schema)
    if schema.is_plain_text():
        return request
    words = (
        "Answer with one JSON value and nothing else, no code fence. It must match this JSON schema:\n"
        f"{json.dumps(schema.json_schema(), ensure_ascii=False)}"
    )
    instructions = f"{request.instructions}\n\n{words}" if request.instructions else words
    return replace(request, instructions=instructions, output_schema=None)
