"""Requests that OpenAI refuses, and others near them that it takes."""

from typing import Any

Body = dict[str, Any]
SEARCH: Body = {
    "type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"], "additionalProperties": False,
}  # fmt: skip
TOOL: Body = {"type": "function", "name": "search", "parameters": SEARCH, "strict": True}
CHAT_TOOL: Body = {"type": "function", "function": {"name": "search", "parameters": SEARCH}}
USER: Body = {"role": "user", "content": "How long?"}
CALL: Body = {"type": "function_call", "call_id": "call_a", "name": "search", "arguments": "{}"}
OUTPUT: Body = {"type": "function_call_output", "call_id": "call_a", "output": "2"}
IMAGE = "data:image/png;base64,aGVsbG8="
CHAT_CALLS: Body = {
    "role": "assistant", "content": None,
    "tool_calls": [{"id": "call_a", "type": "function", "function": {"name": "search", "arguments": "{}"}}],
}  # fmt: skip
CHAT_OUTPUT: Body = {"role": "tool", "tool_call_id": "call_a", "content": "2"}


def tool(**changed: Any) -> Body:
    return {"tools": [TOOL | changed]}


def chat_tool(**changed: Any) -> Body:
    return {"tools": [{"type": "function", "function": CHAT_TOOL["function"] | changed}]}


#: What is added to a good request -> the code and place of the refusal.
RESPONSES: dict[str, tuple[Body, str | None, str | None]] = {
    "an unknown field": ({"foo": 1}, "unknown_parameter", "foo"),
    "an unknown inner field": (
        {"input": [USER | {"reasoning_content": "x"}]},
        "unknown_parameter",
        "input[0].reasoning_content",
    ),
    "a wrong type": ({"temperature": "hot"}, "invalid_type", "temperature"),
    "a null that may not be": ({"input": [CALL | {"status": None}, OUTPUT]}, "invalid_value", "input[0].status"),
    "an unknown type of item": ({"input": [{"type": "thought"}]}, "invalid_value", "input[0].type"),
    "a missing field": (
        {"input": [{"type": "reasoning", "id": "rs_1"}]},
        "missing_required_parameter",
        "input[0].summary",
    ),
    "no input": ({"input": []}, "missing_required_parameter", "input"),
    "an effort of another model": (
        {"model": "gpt-5-mini", "reasoning": {"effort": "none"}},
        "unsupported_value",
        "reasoning.effort",
    ),
    "an effort of an earlier model": ({"reasoning": {"effort": "minimal"}}, "unsupported_value", "reasoning.effort"),
    "an effort of a later model": ({"reasoning": {"effort": "max"}}, "unsupported_value", "reasoning.effort"),
    "an effort without reasoning": (
        {"model": "gpt-4.1", "reasoning": {"effort": "low"}},
        "unsupported_parameter",
        "reasoning.effort",
    ),
    "an effort for an alias": (
        {"model": "gpt-5.2-chat-latest", "reasoning": {"effort": "low"}},
        "unsupported_parameter",
        "reasoning.effort",
    ),
    "a verbosity before gpt-5": (
        {"model": "gpt-4o", "text": {"verbosity": "low"}},
        "unsupported_value",
        "text.verbosity",
    ),
    "a temperature with reasoning": (
        {"temperature": 0.2, "reasoning": {"effort": "low"}},
        "unsupported_parameter",
        "temperature",
    ),
    "a temperature for a model that reasons": (
        {"model": "gpt-5-mini", "temperature": 1},
        "unsupported_parameter",
        "temperature",
    ),
    "too few tokens": ({"max_output_tokens": 8}, "integer_below_min_value", "max_output_tokens"),
    "options of a stream that is none": ({"stream_options": {"include_obfuscation": False}}, None, "stream_options"),
    "a format without a good name": (
        {"text": {"format": {"type": "json_schema", "name": "a b", "schema": SEARCH}}},
        "invalid_value",
        "text.format.name",
    ),
    "a format for a model without": (
        {"model": "gpt-4-turbo", "text": {"format": {"type": "json_schema", "name": "a", "schema": SEARCH}}},
        None,
        "text.format",
    ),
    "a strict format that is open": (
        {
            "text": {
                "format": {
                    "type": "json_schema",
                    "name": "a",
                    "strict": True,
                    "schema": {"type": "object", "properties": {}},
                }
            }
        },
        "invalid_json_schema",
        "text.format.schema",
    ),
    "a tool's name": (tool(name="look up"), "invalid_value", "tools[0].name"),
    "a tool's long name": (tool(name="x" * 65), "string_above_max_length", "tools[0].name"),
    "two tools of one name": ({"tools": [TOOL, TOOL]}, "invalid_value", "tools"),
    "a strict tool that is open": (
        tool(parameters={"type": "object", "properties": {}}),
        "invalid_function_parameters",
        "tools[0].parameters",
    ),
    "a strict tool with an option": (
        tool(parameters=SEARCH | {"required": []}),
        "invalid_function_parameters",
        "tools[0].parameters",
    ),
    "a tool without properties": (
        tool(strict=False, parameters={"type": "object"}),
        "invalid_function_parameters",
        "tools[0].parameters",
    ),
    "a tool of OpenAI's with hardly any thought": (
        {"model": "gpt-5-mini", "reasoning": {"effort": "minimal"}, "tools": [{"type": "web_search"}]},
        None,
        "tools",
    ),
    "a choice that is no tool": ({"tool_choice": {"type": "function", "name": "fly"}} | tool(), None, "tool_choice"),
    "a call without an output": ({"input": [USER, CALL]}, None, "input"),
    "an output without a call": ({"input": [USER, OUTPUT]}, None, "input"),
    "an output before its call": ({"input": [OUTPUT, CALL]}, None, "input"),
    "two outputs": ({"input": [CALL, OUTPUT, OUTPUT]}, None, "input"),
    "the same call twice": ({"input": [CALL, OUTPUT, CALL, OUTPUT]}, None, "input"),
    "a long call id": (
        {"input": [CALL | {"call_id": "c" * 65}, OUTPUT | {"call_id": "c" * 65}]},
        "string_above_max_length",
        "input[0].call_id",
    ),
    "an empty call id": (
        {"input": [CALL | {"call_id": ""}, OUTPUT | {"call_id": ""}]},
        "empty_string",
        "input[0].call_id",
    ),
    "an id of another kind": (
        {
            "input": [
                {
                    "type": "message",
                    "role": "assistant",
                    "id": "fc_1",
                    "status": "completed",
                    "content": [{"type": "output_text", "text": "x", "annotations": []}],
                }
            ]
        },
        "invalid_id_prefix",
        "input[0].id",
    ),
    "an id that is none": ({"input": [CALL | {"id": "functions.search:0"}, OUTPUT]}, "invalid_value", "input[0].id"),
    "the same item twice": (
        {
            "input": [
                CALL | {"id": "fc_1"},
                OUTPUT,
                CALL | {"id": "fc_1", "call_id": "call_b"},
                OUTPUT | {"call_id": "call_b"},
            ]
        },
        None,
        "input",
    ),
    "an image for a model without eyes": (
        {
            "model": "gpt-4",
            "input": [{"role": "user", "content": [{"type": "input_image", "image_url": IMAGE, "detail": "auto"}]}],
        },
        None,
        "input[0].content[0]",
    ),
    "an image that is none": (
        {
            "input": [
                {
                    "role": "user",
                    "content": [
                        {"type": "input_image", "image_url": "data:text/plain;base64,aGVsbG8=", "detail": "auto"}
                    ],
                }
            ]
        },
        "invalid_value",
        "input[0].content[0].image_url",
    ),
    "input parts of the model": (
        {"input": [{"role": "assistant", "content": [{"type": "input_text", "text": "x"}]}]},
        "invalid_value",
        "input[0].content[0]",
    ),
    "a response of another server": (
        {"previous_response_id": "resp_1"},
        "previous_response_not_found",
        "previous_response_id",
    ),
}
CHAT: dict[str, tuple[Body, str | None, str | None]] = {
    "an unknown field": ({"reasoning": {}}, "unknown_parameter", "reasoning"),
    "an unknown field of a message": (
        {"messages": [USER, {"role": "assistant", "content": "x", "reasoning_content": "y"}]},
        "unknown_parameter",
        "messages[1].reasoning_content",
    ),
    "an unknown role": ({"messages": [{"role": "bot", "content": "x"}]}, "invalid_value", "messages[0].role"),
    "no messages": ({"messages": []}, "empty_array", "messages"),
    "empty content": ({"messages": [{"role": "user", "content": []}]}, "empty_array", "messages[0].content"),
    "nothing said and nothing called": (
        {"messages": [{"role": "assistant", "content": None}]},
        None,
        "messages.[0].content",
    ),
    "no tools": ({"tools": []}, "empty_array", "tools"),
    "parallel calls without tools": ({"parallel_tool_calls": False}, None, "parallel_tool_calls"),
    "a choice without tools": ({"tool_choice": "auto"}, None, "tool_choice"),
    "a choice that is no tool": (
        chat_tool() | {"tool_choice": {"type": "function", "function": {"name": "fly"}}},
        None,
        "tool_choice",
    ),
    "a tool's name": (chat_tool(name="shop.pay"), "invalid_value", "tools[0].function.name"),
    "calls without results": ({"messages": [USER, CHAT_CALLS, USER]}, None, "messages.[2].role"),
    "a result without a call": ({"messages": [USER, CHAT_OUTPUT]}, None, "messages.[1].role"),
    "a result too late": ({"messages": [USER, CHAT_CALLS, USER, CHAT_OUTPUT]}, None, "messages.[2].role"),
    "a long id": (
        {
            "messages": [
                CHAT_CALLS | {"tool_calls": [CHAT_CALLS["tool_calls"][0] | {"id": "c" * 41}]},
                CHAT_OUTPUT | {"tool_call_id": "c" * 41},
            ]
        },
        "string_above_max_length",
        "messages[0].tool_calls[0].id",
    ),
    "an effort of another model": (
        {"model": "gpt-5-mini", "reasoning_effort": "none"},
        "unsupported_value",
        "reasoning_effort",
    ),
    "a verbosity before gpt-5": ({"model": "gpt-4.1", "verbosity": "low"}, "unsupported_value", "verbosity"),
    "a temperature with reasoning": ({"model": "gpt-5-mini", "temperature": 0.2}, "unsupported_value", "temperature"),
    "the old limit of tokens": ({"max_tokens": 100}, "unsupported_parameter", "max_tokens"),
    "tools while it reasons": ({"reasoning_effort": "low"} | chat_tool(), None, "reasoning_effort"),
    "tools of a model that reasons by itself": ({"model": "gpt-5.6-luna"} | chat_tool(), None, "reasoning_effort"),
    "an image for a model without eyes": (
        {
            "model": "gpt-3.5-turbo",
            "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": IMAGE}}]}],
        },
        None,
        "messages.[0].content.[0].type",
    ),
    "options of a stream that is none": ({"stream_options": {"include_usage": True}}, None, "stream_options"),
    "a format without a name": (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "", "schema": SEARCH}}},
        "invalid_value",
        "response_format.json_schema.name",
    ),
}
#: Good requests, of which some are near the refused ones.
TAKEN_RESPONSES: list[Body] = [
    {},
    {"reasoning": {"effort": "none"}, "text": {"verbosity": "low"}, "temperature": 0.2},
    {"model": "gpt-5-mini", "reasoning": {"effort": "minimal"}, "text": {"verbosity": "high"}},
    {"model": "gpt-5.6-luna", "reasoning": {"effort": "max", "summary": "auto"}},
    {"model": "gpt-6-sol", "reasoning": {"effort": "none"}},
    {"model": "gpt-4.1", "temperature": 0, "top_p": 1, "text": {"verbosity": "medium"}},
    {"input": [USER, CALL, OUTPUT, {"role": "assistant", "content": "Two."}], "tool_choice": "auto"} | tool(),
    {"input": [USER, CALL, CALL | {"call_id": "b"}, OUTPUT | {"call_id": "b"}, OUTPUT]},
    {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": IMAGE, "detail": "auto"}]}]},
    {"text": {"format": {"type": "json_schema", "name": "a", "strict": True, "schema": SEARCH}}},
    {"parallel_tool_calls": False, "tools": [{"type": "web_search"}], "max_output_tokens": 16},
]
TAKEN_CHAT: list[Body] = [
    {},
    {"reasoning_effort": "none", "verbosity": "low", "temperature": 0.3} | chat_tool(),
    {"model": "gpt-4.1", "max_tokens": 10, "stop": ["x"]} | chat_tool() | {"parallel_tool_calls": True},
    {"messages": [USER, CHAT_CALLS, CHAT_OUTPUT, USER], "max_completion_tokens": 9},
    {"model": "gpt-5.6-luna", "reasoning_effort": "max"},
    {"stream": True, "stream_options": {"include_usage": True}},
]
