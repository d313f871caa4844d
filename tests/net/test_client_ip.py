"""Whose address it is: through proxies that are ours, and past whatever a client wrote."""

from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from chatkit_link.net.client_ip import Forwarded, client_address, peer_address
from chatkit_link.net.ip import read_networks
from tests.sdk_server import serve

OURS = read_networks("10.0.0.0/8, 192.0.2.7 fd00::/8")
EVERYBODY = read_networks("*")


def request(peer: str | None, *forwarded: str, port: int = 4711) -> HTTPConnection:
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    client = None if peer is None else (peer, port)
    return HTTPConnection({"type": "http", "headers": headers, "client": client})


CHAINS: dict[str, tuple[HTTPConnection, str]] = {
    "no proxy": (request("203.0.113.9"), "203.0.113.9"),
    "no proxy, a forged header": (request("203.0.113.9", "198.51.100.1"), "203.0.113.9"),
    "one proxy": (request("10.0.0.5", "203.0.113.9"), "203.0.113.9"),
    "one proxy, something forged before it": (request("10.0.0.5", "198.51.100.1, 203.0.113.9"), "203.0.113.9"),
    "one proxy, one of ours forged before it": (request("10.0.0.5", "10.9.9.9, 203.0.113.9"), "203.0.113.9"),
    "two proxies": (request("10.0.0.5", "203.0.113.9, 10.0.0.6"), "203.0.113.9"),
    "two proxies, each with a line": (request("10.0.0.5", "203.0.113.9", "192.0.2.7"), "203.0.113.9"),
    "a forged line above the proxy's": (request("10.0.0.5", "198.51.100.1", "203.0.113.9"), "203.0.113.9"),
    "only proxies": (request("10.0.0.5", "10.0.0.7, 10.0.0.6"), "10.0.0.7"),
    "a proxy that says nothing": (request("10.0.0.5"), "10.0.0.5"),
    "a proxy that says unknown": (request("10.0.0.5", "198.51.100.1, unknown"), "10.0.0.5"),
    "nonsense": (request("10.0.0.5", "<script>, ;drop"), "10.0.0.5"),
    "an empty entry": (request("10.0.0.5", "203.0.113.9, "), "10.0.0.5"),
    "with a port": (request("10.0.0.5", "203.0.113.9:51234"), "203.0.113.9"),
    "IPv6": (request("fd00::1", "2001:DB8:0:0::0001"), "2001:db8::1"),
    "IPv6 in brackets with a port": (request("10.0.0.5", "[2001:db8::1]:443"), "2001:db8::1"),
    "IPv6 with a zone": (request("fe80::1%eth0"), "fe80::1"),
    "IPv4 in IPv6": (request("::ffff:10.0.0.5", "::ffff:203.0.113.9"), "203.0.113.9"),
    "a Unix socket": (request(None, "203.0.113.9"), "unknown"),
    "a name for an address": (request("testclient"), "unknown"),
    "octets with leading zeros": (request("10.0.0.5", "203.0.113.010"), "10.0.0.5"),
    "ten thousand entries": (request("10.0.0.5", "1.1.1.1, " * 10_000 + "203.0.113.9"), "203.0.113.9"),
}


@pytest.mark.parametrize(("asked", "address"), CHAINS.values(), ids=CHAINS)
def test_the_walk_ends_at_the_first_address_that_is_not_ours(asked: HTTPConnection, address: str) -> None:
    assert client_address(asked, OURS) == address


def test_where_everybody_is_a_proxy_only_the_last_entry_counts() -> None:
    assert client_address(request("203.0.113.1", "198.51.100.1, 203.0.113.9"), EVERYBODY) == "203.0.113.9"
    assert client_address(request("203.0.113.1"), EVERYBODY) == "203.0.113.1"


async def seen(trusted: str, headers: dict[str, str]) -> dict[str, Any]:
    """What the application sees of a request from 127.0.0.1 on a real socket."""

    async def tell(asked: Request) -> JSONResponse:
        return JSONResponse(
            {
                "client": asked.client and asked.client.host,
                "address": client_address(asked, read_networks(trusted)),
                "peer": str(peer_address(asked)),
                "scheme": asked.url.scheme,
            }
        )

    app = Forwarded(Starlette(routes=[Route("/", tell)]), read_networks(trusted))
    async with serve(app) as address, httpx2.AsyncClient(timeout=60) as http:
        return (await http.get(address, headers=headers)).json()


SENT = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}


async def test_a_trusted_proxy_gives_the_address_and_the_scheme_and_stays_known_as_the_peer() -> None:
    told = await seen("127.0.0.1", SENT)
    assert told == {"client": "203.0.113.9", "address": "203.0.113.9", "peer": "127.0.0.1", "scheme": "https"}


async def test_anybody_else_gives_nothing() -> None:
    told = await seen("10.0.0.0/8", SENT)
    assert told == {"client": "127.0.0.1", "address": "127.0.0.1", "peer": "127.0.0.1", "scheme": "http"}


@pytest.mark.parametrize("scheme", ["", "ftp", "javascript", "https, http", "HTTPS,"])
async def test_a_scheme_is_http_or_https_and_the_last_one_counts(scheme: str) -> None:
    assert (await seen("127.0.0.1", {"X-Forwarded-Proto": scheme}))["scheme"] == "http"


async def test_a_proxy_that_is_not_listed_is_named_in_the_log_once(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None: ...

    def asked(peer: str, *headers: tuple[bytes, bytes]) -> Any:
        return {"type": "http", "headers": list(headers), "client": (peer, 4711), "path": "/"}

    forwarding = (b"x-forwarded-for", b"203.0.113.9")
    forwarded = Forwarded(app, OURS)
    for scope in (
        asked("8.8.8.8", forwarding),  # any client may send it: not to be listed
        asked("10.0.0.5", forwarding),
        asked("172.18.0.1"),
        *(asked("172.18.0.1", forwarding) for _ in range(3)),
    ):
        await forwarded(scope, None, None)  # type: ignore[arg-type]
    [line] = [record.getMessage() for record in caplog.records]
    assert "172.18.0.1" in line
    assert "CHATKIT_LINK_TRUSTED_PROXIES" in line
