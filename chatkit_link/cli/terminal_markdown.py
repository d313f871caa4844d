"""Markdown for a terminal: headings at the left, code that can be copied, and tables that fit a narrow window.

Colours are the terminal's own sixteen, so that they go with a light and with a dark one; without colours
(``NO_COLOR``) weight and indentation say the same.
"""

from typing import Any, ClassVar, Final

from markdown_it import MarkdownIt
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown, MarkdownElement, TableElement
from rich.padding import Padding
from rich.segment import Segment
from rich.syntax import Syntax
from rich.text import Text
from rich.theme import Theme
from typing_extensions import override

_THEME: Final = Theme(
    {
        "markdown.h1": "bold underline",
        "markdown.h2": "bold",
        "markdown.h3": "bold",
        "markdown.h4": "bold dim",
        "markdown.code": "cyan",
        "markdown.code_block": "none",
        "markdown.block_quote": "dim",
        "markdown.item.bullet": "dim",
        "markdown.item.number": "dim",
        "markdown.link_url": "dim underline",
        "markdown.table.border": "dim",
        "markdown.table.header": "bold",
    }
)
#: Cells that a column needs to be read; a table with less room becomes a list.
_COLUMN: Final = 12
_PARSER: Final = MarkdownIt("commonmark").enable(["table", "strikethrough"])


class TerminalMarkdown:
    """Addresses are printed, to be read before they are opened: a terminal's own links hide them."""

    def __init__(self, source: str) -> None:
        self._document = _Document(source, hyperlinks=False)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        with console.use_theme(_THEME):
            lines = console.render_lines(self._document, options.update(height=None), pad=False)
        written = [at for at, line in enumerate(lines) if any(segment.text.strip() for segment in line)]
        for line in lines[written[0] : written[-1] + 1] if written else []:
            yield from _without_padding(line)
            yield Segment.line()


def _without_padding(line: list[Segment]) -> list[Segment]:
    """A line without the blanks at its end: what is copied has none."""
    end = len(line)
    while end and not line[end - 1].text.strip():
        end -= 1
    return [*line[: end - 1], Segment(line[end - 1].text.rstrip(), line[end - 1].style)] if end else []


def blocks_of(source: str) -> list[str]:
    """The paragraphs, lists, tables and pieces of code of a text, in order; only the last one may still grow."""
    tokens = _PARSER.parse(source)
    starts = [token.map[0] for token in tokens if token.level == 0 and token.nesting >= 0 and token.map]
    lines = source.splitlines()
    ends = [*starts[1:], len(lines)]
    return ["\n".join(lines[start:end]).rstrip() for start, end in zip(starts, ends, strict=True)]


class _Heading(Heading):
    LEVEL_ALIGN: ClassVar[dict[str, Any]] = dict.fromkeys(Heading.LEVEL_ALIGN, "left")


class _Code(CodeBlock):
    """Indented, without a frame: what is selected with the mouse is the code."""

    @override
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        code = str(self.text).rstrip()
        syntax = Syntax(code, self.lexer_name, theme="ansi_dark", background_color="default", word_wrap=True)
        yield Padding(syntax, (0, 0, 0, 4))


class _Table(TableElement):
    """As a table where its columns have room, else each row as a list of what its columns are called."""

    @override
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        names = [cell.content for cell in self.header.row.cells] if self.header and self.header.row else []
        rows = [[cell.content for cell in row.cells] for row in self.body.rows] if self.body else []
        widest = [max(map(_width, column)) for column in zip(names, *rows, strict=False)]
        if sum(min(width, _COLUMN) + 2 for width in widest) <= options.max_width:
            yield from super().__rich_console__(console, options)
        else:
            yield Group(*(_record(names, row) for row in rows))


def _width(text: Text) -> int:
    return max((cell_len(line) for line in text.plain.splitlines()), default=0)


def _record(names: list[Text], row: list[Text]) -> RenderableType:
    lines = [
        Text.assemble((f"{name.plain}: " if name.plain else "", "bold"), cell)
        for name, cell in zip(names, row, strict=False)
        if cell.plain
    ]
    return Padding(Group(*lines), (1, 0, 0, 0))


class _Document(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _Heading,
        "fence": _Code,
        "code_block": _Code,
        "table_open": _Table,
    }
