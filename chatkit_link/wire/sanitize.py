"""What PostgreSQL's text and JSONB refuse: NUL, lone surrogates (RFC 8259 section 8.2), and numbers that are none.

A pasted NUL must not lose the message it came in, so it is dropped, and half a surrogate pair
becomes U+FFFD, the replacement character. Two halves that belong together are one character again.

NaN and the infinities are no JSON, though parsers and writers of Python take and make them; a page could not read
what holds one. In a request (``plain_json``) they are refused, and so is a number that becomes one, such as 1e999. What
a tool or a model made is stored and sent with null in their place, as JavaScript writes them.
"""

import json
import math
import re
from typing import Any, NoReturn, cast

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_json

_SURROGATE = re.compile("[\ud800-\udfff]")
#: What may hide a NUL, half a surrogate pair or a number beyond JSON in JSON text; anything else is plain.
_SUSPECT = (b"\x00", b"\\u0000", b"\\ud", b"\\uD", b"NaN", b"Infinity")
#: Its exponent has three digits, or so many are in front of one that has two.
_LARGE_NUMBER = (re.compile(rb"[eE](?<=[0-9][eE])\+?[0-9]{3}"), re.compile(rb"(?<![0-9])[0-9]{200}"))
_LONGEST_INTEGER = 300
_ESCAPED_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def clean_text(text: str) -> str:
    """The same text without what a database cannot hold."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return whole_text(text)


def whole_text(text: str) -> str:
    """The same text with halves of surrogate pairs joined; one that stands alone becomes U+FFFD."""
    if text.isascii() or not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def clean_value(value: Any) -> Any:
    """The same JSON value with every string in it cleaned, keys included."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [clean_value(part) for part in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {clean_text(key): clean_value(part) for key, part in cast("dict[str, Any]", value).items()}
    return value


def clean_json(text: str) -> str:
    """The same JSON text without escaped NULs (pydantic writes no lone surrogate: it cannot encode one)."""
    return _ESCAPED_NUL.sub(r"\1", text) if "\\u0000" in text else text


class BeyondJson(ValueError):
    """A number that no JSON document has: NaN, Infinity, or one that is larger than a double can be."""


def plain_json(body: bytes) -> bytes:
    """JSON from outside as every parser takes it: without NUL and lone surrogates, and with finite numbers only.

    Raises:
        BeyondJson: one of its numbers is none.
        ValueError: it is no JSON. What has nothing suspect in it is not looked at.
    """
    if not (any(part in body for part in _SUSPECT) or any(large.search(body) for large in _LARGE_NUMBER)):
        return body
    try:
        # By itself, json would also take UTF-16, in which brackets are not the bytes that were counted.
        value = json.loads(
            body.decode(), strict=False, parse_constant=_no_number, parse_float=_finite, parse_int=_integer
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return to_json(clean_value(value))


def _no_number(_name: str) -> NoReturn:
    raise BeyondJson("a number that is none")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise BeyondJson("a number that is too large")
    return number


def _integer(text: str) -> int:
    if len(text) > _LONGEST_INTEGER:
        _finite(text)
    return int(text)


class JsonText(str):
    """Text that is JSON already, so that a model is written once and never passes through a dict."""

    __slots__ = ()


def to_json_text(value: Any, *, exclude: set[str] | None = None) -> JsonText:
    """JSON that a JSONB column takes, of a model (without its fields ``exclude``) or a plain value.

    None stays None: leaving it out would also thin out what a tool was given and what it answered.
    """
    if isinstance(value, JsonText):
        return value
    try:
        text = value.model_dump_json(exclude=exclude) if isinstance(value, BaseModel) else _written(value)
    except (PydanticSerializationError, UnicodeEncodeError):  # a lone surrogate somewhere inside
        plain = value.model_dump(exclude=exclude) if isinstance(value, BaseModel) else value
        text = _written(clean_value(plain))
    return JsonText(clean_json(text))


def _written(value: Any) -> str:
    return to_json(value, inf_nan_mode="null").decode()
