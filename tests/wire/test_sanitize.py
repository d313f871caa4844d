"""JSON from outside, and JSON to a database and a browser."""

import json
import math
import time
from typing import Any

import pytest
from chatkit.types import AssistantMessageContent, ProgressUpdateEvent, WidgetItem
from chatkit.widgets import DynamicWidgetRoot

from chatkit_link.wire.encoding import encode
from chatkit_link.wire.sanitize import BeyondJson, plain_json, to_json_text


@pytest.mark.parametrize(
    "body",
    [
        "1e999",
        "-1e999",
        "[NaN]",
        '{"a": -Infinity}',
        "9" * 400,
        "1e400",
        "1E+0400",
        "1" + "0" * 310 + ".5",
        "9" * 5000,
        "1" * 250 + "e99",
        "-" + "9" * 215 + ".5E+95",
    ],
)
def test_a_number_that_json_does_not_have_is_refused(body: str) -> None:
    with pytest.raises(BeyondJson):
        plain_json(body.encode())


@pytest.mark.parametrize(
    ("body", "plain"),
    [
        (b'{"a": 1e300}', {"a": 1e300}),
        (b"[1e-9999]", [0.0]),
        (b"9" * 305, int("9" * 305)),
        (b'["NaN", "Infinity", "1e999", "\\u0000\\ud800"]', ["NaN", "Infinity", "1e999", "\ufffd"]),
        (b'{"a": 1, "a": 1e200}', {"a": 1e200}),
        (b'"\\\\u0000"', "\\u0000"),
    ],
    ids=str,
)
def test_what_json_has_is_the_same_afterwards(body: bytes, plain: Any) -> None:
    assert json.loads(plain_json(body)) == plain


@pytest.mark.parametrize(
    "body", [b"NaN" + b"\xff", b"[" * 100_000 + b"NaN", b"\x00", '"NaN"'.encode("utf-16"), b"NaN,"]
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of whichever parser
        plain_json(body)


@pytest.mark.parametrize("part", [b"1" * 299 + b"x", b"1e12 ", b"e", b"N", b"Infinit", b"\\u", b"0" * 64])
def test_no_body_takes_long_to_look_at(part: bytes) -> None:
    body = (b'"' + part * (2_000_000 // len(part)) + b'"').replace(b"\\u", b"\\\\u")
    started = time.process_time()
    plain_json(body)
    assert time.process_time() - started < 1


def test_a_number_that_is_none_is_null_for_the_database_and_the_browser() -> None:
    odd = {"a": [math.inf, -math.inf, math.nan, 1.5], "b": "\ud83d\x00"}
    for text in (to_json_text(odd), to_json_text({"a": odd["a"]})):
        assert json.loads(text, parse_constant=pytest.fail)["a"] == [None, None, None, 1.5]
    widget = DynamicWidgetRoot.model_validate({"type": "Card", "children": [{"type": "Text", "value": math.nan}]})
    item = WidgetItem(id="i", thread_id="t", created_at="2026-01-01T00:00:00Z", widget=widget)  # type: ignore[arg-type]
    for model in (item, ProgressUpdateEvent(text="\ud83d"), AssistantMessageContent(text="\ud83d")):
        json.loads(encode(model), parse_constant=pytest.fail)
        json.loads(to_json_text(model), parse_constant=pytest.fail)
