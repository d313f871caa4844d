"""What a format is, how it is applied to a setting, and the formats of plain lines and JSON."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo

# White space of any script, and characters that take no room: zero-width ones, marks of direction, the byte order mark.
_BLANK = r"[\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+"
_AROUND = re.compile(f"^{_BLANK}|{_BLANK}$")
_QUOTES = {'"': '"', "'": "'", "`": "`", "\u201c": "\u201d", "\u201e": "\u201c", "\u2018": "\u2019", "\u00ab": "\u00bb"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
#: The full-width forms of ASCII, which an input method for Chinese or Japanese writes.
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


class RefusedValue(ValueError):
    """A value that its setting cannot have. The message has the variable's name, and never the value.

    It is a ``ValueError`` so that pydantic goes on with the other settings and reports all of them together.
    """


@dataclass(frozen=True, slots=True)
class Format:
    """How the text of a setting is read. It stands in the setting's type: ``Annotated[str, WEB_ADDRESS]``.

    read: takes the text without what surrounds it, and the variable's name for the message of a refusal.
    quotes: whether quotes around the text are removed, too.
    """

    read: Callable[[str, str], Any]
    quotes: bool = True


def read_text(value: Any, field: FieldInfo, name: str) -> Any:
    """A setting's value as the rest of the program may use it; what is not text is left alone.

    Raises:
        RefusedValue: the setting cannot have this value.
    """
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str) or not text:
        return value
    form = next((mark for mark in field.metadata if isinstance(mark, Format)), LINE)
    stripped = cut(text, quotes=form.quotes)
    # Nothing but white space is as good as nothing, which is read as unset.
    return form.read(stripped, variable(field, name)) if stripped else field.get_default(call_default_factory=True)


def variable(field: FieldInfo, name: str) -> str:
    """A setting's variable as messages name it: those that other software uses, and ours."""
    own, *shared = variables(field, name)
    return f"{' or '.join(shared)} (or {own})" if shared else own


def variables(field: FieldInfo, name: str) -> list[str]:
    """The environment variables that a setting is read from; the first one that is set counts."""
    if isinstance(field.validation_alias, AliasChoices):
        return [str(choice) for choice in field.validation_alias.choices]
    return [f"CHATKIT_LINK_{name.upper()}"]


def cut(text: str, *, quotes: bool = True) -> str:
    """``text`` without what surrounds it: white space, invisible characters, and quotes in pairs."""
    while True:
        before = text
        text = _AROUND.sub("", text)
        if quotes and len(text) > 1 and _QUOTES.get(text[0]) == text[-1]:
            text = text[1:-1]
        if text == before:
            return text


def has_control(text: str) -> bool:
    """Whether a line break or another control character is inside."""
    return _CONTROL.search(text) is not None


def read_line(text: str, name: str) -> str:
    if has_control(text):
        raise RefusedValue(f"{name} has a line break or another control character inside: remove it.")
    return text


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        place = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise RefusedValue(f"{name} is not valid JSON{place}.") from None


#: A line of text, which every setting without another format is.
LINE = Format(read_line)
#: A line in which quotes mean something.
QUOTED_LINE = Format(read_line, quotes=False)
#: JSON, over several lines if need be.
JSON = Format(_json)
