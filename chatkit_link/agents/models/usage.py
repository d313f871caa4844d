"""What an answer has used, as numbers, whatever a server has sent in their place: text, fractions, nothing."""

from typing import Any, cast

from agents import Usage
from openai.types import CompletionUsage
from openai.types.completion_usage import CompletionTokensDetails, PromptTokensDetails
from openai.types.responses import ResponseUsage
from openai.types.responses.response_usage import InputTokensDetails, OutputTokensDetails

#: More tokens than this is no count, but a server's mistake; a database must be able to hold the sum.
_MOST = 10**12


def chat_usage(given: Any) -> CompletionUsage:
    """The usage of a Chat Completions chunk."""
    prompt, completion = _count(given, "prompt_tokens"), _count(given, "completion_tokens")
    cached = _count(_field(given, "prompt_tokens_details"), "cached_tokens")
    reasoning = _count(_field(given, "completion_tokens_details"), "reasoning_tokens")
    return CompletionUsage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=_count(given, "total_tokens") or prompt + completion,
        prompt_tokens_details=PromptTokensDetails(cached_tokens=cached),
        completion_tokens_details=CompletionTokensDetails(reasoning_tokens=reasoning),
    )


def response_usage(given: Any) -> ResponseUsage | None:
    """The usage of a response; None where the server has sent none."""
    if given is None:
        return None
    read, written = _count(given, "input_tokens"), _count(given, "output_tokens")
    details = _field(given, "input_tokens_details")
    cached, cache_write = _count(details, "cached_tokens"), _count(details, "cache_write_tokens")
    reasoning = _count(_field(given, "output_tokens_details"), "reasoning_tokens")
    return ResponseUsage(
        input_tokens=read,
        output_tokens=written,
        total_tokens=_count(given, "total_tokens") or read + written,
        input_tokens_details=InputTokensDetails.model_validate(
            {"cached_tokens": cached, "cache_write_tokens": cache_write}
        ),
        output_tokens_details=OutputTokensDetails(reasoning_tokens=reasoning),
    )


def run_usage(given: ResponseUsage | CompletionUsage | None) -> Usage:
    """One request's use, as the Agents SDK adds it up."""
    match given:
        case ResponseUsage():
            return Usage(
                requests=1,
                input_tokens=given.input_tokens,
                output_tokens=given.output_tokens,
                total_tokens=given.total_tokens,
                input_tokens_details=given.input_tokens_details,
                output_tokens_details=given.output_tokens_details,
            )
        case CompletionUsage():
            details = {"cached_tokens": _count(given.prompt_tokens_details, "cached_tokens"), "cache_write_tokens": 0}
            return Usage(
                requests=1,
                input_tokens=given.prompt_tokens,
                output_tokens=given.completion_tokens,
                total_tokens=given.total_tokens,
                input_tokens_details=InputTokensDetails.model_validate(details),
            )
        case None:
            return Usage(requests=1)


def _count(usage: Any, name: str) -> int:
    try:
        return min(max(int(float(_field(usage, name))), 0), _MOST)
    except (TypeError, ValueError, OverflowError):
        return 0


def _field(given: Any, name: str) -> Any:
    return cast("dict[str, Any]", given).get(name) if isinstance(given, dict) else getattr(given, name, None)
