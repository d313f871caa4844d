"""JSON that a person typed, or that a template rendered: its values with their places, and every mistake in words.

The parser goes on behind a mistake, as a reader does, so that one text has all of its mistakes at once. Each is a span
of the text. ``lenient`` takes what ``builder_flaws.parse`` takes: commas too many, and Python's words for JSON's.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

DEEPEST: Final = 100
_MOST_MISTAKES: Final = 50
_SPACE = re.compile(r"\s*")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LONG_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])")
_WORD = re.compile(r"-?[A-Za-z_]\w*(?![\w ]*[^\s,\]}\w])")
_BARE_NAME = re.compile(r"'[^'\n]*'|[^\s:,\[\]{}\"]+")
_BARE = re.compile(r"'[^'\n]*'|[^,\[\]{}\"\n]+")
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|(\\.?)', re.DOTALL)
_WORDS: Final[dict[str, Any]] = {
    "true": True, "false": False, "null": None,
    "NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf"),
}  # fmt: skip
_PYTHONS_WORDS: Final[dict[str, Any]] = {"True": True, "False": False, "None": None, "undefined": None}


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets in a text, from 0; end is behind the last character."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """breaks: whether what follows it may only seem to be wrong, as after a bracket that is missing."""

    span: Span
    reason: str
    breaks: bool = False


@dataclass(slots=True)
class Located:
    """A value and where it stands. keys: where the names of an object's members stand."""

    value: Any
    span: Span
    keys: dict[str, Span] = field(default_factory=dict[str, Span])
    members: "dict[str, Located]" = field(default_factory=dict[str, "Located"])
    items: "list[Located]" = field(default_factory=list["Located"])

    def at(self, path: Iterable[str | int]) -> "Located | None":
        """The value that a path leads to; None where it leads nowhere."""
        found: Located | None = self
        for part in path:
            if found is None:
                return None
            if isinstance(part, int):
                found = found.items[part] if part < len(found.items) else None
            else:
                found = found.members.get(part)
        return found

    def nearest(self, path: Sequence[str | int]) -> "Located":
        """The value that as much of the path leads to as there is."""
        found = self
        for end in range(1, len(path) + 1):
            further = self.at(path[:end])
            if further is None:
                break
            found = further
        return found


def read(text: str, *, lenient: bool = False, multiline: bool = False) -> tuple[Located | None, list[Mistake]]:
    """What stands in the text, and its mistakes. multiline: texts may have line breaks in them."""
    reader = _Reader(text, lenient=lenient, multiline=multiline)
    try:
        found = reader.whole()
    except _TooManyError:
        found = None
    # Behind a bracket or a quote that is missing, nothing is where it seems to be.
    end = next((at for at, mistake in enumerate(reader.mistakes, 1) if mistake.breaks), None)
    return found, reader.mistakes[:end]


def pretty(value: Any) -> str:
    """As the editor shows it."""
    return json.dumps(value, ensure_ascii=False, indent=2)


class _TooManyError(Exception):
    """There is no sense in more mistakes, or in more depth."""


class _Reader:
    def __init__(self, text: str, *, lenient: bool, multiline: bool) -> None:
        self.mistakes: list[Mistake] = []
        self._text = text
        self._at = 0
        self._lenient = lenient
        self._string = _LONG_STRING if multiline else _STRING
        self._depth = 0

    def whole(self) -> Located | None:
        if not self._text.strip():
            self._wrong(0, len(self._text), "there is nothing here", breaks=True)
            return None
        self._skip()
        if self._peek() == "<":
            self._wrong(self._at, self._line_end(), "this looks like HTML or JSX: JSON is expected", breaks=True)
            return None
        found = self._value("")
        self._skip()
        while self._lenient and self._peek() == ",":
            self._at += 1
            self._skip()
        if self._at < len(self._text):
            self._wrong(self._at, self._line_end(), "there is more behind the end of the JSON", breaks=True)
        return found

    def _value(self, of: str) -> Located:
        """of: what the value belongs to, in words."""
        self._skip()
        start, first = self._at, self._peek()
        if first == "{":
            return self._nested(self._object)
        if first == "[":
            return self._nested(self._array)
        if first == '"':
            return Located(self._read_string(), Span(start, self._at))
        if first in ("", ",", ":", "]", "}"):
            end = start + 1 if first else start
            self._wrong(start, end, f"the value of {of!r} is missing" if of else "a value is missing", breaks=not first)
            return Located(None, Span(start, end))
        return self._word()

    def _nested(self, read_it: Any) -> Located:
        self._depth += 1
        if self._depth > DEEPEST:
            self._wrong(self._at, self._at + 1, f"nested deeper than {DEEPEST} levels", breaks=True)
            raise _TooManyError
        found: Located = read_it()
        self._depth -= 1
        return found

    def _object(self) -> Located:
        found = Located({}, Span(self._at, self._at + 1))
        self._at += 1
        while self._another(found, "}"):
            start = self._at
            name = self._name()
            if name is None:
                continue
            found.keys[name] = Span(start, self._at)
            self._skip()
            if self._peek() == ":":
                self._at += 1
            else:
                end = found.keys[name].end
                if self._peek() in ("", ",", "}", "]"):
                    self._wrong(start, end, f"a colon and a value are missing behind {name!r}")
                    continue
                self._wrong(start, end, f"a colon is missing behind {name!r}")
            member = self._value(name)
            found.members[name] = member
            found.value[name] = member.value
        found.span = Span(found.span.start, self._at)
        return found

    def _array(self) -> Located:
        found = Located([], Span(self._at, self._at + 1))
        self._at += 1
        while self._another(found, "]"):
            if self._peek() == ":":
                self._wrong(self._at, self._at + 1, "a list has no names: an object does, in { }")
                self._at += 1
                continue
            item = self._value("")
            found.items.append(item)
            found.value.append(item.value)
        found.span = Span(found.span.start, self._at)
        return found

    def _another(self, found: Located, closing: str) -> bool:
        """Whether there is another part, up to which it reads; else it reads the end, too."""
        comma = self._commas(found)
        first = self._peek()
        opening = "{" if closing == "}" else "["
        if first == "":
            self._wrong(found.span.start, found.span.start + 1, f"this {opening} is never closed", breaks=True)
            return False
        if first == closing:
            if comma is not None and not self._lenient:
                self._wrong(comma, comma + 1, f"this comma is one too many: {closing} follows")
            self._at += 1
            return False
        if first in "}]":
            self._wrong(self._at, self._at + 1, f"{closing} is missing before this {first}", breaks=True)
            self._at += self._depth == 1
            return False
        if (found.items or found.keys) and comma is None and (first in '"{[' or closing == "]"):
            end = len(self._text[: self._at].rstrip())
            self._wrong(end - 1, end, "a comma is missing behind this")
        return True

    def _commas(self, found: Located) -> int | None:
        """Reads commas; the place of the one before the next part, if there is one."""
        last: int | None = None
        self._skip()
        while self._peek() == ",":
            needless = last is not None or not (found.items or found.keys)
            if needless and not self._lenient:
                self._wrong(self._at, self._at + 1, "this comma is one too many")
            last = self._at
            self._at += 1
            self._skip()
        return last

    def _name(self) -> str | None:
        if self._peek() == '"':
            return self._read_string()
        bare = _BARE_NAME.match(self._text, self._at)
        if bare is None:
            self._wrong(self._at, self._at + 1, "a name in double quotes is missing here")
            if self._peek() == ":":
                self._at += 1
            else:
                self._value("")
            return None
        start, self._at, name = self._at, bare.end(), bare.group().strip("'")
        self._skip()
        if self._peek() != ":":
            self._wrong(start, bare.end(), f"{bare.group()[:40]!r} cannot stand here")
            return None
        self._wrong(start, bare.end(), f'a name stands in double quotes: "{name}"')
        self._at = bare.end()
        return name

    def _word(self) -> Located:
        start = self._at
        if number := _NUMBER.match(self._text, start):
            self._at = number.end()
            return Located(_number(number.group()), Span(start, self._at))
        words = _WORDS | _PYTHONS_WORDS if self._lenient else _WORDS
        if (word := _WORD.match(self._text, start)) and word.group() in words:
            self._at = word.end()
            return Located(words[word.group()], Span(start, self._at))
        bare = _BARE.match(self._text, start)
        self._at = bare.end() if bare else start + 1
        written = self._text[start : self._at].rstrip()
        self._wrong(start, start + len(written), _about_bare(written))
        return Located(written.strip("'"), Span(start, start + len(written)))

    def _read_string(self) -> str:
        start = self._at
        found = self._string.match(self._text, start)
        if found is None:
            self._at = self._line_end()
            self._wrong(start, self._at, "this text does not end: a double quote is missing", breaks=True)
            return self._text[start + 1 : self._at]
        self._at = found.end()
        try:
            return json.loads(found.group(), strict=False)
        except ValueError:
            for escape in _ESCAPE.finditer(self._text, start, self._at):
                if escape.group(1):
                    self._wrong(*escape.span(), f"JSON has no escape {escape.group()}: a backslash is \\\\")
            return found.group()[1:-1]

    def _wrong(self, start: int, end: int, reason: str, *, breaks: bool = False) -> None:
        self.mistakes.append(Mistake(Span(start, max(end, start)), reason, breaks))
        if len(self.mistakes) >= _MOST_MISTAKES:
            raise _TooManyError

    def _line_end(self) -> int:
        end = self._text.find("\n", self._at)
        return len(self._text) if end < 0 else end

    def _skip(self) -> None:
        self._at = _SPACE.match(self._text, self._at).end()  # pyright: ignore[reportOptionalMemberAccess] - it matches nothing, too

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]


def _number(written: str) -> Any:
    try:
        return json.loads(written)
    except ValueError:  # more digits than Python reads
        return float(written)


def _about_bare(written: str) -> str:
    if written.startswith("'"):
        return "a text stands in double quotes"
    if written in _PYTHONS_WORDS:
        return f"{written} is {json.dumps(_PYTHONS_WORDS[written])} in JSON"
    return f"{written[:40]!r} is a text without double quotes"
