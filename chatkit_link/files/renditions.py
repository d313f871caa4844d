"""What is made of a file once, when it arrives: smaller images of an image, the text of a PDF.

The work is done by ``decoder.py`` in a process of its own for each file. It gets the bytes through a pipe
as they are read from the storage, a deadline, and is killed when that is over, so that no file can hold
up the server, whatever is in it. A few run at a time; the others wait in line.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from chatkit_link.errors import TooLarge, UnsupportedType
from chatkit_link.files import decoder
from chatkit_link.files.media_type import IMAGES, PDF
from chatkit_link.files.storage import Storage
from chatkit_link.translations import Localized

logger = logging.getLogger(__name__)

#: Names of renditions, and how their keys end.
PREVIEW = "preview"
MODEL = "model"
TEXT = "text"

#: Seconds that a decoder may take to start, and seconds and bytes that one file may cost it then.
_START = 30.0
DEADLINE = 10.0
MEMORY = 1_500_000_000
#: A PDF that is larger is stored, but not read.
LARGEST_PDF = 32_000_000
#: Characters of text that are stored of a PDF: more than any model gets.
MOST_TEXT = 1_000_000
#: Bytes that a decoder may answer with.
_MOST_ANSWER = 16_000_000
_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Made:
    """types: name -> media type. size: bytes of all of them together."""

    types: Mapping[str, str] = field(default_factory=dict[str, str])
    size: int = 0


@dataclass(frozen=True, slots=True)
class _Answer:
    """status: the decoder's exit status; None where it was killed."""

    status: int | None
    data: bytes


class Renditions:
    """Makes and stores the renditions of a file, beside it."""

    def __init__(self, storage: Storage, *, max_pixels: int, deadline: float = DEADLINE) -> None:
        """deadline: seconds that one file may take, from when its decoder is ready."""
        self._storage = storage
        self._max_pixels = max_pixels
        self._deadline = deadline
        self._line = anyio.CapacityLimiter(_AT_ONCE)

    async def make(self, place: str, mime_type: str, size: int) -> Made:
        """The renditions; none for media types that have none.

        Raises:
            UnsupportedType: an image that cannot be decoded.
            TooLarge: an image of too many pixels.
        """
        if mime_type in IMAGES:
            return await self._pictures(place, mime_type)
        if mime_type == PDF and size <= LARGEST_PDF:
            return await self._text(place)
        return Made()

    async def _pictures(self, place: str, mime_type: str) -> Made:
        answer = await self._decode(place, "image", mime_type.removeprefix("image/").upper(), self._max_pixels)
        if answer.status == decoder.TOO_MANY_PIXELS:
            raise TooLarge(Localized("image_too_large", most=self._max_pixels // 1_000_000))
        parts = _split(answer.data) if answer.status == 0 else []
        if len(parts) != 2:
            raise UnsupportedType(Localized("image_unreadable"))
        made = {PREVIEW: "image/webp", MODEL: "image/jpeg"}
        for (name, media_type), part in zip(made.items(), parts, strict=True):
            await self._storage.put(f"{place}.{name}", _once(part), mime_type=media_type, disposition="inline")
        return Made(made, sum(map(len, parts)))

    async def _text(self, place: str) -> Made:
        """Of a PDF that cannot be read to its end, what was read is stored."""
        answer = await self._decode(place, "pdf", "-", MOST_TEXT)
        if not answer.data.strip():
            return Made()
        plain = "text/plain; charset=utf-8"
        await self._storage.put(f"{place}.{TEXT}", _once(answer.data), mime_type=plain, disposition="attachment")
        return Made({TEXT: plain}, len(answer.data))

    async def _decode(self, place: str, job: str, image_format: str, bound: int) -> _Answer:
        async with self._line:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", str(Path(decoder.__file__))),
                *(job, image_format, str(bound), str(int(self._deadline) + 1), str(MEMORY)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=None if sys.platform == "win32" else {},  # Windows starts nothing without its own
            )
            output = bytearray()
            try:
                async with asyncio.timeout(_START) as clock, asyncio.TaskGroup() as group:
                    await _until_ready(process)
                    clock.reschedule(asyncio.get_running_loop().time() + self._deadline)
                    group.create_task(_feed(process, self._storage.read(place)))
                    group.create_task(_read_output(process, output))
                    group.create_task(process.wait())
            except TimeoutError:
                logger.warning("decoding %s took too long and was ended", place)
                return _Answer(None, bytes(output))
            except ExceptionGroup as failed:  # the storage is away: one error, not a group of them
                raise failed.exceptions[0] from None
            finally:
                if process.returncode is None:
                    process.kill()
                with anyio.CancelScope(shield=True):
                    await process.wait()
            return _Answer(process.returncode, bytes(output))


async def _until_ready(process: asyncio.subprocess.Process) -> None:
    """Wait for it, or for its end."""
    assert process.stdout is not None
    await process.stdout.read(len(decoder.READY))


async def _feed(process: asyncio.subprocess.Process, chunks: AsyncGenerator[bytes]) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):  # it has seen enough, or died
        async with aclosing(chunks):
            async for chunk in chunks:
                process.stdin.write(chunk)
                await process.stdin.drain()
        process.stdin.close()
        await process.stdin.wait_closed()


async def _read_output(process: asyncio.subprocess.Process, output: bytearray) -> None:
    assert process.stdout is not None
    while chunk := await process.stdout.read(65536):
        output += chunk
        if len(output) > _MOST_ANSWER:
            process.kill()
            return


def _split(data: bytes) -> list[bytes]:
    """Parts, each after a line with its length."""
    parts: list[bytes] = []
    while data:
        length, _, data = data.partition(b"\n")
        parts.append(data[: int(length)])
        data = data[int(length) :]
    return parts


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
