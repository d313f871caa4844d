"""A document cut into passages: the text under one heading, in pieces that are read at a glance."""

from collections.abc import Callable
from datetime import datetime
from pathlib import PurePosixPath

from chatkit_link.search.blocks import Block, html_blocks, is_excluded, markdown_blocks, text_blocks
from chatkit_link.search.normalize import TITLE, shorten
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


def blocks_of(kind: str, source: str) -> tuple[str, list[Block]]:
    """The title a document gives itself outside its headings, and its blocks."""
    if kind == "html":
        return html_blocks(source)
    read: Callable[[str], list[Block]] = markdown_blocks if kind == "markdown" else text_blocks
    return "", read(source)


def passages_of(title: str, blocks: list[Block]) -> list[Passage]:
    """Passages in reading order; a section longer than ``LONGEST`` becomes several with one anchor."""
    passages: list[Passage] = []
    heading, anchor = title, ""
    body: list[str] = []

    def close() -> None:
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
            if body and sum(map(len, body)) + len(piece) > LONGEST:
                close()
            body.append(piece)
    close()
    return passages


def _pieces(text: str) -> list[str]:
    """A block, cut at spaces into pieces of at most ``LONGEST`` characters."""
    pieces: list[str] = []
    while len(text) > LONGEST:
        cut = text.rfind(" ", 1, LONGEST)
        cut = cut if cut > 0 else LONGEST
        pieces.append(text[:cut])
        text = text[cut:].lstrip()
    return [*pieces, text]
