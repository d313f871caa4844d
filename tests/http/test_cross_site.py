"""Pages of other sites: what they may read, what they may do with a visitor's cookie, and who may frame the chat."""

import re
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest
from fastapi import APIRouter

from chatkit_link.http.identify import CallerDep
from chatkit_link.identity.dev_token import create_dev_token
from chatkit_link.settings import Settings
from tests.conftest import running

SHOP = "https://shop.example.com"
EVIL = "https://evil.example"
SECRET = "0123456789" * 4
LIST = {"type": "threads.list", "params": {}}


@pytest.fixture(scope="module")
async def embedded(make_settings: Callable[..., Settings]) -> AsyncIterator[str]:
    """A server whose visitors also come from the shop's pages."""
    async with running(make_settings(origins=f"{SHOP}/ http://localhost:5173")) as address:
        yield address


CAUSED_ELSEWHERE: dict[str, dict[str, str]] = {
    "another site": {"Sec-Fetch-Site": "cross-site", "Origin": EVIL},
    "another site without an Origin": {"Sec-Fetch-Site": "cross-site"},
    "a neighbouring subdomain": {"Sec-Fetch-Site": "same-site", "Origin": "https://other.example.com"},
    "an older browser": {"Origin": EVIL},
    "a sandboxed frame": {"Origin": "null"},
    "a sandboxed frame of a new browser": {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    "a listed origin as the beginning of another": {"Sec-Fetch-Site": "cross-site", "Origin": f"{SHOP}.evil.example"},
    "a listed host over plain HTTP": {"Sec-Fetch-Site": "cross-site", "Origin": "http://shop.example.com"},
    "a listed host with another port": {"Sec-Fetch-Site": "cross-site", "Origin": f"{SHOP}:8443"},
    "a word no browser says": {"Sec-Fetch-Site": "trust-me"},
}


@pytest.mark.parametrize("headers", CAUSED_ELSEWHERE.values(), ids=CAUSED_ELSEWHERE)
async def test_a_post_that_another_site_caused_is_refused_with_or_without_a_cookie(
    embedded: str, headers: dict[str, str]
) -> None:
    async with httpx2.AsyncClient(timeout=60) as http:
        fresh = await http.post(f"{embedded}/chatkit", json=LIST, headers=headers)
        await http.post(f"{embedded}/chatkit", json=LIST)
        known = await http.post(f"{embedded}/chatkit", json=LIST, headers=headers)
        # What a form can send without asking first.
        form = await http.post(
            f"{embedded}/chatkit/runs/x/cancel", content="a=b", headers=headers | {"Content-Type": "text/plain"}
        )
    for answer in (fresh, known, form):
        assert answer.status_code == 403
        assert "CHATKIT_LINK_ORIGINS" in answer.json()["detail"]
        assert "set-cookie" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers


ALLOWED: dict[str, dict[str, str]] = {
    "our own page": {"Sec-Fetch-Site": "same-origin"},
    "the person": {"Sec-Fetch-Site": "none"},
    "no browser": {},
    "a listed site": {"Sec-Fetch-Site": "cross-site", "Origin": SHOP},
    "a listed site in an older browser": {"Origin": "http://localhost:5173"},
}


@pytest.mark.parametrize("headers", ALLOWED.values(), ids=ALLOWED)
async def test_our_own_pages_listed_sites_and_programs_may_post(embedded: str, headers: dict[str, str]) -> None:
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = await http.post(f"{embedded}/chatkit", json=LIST, headers=headers)
    assert answer.status_code == 200


async def test_an_older_browser_on_our_own_page_may_post(server: str) -> None:
    async with httpx2.AsyncClient(timeout=60) as http:
        own = await http.post(f"{server}/chatkit", json=LIST, headers={"Origin": server})
        other = await http.post(f"{server}/chatkit", json=LIST, headers={"Origin": SHOP})
    assert (own.status_code, other.status_code) == (200, 403)


async def test_reading_is_left_to_cors(server: str) -> None:
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = await http.get(f"{server}/api/agents", headers={"Origin": EVIL, "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_a_request_with_a_bearer_token_is_no_visitors(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings(jwt_secret=SECRET)
    headers = {
        "Authorization": f"Bearer {create_dev_token(settings, user='ada', tenant=None, expires='1h')}",
        "Sec-Fetch-Site": "cross-site",
        "Origin": EVIL,
    }
    async with running(settings) as address, httpx2.AsyncClient(timeout=60) as http:
        assert (await http.post(f"{address}/chatkit", json=LIST, headers=headers)).status_code == 200


# CORS


async def preflight(address: str, origin: str, headers: str = "") -> httpx2.Response:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": headers}
    async with httpx2.AsyncClient(timeout=60) as http:
        return await http.options(f"{address}/chatkit", headers=asked)


async def test_a_listed_site_may_ask_and_read(embedded: str) -> None:
    allowed = await preflight(embedded, SHOP, "authorization, content-type, last-event-id, x-chatkit-link")
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == SHOP
    assert allowed.headers["access-control-allow-credentials"] == "true"
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = await http.post(f"{embedded}/chatkit", json=LIST, headers={"Origin": SHOP})
        refused = await http.post(f"{embedded}/chatkit", content=b"{", headers={"Origin": SHOP})
    for response in (answer, refused):
        assert response.headers["access-control-allow-origin"] == SHOP, "errors can be read, too"
        shown = response.headers["access-control-expose-headers"]
        assert "X-Run-Id" in shown and "Retry-After" in shown and "X-Refresh" in shown
        assert "Origin" in response.headers["vary"]


async def test_a_listed_site_of_the_internet_may_ask_a_server_of_a_private_network(embedded: str) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Private-Network": "true"}
    async with httpx2.AsyncClient(timeout=60) as http:
        allowed = await http.options(f"{embedded}/chatkit", headers=asked | {"Origin": SHOP})
        refused = await http.options(f"{embedded}/chatkit", headers=asked | {"Origin": EVIL})
    assert (allowed.status_code, allowed.headers["access-control-allow-private-network"]) == (200, "true")
    assert (refused.status_code, "access-control-allow-private-network" in refused.headers) == (400, False)


@pytest.mark.parametrize("origin", [EVIL, "null", f"{SHOP}.evil.example", "https://SHOP.example.com", "*"])
async def test_a_site_that_is_not_listed_may_not(embedded: str, origin: str) -> None:
    assert (await preflight(embedded, origin)).status_code == 400
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = await http.get(f"{embedded}/api/agents", headers={"Origin": origin})
        script = await http.get(f"{embedded}/link.js", headers={"Origin": origin})
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert answer.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in script.headers


async def test_all_sites_means_with_tokens_and_without_cookies(make_settings: Callable[..., Settings]) -> None:
    async with running(make_settings(origins="*")) as address, httpx2.AsyncClient(timeout=60) as http:
        allowed = await preflight(address, EVIL, "authorization")
        assert allowed.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in allowed.headers
        read = await http.get(f"{address}/api/agents", headers={"Origin": EVIL})
        assert read.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in read.headers
        posted = await http.post(f"{address}/chatkit", json=LIST, headers={"Origin": EVIL})
        assert posted.status_code == 403, "a visitor's cookie is not for every site"


async def test_without_origins_there_is_no_cors(server: str) -> None:
    refused = await preflight(server, SHOP)
    assert refused.status_code == 400
    assert not [name for name in refused.headers if name.startswith("access-control")]


async def test_a_listed_site_may_send_the_headers_that_its_page_names(embedded: str) -> None:
    asked = "authorization, x-user-id, x-tenant, x-chatkit-visitor"
    allowed = await preflight(embedded, SHOP, asked)
    assert (allowed.status_code, allowed.headers["access-control-allow-headers"]) == (200, asked)
    assert "access-control-allow-headers" not in (await preflight(embedded, EVIL, asked)).headers


async def test_the_operator_may_name_the_headers_that_sites_may_send(make_settings: Callable[..., Settings]) -> None:
    for origins in (SHOP, "*"):
        async with running(make_settings(origins=origins, cors_headers="X-User-Id, X-Team")) as address:
            assert (await preflight(address, SHOP, "authorization, x-user-id, X-Team")).status_code == 200
            assert (await preflight(address, SHOP, "x-other")).status_code == 400


async def test_not_every_site_may_send_every_header(make_settings: Callable[..., Settings]) -> None:
    """A header can name a user to a proxy."""
    async with running(make_settings(origins="*")) as address:
        assert (await preflight(address, EVIL, "authorization, x-chatkit-visitor")).status_code == 200
        assert (await preflight(address, EVIL, "x-forwarded-user")).status_code == 400


# The developer's machine


LOCAL = ["http://localhost:5173", "http://127.0.0.1:3000", "https://localhost", "http://[::1]:5173", "http://127.0.0.2"]


@pytest.mark.parametrize("origin", LOCAL)
async def test_a_server_on_ones_own_machine_takes_its_pages(server: str, origin: str) -> None:
    assert (await preflight(server, origin, "x-user-id")).headers["access-control-allow-origin"] == origin
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-site"}
    async with httpx2.AsyncClient(timeout=60) as http:
        posted = await http.post(f"{server}/chatkit", json=LIST, headers=headers)
        frame = await http.get(f"{server}/frame.html")
    assert posted.status_code == 200
    assert posted.headers["access-control-allow-credentials"] == "true"
    assert "http://localhost:*" in frame.headers["content-security-policy"].partition("frame-ancestors")[2]


@pytest.mark.parametrize("host", ["chat.example.com", "localhost.example.com", "127.0.0.1.example.com"])
async def test_a_server_with_another_name_does_not(server: str, host: str) -> None:
    headers = {"Host": host, "Origin": "http://localhost:5173", "Sec-Fetch-Site": "cross-site"}
    async with httpx2.AsyncClient(timeout=60) as http:
        posted = await http.post(f"{server}/chatkit", json=LIST, headers=headers)
        frame = await http.get(f"{server}/frame.html", headers={"Host": host})
    assert posted.status_code == 403
    assert "access-control-allow-origin" not in posted.headers
    assert frame.headers["content-security-policy"].endswith("frame-ancestors 'self'")


@pytest.mark.parametrize("origin", ["http://localhost.evil.example", "http://evil.localhost", "null", "file://", "x"])
async def test_what_only_looks_like_ones_own_machine_is_another_site(server: str, origin: str) -> None:
    assert (await preflight(server, origin)).status_code == 400


async def test_frame_ancestors_that_are_set_stay_as_they_are(make_settings: Callable[..., Settings]) -> None:
    async with running(make_settings(frame_ancestors="'none'")) as address, httpx2.AsyncClient(timeout=60) as http:
        policy = (await http.get(f"{address}/frame.html")).headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'none'")


# Behind a proxy, over plain HTTP: a browser sends no Sec-Fetch-Site there


REWRITTEN: dict[str, tuple[dict[str, str], int]] = {
    "the proxy says which host was asked": ({"X-Forwarded-Host": "chat.example.com"}, 200),
    "with a port": ({"Origin": "http://chat.example.com:8080", "X-Forwarded-Host": "chat.example.com:8080"}, 200),
    "with the usual port": ({"X-Forwarded-Host": "chat.example.com:80"}, 200),
    "in capitals": ({"X-Forwarded-Host": "Chat.Example.COM"}, 200),
    "two proxies": ({"X-Forwarded-Host": "evil.example, chat.example.com"}, 200),
    "the host as it was asked": ({"Host": "CHAT.example.com:80"}, 200),
    "another port": ({"X-Forwarded-Host": "chat.example.com:8080"}, 403),
    "the host that a client made up": ({"Origin": EVIL, "X-Forwarded-Host": "evil.example, chat.example.com"}, 403),
    "a proxy that does not say": ({}, 403),
    "nonsense": ({"X-Forwarded-Host": "chat.example.com/path"}, 403),
}


@pytest.mark.parametrize(("headers", "status"), REWRITTEN.values(), ids=REWRITTEN)
async def test_a_proxy_may_change_the_host(server: str, headers: dict[str, str], status: int) -> None:
    sent = {"Host": "internal:8000", "Origin": "http://chat.example.com", **headers}
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = await http.post(f"{server}/chatkit", json=LIST, headers=sent)
    assert answer.status_code == status


async def test_the_public_address_is_the_servers_own(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings(public_url="http://Chat.example.com:80/assistant")
    async with running(settings) as address, httpx2.AsyncClient(timeout=60) as http:
        for origin, status in (("http://chat.example.com", 200), ("http://other.example.com", 403)):
            answer = await http.post(f"{address}/chatkit", json=LIST, headers={"Origin": origin, "Host": "internal"})
            assert answer.status_code == status


async def test_a_client_that_is_no_proxy_names_no_host(make_settings: Callable[..., Settings]) -> None:
    async with running(make_settings(trusted_proxies="192.0.2.1")) as address, httpx2.AsyncClient(timeout=60) as http:
        headers = {"Origin": EVIL, "X-Forwarded-Host": "evil.example"}
        assert (await http.post(f"{address}/chatkit", json=LIST, headers=headers)).status_code == 403


async def test_the_element_and_its_frame_load_into_pages_that_let_nothing_in(server: str) -> None:
    """``Cross-Origin-Embedder-Policy: require-corp``: HTML, "cross-origin isolated"."""
    async with httpx2.AsyncClient(timeout=60) as http:
        frame = await http.get(f"{server}/frame.html")
        if frame.status_code == 404:
            pytest.skip("the page is not built here: make build")
        script = re.search(r'src="\./(assets/[^"]+)"', frame.text)
        assert script is not None
        for path in ("frame.html", "chatkit.js", "link.js", script[1]):
            headers = (await http.get(f"{server}/{path}")).headers
            assert headers["cross-origin-resource-policy"] == "cross-origin", path
    assert frame.headers["cross-origin-embedder-policy"] == "credentialless"


async def test_the_listed_sites_may_frame_the_chat(make_settings: Callable[..., Settings]) -> None:
    assert make_settings().framed_by == "'self'"
    assert make_settings(origins=SHOP).framed_by == f"'self' {SHOP}"
    assert make_settings(origins="*").framed_by == "'self'"
    assert make_settings(origins=SHOP, frame_ancestors="'none'").framed_by == "'none'"


async def test_the_cookie_works_inside_a_frame_on_a_listed_site(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings(origins=SHOP, public_url="https://chat.example.net")
    async with running(settings) as address, httpx2.AsyncClient(timeout=60) as http:
        cookie = (await http.get(f"{address}/api/agents")).headers["set-cookie"]
    assert cookie.startswith("__Host-chatkit_link_user=")
    assert cookie.endswith("SameSite=None; Secure; Partitioned")


def test_a_changing_route_that_knows_its_caller_is_protected_by_that_alone() -> None:
    """The check is in ``CallerDep``: a new route cannot forget it."""
    router = APIRouter()

    @router.delete("/thing")
    async def delete(caller: CallerDep) -> None: ...

    (route,) = router.routes
    names = [dependency.call.__name__ for dependency in route.dependant.dependencies]  # pyright: ignore[reportAttributeAccessIssue]
    assert names == ["get_caller"]
