"""Requests that are too large in one way or another: refused quickly, with a message."""

import base64
import json
import time
from typing import Any

import pytest

from chatkit_link.errors import BadRequest, LinkError
from chatkit_link.protocol.request_parser import RequestParser
from chatkit_link.protocol.sizes import (
    MAX_ANSWERS,
    MAX_CURSOR,
    MAX_DEPTH,
    MAX_FILES,
    MAX_ID,
    MAX_METADATA,
    MAX_PARTS,
    MAX_TAG_DATA,
    check_depth,
)
from tests.limits.users import new_input

REQUESTS = RequestParser(max_payload=1000, max_audio=3000)
LONG = "x" * (MAX_ID + 1)
LARGE = {"type": "x", "payload": ["x" * 1000]}


def nested(depth: int) -> Any:
    value: Any = 1
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


def tag(**changes: Any) -> dict[str, Any]:
    return {"type": "input_tag", "id": "1", "text": "t", "data": {}} | changes


def create(**changes: Any) -> dict[str, Any]:
    return {"type": "threads.create", "params": {"input": new_input() | changes}}


def on_thread(kind: str, /, **params: Any) -> dict[str, Any]:
    return {"type": kind, "params": {"thread_id": "thr_1"} | params}


def audio(size: int, mime_type: str = "audio/webm") -> dict[str, Any]:
    text = base64.b64encode(bytes(size)).decode()
    return {"type": "input.transcribe", "params": {"audio_base64": text, "mime_type": mime_type}}


def answers(number: int, text: str = "x") -> dict[str, Any]:
    given = {str(index): {"values": [text]} for index in range(number)}
    return on_thread("threads.add_structured_input", item_id="m", input={"answers": given})


TOO_LARGE: dict[str, tuple[int, str, dict[str, Any]]] = {
    "an action's payload": (413, "payload", on_thread("threads.custom_action", action=LARGE)),
    "a sync action's payload": (413, "payload", on_thread("threads.sync_custom_action", action=LARGE)),
    "an action's type": (422, "type", on_thread("threads.custom_action", action={"type": LONG})),
    "a tool's output": (413, "output", on_thread("threads.add_client_tool_output", result={"a": "x" * 1000})),
    "an answer": (413, "answer", answers(1, "x" * 1000)),
    "answers": (413, "answers", answers(MAX_ANSWERS + 1)),
    "a tag's data": (413, "tag", create(content=[tag(data={"a": "x" * MAX_TAG_DATA})])),
    "a tag's id": (422, "tag", create(content=[tag(id=LONG)])),
    "a tag's group": (422, "tag", create(content=[tag(group=LONG)])),
    "the parts of a message": (413, "parts", create(content=[{"type": "input_text", "text": "x"}] * (MAX_PARTS + 1))),
    "the files of a message": (413, "files", create(attachments=["atc_1"] * (MAX_FILES + 1))),
    "a file's id": (422, "attachment", create(attachments=[LONG])),
    "a model's name": (422, "model", create(inference_options={"model": LONG})),
    "a tool's id": (422, "tool", create(inference_options={"tool_choice": {"id": LONG}})),
    "a thread's id": (422, "thread_id", on_thread("threads.get_by_id", thread_id=LONG)),
    "an item's id": (422, "item_id", on_thread("threads.retry_after_item", item_id=LONG)),
    "an attachment's id": (422, "attachment_id", {"type": "attachments.delete", "params": {"attachment_id": LONG}}),
    "an item's id in feedback": (422, "item", on_thread("items.feedback", item_ids=[LONG], kind="positive")),
    "a cursor": (422, "after", on_thread("items.list", after="x" * (MAX_CURSOR + 1))),
    "metadata": (413, "metadata", create() | {"metadata": {"a": "x" * MAX_METADATA}}),
    "audio": (413, "recording", audio(3001)),
    "a media type": (422, "mime_type", audio(3, LONG)),
}  # fmt: skip


@pytest.mark.parametrize(("status", "named", "body"), TOO_LARGE.values(), ids=TOO_LARGE)
def test_what_is_too_large_is_refused_with_a_message_that_names_it(
    status: int, named: str, body: dict[str, Any]
) -> None:
    with pytest.raises(LinkError) as refused:
        REQUESTS.parse(json.dumps(body).encode())
    assert refused.value.status == status
    assert named in refused.value.message
    assert refused.value.message.endswith(".")
    assert "xxx" not in refused.value.message


JUST_FITS = {
    "a payload": on_thread("threads.custom_action", action={"type": "x" * MAX_ID, "payload": "x" * 998}),
    "audio": audio(3000),
    "answers": answers(10),
    "parts": create(content=[{"type": "input_text", "text": "x"}] * MAX_PARTS),
    "an id": on_thread("threads.get_by_id", thread_id="x" * MAX_ID),
    "depth": on_thread("threads.custom_action", action={"type": "x", "payload": nested(MAX_DEPTH - 3)}),
    "brackets in a text": create(content=[{"type": "input_text", "text": '[{"\\' * 5000}]),
    "brackets side by side": on_thread("threads.add_client_tool_output", result=[[]] * 300),
}


@pytest.mark.parametrize("body", JUST_FITS.values(), ids=JUST_FITS)
def test_what_just_fits_is_taken(body: dict[str, Any]) -> None:
    REQUESTS.parse(json.dumps(body).encode())


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(on_thread("threads.custom_action", action={"type": "x", "payload": nested(MAX_DEPTH)})).encode(),
        b"[" * 1_000_000,
        b"[" * 500_000 + b"]" * 500_000,
        b'{"a":' * 200_000,
        b"[}" * 500_000,
        b'["\\"", ' * 200_000,
        b'"' + b"\\" * 999_999 + b"[" * 100,
        b'"\\"' * 300_000 + b"[" * 100,
        b"[]" * 30 + b"[" * 70,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_json_that_is_too_deep_is_refused_before_it_is_parsed_and_in_no_time(body: bytes) -> None:
    started = time.thread_time()
    with pytest.raises(BadRequest, match=r"nested more than 64 levels|not valid JSON"):
        REQUESTS.parse(body)
    assert time.thread_time() - started < 2.0


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32-le"])
@pytest.mark.parametrize("depth", [2, 100, 300])
def test_json_is_utf8_so_that_no_other_encoding_hides_its_depth(encoding: str, depth: int) -> None:
    """The letter is half a quotation mark in UTF-16: what follows it would be taken for a text, and not counted."""
    body = on_thread("threads.custom_action", action={"type": "\u0122", "payload": nested(depth)})
    with pytest.raises(BadRequest, match="not valid JSON"):
        REQUESTS.parse(json.dumps(body, ensure_ascii=False).encode(encoding))


@pytest.mark.parametrize("depth", [1, MAX_DEPTH - 1, MAX_DEPTH])
def test_the_depth_that_is_allowed_passes_the_scan(depth: int) -> None:
    check_depth(json.dumps([nested(depth - 1)] * 1 if depth > 1 else []).encode())


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, MAX_DEPTH * 2])
def test_one_level_more_does_not(depth: int) -> None:
    with pytest.raises(BadRequest):
        check_depth(json.dumps(nested(depth)).encode())


def test_a_body_of_two_megabytes_of_small_arrays_is_scanned_quickly() -> None:
    body = b"[" + b"[],{}," * 300_000 + b"1]"
    started = time.thread_time()
    check_depth(body)
    assert time.thread_time() - started < 1.0
