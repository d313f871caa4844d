"""DNS rebinding: a page of the internet points a name of its own at a server that only its visitor reaches."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from chatkit_link.app import beside, create_app, mount
from chatkit_link.cli.server import serving
from chatkit_link.settings import Settings
from tests.conftest import running

LIST = {"type": "threads.list", "params": {}}
EVIL = "evil.example"
#: What such a page can make a browser send.
FOREIGN = [
    {"Host": EVIL},
    {"Host": f"{EVIL}:8000"},
    {"Host": f"{EVIL}."},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "localhost.evil.example"},
    {"Host": "local.evil.example"},
    {"Host": "evillocalhost.example"},
    {"Host": f"{EVIL}:443"},
    {"Host": EVIL, "X-Forwarded-Host": "localhost"},
    {"Host": "localhost", "X-Forwarded-Host": EVIL},
    {"Host": "localhost", "X-Forwarded-Host": f"localhost, {EVIL}"},
]
#: Hosts that parsers do not agree on, or that are none.
NO_HOST = [
    "localhost@evil.example", "foo@127.0.0.1", "evil.com#.local", "evil.com/.local", "evil.com?.local", "a b",
    "evil.example\t.local", "evil.example,localhost", "[evil.example]", "[::1", "localhost:80:80", "localhost:x",
    "http://localhost", "localhost\\.evil.example", "%6cocalhost", "evil.example%00.local", "{}.local",
    "b\xfccher.local", "a" * 300,
]  # fmt: skip
#: Names that no page of the internet has.
OWN = [
    "localhost", "LOCALHOST:8000", "localhost.", "127.0.0.1:8000", "[::1]:8000", "192.168.1.7", "10.0.0.3:8000",
    "chatkit-link:8000", "chat.localhost:8000", "box.local", "my-chat.railway.internal:8000",
    "chat.default.svc.cluster.local",
]  # fmt: skip


async def test_a_foreign_name_is_not_answered_on_any_route(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    local = make_settings(allowed_hosts="")
    async with (
        serving(lambda settings: create_app(settings, workshop=tmp_path), local) as address,
        httpx2.AsyncClient(base_url=address, timeout=60) as http,
    ):
        for headers in FOREIGN:
            for method, path in (
                ("GET", "/"), ("GET", "/frame.html"), ("GET", "/openapi.json"), ("GET", "/nothing"),
                ("GET", "/workshop"), ("GET", "/api/workshop/widgets"), ("POST", "/visitor"),
            ):  # fmt: skip
                refused = await http.request(method, path, headers=headers)
                assert refused.status_code == 421, (headers, path)
                assert "set-cookie" not in refused.headers
            refused = await http.post("/chatkit", json=LIST, headers=headers)
            assert refused.status_code == 421
            problem = refused.json()
            assert problem["status"] == 421
            assert "CHATKIT_LINK_ALLOWED_HOSTS" in problem["detail"] and "CHATKIT_LINK_PUBLIC_URL" in problem["detail"]


async def test_what_is_no_host_is_refused_in_a_sentence(make_settings: Callable[..., Settings]) -> None:
    for settings in (make_settings(allowed_hosts=""), make_settings(allowed_hosts="*")):
        async with running(settings) as address, httpx2.AsyncClient(base_url=address, timeout=60) as http:
            for host in NO_HOST:
                answer = await http.get("/health", headers=[(b"Host", host.encode("latin-1"))])
                assert answer.status_code == 400, host
                assert answer.json()["detail"] == "The Host header is not one host."
            reader, writer = await asyncio.open_connection("127.0.0.1", http.base_url.port)
            writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
            writer.close()
            assert (await http.get("/api/agents", headers={"Host": "localhost:"})).status_code == 200


async def test_the_log_tells_a_refused_name_once_and_not_without_end(
    make_settings: Callable[..., Settings], caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        running(make_settings(allowed_hosts="")) as address,
        httpx2.AsyncClient(base_url=address, timeout=60) as http,
    ):
        for host in ["Chat.example.com", "chat.example.com:8000", *(f"{number}.example.com" for number in range(40))]:
            assert (await http.get("/", headers={"Host": host})).status_code == 421
    told = [line.getMessage() for line in caplog.records if "was refused" in line.getMessage()]
    assert sum("chat.example.com" in line for line in told) == 1
    assert "CHATKIT_LINK_PUBLIC_URL" in told[0] and "CHATKIT_LINK_ALLOWED_HOSTS" in told[0]
    assert len(told) == 20


async def test_names_that_no_website_has_are_answered(make_settings: Callable[..., Settings]) -> None:
    async with (
        running(make_settings(allowed_hosts="")) as address,
        httpx2.AsyncClient(base_url=address, timeout=60) as http,
    ):
        for host in OWN:
            answer = await http.post("/chatkit", json=LIST, headers={"Host": host})
            assert answer.status_code == 200, host
        for probe in ("/health", "/ready"):
            assert (await http.get(probe, headers={"Host": "healthcheck.railway.app"})).status_code == 200


@pytest.mark.parametrize(
    ("given", "answered", "refused"),
    [
        ({"public_url": "https://Chat.example.com/a"}, ["chat.example.com", "CHAT.example.com:443"], ["example.com"]),
        ({"allowed_hosts": "a.example, *.b.example"}, ["a.example", "x.b.example", "x.y.b.example"],
         ["b.example", "xa.example", "xb.example", "x.a.example"]),
        ({"origins": "https://shop.example"}, ["shop.example"], [EVIL]),
        ({"allowed_hosts": "*"}, [EVIL], []),
        ({"trusted_proxies": "192.0.2.1"}, ["localhost"], [EVIL]),
    ],
)  # fmt: skip
async def test_the_settings_name_further_ones(
    make_settings: Callable[..., Settings], given: dict[str, str], answered: list[str], refused: list[str]
) -> None:
    async with (
        running(make_settings(**{"allowed_hosts": ""} | given)) as address,
        httpx2.AsyncClient(base_url=address, timeout=60) as http,
    ):
        for host in answered:
            assert (await http.post("/chatkit", json=LIST, headers={"Host": host})).status_code == 200, host
        for host in refused:
            assert (await http.post("/chatkit", json=LIST, headers={"Host": host})).status_code == 421, host


async def test_an_application_beside_is_guarded_and_one_around_guards_itself(
    make_settings: Callable[..., Settings],
) -> None:
    theirs = FastAPI()

    @theirs.get("/theirs")
    async def answer() -> str:
        return "secret"

    settings = make_settings(allowed_hosts="")
    both = serving(create_app, settings, around=lambda link, bound: beside(link, theirs, "theirs", bound))
    async with both as address, httpx2.AsyncClient(timeout=60) as http:
        assert (await http.get(f"{address}/theirs")).json() == "secret"
        assert (await http.get(f"{address}/theirs", headers={"Host": EVIL})).status_code == 421

    def around(settings: Settings) -> FastAPI:
        parent = FastAPI()
        mount(parent, "/chat", create_app(settings))
        return parent

    parent = around(settings)
    transport = httpx2.ASGITransport(parent)
    async with (
        parent.router.lifespan_context(parent),
        httpx2.AsyncClient(transport=transport, base_url=f"http://{EVIL}") as http,
    ):
        assert (await http.post("/chat/chatkit", json=LIST)).status_code == 200


async def test_where_every_request_needs_a_token_the_name_does_not_matter(
    make_settings: Callable[..., Settings],
) -> None:
    signed = make_settings(allowed_hosts="", jwt_secret="the tests of host names know this secret, too")
    async with running(signed) as address, httpx2.AsyncClient(base_url=address, timeout=60) as http:
        assert (await http.post("/chatkit", json=LIST, headers={"Host": "chat.example.com"})).status_code == 401

    # A page that the browser takes for this server's own can write what a proxy would.
    proxied = make_settings(allowed_hosts="", proxy_user_header="X-User", trusted_proxies="127.0.0.1")
    async with running(proxied) as address, httpx2.AsyncClient(base_url=address, timeout=60) as http:
        headers = {"Host": EVIL, "X-User": "ada"}
        assert (await http.post("/chatkit", json=LIST, headers=headers)).status_code == 421
