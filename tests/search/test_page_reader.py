"""Reading a page for an agent: what is returned, and which addresses are refused."""

import gzip
import ipaddress
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from chatkit_link.caller import Caller
from chatkit_link.errors import NotFound, Unprocessable, Upstream
from chatkit_link.net.ip import is_public
from chatkit_link.search.folder import sync_folder
from chatkit_link.search.page_extraction import ReadPage
from chatkit_link.search.page_reader import Reader
from chatkit_link.store.documents import Documents
from tests.search.conftest import Handler, serving

ADA = Caller("default", "ada", network="198.51.100.7")
HOME = "http://chat.example:8000"
PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>A page &amp; more</title><style>p{}</style></head>
<body><header><nav>Menu</nav></header><main><h1>Streams</h1><p>One   <b>bold</b>
word.</p><ul><li>first</li><li>second<ul><li>inner</li></ul></li></ul><pre>a = 1
b = 2</pre><script>bad()</script><table><tr><td>x</td><td>y</td></tr></table></main>
<footer>Foot</footer></body></html>"""


@pytest.fixture
def reader(documents: Documents) -> Reader:
    return Reader(documents, address=HOME, timeout=30, allow_loopback=True)


def page(body: str | bytes, kind: str = "text/html", status: int = 200, packing: str | None = None) -> Handler:
    async def handler(request: Request) -> Response:
        packed = {"content-encoding": packing} if packing else {}
        return Response(body, status, headers={"content-type": kind, **packed})

    return handler


def self_signed(name: str, folder: Path) -> Path:
    """A file with a key and a certificate for this name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file


async def read(reader: Reader, handler: Handler, path: str = "/") -> ReadPage:
    async with serving(handler) as url:
        return await reader.read(url + path, ADA)


async def test_a_web_page_is_read_as_text(reader: Reader) -> None:
    found = await read(reader, page(PAGE), "/streams#part")
    assert found.title == "A page & more"
    assert found.url.endswith("/streams#part")
    assert found.text == "# Streams\n\nOne bold word.\n\nfirst\n\nsecond\n\ninner\n\na = 1\nb = 2\n\nx\n\ny"


async def test_markdown_and_plain_text_are_read_too(reader: Reader) -> None:
    markdown = await read(reader, page("# Title\n\n[A](https://a.example) *b*", "text/markdown; charset=utf-8"))
    assert (markdown.title, markdown.text) == ("Title", "# Title\n\nA b")
    plain = await read(reader, page("just\nlines\n\nmore", "text/plain"))
    assert plain.text == "just lines\n\nmore"
    assert plain.title.startswith("http://127.0.0.1")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<p>Grüße</p>".encode("latin-1"), "text/html; charset=iso-8859-1"),
        (b'<meta charset="windows-1252"><p>' + "Grüße".encode("cp1252"), "text/html"),
        ("<p>Grüße</p>".encode(), "text/html"),
        ("<p>Grüße</p>".encode(), "text/html; charset=no-such-thing"),
    ],
)
async def test_letters_come_through_in_any_charset(reader: Reader, body: bytes, kind: str) -> None:
    assert (await read(reader, page(body, kind))).text == "Grüße"


async def test_a_long_page_is_cut(reader: Reader) -> None:
    assert len((await read(reader, page("<p>" + "word " * 50_000))).text) <= 20_000


async def test_a_page_without_end_is_read_only_so_far(reader: Reader) -> None:
    async def endless(request: Request) -> Response:
        return StreamingResponse((b"<p>more</p>" * 1000 for _ in range(100_000)), media_type="text/html")

    assert (await read(reader, endless)).text.startswith("more")


async def test_a_compressed_page_is_read_and_a_bomb_is_not_unpacked(reader: Reader) -> None:
    packed = await read(reader, page(gzip.compress(b"<p>packed</p>"), packing="gzip"))
    assert packed.text == "packed"
    bomb = gzip.compress(b"<p>" + b"x" * 50_000_000)
    found = await read(reader, page(bomb, packing="gzip"))
    assert len(found.text) <= 20_000
    with pytest.raises(Upstream, match="cannot be read"):
        await read(reader, page(b"x", packing="br"))
    with pytest.raises(Upstream):
        await read(reader, page(b"not gzip", packing="gzip"))


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "application/json", "", "text/html2"])
async def test_what_is_not_text_is_refused(reader: Reader, kind: str) -> None:
    with pytest.raises(Unprocessable, match="not a page of text"):
        await read(reader, page("x", kind))


@pytest.mark.parametrize(
    ("status", "error"), [(404, NotFound), (410, NotFound), (403, Upstream), (500, Upstream), (204, Upstream)]
)
async def test_a_page_that_fails_becomes_a_message(reader: Reader, status: int, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"^The page .*\.$"):
        await read(reader, page("x", status=status))


async def test_redirects_are_followed_three_times(reader: Reader) -> None:
    async def hop(request: Request) -> Response:
        left = int(request.url.path.strip("/"))
        return RedirectResponse(f"/{left - 1}") if left else Response("<p>there</p>", media_type="text/html")

    found = await read(reader, hop, "/3")
    assert (found.text, found.url.endswith("/0")) == ("there", True)
    with pytest.raises(Upstream, match="more than 3 times"):
        await read(reader, hop, "/4")


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "file:///etc/passwd", "http://u:p@a.example/",
     "gopher://a.example/", "http://[::ffff:10.0.0.1]/", "http://[fd00::1]/"],
)  # fmt: skip
async def test_a_redirect_to_a_private_place_is_refused(reader: Reader, target: str) -> None:
    async def handler(request: Request) -> Response:
        return RedirectResponse(target)

    with pytest.raises(Unprocessable):
        await read(reader, handler)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/", "http://localhost/", "http://127.1/", "http://2130706433/", "http://0x7f000001/",
     "http://0177.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://0.0.0.0/",
     "http://[::]/", "http://10.1.2.3/", "http://172.16.0.1/", "http://192.168.1.1/", "http://100.64.0.1/",
     "http://169.254.169.254/", "http://[fe80::1]/", "http://[fc00::1]/", "http://224.0.0.1/", "http://255.255.255.255/",
     "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[ff02::1]/", "http://198.18.0.1/",
     "ftp://example.org/", "javascript:alert(1)", "file:///etc/passwd", "", "example.org", "http://", "http:///x",
     "http://user@example.org/", "http://a.example\r\nHost: b/", "http://exam\u0000ple.org"],
)  # fmt: skip
async def test_no_private_or_odd_address_is_read(documents: Documents, url: str) -> None:
    with pytest.raises((Unprocessable, Upstream)) as caught:
        await Reader(documents, address=HOME, timeout=30).read(url, ADA)
    assert "127.0.0.1" not in caught.value.message
    if not url.startswith(("http://0177", "http://0x")):  # forms that not every resolver knows
        assert isinstance(caught.value, Unprocessable)


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


async def test_a_name_that_changes_its_address_is_connected_to_the_address_that_was_checked(
    documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the second answer would lead elsewhere, so there must not be a second question."""
    real = socket.getaddrinfo
    asked: list[str] = []

    def rebinding(host: Any, port: Any, *others: Any, **more: Any) -> Any:
        if host != "rebind.example":
            return real(host, port, *others, **more)
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.99"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    hosts: list[str] = []

    async def handler(request: Request) -> Response:
        hosts.append(request.headers["host"])
        return Response("<p>checked</p>", media_type="text/html")

    async with serving(handler) as url:
        port = url.rpartition(":")[2]
        found = await Reader(documents, address=HOME, timeout=30, allow_loopback=True).read(
            f"http://rebind.example:{port}/", ADA
        )
    assert found.text == "checked"
    assert asked == ["rebind.example"]
    assert hosts == [f"rebind.example:{port}"]


@pytest.mark.parametrize(("name", "trusted"), [("pinned.example", True), ("other.example", False)])
async def test_the_certificate_must_be_for_the_name_not_for_the_address(
    documents: Documents, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, trusted: bool
) -> None:
    certificate = self_signed("pinned.example", tmp_path)
    tls = ssl.create_default_context(cafile=str(certificate))

    def here(host: Any, port: Any, *others: Any, **more: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", here)
    async with serving(page("<p>over TLS</p>"), certificate=certificate) as url:
        reader = Reader(documents, address=HOME, timeout=30, allow_loopback=True, tls=tls)
        address = f"https://{name}:{url.rpartition(':')[2]}/"
        if trusted:
            assert (await reader.read(address, ADA)).text == "over TLS"
        else:
            with pytest.raises(Upstream, match=r"^The page could not be reached\.$"):
                await reader.read(address, ADA)


async def test_one_private_address_among_public_ones_is_enough_to_refuse(
    documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mixed(host: Any, port: Any, *others: Any, **more: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", mixed)
    with pytest.raises(Unprocessable, match="private network"):
        await Reader(documents, address=HOME, timeout=30).read("http://mixed.example/", ADA)


async def test_a_page_that_never_answers_is_given_up(documents: Documents) -> None:
    async def silent(request: Request) -> Response:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        return Response()

    with pytest.raises(Upstream, match=r"within 0\.05 seconds"):
        await read(Reader(documents, address=HOME, timeout=0.05, allow_loopback=True), silent)


async def test_an_unreachable_page_becomes_a_message(reader: Reader) -> None:
    async with serving(page("x")) as url:
        pass
    with pytest.raises(Upstream, match=r"^The page could not be reached\.$"):
        await reader.read(url, ADA)


async def test_a_document_of_this_server_comes_from_the_index(
    documents: Documents, reader: Reader, tmp_path: Path
) -> None:
    (tmp_path / "a guide.md").write_text("# Guide\n\nHello.\n\n## Part two\n\nMore **text**.")
    await sync_folder(documents, tmp_path)
    found = await reader.read(f"{HOME}/documents/a%20guide.md#part-two", ADA)
    assert (found.title, found.text) == ("Guide", "## Part two\n\nMore **text**.")
    for missing in ("no.md", "../../etc/passwd", "%00", "a%20guide.md/x"):
        with pytest.raises(NotFound):
            await reader.read(f"{HOME}/documents/{missing}", ADA)


async def test_a_long_document_is_read_from_the_section_that_was_found(
    documents: Documents, reader: Reader, tmp_path: Path
) -> None:
    (tmp_path / "long.md").write_text("# Long\n\n" + "filler words\n\n" * 3000 + "## The end\n\nHere it is.")
    await sync_folder(documents, tmp_path)
    assert (await reader.read(f"{HOME}/documents/long.md#the-end", ADA)).text == "## The end\n\nHere it is."
    assert len((await reader.read(f"{HOME}/documents/long.md", ADA)).text) <= 20_000
