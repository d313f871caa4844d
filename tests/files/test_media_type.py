"""What bytes are: decided quickly, whatever an attacker makes them begin with."""

import random
import time

import pytest
from puremagic.main import magic_header_array  # pyright: ignore[reportUnknownVariableType]

from chatkit_link.files.media_type import HEAD, inert_type, sniff

KNOWN: dict[str, tuple[bytes, str, str]] = {
    "plain text": (b"hello", "a.txt", "text/plain"),
    "text whose name says Markdown": (b"# hello", "a.MD", "text/markdown"),
    "text whose name says PNG": (b"hello", "a.png", "text/plain"),
    "a PDF": (b"%PDF-1.7", "a.txt", "application/pdf"),
    "HTML behind comments": (b"<!-- a --> <!-- > -->\n<SCRIPT>", "a.txt", "text/html"),
    "HTML behind its own mark": (b"\xef\xbb\xbf<!doctype html>", "a.txt", "text/html"),
    "SVG behind all that may stand before it": (
        b'<?xml version="1.0"?><!-- x --><!DOCTYPE svg PUBLIC "x"> <svg:svg >', "a.txt", "image/svg+xml"
    ),
    "other XML": (b"<?xml version='1.0'?><rss>", "a.txt", "application/xml"),
    "a tag in a text": (b"write <b>bold</b>", "a.txt", "text/plain"),
}  # fmt: skip


@pytest.mark.parametrize(("head", "name", "kind"), KNOWN.values(), ids=KNOWN)
def test_bytes_say_what_they_are(head: bytes, name: str, kind: str) -> None:
    assert sniff(head, name) == kind


@pytest.mark.parametrize(
    "piece", [b"<!---->", b"<!-- --> ", b"<?xml?>", b"<?xml ?> <!---->", b"<!doctype svg>", b"<a:", b"<!--", b" "]
)
def test_no_beginning_takes_long_to_read(piece: bytes) -> None:
    """A pattern that may end a comment in many places tries them all, which takes years from 50 comments on."""
    begun = time.thread_time()
    sniff((piece * HEAD)[: HEAD - 1] + b"x", "a.txt")
    assert time.thread_time() - begun < 1


def test_whatever_bytes_begin_with_they_have_a_kind() -> None:
    """The library of magic numbers is asked about nonsense, too, and fails at none."""
    chance = random.Random(7)
    known: list[bytes] = [entry.byte_match for entry in magic_header_array]  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    for number in range(3000):
        head = (chance.choice(known) if number % 2 else b"") + chance.randbytes(chance.choice([1, 4, 10, 300]))
        kind = sniff(head, chance.choice(["a", "a.txt", "a.docx", "a.svg", "a.html"]))
        assert kind.count("/") == 1
        assert inert_type(kind) not in ("text/html", "image/svg+xml")
