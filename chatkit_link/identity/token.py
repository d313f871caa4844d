"""A bearer token as it stands in the request: parsed strictly, and not trusted yet.

Follows RFC 8725: what the header names only chooses among our own keys; a header that brings a key, points
to one, or changes how the rest is to be read is refused.
"""

import base64
import json
import re
from dataclasses import dataclass
from typing import Any, Final, cast

from starlette.requests import HTTPConnection

from chatkit_link.errors import Unauthenticated

# Tokens with many groups reach 4 KB; most servers refuse a header line over 8 KB anyway.
LONGEST_TOKEN: Final = 8 * 1024

INVALID: Final = "The bearer token is not valid: sign in again."

_CREDENTIALS = re.compile(r"bearer +(?P<token>[\w-]+\.[\w-]+\.[\w-]+) *", re.ASCII | re.IGNORECASE)
# RFC 7515 section 4.1.
_REFUSED_HEADERS = ("jku", "x5u", "jwk", "x5c", "crit")
# RFC 8725 section 3.11: a logout token or a DPoP proof of the same issuer is signed as well, but must not sign in.
_TYPES = frozenset({"jwt", "at+jwt", "application/jwt", "application/at+jwt"})


@dataclass(frozen=True, slots=True)
class Token:
    """text: the whole token. kid, algorithm: what its header claims, unverified."""

    text: str
    kid: str | None
    algorithm: str


def bearer_token(request: HTTPConnection) -> str | None:
    """The text of the bearer token; ``None`` without an Authorization header.

    Raises ``Unauthenticated`` when there is one, but not one that could hold a JWT.
    """
    lines = request.headers.getlist("authorization")
    if not lines:
        return None
    if len(lines) > 1:
        raise Unauthenticated("There is more than one Authorization header: send one bearer token.")
    if len(lines[0]) > LONGEST_TOKEN:
        raise Unauthenticated(f"The bearer token is too long: at most {LONGEST_TOKEN} characters are read.")
    match = _CREDENTIALS.fullmatch(lines[0])
    if match is None:
        raise Unauthenticated("The Authorization header is not `Bearer` and a JWT: sign in again.")
    return match["token"]


def read_token(text: str, allowed: frozenset[str]) -> Token:
    """The token with what its header claims. Raises ``Unauthenticated`` for a header we would not go by."""
    header = read_part(text.partition(".")[0])
    if any(name in header for name in _REFUSED_HEADERS):
        raise Unauthenticated("The bearer token has a header this server does not accept (jku, x5u, jwk, x5c or crit).")
    token_type: object = header.get("typ", "JWT")
    if not isinstance(token_type, str) or token_type.lower() not in _TYPES:
        raise Unauthenticated("The bearer token is not one for signing in: its `typ` must be JWT or at+jwt.")
    algorithm: object = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in allowed:
        raise Unauthenticated("The bearer token is signed in a way this server does not accept.")
    kid: object = header.get("kid")
    if not isinstance(kid, str | None):
        raise Unauthenticated(INVALID)
    return Token(text, kid, algorithm)


def read_part(segment: str) -> dict[str, Any]:
    """The JSON object in one part of a token, with every name in it once (RFC 7519 section 4).

    Raises ``Unauthenticated`` otherwise.
    """
    try:
        raw = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
        part: object = json.loads(raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise Unauthenticated(INVALID) from error
    if not isinstance(part, dict):
        raise Unauthenticated(INVALID)
    return cast("dict[str, Any]", part)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Two readers of a repeated name may each take another one of its values."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands there twice")
    return found


def _refused(_: str) -> object:
    raise ValueError("NaN and Infinity are no JSON")
