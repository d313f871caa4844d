"""All that a request has to pass, in the order in which servers look at it."""

import json
from typing import Any

from tests.model_server.failures import invalid
from tests.model_server.families import Family
from tests.model_server.history import Memory, check_input, check_pairs
from tests.model_server.messages import check_messages, check_tool_messages
from tests.model_server.parameters import check_completions_parameters, check_responses_parameters
from tests.model_server.peculiarities import Conversation
from tests.model_server.profiles import Api, Profile
from tests.model_server.requests import check_sizes, tokens_of
from tests.model_server.schema import Checker
from tests.model_server.tools import check_completions_tools, check_responses_tools

Body = dict[str, Any]


def check_schema(body: Body, api: Api, profile: Profile) -> None:
    checker = Checker(unknown=profile.openai_rules, parts=profile.own_parts)
    if api == "responses":
        checker.responses(body)
    else:
        checker.completions(body)


def check_size(body: Body, api: Api, profile: Profile, limit: int | None) -> None:
    """limit: tokens that fit. A server without words for too long cuts the conversation by itself."""
    check_sizes(body)
    tokens = tokens_of(body)
    if limit is None or profile.too_long is None or tokens <= limit or body.get("truncation") == "auto":
        return
    raise profile.too_long(limit, tokens, api == "responses")


def check_responses(body: Body, profile: Profile, family: Family | None, memory: Memory) -> None:
    if profile.openai_rules:
        check_responses_parameters(body, family)
        check_responses_tools(body)
        check_input(body, family, memory)
    elif isinstance(body.get("input"), list):
        check_pairs(body["input"])
    check_support(body, profile)


def check_completions(body: Body, profile: Profile, family: Family | None, conversation: Conversation) -> None:
    if profile.openai_rules:
        check_completions_parameters(body, family)
        check_completions_tools(body)
        check_messages(body["messages"], family)
    if profile.check_chat is not None:
        profile.check_chat(body, conversation)
    if not profile.openai_rules and not profile.calls_all_first:  # one that gives no ids pairs by place
        # vLLM, llama.cpp and Ollama show the model a call without its result, and say nothing: no test should miss it.
        check_tool_messages(body["messages"], unique=False)
    check_support(body, profile)


def check_support(body: Body, profile: Profile) -> None:
    shown = json.dumps(body.get("input") or body.get("messages"))
    if not profile.images and ('"input_image"' in shown or '"image_url"' in shown):
        raise profile.no_images(body["model"])
    if not profile.files and ('"input_file"' in shown or '"type": "file"' in shown):
        raise invalid(f"{body['model']} does not support file input", None)
    wanted = (body.get("text") or {}).get("format") or body.get("response_format") or {}
    if not profile.structured and wanted.get("type") == "json_schema":
        raise invalid(f"{body['model']} does not support response_format json_schema", None)
    if not profile.tools and body.get("tools"):
        # https://github.com/ollama/ollama/issues/6027
        raise invalid(f"registry.ollama.ai/library/{body['model']} does not support tools", None)
