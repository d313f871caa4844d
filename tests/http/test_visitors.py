"""Visitors of an embedded chat: the token that their frame has, and what it is worth."""

import hashlib
import time
from collections.abc import Callable

import httpx2
import pytest
from itsdangerous import TimestampSigner

from chatkit_link.identity.visitor import HEADER
from chatkit_link.settings import Settings
from tests.conftest import running

SHOP = "https://shop.example.com"
EVIL = "https://evil.example"
pytestmark = pytest.mark.usefixtures("own_secret")
KEY = "0123456789" * 4
LIST = {"type": "threads.list", "params": {}}
INPUT = {"content": [{"type": "input_text", "text": "Hi"}], "attachments": [], "inference_options": {}}
CREATE = {"type": "threads.create", "params": {"input": INPUT}}
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(origins=SHOP, secret=KEY)


async def token(address: str, body: dict[str, str] | None = None, *, site: str = "same-origin", **headers: str) -> str:
    """A new token, as the frame asks for it; ``site``: what the browser says of the page that asks."""
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = await http.post(f"{address}/visitor", json=body or {}, headers={"Sec-Fetch-Site": site, **headers})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    page = (body or {}).get("page") or headers.get("Origin")
    assert page or "set-cookie" not in answer.headers, "a cookie is for one page"
    return answer.json()["token"]


async def threads(address: str, headers: dict[str, str]) -> list[str]:
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = await http.post(f"{address}/chatkit/echo", json=LIST, headers=headers)
    assert answer.status_code == 200, answer.text
    return [thread["id"] for thread in answer.json()["data"]]


async def create(address: str, headers: dict[str, str]) -> str | None:
    """A thread; gives the cookie that came with it."""
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = await http.post(f"{address}/chatkit/echo", json=CREATE, headers=headers)
    assert "thread.created" in answer.text
    return answer.headers.get("set-cookie", "").partition(";")[0] or None


async def test_a_token_brings_the_same_visitor_back_without_a_cookie(settings: Settings) -> None:
    async with running(settings) as address:
        mine, other = {HEADER: await token(address)}, {HEADER: await token(address)}
        assert await create(address, mine) is None
        assert len(await threads(address, mine)) == 1
        assert await threads(address, other) == []


async def test_a_token_outranks_the_cookie_of_the_browser(settings: Settings) -> None:
    async with running(settings) as address:
        cookie = await create(address, {})
        assert cookie
        visitor = {HEADER: await token(address), "Cookie": cookie}
        assert await threads(address, visitor) == []
        assert len(await threads(address, {"Cookie": cookie})) == 1


async def test_another_sites_page_may_not_add_the_header_unasked(settings: Settings) -> None:
    """A request with the token is no request that a browser makes by itself, so it needs no check of its site."""
    asked = {"Origin": EVIL, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": HEADER.lower()}
    async with running(settings) as address, httpx2.AsyncClient(timeout=60) as http:
        assert (await http.options(f"{address}/chatkit", headers=asked)).status_code == 400
        elsewhere = {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}
        sent = await http.post(f"{address}/chatkit", json=LIST, headers=elsewhere | {HEADER: await token(address)})
        assert sent.status_code == 200
        assert "access-control-allow-origin" not in sent.headers


async def test_the_visitor_stays_the_same_when_a_token_is_exchanged(settings: Settings) -> None:
    async with running(settings) as address:
        former = await token(address)
        await create(address, {HEADER: former})
        assert len(await threads(address, {HEADER: await token(address, {"former": former})})) == 1


async def test_a_listed_page_keeps_the_user_of_the_cookie_and_no_other_page_gets_it(settings: Settings) -> None:
    async with running(settings) as address:
        cookie = await create(address, {})
        assert cookie
        by = {
            "a listed page": await token(address, {"page": SHOP}, Cookie=cookie),
            "a page on the same machine": await token(address, {"page": "http://localhost:5173"}, Cookie=cookie),
            "link.js on a listed page": await token(address, Cookie=cookie, Origin=SHOP, site="cross-site"),
            "another page": await token(address, {"page": EVIL}, Cookie=cookie),
            "a page without an origin": await token(address, {"page": "null"}, Cookie=cookie),
            "no page": await token(address, Cookie=cookie),
            "another site that lies": await token(
                address, {"page": SHOP}, Cookie=cookie, Origin=EVIL, site="cross-site"
            ),
        }
        found = {name: len(await threads(address, {HEADER: made})) for name, made in by.items()}
    assert found == {
        "a listed page": 1,
        "a page on the same machine": 1,
        "link.js on a listed page": 1,
        "another page": 0,
        "a page without an origin": 0,
        "no page": 0,
        "another site that lies": 0,
    }


async def test_a_frame_without_storage_has_the_same_visitor_again_by_a_cookie_that_no_other_route_gets(
    settings: Settings,
) -> None:
    async with running(settings) as address, httpx2.AsyncClient(timeout=60) as http:
        first = await http.post(f"{address}/visitor", json={"page": EVIL}, headers=OWN)
        cookie = first.headers["set-cookie"]
        assert cookie.endswith("Path=/visitor; HttpOnly; Secure; SameSite=None; Partitioned")
        kept = cookie.partition(";")[0]
        mine = {HEADER: first.json()["token"]}
        await create(address, mine)
        assert len(await threads(address, {HEADER: await token(address, {"page": EVIL}, Cookie=kept)})) == 1
        # Another page, another site that asks with the cookie, and the cookie where it does not belong.
        assert await threads(address, {HEADER: await token(address, {"page": SHOP}, Cookie=kept)}) == []
        for origin in (EVIL, SHOP):
            other = await token(address, {"page": EVIL}, Cookie=kept, Origin=origin, site="cross-site")
            assert await threads(address, {HEADER: other}) == [], origin
        assert await threads(address, {"Cookie": kept.replace(kept.partition("=")[0], "chatkit_link_user")}) == []
        for host, has_cookie in (("localhost:8000", True), ("chat.lan", False)):
            answer = await http.post(f"{address}/visitor", json={"page": SHOP}, headers=OWN | {"Host": host})
            assert ("set-cookie" in answer.headers) is has_cookie, host


def signed(value: str, *, secret: str = KEY, salt: str = "chatkit-link.visitor.v1") -> str:
    signer = TimestampSigner(secret, salt=salt, key_derivation="hmac", digest_method=hashlib.sha256)
    return signer.sign(value).decode()


VICTIM = "anon_" + "A" * 22
NOT_OURS = {
    "empty": "",
    "no signature": VICTIM,
    "another user under the same signature": signed(VICTIM).replace("AAAA", "AAAB", 1),
    "another secret": signed(VICTIM, secret="9876543210" * 4),
    "the signature of a cookie": signed(VICTIM, salt="chatkit-link.anonymous-user.v1"),
    "a signed name of another kind": signed("admin"),
    "a long one": "A" * 10_000,
}


@pytest.mark.parametrize("made_up", NOT_OURS.values(), ids=NOT_OURS)
async def test_a_token_that_is_not_ours_is_refused_and_exchanged_for_a_new_visitor(
    settings: Settings, made_up: str
) -> None:
    async with running(settings) as address, httpx2.AsyncClient(timeout=60) as http:
        answer = await http.post(f"{address}/chatkit", json=LIST, headers={HEADER: made_up})
        assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")
        if len(made_up) < 200:
            assert not (await token(address, {"former": made_up})).startswith(f"{VICTIM}.")
        twice = [(HEADER, await token(address)), (HEADER, await token(address))]
        assert (await http.post(f"{address}/chatkit", json=LIST, headers=twice)).status_code == 401


async def test_a_token_ends_after_a_year(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(settings) as address:
        mine = {HEADER: await token(address)}
        now = time.time()
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: int(now + 364 * 86400))
        await threads(address, mine)
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: int(now + 366 * 86400))
        async with httpx2.AsyncClient(timeout=60) as http:
            assert (await http.post(f"{address}/chatkit", json=LIST, headers=mine)).status_code == 401


async def test_where_every_user_signs_in_there_are_no_visitors(make_settings: Callable[..., Settings]) -> None:
    strict = make_settings(jwt_secret="0123456789" * 4, secret=KEY)
    async with running(strict) as address, httpx2.AsyncClient(timeout=60) as http:
        assert await token(address, {"former": signed(VICTIM)}) is None
        answer = await http.post(f"{address}/chatkit", json=LIST, headers={HEADER: signed(VICTIM)})
        assert answer.status_code == 401


@pytest.mark.parametrize("body", [b"null", b"[]", b"{", b'{"former": 1}', b'{"page": "' + b"x" * 5000 + b'"}'])
async def test_a_body_that_is_none_is_refused_in_a_sentence(server: str, body: bytes) -> None:
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = await http.post(f"{server}/visitor", content=body, headers=OWN)
    assert 400 <= answer.status_code < 500
    assert answer.json()["detail"].endswith(".")
