"""Tokens as an issuer would sign them, and as an attacker would; what becomes of a request with one."""

import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from starlette.requests import HTTPConnection

from chatkit_link.caller import Caller
from chatkit_link.errors import Unauthenticated
from chatkit_link.identity.bearer import BearerAuthenticator

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


async def refusal(identity: BearerAuthenticator, *authorization: str) -> str:
    with pytest.raises(Unauthenticated) as refused:
        await identity.identify(request(*authorization), "req_1")
    assert refused.value.headers == {"WWW-Authenticate": "Bearer"}
    return refused.value.message


async def caller(identity: BearerAuthenticator, sent: str) -> Caller:
    identified = await identity.identify(request(f"Bearer {sent}"), "req_1")
    assert identified is not None
    assert identified.cookie is None
    assert not identified.ambient
    return identified.caller
