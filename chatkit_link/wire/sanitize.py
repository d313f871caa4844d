"""What PostgreSQL's text and JSONB refuse: NUL and lone surrogates (RFC 8259 section 8.2).

A pasted NUL must not lose the message it came in, so it is dropped, and half a surrogate pair
becomes U+FFFD, the replacement character. Two halves that belong together are one character again.
"""

import re
from typing import Any, cast

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_json

_SURROGATE = re.compile("[\ud800-\udfff]")
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
        text = value.model_dump_json(exclude=exclude) if isinstance(value, BaseModel) else to_json(value).decode()
    except (PydanticSerializationError, UnicodeEncodeError):  # a lone surrogate somewhere inside
        plain = value.model_dump(exclude=exclude) if isinstance(value, BaseModel) else value
        text = to_json(clean_value(plain)).decode()
    return JsonText(clean_json(text))
