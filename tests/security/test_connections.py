"""Connections that stall a server, or hold it: each attack as bytes on a socket, and somebody honest beside it."""

import asyncio
import re
import socket
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import repeat
from pathlib import Path

import psutil
import pytest

from chatkit_link.net.http_protocol import AHEAD, HEAD_BYTES, HEAD_LINES
from chatkit_link.settings import Settings
from tests.security.served_process import Served, served

#: Of the server below.
TOTAL, ADDRESS, HEADER_SECONDS, STALL_SECONDS = 60, 20, 1, 2
#: Seconds after which the server has surely looked at a connection whose time is over.
SOON = 8.0
ATTACKER, HONEST = "127.0.0.1", "127.0.0.2"
GET = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /chatkit HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
async def server(
    make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    async with served(
        make_settings(), tmp_path_factory.mktemp("server"), CONNECTIONS=str(TOTAL), CONNECTIONS_ADDRESS=str(ADDRESS),
        HEADER_TIMEOUT=str(HEADER_SECONDS), STALL_TIMEOUT=str(STALL_SECONDS), TRUSTED_PROXIES="192.0.2.1",
    ) as process:  # fmt: skip
        yield process


class Socket:
    """One connection. Whatever is wrong with it, the server has closed it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> bool:
        """False where the server does not take it any more."""
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError:
            return False
        return not self._writer.is_closing()

    async def send_all(self, parts: Iterable[bytes], *, every: float = 0) -> None:
        """Until there are no more, or the server does not take them."""
        for part in parts:
            if not await self.send(part):
                return
            await asyncio.sleep(every)

    async def read(self, size: int = 65_536) -> bytes:
        """What has arrived, or b"" once the server has closed."""
        try:
            return await self._reader.read(size)
        except OSError:
            return b""

    async def read_all(self) -> bytes:
        """All until the server closes."""
        found = bytearray()
        while part := await self.read():
            found += part
        return bytes(found)

    @property
    def port(self) -> int:
        """Its own."""
        return self._writer.get_extra_info("sockname")[1]

    def close(self) -> None:
        self._writer.transport.abort()


@asynccontextmanager
async def connected(server: Served, source: str = ATTACKER, *, buffer: int | None = None) -> AsyncGenerator[Socket]:
    """source: the address it comes from. buffer: bytes of the receive buffer."""
    with socket.socket() as raw:
        if buffer is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        raw.bind((source, 0))
        raw.settimeout(0)
        await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", server.port))
        connection = Socket(*await asyncio.open_connection(sock=raw, limit=1 if buffer else 65_536))
        try:
            yield connection
        finally:
            connection.close()


async def ask(server: Served, source: str = HONEST) -> float:
    """The seconds until somebody honest has an answer."""
    began = time.perf_counter()
    async with connected(server, source) as connection:
        await connection.send(GET + b"Connection: close\r\n\r\n")
        assert (await connection.read_all()).startswith(b"HTTP/1.1 200 ")
    return time.perf_counter() - began


@asynccontextmanager
async def honest_user(server: Served) -> AsyncGenerator[None]:
    """Somebody asks again and again inside the block, and is never kept waiting for a second."""
    waits: list[float] = []
    asked = asyncio.Event()

    async def keep_asking() -> None:
        try:
            while True:
                waits.append(await ask(server))
                asked.set()
                await asyncio.sleep(0.02)
        finally:
            asked.set()

    asking = asyncio.create_task(keep_asking())
    try:
        yield
        asked.clear()
        await asked.wait()  # once more, with all that the attack has left behind
    finally:
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
    assert max(waits) < 1, f"the longest of {len(waits)} requests took {max(waits):.2f} s"


def chunks_of_one_byte() -> Iterator[bytes]:
    return repeat(b"1\r\na\r\n" * 10_000)


#: What is sent first, what then, and the answer; None where the connection ends without one of its own.
FLOODS: dict[str, tuple[bytes, Iterable[bytes], int | None]] = {
    "a header without an end": (GET + b"X: ", repeat(b"a" * 65_536), 431),
    "a header of 5 MB": (GET + b"X: " + b"a" * 5_000_000, [], 431),
    "a header's name without an end": (GET, repeat(b"a" * 65_536), 431),
    "headers without an end": (GET, repeat(b"a: b\r\n" * 10_000), 431),
    "10,000 header lines": (GET + b"a: b\r\n" * 10_000 + b"\r\n", [], 431),
    "a request line without an end": (b"GET /", repeat(b"a" * 65_536), 414),
    "a method without an end": (b"", repeat(b"G" * 65_536), 400),
    "empty lines without an end": (b"", repeat(b"\r\n" * 30_000), 431),
    "a trailer without an end": (CHUNKED + b"0\r\nX: ", repeat(b"a" * 65_536), None),
    "trailers without an end": (CHUNKED + b"0\r\n", repeat(b"a: b\r\n" * 10_000), None),
    "an extension of a chunk without an end": (CHUNKED + b"1;x=", repeat(b"a" * 65_536), None),
    "a chunk's size without an end": (CHUNKED, repeat(b"0" * 65_536), None),
    "chunks of one byte": (CHUNKED, chunks_of_one_byte(), None),
    "a body after its refusal": (b"POST /nothing HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
                                 repeat(b"10000\r\n" + b"a" * 0x10000 + b"\r\n"), None),
    "requests sent ahead": (b"", repeat((GET + b"\r\n") * 5_000), None),
    "requests sent ahead of a body": (POST + b"Content-Length: 9\r\n\r\n", repeat((GET + b"\r\n") * 5_000), None),
    "bytes that are no request": (b"", repeat(b"\x00\xff" * 30_000), 400),
}  # fmt: skip


@pytest.mark.parametrize(("first", "then", "status"), FLOODS.values(), ids=FLOODS)
async def test_a_flood_ends_and_keeps_nobody_waiting(
    server: Served, first: bytes, then: Iterable[bytes], status: int | None
) -> None:
    async with asyncio.timeout(60), honest_user(server), connected(server) as connection:
        reading = asyncio.create_task(connection.read_all())
        await connection.send(first)
        await connection.send_all(then)
        answer = await reading
    if status is not None:
        assert not answer or answer.startswith(b"HTTP/1.1 %d " % status)  # a reset may overtake it
    assert memory(server) < 500


def memory(server: Served) -> float:
    """The most that the process has had, in MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{server.pid}/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) / 1000


SLOW: dict[str, tuple[bytes, bytes]] = {
    "nothing at all": (b"", b""),
    "half a request": (GET, b""),
    "headers, a byte at a time": (GET + b"X: ", b"a"),
    "empty lines, one at a time": (b"", b"\r\n"),
    "a second request, a byte at a time": (GET + b"\r\n", b"G"),
    "half a body": (POST + b"Content-Length: 1000\r\n\r\n{", b""),
    "a body, a byte at a time": (POST + b"Content-Length: 1000\r\n\r\n", b" "),
    "a chunked body, a byte at a time": (CHUNKED, b"1\r\n \r\n"),
    "the body of a refused request, a byte at a time": (
        b"POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", b" "),
    "HTTP/1.0 without an end": (b"GET / HTTP/1.0\r\n", b"a: b\r\n"),
}  # fmt: skip


async def test_who_is_slow_for_ever_is_given_up(server: Served) -> None:
    async def attack(first: bytes, then: bytes) -> None:
        async with connected(server) as connection:
            sending = asyncio.create_task(connection.send_all([first, *([then] * 1000 if then else [])], every=0.2))
            await connection.read_all()
            sending.cancel()

    async with asyncio.timeout(60), honest_user(server):
        began = time.monotonic()
        async with asyncio.timeout(SOON + HEADER_SECONDS + STALL_SECONDS):
            await asyncio.gather(*(attack(*parts) for parts in SLOW.values()))
        assert time.monotonic() - began > HEADER_SECONDS


async def test_a_slow_phone_uploads_as_long_as_it_takes(server: Served) -> None:
    size = 20_000
    async with asyncio.timeout(60), connected(server) as connection:
        began = time.monotonic()
        await connection.send(POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % size)
        await connection.send_all([b" " * 1000] * (size // 1000), every=0.25)
        answer = await connection.read_all()
    assert time.monotonic() - began > 2 * STALL_SECONDS
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"problem+json" in answer and b'"request_id"' in answer  # the application's, which has read all of it


async def test_who_does_not_read_an_answer_is_given_up(server: Served) -> None:
    asked = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
    async with asyncio.timeout(60), honest_user(server), connected(server, buffer=4096) as connection:
        await connection.send(asked * AHEAD)
        assert await connection.read(1)  # it is accepted
        began = time.monotonic()
        while connection.port in _peers(server):  # noqa: ASYNC110 - another process closes it
            await asyncio.sleep(0.1)
        assert time.monotonic() - began > STALL_SECONDS - 0.5
        assert (await connection.read_all()).count(b"HTTP/1.1 200 ") < AHEAD


def _peers(server: Served) -> set[int]:
    """The ports of the others, of all connections that the server has open."""
    return {one.raddr.port for one in psutil.Process(server.pid).net_connections("tcp") if one.raddr}


async def test_who_waits_for_nothing_gives_way(server: Served) -> None:
    async with asyncio.timeout(60), honest_user(server):
        idle = [connected(server) for _ in range(3 * ADDRESS)]
        for one in idle:
            await one.__aenter__()
        assert await ask(server, ATTACKER) < 1
        for one in idle:
            await one.__aexit__(None, None, None)


async def test_one_address_has_so_many_connections_in_use(server: Served) -> None:
    half = POST + b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n"
    async with asyncio.timeout(60), honest_user(server):
        busy = [connected(server) for _ in range(ADDRESS)]
        for one in busy:
            connection = await one.__aenter__()
            await connection.send(half)
            assert b"100 Continue" in await connection.read()
        async with connected(server) as one_more:
            await one_more.send(GET + b"\r\n")
            assert await one_more.read_all() == b""
        for one in busy:
            await one.__aexit__(None, None, None)
        while not await _is_answered(server):  # noqa: ASYNC110 - another process has to notice that they are closed
            await asyncio.sleep(0.05)


async def _is_answered(server: Served) -> bool:
    async with connected(server) as connection:
        await connection.send(GET + b"Connection: close\r\n\r\n")
        return b"200 OK" in await connection.read_all()


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"GET /health HTTP/1.0\r\n\r\n", b"HTTP/1.1 200 "),
        (b"GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", b"HTTP/1.1 200 "),
        (b"GET /health\r\n\r\n", b"HTTP/1.1 200 "),
        (b"GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n", b"HTTP/1.1 400 "),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"HTTP/1.1 400 "),
        (b"CONNECT evil.example:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", b"HTTP/1.1 400 "),
        (GET + b"Connection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n", b"HTTP/1.1 200 "),
        (GET + b"".join(b"X-%d: a\r\n" % number for number in range(HEAD_LINES - 2)) + b"Connection: close\r\n\r\n",
         b"HTTP/1.1 200 "),
        (GET + b"Cookie: " + b"a" * (HEAD_BYTES - 20_000) + b"\r\nConnection: close\r\n\r\n", b"HTTP/1.1 200 "),
    ],
)  # fmt: skip
async def test_what_is_odd_but_short_is_answered_and_closed(server: Served, sent: bytes, answer: bytes) -> None:
    async with asyncio.timeout(60), connected(server, HONEST) as connection:
        await connection.send(sent)
        assert (await connection.read_all()).startswith(answer)


async def test_requests_may_be_sent_a_few_ahead(server: Served) -> None:
    async with asyncio.timeout(60), connected(server, HONEST) as connection:
        await connection.send((GET + b"\r\n") * (AHEAD - 1) + GET + b"Connection: close\r\n\r\n")
        assert (await connection.read_all()).count(b"HTTP/1.1 200 ") == AHEAD


LONG = 500_000
BODIES = {
    "told": b"Content-Length: %d\r\n\r\n" % LONG + b"a" * LONG,
    "in chunks": b"Transfer-Encoding: chunked\r\n\r\n" + (b"2710\r\n" + b"a" * 10_000 + b"\r\n") * 50 + b"0\r\n\r\n",
}


@pytest.mark.parametrize("first", BODIES)
@pytest.mark.parametrize("second", BODIES)
async def test_a_connection_is_good_for_long_bodies_one_after_another(server: Served, first: str, second: str) -> None:
    """What is counted of one body is not held against the next, whose beginning comes with its headers."""
    async with asyncio.timeout(60), connected(server, HONEST) as connection:
        for body in (first, second, first):
            assert await connection.send(b"POST /nothing HTTP/1.1\r\nHost: localhost\r\n" + BODIES[body])
        await connection.send(GET + b"Connection: close\r\n\r\n")
        answers = await connection.read_all()
        assert (answers.count(b"HTTP/1.1 404 "), answers.count(b"HTTP/1.1 200 ")) == (3, 1)
