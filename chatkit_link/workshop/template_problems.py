"""Mistakes of a template at their places: of its own text, and of what it renders to."""

from collections.abc import Iterable
from typing import Any

from jinja2 import TemplateSyntaxError, UndefinedError

from chatkit_link.widgets import json_text
from chatkit_link.widgets.errors import WidgetError
from chatkit_link.widgets.json_text import Located, Mistake, Span
from chatkit_link.widgets.source_map import SourceMap
from chatkit_link.widgets.template_tokens import TemplateTokens
from chatkit_link.widgets.templates import FAILURES, Template
from chatkit_link.workshop.problems import Place, Text, flattened, path_of


class TemplateProblems:
    """One template. After ``trace``, places in its tree can be asked for."""

    def __init__(self, found: TemplateTokens) -> None:
        self._tokens = found
        self._text = Text("template", found.text)
        self._map: SourceMap | None = None
        self._tree: Located | None = None
        self._data: dict[str, Any] = {}
        self._template: Template | None = None
        #: What is not JSON, read as what it was probably meant to be.
        self.mended_tree: Any = None

    def place(self, span: Span | None) -> Place | None:
        """The lines and columns of a part of the template."""
        return self._text.place(span) if span else None

    def named(self, name: str) -> Span | None:
        """Where a name is first used."""
        return self._tokens.named(name)

    def syntax(self, error: WidgetError) -> tuple[Span | None, str]:
        """The place and the words of what keeps it from being compiled."""
        if isinstance(error.__cause__, TemplateSyntaxError):
            return self._tokens.syntax(error.__cause__)
        return Span(0, min(1, len(self._text.text))), error.reason

    def trace(self, template: Template, data: dict[str, Any]) -> None:
        """From now on, places are those of the tree that this data renders to."""
        self._template, self._data = template, data

    def of_tree(self, path: str, *, of_name: bool) -> Span | None:
        """The part of the template that wrote a value of the tree, or its name."""
        if self._template is not None:
            self._map = _traced(self._template, self._data)
            self._template = None
            if self._map is not None:
                located = json_text.read(self._map.text, lenient=True, multiline=True)[0]
                self._tree = flattened(located) if located else None
        if self._map is None or self._tree is None:
            return None
        parts = path_of(path)
        owner = self._tree.nearest(parts[:-1])
        if of_name and parts and parts[-1] in owner.keys:
            return self._map.source(owner.keys[str(parts[-1])])
        found = self._tree.nearest(parts)
        if isinstance(found.value, dict) and "type" in found.members:
            found = found.members["type"]  # all of a node underlined says nothing
        return self._map.source(found.span)

    def is_literal(self, span: Span | None) -> bool:
        """Whether a part is written as it stands, and not by an expression."""
        return span is not None and not self._text.text.startswith("{{", span.start)

    def not_rendered(
        self, template: Template, error: WidgetError, names: Iterable[str]
    ) -> list[tuple[Span | None, str, str]]:
        """Place, words and the name that it is about, for each reason why there is no tree."""
        cause = error.__cause__
        line = _line(cause)
        if isinstance(cause, UndefinedError):
            span, reason = self._tokens.undefined(cause, line, names)
            return [(span, reason, self._text.text[span.start : span.end].strip("'\""))]
        if not isinstance(cause, ValueError) or "does not render to JSON" not in str(cause):
            return [(self._tokens.line(line) if line else Span(0, 1), error.reason, "")]
        self._map = _traced(template, template.example or {})
        located, mistakes = json_text.read(self._map.text, lenient=True) if self._map else (None, [])
        if located is not None and not any(mistake.breaks for mistake in mistakes):
            self._tree = flattened(located)
            self.mended_tree = self._tree.value
        return [self._about(mistake) for mistake in mistakes] or [(Span(0, 1), error.reason, "")]

    def _about(self, mistake: Mistake) -> tuple[Span | None, str, str]:
        """A mistake of the rendered JSON, said of the template."""
        assert self._map is not None
        span = self._map.source(mistake.span)
        piece = self._map.piece(mistake.span.start)
        reason = f"it does not render to JSON: {mistake.reason}"
        if piece and not piece[0].verbatim:
            written = self._text.text[piece[0].source.start : piece[0].source.end]
            span = piece[0].source
            if "tojson" not in written and "(" not in written:
                inner = written.strip("{}-+ ")
                reason += f"; write {{{{ {inner} | tojson }}}}"
        return span, reason, ""


def _traced(template: Template, data: dict[str, Any]) -> SourceMap | None:
    try:
        return template.traced(data)
    except FAILURES:
        return None


def _line(cause: BaseException | None) -> int | None:
    """The line of the template that Jinja2 was at, where it knows."""
    if isinstance(line := getattr(cause, "lineno", None), int) and hasattr(cause, "source"):
        return line
    at, found = cause.__traceback__ if cause else None, None
    while at is not None:
        if at.tb_frame.f_code.co_filename == "<template>":
            found = at.tb_lineno
        at = at.tb_next
    return found
