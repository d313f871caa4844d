"""What is scarce: how a stranger takes as much of it as possible, and how an honest user takes a little."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2

from tests.files import samples
from tests.limits.users import new_message

Honest = Callable[[httpx2.AsyncClient, "Visitor"], Coroutine[Any, Any, str]]
Attack = Callable[[httpx2.AsyncClient, "Visitor", str], Coroutine[Any, Any, str]]


@dataclass(frozen=True)
class Visitor:
    """An anonymous visitor behind the proxy on this machine. source: where its own connections come from."""

    network: str
    user: str
    source: str = "127.0.0.1"


@dataclass(frozen=True)
class Thing:
    """attack: ends with the status that it was answered with; slow and huge ones differ. honest: likewise."""

    attack: Attack
    honest: Honest


def new_http(address: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        base_url=address, timeout=60, limits=httpx2.Limits(max_connections=None, max_keepalive_connections=50)
    )


#: The cookies of visitors that come again.
_known: dict[tuple[str, str], str] = {}


async def _headers(http: httpx2.AsyncClient, visitor: Visitor) -> dict[str, str]:
    """With the cookie of this visitor; those of ``n...`` come once, and have none."""
    headers = {"X-Forwarded-For": visitor.network}
    if visitor.user.startswith("n"):
        http.cookies.clear()
        return headers
    key = (visitor.network, visitor.user)
    if key not in _known:
        answer = await http.get("/", headers=headers)
        _known[key] = answer.headers["set-cookie"].partition(";")[0]
    http.cookies.clear()
    return headers | {"Cookie": _known[key]}


async def _slowly(data: bytes) -> AsyncIterator[bytes]:
    """So much of it that the server begins, and then a byte now and then."""
    yield data[:5000]
    for at in range(5000, len(data)):
        await asyncio.sleep(0.5)
        yield data[at : at + 1]


def _form(name: str, kind: str, data: bytes) -> tuple[bytes, dict[str, str]]:
    mark = "a-boundary-of-this-test"
    disposition = f'Content-Disposition: form-data; name="file"; filename="{name}"'
    head = f"--{mark}\r\n{disposition}\r\nContent-Type: {kind}\r\n\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={mark}"}
    return head + data + f"\r\n--{mark}--\r\n".encode(), headers


async def _upload(http: httpx2.AsyncClient, visitor: Visitor, name: str, kind: str, data: bytes, slow: bool) -> str:
    body, headers = _form(name, kind, data)
    if slow:
        headers["Content-Length"] = str(len(body))
    content = _slowly(body) if slow else body
    answer = await http.post("/files", content=content, headers=headers | await _headers(http, visitor))
    return str(answer.status_code)


@functools.cache
def _picture(side: int) -> bytes:
    return samples.image("PNG", (side, side))


@functools.cache
def _pdf(operators: int) -> bytes:
    return samples.endless_pdf(operators)


async def _pictures(http: httpx2.AsyncClient, visitor: Visitor, kind: str) -> str:
    data = _picture(6000 if kind == "huge" else 2500)
    return await _upload(http, visitor, "a.png", "image/png", data, kind == "slow")


async def _pdfs(http: httpx2.AsyncClient, visitor: Visitor, kind: str) -> str:
    data = _pdf(3_000_000 if kind == "huge" else 300_000)
    return await _upload(http, visitor, "a.pdf", "application/pdf", data, kind == "slow")


async def _honest_picture(http: httpx2.AsyncClient, visitor: Visitor) -> str:
    return await _upload(http, visitor, "a.png", "image/png", _picture(60), slow=False)


async def _texts(http: httpx2.AsyncClient, visitor: Visitor, kind: str) -> str:
    data = b"text " * (3_000_000 if kind == "huge" else 20_000)
    return await _upload(http, visitor, "a.txt", "text/plain", data, kind == "slow")


async def _honest_text(http: httpx2.AsyncClient, visitor: Visitor) -> str:
    return await _upload(http, visitor, "a.txt", "text/plain", b"Hello", slow=False)


async def _reservations(http: httpx2.AsyncClient, visitor: Visitor, kind: str) -> str:
    """Announced, and never sent."""
    params = {"name": "a.txt", "size": 50_000_000 if kind == "huge" else 5_000_000, "mime_type": "text/plain"}
    body = {"type": "attachments.create", "params": params}
    answer = await http.post("/chatkit/echo", json=body, headers=await _headers(http, visitor))
    return str(answer.status_code)


async def _answers(http: httpx2.AsyncClient, visitor: Visitor, kind: str) -> str:
    text = "long " * 30_000 if kind == "huge" else "Hello"
    agent = "slow" if kind == "slow" else "echo"
    answer = await http.post(f"/chatkit/{agent}", json=new_message(text), headers=await _headers(http, visitor))
    return str(answer.status_code)


async def _honest_answer(http: httpx2.AsyncClient, visitor: Visitor) -> str:
    answer = await http.post("/chatkit/echo", json=new_message("Hello"), headers=await _headers(http, visitor))
    assert "You said: Hello" in answer.text, answer.text
    return str(answer.status_code)


async def _streams(http: httpx2.AsyncClient, visitor: Visitor, kind: str) -> str:
    """Answers that do not end, and whose readers, if they are slow, do not read."""
    async with http.stream(
        "POST", "/chatkit/slow", json=new_message("Hello"), headers=await _headers(http, visitor)
    ) as answer:
        if answer.status_code == 200 and kind != "slow":
            async for _ in answer.aiter_raw():
                pass
        elif answer.status_code == 200:
            await asyncio.Event().wait()
        return str(answer.status_code)


async def _connections(http: httpx2.AsyncClient, visitor: Visitor, kind: str) -> str:
    """Half requests, over connections that come from elsewhere than the proxy."""
    port = urlsplit(str(http.base_url)).port
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(visitor.source, 0))
    try:
        writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        for number in range(100_000):
            if reader.at_eof():
                break
            writer.write(b"X-%d: " % number + b"a" * (8000 if kind == "huge" else 8) + b"\r\n")
            async with asyncio.timeout(5):  # Python 3.11's wait_for may take a cancellation for its own
                await writer.drain()
            if kind == "slow" or number > 50:
                await asyncio.sleep(0.2)
        async with asyncio.timeout(5):
            return (await reader.read(64)).decode("latin-1")[9:12] or "closed"
    finally:
        writer.close()


async def _honest_page(http: httpx2.AsyncClient, visitor: Visitor) -> str:
    """A page and one's threads, over a new connection."""
    async with new_http(str(http.base_url)) as own:
        headers = await _headers(own, visitor)
        assert (await own.get("/", headers=headers)).status_code == 200
        answer = await own.post("/chatkit/echo", json={"type": "threads.list", "params": {}}, headers=headers)
        return str(answer.status_code)


async def _visitors(http: httpx2.AsyncClient, visitor: Visitor, kind: str) -> str:
    headers = {"X-Forwarded-For": visitor.network, "Sec-Fetch-Site": "same-origin"}
    body = {"former": "x" * (4000 if kind == "huge" else 4)}
    answer = await http.post("/visitor", json=body, headers=headers)
    return str(answer.status_code)


THINGS = {
    "picture decoding": Thing(_pictures, _honest_picture),
    "PDF reading": Thing(_pdfs, _honest_picture),
    "upload space": Thing(_reservations, _honest_text),
    "uploads": Thing(_texts, _honest_text),
    "answers": Thing(_answers, _honest_answer),
    "streams": Thing(_streams, _honest_answer),
    "connections": Thing(_connections, _honest_page),
    "visitors": Thing(_visitors, _honest_page),
}
