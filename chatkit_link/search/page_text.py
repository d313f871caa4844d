"""The text of a page of the web. The job of a sandboxed process (``sandbox/child.py``), one for each page.

The answer is a line with the title, as plain text, and then the text.
"""

import codecs
from collections.abc import Iterator

from chatkit_link.search.blocks import Block, blocks_of
from chatkit_link.search.plain_text import TITLE, plain, shorten

#: Characters of text that an agent gets.
LONGEST = 20_000

_SAMPLE = b"<title>a</title><h1>a</h1><p hidden>&amp;\n\n# a\n\n- [a](b) `c`\n\n|a|\n|-|\n|b|\n"


def prepare(kind: str, codec: str) -> None:
    """kind: html, markdown or text. codec: Python's name."""
    codecs.lookup(codec)
    list(work(_SAMPLE, kind, "utf-8"))


def work(data: bytes, kind: str, codec: str) -> Iterator[bytes]:
    """The page's title, its first heading where it gives itself none, and its text; one of them may be empty."""
    title, blocks = blocks_of(kind, data.decode(codec, errors="replace"))
    title = title or next((block.text for block in blocks if block.level), "")
    yield plain(title, TITLE).encode("utf-8", "replace") + b"\n"
    yield text_of(blocks, "").encode("utf-8", "replace")


def text_of(blocks: list[Block], anchor: str, *, written: bool = False) -> str:
    """Markdown-like text, starting at the anchor, if there is one: that is the passage that was found.

    written: as it was written, links and all, for a document of the operator's.
    """
    start = next((at for at, block in enumerate(blocks) if anchor and block.anchor == anchor), 0)
    return shorten("\n\n".join(filter(None, (_line(block, written=written) for block in blocks[start:]))), LONGEST)


def _line(block: Block, *, written: bool) -> str:
    if block.level:
        return "#" * block.level + " " + block.text
    if written:
        return "" if block.joined else block.written or block.text
    return block.text
