"""Pages that were written to keep whoever reads them busy. None may take more than its share, nor hold up another."""

import asyncio
import gc
import socket
import threading
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace

import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from chatkit_link.agents.citations import cite
from chatkit_link.agents.model_probe import _KEY
from chatkit_link.agents.sources import Sources
from chatkit_link.caller import Caller
from chatkit_link.errors import TooManyRequests, Unprocessable, Upstream
from chatkit_link.search import charsets, names, page_extraction, page_text
from chatkit_link.search.blocks import blocks_of
from chatkit_link.search.charsets import codec_of
from chatkit_link.search.chunks import passages_of
from chatkit_link.search.normalize import result_of
from chatkit_link.search.page_reader import Reader
from chatkit_link.search.snippet import snippet_of
from chatkit_link.store.documents import Documents
from tests.search.conftest import Handler, documents, serving

__all__ = ["documents"]

ADA = Caller("default", "ada", network="198.51.100.7")


def eve(number: int = 0) -> Caller:
    """One of many users at one address."""
    return Caller("default", f"eve-{number}", network="203.0.113.9")


HTML: dict[str, Callable[[int], str]] = {
    "nested": lambda n: "<div>" * n,
    "closed": lambda n: "<div>" * n + "x" + "</div>" * n,
    "headings": lambda n: "<h1>a</h1>" * n,
    "seven headings": lambda n: "".join(f"<h2>h{i % 7}</h2>" for i in range(n)),
    "nested headings": lambda n: "<h1><div>" * n,
    "articles": lambda n: "<article>x" * n,
    "navigation": lambda n: "<nav>x" * n,
    "preformatted": lambda n: "<pre>x" * n,
    "lists": lambda n: "<ul><li>x" * n,
    "tables": lambda n: "<table><tr><td>x" * n,
    "definitions": lambda n: "<dl><dt>x<dd>" * n,
    "drawings": lambda n: "<svg><g>" * n,
    "formatting": lambda n: "".join(f"<b id={i}>" for i in range(n)) + "<p>x" * 200,
    "attributes": lambda n: "<p " + " ".join(f"a{i}=b" for i in range(n)) + ">",
    "a long attribute": lambda n: f'<p title="{"x" * 50 * n}">',
    "comments": lambda n: "<!--" * n,
    "character data": lambda n: "<svg><![CDATA[" * n,
    "brackets": lambda n: "<" * n,
    "entities": lambda n: "&amp;" * n,
    "one entity": lambda n: "&" + "a" * n,
    "nulls": lambda n: "\0" * n,
    "ends": lambda n: "</p>" * n,
    "billion laughs": lambda n: "<!DOCTYPE x [" + '<!ENTITY a "&b;&b;">' * n + "]><svg><text>&a;</text></svg>",
    "templates": lambda n: "<template>" * n,
    "one word": lambda n: "<p>" + "x" * 100 * n,
}
MARKDOWN: dict[str, Callable[[int], str]] = {
    "headings": lambda n: "# a\n" * n,
    "underlined": lambda n: "a\n=\n" * n,
    "quotes": lambda n: ">" * n,
    "quoted lines": lambda n: "> a\n" * n,
    "lazy quotes": lambda n: "> a\n" + "b\n" * n,
    "brackets": lambda n: "[" * n,
    "links": lambda n: "[a](" * n,
    "pictures": lambda n: "![a](" * n,
    "nested pictures": lambda n: "![" * n,
    "stars": lambda n: "**a _b " * n,
    "ticks": lambda n: "`a``b```c" * n,
    "lists": lambda n: "- " * n,
    "items": lambda n: "- a\n" * n,
    "a table": lambda n: "|a|b|\n|-|-|\n" + "|x|y|\n" * n,
    "a wide table": lambda n: "|a" * n + "\n" + "|-" * n + "\n",
    "references": lambda n: "[a]: /u\n\n" + "[a] " * n,
    "entities": lambda n: "&amp;" * n,
    "front matter": lambda n: "---\n" + "--\n" * n,
    "markup": lambda n: "<div>\n" * n,
}
TEXT: dict[str, Callable[[int], str]] = {
    "underlined": lambda n: "a\n===\n" * n,
    "lines": lambda n: "a\n" * n,
    "one line": lambda n: "===" + " " * n + "x",
}
CASES = [
    pytest.param(kind, make, id=f"{kind}: {name}")
    for kind, cases in (("html", HTML), ("markdown", MARKDOWN), ("text", TEXT))
    for name, make in cases.items()
]
#: Seconds of CPU below which nothing can be said about growth.
SHORT = 0.1


def cpu(work: Callable[[], object]) -> float:
    gc.collect()
    gc.disable()  # its own passes grow with what the tests before have left
    try:
        began = time.thread_time()
        work()
        return time.thread_time() - began
    finally:
        gc.enable()


def assert_linear(work: Callable[[int], object], n: int = 2000) -> None:
    """Twice as much takes about twice the CPU, in one of three tries."""
    found: list[tuple[float, float]] = []
    for _ in range(3):
        once, twice = cpu(lambda: work(n)), cpu(lambda: work(2 * n))
        found.append((once, twice))
        if twice < SHORT or twice < 3 * once:
            return
    raise AssertionError(f"seconds for {n} and {2 * n}: {found}")


@pytest.mark.parametrize(("kind", "make"), CASES)
def test_reading_takes_time_in_proportion_to_the_length(kind: str, make: Callable[[int], str]) -> None:
    def read(n: int) -> None:
        passages_of("title", blocks_of(kind, make(n))[1])

    assert_linear(read)


@pytest.mark.parametrize("codec", sorted({*charsets._LABELS}))
def test_every_charset_takes_time_in_proportion_to_the_length(codec: str) -> None:
    noise = bytes(range(256)) + b"\x1b$B\x1b(J~{~}"
    assert_linear(lambda n: (noise * n).decode(codec, "replace"), 500)


@pytest.mark.parametrize(
    "label",
    ["punycode", "idna", "unicode_escape", "raw_unicode_escape", "zip", "rot13", "utf-7", "base64", "mbcs", "x" * 999],
)
def test_a_charset_that_browsers_do_not_know_is_read_as_utf_8(label: str) -> None:
    assert codec_of(label, b"") == "utf-8"
    assert codec_of(None, f'<meta charset="{label}">'.encode()) == "utf-8"


def test_a_charset_is_found_as_browsers_find_it() -> None:
    assert codec_of("latin1", b"") == codec_of("US-ASCII", b"") == "cp1252"
    assert codec_of(None, b'<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">') == "cp932"
    assert codec_of("gb2312", "﻿<p>".encode()) == "utf-8"  # what begins with a mark is what the mark says
    assert codec_of(None, b"<meta charset=utf-16>") == "utf-8"
    assert_linear(lambda n: codec_of(None, (b"<meta " * n)[:1024]), 100_000)


def test_what_a_search_sends_takes_time_in_proportion_to_its_length() -> None:
    for markup in ("<!--", "<a", "&lt;", "<!-- -->", "&#x3c;b>"):
        assert_linear(
            lambda n, markup=markup: [result_of(markup * n, "https://a.example", markup * n) for _ in range(20)]
        )
    assert_linear(lambda n: result_of("a", "https://a.example" + " " * n, "b", '"' * n + ";" * n))
    assert_linear(lambda n: snippet_of("a. " * n, {"a"}))


def page(body: bytes, kind: str = "text/html") -> Handler:
    async def handler(request: Request) -> Response:
        return Response(body, headers={"content-type": kind})

    return handler


async def test_six_hostile_pages_hold_up_nobody_else(documents: Documents) -> None:
    """Those of the report: each burnt a core for minutes, in a thread that nothing ended."""
    bodies = [b"<div>" * 40_000, b"<h1>a</h1>" * 20_000, b"# a\n" * 20_000]
    kinds = ["text/html; charset=punycode", "text/html", "text/markdown"]

    async def handler(request: Request) -> Response:
        number = request.url.path.strip("/")
        if number == "honest":
            return Response("<h1>Honest</h1><p>Words.", media_type="text/html")
        return Response(bodies[int(number) % 3], headers={"content-type": kinds[int(number) % 3]})

    async with serving(handler) as url:
        reader = Reader(documents, address="http://chat.example", timeout=30, allow_loopback=True)
        attack = [asyncio.create_task(reader.read(f"{url}/{number}", eve(number))) for number in range(6)]
        done, _ = await asyncio.wait(attack, return_when=asyncio.FIRST_COMPLETED)
        assert (await reader.read(f"{url}/honest", ADA)).text == "# Honest\n\nWords."
        assert len([one for one in attack if one.done()]) <= len(done) + 2
        for outcome in await asyncio.gather(*attack, return_exceptions=True):
            assert isinstance(outcome, (page_extraction.ReadPage, Unprocessable)), outcome


async def test_a_page_that_is_given_up_is_reported_in_a_sentence(
    documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Reader(documents, address="http://chat.example", timeout=30, allow_loopback=True)
    async with serving(page(b"<p>x" * 400_000)) as url:
        for job in (replace(page_extraction.PAGE, deadline=0.001), replace(page_extraction.PAGE, memory=60_000_000)):
            monkeypatch.setattr(page_extraction, "PAGE", job)
            with pytest.raises(Unprocessable, match=r"^The page .*, so it .*\.$"):
                await reader.read(url, ADA)


async def test_a_page_in_parts_of_one_byte_is_read_only_so_far(documents: Documents) -> None:
    async def dripping(request: Request) -> Response:
        async def parts() -> AsyncGenerator[bytes]:
            yield b"<p>"
            for _ in range(3 * page_extraction.MOST_PARTS):
                yield b"x"

        return StreamingResponse(parts(), media_type="text/html")

    async with serving(dripping) as url:
        reader = Reader(documents, address="http://chat.example", timeout=60, allow_loopback=True)
        found = await reader.read(url, ADA)
    assert 100 < len(found.text) <= page_extraction.MOST_PARTS


async def test_a_header_without_end_is_not_read(documents: Documents) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        try:
            while True:
                writer.write(b"X: " + b"y" * 10_000 + b"\r\n")
                await writer.drain()
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        with pytest.raises(Upstream, match="could not be reached"):
            await Reader(documents, address="http://chat.example", timeout=30, allow_loopback=True).read(url, ADA)


async def test_lookups_that_hang_hold_up_no_others(documents: Documents, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = threading.Event()
    real = socket.getaddrinfo

    def slow(host: str, *others: object, **more: object) -> object:
        if host.startswith("slow"):
            assert threading.current_thread().daemon  # nobody waits for it at the end of the process
            answer.wait(60)
        return real("127.0.0.1" if host.endswith(".example") else host, *others, **more)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    asking = names.Names()
    hanging = [
        asyncio.create_task(asking.addresses("slow.example", 80, eve(number // 2)))
        for number in range(names.LOOKUPS.address)
    ]
    await asyncio.sleep(0)
    with pytest.raises(TooManyRequests):
        await asking.addresses("slow.example", 80, eve(99))
    assert await asking.addresses("quick.example", 80, ADA)
    assert await asyncio.get_running_loop().getaddrinfo("localhost", 80)
    for one in hanging[1:]:
        one.cancel()  # whoever asked has left; the lookups go on, and count
    await asyncio.sleep(0)
    with pytest.raises(TooManyRequests):
        await asking.addresses("slow.example", 80, eve(99))
    answer.set()
    await hanging[0]


def test_a_page_is_parsed_with_what_was_loaded_before() -> None:
    """In a sandbox nothing can be loaded afterwards; this finds it where no sandbox is."""
    page_text.prepare("html", "utf-8")
    assert b"".join(page_text.work("<title>é</title><p>ü".encode("cp1252"), "html", "cp1252")).decode() == "é\nü"


def test_citations_are_found_in_time_in_proportion_to_the_length() -> None:
    for blanks in (" ", "\t", " 【", "【1", "【1,"):
        text = blanks
        assert_linear(lambda n: cite(Sources(), text * n + "x"), 20_000)  # noqa: B023
    assert_linear(lambda n: [_KEY.sub("", letters * n) for letters in ("a", "*", "a***", "sk-")], 10_000)
