"""What is made of a file once, when it arrives: smaller images of an image, the text of a PDF.

The work is done by ``decoder.py`` in a sandboxed process for each file. It gets the bytes through a pipe as they are
read from the storage, and is killed when its time is over, so that no file can hold up the server, whatever is in it.

A few run at a time; the others wait in lines that are fair by address and user. Images have lines apart from PDFs, and
quick files apart from slow ones, which may take a hundred times as long: else whoever has many addresses would make
all others wait. A file is tried as a quick one first, unless it is an image that says itself that it is large. One that
is not done within what a quick one may take is ended, and begins again in the line of the slow ones.
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace

from chatkit_link.caller import Caller
from chatkit_link.errors import TooLarge, Unavailable, UnsupportedType
from chatkit_link.files import decoder
from chatkit_link.files.dimensions import LOOKED_AT, dimensions
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
#: What one file may cost; the deadline is for a machine that is busy. There others go before a large image, and before
#: a PDF, whose text nobody looks at at once.
SLOW_IMAGE_JOB = Job(decoder.__name__, deadline=20.0, cpu=5.0, memory=1_500_000_000, answer=16_000_000, nice=5)
SLOW_PDF_JOB = Job(decoder.__name__, deadline=20.0, cpu=10.0, memory=1_500_000_000, answer=16_000_000, nice=10)
#: And what one may cost that is tried as a quick one, including the start of its process.
IMAGE_JOB = replace(SLOW_IMAGE_JOB, deadline=5.0, cpu=1.0, nice=0)
PDF_JOB = replace(SLOW_PDF_JOB, deadline=5.0, cpu=2.0)
#: Pixels to decode of which an image is no quick one: a photo of a phone has 12.2 million.
LARGE = 12_500_000
#: Pixels that are decoded in a second: to guess who is done first, and no more.
_PIXELS_A_SECOND = 25_000_000
#: Images, and PDFs, that are decoded at the same time; and that wait for it in each line, stored.
IMAGES_AT_ONCE = Bounds(user=1, address=1, total=2)
SLOW_IMAGES_AT_ONCE = Bounds(user=1, address=1, total=1)
PDFS_AT_ONCE = Bounds(user=1, address=1, total=2)
SLOW_PDFS_AT_ONCE = Bounds(user=1, address=1, total=2)
WAITING = Bounds(user=100, address=300, total=2000)
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
        self._image = _Lane(IMAGES_AT_ONCE, IMAGE_JOB, deadline)
        self._slow_image = _Lane(SLOW_IMAGES_AT_ONCE, SLOW_IMAGE_JOB, deadline)
        self._pdf = _Lane(PDFS_AT_ONCE, PDF_JOB, deadline)
        self._slow_pdf = _Lane(SLOW_PDFS_AT_ONCE, SLOW_PDF_JOB, deadline)
        self._sandbox = Sandbox()

    async def make(self, place: str, mime_type: str, size: int, caller: Caller) -> Made:
        """The renditions; none for media types that have none.

        Raises:
            UnsupportedType: an image that cannot be decoded.
            TooLarge: an image of too many pixels.
            TooManyRequests, Unavailable: too many files wait already.
        """
        if mime_type in IMAGES:
            return await self._pictures(place, await self._decode_image(place, mime_type, caller))
        if mime_type == PDF and size <= LARGEST_PDF:
            # What it will take cannot be guessed: a scan of many megabytes is read at once, and two kilobytes may last.
            answer = await self._decode(self._pdf, place, decoder.PDF, MOST_TEXT, caller)
            if answer.status is None:
                answer = await self._decode(self._slow_pdf, place, decoder.PDF, MOST_TEXT, caller)
            return await self._text(place, answer)
        return Made()

    async def _decode_image(self, place: str, mime_type: str, caller: Caller) -> Answer:
        kind, most = mime_type.removeprefix("image/").upper(), self._max_pixels
        said = dimensions(await self._storage.read_all(place, LOOKED_AT), mime_type)
        if said is None:
            return await self._decode(self._slow_image, place, kind, most, caller, cost=SLOW_IMAGE_JOB.cpu)
        pixels, work = said[0] * said[1], _pixels_to_decode(said, mime_type)
        if pixels <= most and work > LARGE:
            return await self._decode(self._slow_image, place, kind, most, caller, cost=work / _PIXELS_A_SECOND)
        # It says that it is quick to decode or, with too many pixels, to refuse: so it is not decoded if it has more.
        allowed = pixels <= most
        bound, cost = (pixels, work / _PIXELS_A_SECOND) if allowed else (min(most, LARGE), 0.0)
        answer = await self._decode(self._image, place, kind, bound, caller, cost=cost)
        if answer.status is None or (answer.status == decoder.TOO_MANY_PIXELS and allowed):
            return await self._decode(self._slow_image, place, kind, most, caller, cost=SLOW_IMAGE_JOB.cpu)
        return answer

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

    async def _decode(
        self, lane: "_Lane", place: str, kind: str, bound: int, caller: Caller, *, cost: float = 0.0
    ) -> Answer:
        try:
            async with lane.line.turn(caller, cost=cost):
                return await self._sandbox.run(lane.job, kind, str(bound), chunks=self._storage.read(place))
        except NotStartedError as error:
            raise Unavailable(Localized("server_crowded", seconds=_RETRY), retry_after=_RETRY) from error


class _Lane:
    """Where files wait, and what each may cost. deadline: seconds, instead of the job's where that is later."""

    def __init__(self, at_once: Bounds, job: Job, deadline: float | None) -> None:
        self.line = Line(at_once, WAITING)
        self.job = job if deadline is None else replace(job, deadline=min(deadline, job.deadline))


def _pixels_to_decode(said: tuple[int, int], mime_type: str) -> int:
    """Of a large JPEG a decoder does a part (``Image.draft``)."""
    fraction = 1
    if mime_type == "image/jpeg":
        fraction = next((each for each in (8, 4, 2) if min(said) >= each * decoder.MODEL), 1)
    return said[0] * said[1] // fraction**2


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
