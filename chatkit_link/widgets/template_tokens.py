"""The tokens of a template with their offsets, and what Jinja2 calls an error, found among them.

Jinja2 knows lines. A person looks for a word, so an error is put at the word that it is about.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from typing import Final, cast

from jinja2 import Environment, TemplateSyntaxError, UndefinedError

from chatkit_link.widgets.json_text import Span

_ENDS: Final = {
    name: f"end{name}" for name in ("for", "if", "macro", "set", "call", "filter", "with", "block", "raw", "autoescape")
}
_TAGS: Final = (*_ENDS, *_ENDS.values(), "else", "elif", "print")
_QUOTED = re.compile(r"'([^']*)'")


@dataclass(frozen=True, slots=True)
class Token:
    """kind, value: as Jinja2's lexer names and cuts them."""

    span: Span
    kind: str
    value: str
    line: int


def normalized(text: str) -> str:
    """With the line breaks that Jinja2 makes of it: offsets are those of this text."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def tokens(environment: Environment, text: str) -> tuple[list[Token], TemplateSyntaxError | None]:
    """The tokens up to where the lexer fails, and why it does."""
    text = normalized(text)
    found: list[Token] = []
    at = 0
    try:
        for line, kind, value in environment.lexer.tokeniter(text, None):
            while not text.startswith(value, at) and text[at : at + 1].isspace():
                at += 1  # what a minus before a tag has cut off
            found.append(Token(Span(at, at + len(value)), kind, value, line))
            at += len(value)
    except TemplateSyntaxError as error:
        return found, error
    return found, None


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a message: what somebody means who writes a name that is not known."""
    names = {one.lower(): one for one in known}
    close = get_close_matches(name.lower(), names, n=1, cutoff=0.65)
    return f": did you mean {names[close[0]]}?" if close else ""


class TemplateTokens:
    """The tokens of one template, to look for the place of an error."""

    def __init__(self, environment: Environment, text: str) -> None:
        self.text = normalized(text)
        self.all, self.failure = tokens(environment, text)
        self._environment = environment

    def named(self, name: str, line: int | None = None) -> Span | None:
        """The first place of a name, in that line if it is there."""
        found = [
            token
            for token in self.all
            if (token.kind == "name" and token.value == name) or (token.kind == "string" and token.value[1:-1] == name)
        ]
        here = [token for token in found if token.line == line]
        return (here or found)[0].span if found else None

    def line(self, number: int) -> Span:
        """What Jinja2 has to say in a line: its first tag or expression, or all of the line."""
        for kind in ("variable", "block"):
            begin = next((at for at, t in enumerate(self.all) if t.line == number and t.kind == f"{kind}_begin"), None)
            if begin is not None:
                end = next((t for t in self.all[begin:] if t.kind == f"{kind}_end"), self.all[-1])
                return Span(self.all[begin].span.start, end.span.end)
        start = sum(len(line) + 1 for line in self.text.split("\n")[: number - 1])
        written = self.text[start:].partition("\n")[0]
        return Span(start + len(written) - len(written.lstrip()), start + len(written))

    def syntax(self, error: TemplateSyntaxError) -> tuple[Span, str]:
        """Where the template is not what Jinja2 can read, and why."""
        message = (error.message or "").rstrip(".")
        names = _QUOTED.findall(message)
        if message.startswith("Encountered unknown tag"):
            return self._unknown_tag(names[0], error.lineno)
        if message.startswith(("No filter named", "No test named")):
            return self._unknown_filter(names[0], error.lineno, message)
        if message.startswith(("Unexpected end of", "unexpected end of", "Missing end of", "unexpected '}'")):
            return self._unclosed(error.lineno, message)
        if at := re.match(r"unexpected char (.+) at (\d+)", message):
            start = int(at.group(2))
            return Span(start, start + 1), f"{at.group(1)} cannot stand here"
        if got := re.match(r"expected token '(.+)', got '(.+)'", message):
            expected, there = got.groups()
            return self._written(there, error.lineno), f"{there!r} cannot stand here: {_in_words(expected)} is expected"
        place = self._written(names[0], error.lineno) if names else self.line(error.lineno)
        return place, message[:1].lower() + message[1:]

    def undefined(self, error: UndefinedError, line: int | None, known: Iterable[str]) -> tuple[Span, str]:
        """The place of a name that the data does not have."""
        message = str(error.message or "it uses what the data does not have")
        names = _QUOTED.findall(message)
        name = names[-1] if names else ""
        place = self.named(name, line) or self.line(line or 1)
        known = sorted({*known, *self._own_names()} - {name})
        if message == f"{name!r} is undefined":
            return place, f"{message}{nearest(name, known) or '; neither the data nor the template has it'}"
        return place, f"{message}{nearest(name, known)}"

    def _own_names(self) -> set[str]:
        """The names that loops, macros and assignments make."""
        pairs = [t for t in self.all if t.kind != "whitespace"]
        return {
            name.value for tag, name in pairwise(pairs) if name.kind == "name" and tag.value in ("for", "set", "macro")
        }

    def _written(self, value: str, line: int) -> Span:
        """The first token of that value in a line, else the line."""
        inside = [t for t in self.all if t.line == line and t.kind not in ("data", "whitespace")]
        return next((t.span for t in inside if t.value == value), self.line(line))

    def _tags(self) -> list[tuple[str, Token]]:
        """The name of each tag, and where it begins."""
        found: list[tuple[str, Token]] = []
        for at, token in enumerate(self.all):
            if token.kind == "block_begin":
                name = next((t for t in self.all[at + 1 :] if t.kind != "whitespace"), None)
                if name is not None and name.kind == "name":
                    found.append((name.value, name))
            elif token.kind == "raw_begin":
                found.append(("raw", token))
            elif token.kind == "raw_end":
                found.append(("endraw", token))
        return found

    def _open(self, until: int | None = None) -> list[tuple[str, Token]]:
        """The blocks that are open at an offset, or at the end."""
        stack: list[tuple[str, Token]] = []
        for name, token in self._tags():
            if until is not None and token.span.start >= until:
                break
            if name in _ENDS and not (name == "set" and self._is_short(token)):
                stack.append((name, token))
            elif stack and name == _ENDS[stack[-1][0]]:
                stack.pop()
        return stack

    def _is_short(self, tag: Token) -> bool:
        """Whether it is ``{% set a = 1 %}``, which has no end."""
        behind = self.all[self.all.index(tag) :]
        end = next((at for at, t in enumerate(behind) if t.kind == "block_end"), len(behind))
        return any(t.kind == "operator" and t.value == "=" for t in behind[:end])

    def _unknown_tag(self, name: str, line: int) -> tuple[Span, str]:
        token = next((t for tag, t in self._tags() if tag == name and t.line >= line), None)
        place = token.span if token else self.line(line)
        is_open = self._open(place.start)
        inner = f"; {{% {is_open[-1][0]} %}} of line {is_open[-1][1].line} is still open" if is_open else ""
        if name in _TAGS and is_open:
            return place, f"{{% {name} %}} cannot stand here, {{% {_ENDS[is_open[-1][0]]} %}} is expected{inner}"
        if name in _TAGS:
            return place, f"there is nothing that {{% {name} %}} could belong to"
        wanted = (_ENDS[is_open[-1][0]],) if is_open and name.startswith("end") else _TAGS
        return place, f"there is no tag {name!r}{nearest(name, wanted) or nearest(name, _TAGS)}{inner}"

    def _unknown_filter(self, name: str, line: int, message: str) -> tuple[Span, str]:
        what = "filter" if "filter" in message else "test"
        known = cast("dict[str, object]", vars(self._environment)[f"{what}s"])
        named = [one for one in known if not one.startswith("(")]
        return self.named(name, line) or self.line(line), f"there is no {what} {name!r}{nearest(name, named)}"

    def _unclosed(self, line: int, message: str) -> tuple[Span, str]:
        begin = next((t for t in reversed(self.all) if t.kind.endswith(("_begin", "_end"))), None)
        if begin is not None and begin.kind.endswith("_begin") and begin.kind != "raw_begin":
            closing = {"variable_begin": "}}", "block_begin": "%}"}.get(begin.kind, "#}")
            return begin.span, f"this {begin.value} is never closed: {closing} is missing"
        if is_open := self._open():
            name, token = is_open[-1]
            return token.span, f"{{% {name} %}} is never closed: {{% {_ENDS[name]} %}} is missing"
        return self.line(line), message[:1].lower() + message[1:]


def _in_words(expected: str) -> str:
    return {"end of print statement": "}}", "end of statement block": "%}"}.get(expected, expected)


def pairs_of(found: Sequence[Token], kind: str) -> list[Span]:
    """From each beginning of that kind to its end."""
    spans: list[Span] = []
    for at, token in enumerate(found):
        if token.kind == f"{kind}_begin":
            end = next((t for t in found[at:] if t.kind == f"{kind}_end"), token)
            spans.append(Span(token.span.start, end.span.end))
    return spans
