"""Settings of a request that depend on the model: effort, verbosity, sampling, limits of output, formats."""

import re
from typing import Any

from tests.model_server.failures import either, invalid, unsupported_parameter
from tests.model_server.families import Family
from tests.model_server.strict_schemas import check_strict

Body = dict[str, Any]

# With reasoning: https://developers.openai.com/api/docs/guides/latest-model ("parameter compatibility") and
# https://github.com/vercel/ai/issues/10932
_SAMPLING = ("temperature", "top_p", "logprobs", "top_logprobs", "presence_penalty", "frequency_penalty", "logit_bias")


def check_responses_parameters(body: Body, family: Family | None) -> None:
    limit = body.get("max_output_tokens")
    if limit is not None and limit < 16:
        # https://github.com/vectorize-io/hindsight/issues/58
        raise invalid(
            "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got "
            f"{limit} instead.", "max_output_tokens", "integer_below_min_value",
        )  # fmt: skip
    if body.get("stream_options") is not None and not body.get("stream"):
        # "Only set this when you set `stream: true`": openai/types/responses/response_create_params.py
        raise invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options")
    text: Body = body.get("text") or {}
    check_format(text.get("format") or {}, "text.format", family)
    if family is None:
        return
    effort = (body.get("reasoning") or {}).get("effort")
    check_effort(body["model"], family, effort, "reasoning.effort")
    if not family.reasons and (body.get("reasoning") or {}).get("summary") is not None:
        raise unsupported_parameter("reasoning.summary")
    check_verbosity(body["model"], family, text.get("verbosity"), "text.verbosity")
    check_sampling(body, family, effort)


def check_completions_parameters(body: Body, family: Family | None) -> None:
    if body.get("stream_options") is not None and not body.get("stream"):
        # "Only set this when you set `stream: true`": openai/types/chat/completion_create_params.py
        raise invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options")
    answer: Body = body.get("response_format") or {}
    check_format({"type": answer.get("type"), **(answer.get("json_schema") or {})}, "response_format", family)
    if family is None:
        return
    if not family.chat:
        # Their pages list v1/responses only: https://developers.openai.com/api/docs/models
        raise invalid(
            "This is not a chat model and thus not supported in the v1/chat/completions endpoint. "
            "Did you mean to use v1/completions?", "model", status=404,
        )  # fmt: skip
    effort = body.get("reasoning_effort")
    check_effort(body["model"], family, effort, "reasoning_effort")
    check_verbosity(body["model"], family, body.get("verbosity"), "verbosity")
    check_sampling(body, family, effort)
    if family.reasons and body.get("max_tokens") is not None:
        # https://github.com/BerriAI/litellm/issues/13381
        raise unsupported_parameter("max_tokens", " Use 'max_completion_tokens' instead.")
    if family.reasons and body.get("stop") is not None:
        raise unsupported_parameter("stop")  # https://github.com/kd-research/Techies/issues/42
    if family.chat_tools_need_none and body.get("tools") and (effort or family.default_effort) != "none":
        # https://github.com/openai/openai-openapi/issues/541, https://github.com/GEMISIS/leviath/issues/333
        raise invalid(
            f"Function tools with reasoning_effort are not supported for {body['model']} in /v1/chat/completions. "
            "To use function tools, use /v1/responses or set reasoning_effort to 'none'.", "reasoning_effort",
        )  # fmt: skip


def check_effort(model: str, family: Family, effort: str | None, param: str) -> None:
    # https://github.com/openai/openai-agents-python/issues/2089, https://github.com/BoundaryML/baml/pull/2708
    if effort is None:
        return
    if not family.efforts:
        raise unsupported_parameter(param)
    if effort not in family.efforts:
        raise invalid(
            f"Unsupported value: '{effort}' is not supported with the '{model}' model. "
            f"Supported values are: {either(family.efforts)}.", param, "unsupported_value",
        )  # fmt: skip


def check_verbosity(model: str, family: Family, verbosity: str | None, param: str) -> None:
    """Models before gpt-5 take their default only: https://github.com/google-deepmind/concordia/issues/164."""
    if verbosity is not None and verbosity not in family.verbosity:
        raise invalid(
            f"Unsupported value: '{param}' does not support '{verbosity}' with this model. "
            f"Supported values are: {either(family.verbosity)}.", param, "unsupported_value",
        )  # fmt: skip


def check_sampling(body: Body, family: Family, effort: str | None) -> None:
    if family.sampling == "free" or (family.sampling == "with_none" and (effort or family.default_effort) == "none"):
        return
    for name in _SAMPLING:
        if body.get(name) is not None:
            # https://github.com/vercel/ai/issues/10932; GPT-5 and temperature: https://learnku.com/articles/90544
            if name == "temperature" and "messages" in body:
                if body[name] == 1:
                    continue
                raise invalid(
                    f"Unsupported value: 'temperature' does not support {body[name]} with this model. "
                    "Only the default (1) value is supported.", name, "unsupported_value",
                )  # fmt: skip
            raise unsupported_parameter(name)


def check_format(answer: Body, param: str, family: Family | None) -> None:
    # https://developers.openai.com/api/docs/guides/structured-outputs
    if answer.get("type") != "json_schema":
        return
    if family is not None and not family.structured:
        # From gpt-4o on: https://developers.openai.com/api/docs/guides/structured-outputs
        raise invalid(f"Invalid parameter: '{param}' of type 'json_schema' is not supported with this model.", param)
    name = answer.get("name") or ""
    if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name):
        where = f"{param}.name" if param == "text.format" else f"{param}.json_schema.name"
        raise invalid(
            f"Invalid '{where}': string does not match pattern. Expected a string that matches the pattern "
            "'^[a-zA-Z0-9_-]+$'.", where, "invalid_value",
        )  # fmt: skip
    if answer.get("strict"):
        where = "text.format.schema" if param == "text.format" else param
        check_strict(answer.get("schema"), f"response_format '{name}'", where, "invalid_json_schema")
