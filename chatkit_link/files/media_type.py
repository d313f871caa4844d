"""The media type of bytes, whatever the upload claims.

Binary formats are known by their magic numbers (puremagic). Text has none: bytes without control
characters are text, and the name then decides its type, except that HTML, SVG and other XML are known
by how they begin (after https://mimesniff.spec.whatwg.org, section 7.1), because a browser would run
them. A name or a declared type never makes an image or a PDF of something that is none.
"""

import mimetypes
import re
from pathlib import PurePosixPath
from typing import Any, cast

import puremagic
from puremagic.main import PureError

from chatkit_link.errors import UnsupportedType
from chatkit_link.translations import Localized

#: Bytes that are looked at.
HEAD = 4096
UNKNOWN = "application/octet-stream"
#: The images that are decoded here, displayed in a page and sent to models.
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
PDF = "application/pdf"

_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# What is skipped is never tried in another way (`*+`): of many comments in a row, each could end where any later
# one does, and to try them all takes for ever.
_HTML = re.compile(
    rb"\s*+(?:<!--.*?-->\s*+)*+"
    rb"<(?:!doctype html|html|head|body|script|iframe|style|title|object|embed|form|meta)[\s/>]",
    re.IGNORECASE | re.DOTALL,
)
_SVG = re.compile(
    rb"\s*+(?:(?:<\?xml.*?\?>|<!--.*?-->|<!doctype svg[^>]*+>)\s*+)*+<(?:\w++:)?svg[\s/>]", re.IGNORECASE | re.DOTALL
)
_XML = re.compile(rb"\s*+<\?xml", re.IGNORECASE)
#: Text types by file extension; a browser runs none of them.
_TEXTS = {
    ".md": "text/markdown", ".markdown": "text/markdown", ".csv": "text/csv", ".json": "application/json",
}  # fmt: skip
#: What a browser would run: where the operator accepts it at all, it is never served as its own type.
_RUN_BY_BROWSERS = frozenset({"text/html", "application/xhtml+xml", "image/svg+xml", "application/xml", "text/xml"})


def is_text(mime_type: str) -> bool:
    """Whether ``sniff`` took it for text."""
    return mime_type.startswith("text/") or mime_type in ("application/json", "application/xml", "image/svg+xml")


def inert_type(mime_type: str) -> str:
    """The type that is sent to browsers."""
    return UNKNOWN if mime_type in _RUN_BY_BROWSERS else mime_type


def sniff(head: bytes, name: str) -> str:
    """The media type of bytes that begin with ``head``; ``name`` decides only between types that look alike."""
    ending = PurePosixPath(name.lower()).suffix
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"{\\rtf"):
        return "application/rtf"
    if head.startswith(_BOMS) or not _CONTROL.search(head):
        return _text(head, ending)
    return _binary(head, ending)


def _text(head: bytes, ending: str) -> str:
    plain = head.replace(b"\x00", b"") if head.startswith(_BOMS[:2]) else head
    plain = plain.lstrip(b"\xef\xbb\xbf\xff\xfe")
    if _HTML.match(plain):
        return "text/html"
    if _SVG.match(plain):
        return "image/svg+xml"
    if _XML.match(plain):
        return "application/xml"
    return _TEXTS.get(ending, "text/plain")


def _binary(head: bytes, ending: str) -> str:
    try:
        found: list[Any] = cast("Any", puremagic).magic_string(head)  # it has hardly any types
    except (PureError, ValueError):
        return UNKNOWN
    matches = [match for match in found if match.mime_type]
    if not matches:
        return UNKNOWN
    # A docx is a zip, and so are forty others; the ending chooses among those that the bytes allow.
    for match in matches:
        if match.extension == ending and match.byte_match == matches[0].byte_match:
            return match.mime_type
    if head.startswith(b"PK\x03\x04"):
        return "application/zip"
    return matches[0].mime_type


def require_honest(found: str, name: str, declared: str) -> None:
    """Raises UnsupportedType where the name or the declared type is an image or a PDF and the bytes are not."""
    claimed = {mimetypes.guess_type(name)[0] or "", declared.partition(";")[0].strip().lower()}
    if not found.startswith("image/") and any(media_type.startswith("image/") for media_type in claimed):
        raise UnsupportedType(Localized("not_an_image"))
    if found != PDF and PDF in claimed:
        raise UnsupportedType(Localized("not_a_pdf"))


class TextCheck:
    """Sees to it that what begins as text stays text, chunk by chunk."""

    def __init__(self, head: bytes) -> None:
        self._wide = head.startswith(_BOMS[:2])  # UTF-16, where every other byte may be zero

    def feed(self, chunk: bytes) -> None:
        """Raises UnsupportedType."""
        if not self._wide and _CONTROL.search(chunk):
            raise UnsupportedType(Localized("not_a_text"))


def decode_text(data: bytes) -> str:
    """Text in UTF-8, in UTF-16 with its mark, or else in Windows' Latin alphabet; never fails."""
    if data.startswith(_BOMS[:2]):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        cut = error.start >= len(data) - 3 and error.reason == "unexpected end of data"
        return data[: error.start].decode("utf-8-sig") if cut else data.decode("cp1252", "replace")
