"""A connection to the fake OpenAI on which answers are lost, cut, garbled or held back at a given rate."""

import asyncio
import itertools
import re
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

#: nothing at all; cut in the head, and in the body; whole, but with half a body; a page of some box in between.
FATES = ("silent", "head", "body", "half", "page")
_END = b"\r\n\r\n"


class BrokenLine:
    """every: of so many different requests one is unlucky, and answered well at its third try. fates: what it had."""

    def __init__(self, target: str, every: int = 3) -> None:
        self._host, self._port = str(urlsplit(target).hostname), urlsplit(target).port
        self._every = every
        self._fates = itertools.cycle(FATES)
        self._tries: dict[bytes, int] = {}
        self.fates: Counter[str] = Counter()
        self.address = ""

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(_END)
            length = re.search(rb"content-length: (\d+)", head.lower())
            answer = await self._ask(head, await reader.readexactly(int(length[1]) if length else 0))
            fate = self._fate(head.partition(b"\r\n")[0])
            self.fates[fate] += 1
            if fate == "silent":
                await reader.read()  # until the caller gives up
            writer.write(_as_fated(answer, fate))
            await writer.drain()
        writer.close()

    def _fate(self, asked: bytes) -> str:
        number = len(self._tries)
        if asked not in self._tries:
            self._tries[asked] = 0 if number % self._every == 0 else 2
        self._tries[asked] += 1
        return "well" if self._tries[asked] > 2 else next(self._fates)

    async def _ask(self, head: bytes, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        writer.write(head.replace(b"keep-alive", b"close") + body)
        answer = await reader.read()
        writer.close()
        return answer


def _as_fated(answer: bytes, fate: str) -> bytes:
    head, _, body = answer.partition(_END)
    match fate:
        case "well":
            return answer
        case "head":
            return answer[:40]
        case "body":
            return answer[: len(head) + len(_END) + len(body) // 2]
        case "half":
            half = body[: len(body) // 2]
            return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close" + _END + half
        case "page":
            return (
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close"
                + _END
                + b"<p>Sign in to the wifi</p>"
            )
        case _:
            return b""


@asynccontextmanager
async def broken_line(target: str) -> AsyncGenerator[BrokenLine]:
    line = BrokenLine(target)
    server = await asyncio.start_server(line.connected, "127.0.0.1", 0)
    line.address = "http://{}:{}".format(*server.sockets[0].getsockname())
    async with server:
        yield line
