"""From a place in what a template rendered to the place in the template that wrote it.

The template is rendered once more with a mark before each piece: what it writes as it is, and each expression. The
marks are then taken out, and say which piece every character came from. Where marks change what is rendered, as in a
comparison of what a macro writes, there is no map.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

from jinja2 import nodes

from chatkit_link.widgets.json_text import Span
from chatkit_link.widgets.template_tokens import TemplateTokens, pairs_of

_MARK = re.compile("\ue000([0-9]+)\ue001")


@dataclass(frozen=True, slots=True)
class Piece:
    """verbatim: written as it stands there, so that an offset in it is one in the template."""

    source: Span
    verbatim: bool


@dataclass(frozen=True, slots=True)
class SourceMap:
    """starts: where in the text each of the pieces begins."""

    text: str
    starts: list[int]
    pieces: list[Piece]

    def piece(self, offset: int) -> tuple[Piece, int] | None:
        """What wrote the character at an offset, and how far into it that is."""
        at = bisect_right(self.starts, offset) - 1
        return (self.pieces[at], offset - self.starts[at]) if at >= 0 else None

    def source(self, rendered: Span) -> Span | None:
        """The part of the template that wrote a part of the text."""
        first = self.piece(rendered.start)
        if first is None:
            return None
        start = first[0].source.start + first[1] if first[0].verbatim else first[0].source.start
        last = self.piece(max(rendered.end - 1, rendered.start)) or first
        end = last[0].source.start + last[1] + 1 if last[0].verbatim else last[0].source.end
        if end <= start:  # begun in one place and ended in another before it, as by a macro
            end = first[0].source.end
        return Span(start, end)


def mark(parsed: nodes.Template, found: TemplateTokens) -> list[Piece]:
    """Puts marks into a parsed template, and gives the pieces by their numbers."""
    data = [token.span for token in found.all if token.kind == "data" and token.value]
    expressions = pairs_of(found.all, "variable")
    texts = list(parsed.find_all(nodes.Output))
    parts = [part for output in texts for part in output.nodes]
    others = [part for part in parts if not isinstance(part, nodes.TemplateData)]
    if len(data) != len(parts) - len(others):
        return []
    exact = len(expressions) == len(others)
    pieces: list[Piece] = []
    at_data, at_others = iter(data), iter(expressions)
    for output in texts:
        marked: list[nodes.Expr] = []
        for part in output.nodes:
            if isinstance(part, nodes.TemplateData):
                pieces.append(Piece(next(at_data), verbatim=True))
                part.data = f"{_mark(len(pieces) - 1)}{part.data}"
            else:
                source = next(at_others) if exact else found.line(part.lineno)
                pieces.append(Piece(source, verbatim=False))
                marked.append(nodes.TemplateData(_mark(len(pieces) - 1), lineno=part.lineno))
            marked.append(part)
        output.nodes = marked
    return pieces


def unmarked(rendered: str, pieces: list[Piece]) -> SourceMap:
    """What was rendered with marks, without them."""
    parts = _MARK.split(rendered)
    text, starts, found = parts[0], [0] if parts[0] else [], [Piece(Span(0, 0), verbatim=False)] if parts[0] else []
    texts = [text]
    size = len(text)
    for number, written in zip(parts[1::2], parts[2::2], strict=True):
        if written:
            starts.append(size)
            found.append(pieces[int(number)])
            texts.append(written)
            size += len(written)
    return SourceMap("".join(texts), starts, found)


def _mark(number: int) -> str:
    return f"\ue000{number}\ue001"
