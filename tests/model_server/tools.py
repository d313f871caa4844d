"""The tools of a request, and the choice among them.

Names: openai/types/shared_params/function_definition.py ("a-z, A-Z, 0-9, or contain underscores and dashes, with
a maximum length of 64").
"""

import re
from typing import Any

from tests.model_server.failures import Refused, invalid
from tests.model_server.strict_schemas import check_strict

Body = dict[str, Any]


def check_responses_tools(body: Body) -> None:
    tools: list[Body] = body.get("tools") or []
    functions = [(f"tools[{index}]", tool) for index, tool in enumerate(tools) if tool["type"] == "function"]
    for where, tool in functions:
        check_function(tool, where, where)
    names = unique([tool["name"] for _, tool in functions])
    choice = body.get("tool_choice")
    if isinstance(choice, dict):
        check_choice(choice, names, tools)
    own = [tool["type"] for tool in tools if tool["type"] in ("file_search", "image_generation", "web_search")]
    if own and (body.get("reasoning") or {}).get("effort") == "minimal":
        # https://github.com/openai/codex/issues/3559, and agents/models/default_models.py of the installed package
        raise invalid(f"The following tools cannot be used with reasoning.effort 'minimal': {', '.join(own)}.", "tools")


def check_choice(choice: Body, names: set[str], tools: list[Body]) -> None:
    """A choice is one of the tools.

    https://developers.openai.com/api/docs/guides/function-calling (the wording is ours).
    """
    kind = choice["type"]
    if kind == "function" and choice["name"] not in names:
        raise invalid(f"Tool choice 'function' not found in 'tools' parameter: {choice['name']}.", "tool_choice")
    if kind not in ("function", "allowed_tools", "custom") and kind not in [tool["type"] for tool in tools]:
        raise invalid(f"Tool choice '{kind}' not found in 'tools' parameter.", "tool_choice")


def check_completions_tools(body: Body) -> None:
    tools: list[Body] | None = body.get("tools")
    if tools is None:
        for name in ("tool_choice", "parallel_tool_calls"):
            # https://github.com/openai/swarm/issues/30, https://github.com/openai/openai-openapi/pull/287
            if body.get(name) is not None:
                raise only_with_tools(name)
        return
    if not tools:
        raise empty_array("tools")  # https://github.com/vllm-project/vllm/issues/39741
    functions = [(index, tool["function"]) for index, tool in enumerate(tools) if tool["type"] == "function"]
    for index, function in functions:
        check_function(function, f"tools[{index}].function", f"tools[{index}].function")
    names = unique([function["name"] for _, function in functions])
    choice = body.get("tool_choice")
    if isinstance(choice, dict) and choice["type"] == "function" and choice["function"]["name"] not in names:
        raise invalid(
            f"Invalid value for 'tool_choice': no function named {choice['function']['name']!r} was specified in the "
            "'tools' parameter.", "tool_choice",
        )  # fmt: skip


def check_function(tool: Body, where: str, param: str) -> None:
    name = tool["name"]
    if len(name) > 64:
        raise too_long(f"{where}.name", 64, len(name))
    if not re.fullmatch(r"[a-zA-Z0-9_-]+", name):
        raise invalid(
            f"Invalid '{where}.name': string does not match pattern. Expected a string that matches the pattern "
            "'^[a-zA-Z0-9_-]+$'.", f"{where}.name", "invalid_value",
        )  # fmt: skip
    parameters = tool.get("parameters")
    code = "invalid_function_parameters"
    if tool.get("strict"):
        check_strict(parameters, f"function '{name}'", f"{param}.parameters", code)
    elif parameters and parameters.get("type") != "object":
        raise invalid(
            f"Invalid schema for function '{name}': schema must be a JSON Schema of 'type: \"object\"', got "
            f"'type: \"{parameters.get('type')}\"'.", f"{param}.parameters", code,
        )  # fmt: skip
    if parameters and "properties" not in parameters:
        # https://github.com/spring-projects/spring-ai/issues/4776: a tool without parameters has to say so
        raise invalid(
            f"Invalid schema for function '{name}': In context=(), object schema missing properties.",
            f"{param}.parameters", code,
        )  # fmt: skip


def unique(names: list[str]) -> set[str]:
    """Refused by OpenAI too; the wording is ours."""
    for name in names:
        if names.count(name) > 1:
            raise invalid(f"Tool names must be unique: '{name}' is there twice.", "tools", "invalid_value")
    return set(names)


def only_with_tools(name: str) -> Refused:
    return invalid(f"Invalid value for '{name}': '{name}' is only allowed when 'tools' are specified.", name)


def empty_array(where: str) -> Refused:
    return invalid(
        f"Invalid '{where}': empty array. Expected an array with minimum length 1, but got an empty array instead.",
        where, "empty_array",
    )  # fmt: skip


def too_long(where: str, most: int, length: int) -> Refused:
    # https://github.com/AnswerDotAI/fastllm/issues/45
    return invalid(
        f"Invalid '{where}': string too long. Expected a string with maximum length {most}, but got a string with "
        f"length {length} instead.", where, "string_above_max_length",
    )  # fmt: skip
