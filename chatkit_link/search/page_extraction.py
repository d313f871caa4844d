"""From what a server answered to what an agent reads; everything about it is bounded.

The page is parsed in a process of its own (``page_text.py`` in a ``Sandbox``), which is killed if it takes too much,
and of which nothing is believed but that it sent text.
"""

import re
import zlib
from dataclasses import dataclass

import anyio.lowlevel
import httpx2

from chatkit_link.errors import NotFound, Unavailable, Unprocessable, Upstream
from chatkit_link.sandbox.process import Job, NotStartedError, Sandbox, once
from chatkit_link.search import page_text
from chatkit_link.search.charsets import codec_of
from chatkit_link.search.plain_text import TITLE, plain

#: Bytes of a page that are read.
LARGEST = 2_000_000
#: Parts in which they may come: each costs the server some work, and a part may be one byte.
MOST_PARTS = 10_000
#: What one page may cost: a large honest one takes a tenth of it. The deadline is for a machine that is busy.
PAGE = Job(page_text.__name__, deadline=20.0, cpu=5.0, memory=600_000_000, answer=4 * page_text.LONGEST + 4_000, nice=5)

_KINDS = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "text",
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
}
_LONGEST_TYPE = 300
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([^\s\"';]+)", re.IGNORECASE)
# Parts after which others have their turn.
_RESPITE = 50


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page as text: title at most 200 characters, text at most about 20,000."""

    title: str
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's response. kind: html, markdown or text; charset: as it names it; body: bounded and unpacked."""

    url: str
    kind: str
    charset: str | None
    body: bytes


def content_type(response: httpx2.Response) -> tuple[str, str | None]:
    """The kind of the page, and its charset as the server names it."""
    if response.status_code in (401, 403):
        raise Upstream("The page does not let us in.")
    if response.status_code in (404, 410):
        raise NotFound("The page does not exist.")
    if response.status_code != 200:
        raise Upstream(f"The page answered with an error (status {response.status_code}).")
    declared = response.headers.get("content-type", "")[:_LONGEST_TYPE]
    kind = _KINDS.get(declared.partition(";")[0].strip().lower())
    if kind is None:
        raise Unprocessable("That address is not a page of text, so it cannot be read.")
    charset = _CHARSET.search(declared)
    return kind, charset[1] if charset else None


async def body_of(response: httpx2.Response) -> bytes:
    """At most ``LARGEST`` bytes, also of what a compressed answer unpacks to; the rest is left out."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise Upstream("The page came in a form that cannot be read.")
    unpack = zlib.decompressobj(wbits=47) if encoding not in ("identity", "") else None
    body = bytearray()
    parts = 0
    async for part in response.aiter_raw():
        body += unpack.decompress(part, LARGEST + 1 - len(body)) if unpack else part
        parts += 1
        if len(body) > LARGEST or parts >= MOST_PARTS:
            break
        if parts % _RESPITE == 0:
            await anyio.lowlevel.checkpoint()
    return bytes(body[:LARGEST])


async def page_of(answer: Answer, sandbox: Sandbox) -> ReadPage:
    """Raises ``Unprocessable``: it takes too long to parse, or breaks its parser; ``Unavailable``: there is no room."""
    codec = codec_of(answer.charset, answer.body)
    try:
        found = await sandbox.run(PAGE, answer.kind, codec, chunks=once(answer.body))
    except NotStartedError as error:
        raise Unavailable("This server has no room to read a page now. Please try again later.") from error
    if found.status is None:
        raise Unprocessable("The page takes too much time or memory to read, so it was given up.")
    if found.status != 0:
        raise Unprocessable("The page is broken, so it cannot be read.")
    title, _, text = found.data.decode("utf-8", "replace").partition("\n")
    return ReadPage(plain(title, TITLE) or answer.url, answer.url, text[: page_text.LONGEST])
