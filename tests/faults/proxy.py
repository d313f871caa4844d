"""A TCP proxy between a server and its database, which can be told to fail."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import suppress
from types import TracebackType
from typing import Literal, Self

#: pass on; wait before each piece; break off and refuse; the same with RST; take everything and answer nothing.
Mood = Literal["well", "slow", "cut", "reset", "silent"]

_SLOW = 0.1
_RST = struct.pack("ii", 1, 0)


class Proxy:
    """Inside the block, 127.0.0.1:``port`` stands for ``target``."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._mood: Mood = "well"
        self._unanswered: bytes | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self._break_off(reset=True)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def become(self, mood: Mood) -> None:
        """What stood open while it was silent is broken off, as a network does when it comes back."""
        if mood in ("cut", "reset") or self._mood == "silent":
            self._break_off(reset=mood == "reset")
        self._mood = mood

    def lose_answer_to(self, statement: bytes) -> None:
        """Break off the next connection that prepares and executes this, once that is done and before it is told.

        Statements that a connection has prepared before pass unnoticed.
        """
        self._unanswered = statement

    def _break_off(self, *, reset: bool) -> None:
        for writer in self._writers:
            if reset and (sock := writer.get_extra_info("socket")) is not None:
                with suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST)
            writer.transport.abort() if reset else writer.close()
        self._writers.clear()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._carry(reader, writer)
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._tasks.discard(task)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._mood in ("cut", "reset"):
            writer.transport.abort()
            return
        asked = asyncio.Event()
        back, forth = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, forth}
        await asyncio.gather(self._ask(reader, forth, asked), self._answer(back, writer, asked))

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: asyncio.Event) -> None:
        async for piece in self._pieces(reader, writer):
            if self._unanswered is not None and self._unanswered in piece:
                self._unanswered = None
                asked.set()
            await _send(writer, piece)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: asyncio.Event) -> None:
        prepared = False
        async for piece in self._pieces(reader, writer):
            if prepared:
                return
            prepared = asked.is_set()
            await _send(writer, piece)

    async def _pieces(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
        try:
            while piece := await reader.read(65536):
                if self._mood == "slow":
                    await asyncio.sleep(_SLOW)
                if self._mood != "silent":
                    yield piece
        except OSError:
            pass  # broken off, here or there
        finally:
            writer.close()
            self._writers.discard(writer)


async def _send(writer: asyncio.StreamWriter, piece: bytes) -> None:
    with suppress(OSError):
        writer.write(piece)
        await writer.drain()
