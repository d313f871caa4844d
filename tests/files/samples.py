"""Files to attach: honest ones, and those that an attacker would send."""

import io
import struct
import zlib
from typing import Any

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject


def image(kind: str = "PNG", size: tuple[int, int] = (40, 20), colour: str = "red", **options: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, kind, **options)
    return target.getvalue()


def photo() -> bytes:
    """A picture taken with the camera turned, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees to look at it
    exif[0x010F] = "CANARY-CAMERA"
    return image("JPEG", (40, 20), exif=exif)


def pixel_bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few hundred bytes that says it has 3.6 thousand million pixels."""
    return _png((width, height), data=b"\0" * 1000)


def slow_png(*said: tuple[int, int]) -> bytes:
    """A PNG of 150 KB and 49 million pixels, which take seconds to decode. said: sizes that it says it has before."""
    return _png(*said, (7000, 7000), data=b"\0" * (3 * 7000 + 1) * 7000)


def _png(*sizes: tuple[int, int], data: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    headers = [chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)) for size in sizes]
    body = chunk(b"IDAT", zlib.compress(data))
    return b"\x89PNG\r\n\x1a\n" + b"".join(headers) + body + chunk(b"IEND", b"")


def many_frames(count: int = 2000) -> bytes:
    """A GIF that decodes to far more than it weighs."""
    target = io.BytesIO()
    frames = [Image.new("L", (1500, 1500), 20 * index) for index in range(8)]
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:], loop=0, duration=20)
    whole = target.getvalue()
    frame = whole[whole.index(b"\x21\xf9") : -1]
    return whole[:-1] + frame * (count // 8) + b";"


def pdf(*pages: str) -> bytes:
    writer = PdfWriter()
    for text in pages:
        _page(writer, text)
    return _written(writer)


def _page(writer: PdfWriter, text: str, *, packed: bool = False) -> None:
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    page = writer.add_blank_page(300, 300)
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): writer._add_object(font)})}
    )
    content = DecodedStreamObject()
    content.set_data(f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(content.flate_encode() if packed else content)


def _written(writer: PdfWriter) -> bytes:
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def pdf_of_much_text(characters: int = 1_000_000) -> bytes:
    """A PDF of two kilobytes that says a million letters."""
    writer = PdfWriter()
    _page(writer, "a" * characters, packed=True)
    return _written(writer)


def endless_pdf(operators: int = 3_000_000) -> bytes:
    """A PDF whose one page takes minutes to read."""
    writer = PdfWriter()
    _page(writer, "a) Tj 1 0 0 1 0 0 cm (" * operators, packed=True)
    return _written(writer)
