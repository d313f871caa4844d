"""Decodes an uploaded image or PDF. A program of its own, run by ``renditions.py`` and killed if it takes too long.

It is started by its path and imports nothing of ours, with an empty environment and limits on memory
and processor time: bytes that break a decoder break this process, and there are no secrets in it.

It writes ``READY`` when it has loaded what it needs: from then on its time is the file's. The bytes come on
standard input. An image's answer is two images, each after a line with its length:
a small WebP for users, a larger JPEG for models; both have only the first frame, turned upright, and
none of the original's metadata. A PDF's answer is its text, page by page, as it is read.

Exit status: 0 good, 3 it cannot be read, 4 it has too many pixels.
"""

import importlib
import io
import sys
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

READY = b"\n"
UNREADABLE = 3
TOO_MANY_PIXELS = 4
#: Longer side in pixels: what a page shows on a sharp screen, and what models scale down to anyway.
PREVIEW = 512
MODEL = 2048
#: Most pages that are read.
PAGES = 300


def limit(seconds: int, memory: int) -> None:
    """Bound this process, where the system can."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def decode_image(data: bytes, image_format: str, max_pixels: int) -> None:
    """Two images to standard output."""
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
    for result in (small.getvalue(), large.getvalue()):
        sys.stdout.buffer.write(b"%d\n" % len(result) + result)


def _colours(image: "Image.Image") -> "Image.Image":
    """As RGB, or as RGBA if it is not opaque; without what else came with the original."""
    image.info = {}
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def read_pdf(data: bytes, max_characters: int) -> None:
    """Text to standard output, each page as soon as it is read."""
    from pypdf import PdfReader  # noqa: PLC0415 - an image needs no pypdf

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise SystemExit(UNREADABLE)
        left = max_characters
        for number in range(min(len(reader.pages), PAGES)):
            text = reader.pages[number].extract_text().strip()[:left]
            if text:
                sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n\n")
                sys.stdout.buffer.flush()
            left -= len(text)
            if left <= 0:
                break
    except Exception:  # noqa: BLE001 - pypdf raises whatever a broken file makes it meet
        raise SystemExit(UNREADABLE) from None


def main() -> None:
    job, image_format, bound, seconds, memory = sys.argv[1:]
    limit(int(seconds), int(memory))
    warnings.simplefilter("ignore")
    importlib.import_module("PIL.Image" if job == "image" else "pypdf")
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    data = sys.stdin.buffer.read()
    try:
        if job == "image":
            decode_image(data, image_format, int(bound))
        else:
            read_pdf(data, int(bound))
    except (MemoryError, RecursionError):
        raise SystemExit(UNREADABLE) from None


if __name__ == "__main__":
    main()
