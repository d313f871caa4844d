"""How many pixels an image says it has, read from its first bytes without decoding anything.

It serves to guess what an image will cost, and no more: an image may lie, which its decoder finds out.
"""

import struct
from collections.abc import Callable

#: Bytes of an image that are looked at: a photo has its thumbnail and its colour profile before its size.
LOOKED_AT = 262_144
#: Segments of a JPEG that are looked at.
_SEGMENTS = 200
#: Markers of a JPEG: of frames, which begin with the size; and of what has no length.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})

Size = tuple[int, int]


def dimensions(head: bytes, mime_type: str) -> Size | None:
    """Width and height in pixels. head: ``LOOKED_AT`` bytes, or all. None where they do not say."""
    try:
        return _READERS[mime_type](head)
    except (KeyError, IndexError, struct.error):
        return None


def _png(head: bytes) -> Size | None:
    return struct.unpack_from(">II", head, 16) if head[12:16] == b"IHDR" else None


def _gif(head: bytes) -> Size:
    return struct.unpack_from("<HH", head, 6)


def _webp(head: bytes) -> Size | None:
    """Of the three kinds: with parts, lossless, and lossy."""
    kind = head[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L":
        bits: int = struct.unpack_from("<I", head, 21)[0]
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg(head: bytes) -> Size | None:
    """From segment to segment up to the first frame."""
    at = 2
    for _ in range(_SEGMENTS):
        if head[at] != 0xFF:
            return None
        marker = head[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", head, at + 5)
            return width, height
        if marker == 0xFF:  # fills up
            at += 1
        elif marker in _ALONE:
            at += 2
        else:
            at += 2 + struct.unpack_from(">H", head, at + 2)[0]
    return None


_READERS: dict[str, Callable[[bytes], Size | None]] = {
    "image/png": _png,
    "image/gif": _gif,
    "image/webp": _webp,
    "image/jpeg": _jpeg,
}
