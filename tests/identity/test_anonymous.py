"""The signed cookie: kept, renewed, and worth nothing when it is not ours."""

import hashlib
import time
from http.cookies import SimpleCookie

import pytest
from itsdangerous import TimestampSigner
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from chatkit_link.identity.anonymous import COOKIE, HOST_COOKIE, AnonymousAuthenticator

SECRET = b"a secret of at least thirty-two bytes"
DAY = 24 * 3600


def request(
    cookie: str | None = None, *, name: str = COOKIE, scheme: str = "http", root_path: str = "", more: str = ""
) -> HTTPConnection:
    headers = [(b"host", b"x"), (b"accept-language", b"fr")]
    if cookie is not None:
        headers.append((b"cookie", f"{name}={cookie}; {more}".encode("latin-1", "replace")))
    scope = {
        "type": "http",
        "scheme": scheme,
        "path": "/",
        "root_path": root_path,
        "query_string": b"",
        "headers": headers,
    }
    return HTTPConnection(scope)


async def issued(identity: AnonymousAuthenticator, sent: HTTPConnection | None = None) -> tuple[str, SimpleCookie]:
    """A new user and the cookie that names them."""
    identified = await identity.identify(sent or request(), "req_1")
    assert identified.cookie
    return identified.caller.user, SimpleCookie(identified.cookie)


async def test_the_cookie_brings_the_same_user_back() -> None:
    identity = AnonymousAuthenticator((SECRET,))
    user, jar = await issued(identity)
    again = await identity.identify(request(jar[COOKIE].value), "req_2")
    assert (again.caller.user, again.caller.tenant, again.caller.locale) == (user, "default", "fr")
    assert again.caller.request_id == "req_2"
    assert again.cookie is None


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites() -> None:
    _, jar = await issued(AnonymousAuthenticator((SECRET,)))
    cookie = jar[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert int(cookie["max-age"]) == 365 * DAY
    assert not cookie["secure"]


@pytest.mark.parametrize(
    ("secure", "scheme", "marked"), [(None, "https", True), (True, "http", True), (False, "https", False)]
)
async def test_secure_follows_the_scheme_unless_it_is_set(secure: bool | None, scheme: str, marked: bool) -> None:
    _, jar = await issued(AnonymousAuthenticator((SECRET,), secure=secure), request(scheme=scheme))
    name = HOST_COOKIE if marked else COOKIE
    assert list(jar) == [name]
    assert bool(jar[name]["secure"]) is marked


async def test_over_https_no_neighbouring_subdomain_can_plant_the_cookie() -> None:
    identity = AnonymousAuthenticator((SECRET,))
    user, jar = await issued(identity, request(scheme="https"))
    cookie = jar["__Host-chatkit_link_user"]
    assert (cookie["path"], bool(cookie["secure"]), cookie["domain"]) == ("/", True, "")
    again = await identity.identify(request(cookie.value, name=HOST_COOKIE, scheme="https"), "r")
    assert (again.caller.user, again.cookie) == (user, None)


async def test_over_https_the_cookie_without_the_prefix_is_not_read_and_stays() -> None:
    identity = AnonymousAuthenticator((SECRET,))
    identified = await identity.identify(request(signed(VICTIM), scheme="https"), "r")
    assert identified.caller.user != VICTIM
    assert identified.cookie and identified.cookie.startswith("__Host-chatkit_link_user=")


async def test_the_protected_cookie_counts_more_also_where_a_proxy_does_not_say_https() -> None:
    planted = f"{COOKIE}={signed('anon_' + 'B' * 22)}"
    for scheme in ("http", "https"):
        both = request(signed(VICTIM), name=HOST_COOKIE, scheme=scheme, more=planted)
        identified = await AnonymousAuthenticator((SECRET,)).identify(both, "r")
        assert (identified.caller.user, identified.cookie) == (VICTIM, None), scheme


async def test_below_a_prefix_it_is_protected_too_and_each_prefix_has_its_own() -> None:
    identity = AnonymousAuthenticator((SECRET,))
    jars = [(await issued(identity, request(scheme="https", root_path=path)))[1] for path in ("/chat", "/chat2", "")]
    names = [next(iter(jar)) for jar in jars]
    assert len(set(names)) == 3
    for jar, name in zip(jars, names, strict=True):
        assert name.startswith("__Host-chatkit_link_user")
        assert (jar[name]["path"], bool(jar[name]["secure"]), jar[name]["domain"]) == ("/", True, "")
    again = await identity.identify(
        request(jars[0][names[0]].value, name=names[0], scheme="https", root_path="/chat"), "r"
    )
    assert again.cookie is None
    for other in (COOKIE, names[1], names[2]):
        asked = request(signed(VICTIM), name=other, scheme="https", root_path="/chat")
        assert (await identity.identify(asked, "r")).caller.user != VICTIM


async def test_a_cookie_for_other_sites_is_kept_for_each_of_them_and_only_over_https() -> None:
    identity = AnonymousAuthenticator((SECRET,), cross_site=True)
    secure = (await identity.identify(request(scheme="https"), "r")).cookie
    plain = (await identity.identify(request(), "r")).cookie
    assert secure and secure.endswith("SameSite=None; Secure; Partitioned")
    assert plain and "SameSite=Lax" in plain and "Partitioned" not in plain


async def test_under_a_prefix_the_cookie_stays_there() -> None:
    _, jar = await issued(AnonymousAuthenticator((SECRET,)), request(root_path="/chat; Domain=evil"))
    assert jar[COOKIE]["path"] == "/chat%3B%20Domain%3Devil"


def test_a_mounted_app_knows_its_visitor_again() -> None:
    identity = AnonymousAuthenticator((SECRET,))

    async def who(asked: Request) -> PlainTextResponse:
        identified = await identity.identify(asked, "r")
        headers = {"Set-Cookie": identified.cookie} if identified.cookie else {}
        return PlainTextResponse(identified.caller.user, headers=headers)

    inner = Starlette(routes=[Route("/who", who)])
    with TestClient(Starlette(routes=[Mount("/chat", inner)])) as browser:
        first = browser.get("/chat/who")
        assert "Path=/chat" in first.headers["set-cookie"]
        assert browser.get("/chat/who").text == first.text


async def test_every_new_visitor_is_somebody_else() -> None:
    identity = AnonymousAuthenticator((SECRET,))
    users = {(await issued(identity))[0] for _ in range(200)}
    assert len(users) == 200
    assert {len(user) for user in users} == {len("anon_") + 22}, "22 base64 characters hold 128 bits"


def signed(
    value: str, *, secret: bytes = SECRET, salt: str = "chatkit-link.anonymous-user.v1", digest: str = "sha256"
) -> str:
    method = getattr(hashlib, digest)
    return TimestampSigner(secret, salt=salt, key_derivation="hmac", digest_method=method).sign(value).decode()


VICTIM = "anon_" + "A" * 22


async def test_the_signature_is_what_counts() -> None:
    identified = await AnonymousAuthenticator((SECRET,)).identify(request(signed(VICTIM)), "r")
    assert identified.caller.user == VICTIM


# By name: the values hold the time, and the workers of a run must agree on what a test is called.
NOT_OURS = {
    "empty": "",
    "a letter": "x",
    "no signature": VICTIM,
    "a letter of the signature is missing": signed(VICTIM)[:-1],
    "another user under the same signature": signed(VICTIM).replace("AAAA", "AAAB", 1),
    "an empty signature": signed(VICTIM).rsplit(".", 1)[0] + ".",
    "another secret": signed(VICTIM, secret=b"another secret of thirty-two bytes"),
    "another version": f"v2.{signed(VICTIM)}",
    "another salt": signed(VICTIM, salt="somewhere else"),
    "another digest": signed(VICTIM, digest="sha1"),
    "a signed name of another kind": signed("admin"),
    "a signed line break": signed("anon_" + "A" * 21 + "\n"),
    "signed null bytes": signed("anon_" + "\x00" * 22),
    "a long one": "A" * 100_000,
    "bytes that are no UTF-8": "\xff\xfe." * 3,
    "a quote": '"',
    "three parts": "a.b.c",
}


@pytest.mark.parametrize("cookie", NOT_OURS.values(), ids=NOT_OURS.keys())
@pytest.mark.parametrize(("scheme", "name"), [("http", COOKIE), ("https", HOST_COOKIE)])
async def test_a_cookie_that_is_not_ours_makes_a_new_visitor_beside_it(cookie: str, scheme: str, name: str) -> None:
    identity = AnonymousAuthenticator((SECRET,))
    user, jar = await issued(identity, request(cookie, name=name, scheme=scheme))
    assert user != VICTIM
    (beside,) = jar
    if not cookie:
        assert beside == name, "an empty one is nobody's"
        return
    assert beside.startswith(f"{name}_"), "what may be another server's is not overwritten"
    both = request(cookie, name=name, scheme=scheme, more=f"{beside}={jar[beside].value}")
    again = await identity.identify(both, "r")
    assert (again.caller.user, again.cookie) == (user, None)


async def test_a_cookie_beside_that_is_damaged_is_replaced_because_it_is_of_this_secret() -> None:
    identity = AnonymousAuthenticator((SECRET,))
    _, jar = await issued(identity, request("of another server"))
    (beside,) = jar
    _, next_jar = await issued(identity, request("of another server", more=f"{beside}=damaged"))
    assert list(next_jar) == [beside]


OTHER = b"another secret of thirty-two bytes"


async def test_a_user_survives_a_rotation_and_a_change_that_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now() - 2 * DAY)
    _, first = await issued(AnonymousAuthenticator((OTHER,)))
    fresh = await AnonymousAuthenticator((SECRET, OTHER)).identify(request(first[COOKIE].value), "r")
    assert fresh.cookie is None, "replicas that begin with different ones do not sign in turn"
    monkeypatch.undo()
    of_other = await AnonymousAuthenticator((OTHER,)).identify(request(first[COOKIE].value), "r")
    rotated = await AnonymousAuthenticator((SECRET, OTHER)).identify(request(first[COOKIE].value), "r")
    assert rotated.caller.user == of_other.caller.user
    assert rotated.cookie and rotated.cookie.startswith(f"{COOKIE}="), "signed again, with the new secret"
    renewed = SimpleCookie(rotated.cookie)[COOKIE].value
    assert (await AnonymousAuthenticator((SECRET,)).identify(request(renewed), "r")).cookie is None
    # With the other secret forgotten the visitor begins anew, and is who it was as soon as it is back.
    new, jar = await issued(AnonymousAuthenticator((SECRET,)), request(first[COOKIE].value))
    assert new != of_other.caller.user
    (beside,) = jar
    both = request(first[COOKIE].value, more=f"{beside}={jar[beside].value}")
    for secrets in ((OTHER,), (SECRET, OTHER), (OTHER, SECRET)):
        assert (await AnonymousAuthenticator(secrets).identify(both, "r")).caller == of_other.caller
    # A user who began beside keeps that history through a rotation, too.
    third = b"a third secret of thirty-two bytes"
    kept = await AnonymousAuthenticator((third, SECRET)).identify(both, "r")
    assert kept.caller.user == new
    assert kept.cookie and not kept.cookie.startswith(f"{beside}=")


@pytest.mark.parametrize("seconds", [-30 * DAY, -3600, -601, -3, -1, 0, 3])
async def test_the_clock_of_another_replica_costs_no_user_the_history(
    monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    """seconds: by which this replica's clock is ahead of that of the one that signed."""
    then = time.time() - seconds
    with monkeypatch.context() as other:
        other.setattr("itsdangerous.timed.time.time", lambda: then)
        cookie = signed(VICTIM)
    identified = await AnonymousAuthenticator((SECRET,)).identify(request(cookie), "r")
    assert identified.caller.user == VICTIM
    assert (identified.cookie is None) is (seconds > -600), "what is far ahead is signed again by this clock"


@pytest.mark.parametrize(
    ("age", "same", "renewed"), [(29, True, False), (31, True, True), (364, True, True), (366, False, True)]
)
async def test_a_cookie_in_use_is_renewed_and_an_abandoned_one_ends(
    monkeypatch: pytest.MonkeyPatch, age: int, same: bool, renewed: bool
) -> None:
    identity = AnonymousAuthenticator((SECRET,))
    then = time.time() - age * DAY
    with monkeypatch.context() as past:
        past.setattr("itsdangerous.timed.time.time", lambda: then)
        cookie = signed(VICTIM)
    identified = await identity.identify(request(cookie), "r")
    assert (identified.caller.user == VICTIM) is same
    assert (identified.cookie is not None) is renewed
