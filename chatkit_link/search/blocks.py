"""A document as a flat list of blocks, whatever it was written in.

A block is a heading (level 1 to 6) or a piece of readable text (level 0). The anchors given here are the
ids of the headings on the rendered page (``http/documents.py``), so that a search result leads to the
very section it quotes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
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
_NOISE = "script,style,noscript,template,svg,iframe,object,head>*:not(title),nav,aside,form,button,select,[hidden]"
_BLOCK_TAGS = frozenset(
    "address article blockquote body caption center dd details div dl dt fieldset figcaption figure footer header hr "
    "html li main ol p pre section summary table tbody td tfoot th thead tr ul".split()
)


@dataclass(frozen=True, slots=True)
class Block:
    """level: 1 to 6 for a heading, 0 for text. anchor: only a heading has one."""

    level: int
    text: str
    anchor: str = ""


class Anchors:
    """Gives each heading of one document an id, the way GitHub does: ``What's new?`` is ``whats-new``."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def of(self, heading: str) -> str:
        slug = _NOT_SLUG.sub("", heading.strip().lower()).replace(" ", "-")[:100] or "section"
        anchor, number = slug, 0
        while anchor in self._given:
            number += 1
            anchor = f"{slug}-{number}"
        self._given.add(anchor)
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


def markdown_blocks(source: str) -> list[Block]:
    """Headings and readable text: links keep their text, images their alternative text."""
    blocks: list[Block] = []
    cells: list[str] = []
    level, anchor = 0, ""
    for token in markdown_tokens(source):
        match token.type:
            case "heading_open":
                level, anchor = int(token.tag[1]), str(token.attrGet("id") or "")
            case "heading_close":
                level, anchor = 0, ""
            case "td_open" | "th_open":
                cells.append("")
            case "tr_close":
                blocks.append(Block(0, " · ".join(cell for cell in cells if cell)))
                cells = []
            case "inline":
                text = _inline_text(token)
                if cells:
                    cells[-1] = text
                else:
                    blocks.append(Block(level, text, anchor))
            case "fence" | "code_block":
                blocks.append(Block(0, token.content.strip()))
            case _:
                pass
    return [block for block in blocks if block.text]


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


def html_blocks(source: str | bytes) -> tuple[str, list[Block]]:
    """The page's title and its readable blocks; menus, scripts and forms are left out."""
    tree = LexborHTMLParser(source)
    title_node = tree.css_first("title")
    title = _SPACE.sub(" ", title_node.text()).strip() if title_node else ""
    for node in tree.css(_NOISE):
        node.decompose()
    root = _main_part(tree)
    return title, list(_walk(root)) if root else []


def _main_part(tree: LexborHTMLParser) -> LexborNode | None:
    """``<main>`` or the longest ``<article>`` when it holds most of the text, else the body."""
    body = tree.body
    if body is None:
        return None
    candidates = tree.css("main, [role=main], article")
    longest = max(candidates, key=lambda node: len(node.text()), default=None)
    if longest is not None and len(longest.text()) * 3 > len(body.text()):
        return longest
    return body


def _walk(root: LexborNode) -> Iterator[Block]:
    """Depth first without recursion: pages nest as deep as they like."""
    anchors = Anchors()
    parts: list[str] = []
    pending: list[LexborNode | tuple[LexborNode, str]] = [root]
    while pending:
        step = pending.pop()
        if isinstance(step, tuple):
            yield from _flush(parts)
            continue
        tag = step.tag
        if tag == "-text":
            parts.append(step.text_content or "")
        elif tag and _HEADING_TAG.fullmatch(tag):
            yield from _flush(parts)
            if heading := _SPACE.sub(" ", step.text()).strip():
                yield Block(int(tag[1]), heading, anchors.of(heading))
        elif tag == "pre":
            yield from _flush(parts)
            if code := step.text().strip():
                yield Block(0, code)
        elif tag == "br":
            parts.append("\n" if tag in _BLOCK_TAGS else " ")
        else:
            if tag in _BLOCK_TAGS:
                yield from _flush(parts)
                pending.append((step, tag))
            pending.extend(reversed(list(step.iter(include_text=True))))
    yield from _flush(parts)


def _flush(parts: list[str]) -> Iterator[Block]:
    text = _SPACE.sub(" ", "".join(parts)).strip()
    parts.clear()
    if text:
        yield Block(0, text)


def text_blocks(source: str) -> list[Block]:
    """Paragraphs of a plain text or reStructuredText file, and its underlined headings."""
    blocks: list[Block] = []
    anchors = Anchors()
    paragraph: list[str] = []
    lines = source.splitlines()
    for at, line in enumerate([*lines, ""]):
        below = lines[at + 1] if at + 1 < len(lines) else ""
        if is_heading(line, below):
            blocks.append(Block(0, " ".join(paragraph)))
            paragraph = []
            blocks.append(Block(1 if below[0] in "=#*" else 2, line.strip(), anchors.of(line)))
        elif line.strip() and not _UNDERLINE.fullmatch(line):
            paragraph.append(line.strip())
        elif not line.strip():
            blocks.append(Block(0, " ".join(paragraph)))
            paragraph = []
    return [block for block in blocks if block.text]


def is_heading(line: str, below: str) -> bool:
    """Whether ``below`` underlines ``line``, as in reStructuredText: at least as long, of one character."""
    line = line.strip()
    return (
        bool(line)
        and bool(_UNDERLINE.fullmatch(below))
        and len(below.strip()) >= len(line)
        and not (_UNDERLINE.fullmatch(line))
    )
