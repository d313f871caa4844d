"""The clients, in a process of their own: ``python -m bench.load '{"port": ...}'``.

Raw sockets, one connection per client, kept open: a client library would take more CPU than some of the
servers. What it measures is printed as one line of JSON. Imports nothing but the standard library, so
that it starts at once.
"""

import asyncio
import json
import re
import sys
from dataclasses import asdict, dataclass, field
from typing import Any

_COOKIE = re.compile(rb"\r\nset-cookie: ([^;\r]+)", re.IGNORECASE)
_END = b"0\r\n\r\n"


@dataclass
class Asked:
    """path: of the endpoint. body: the request's JSON. seconds: how long clients keep asking.

    hold: open this many streams, print the seconds until each has started, hold them until standard input ends, and
    print for each of its lines how many events have come.
    """

    port: int
    path: str
    body: str
    clients: int = 1
    seconds: float = 1.0
    hold: int = 0
    cookie: str = ""


@dataclass
class Measured:
    """first, whole: seconds from a request to its first event, and to its end, of each request."""

    seconds: float = 0.0
    events: int = 0
    first: list[float] = field(default_factory=list[float])
    whole: list[float] = field(default_factory=list[float])


class Connection(asyncio.Protocol):
    """One client. Asks, waits for the end of the answer, and may ask again."""

    def __init__(self, asked: Asked) -> None:
        self._clock = asyncio.get_running_loop().time
        self._asked = asked
        self._cookie = asked.cookie.encode()
        self._transport: asyncio.Transport | None = None
        self._head = b""
        self._asked_at = 0.0
        self._tail = b""
        self._length: int | None = None
        self.events = 0
        self.first = 0.0
        self.body = bytearray()
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.responding = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError())

    def ask(self) -> None:
        assert self._transport is not None
        body = self._asked.body.encode()
        cookie = b"cookie: %b\r\n" % self._cookie if self._cookie else b""
        self._head, self._tail, self.first = b"", b"", 0.0
        self.body.clear()
        self.responding.clear()
        self.done = asyncio.get_running_loop().create_future()
        self._asked_at = self._clock()
        self._transport.write(
            b"POST %b HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n%bcontent-length: %d\r\n\r\n%b"
            % (self._asked.path.encode(), cookie, len(body), body)
        )

    @property
    def took(self) -> float:
        return self._clock() - self._asked_at

    def data_received(self, data: bytes) -> None:
        if not self._head.endswith(b"\r\n\r\n"):
            self._head += data
            if b"\r\n\r\n" not in self._head:
                return
            head, _, data = self._head.partition(b"\r\n\r\n")
            self._read_head(head + b"\r\n\r\n")
        if not data:
            return
        if not self.first:
            self.first = self.took
            self.responding.set()
        self.events += data.count(b"data: {")
        if self._length is not None:
            self.body += data
            if len(self.body) >= self._length:
                self._finish()
            return
        self._tail = (self._tail + data[-5:])[-5:]
        if self._tail == _END:
            self._finish()

    def _read_head(self, head: bytes) -> None:
        self._head = head
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(head.decode(errors="replace"))
        if cookie := _COOKIE.search(head):
            self._cookie = cookie[1]
        length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
        self._length = int(length[1]) if length else None

    def _finish(self) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def close(self) -> None:
        assert self._transport is not None
        self.done.cancel()
        self._transport.abort()


async def _connect(asked: Asked) -> Connection:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(lambda: Connection(asked), "127.0.0.1", asked.port)
    return connection


async def _client(connection: Connection, until: float, measured: Measured) -> None:
    clock = asyncio.get_running_loop().time
    while clock() < until:
        connection.ask()
        await connection.done
        measured.first.append(connection.first)
        measured.whole.append(connection.took)
    measured.events += connection.events
    connection.close()


async def load(asked: Asked) -> Measured:
    """Ask until the time is over; every answer that was started is counted, and read to its end."""
    clock = asyncio.get_running_loop().time
    connections = [await _connect(asked) for _ in range(asked.clients)]
    measured = Measured()
    started = clock()
    await asyncio.gather(*(_client(connection, started + asked.seconds, measured) for connection in connections))
    measured.seconds = clock() - started
    return measured


async def hold(asked: Asked) -> None:
    """Open streams, and read them until standard input ends."""
    clock = asyncio.get_running_loop().time
    started = clock()
    connections: list[Connection] = []
    for start in range(0, asked.hold, 50):  # not all in one instant
        fresh = [await _connect(asked) for _ in range(min(50, asked.hold - start))]
        for connection in fresh:
            connection.ask()
        await asyncio.gather(*(connection.responding.wait() for connection in fresh))
        connections += fresh
    print(clock() - started, flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(sum(connection.events for connection in connections), flush=True)
    for connection in connections:
        connection.close()


async def _main(given: dict[str, Any]) -> None:
    asked = Asked(**given)
    if asked.hold:
        await hold(asked)
    else:
        print(json.dumps(asdict(await load(asked))), flush=True)


if __name__ == "__main__":
    asyncio.run(_main(json.loads(sys.argv[1])))
