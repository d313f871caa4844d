"""Decodes an uploaded image or PDF. The job of a sandboxed process (``sandbox/child.py``), one for each file.

Bytes that break a decoder break that process, and there are no secrets in it.

An image's answer is two images, after a line with the length of the first: a small WebP for users, a larger JPEG for
models; both have only the first frame, turned upright, and none of the original's metadata. A PDF's answer is its text,
page by page, as it is read.
"""

import codecs
import importlib
import io
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

#: What ``work`` decodes: an image of one of Pillow's formats, or this.
PDF = "PDF"
#: Exit status of a file that cannot be read, and of one with too many pixels.
UNREADABLE = 3
TOO_MANY_PIXELS = 4
#: Longer side in pixels: what a page shows on a sharp screen, and what models scale down to anyway.
PREVIEW = 512
MODEL = 2048
#: Most pages that are read.
PAGES = 300

# What a PDF takes; pypdf loads the second and the third of its own only when it meets the need.
_PYPDF = ("pypdf", "pypdf.filters", "pypdf._codecs._codecs")
# What Pillow loads only for some files: the second two are for a photo's metadata, and for one with a second picture.
_PLUGINS = ("WebP", "Tiff", "Mpo")
# Encodings that the fonts of a PDF may name (``pypdf/_cmap.py``).
_CODECS = (
    "utf-8 utf-16-be utf-16-le utf-16 latin-1 charmap cp1252 gbk gb2312 gb18030 big5 big5hkscs cp949 euc-kr cp932 "
    "shift_jis euc-jp iso2022-jp mac-roman ascii"
)


def prepare(kind: str, bound: str) -> None:
    """kind: an image format of Pillow's, or ``PDF``. bound: most pixels, or characters."""
    warnings.simplefilter("ignore")
    if kind == PDF:
        for name in _PYPDF:
            importlib.import_module(name)
        for name in _CODECS.split():
            codecs.lookup(name)
        return
    # Pillow loads what it needs when it needs it, which is too late here.
    from PIL import Image  # noqa: PLC0415 - a PDF needs no Pillow

    for name in _PLUGINS:
        importlib.import_module(f"PIL.{name}ImagePlugin")
    Image.preinit()
    sample = io.BytesIO()
    Image.new("RGB", (1, 1)).save(sample, kind)
    list(decode_image(sample.getvalue(), kind, 1))


def work(data: bytes, kind: str, bound: str) -> Iterator[bytes]:
    try:
        yield from read_pdf(data, int(bound)) if kind == PDF else decode_image(data, kind, int(bound))
    except (MemoryError, RecursionError):
        raise SystemExit(UNREADABLE) from None


def decode_image(data: bytes, image_format: str, max_pixels: int) -> Iterator[bytes]:
    """Two images."""
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - a PDF needs no Pillow

    Image.MAX_IMAGE_PIXELS = None  # counted here, before anything is decoded
    try:
        with Image.open(io.BytesIO(data), formats=[image_format]) as image:
            if image.width * image.height > max_pixels:
                raise SystemExit(TOO_MANY_PIXELS)
            image.draft("RGB", (MODEL, MODEL))  # a JPEG is decoded at a fraction of its size
            image.load()
            picture = _colours(ImageOps.exif_transpose(image))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        raise SystemExit(UNREADABLE) from None
    picture.thumbnail((MODEL, MODEL))
    opaque = picture
    if picture.mode == "RGBA":
        opaque = Image.new("RGB", picture.size, "white")
        opaque.paste(picture, mask=picture.getchannel("A"))
    large = io.BytesIO()
    opaque.save(large, "JPEG", quality=85)
    picture.thumbnail((PREVIEW, PREVIEW))
    small = io.BytesIO()
    picture.save(small, "WEBP", quality=80)
    yield b"%d\n" % small.tell()
    yield small.getvalue()
    yield large.getvalue()


def _colours(image: "Image.Image") -> "Image.Image":
    """As RGB, or as RGBA if it is not opaque; without what else came with the original."""
    image.info = {}
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def read_pdf(data: bytes, max_characters: int) -> Iterator[bytes]:
    """Text, each page as soon as it is read."""
    from pypdf import PdfReader  # noqa: PLC0415 - an image needs no pypdf

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise SystemExit(UNREADABLE)
        left = max_characters
        for number in range(min(len(reader.pages), PAGES)):
            text = reader.pages[number].extract_text().strip()[:left]
            if text:
                yield text.encode("utf-8", "replace") + b"\n\n"
            left -= len(text)
            if left <= 0:
                break
    except Exception:  # noqa: BLE001 - pypdf raises whatever a broken file makes it meet
        raise SystemExit(UNREADABLE) from None
