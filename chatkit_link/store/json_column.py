"""JSONB values as Python's. What the parser refuses is no error, which would take all rows of its statement with it."""

from typing import Any

from pydantic_core import from_json


class UnreadableJson(str):
    """The text of a value that the parser refuses. It is no value of the expected shape, whatever that is."""

    __slots__ = ()


def decode_json(text: str) -> Any:
    """A JSONB value, or its text where it is nested deeper than the parser goes."""
    try:
        return from_json(text)
    except ValueError:
        return UnreadableJson(text)
