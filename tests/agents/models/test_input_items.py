"""What a model is sent of a conversation that other models and other servers have written."""

from typing import Any

import pytest
from agents import TResponseInputItem

from chatkit_link.agents.models.input_items import fit, remembered
from chatkit_link.agents.models.item_origin import Origin
from chatkit_link.agents.models.shorten import shorten, size_of

CHAT = Origin("house", "127.0.0.1:1", "chat")
RESPONSES = Origin("house", "127.0.0.1:1", "responses")


def call(call_id: str, **more: Any) -> dict[str, Any]:
    return {"type": "function_call", "call_id": call_id, "name": "stock", "arguments": "{}", **more}


def output(call_id: str, text: str = "seven") -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call_id, "output": text}


USER: dict[str, Any] = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}


def sent(*items: dict[str, Any], origin: Origin = RESPONSES, bare: bool = False) -> list[dict[str, Any]]:
    given: list[Any] = list(items)
    return [dict(item) for item in fit(given, origin, bare=bare)]


def test_an_id_that_comes_again_in_each_turn_is_made_unique_and_stays_the_same() -> None:
    given = [USER, call("call_a"), output("call_a", "1"), USER, call("call_a"), output("call_a", "2")]
    first, again = sent(*given), sent(*given, USER)
    ids = [item["call_id"] for item in first if "call_id" in item]
    assert ids[0] == ids[1] != ids[2] == ids[3]
    assert again[: len(first)] == first  # so that a server's cache finds it


def test_a_call_without_an_output_and_an_output_without_a_call_are_left_out() -> None:
    assert sent(USER, call("a"), USER, output("b"), call("c"), output("c")) == sent(USER, USER, call("c"), output("c"))


def test_a_call_that_was_answered_twice_has_its_first_answer() -> None:
    assert sent(call("a"), output("a", "1"), output("a", "2")) == sent(call("a"), output("a", "1"))


def test_arguments_that_are_no_json_object_are_not_sent_back() -> None:
    assert [item["arguments"] for item in sent(call("a", arguments='{"te'), output("a")) if "arguments" in item] == [
        "{}"
    ]


@pytest.mark.parametrize("origin", [CHAT, RESPONSES])
def test_what_another_model_made_goes_without_its_ids_and_its_reasoning(origin: Origin) -> None:
    made = {"origin": {"model": "other", "server": "elsewhere", "api": "responses", "call_id": "x"}}
    items = sent(
        USER,
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "zz", "provider_data": made},
        call("a", id="fc_1", provider_data=made),
        output("a"),
        {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "provider_data": made,
         "content": [{"type": "output_text", "text": "Seven.", "annotations": [{"type": "url_citation"}]}]},
        {"type": "web_search_call", "id": "ws_1", "status": "completed", "provider_data": made},
        origin=origin,
    )  # fmt: skip
    assert "rs_1" not in str(items)
    assert "fc_1" not in str(items)
    assert "msg_1" not in str(items)
    assert "ws_1" not in str(items)
    assert "Seven." in str(items)
    assert "seven" in str(items)


def test_reasoning_goes_with_what_it_led_to_or_not_at_all() -> None:
    mine = {"origin": {"model": "house", "server": "127.0.0.1:1", "api": "responses"}}
    thought = {"type": "reasoning", "id": "rs_1", "summary": [], "provider_data": mine}
    result = sent(USER, thought, call("a", provider_data=mine), output("a"))
    assert [item["type"] for item in result] == ["message", "reasoning", "function_call", "function_call_output"]
    assert "provider_data" not in str(result)  # the Agents SDK would take it for another server's
    assert [item["type"] for item in sent(USER, thought, thought, USER)] == ["message", "message"]
    assert "rs_1" not in str(sent(USER, thought, call("a"), output("a"), bare=True))


def test_what_a_server_stored_is_not_referred_to_in_a_later_turn() -> None:
    """It deletes it after a while, and with zero data retention at once."""
    record = [{"type": "reasoning", "id": "rs_1", "summary": []}, call("a", id="fc_1"), output("a")]
    assert "rs_1" not in str(remembered(record))
    assert "fc_1" not in str(remembered(record))


@pytest.mark.parametrize("origin", [CHAT, RESPONSES])
@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([{"type": "mcp_call", "id": "mcp_1", "name": "find.it", "server_label": "s", "arguments": "{}",
           "output": "found it"}], ("find_it", "found it")),
        ([{"type": "code_interpreter_call", "id": "ci_1", "code": "1+1", "container_id": "c", "status": "completed",
           "outputs": [{"type": "logs", "logs": "2!"}]}], ("1+1", "2!")),
        ([{"type": "file_search_call", "id": "fs_1", "queries": ["tea"], "status": "completed",
           "results": [{"text": "steep it"}]}], ("tea", "steep it")),
        ([{"type": "shell_call", "id": "sh_1", "call_id": "c1", "action": {"commands": ["ls -l"]}},
          {"type": "shell_call_output", "call_id": "c1", "output": [{"stdout": "a.txt"}]}], ("ls -l", "a.txt")),
    ],
)  # fmt: skip
def test_tools_of_a_provider_are_remembered_by_any_model(
    items: list[dict[str, Any]], expected: tuple[str, ...], origin: Origin
) -> None:
    replayed = sent(USER, *remembered(items), USER, origin=origin)
    assert {item["type"] for item in replayed} <= {"message", "function_call", "function_call_output"}
    for word in expected:
        assert word in str(replayed)


def test_the_output_of_a_call_that_is_not_there_any_more_is_left_out() -> None:
    assert sent(USER, {"type": "computer_call_output", "call_id": "x", "output": {}}) == [USER]
    lost = {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True}
    assert sent(USER, lost) == [USER]


def test_halves_of_surrogates_are_joined_before_they_are_sent() -> None:
    halves = {"type": "message", "role": "user", "content": "tea \ud83c\udf75 and \ud83c"}
    assert sent(halves)[0]["content"] == "tea \U0001f375 and \ufffd"


def test_a_stopped_answer_after_a_tool_comes_between_it_and_the_next_message_over_chat_completions() -> None:
    kinds = [item.get("role") or item["type"] for item in sent(USER, call("a"), output("a"), USER, origin=CHAT)]
    assert kinds == ["user", "function_call", "function_call_output", "assistant", "user"]


# Too long


def test_a_long_conversation_loses_its_older_turns_first_and_never_the_last_message() -> None:
    def turn(text: str) -> dict[str, Any]:
        return {"type": "message", "role": "user", "content": text}

    items: list[Any] = [turn("a" * 100), turn("b" * 100), turn("c" * 300)]
    shorter = shorten(items)
    assert shorter is not None
    assert [str(item.get("content"))[0] for item in shorter] == ["c"]
    assert shorten(shorter) is None


def test_a_turn_that_is_too_long_by_itself_has_its_longest_output_halved() -> None:
    listed = {**output("b"), "output": [{"type": "input_text", "text": "y" * 9000}]}
    items: list[TResponseInputItem] = [USER, call("a"), output("a", "x" * 3000), call("b"), listed]  # type: ignore[list-item]  # pyright: ignore[reportAssignmentType]
    shorter = shorten(items)
    assert shorter is not None
    assert "cut" in str(shorter[-1])
    assert size_of(shorter) < size_of(items)
