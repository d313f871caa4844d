"""Bearer tokens as an attacker would send them, and keys that rotate or cannot be reached."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import nullcontext
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chatkit_link.caller import Caller
from chatkit_link.errors import Unauthenticated, Unavailable
from chatkit_link.identity import build_identity
from chatkit_link.identity.bearer import BearerIdentity, SharedSecret
from chatkit_link.identity.jwks import KeySet
from chatkit_link.settings import Settings
from tests.peer import serve

SECRET = "a shared secret of more than 32 characters"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()


def request(*authorization: str) -> HTTPConnection:
    headers = [(b"authorization", value.encode()) for value in authorization]
    headers.append((b"accept-language", b"de-at, en;q=0.5"))
    return HTTPConnection(
        {"type": "http", "method": "POST", "path": "/chatkit", "query_string": b"", "headers": headers}
    )


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())  # of the collection, which a slow run may be long past when it gets here
    return {"sub": "ada", "iat": now, "exp": now + 86_400, **changes}


def token(key: Any = SECRET, algorithm: str = "HS256", header: dict[str, Any] | None = None, **changes: Any) -> str:
    body = {name: value for name, value in claims(**changes).items() if value is not None}
    return jwt.encode(body, key, algorithm, headers=header)


def raw(header: dict[str, Any], body: dict[str, Any], signature: str = "AA") -> str:
    """A token nobody's library would make."""
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, body))
    return ".".join([*parts, signature])


async def refusal(identity: BearerIdentity, *authorization: str) -> str:
    with pytest.raises(Unauthenticated) as refused:
        await identity.identify(request(*authorization), "req_1")
    assert refused.value.headers == {"WWW-Authenticate": "Bearer"}
    return refused.value.message


async def caller(identity: BearerIdentity, sent: str) -> Caller:
    identified = await identity.identify(request(f"Bearer {sent}"), "req_1")
    assert identified.cookie is None
    return identified.caller


@pytest.fixture
def shared() -> BearerIdentity:
    return BearerIdentity(SharedSecret(SECRET))


async def test_the_subject_is_the_user(shared: BearerIdentity) -> None:
    assert await caller(shared, token()) == Caller("default", "ada", "req_1", "de-AT")


async def test_the_scheme_is_case_insensitive(shared: BearerIdentity) -> None:
    identified = await shared.identify(request(f"bearer  {token()} "), "req_1")
    assert identified.caller.user == "ada"


TAMPERED = token()[:-6] + ("AAAAAA" if not token().endswith("AAAAAA") else "BBBBBB")


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (raw({"alg": "none"}, claims()), "signed in a way"),
        (raw({"alg": "None"}, claims(), ""), "not `Bearer` and a JWT"),
        (raw({"alg": ""}, claims()), "signed in a way"),
        (raw({"typ": "JWT"}, claims()), "signed in a way"),
        (raw({"alg": ["HS256"]}, claims()), "signed in a way"),
        (raw({"alg": "HS256", "kid": 7}, claims()), "not valid"),
        (token(algorithm="HS512", key=SECRET * 2), "signed in a way"),
        (token(RSA_KEY, "RS256"), "signed in a way"),
        (token("another secret of more than 32 characters"), "not valid: sign in again"),
        (TAMPERED, "not valid: sign in again"),
        (token(header={"jku": "https://evil.example/keys"}), "jku, x5u, jwk or crit"),
        (token(header={"x5u": "https://evil.example/cert"}), "jku, x5u, jwk or crit"),
        (token(header={"jwk": {"kty": "oct", "k": "AAAA"}}), "jku, x5u, jwk or crit"),
        (raw({"alg": "HS256", "crit": ["exp"], "exp": 1}, claims()), "not valid"),
        (raw({"alg": "HS256", "crit": ["b64"], "b64": True}, claims()), "jku, x5u, jwk or crit"),
        (token(exp=int(time.time()) - 2), "has expired: sign in again"),
        (token(exp=int(time.time()) - 3600), "has expired: sign in again"),
        (token(exp=None), "has no `exp` claim"),
        (token(exp=1e400), "not valid"),
        (token(exp="soon"), "not valid"),
        (token(nbf=int(time.time()) + 86_400), "not valid yet"),
        (token(iat=int(time.time()) + 86_400), "not valid yet"),
        (token(sub=None), "has no `sub` claim"),
        (token(sub=" "), "`sub` claim is missing"),
        (token(sub="a" * 256), "too long or has characters"),
        (token(sub="ada\0"), "too long or has characters"),
        (token(sub="ada\ud800"), "too long or has characters"),
        (token(sub="\u202eada"), "too long or has characters"),
        (token(filler="x" * 9000), "too long: at most 8192"),
        (raw([1], claims()), "not valid"),  # type: ignore[arg-type]
        ("a.b.c", "not valid"),
        ("a.b", "not `Bearer` and a JWT"),
        ("a.b.c.d.e", "not `Bearer` and a JWT"),
        ("..", "not `Bearer` and a JWT"),
        ("", "not `Bearer` and a JWT"),
    ],
)
async def test_a_token_that_must_not_be_believed(shared: BearerIdentity, sent: str, sentence: str) -> None:
    said = await refusal(shared, f"Bearer {sent}")
    assert sentence in said
    assert "ada" not in said


async def test_a_number_for_a_subject_is_refused(shared: BearerIdentity) -> None:
    numbered = jwt.api_jws.encode(json.dumps(claims(sub=7)).encode(), SECRET, "HS256")
    assert "not valid" in await refusal(shared, f"Bearer {numbered}")


async def test_no_two_or_other_credentials_are_refused(shared: BearerIdentity) -> None:
    assert "Sign in first" in await refusal(shared)
    assert "more than one" in await refusal(shared, f"Bearer {token()}", f"Bearer {token()}")
    assert "not `Bearer`" in await refusal(shared, "Basic YWRhOmFkYQ==")


async def test_clocks_may_differ_by_thirty_seconds(shared: BearerIdentity) -> None:
    soon = int(time.time()) + 20
    assert (await caller(shared, token(nbf=soon, iat=soon))).user == "ada"


async def test_issuer_audience_and_tenant_are_checked_when_configured() -> None:
    strict = BearerIdentity(SharedSecret(SECRET), issuer="https://id", audience="chat", tenant_claim="org")
    good: dict[str, Any] = {"iss": "https://id", "aud": ["chat", "mail"], "org": "acme"}
    assert (await caller(strict, token(**good))).owner == ("acme", "ada")
    for change, sentence in (
        ({"iss": "https://other"}, "issuer this server does not accept"),
        ({"iss": None}, "no `iss` claim"),
        ({"aud": "mail"}, "meant for another service"),
        ({"aud": None}, "no `aud` claim"),
        ({"org": None}, "`org` claim is missing"),
        ({"org": ["acme"]}, "`org` claim is missing"),
        ({"org": "a\nb"}, "`org` claim is too long or has"),
    ):
        changed: dict[str, Any] = good | change
        assert sentence in await refusal(strict, f"Bearer {token(**changed)}")


async def test_claims_that_are_not_configured_do_not_matter(shared: BearerIdentity) -> None:
    assert (await caller(shared, token(iss="anyone", aud="anything", org="acme"))).tenant == "default"


# JWKS


class Issuer:
    """A JWKS address on a real socket: counts the questions and may be down, slow or wrong."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = []
        self.asked = 0
        self.answer: Callable[[], Response] = lambda: JSONResponse({"keys": self.keys})
        self.gate = asyncio.Event()
        self.gate.set()
        self.now = 1000.0

    def publish(self, key: Any, kid: str | None, **fields: Any) -> None:
        algorithm = {rsa.RSAPrivateKey: "RS256", ec.EllipticCurvePrivateKey: "ES256"}
        name = next((name for kind, name in algorithm.items() if isinstance(key, kind)), "EdDSA")
        public: Any = jwt.get_algorithm_by_name(name).to_jwk(key.public_key(), as_dict=True)
        self.keys.append({**public, **({"kid": kid} if kid else {}), **fields})

    async def _serve(self, _: Request) -> Response:
        self.asked += 1
        await self.gate.wait()
        return self.answer()

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/keys", self._serve)])


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
async def identity(issuer: Issuer) -> AsyncGenerator[BearerIdentity]:
    async with serve(issuer.app) as address, httpx2.AsyncClient() as http:
        yield BearerIdentity(KeySet(f"{address}/keys", http, clock=lambda: issuer.now))


@pytest.mark.parametrize(("key", "algorithm"), [(RSA_KEY, "RS256"), (EC_KEY, "ES256"), (ED_KEY, "EdDSA")])
async def test_a_published_key_is_believed_and_fetched_once(
    issuer: Issuer, identity: BearerIdentity, key: Any, algorithm: str
) -> None:
    issuer.publish(key, "k1")
    for _ in range(3):
        assert (await caller(identity, token(key, algorithm, {"kid": "k1"}))).user == "ada"
    assert issuer.asked == 1


async def test_a_token_without_a_key_id_needs_exactly_one_key(issuer: Issuer, identity: BearerIdentity) -> None:
    issuer.publish(EC_KEY, "k1")
    assert (await caller(identity, token(EC_KEY, "ES256"))).user == "ada"
    issuer.publish(ec.generate_private_key(ec.SECP256R1()), "k2")
    issuer.now += 600
    assert "does not know" in await refusal(identity, f"Bearer {token(EC_KEY, 'ES256')}")


async def test_a_public_key_is_never_used_as_a_shared_secret(issuer: Issuer, identity: BearerIdentity) -> None:
    issuer.publish(RSA_KEY, "k1")
    issuer.keys.append({"kty": "oct", "kid": "k2", "k": base64.urlsafe_b64encode(SECRET.encode()).decode()})
    pem = RSA_KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    for key, kid in ((pem, "k1"), (SECRET.encode(), "k2")):
        unsigned = raw({"alg": "HS256", "kid": kid}, claims()).rpartition(".")[0]
        signature = base64.urlsafe_b64encode(hmac.digest(key, unsigned.encode(), "sha256")).rstrip(b"=").decode()
        assert "signed in a way" in await refusal(identity, f"Bearer {unsigned}.{signature}")
    assert issuer.asked == 0


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        (RSA_KEY, {"use": "enc"}),
        (RSA_KEY, {"alg": "RS512"}),
        (rsa.generate_private_key(public_exponent=65537, key_size=1024), {}),
        (EC_KEY, {}),
    ],
)
async def test_a_key_serves_only_what_it_is_made_for(
    issuer: Issuer, identity: BearerIdentity, key: Any, fields: dict[str, Any]
) -> None:
    issuer.publish(key, "k1", **fields)
    signing = key if isinstance(key, rsa.RSAPrivateKey) else RSA_KEY
    with pytest.warns() if signing.key_size < 2048 else nullcontext():  # the library warns the signer of a weak key
        sent = token(signing, "RS256", {"kid": "k1"})
    assert "bearer token" in await refusal(identity, f"Bearer {sent}")


async def test_a_rotated_key_is_found_at_once_and_inventing_ids_costs_one_fetch(
    issuer: Issuer, identity: BearerIdentity
) -> None:
    issuer.publish(EC_KEY, "k1")
    await caller(identity, token(EC_KEY, "ES256", {"kid": "k1"}))
    issuer.keys.clear()
    issuer.publish(ED_KEY, "k2")
    assert (await caller(identity, token(ED_KEY, "EdDSA", {"kid": "k2"}))).user == "ada"
    assert issuer.asked == 2
    for number in range(20):
        await refusal(identity, f"Bearer {token(ED_KEY, 'EdDSA', {'kid': f'invented-{number}'})}")
    assert issuer.asked == 2
    issuer.now += 30
    await refusal(identity, f"Bearer {token(EC_KEY, 'ES256', {'kid': 'k1'})}")
    assert issuer.asked == 3


async def test_old_keys_serve_for_an_hour_while_the_address_is_down(issuer: Issuer, identity: BearerIdentity) -> None:
    issuer.publish(EC_KEY, "k1")
    sent = token(EC_KEY, "ES256", {"kid": "k1"})
    await caller(identity, sent)
    issuer.answer = lambda: Response("down", 503)
    issuer.now += 3599
    assert (await caller(identity, sent)).user == "ada"
    assert (await caller(identity, sent)).user == "ada"
    assert issuer.asked == 2, "a failed fetch is not repeated at once"
    issuer.now += 1
    with pytest.raises(Unavailable):
        await caller(identity, sent)
    issuer.answer = lambda: JSONResponse({"keys": issuer.keys})
    issuer.now += 5
    assert (await caller(identity, sent)).user == "ada"


@pytest.mark.parametrize("body", ["<h1>hi</h1>", "[]", "{}", '{"keys": 7}', "[" * 100_000, "x" * 300_000])
async def test_an_address_that_answers_nonsense_is_an_outage(
    issuer: Issuer, identity: BearerIdentity, body: str
) -> None:
    issuer.answer = lambda: Response(body, media_type="application/json")
    with pytest.raises(Unavailable):
        await caller(identity, token(EC_KEY, "ES256", {"kid": "k1"}))


async def test_odd_entries_do_not_hide_a_good_key(issuer: Issuer, identity: BearerIdentity) -> None:
    issuer.keys += [{"kty": "RSA", "kid": "k0"}, {"kty": "EC", "crv": "P-9", "kid": "k0"}, {"kid": "k0"}]
    issuer.keys.append(7)  # type: ignore[arg-type]
    issuer.publish(EC_KEY, "k1")
    assert (await caller(identity, token(EC_KEY, "ES256", {"kid": "k1"}))).user == "ada"


async def test_many_first_requests_cause_one_fetch(issuer: Issuer, identity: BearerIdentity) -> None:
    issuer.publish(EC_KEY, "k1")
    sent = token(EC_KEY, "ES256", {"kid": "k1"})
    async with asyncio.timeout(10):
        callers = await asyncio.gather(*(caller(identity, sent) for _ in range(50)))
    assert {known.user for known in callers} == {"ada"}
    assert issuer.asked == 1


async def test_nobody_waits_for_a_slow_address_while_old_keys_are_good(
    issuer: Issuer, identity: BearerIdentity
) -> None:
    issuer.publish(EC_KEY, "k1")
    sent = token(EC_KEY, "ES256", {"kid": "k1"})
    await caller(identity, sent)
    issuer.now += 700
    issuer.gate.clear()
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        fetching = group.create_task(caller(identity, sent))
        await asyncio.sleep(0)  # lets the first one take the lock
        assert (await caller(identity, sent)).user == "ada"
        assert not fetching.done()
        issuer.gate.set()
    assert issuer.asked == 2


async def test_the_settings_choose_the_way() -> None:
    async with httpx2.AsyncClient() as http:
        by_secret = build_identity(Settings.model_validate({"jwt_secret": SECRET}), b"", http)
        assert (await by_secret.identify(request(f"Bearer {token()}"), "r")).caller.user == "ada"
        by_address = build_identity(Settings.model_validate({"jwt_jwks_url": "http://127.0.0.1:1/keys"}), b"", http)
        with pytest.raises(Unavailable):
            await by_address.identify(request(f"Bearer {token(EC_KEY, 'ES256')}"), "r")
        anonymous = build_identity(Settings.model_validate({}), b"s" * 32, http)
        assert (await anonymous.identify(request(), "r")).cookie
