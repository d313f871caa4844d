"""A request to a model, and what can be changed about one that its server has refused."""

import json
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import openai
from agents import AgentOutputSchemaBase, Handoff, ModelSettings, ModelTracing, Tool, TResponseInputItem
from agents.models.fake_id import FAKE_RESPONSES_ID
from openai.types.responses.response_prompt_param import ResponsePromptParam
from openai.types.shared import Reasoning

from chatkit_link.agents.models.shorten import shorten, size_of

logger = logging.getLogger(__name__)

#: Characters of a refusal that are read, and seconds for which a length that did not fit is believed not to.
_READ, _BELIEVED = 600, 600
#: A setting's place in the two APIs -> its field of ModelSettings.
_FIELDS = {
    "reasoning": "reasoning", "reasoning.effort": "reasoning", "reasoning.summary": "reasoning",
    "reasoning_effort": "reasoning", "verbosity": "verbosity", "text.verbosity": "verbosity",
    "temperature": "temperature", "top_p": "top_p", "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty", "parallel_tool_calls": "parallel_tool_calls",
    "truncation": "truncation", "store": "store", "metadata": "metadata",
    "stream_options": "include_usage", "stream_options.include_usage": "include_usage",
    "top_logprobs": "top_logprobs", "logprobs": "top_logprobs", "prompt_cache_retention": "prompt_cache_retention",
    "include": "response_include", "max_tokens": "max_tokens",
}  # fmt: skip
_FORMATS = ("response_format", "text.format")
#: Codes and types by which servers refuse a field, or a value of it. OpenAI's:
#: platform.openai.com/docs/guides/error-codes; extra_forbidden is pydantic's, of FastAPI servers (vLLM, Mistral).
_REFUSED = frozenset(
    {"unsupported_parameter", "unsupported_value", "unknown_parameter", "invalid_value", "extra_forbidden"}
)
_REFUSING = re.compile(
    r"unsupported|not supported|does not support|doesn't support|unknown|unrecognized|extra (?:inputs|fields)"
    r"|not permitted|unavailable|only .{0,40}(?:supported|allowed)",
    re.IGNORECASE,
)
_TOO_LONG_CODES = frozenset({"context_length_exceeded", "exceed_context_size_error"})
#: The servers' own text where they have no code: vLLM (vllm/v1/engine/processor.py), Mistral, Gemini, Anthropic's.
_TOO_LONG = re.compile(
    r"maximum context length|exceeds? the (?:available |maximum )?context"
    r"|context (?:length|size|window) (?:of|exceeded)"
    r"|input token count .{0,60}exceeds|(?:prompt|input) is too long|too large for model",
    re.IGNORECASE,
)
#: Mistral: "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant"
_USER_LAST = re.compile(r"expected last role user|last message must (?:be|have).{0,20}user", re.IGNORECASE)
#: OpenAI's newer models take tools over Chat Completions only with reasoning turned off:
#: github.com/danny-avila/LibreChat/issues/14355
_WANTS_NO_EFFORT = re.compile(r"function tools with reasoning_effort are not supported", re.IGNORECASE)
#: Refusals of items that the server made itself, or should have: it refuses the reference, not the text.
_BAD_REFERENCE = re.compile(
    r"required (?:'reasoning'|following) item|item with id|\brs_\w|encrypted content|item_reference"
    r"|reasoning input item"
    r"|invalid 'input\[\d+\]\.(?:id|encrypted_content)|reasoning_content",
    re.IGNORECASE,
)


@dataclass(slots=True)
class ModelRequest:
    """What ``Model.stream_response`` is called with.

    bare: without references to what a server made before. shortened: the conversation is not all there.
    too_long: the size of the conversation that was refused for its length before, if one was. attempts: how often it
    has been changed. schema_in_instructions: the schema of the answer is in the instructions.
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
    too_long: int | None = None
    attempts: int = 0
    schema_in_instructions: bool = False

    @property
    def server_keeps(self) -> bool:
        """Whether the server stores the conversation itself."""
        return bool(self.previous_response_id or self.conversation_id)


@dataclass(slots=True)
class RefusedParameters:
    """What the server of one model has refused: it is not sent again. Shared by all that ask this model.

    values: (field of ModelSettings, value as text) of settings. no_effort: tools want reasoning to be off.
    user_last: the conversation has to end with the user or a tool.
    too_long: the size of a conversation that did not fit, and the moment until which that is believed: a server
    may be restarted with more room.
    """

    model: str
    values: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    schema: bool = False
    no_effort: bool = False
    user_last: bool = False
    too_long: tuple[int, float] | None = None

    def apply(self, request: ModelRequest) -> ModelRequest:
        """The request without what is known to be refused."""
        refused = {name for name, value in self.values if repr(getattr(request.settings, name)) == value}
        if refused:
            request = replace(request, settings=_without(request.settings, refused))
        if self.no_effort and request.settings.reasoning is None and (request.tools or request.handoffs):
            request = _without_effort(request)
        if self.schema and request.output_schema is not None:
            request = _schema_in_instructions(request)
        return self._within(request)

    def _within(self, request: ModelRequest) -> ModelRequest:
        if self.too_long is None or isinstance(request.input, str):
            return request
        size, until = self.too_long
        if time.monotonic() > until:
            self.too_long = None
            return request
        while not isinstance(request.input, str) and size_of(request.input) >= size:
            shorter = shorten(request.input)
            if shorter is None:
                break
            request = replace(request, input=shorter, shortened=True)
        return request

    def answered(self, request: ModelRequest) -> None:
        """A request was taken: what it had left out because of its length was indeed too much."""
        if request.too_long is not None:
            self.too_long = (request.too_long, time.monotonic() + _BELIEVED)

    def learn(self, request: ModelRequest, error: openai.APIError) -> ModelRequest | None:
        """The request as it may be taken; None where nothing is known to change."""
        if getattr(error, "status_code", 400) not in (400, 404, 413, 422):
            return None
        described = _described(error)
        if is_too_long(error):
            return _shorter(request)
        is_reference = bool(_BAD_REFERENCE.search(described)) or str(error.param).startswith("input[")
        if is_reference and not request.bare and _has_references(request.input):
            return replace(request, bare=True)
        if not self.user_last and _USER_LAST.search(described):
            self.user_last = True
            return request
        if error.code not in _REFUSED and error.type not in _REFUSED and not _REFUSING.search(described):
            return None
        if request.output_schema is not None and _names(error, described, _FORMATS):
            self.schema = True
            logger.warning("the server of %s takes no schema for answers: its instructions ask for JSON", self.model)
            return _schema_in_instructions(request)
        if _WANTS_NO_EFFORT.search(described) and request.settings.reasoning is None:
            self.no_effort = True
            return _without_effort(request)
        return self._without_setting(request, error, described)

    def _without_setting(self, request: ModelRequest, error: openai.APIError, described: str) -> ModelRequest | None:
        sent = {name: known for name, known in _FIELDS.items() if getattr(request.settings, known) is not None}
        named = _names(error, described, tuple(sent))
        if named is None:
            return None
        refused = sent[named], repr(getattr(request.settings, sent[named]))
        # What is read out of a message may be the user's own text: it holds for this request alone.
        if refused not in self.values and error.param == named:
            self.values.add(refused)
            logger.warning("the server of %s does not take the setting %s as it is: it is left out", self.model, named)
        return replace(request, settings=_without(request.settings, {sent[named]}))


def _has_references(items: str | list[TResponseInputItem]) -> bool:
    """Whether a conversation names anything that a server has made."""
    if isinstance(items, str):
        return False
    given = [cast("Mapping[str, Any]", item) for item in items]
    return any(item.get("provider_data") or item.get("id") not in (None, FAKE_RESPONSES_ID) for item in given)


def _without_effort(request: ModelRequest) -> ModelRequest:
    return replace(request, settings=replace(request.settings, reasoning=Reasoning(effort="none")))


def _shorter(request: ModelRequest) -> ModelRequest | None:
    if isinstance(request.input, str) or (shorter := shorten(request.input)) is None:
        return None
    size = size_of(request.input)
    refused = size if request.too_long is None else min(size, request.too_long)
    return replace(request, input=shorter, shortened=True, too_long=refused)


def is_too_long(error: openai.APIError) -> bool:
    """Whether the server reports that the conversation does not fit the model."""
    return error.code in _TOO_LONG_CODES or error.type in _TOO_LONG_CODES or bool(_TOO_LONG.search(_described(error)))


def _names(error: openai.APIError, described: str, names: tuple[str, ...]) -> str | None:
    """The one of these fields that the error is about, the longest name first."""
    by_length = sorted(names, key=len, reverse=True)
    if isinstance(error.param, str) and error.param in names:
        return error.param
    return next((name for name in by_length if re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", described)), None)


def _described(error: openai.APIError) -> str:
    """The server's message, in whatever form; only its start, because what follows may be the user's own text."""
    body = error.body
    given = json.dumps(body, default=str) if isinstance(body, list | Mapping) else str(body or "")
    return f"{error.message[:_READ]} {given[:_READ]}"


def _without(settings: ModelSettings, fields: set[str]) -> ModelSettings:
    changed: dict[str, Any] = dict.fromkeys(fields)
    if "max_tokens" in fields and settings.max_tokens is not None:
        # OpenAI's newer models know the limit by another name over Chat Completions.
        changed["extra_args"] = {**(settings.extra_args or {}), "max_completion_tokens": settings.max_tokens}
    return replace(settings, **changed)


def _schema_in_instructions(request: ModelRequest) -> ModelRequest:
    schema = cast(AgentOutputSchemaBase, request.output_schema)
    if schema.is_plain_text():
        return request
    schema_text = (
        "Answer with one JSON value and nothing else, no code fence. It must match this JSON schema:\n"
        f"{json.dumps(schema.json_schema(), ensure_ascii=False)}"
    )
    instructions = f"{request.instructions}\n\n{schema_text}" if request.instructions else schema_text
    return replace(request, instructions=instructions, output_schema=None, schema_in_instructions=True)
