"""What single servers refuse over Chat Completions, beside what all refuse."""

import re
from dataclasses import dataclass, field
from typing import Any

from tests.model_server.failures import Refused, invalid, with_body

Body = dict[str, Any]


@dataclass
class Conversation:
    """What the server has made that it wants back: calls made after thoughts, and signatures of calls."""

    thoughtful: set[str] = field(default_factory=set)
    signatures: set[str] = field(default_factory=set)


def since_user(messages: list[Body]) -> list[tuple[int, Body]]:
    """The messages after the last one of the user, each with its place: the tool loop that is going on."""
    last = max((index for index, message in enumerate(messages) if message["role"] == "user"), default=-1)
    return [(index, message) for index, message in enumerate(messages) if index > last]


def unequal(messages: list[Body]) -> bool:
    """Whether some message with calls is not followed by as many results."""
    for index, message in enumerate(messages):
        results = 0
        while index + results + 1 < len(messages) and messages[index + results + 1]["role"] == "tool":
            results += 1
        if message.get("tool_calls") and results != len(message["tool_calls"]):
            return True
    return False


def check_roles(body: Body, conversation: Conversation) -> None:
    """Chat templates raise on a role they do not know; "developer" is OpenAI's.

    https://github.com/1CatAI/1Cat-vLLM/issues/493, https://github.com/0xku/kon/issues/5 (Qwen over llama.cpp)
    """
    for message in body["messages"]:
        if message["role"] not in ("system", "user", "assistant", "tool"):
            raise Refused(400, "Unexpected message role.", "BadRequestError", code="400")


def check_deepseek(body: Body, conversation: Conversation) -> None:
    """https://api-docs.deepseek.com/guides/thinking_mode#tool-calls; bodies: deepseek-ai/DeepSeek-V3/issues/1053 and
    https://github.com/1jehuang/jcode/issues/310 (images).
    """
    for index, message in enumerate(body["messages"]):
        for part in message["content"] if isinstance(message.get("content"), list) else []:
            if part["type"] != "text":
                raise invalid(
                    f"Failed to deserialize the JSON body into the target type: messages[{index}]: unknown variant "
                    f"`{part['type']}`, expected `text` at line 1 column 690", None, "invalid_request_error",
                )  # fmt: skip
    for index, message in since_user(body["messages"]):
        calls = {call["id"] for call in message.get("tool_calls") or []}
        if calls & conversation.thoughtful and not isinstance(message.get("reasoning_content"), str):
            raise invalid(
                f"Missing `reasoning_content` field in the assistant message at message index {index}. For more "
                "information, please refer to https://api-docs.deepseek.com/guides/thinking_mode#tool-calls",
                None, "invalid_request_error",
            )  # fmt: skip
    if (body.get("response_format") or {}).get("type") == "json_schema":
        # https://api-docs.deepseek.com/guides/json_mode: text and json_object only
        raise invalid("This response_format type is unavailable now", None, "invalid_request_error")


#: https://docs.mistral.ai/api/endpoint/chat; "store" and "max_completion_tokens" are refused:
#: https://github.com/Gitlawb/openclaude/issues/739. That it takes stream_options is not documented, but nor refused.
_MISTRAL = {
    "": {"model", "messages", "temperature", "top_p", "max_tokens", "stream", "stop", "random_seed", "metadata",
         "response_format", "tools", "tool_choice", "presence_penalty", "frequency_penalty", "n", "prediction",
         "parallel_tool_calls", "prompt_mode", "reasoning_effort", "guardrails", "safe_prompt", "prompt_cache_key",
         "stream_options"},
    "system": {"role", "content"},
    "user": {"role", "content"},
    "assistant": {"role", "content", "tool_calls", "prefix"},
    "tool": {"role", "content", "tool_call_id", "name"},
}  # fmt: skip
#: mistral_common/protocol/instruct/validator.py, https://github.com/mistralai/mistral-common/issues/169
_MISTRAL_AFTER = {
    "system": {"user", "assistant", "system"},
    "user": {"assistant", "system", "user"},
    "assistant": {"assistant", "user", "tool"},
    "tool": {"assistant", "tool"},
}


def check_mistral(body: Body, conversation: Conversation) -> None:
    forbidden(body, ["body"], _MISTRAL[""])
    before: str | None = None
    for index, message in enumerate(body["messages"]):
        role = message["role"]
        if role not in _MISTRAL:
            raise invalid(f"Unexpected role '{role}'", None, "3230")
        forbidden(message, ["body", "messages", index, role], _MISTRAL[role])
        if before is not None and role not in _MISTRAL_AFTER[before]:
            raise order(f"Unexpected role '{role}' after role '{before}'")
        for call in message.get("tool_calls") or []:
            check_mistral_id(call["id"])
        if role == "tool":
            check_mistral_id(message["tool_call_id"])
        before = role
    if unequal(body["messages"]):
        # https://github.com/mistralai/client-python/issues/234
        raise order("Not the same number of function calls and responses")
    if before not in ("user", "tool") and not body["messages"][-1].get("prefix"):
        # https://github.com/NEKOparapa/AiNiee/issues/641
        raise order(f"Expected last role User or Tool (or Assistant with prefix True) for serving but got {before}")


def order(message: str) -> Refused:
    # https://github.com/charmbracelet/crush/issues/279
    return Refused(400, message, "invalid_request_message_order", code="3230")


def check_mistral_id(id_: str) -> None:
    # https://github.com/nearai/ironclaw/issues/1241
    if not re.fullmatch(r"[a-zA-Z0-9]{9}", id_):
        message = f"Tool call id was {id_} but must be a-z, A-Z, 0-9, with a length of 9."
        raise Refused(400, message, "invalid_function_call", code="3280")


def forbidden(value: Body, where: list[Any], known: set[str]) -> None:
    # https://github.com/charmbracelet/crush/issues/1590, https://github.com/partITech/php-mistral/issues/76
    wrong = [
        {"type": "extra_forbidden", "loc": [*where, name], "msg": "Extra inputs are not permitted", "input": each}
        for name, each in value.items()
        if name not in known
    ]
    if wrong:
        names = ", ".join(str(each["loc"][-1]) for each in wrong)
        body = {"object": "error", "message": {"detail": wrong}, "type": "invalid_request_error", "param": None,
                "code": None, "raw_status_code": 422}  # fmt: skip
        refused = Refused(422, f"Extra inputs are not permitted: {names}", code="extra_forbidden", param=names)
        raise with_body(refused, body)


#: Accepted instead of a signature: https://ai.google.dev/gemini-api/docs/thought-signatures
_NO_SIGNATURE = {"skip_thought_signature_validator", "context_engineering_is_the_way_to_go"}


#: https://github.com/ed-donner/agents/issues/45, https://github.com/liliMozi/openhanako/issues/394,
#: https://github.com/MinLL/SkyrimNet-GamePlugin/issues/77; like every name that its schema has not
_UNKNOWN_TO_GEMINI = ("metadata", "store", "frequency_penalty", "reasoning", "verbosity")


def check_gemini(body: Body, conversation: Conversation) -> None:
    # https://ai.google.dev/gemini-api/docs/thought-signatures; https://github.com/TokenRhythm/opensquilla/issues/225
    for index, message in since_user(body["messages"]):
        for call in (message.get("tool_calls") or [])[:1]:
            signature = ((call.get("extra_content") or {}).get("google") or {}).get("thought_signature")
            if signature not in conversation.signatures | _NO_SIGNATURE:
                raise invalid(
                    "Function call is missing a thought_signature in functionCall parts. This is required for tools to "
                    "work correctly, and missing thought_signature may lead to degraded model performance. Additional "
                    f"data, function call `default_api:{call['function']['name']}` , position {index + 1}. Please "
                    "refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.", None,
                )  # fmt: skip
    if unequal(body["messages"]):
        # https://github.com/google-gemini/gemini-cli/issues/5443
        raise invalid(
            "Please ensure that the number of function response parts is equal to the number of function call parts of "
            "the function call turn.", None,
        )  # fmt: skip
    unknown = [name for name in _UNKNOWN_TO_GEMINI if name in body]
    if unknown:
        lines = [f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.' for name in unknown]
        raise invalid("\n".join(lines), None)


def check_xai(body: Body, conversation: Conversation) -> None:
    # https://github.com/open-webui/open-webui/issues/21266, https://docs.x.ai/docs/guides/reasoning
    if "non-reasoning" in body["model"]:
        return
    for name, theirs in (
        ("presence_penalty", "presencePenalty"), ("frequency_penalty", "frequencyPenalty"), ("stop", "stop")
    ):  # fmt: skip
        if body.get(name) is not None:
            raise invalid(f"Model {body['model']} does not support parameter {theirs}.", name)
