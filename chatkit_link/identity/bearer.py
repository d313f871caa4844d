"""Bearer tokens: a signed JWT (RFC 7519) in ``Authorization: Bearer`` (RFC 6750 section 2.1).

Follows RFC 8725: the algorithms are ours to choose and not the token's, a key serves one algorithm,
keys are never taken from the token or from where it points, and every claim we use is checked.
"""

import base64
import re
import time
from typing import Any, Final, Protocol

import jwt
from starlette.requests import HTTPConnection

from chatkit_link.caller import Caller
from chatkit_link.errors import Unauthenticated
from chatkit_link.identity.identified import Identified
from chatkit_link.identity.locale import preferred_locale

# Tokens with many groups reach 4 KB; most servers refuse a header line over 8 KB anyway.
LONGEST_TOKEN: Final = 8 * 1024
# OpenID Connect Core section 2: sub is at most 255 characters.
LONGEST_NAME: Final = 255
# Seconds by which the clocks of issuer and server may differ.
LEEWAY: Final = 30

_CREDENTIALS = re.compile(r"bearer +(?P<token>[\w-]+\.[\w-]+\.[\w-]+) *", re.ASCII | re.IGNORECASE)
# Headers that bring a key along, point to one, or change how the rest is to be read (RFC 7515 section 4.1).
_REFUSED_HEADERS = ("jku", "x5u", "jwk", "crit")

_INVALID = "The bearer token is not valid: sign in again."
_REFUSALS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (jwt.ExpiredSignatureError, "The bearer token has expired: sign in again."),
    (jwt.ImmatureSignatureError, "The bearer token is not valid yet: check the clock of the server that issued it."),
    (
        jwt.InvalidAudienceError,
        "The bearer token is meant for another service: ask for one with this service's audience.",
    ),
    (jwt.InvalidIssuerError, "The bearer token comes from an issuer this server does not accept."),
)


class Keys(Protocol):
    """Where a token's key comes from.

    algorithms: the values of a token's ``alg`` that these keys can verify (RFC 7518 section 3.1).
    """

    @property
    def algorithms(self) -> frozenset[str]: ...

    async def find(self, kid: str | None, algorithm: str) -> jwt.PyJWK | None:
        """The key with this id for this algorithm, or ``None``."""
        ...


class SharedSecret:
    """One HS256 key known to us and to the issuer; key ids do not matter."""

    algorithms = frozenset({"HS256"})

    def __init__(self, secret: str) -> None:
        encoded = base64.urlsafe_b64encode(secret.encode()).rstrip(b"=").decode()
        self._key = jwt.PyJWK({"kty": "oct", "k": encoded}, "HS256")

    async def find(self, kid: str | None, algorithm: str) -> jwt.PyJWK | None:
        return self._key if algorithm in self.algorithms else None


class BearerIdentity:
    """Accepts callers with a valid JWT: ``sub`` is the user, ``tenant_claim`` names the tenant.

    Without ``issuer`` or ``audience`` that claim is not looked at; without ``tenant_claim`` everyone
    is in the tenant ``"default"``. Every refusal is an ``Unauthenticated``.
    """

    def __init__(
        self, keys: Keys, *, issuer: str | None = None, audience: str | None = None, tenant_claim: str | None = None
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._tenant_claim = tenant_claim

    async def identify(self, request: HTTPConnection, request_id: str) -> Identified:
        claims = await self._claims(_token(request))
        caller = Caller(
            tenant=_name(claims, self._tenant_claim) if self._tenant_claim else "default",
            user=_name(claims, "sub"),
            request_id=request_id,
            locale=preferred_locale(request.headers.getlist("accept-language")),
        )
        return Identified(caller)

    async def _claims(self, token: str) -> dict[str, Any]:
        kid, algorithm = _header(token, self._keys.algorithms)
        key = await self._keys.find(kid, algorithm)
        if key is None:
            raise Unauthenticated("The bearer token is signed with a key this server does not know: sign in again.")
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY,
                options={
                    "require": ["exp", "sub"],
                    "verify_aud": self._audience is not None,
                    "verify_iss": self._issuer is not None,
                    "enforce_minimum_key_length": True,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise _refusal(error) from error
        # The leeway forgives tokens from the near future, not ones that are over.
        if int(claims["exp"]) <= time.time():
            raise _refusal(jwt.ExpiredSignatureError())
        return claims


def _token(request: HTTPConnection) -> str:
    lines = request.headers.getlist("authorization")
    if not lines:
        raise Unauthenticated("Sign in first: this server wants a bearer token in the Authorization header.")
    if len(lines) > 1:
        raise Unauthenticated("There is more than one Authorization header: send one bearer token.")
    if len(lines[0]) > LONGEST_TOKEN:
        raise Unauthenticated(f"The bearer token is too long: at most {LONGEST_TOKEN} characters are read.")
    match = _CREDENTIALS.fullmatch(lines[0])
    if match is None:
        raise Unauthenticated("The Authorization header is not `Bearer` and a JWT: sign in again.")
    return match["token"]


def _header(token: str, allowed: frozenset[str]) -> tuple[str | None, str]:
    """The key id and the algorithm that the token claims; both unverified, both only used to choose among our keys."""
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError) as error:
        raise Unauthenticated(_INVALID) from error
    if any(name in header for name in _REFUSED_HEADERS):
        raise Unauthenticated("The bearer token has a header this server does not accept (jku, x5u, jwk or crit).")
    algorithm: object = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in allowed:
        raise Unauthenticated("The bearer token is signed in a way this server does not accept.")
    return header.get("kid"), algorithm


def _name(claims: dict[str, Any], claim: str) -> str:
    """A claim that names somebody: printable, because it is stored, logged and compared."""
    value: object = claims.get(claim)
    if not isinstance(value, str) or not value.strip():
        raise Unauthenticated(f"The bearer token does not say who you are: its `{claim}` claim is missing.")
    if len(value) > LONGEST_NAME or not value.isprintable():
        raise Unauthenticated(f"The bearer token's `{claim}` claim is too long or has characters that cannot be shown.")
    return value


def _refusal(error: Exception) -> Unauthenticated:
    if isinstance(error, jwt.MissingRequiredClaimError):
        return Unauthenticated(f"The bearer token has no `{error.claim}` claim: ask its issuer for one.")
    return Unauthenticated(next((text for kind, text in _REFUSALS if isinstance(error, kind)), _INVALID))
