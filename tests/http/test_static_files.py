"""The built files over HTTP: compressed, sent again only when they have changed, and in parts."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from chatkit_link.http.pages import STATIC
from chatkit_link.http.static_files import best_coding

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
}


@pytest.fixture
async def http(server: str) -> AsyncIterator[httpx2.AsyncClient]:
    if not (STATIC / "frame.html").is_file():
        pytest.skip("the page is not built here: make build")
    async with httpx2.AsyncClient(base_url=server, timeout=60, headers={"Accept-Encoding": "identity"}) as client:
        yield client


async def sent(
    http: httpx2.AsyncClient, path: str, method: str = "GET", **headers: str
) -> tuple[httpx2.Response, bytes]:
    """A response and its body as it went over the wire."""
    asked = {name.replace("_", "-"): value for name, value in headers.items()}
    async with http.stream(method, path, headers=asked) as response:
        return response, b"".join([chunk async for chunk in response.aiter_raw()])


def largest(pattern: str) -> Path:
    return max(STATIC.glob(pattern), key=lambda file: file.stat().st_size)


@pytest.mark.parametrize(
    "file", ["index.html", "frame.html", "chatkit.js", "favicon.svg", "assets/*.js", "assets/*.css"]
)
async def test_every_text_of_the_build_is_sent_compressed(http: httpx2.AsyncClient, file: str) -> None:
    at = largest(file)
    path = "/" if at.name == "index.html" else f"/{at.relative_to(STATIC).as_posix()}"
    plain, whole = await sent(http, path)
    packed, by_gzip = await sent(http, path, accept_encoding="gzip, deflate")
    best, by_brotli = await sent(http, path, accept_encoding="gzip, deflate, br, zstd")

    assert whole == at.read_bytes() == gzip.decompress(by_gzip)
    assert by_brotli == at.with_name(f"{at.name}.br").read_bytes()
    assert len(by_brotli) < len(by_gzip) < len(whole)
    assert [one.headers.get("content-encoding") for one in (plain, packed, best)] == [None, "gzip", "br"]
    assert len({one.headers["etag"] for one in (plain, packed, best)}) == 3
    for response, body in ((plain, whole), (packed, by_gzip), (best, by_brotli)):
        assert response.headers["content-type"] == TYPES[at.suffix]
        assert response.headers["content-length"] == str(len(body))
        assert response.headers["vary"].split(", ") == ["Accept-Encoding", "Origin"]
        assert response.headers["cache-control"] == plain.headers["cache-control"]
        head, nothing = await sent(
            http, path, "HEAD", accept_encoding=response.headers.get("content-encoding", "identity")
        )
        assert nothing == b""
        for header in ("content-length", "content-type", "content-encoding", "etag", "vary"):
            assert head.headers.get(header) == response.headers.get(header)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        (None, "identity"),
        ("", "identity"),
        ("br", "br"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZip ; Q=0.8", "gzip"),
        ("deflate, zstd", "identity"),
        ("gzip, br", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, gzip;q=0.1", "gzip"),
        ("identity, br;q=0.9", "identity"),
        ("identity;q=0.5, gzip;q=0.6", "gzip"),
        ("*", "br"),
        ("*;q=0.3, gzip", "gzip"),
        ("*, br;q=0", "gzip"),
        ("*, identity;q=0", "br"),
        ("gzip;q=0", "identity"),
        ("br;q=0, gzip;q=0", "identity"),
        ("br;q=many, gzip;q=2", "identity"),
        ("br;q=nan", "identity"),
        (",, ;;, gzip", "gzip"),
        ("identity;q=0", None),
        ("*;q=0", None),
        ("*;q=0, identity;q=0.1", "identity"),
    ],
)
def test_the_encoding_is_the_one_that_a_browser_wants_most(accepted: str | None, coding: str | None) -> None:
    assert best_coding(accepted, ["br", "gzip"]) == coding


def test_a_file_that_is_not_compressed_is_sent_as_it_is() -> None:
    assert best_coding("gzip, br", []) == "identity"
    assert best_coding("gzip, br;q=1, *;q=0.1", []) == "identity"


async def test_a_request_that_takes_no_encoding_of_a_file_is_refused(http: httpx2.AsyncClient) -> None:
    refused, _ = await sent(http, "/chatkit.js", accept_encoding="identity;q=0")
    assert refused.status_code == 406
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["vary"].split(", ") == ["Accept-Encoding", "Origin"]


@pytest.mark.parametrize("path", ["/", "/frame.html", "/chatkit.js", "/link.js", "/favicon.svg", "/assets/*.css"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
async def test_what_a_browser_has_is_not_sent_again(
    http: httpx2.AsyncClient, path: str, method: str, coding: str
) -> None:
    path = path.replace("*.css", largest("assets/*.css").name)
    first, _ = await sent(http, path, accept_encoding=coding)
    tag = first.headers["etag"]
    for condition in (tag, f"W/{tag}", f'"another", {tag}', f'W/"a,b" ,W/{tag}', "*"):
        again, nothing = await sent(http, path, method, accept_encoding=coding, if_none_match=condition)
        assert (again.status_code, nothing) == (304, b"")
        for header in ("etag", "vary", "cache-control", "content-security-policy"):
            assert again.headers.get(header) == first.headers.get(header)
        for header in ("content-length", "content-encoding"):
            assert header not in again.headers
    for condition in ('"another"', tag.strip('"'), ""):
        assert (await sent(http, path, method, accept_encoding=coding, if_none_match=condition))[0].status_code == 200
    other = "gzip" if coding == "br" else "br"
    changed, _ = await sent(http, path, accept_encoding=other, if_none_match=tag)
    assert (changed.status_code, changed.headers["content-encoding"]) == (200, other)


@pytest.mark.parametrize("coding", ["identity", "br"])
async def test_a_part_is_one_of_the_encoding_that_is_sent(http: httpx2.AsyncClient, coding: str) -> None:
    first, whole = await sent(http, "/chatkit.js", accept_encoding=coding)
    tag = first.headers["etag"]
    for asked, part in (("bytes=0-99", whole[:100]), ("bytes=100-", whole[100:]), ("bytes=-7", whole[-7:])):
        response, body = await sent(http, "/chatkit.js", accept_encoding=coding, range=asked, if_range=tag)
        assert (response.status_code, body) == (206, part)
        assert response.headers["content-length"] == str(len(part))
        assert response.headers["content-range"].endswith(f"/{len(whole)}")
        assert response.headers.get("content-encoding") == first.headers.get("content-encoding")
    for condition in ('"another"', f"W/{tag}", "Sun, 29 Nov 2026 00:00:00 GMT"):
        response, body = await sent(http, "/chatkit.js", accept_encoding=coding, range="bytes=0-9", if_range=condition)
        assert (response.status_code, body) == (200, whole)
    past, _ = await sent(http, "/chatkit.js", accept_encoding=coding, range=f"bytes={len(whole)}-")
    assert (past.status_code, past.headers["content-range"]) == (416, f"bytes */{len(whole)}")
    head, _ = await sent(http, "/chatkit.js", "HEAD", accept_encoding=coding, range="bytes=0-9")
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(whole)))


async def test_a_page_of_another_origin_may_load_the_scripts_compressed(http: httpx2.AsyncClient) -> None:
    for condition in ({}, {"if_none_match": "*"}):
        response, _ = await sent(http, "/chatkit.js", accept_encoding="br", origin="https://shop.example", **condition)
        assert response.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["/assets/nothing.js", "/assets/..%2fframe.html", "/assets/..%2f..%2f__init__.py"])
async def test_what_is_not_of_the_build_is_not_found(http: httpx2.AsyncClient, path: str) -> None:
    assert (await sent(http, path, accept_encoding="br"))[0].status_code == 404


def test_every_text_of_the_build_has_its_encodings() -> None:
    if not (STATIC / "frame.html").is_file():
        pytest.skip("the page is not built here: make build")
    texts = [file for file in STATIC.rglob("*") if file.suffix in TYPES and file.stat().st_size > 1_000]
    assert len(texts) > 20
    assert [file for file in texts if not _encodings(file)] == []


def _encodings(file: Path) -> bool:
    packed = file.with_name(f"{file.name}.gz")
    return (
        packed.is_file()
        and gzip.decompress(packed.read_bytes()) == file.read_bytes()
        and file.with_name(f"{file.name}.br").is_file()
    )
