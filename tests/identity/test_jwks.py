"""Keys of an issuer that are published, rotate, are withdrawn or cannot be reached (RFC 7517)."""

import asyncio
import base64
import hmac
from collections.abc import AsyncGenerator, Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chatkit_link.errors import Unavailable
from chatkit_link.identity.bearer import BearerAuthenticator
from chatkit_link.identity.jwks import KeySet
from tests.identity.tokens import EC_KEY, ED_KEY, RSA_KEY, SECRET, caller, claims, raw, refusal, token
from tests.sdk_server import serve


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
async def identity(issuers: Issuers, issuer: Issuer) -> AsyncGenerator[BearerAuthenticator]:
    async with httpx2.AsyncClient(timeout=60) as http:
        address = f"{issuers.address}/{issuers.known.index(issuer)}/keys"
        yield BearerAuthenticator(KeySet(address, http, clock=lambda: issuer.now))


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
    issuer: Issuer, identity: BearerAuthenticator, key: Any, algorithm: str
) -> None:
    issuer.publish(key, "k1", alg=algorithm)
    for _ in range(3):
        assert (await caller(identity, token(key, algorithm, {"kid": "k1"}))).user == "ada"
    assert issuer.asked == 1


async def test_a_token_without_a_key_id_needs_exactly_one_key(issuer: Issuer, identity: BearerAuthenticator) -> None:
    issuer.publish(EC_KEY, "k1")
    assert (await caller(identity, token(EC_KEY, "ES256"))).user == "ada"
    issuer.publish(ec.generate_private_key(ec.SECP256R1()), "k2")
    issuer.now += 600
    assert "does not know" in await refusal(identity, f"Bearer {token(EC_KEY, 'ES256')}")


async def test_a_public_key_is_never_used_as_a_shared_secret(issuer: Issuer, identity: BearerAuthenticator) -> None:
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
    issuer: Issuer, identity: BearerAuthenticator, key: Any, fields: dict[str, Any]
) -> None:
    issuer.publish(key, "k1", **fields)
    signing = key if isinstance(key, rsa.RSAPrivateKey) else RSA_KEY
    with pytest.warns() if signing.key_size < 2048 else nullcontext():  # the library warns the signer of a weak key
        sent = token(signing, "RS256", {"kid": "k1"})
    assert "bearer token" in await refusal(identity, f"Bearer {sent}")


async def test_a_rotated_key_is_found_at_once_and_inventing_ids_costs_one_fetch(
    issuer: Issuer, identity: BearerAuthenticator
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


async def test_a_withdrawn_key_ends_the_tokens_that_it_signed(issuer: Issuer, identity: BearerAuthenticator) -> None:
    issuer.publish(EC_KEY, "k1")
    sent = token(EC_KEY, "ES256", {"kid": "k1"})
    await caller(identity, sent)
    issuer.keys.clear()
    issuer.publish(ec.generate_private_key(ec.SECP256R1()), "k1")  # the same id for another key
    issuer.now += 600
    assert "not valid" in await refusal(identity, f"Bearer {sent}")


async def test_many_invented_key_ids_at_once_cause_one_fetch(issuer: Issuer, identity: BearerAuthenticator) -> None:
    issuer.publish(EC_KEY, "k1")
    await caller(identity, token(EC_KEY, "ES256", {"kid": "k1"}))
    kids = ["", " ", "../../k1", "k1\0", "k1' OR '1'='1", "K1", *(f"k{number}" for number in range(2, 100))]
    async with asyncio.timeout(30):
        await asyncio.gather(*(refusal(identity, f"Bearer {token(EC_KEY, 'ES256', {'kid': kid})}") for kid in kids))
    assert issuer.asked == 2


async def test_an_invented_key_id_does_not_hold_up_those_who_have_good_ones(
    issuer: Issuer, identity: BearerAuthenticator
) -> None:
    issuer.publish(EC_KEY, "k1")
    sent = token(EC_KEY, "ES256", {"kid": "k1"})
    await caller(identity, sent)
    issuer.gate.clear()
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        forged = group.create_task(refusal(identity, f"Bearer {token(EC_KEY, 'ES256', {'kid': 'k2'})}"))
        issuer.asking.clear()
        await issuer.asking.wait()
        assert (await caller(identity, sent)).user == "ada"
        assert not forged.done()
        issuer.gate.set()


async def test_a_redirect_of_the_address_is_not_followed(issuer: Issuer, identity: BearerAuthenticator) -> None:
    issuer.publish(EC_KEY, "k1")
    issuer.answer = lambda: Response(status_code=302, headers={"Location": "keys"})
    with pytest.raises(Unavailable):
        await caller(identity, token(EC_KEY, "ES256", {"kid": "k1"}))
    assert issuer.asked == 1


async def test_old_keys_serve_for_an_hour_while_the_address_is_down(
    issuer: Issuer, identity: BearerAuthenticator
) -> None:
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
    issuer: Issuer, identity: BearerAuthenticator, body: str
) -> None:
    issuer.answer = lambda: Response(body, media_type="application/json")
    with pytest.raises(Unavailable):
        await caller(identity, token(EC_KEY, "ES256", {"kid": "k1"}))


async def test_odd_entries_do_not_hide_a_good_key(issuer: Issuer, identity: BearerAuthenticator) -> None:
    issuer.keys += [{"kty": "RSA", "kid": "k0"}, {"kty": "EC", "crv": "P-9", "kid": "k0"}, {"kid": "k0"}]
    issuer.keys.append(7)  # type: ignore[arg-type]
    issuer.publish(EC_KEY, "k1")
    assert (await caller(identity, token(EC_KEY, "ES256", {"kid": "k1"}))).user == "ada"


async def test_many_first_requests_cause_one_fetch(issuer: Issuer, identity: BearerAuthenticator) -> None:
    issuer.publish(EC_KEY, "k1")
    sent = token(EC_KEY, "ES256", {"kid": "k1"})
    async with asyncio.timeout(30):
        callers = await asyncio.gather(*(caller(identity, sent) for _ in range(50)))
    assert {known.user for known in callers} == {"ada"}
    assert issuer.asked == 1


async def test_nobody_waits_for_a_slow_address_while_old_keys_are_good(
    issuer: Issuer, identity: BearerAuthenticator
) -> None:
    issuer.publish(EC_KEY, "k1")
    sent = token(EC_KEY, "ES256", {"kid": "k1"})
    await caller(identity, sent)
    issuer.now += 700
    issuer.gate.clear()
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        fetching = group.create_task(caller(identity, sent))
        await asyncio.sleep(0)  # lets the first one take the lock
        assert (await caller(identity, sent)).user == "ada"
        assert not fetching.done()
        issuer.gate.set()
    assert issuer.asked == 2
