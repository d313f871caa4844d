"""A document as a flat list of blocks, whatever it was written in.

A block is a heading (level 1 to 6) or a piece of readable text (level 0). The anchors given here are the
ids of the headings on the rendered page (``http/documents.py``), so that a search result leads to the
very section it quotes. Beside its plain text, a block has what was written there: a list, a table and code have it
once, with their first block, so that none of them is ever quoted in half.

Everything here takes time in proportion to the length of the document, whatever is in it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token
from selectolax.lexbor import LexborHTMLParser, LexborNode

_SPACE = re.compile(r"\s+")
_NOT_SLUG = re.compile(r"[^\w\- ]")
_FRONT_MATTER = re.compile(r"\A---\r?\n(.*?\n)?---\r?\n", re.DOTALL)
_EXCLUDED = re.compile(r"^search:[ \t]*\r?\n[ \t]+exclude:[ \t]*true[ \t]*\r?$", re.MULTILINE)
_HEADING_TAG = re.compile(r"h[1-6]")
# What reStructuredText and plain text files underline their headings with.
_UNDERLINE = re.compile(r"([=\-~^\"'*#+])\1{2,}\s*")
_NOISE_TAGS = frozenset("script style noscript template svg iframe object nav aside form button select dialog".split())
_NOISE_ROLES = frozenset("navigation search dialog alertdialog menu menubar".split())
_BLOCK_TAGS = frozenset(
    "address article blockquote body caption center dd details div dl dt fieldset figcaption figure footer header hr "
    "html li main ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
# Elements that hold no element, or that end where the next of their own begins: a row of them nests nowhere.
_FLAT_TAGS = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dt dd tr td th tbody thead tfoot option "
    "optgroup colgroup html head body title".split()
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^>]*)>?")
# A parser asks of each element in which others it stands, and of each attribute whether the element has it already.
_DEEPEST = 500
_LONGEST_TAG = 20_000


@dataclass(frozen=True, slots=True)
class Block:
    """level: 1 to 6 for a heading, 0 for text. anchor: only a heading has one.

    written: as Markdown, all of the list, the table or the code that begins here. joined: it goes on here.
    """

    level: int
    text: str
    anchor: str = ""
    written: str = ""
    joined: bool = False


class Anchors:
    """Gives each heading of one document an id, the way GitHub does: ``What's new?`` is ``whats-new``."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def of(self, heading: str) -> str:
        slug = _NOT_SLUG.sub("", heading.strip().lower()).replace(" ", "-")[:100] or "section"
        anchor, number = slug, self._given.get(slug, 0)
        while anchor in self._given:
            number += 1
            anchor = f"{slug}-{number}"
        self._given[slug] = number  # so that the next heading of these words begins there
        self._given.setdefault(anchor, 0)
        return anchor


def markdown_parser() -> MarkdownIt:
    """CommonMark with tables. Raw HTML is text, never markup."""
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def markdown_tokens(source: str) -> list[Token]:
    """The parsed document, front matter left out, its headings given their ids."""
    tokens = markdown_parser().parse(_FRONT_MATTER.sub("", source, count=1))
    anchors = Anchors()
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchors.of(_inline_text(inline)))
    return tokens


def is_excluded(source: str) -> bool:
    """Whether the front matter of a page of Markdown leaves it out of searches, as Material for MkDocs reads it."""
    front = _FRONT_MATTER.match(source)
    return front is not None and _EXCLUDED.search(front[0]) is not None


def blocks_of(kind: str, source: str) -> tuple[str, list[Block]]:
    """The title that a document gives itself outside its headings, and its blocks. kind: html, markdown or text."""
    if kind == "html":
        return html_blocks(source)
    return "", markdown_blocks(source) if kind == "markdown" else text_blocks(source)


def markdown_blocks(source: str) -> list[Block]:
    """Headings and readable text: links keep their text, images their alternative text."""
    lines = _FRONT_MATTER.sub("", source, count=1).splitlines()
    blocks: list[Block] = []
    part: list[Block] = []
    written = ""
    for token, block in _readable(markdown_tokens(source)):
        if token.level == 0 and token.nesting >= 0 and token.map is not None:
            blocks += _joined(part, written)
            part, written = [], "\n".join(lines[token.map[0] : token.map[1]]).rstrip()
        if block is not None and block.text:
            part.append(block)
    return blocks + _joined(part, written)


def _readable(tokens: list[Token]) -> Iterator[tuple[Token, Block | None]]:
    """Each token, with the block that it is or ends."""
    cells: list[str] = []
    level, anchor = 0, ""
    for token in tokens:
        block = None
        match token.type:
            case "heading_open":
                level, anchor = int(token.tag[1]), str(token.attrGet("id") or "")
            case "heading_close":
                level, anchor = 0, ""
            case "td_open" | "th_open":
                cells.append("")
            case "tr_close":
                block = Block(0, " · ".join(cell for cell in cells if cell))
                cells = []
            case "inline":
                text = _inline_text(token)
                if cells:
                    cells[-1] = text
                else:
                    block = Block(level, text, anchor)
            case "fence" | "code_block":
                block = Block(0, token.content.strip())
            case _:
                pass
        yield token, block


def _joined(part: list[Block], written: str) -> list[Block]:
    """The blocks of one list, table or the like."""
    return [replace(block, written=written if at == 0 else "", joined=at > 0) for at, block in enumerate(part)]


def _inline_text(token: Token) -> str:
    parts: list[str] = []
    for child in token.children or []:
        if child.type in ("text", "code_inline", "text_special"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type == "image":
            parts.append(_inline_text(child))
    return _SPACE.sub(" ", "".join(parts)).strip()


def html_blocks(source: str) -> tuple[str, list[Block]]:
    """The page's title and its readable blocks; menus, scripts and forms are left out."""
    tree = LexborHTMLParser(_parsable(source))
    title_node = tree.css_first("title")
    title = _SPACE.sub(" ", title_node.text()).strip() if title_node else ""
    if tree.body is None:
        return title, []
    walk = _Walk()
    walk.through(tree.body)
    anchors = Anchors()
    return title, [
        replace(block, anchor=anchors.of(block.text)) if block.level else block for block in walk.main_blocks()
    ]


def _parsable(source: str) -> str:
    """The page up to where it nests deeper than any that a person wrote, without tags that are longer than any."""
    depth, kept, at = 0, list[str](), 0
    for tag in _TAG.finditer(source):
        if len(tag[3]) > _LONGEST_TAG:
            kept.append(source[at : tag.start()])
            at = tag.end()
        elif tag[2].lower() not in _FLAT_TAGS:
            depth = max(0, depth - 1) if tag[1] else depth + 1
            if depth > _DEEPEST:
                return "".join(kept) + source[at : tag.start()]
    return "".join(kept) + source[at:]


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the page that may be the main one. start: of its blocks. length: characters, before it or in it."""

    start: int
    length: int
    end: int = 0


class _Walk:
    """Goes through a page once, depth first and without recursion, and collects its blocks."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._parts: list[str] = []
        self._length = 0
        self._mains: list[_Part] = []
        # The heading or the preformatted text that the walk is in: what is inside it is all one block.
        self._within: LexborNode | None = None

    def main_blocks(self) -> list[Block]:
        """Of ``<main>`` or the longest ``<article>`` when it holds most of the text, else all."""
        longest = max(self._mains, key=lambda part: part.length, default=None)
        if longest is not None and longest.length * 3 > self._length:
            return self._blocks[longest.start : longest.end]
        return self._blocks

    def through(self, root: LexborNode) -> None:
        pending: list[LexborNode | tuple[LexborNode, _Part | None]] = [root]
        while pending:
            step = pending.pop()
            if isinstance(step, tuple):
                self._leave(*step)
                continue
            if (sibling := step.next) is not None and step is not root:
                pending.append(sibling)
            tag = step.tag or ""
            if tag == "-text":
                text = step.text_content or ""
                self._length += len(text)
                self._parts.append(text)
            elif tag == "br":
                self._parts.append("\n" if self._within is not None else " ")
            elif tag[:1] != "-" and tag not in _NOISE_TAGS:
                attributes = step.attributes
                role = attributes.get("role")
                if "hidden" in attributes or role in _NOISE_ROLES:
                    continue
                pending.append((step, self._enter(step, tag, role)))
                if (child := step.child) is not None:
                    pending.append(child)

    def _enter(self, node: LexborNode, tag: str, role: str | None) -> _Part | None:
        if self._within is not None:
            return None
        if tag == "pre" or _HEADING_TAG.fullmatch(tag):
            self._flush()
            self._within = node
        elif tag in ("main", "article") or role == "main":
            self._flush()
            return _Part(len(self._blocks), self._length)
        elif tag in _BLOCK_TAGS:
            self._flush()
        return None

    def _leave(self, node: LexborNode, part: _Part | None) -> None:
        tag = node.tag or ""
        if self._within is node:
            self._within = None
            if tag == "pre":
                if code := "".join(self._parts).strip():
                    self._blocks.append(Block(0, code, written=f"```\n{code}\n```"))
                self._parts.clear()
            else:
                self._flush(int(tag[1]))
        elif self._within is None and (part is not None or tag in _BLOCK_TAGS):
            self._flush()
            if part is not None:
                self._mains.append(_Part(part.start, self._length - part.length, len(self._blocks)))

    def _flush(self, level: int = 0) -> None:
        text = _SPACE.sub(" ", "".join(self._parts)).strip()
        self._parts.clear()
        if text:
            self._blocks.append(Block(level, text))


def text_blocks(source: str) -> list[Block]:
    """Paragraphs of a plain text or reStructuredText file, and its underlined headings."""
    blocks: list[Block] = []
    anchors = Anchors()
    paragraph: list[str] = []
    lines = source.splitlines()
    for at, line in enumerate([*lines, ""]):
        below = lines[at + 1] if at + 1 < len(lines) else ""
        if is_heading(line, below):
            blocks.append(_paragraph(paragraph))
            paragraph = []
            blocks.append(Block(1 if below[0] in "=#*" else 2, line.strip(), anchors.of(line)))
        elif line.strip() and not _UNDERLINE.fullmatch(line):
            paragraph.append(line.rstrip())
        elif not line.strip():
            blocks.append(_paragraph(paragraph))
            paragraph = []
    return [block for block in blocks if block.text]


def _paragraph(lines: list[str]) -> Block:
    return Block(0, " ".join(line.strip() for line in lines), written="\n".join(lines))


def is_heading(line: str, below: str) -> bool:
    """Whether ``below`` underlines ``line``, as in reStructuredText: at least as long, of one character."""
    line = line.strip()
    return (
        bool(line)
        and bool(_UNDERLINE.fullmatch(below))
        and len(below.strip()) >= len(line)
        and not (_UNDERLINE.fullmatch(line))
    )
