"""Which way in is asked when, and that a wrong one never leads to another."""

from collections.abc import Mapping
from typing import Any

import httpx2
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from chatkit_link.caller import Caller
from chatkit_link.errors import BadRequest, Forbidden, LinkError, Unauthenticated, Unavailable
from chatkit_link.identity import Authentication, ServerKey, admission, build_identity, build_visitors
from chatkit_link.identity.dev_token import create_dev_token
from chatkit_link.identity.hook import Hook
from chatkit_link.settings import Settings

SECRET = "a shared secret of more than 32 characters"
KEY = "a server key of more than thirty-two characters"
PROXY = ("10.0.0.5", 4711)


def settings(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)  # pyright: ignore[reportCallIssue] - pydantic-settings' own argument


def request(
    headers: Mapping[str, str | bytes] | None = None, *, peer: tuple[str, int] | None = PROXY, twice: bool = False
) -> HTTPConnection:
    lines = [
        (name.lower().encode(), value if isinstance(value, bytes) else value.encode())
        for name, value in (headers or {}).items()
    ]
    return HTTPConnection(
        {
            "type": "http",
            "scheme": "http",
            "method": "POST",
            "path": "/chatkit",
            "query_string": b"",
            "client": peer,
            "headers": [(b"accept-language", b"fr"), *lines * (2 if twice else 1)],
        }
    )


async def identified(chosen: Settings, asked: HTTPConnection, hook: Hook | None = None) -> Authentication:
    key = ServerKey(chosen.server_key.get_secret_value() if chosen.server_key else None)
    visitors = build_visitors(chosen, (b"s" * 32,), admission(chosen, hook=hook is not None))
    async with httpx2.AsyncClient(timeout=60) as http:
        return await build_identity(chosen, http, key, visitors, hook).identify(asked, "req_1")


async def refusal(chosen: Settings, asked: HTTPConnection, hook: Hook | None = None) -> str:
    with pytest.raises(Unauthenticated) as refused:
        await identified(chosen, asked, hook)
    return refused.value.message


# A bearer token, and visitors beside it


async def test_without_any_setting_everybody_is_a_visitor() -> None:
    found = await identified(settings(), request())
    assert found.caller.user.startswith("anon_")
    assert found.cookie and found.ambient


async def test_with_a_jwt_nobody_is_a_visitor() -> None:
    assert "wants a bearer token" in await refusal(settings(jwt_secret=SECRET), request())


async def test_visitors_can_be_let_in_beside_those_with_a_token_but_not_with_a_wrong_token() -> None:
    both = settings(jwt_secret=SECRET, allow_anonymous=True)
    token = create_dev_token(both, user="ada", tenant=None, expires="1h")
    assert (await identified(both, request())).caller.user.startswith("anon_")
    assert (await identified(both, request({"Authorization": f"Bearer {token}"}))).caller.user == "ada"
    for wrong in (f"Bearer {token}x", "Bearer x", "Basic YWRhOmFkYQ=="):
        assert "sign in again" in await refusal(both, request({"Authorization": wrong}))


async def test_the_keys_of_an_address_that_is_away_are_told_as_such() -> None:
    away = settings(jwt_jwks_url="http://127.0.0.1:1/keys", jwt_issuer="https://id")
    token = create_dev_token(settings(jwt_secret=SECRET), user="ada", tenant=None, expires="1h")
    assert "signed in a way" in await refusal(away, request({"Authorization": f"Bearer {token}"}))


# The proxy's header

BEHIND = {"proxy_user_header": "X-User", "trusted_proxies": "10.0.0.0/8, ::1"}


async def test_the_proxy_names_the_user() -> None:
    found = await identified(settings(**BEHIND), request({"X-User": "ada"}))
    assert (found.caller, found.cookie) == (Caller("default", "ada", "req_1", "fr"), None)
    assert found.ambient, "the proxy knows people by a cookie of its own"


async def test_the_proxy_names_the_tenant_too_where_it_must() -> None:
    tenants = settings(**BEHIND, proxy_tenant_header="X-Org")
    assert (await identified(tenants, request({"X-User": "ada", "X-Org": "acme"}))).caller.owner == ("acme", "ada")
    assert "must send X-Org" in await refusal(tenants, request({"X-User": "ada"}))


async def test_a_name_in_utf8_is_the_one_that_a_token_would_have() -> None:
    assert (await identified(settings(**BEHIND), request({"X-User": "Zoë"}))).caller.user == "Zoë"


FORGED: dict[str, HTTPConnection] = {
    "from the internet": request({"X-User": "admin"}, peer=("203.0.113.9", 4711)),
    "from a neighbour of the network": request({"X-User": "admin"}, peer=("11.0.0.1", 4711)),
    "with a forged X-Forwarded-For": request(
        {"X-User": "admin", "X-Forwarded-For": "10.0.0.5"}, peer=("203.0.113.9", 4711)
    ),
    "with a forged Forwarded": request({"X-User": "admin", "Forwarded": "for=10.0.0.5"}, peer=("203.0.113.9", 4711)),
    "from a socket without an address": request({"X-User": "admin"}, peer=None),
    "from an address that an outer server filled in": request({"X-User": "admin"}, peer=("10.0.0.5", 0)),
    "from a host that is no address": request({"X-User": "admin"}, peer=("testclient", 4711)),
}


@pytest.mark.parametrize("asked", FORGED.values(), ids=FORGED)
@pytest.mark.parametrize("visitors", [False, True])
async def test_a_user_named_by_anybody_else_is_refused_and_no_visitor(asked: HTTPConnection, visitors: bool) -> None:
    assert "is not believed" in await refusal(settings(**BEHIND, allow_anonymous=visitors), asked)


async def test_an_address_may_be_written_as_ipv4_in_ipv6() -> None:
    asked = request({"X-User": "ada"}, peer=("::ffff:10.0.0.5", 4711))
    assert (await identified(settings(**BEHIND), asked)).caller.user == "ada"


@pytest.mark.parametrize("header", [None, "", "  "])
async def test_whom_the_proxy_does_not_name_is_nobody(header: str | None) -> None:
    asked = request({} if header is None else {"X-User": header})
    assert "reached through the proxy" in await refusal(settings(**BEHIND), asked)


@pytest.mark.parametrize("name", ["a" * 256, "ada\0", "ada\u202e", b"\xff\xfe", "ada\tb"])
async def test_a_name_that_cannot_be_shown_is_refused(name: str | bytes) -> None:
    assert "at most 255 characters" in await refusal(settings(**BEHIND), request({"X-User": name}))


async def test_two_names_are_refused() -> None:
    assert "must name one" in await refusal(settings(**BEHIND), request({"X-User": "ada"}, twice=True))


# The server key

SERVER = {"server_key": KEY}
BEARER = {"Authorization": f"Bearer {KEY}"}


@pytest.mark.parametrize("people", [{}, {"jwt_secret": SECRET}, BEHIND])
async def test_a_back_end_acts_for_whom_it_names(people: dict[str, Any]) -> None:
    chosen = settings(**SERVER, **people)
    found = await identified(chosen, request({**BEARER, "X-ChatKit-User": "ada"}))
    assert (found.caller, found.ambient) == (Caller("default", "ada", "req_1", "fr"), False)
    found = await identified(chosen, request({**BEARER, "X-ChatKit-User": "ada", "X-ChatKit-Tenant": "acme"}))
    assert found.caller.owner == ("acme", "ada")


async def test_the_server_key_alone_is_nobody() -> None:
    with pytest.raises(BadRequest, match="X-ChatKit-User"):
        await identified(settings(**SERVER), request(BEARER))


WRONG_KEYS: dict[str, dict[str, str | bytes]] = {
    "none": {},
    "a wrong one": {"Authorization": "Bearer " + "x" * len(KEY)},
    "the beginning of it": {"Authorization": f"Bearer {KEY[:-1]}"},
    "more than it": {"Authorization": f"Bearer {KEY}x"},
    "an empty one": {"Authorization": "Bearer "},
    "another scheme": {"Authorization": f"Basic {KEY}"},
    "odd bytes": {"Authorization": b"Bearer \xff\xfe"},
    "in another header": {"X-Api-Key": KEY},
}


@pytest.mark.parametrize("headers", WRONG_KEYS.values(), ids=WRONG_KEYS)
@pytest.mark.parametrize("given", [{}, SERVER, {"jwt_secret": SECRET}, SERVER | {"jwt_secret": SECRET}])
async def test_without_the_key_nobody_acts_for_others(headers: dict[str, str | bytes], given: dict[str, Any]) -> None:
    said = await refusal(settings(**given), request({**headers, "X-ChatKit-User": "admin"}))
    assert "taken from servers only" in said
    assert KEY not in said


async def test_a_user_with_a_token_cannot_become_another_by_a_header() -> None:
    chosen = settings(**SERVER, jwt_secret=SECRET)
    token = create_dev_token(chosen, user="eve", tenant=None, expires="1h")
    asked = request({"Authorization": f"Bearer {token}", "X-ChatKit-User": "admin", "X-User-Id": "admin"})
    assert "taken from servers only" in await refusal(chosen, asked)
    asked = request({"Authorization": f"Bearer {token}", "X-User-Id": "admin", "X-User": "admin"})
    assert (await identified(chosen, asked)).caller.user == "eve"


# A function of one's own


async def test_a_function_tells_who_is_asking() -> None:
    async def later(asked: HTTPConnection) -> Caller | None:
        return Caller("acme", asked.headers["x-api-user"])

    def now(asked: HTTPConnection) -> Caller | None:
        return Caller("acme", asked.headers["x-api-user"], locale="de")

    class Callable:
        async def __call__(self, asked: HTTPConnection) -> Caller | None:
            return Caller("acme", asked.headers["x-api-user"])

    found = await identified(settings(), request({"X-Api-User": "ada"}), later)
    assert (found.caller, found.ambient) == (Caller("acme", "ada", "req_1", "fr"), True)
    assert (await identified(settings(), request({"X-Api-User": "ada"}), now)).caller.locale == "de"
    asked = request({"X-Api-User": "ada", "Authorization": "Bearer x"})
    assert not (await identified(settings(), asked, Callable())).ambient


async def test_a_function_that_knows_nobody_lets_nobody_in() -> None:
    assert await refusal(settings(), request(), lambda _: None) == "Sign in first."
    visitors = settings(allow_anonymous=True)
    assert (await identified(visitors, request(), lambda _: None)).caller.user.startswith("anon_")


@pytest.mark.parametrize("error", [Forbidden("Not you."), HTTPException(402, "Pay first.")])
async def test_what_a_function_says_on_purpose_is_said(error: Exception) -> None:
    def refuse(_: HTTPConnection) -> None:
        raise error

    with pytest.raises(type(error)):
        await identified(settings(), request(), refuse)


BROKEN: dict[str, Any] = {
    "a name alone": "ada",
    "an empty user": Caller("default", ""),
    "a user with a NUL": Caller("default", "a\0"),
    "an endless tenant": Caller("t" * 256, "ada"),
    "a number for a user": Caller("default", 7),  # type: ignore[arg-type]
    "an error": ValueError("canary-token-4711"),
}


@pytest.mark.parametrize("result", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("visitors", [False, True])
async def test_a_function_that_fails_lets_nobody_in(result: Any, visitors: bool) -> None:
    def broken(_: HTTPConnection) -> Any:
        if isinstance(result, Exception):
            raise result
        return result

    with pytest.raises(Unavailable, match="cannot be checked") as refused:
        await identified(settings(allow_anonymous=visitors), request(), broken)
    assert "canary" not in refused.value.message


async def test_a_function_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    import anyio

    async def stuck(_: HTTPConnection) -> Caller:
        await anyio.sleep_forever()
        raise AssertionError

    monkeypatch.setattr("chatkit_link.identity.hook.PATIENCE", 0.01)
    with pytest.raises(LinkError, match="cannot be checked"):
        await identified(settings(), request(), stuck)
