"""Pages of other sites: what they may read, what they may do with a visitor's cookie, and who may frame the chat."""

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
        assert "X-Run-Id" in shown and "Retry-After" in shown
        assert "Origin" in response.headers["vary"]


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
    assert refused.status_code == 405
    assert "access-control-allow-origin" not in refused.headers


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
