"""What a server answered, as text that an agent can read; everything about it is bounded."""

import re
import zlib
from dataclasses import dataclass

import httpx2

from chatkit_link.errors import NotFound, Unprocessable, Upstream
from chatkit_link.search.blocks import Block, html_blocks
from chatkit_link.search.chunks import blocks_of
from chatkit_link.search.normalize import TITLE, plain, shorten

# Characters of text that an agent gets; bytes of a page that are read for it.
LONGEST = 20_000
LARGEST = 2_000_000
READABLE = ("text/html", "application/xhtml+xml", "text/plain", "text/markdown", "text/x-markdown")

_META_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?([\w\-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page as text: title at most 200 characters, text at most about 20,000."""

    title: str
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's response. media_type: without parameters; body: bounded and unpacked."""

    url: str
    media_type: str
    charset: str | None
    body: bytes


def content_type(response: httpx2.Response) -> tuple[str, str | None]:
    if response.status_code in (401, 403):
        raise Upstream("The page does not let us in.")
    if response.status_code in (404, 410):
        raise NotFound("The page does not exist.")
    if response.status_code != 200:
        raise Upstream(f"The page answered with an error (status {response.status_code}).")
    media_type, _, _ = response.headers.get("content-type", "").partition(";")
    media_type = media_type.strip().lower()
    if media_type not in READABLE:
        raise Unprocessable("That address is not a page of text, so it cannot be read.")
    return media_type, response.charset_encoding


async def body_of(response: httpx2.Response) -> bytes:
    """At most ``LARGEST`` bytes, also of what a compressed answer unpacks to; the rest is left out."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise Upstream("The page came in a form that cannot be read.")
    unpack = zlib.decompressobj(wbits=47) if encoding not in ("identity", "") else None
    body = bytearray()
    async for part in response.aiter_raw():
        body += unpack.decompress(part, LARGEST + 1 - len(body)) if unpack else part
        if len(body) > LARGEST:
            break
    return bytes(body[:LARGEST])


def page_of(answer: Answer) -> ReadPage:
    source = _decode(answer)
    if answer.media_type in ("text/html", "application/xhtml+xml"):
        title, blocks = html_blocks(source)
    else:
        title, blocks = blocks_of("markdown" if "markdown" in answer.media_type else "text", source)
    title = title or next((block.text for block in blocks if block.level), "")
    return ReadPage(plain(title, TITLE) or answer.url, answer.url, text_of(blocks, ""))


def _decode(answer: Answer) -> str:
    charset = answer.charset
    if charset is None and (match := _META_CHARSET.search(answer.body[:2048])):
        charset = match[1].decode("ascii", errors="replace")
    try:
        return answer.body.decode(charset or "utf-8", errors="replace")
    except LookupError:
        return answer.body.decode("utf-8", errors="replace")


def text_of(blocks: list[Block], anchor: str) -> str:
    """Markdown-like text, starting at the anchor, if there is one: that is the passage that was found."""
    lines = ["#" * block.level + " " + block.text if block.level else block.text for block in blocks]
    if anchor:
        start = next((at for at, block in enumerate(blocks) if block.anchor == anchor), 0)
        lines = lines[start:]
    return shorten("\n\n".join(lines), LONGEST)
