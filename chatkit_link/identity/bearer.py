"""Bearer tokens: a signed JWT (RFC 7519) in ``Authorization: Bearer`` (RFC 6750 section 2.1).

Follows RFC 8725: the algorithms are ours to choose and not the token's, a key serves one algorithm,
keys are never taken from the token or from where it points, and every claim we use is checked.

Checking a signature takes a hundred microseconds, and a page sends the same token with every request. So a
valid token is remembered with the key that verified it, and passes again as long as it has not
expired and that very key is still one of ours. Whatever changes the keys thereby forgets the tokens.
"""

import base64
import hashlib
import sys
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

import jwt
from pydantic import SecretStr
from starlette.requests import HTTPConnection

from chatkit_link.caller import Caller
from chatkit_link.errors import Unauthenticated
from chatkit_link.identity.authentication import Authentication
from chatkit_link.identity.locale import preferred_locale
from chatkit_link.identity.token import INVALID, Token, bearer_token, read_part, read_token
from chatkit_link.identity.user_names import is_name
from chatkit_link.translations import Localized

# Seconds by which the clocks of issuer and server may differ.
LEEWAY: Final = 30
# Seconds; a token for longer is a mistake of its issuer, and who finds it can use it for years.
LONGEST_LIFE: Final = 366 * 24 * 3600
# Tokens remembered; about 500 bytes each.
REMEMBERED: Final = 2048

_REFUSALS: Final[tuple[tuple[type[Exception], str | Localized], ...]] = (
    (jwt.ExpiredSignatureError, Localized("sign_in_expired")),
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
        """The key with this id for this algorithm, or ``None``; the same object until the keys change."""
        ...


class SharedSecret:
    """One HS256 key known to us and to the issuer; key ids do not matter."""

    algorithms = frozenset({"HS256"})

    def __init__(self, secret: str) -> None:
        encoded = base64.urlsafe_b64encode(secret.encode()).rstrip(b"=").decode()
        self._key = jwt.PyJWK({"kty": "oct", "k": encoded}, "HS256")

    async def find(self, kid: str | None, algorithm: str) -> jwt.PyJWK | None:
        return self._key if algorithm in self.algorithms else None


@dataclass(frozen=True, slots=True)
class _Good:
    """The claims of a token that is valid. expires: seconds since 1970."""

    kid: str | None
    algorithm: str
    key: jwt.PyJWK
    tenant: str
    user: str
    expires: float


class BearerAuthenticator:
    """Accepts callers with a valid JWT: ``sub`` is the user, ``tenant_claim`` names the tenant.

    Without ``issuer`` or ``audience`` that claim is not looked at; without ``tenant_claim`` everyone
    is in the tenant ``"default"``. A dot in ``tenant_claim`` leads into an object: ``o.id``.
    Every refusal is an ``Unauthenticated``.
    """

    def __init__(
        self,
        keys: Keys,
        *,
        issuer: str | None = None,
        audience: str | None = None,
        tenant_claim: str | None = None,
        leeway: float = LEEWAY,
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._tenant_claim = tenant_claim
        self._leeway = leeway
        self._good: OrderedDict[bytes, _Good] = OrderedDict()

    async def identify(self, request: HTTPConnection, request_id: str) -> Authentication | None:
        text = bearer_token(request)
        if text is None:
            return None
        # Only a digest is remembered, so that a memory dump holds no tokens.
        digest = hashlib.sha256(text.encode()).digest()
        good = await self._remembered(digest)
        if good is None:
            good = await self._check(read_token(text, self._keys.algorithms))
            self._remember(digest, good)
        caller = Caller(
            tenant=good.tenant,
            user=good.user,
            request_id=request_id,
            locale=preferred_locale(request.headers.getlist("accept-language")),
            token=SecretStr(text),
        )
        return Authentication(caller, ambient=False)

    async def _remembered(self, digest: bytes) -> _Good | None:
        good = self._good.get(digest)
        if good is None or good.expires <= time.time():
            return None
        if await self._keys.find(good.kid, good.algorithm) is not good.key:
            return None
        if digest in self._good:  # it may be gone: finding the key can wait for a fetch
            self._good.move_to_end(digest)
        return good

    def _remember(self, digest: bytes, good: _Good) -> None:
        self._good[digest] = good
        while len(self._good) > REMEMBERED:
            self._good.popitem(last=False)

    async def _check(self, token: Token) -> _Good:
        key = await self._keys.find(token.kid, token.algorithm)
        if key is None:
            raise Unauthenticated("The bearer token is signed with a key this server does not know: sign in again.")
        claims = read_part(token.text.split(".")[1])  # before PyJWT does, which lets a nesting through that is too deep
        try:
            jwt.decode(
                token.text,
                key,
                algorithms=[key.algorithm_name],
                issuer=self._issuer,
                audience=self._audience,
                leeway=self._leeway,
                options={
                    "require": ["exp", "sub"],
                    "verify_aud": self._audience is not None,
                    "verify_iss": self._issuer is not None,
                    "enforce_minimum_key_length": True,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError, ArithmeticError) as error:
            raise _refusal(error) from error
        return _Good(
            kid=token.kid,
            algorithm=token.algorithm,
            key=key,
            tenant=_tenant(claims, self._tenant_claim) if self._tenant_claim else "default",
            user=_user(claims),
            expires=_expiry(claims),
        )


def _expiry(claims: dict[str, Any]) -> float:
    for claim in ("exp", "nbf", "iat"):
        if not _is_time(claims.get(claim, 0)):
            raise Unauthenticated(INVALID)
    now = time.time()
    expires = float(claims["exp"])
    # The leeway forgives tokens from the near future, not expired ones.
    if expires <= now:
        raise _refusal(jwt.ExpiredSignatureError())
    if expires > now + LONGEST_LIFE:
        raise Unauthenticated("The bearer token is good for more than a year: ask its issuer for a shorter one.")
    return expires


def _is_time(value: object) -> bool:
    """A NumericDate of RFC 7519 section 2: a number, and no text that looks like one."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _user(claims: dict[str, Any]) -> str:
    return _named(claims.get("sub"), "sub")


def _tenant(claims: dict[str, Any], claim: str) -> str:
    value: object = claims.get(claim)
    if value is None and "." in claim:  # a namespaced claim is a URL and has dots of its own, so it comes first
        value = claims
        for step in claim.split("."):
            value = cast("dict[str, object]", value).get(step) if isinstance(value, dict) else None
    return _named(value, claim)


def _named(value: object, claim: str) -> str:
    if is_name(value):
        return value
    if not isinstance(value, str) or not value.strip():
        raise Unauthenticated(f"The bearer token does not identify a user: its `{claim}` claim is missing.")
    raise Unauthenticated(f"The bearer token's `{claim}` claim is too long or has characters that are not visible.")


def _refusal(error: Exception) -> Unauthenticated:
    if isinstance(error, jwt.MissingRequiredClaimError):
        return Unauthenticated(f"The bearer token has no `{error.claim}` claim: ask its issuer for one.")
    return Unauthenticated(next((text for refused, text in _REFUSALS if isinstance(error, refused)), INVALID))
