"""Bearer tokens as an attacker would send them, and keys that rotate or cannot be reached."""

import asyncio
import base64
import hmac
import json
import re
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
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
from chatkit_link.identity.bearer import BearerIdentity, SharedSecret
from chatkit_link.identity.jwks import KeySet
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
    assert identified is not None
    assert identified.cookie is None
    assert not identified.ambient
    return identified.caller


@pytest.fixture
def shared() -> BearerIdentity:
    return BearerIdentity(SharedSecret(SECRET))


async def test_the_subject_is_the_user(shared: BearerIdentity) -> None:
    assert await caller(shared, token()) == Caller("default", "ada", "req_1", "de-AT")


async def test_the_scheme_is_case_insensitive(shared: BearerIdentity) -> None:
    identified = await shared.identify(request(f"bearer  {token()} "), "req_1")
    assert identified is not None
    assert identified.caller.user == "ada"


TAMPERED = token()[:-6] + ("AAAAAA" if not token().endswith("AAAAAA") else "BBBBBB")
NOW = int(time.time())
DAY = 86_400


def signed(header: str, body: str, key: bytes = SECRET.encode()) -> str:
    """A token with these very bytes of JSON and a good signature: what an issuer's own bug could make."""
    unsigned = b".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=") for part in (header, body))
    return (unsigned + b"." + base64.urlsafe_b64encode(hmac.digest(key, unsigned, "sha256")).rstrip(b"=")).decode()


HEADER = '{"alg":"HS256","typ":"JWT"}'


def of(body: str) -> str:
    return signed(HEADER, body)


ATTACKS: dict[str, tuple[str, str]] = {
    "an unsigned token with alg none": (raw({"alg": "none"}, claims()), "signed in a way"),
    "alg none and no signature at all": (raw({"alg": "none"}, claims(), ""), "not `Bearer` and a JWT"),
    "alg nOnE in odd letters": (raw({"alg": "nOnE"}, claims()), "signed in a way"),
    "an empty alg": (raw({"alg": ""}, claims()), "signed in a way"),
    "no alg": (raw({"typ": "JWT"}, claims()), "signed in a way"),
    "a list of algs": (raw({"alg": ["HS256"]}, claims()), "signed in a way"),
    "alg in small letters": (raw({"alg": "hs256"}, claims()), "signed in a way"),
    "alg twice, the good one last": (signed('{"alg":"none","alg":"HS256"}', json.dumps(claims())), "not valid"),
    "another HMAC with the same secret": (token(algorithm="HS512", key=SECRET * 2), "signed in a way"),
    "a token of one's own RSA key": (token(RSA_KEY, "RS256"), "signed in a way"),
    "a guessed secret": (token("another secret of more than 32 characters"), "not valid: sign in again"),
    "a signature that was changed": (TAMPERED, "not valid: sign in again"),
    "a body that was changed": (
        ".".join([token().split(".")[0], raw({}, claims(sub="eve")).split(".")[1], token().split(".")[2]]),
        "not valid: sign in again",
    ),
    "a key brought along in jwk": (token(header={"jwk": {"kty": "oct", "k": "AAAA"}}), "jku, x5u, jwk, x5c or crit"),
    "an address of keys in jku": (token(header={"jku": "https://evil.example/keys"}), "jku, x5u, jwk, x5c or crit"),
    "an address of a certificate in x5u": (token(header={"x5u": "https://evil.example/c"}), "jku, x5u, jwk, x5c"),
    "a certificate brought along in x5c": (token(header={"x5c": ["MIIB"]}), "jku, x5u, jwk, x5c or crit"),
    "a critical header": (raw({"alg": "HS256", "crit": ["exp"], "exp": 1}, claims()), "jku, x5u, jwk, x5c or crit"),
    "an unencoded body (b64)": (raw({"alg": "HS256", "crit": ["b64"], "b64": False}, claims()), "or crit"),
    "a number for a kid": (raw({"alg": "HS256", "kid": 7}, claims()), "not valid"),
    "a logout token of the same issuer": (token(header={"typ": "logout+jwt"}), "`typ` must be JWT"),
    "a type that is no text": (raw({"alg": "HS256", "typ": ["JWT"]}, claims()), "`typ` must be"),
    "expired two seconds ago": (token(exp=NOW - 2), "has expired: sign in again"),
    "expired an hour ago": (token(exp=NOW - 3600), "has expired: sign in again"),
    "expired before 1970": (token(exp=-1), "has expired: sign in again"),
    "never expiring": (token(exp=None), "has no `exp` claim"),
    "an expiry of null": (of('{"sub":"ada","exp":null}'), "has no `exp` claim"),
    "good for ten years": (token(exp=NOW + 3650 * DAY), "for more than a year"),
    "good for ever (1e400)": (token(exp=1e400), "not valid"),
    "an expiry of NaN": (of('{"sub":"ada","exp":NaN}'), "not valid"),
    "an expiry in words": (token(exp="soon"), "not valid"),
    "an expiry of digits in quotes": (of(f'{{"sub":"ada","exp":"{NOW + DAY}"}}'), "not valid"),
    "an expiry of true": (of('{"sub":"ada","exp":true}'), "not valid|expired"),
    "an expiry with a million digits": (of('{"sub":"ada","exp":' + "9" * 5000 + "}"), "not valid"),
    "valid from tomorrow": (token(nbf=NOW + DAY), "not valid yet"),
    "issued tomorrow": (token(iat=NOW + DAY), "not valid yet"),
    "issued in words": (of(f'{{"sub":"ada","exp":{NOW + DAY},"iat":"today"}}'), "not valid"),
    "no subject": (token(sub=None), "has no `sub` claim"),
    "a subject of null": (of(f'{{"sub":null,"exp":{NOW + DAY}}}'), "has no `sub` claim"),
    "a number for a subject": (of(f'{{"sub":7,"exp":{NOW + DAY}}}'), "not valid"),
    "a list for a subject": (of(f'{{"sub":["ada"],"exp":{NOW + DAY}}}'), "not valid"),
    "an empty subject": (token(sub=""), "`sub` claim is missing"),
    "a blank subject": (token(sub=" "), "`sub` claim is missing"),
    "a subject with a space behind it": (token(sub="ada "), "too long or has characters"),
    "a subject of 256 characters": (token(sub="a" * 256), "too long or has characters"),
    "a subject with a NUL": (token(sub="ada\0"), "too long or has characters"),
    "a subject with half an emoji": (token(sub="ada\ud800"), "too long or has characters"),
    "a subject that reads backwards": (token(sub="\u202eada"), "too long or has characters"),
    "a subject with a line break": (token(sub="ada\nroot"), "too long or has characters"),
    "the subject twice": (of(f'{{"sub":"eve","sub":"ada","exp":{NOW + DAY}}}'), "not valid"),
    "the expiry twice": (of(f'{{"sub":"ada","exp":1,"exp":{NOW + DAY}}}'), "not valid"),
    "nine kilobytes": (token(filler="x" * 9000), "too long: at most 8192"),
    "a megabyte": ("a" * 1_000_000, "too long: at most 8192"),
    "a header that is a list": (raw([1], claims()), "not valid"),  # type: ignore[arg-type]
    "a body that is a list": (of("[1]"), "not valid"),
    "a body that is very deep": (of("[" * 3000), "not valid"),
    "a body that is not UTF-8": ("eyJhbGciOiJIUzI1NiJ9._w." + "A" * 43, "not valid"),
    "letters for parts": ("a.b.c", "not valid"),
    "two parts": ("a.b", "not `Bearer` and a JWT"),
    "five parts, as if encrypted": ("a.b.c.d.e", "not `Bearer` and a JWT"),
    "dots alone": ("..", "not `Bearer` and a JWT"),
    "nothing": ("", "not `Bearer` and a JWT"),
    "two tokens with a comma": (f"{token()},{token()}", "not `Bearer` and a JWT"),
    "padding in the base64": (f"{token()}=", "not `Bearer` and a JWT"),
}


@pytest.mark.parametrize(("sent", "sentence"), ATTACKS.values(), ids=ATTACKS)
async def test_a_token_that_must_not_be_believed(shared: BearerIdentity, sent: str, sentence: str) -> None:
    said = await refusal(shared, f"Bearer {sent}")
    assert re.search(sentence, said)
    assert "ada" not in said
    assert not sent or sent not in said


async def test_a_good_token_stays_good_and_a_changed_one_is_no_neighbour_of_it(shared: BearerIdentity) -> None:
    sent = token()
    assert (await caller(shared, sent)).user == "ada"
    for position in (3, len(sent) // 2, len(sent) - 9):
        other = sent[:position] + ("A" if sent[position] != "A" else "B") + sent[position + 1 :]
        await refusal(shared, f"Bearer {other}")
    assert (await caller(shared, sent)).user == "ada"


async def test_a_token_that_was_good_is_refused_once_it_is_over(
    shared: BearerIdentity, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = token(exp=NOW + DAY)
    await caller(shared, sent)
    monkeypatch.setattr("chatkit_link.identity.bearer.time.time", lambda: NOW + DAY)
    assert "expired" in await refusal(shared, f"Bearer {sent}")


async def test_only_so_many_tokens_are_remembered(shared: BearerIdentity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatkit_link.identity.bearer.REMEMBERED", 3)
    for number in range(8):
        assert (await caller(shared, token(sub=f"user-{number}"))).user == f"user-{number}"
    assert len(shared._good) == 3
    assert (await caller(shared, token(sub="user-0"))).user == "user-0"


@pytest.mark.parametrize("kind", ["JWT", "jwt", "at+jwt", "application/at+jwt"])
async def test_the_types_of_sign_in_tokens_are_taken(shared: BearerIdentity, kind: str) -> None:
    assert (await caller(shared, token(header={"typ": kind}))).user == "ada"


async def test_no_two_or_other_credentials_are_refused(shared: BearerIdentity) -> None:
    assert await shared.identify(request(), "req_1") is None, "the next way is asked"
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


async def test_a_tenant_may_stand_inside_an_object_or_under_a_name_with_dots() -> None:
    nested = BearerIdentity(SharedSecret(SECRET), tenant_claim="o.id")
    assert (await caller(nested, token(o={"id": "acme"}))).tenant == "acme"
    claim: dict[str, Any] = {"https://shop.example.com/org": "acme"}
    named = token(**claim)
    namespaced = BearerIdentity(SharedSecret(SECRET), tenant_claim="https://shop.example.com/org")
    assert (await caller(namespaced, named)).tenant == "acme"
    wrongs: list[dict[str, Any]] = [
        {},
        {"o": None},
        {"o": "acme"},
        {"o": {"id": {"id": "acme"}}},
        {"o": [{"id": "acme"}]},
    ]
    for wrong in wrongs:
        assert "`o.id` claim is missing" in await refusal(nested, f"Bearer {token(**wrong)}")


async def test_claims_that_are_not_configured_do_not_matter(shared: BearerIdentity) -> None:
    assert (await caller(shared, token(iss="anyone", aud="anything", org="acme"))).tenant == "default"


# JWKS


class Issuer:
    """A JWKS address on a real socket: counts the questions and may be down, slow or wrong."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = []
        self.asked = 0
        self.answer: Callable[[], Response] = lambda: JSONResponse({"keys": self.keys})
        self.asking = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.now = 1000.0

    def publish(self, key: Any, kid: str | None, **fields: Any) -> None:
        algorithm = {rsa.RSAPrivateKey: "RS256", ec.EllipticCurvePrivateKey: "ES256"}
        usual = next((name for kind, name in algorithm.items() if isinstance(key, kind)), "EdDSA")
        name = str(fields.get("alg", usual))
        public: Any = jwt.get_algorithm_by_name(name).to_jwk(key.public_key(), as_dict=True)
        self.keys.append({**public, **({"kid": kid} if kid else {}), **fields})

    async def serve(self) -> Response:
        self.asked += 1
        self.asking.set()
        await self.gate.wait()
        return self.answer()


@dataclass
class Issuers:
    """All issuers of this file, on one server."""

    address: str = ""
    known: list[Issuer] = field(default_factory=list[Issuer])

    async def serve(self, request: Request) -> Response:
        return await self.known[request.path_params["number"]].serve()


@pytest.fixture(scope="module")
async def issuers() -> AsyncGenerator[Issuers]:
    issuers = Issuers()
    async with serve(Starlette(routes=[Route("/{number:int}/keys", issuers.serve)])) as issuers.address:
        yield issuers


@pytest.fixture
def issuer(issuers: Issuers) -> Issuer:
    issuers.known.append(Issuer())
    return issuers.known[-1]


@pytest.fixture
async def identity(issuers: Issuers, issuer: Issuer) -> AsyncGenerator[BearerIdentity]:
    async with httpx2.AsyncClient() as http:
        address = f"{issuers.address}/{issuers.known.index(issuer)}/keys"
        yield BearerIdentity(KeySet(address, http, clock=lambda: issuer.now))


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (RSA_KEY, "RS256"),
        (RSA_KEY, "RS384"),
        (RSA_KEY, "RS512"),
        (RSA_KEY, "PS256"),
        (EC_KEY, "ES256"),
        (ec.generate_private_key(ec.SECP384R1()), "ES384"),
        (ec.generate_private_key(ec.SECP521R1()), "ES512"),
        (ED_KEY, "EdDSA"),
    ],
)
async def test_a_published_key_is_believed_and_fetched_once(
    issuer: Issuer, identity: BearerIdentity, key: Any, algorithm: str
) -> None:
    issuer.publish(key, "k1", alg=algorithm)
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
        (RSA_KEY, {"key_ops": ["encrypt"]}),
        (RSA_KEY, {"key_ops": None}),
        (RSA_KEY, {"alg": "PS256"}),
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


async def test_a_withdrawn_key_ends_the_tokens_that_it_signed(issuer: Issuer, identity: BearerIdentity) -> None:
    issuer.publish(EC_KEY, "k1")
    sent = token(EC_KEY, "ES256", {"kid": "k1"})
    await caller(identity, sent)
    issuer.keys.clear()
    issuer.publish(ec.generate_private_key(ec.SECP256R1()), "k1")  # the same id for another key
    issuer.now += 600
    assert "not valid" in await refusal(identity, f"Bearer {sent}")


async def test_many_invented_key_ids_at_once_cause_one_fetch(issuer: Issuer, identity: BearerIdentity) -> None:
    issuer.publish(EC_KEY, "k1")
    await caller(identity, token(EC_KEY, "ES256", {"kid": "k1"}))
    kids = ["", " ", "../../k1", "k1\0", "k1' OR '1'='1", "K1", *(f"k{number}" for number in range(2, 100))]
    async with asyncio.timeout(10):
        await asyncio.gather(*(refusal(identity, f"Bearer {token(EC_KEY, 'ES256', {'kid': kid})}") for kid in kids))
    assert issuer.asked == 2


async def test_an_invented_key_id_does_not_hold_up_those_who_have_good_ones(
    issuer: Issuer, identity: BearerIdentity
) -> None:
    issuer.publish(EC_KEY, "k1")
    sent = token(EC_KEY, "ES256", {"kid": "k1"})
    await caller(identity, sent)
    issuer.gate.clear()
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        forged = group.create_task(refusal(identity, f"Bearer {token(EC_KEY, 'ES256', {'kid': 'k2'})}"))
        issuer.asking.clear()
        await issuer.asking.wait()
        assert (await caller(identity, sent)).user == "ada"
        assert not forged.done()
        issuer.gate.set()


async def test_a_redirect_of_the_address_is_not_followed(issuer: Issuer, identity: BearerIdentity) -> None:
    issuer.publish(EC_KEY, "k1")
    issuer.answer = lambda: Response(status_code=302, headers={"Location": "keys"})
    with pytest.raises(Unavailable):
        await caller(identity, token(EC_KEY, "ES256", {"kid": "k1"}))
    assert issuer.asked == 1


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
