"""A document cut into passages: the text under one heading, in pieces that are read at a glance.

A passage is cut between blocks only: a list, a table and code stay whole, and so does the sentence that leads to them.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath

from chatkit_link.search.blocks import Block, blocks_of, is_excluded
from chatkit_link.search.plain_text import TITLE, shorten
from chatkit_link.store.documents import Document, Passage

# Characters: long enough to answer a question, short enough that a match is about all of it.
LONGEST = 2_000
# A block that is longer than that is no list or code that somebody reads, and is cut all the same.
LONGEST_BLOCK = 8_000
# Counted into each document's hash: raise it when passages are cut differently, and all are cut again.
VERSION = 3

KINDS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".txt": "text",
    ".rst": "text",
}


def read_document(path: str, source: str, modified: datetime | None) -> tuple[Document, list[Passage]]:
    """The document and its passages; a page of Markdown may say that it has none, and is found by its links alone.

    path: relative to the folder, with forward slashes; its extension gives the format of the source.
    """
    kind = KINDS[PurePosixPath(path).suffix.lower()]
    named, blocks = blocks_of(kind, source)
    heading = next((block.text for block in blocks if block.level), "")
    title = shorten(heading if heading and kind != "html" else named or heading, TITLE) or PurePosixPath(path).name
    passages = [] if kind == "markdown" and is_excluded(source) else passages_of(title, blocks)
    return Document(path, title, kind, source, modified), passages


def passages_of(title: str, blocks: list[Block]) -> list[Passage]:
    """Passages in reading order; a section longer than ``LONGEST`` becomes several with one anchor."""
    passages: list[Passage] = []
    heading, anchor = title, ""
    section: list[Block] = []
    for block in [*blocks, Block(1, "")]:
        if block.level:
            passages += [Passage(anchor, heading, *_text_of(part)) for part in _cut(section)]
            heading = title if block.text == title else shorten(f"{title} › {block.text}", TITLE)
            anchor, section = block.anchor, []
        else:
            section.append(block)
    return passages


def _cut(section: list[Block]) -> Iterator[list[Block]]:
    """The parts of a section, of whole blocks."""
    part: list[Block] = []
    for unit in _units(section):
        if part and _length(part) + _length(unit) > LONGEST:
            *before, last = part
            leads = last.text.endswith(":") and not last.joined
            if before or not leads:
                yield before if leads else part
                part = [last] if leads else []
        part += unit
    if part:
        yield part


def _units(section: list[Block]) -> Iterator[list[Block]]:
    """What is never cut: a paragraph, code, a whole list or table. One that is far too long is, at spaces."""
    unit: list[Block] = []
    for block in [*section, Block(0, "")]:
        if block.joined:
            unit.append(block)
            continue
        if _length(unit) <= LONGEST_BLOCK:
            yield unit
        else:
            yield from ([Block(0, piece, written=piece)] for one in unit for piece in _pieces(one.text))
        unit = [block]


def _length(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _text_of(part: list[Block]) -> tuple[str, str]:
    """The plain text, and what was written."""
    written = "\n\n".join(block.written or block.text for block in part if not block.joined)
    return "\n".join(block.text for block in part), written


def _pieces(text: str) -> list[str]:
    """A text, cut at spaces into pieces of at most ``LONGEST`` characters."""
    pieces: list[str] = []
    start = 0
    while len(text) - start > LONGEST:
        cut = text.rfind(" ", start + 1, start + LONGEST)
        cut = cut if cut > 0 else start + LONGEST
        pieces.append(text[start:cut])
        start = cut
        while start < len(text) and text[start].isspace():
            start += 1
    return [*pieces, text[start:]]
