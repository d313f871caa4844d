"""Headers and addresses that Python's parsers take long for: what one of them costs the server, and that it stays."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from statistics import median

import psutil
import pytest

from chatkit_link.http.header_bounds import COOKIE_BYTES, COOKIES, FIELDS, TYPE_BYTES
from chatkit_link.net.http_protocol import HEAD_BYTES, TARGET_BYTES
from chatkit_link.settings import Settings
from tests.security.served_process import Served, served

START = b"GET /api/agents HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
async def server(
    make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    settings = make_settings()
    assert settings.secret is not None
    secret = settings.secret.get_secret_value()
    async with served(settings, tmp_path_factory.mktemp("server"), SECRET=secret) as process:
        yield process


@asynccontextmanager
async def connected(server: Served) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def ask(server: Served, *lines: bytes, start: bytes = START) -> tuple[int, float]:
    """The status of an answer, and the seconds of processor time that the server took for it."""
    process = psutil.Process(server.pid)
    async with connected(server) as (reader, writer):
        before = process.cpu_times()
        writer.write(start + b"Connection: close\r\n" + b"".join(line + b"\r\n" for line in lines) + b"\r\n")
        answer = await reader.read()
        after = process.cpu_times()
    return int(answer.split()[1]), after.user - before.user


def cookie(text: bytes) -> bytes:
    return b"Cookie: " + text


#: A request's header lines, and the status of its answer.
LINES: dict[str, tuple[list[bytes], int]] = {
    "60 kB of escaped quotes": ([cookie(b'a="' + b'\\"' * 30_000 + b'"')], 431),
    "16 kB of escaped quotes": ([cookie(b'a="' + b'\\"' * 8_000 + b'"')], 200),
    "16 kB of backslashes": ([cookie(b'a="' + b"\\" * 16_000 + b'"')], 200),
    "escaped quotes in many cookies": (
        [cookie(b"; ".join(b'a%d="' % number + b'\\"' * 500 + b'"' for number in range(15)))], 200),
    "escaped quotes in many lines": ([cookie(b'a="' + b'\\"' * 500 + b'"')] * 15, 200),
    "more bytes of cookies": ([cookie(b"a=" + b"b" * (COOKIE_BYTES // 2))] * 2, 431),
    "more cookies": ([cookie(b"a=b;" * COOKIES)], 431),
    "cookies of our own name": ([cookie(b"; ".join([b"chatkit_link_user=a.b.c"] * 400))], 200),
    "a content type of mail": ([b'Content-Type: application/json; a="' + b";" * 30_000], 431),
    "addresses of proxies": ([b"X-Forwarded-For: " + b"127.0.0.1," * 3_000 + b"127.0.0.1"], 200),
    "languages": ([b"Accept-Language: " + b"a," * 15_000], 200),
    "a token of dots": ([b"Authorization: Bearer " + b"." * 30_000], 200),
    "ranges": ([b"Range: bytes=" + b"1-2," * 7_000], 200),
    "more than the headers may have": ([b"X: " + b"a" * (HEAD_BYTES + 16_384)], 431),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "status"), LINES.values(), ids=LINES)
async def test_no_header_costs_much(server: Served, lines: list[bytes], status: int) -> None:
    await ask(server)
    quiet = median([(await ask(server))[1] for _ in range(5)])
    answers = [await ask(server, *lines) for _ in range(5)]
    assert {found for found, _ in answers} == {status}
    # The system counts in hundredths of a second; each of these took from 0.05 to 9 seconds.
    assert median(seconds for _, seconds in answers) <= quiet + 0.03


async def test_no_address_costs_much(server: Served) -> None:
    for query, status in (
        (b"a=b&" * (FIELDS - 2) + b"a=b", 200), (b"&" * FIELDS, 414), (b"a" * TARGET_BYTES, 414),
        (b"%41" * (TARGET_BYTES // 3 - 20), 200),
    ):  # fmt: skip
        start = START.replace(b"/api/agents", b"/api/agents?" + query)
        answers = [await ask(server, start=start) for _ in range(5)]
        assert {found for found, _ in answers} == {status}
        assert median(seconds for _, seconds in answers) <= 0.05


async def test_a_site_with_many_cookies_is_answered_and_known(server: Served) -> None:
    first = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    async with connected(server) as (reader, writer):
        writer.write(first)
        page = await reader.read()
    (ours,) = [line.split(b" ", 1)[1].split(b";")[0] for line in page.split(b"\r\n") if line.startswith(b"set-cookie:")]
    others = [b"other_%d=%s" % (number, b"x" * 60) for number in range(170)]
    lines = [cookie(b"; ".join([*others, b'quoted="a\\054b"', b'long="' + b'\\"' * 1_000 + b'"', ours]))]
    async with connected(server) as (reader, writer):
        writer.write(first.replace(b"Connection", b"".join(lines) + b"\r\nConnection"))
        again = await reader.read()
    assert again.startswith(b"HTTP/1.1 200 ") and b"set-cookie" not in again.partition(b"\r\n\r\n")[0]
    assert (await ask(server, b"Content-Type: " + b"a" * TYPE_BYTES))[0] == 200


async def test_who_hangs_up_leaves_no_error_in_the_log(server: Served) -> None:
    post = b"POST /chatkit HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"
    ahead = b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n" * 16
    for sent in [post, ahead, START + b"\r\n" + post, ahead[:-50] + post] * 10:
        async with connected(server) as (reader, writer):
            writer.write(sent)
            await writer.drain()
            if sent is not post:
                await reader.read(1)
    while any(  # noqa: ASYNC110 - another process has to notice that they are closed
        one.raddr for one in psutil.Process(server.pid).net_connections("tcp") if one.laddr.port == server.port
    ):
        await asyncio.sleep(0.05)
    assert (await ask(server))[0] == 200
    told = [line for line in server.log if "storage_claim" not in line]  # the tests' files are in another folder
    assert not [line for line in told if "ERROR" in line or "Traceback" in line or "  File " in line]
