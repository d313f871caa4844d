"""Readers on a bad line: they cost little, and nobody waits for them."""

import asyncio
import socket
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest

from tests.faults.agents import answer
from tests.faults.processes import Server, running
from tests.faults.size import deadline, full_only
from tests.faults.users import Person

pytestmark = deadline

#: Four megabytes, said at once, and then silence.
LARGE = "2000 0 2000 20000"
READERS = 20
MIB = 1024 * 1024


@asynccontextmanager
async def _slow_reader(server: Server, person: Person, run_id: str) -> AsyncGenerator[None]:
    """Follows a run from its beginning, and takes one byte a second."""
    loop = asyncio.get_running_loop()
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        await loop.sock_connect(sock, ("127.0.0.1", server.port))
        head = [f"GET /chatkit/runs/{run_id}/events HTTP/1.1", "Host: here", f"Authorization: {person.authorization}"]
        await loop.sock_sendall(sock, "\r\n".join([*head, "", ""]).encode())
        assert (await loop.sock_recv(sock, 12)).endswith(b"200")

        async def read() -> None:
            while await loop.sock_recv(sock, 1):  # noqa: ASYNC110
                await asyncio.sleep(1)

        reading = asyncio.create_task(read())
        try:
            yield
        finally:
            reading.cancel()
            await asyncio.wait([reading])


async def _pace(person: Person, server: Server) -> float:
    """Seconds that an ordinary answer takes."""
    began = time.monotonic()
    async with person.ask(server, "100 10") as reading:
        await reading.read()
    assert reading.text == answer(100)
    return time.monotonic() - began


@pytest.mark.parametrize(
    "state", ["here", pytest.param("over", marks=full_only), pytest.param("on the other replica", marks=full_only)]
)
async def test_readers_on_a_bad_line_cost_little_and_slow_nobody(
    make_server: Callable[..., Server], people: Callable[[], Person], state: str
) -> None:
    writing, reading = make_server(), make_server()
    server = reading if state == "on the other replica" else writing
    servers = {writing, server}
    person = people()
    async with running(*servers), asyncio.timeout(80):
        usual = await _pace(people(), server)
        asked = LARGE if state != "over" else "2000 0 2000"
        async with person.ask(writing, asked) as large:
            await large.read(2000 if state != "over" else None)
        before = server.rss
        async with asyncio.TaskGroup() as group:
            leave = asyncio.Event()
            for _ in range(READERS):
                group.create_task(_hang(server, person, large.run_id, leave))
            await asyncio.sleep(2)
            meanwhile = await _pace(people(), server)
            each = (server.rss - before) / READERS
            leave.set()
        print(f"{state}: {each / MIB:.2f} MiB a reader, {meanwhile:.2f} s instead of {usual:.2f} s")
        assert each < MIB, f"a reader costs {each / MIB:.1f} MiB"
        assert meanwhile < usual * 1.3 + 0.2, f"an answer took {meanwhile:.2f} s instead of {usual:.2f} s"


async def _hang(server: Server, person: Person, run_id: str, leave: asyncio.Event) -> None:
    async with _slow_reader(server, person, run_id):
        await leave.wait()
