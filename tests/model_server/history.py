"""Input items of the Responses API: ids, pairs of calls and outputs, and reasoning that belongs to a model.

Reasoning is bound to the model that made it, and to the item that came with it:
https://developers.openai.com/api/docs/guides/reasoning ("keeping reasoning items in context").
"""

import re
from dataclasses import dataclass, field
from typing import Any

from tests.model_server.failures import Refused, invalid
from tests.model_server.families import Family
from tests.model_server.tools import too_long

Item = dict[str, Any]

#: https://github.com/openai/codex/issues/33176 (msg), https://github.com/earendil-works/pi/issues/1022
#: (fc); the others as the API gives them (examples in its reference, https://developers.openai.com/api/reference).
PREFIXES = {
    "message": "msg",
    "reasoning": "rs",
    "function_call": "fc",
    "web_search_call": "ws",
    "file_search_call": "fs",
    "code_interpreter_call": "ci",
    "image_generation_call": "ig",
    "computer_call": "cu",
    "custom_tool_call": "ctc",
    "mcp_call": "mcp",
    "mcp_list_tools": "mcpl",
    "mcp_approval_request": "mcpr",
}
#: A call -> what answers it.
ANSWERS = {
    "function_call": "function_call_output",
    "custom_tool_call": "custom_tool_call_output",
    "computer_call": "computer_call_output",
    "shell_call": "shell_call_output",
    "apply_patch_call": "apply_patch_call_output",
}
#: https://github.com/can1357/oh-my-pi/issues/284 and https://github.com/AnswerDotAI/fastllm/issues/45
MOST_OF_AN_ID = 64


@dataclass
class Made:
    """An item that this server made: for which model, and the reasoning item just before it or the item after it."""

    model: str
    item: Item
    reasoning: str | None = None
    following: str | None = None


@dataclass
class Memory:
    """What this server has made so far."""

    items: dict[str, Made] = field(default_factory=dict)
    encrypted: dict[str, str] = field(default_factory=dict)
    responses: dict[str, list[Item]] = field(default_factory=dict)

    def remember(self, response_id: str, model: str, items: list[Item], *, stored: bool) -> None:
        """What is not stored is known by its encrypted content only."""
        self.encrypted.update({item["encrypted_content"]: model for item in items if item.get("encrypted_content")})
        if not stored:
            return
        self.responses[response_id] = items
        before: Item | None = None
        for item in items:
            if "id" not in item:
                continue
            made = Made(model, item)
            if before is not None and before["type"] == "reasoning":
                made.reasoning = before["id"]
                self.items[before["id"]].following = item["id"]
            self.items[item["id"]] = made
            before = item


def check_input(body: dict[str, Any], family: Family | None, memory: Memory) -> None:
    items = body.get("input")
    earlier: list[Item] = []
    if (previous := body.get("previous_response_id")) is not None:
        if previous not in memory.responses:
            # https://github.com/maximhq/bifrost/issues/2441
            raise invalid(
                f"Previous response with id '{previous}' not found.", "previous_response_id",
                "previous_response_not_found",
            )  # fmt: skip
        earlier = memory.responses[previous]
    if isinstance(items, list):
        if not items and not earlier and "prompt" not in body:
            raise nothing_given()
        check_ids(items)
        if not body.get("conversation"):  # it has items that nobody sends
            check_pairs([*earlier, *items])
        check_reasoning(items, body, family, memory)
        check_content(items, family)
    elif items is None and not earlier and not body.get("prompt") and not body.get("conversation"):
        raise nothing_given()


def nothing_given() -> Refused:
    return invalid(
        "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation_id' must be provided.", "input",
        "missing_required_parameter",
    )  # fmt: skip


def kind_of(item: Item) -> str:
    return item.get("type") or ("message" if "role" in item else "item_reference")


def check_ids(items: list[Item]) -> None:
    seen: set[str] = set()
    for index, item in enumerate(items):
        where = f"input[{index}].id"
        id_ = item.get("id")
        if id_ is not None and kind_of(item) != "item_reference":
            check_id(id_, PREFIXES.get(kind_of(item), ""), where)
            if id_ in seen:
                # https://github.com/OpenRouterTeam/ai-sdk-provider/issues/254
                raise invalid(f"Duplicate item found with id {id_}. Remove duplicate items from your input and try "
                              "again.", "input")  # fmt: skip
            seen.add(id_)
        if (call_id := item.get("call_id")) is not None:
            if not call_id:
                raise invalid(
                    f"Invalid 'input[{index}].call_id': empty string. Expected a string with minimum length 1, but got "
                    "an empty string instead.", f"input[{index}].call_id", "empty_string",
                )  # fmt: skip
            if len(call_id) > MOST_OF_AN_ID:
                raise too_long(f"input[{index}].call_id", MOST_OF_AN_ID, len(call_id))


def check_id(id_: str, prefix: str, where: str) -> None:
    # https://github.com/langchain-ai/langchainjs/issues/11044, https://github.com/earendil-works/pi/issues/1022
    if not re.fullmatch(r"[a-zA-Z0-9_-]+", id_):
        raise invalid(
            f"Invalid '{where}': '{id_}'. Expected an ID that contains letters, numbers, underscores, or dashes, but "
            "this value contained additional characters.", where, "invalid_value",
        )  # fmt: skip
    if len(id_) > MOST_OF_AN_ID:
        raise too_long(where, MOST_OF_AN_ID, len(id_))
    if not id_.startswith(prefix):
        raise invalid(
            f"Invalid '{where}': '{id_}'. Expected an ID that begins with '{prefix}'.", where, "invalid_id_prefix"
        )


def check_pairs(items: list[Item]) -> None:
    """Each call has one output after it, and each output its call before it.

    https://github.com/continuedev/continue/issues/10092, https://github.com/agentjido/req_llm/pull/454
    """
    for call, answer in ANSWERS.items():
        open_calls: set[str] = set()
        seen: set[str] = set()
        for item in items:
            if item.get("type") == call:
                if item["call_id"] in seen:
                    # That each id is there once is what the pairs need; the wording is ours.
                    raise invalid(f"Duplicate function call with call_id {item['call_id']}.", "input")
                seen.add(item["call_id"])
                open_calls.add(item["call_id"])
            elif item.get("type") == answer:
                if item["call_id"] not in open_calls:
                    raise invalid(
                        f"No tool call found for {answer.replace('_', ' ')} with call_id {item['call_id']}.", "input"
                    )
                open_calls.remove(item["call_id"])
        if open_calls:
            raise invalid(f"No tool output found for {call.replace('_', ' ')} {min(open_calls)}.", "input")


def check_reasoning(items: list[Item], body: dict[str, Any], family: Family | None, memory: Memory) -> None:
    given = {item["id"] for item in items if item.get("id")}
    for index, item in enumerate(items):
        kind = kind_of(item)
        if kind == "item_reference":
            if item["id"] not in memory.items:
                raise not_found(item["id"])
        elif kind == "reasoning":
            check_origin(item, body["model"], family, memory)
            check_following(item, items[index + 1 :], memory)
        elif made := memory.items.get(item.get("id", "")):
            check_company(item, made, given, body["model"])


def check_company(item: Item, made: Made, given: set[str], model: str) -> None:
    # https://github.com/continuedev/continue/issues/10018 and .../issues/11994
    if made.reasoning is not None and made.model == model and made.reasoning not in given:
        raise invalid(
            f"Item '{item['id']}' of type '{kind_of(item)}' was provided without its required 'reasoning' item: "
            f"'{made.reasoning}'.", "input",
        )  # fmt: skip


def check_origin(item: Item, model: str, family: Family | None, memory: Memory) -> None:
    if family is not None and not family.reasons:
        # https://github.com/openai/openai-agents-python/issues/569
        raise invalid(
            "Reasoning input items can only be provided to a reasoning or computer use model. Remove reasoning items "
            "from your input and try again.", "input",
        )  # fmt: skip
    if encrypted := item.get("encrypted_content"):
        if memory.encrypted.get(encrypted) != model:
            # https://github.com/openai/codex/issues/8145, with the reason of https://github.com/Wei-Shaw/sub2api/issues/2863
            raise invalid(
                f"The encrypted content {encrypted[:4]}...{encrypted[-4:]} could not be verified. Reason: Encrypted "
                "content could not be decrypted or parsed.", None, "invalid_encrypted_content",
            )  # fmt: skip
    elif item["id"] not in memory.items or memory.items[item["id"]].model != model:
        raise not_found(item["id"])


def not_found(id_: str) -> Refused:
    # https://github.com/can1357/oh-my-pi/issues/41, https://github.com/vercel/ai/issues/7543
    return invalid(
        f"Item with id '{id_}' not found. Items are not persisted when `store` is set to false. Try again with `store` "
        "set to true, or remove this item from your input.", "input", status=404,
    )  # fmt: skip


def check_following(item: Item, rest: list[Item], memory: Memory) -> None:
    # https://github.com/continuedev/continue/issues/8933
    rest = [each for each in rest if kind_of(each) != "reasoning"]
    made = memory.items.get(item["id"])
    after = rest[0] if rest else None
    by_model = after is not None and (after.get("role") == "assistant" or kind_of(after).endswith("_call"))
    fits = made is None or made.following is None or (after is not None and after.get("id") == made.following)
    if not by_model or not fits:
        raise invalid(
            f"Item '{item['id']}' of type 'reasoning' was provided without its required following item.", "input"
        )


def check_content(items: list[Item], family: Family | None) -> None:
    for index, item in enumerate(items):
        content = item.get("content")
        if not isinstance(content, list) or kind_of(item) != "message":
            continue
        for at, part in enumerate(content):
            check_part(part, f"input[{index}].content[{at}]", family)


def check_part(part: Item, where: str, family: Family | None) -> None:
    """Which models see: their pages, https://developers.openai.com/api/docs/models. The wording is that of Chat."""
    if part["type"] == "input_image":
        if family is not None and not family.images:
            raise invalid("Invalid content type. input_image is only supported by certain models.", where)
        check_image(part.get("image_url"), f"{where}.image_url")
    if part["type"] == "input_file" and family is not None and not family.files:
        raise invalid("Invalid content type. input_file is only supported by certain models.", where)


def check_image(url: str | None, where: str) -> None:
    """https://github.com/openai/codex/issues/32287, https://github.com/anomalyco/opencode/issues/23983; the formats:
    https://developers.openai.com/api/docs/guides/images-vision.
    """
    if url is None or url.startswith(("http://", "https://")):
        return
    if not re.match(r"data:image/(png|jpeg|webp|gif);base64,[A-Za-z0-9+/]+={0,2}$", url):
        raise invalid(
            f"Invalid '{where}'. Expected a base64-encoded data URL with an image MIME type (e.g. "
            "'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU='), but got an invalid value.", where, "invalid_value",
        )  # fmt: skip
