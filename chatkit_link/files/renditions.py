"""What is made of a file once, when it arrives: smaller images of an image, the text of a PDF.

The work is done by ``decoder.py`` in a sandboxed process for each file. It gets the bytes through a pipe as they are
read from the storage, and is killed when its time is over, so that no file can hold up the server, whatever is in it.
A few run at a time; the others wait in lines that are fair by address and user, one for images and one for PDFs: a PDF
may take a hundred times as long.
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace

from chatkit_link.caller import Caller
from chatkit_link.errors import TooLarge, Unavailable, UnsupportedType
from chatkit_link.files import decoder
from chatkit_link.files.media_type import HEAD, IMAGES, PDF, sniff
from chatkit_link.files.storage import Storage
from chatkit_link.limits.line import Line
from chatkit_link.limits.shares import Bounds
from chatkit_link.sandbox.process import Answer, Job, NotStartedError, Sandbox
from chatkit_link.translations import Localized

#: Names of renditions, and how their keys end.
PREVIEW = "preview"
MODEL = "model"
TEXT = "text"
_PREVIEW_TYPE = "image/webp"
_MODEL_TYPE = "image/jpeg"

#: A PDF that is larger is stored, but not read.
LARGEST_PDF = 32_000_000
#: Characters of text that are stored of a PDF: more than any model gets.
MOST_TEXT = 1_000_000
#: What one file may cost; the deadline is for a machine that is busy. There others go before a PDF, whose text nobody
#: looks at at once.
IMAGE_JOB = Job(decoder.__name__, deadline=20.0, cpu=5.0, memory=1_500_000_000, answer=16_000_000)
PDF_JOB = Job(decoder.__name__, deadline=20.0, cpu=10.0, memory=1_500_000_000, answer=16_000_000, nice=10)
#: Images, and PDFs, that are decoded at the same time; and that wait for it, stored.
IMAGES_AT_ONCE = Bounds(user=1, address=1, total=2)
PDFS_AT_ONCE = Bounds(user=1, address=1, total=2)
WAITING = Bounds(user=20, address=60, total=300)
#: Seconds after which to try again, where no process can be started.
_RETRY = 5


@dataclass(frozen=True, slots=True)
class Made:
    """types: name -> media type. size: bytes of all of them together."""

    types: Mapping[str, str] = field(default_factory=dict[str, str])
    size: int = 0


class Renditions:
    """Makes and stores the renditions of a file, beside it."""

    def __init__(self, storage: Storage, *, max_pixels: int, deadline: float | None = None) -> None:
        """deadline: seconds that one file may take, from when its decoder is ready."""
        self._storage = storage
        self._max_pixels = max_pixels
        self._image_job, self._pdf_job = (
            job if deadline is None else replace(job, deadline=deadline) for job in (IMAGE_JOB, PDF_JOB)
        )
        self._images = Line(IMAGES_AT_ONCE, WAITING)
        self._pdfs = Line(PDFS_AT_ONCE, WAITING)
        self._sandbox = Sandbox()

    async def make(self, place: str, mime_type: str, size: int, caller: Caller) -> Made:
        """The renditions; none for media types that have none.

        Raises:
            UnsupportedType: an image that cannot be decoded.
            TooLarge: an image of too many pixels.
            TooManyRequests, Unavailable: too many files wait already.
        """
        if mime_type in IMAGES:
            async with self._images.turn(caller):
                image_format = mime_type.removeprefix("image/").upper()
                answer = await self._decode(self._image_job, place, image_format, self._max_pixels)
            return await self._pictures(place, answer)
        if mime_type == PDF and size <= LARGEST_PDF:
            async with self._pdfs.turn(caller):
                answer = await self._decode(self._pdf_job, place, decoder.PDF, MOST_TEXT)
            return await self._text(place, answer)
        return Made()

    async def _pictures(self, place: str, answer: Answer) -> Made:
        if answer.status == decoder.TOO_MANY_PIXELS:
            raise TooLarge(Localized("image_too_large", most=self._max_pixels // 1_000_000))
        parts = _pictures_in(answer.data) if answer.status == 0 else None
        if parts is None:
            raise UnsupportedType(Localized("image_unreadable"))
        made = {PREVIEW: _PREVIEW_TYPE, MODEL: _MODEL_TYPE}
        for (name, media_type), part in zip(made.items(), parts, strict=True):
            await self._storage.put(f"{place}.{name}", _once(part), mime_type=media_type, disposition="inline")
        return Made(made, sum(map(len, parts)))

    async def _text(self, place: str, answer: Answer) -> Made:
        """Of a PDF that cannot be read to its end, what was read is stored."""
        if not answer.data.strip():
            return Made()
        plain = "text/plain; charset=utf-8"
        await self._storage.put(f"{place}.{TEXT}", _once(answer.data), mime_type=plain, disposition="attachment")
        return Made({TEXT: plain}, len(answer.data))

    async def _decode(self, job: Job, place: str, kind: str, bound: int) -> Answer:
        try:
            return await self._sandbox.run(job, kind, str(bound), chunks=self._storage.read(place))
        except NotStartedError as error:
            raise Unavailable(Localized("server_crowded", seconds=_RETRY), retry_after=_RETRY) from error


def _pictures_in(data: bytes) -> tuple[bytes, bytes] | None:
    """The preview and the model's; None if that is not what a decoder sent, which a file may have taken over."""
    length, _, rest = data.partition(b"\n")
    if not re.fullmatch(rb"[0-9]{1,8}", length):
        return None
    small, large = rest[: int(length)], rest[int(length) :]
    types = (sniff(small[:HEAD], "preview"), sniff(large[:HEAD], "model"))
    return (small, large) if types == (_PREVIEW_TYPE, _MODEL_TYPE) else None


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
