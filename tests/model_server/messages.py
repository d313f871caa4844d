"""Messages of Chat Completions: calls and their results, ids, empty contents, images."""

from typing import Any

from tests.model_server.failures import invalid
from tests.model_server.families import Family
from tests.model_server.history import check_image
from tests.model_server.tools import empty_array, too_long

Message = dict[str, Any]


def check_messages(messages: list[Message], family: Family | None) -> None:
    if not messages:
        raise empty_array("messages")
    for index, message in enumerate(messages):
        check_message(message, index, family)
    check_tool_messages(messages)


def check_message(message: Message, index: int, family: Family | None) -> None:
    content = message.get("content")
    if content == []:
        raise empty_array(f"messages[{index}].content")
    calls = message.get("tool_calls")
    if message["role"] == "assistant":
        if calls == []:
            raise empty_array(f"messages[{index}].tool_calls")  # https://github.com/home-assistant/core/pull/118577
        if content is None and not calls and not message.get("function_call") and not message.get("refusal"):
            # https://github.com/langchain-ai/langchainjs/issues/4153
            raise invalid("Invalid value for 'content': expected a string, got null.", f"messages.[{index}].content")
    for at, call in enumerate(calls or []):
        if len(call["id"]) > 40:
            # https://github.com/vercel/ai/issues/5171
            raise too_long(f"messages[{index}].tool_calls[{at}].id", 40, len(call["id"]))
    for at, part in enumerate(content if isinstance(content, list) else []):
        where = f"messages.[{index}].content.[{at}].type"
        if part["type"] == "image_url":
            if family is not None and not family.images:
                # https://github.com/vllm-project/vllm/issues/11629 has OpenAI's body
                raise invalid("Invalid content type. image_url is only supported by certain models.", where)
            check_image(part["image_url"]["url"], f"messages[{index}].content[{at}].image_url.url")
        if part["type"] == "file" and family is not None and not family.files:
            raise invalid("Invalid content type. file is only supported by certain models.", where)


def check_tool_messages(messages: list[Message], *, unique: bool = True) -> None:
    """Each call has its result, and each result its call: https://github.com/sdcb/chats/pull/132 has both bodies.

    unique: whether an id may be there only once in a conversation; servers that count anew in each turn cannot ask it.
    """
    waiting: list[str] = []
    since = 0
    seen: set[str] = set()
    for index, message in enumerate(messages):
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                raise invalid(
                    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with "
                    "'tool_calls'.", f"messages.[{index}].role",
                )  # fmt: skip
            waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            break
        since = index
        for call in message.get("tool_calls") or []:
            if unique and (call["id"] in waiting or call["id"] in seen):
                # That each id is there once is what the pairs need; the wording is ours.
                raise invalid(f"Duplicate tool call id '{call['id']}'.", f"messages.[{index}].tool_calls")
            waiting.append(call["id"])
        seen.update(waiting)
    if waiting:
        raise invalid(
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            f"'tool_call_id'. The following tool_call_ids did not have response messages: {', '.join(waiting)}",
            f"messages.[{since + 1}].role",
        )
