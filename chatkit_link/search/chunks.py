"""A document cut into passages: the text under one heading, in pieces that are read at a glance."""

from datetime import datetime
from pathlib import PurePosixPath

from chatkit_link.search.blocks import Block, blocks_of, is_excluded
from chatkit_link.search.plain_text import TITLE, shorten
from chatkit_link.store.documents import Document, Passage

# Characters: long enough to answer a question, short enough that a match is about all of it.
LONGEST = 2_000
# Counted into each document's hash: raise it when passages are cut differently, and all are cut again.
VERSION = 2

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
    body: list[str] = []
    length = 0

    def close() -> None:
        nonlocal length
        length = 0
        if body:
            passages.append(Passage(anchor, heading, "\n".join(body)))
            body.clear()

    for block in blocks:
        if block.level:
            close()
            heading = title if block.text == title else shorten(f"{title} › {block.text}", TITLE)
            anchor = block.anchor
            continue
        for piece in _pieces(block.text):
            if body and length + len(piece) > LONGEST:
                close()
            body.append(piece)
            length += len(piece)
    close()
    return passages


def _pieces(text: str) -> list[str]:
    """A block, cut at spaces into pieces of at most ``LONGEST`` characters."""
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
