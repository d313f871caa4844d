"""The default: the browser that holds the signed cookie is the user it names.

The cookie is the only key to the threads of an anonymous browser, so it is random, signed, invisible
to scripts, and renewed while it is in use. Over HTTPS its name begins with ``__Host-``, and browsers then see
to it that no neighbouring subdomain can plant one (RFC 6265bis section 4.1.3.2); below a prefix, where
such a cookie cannot stay, and over plain HTTP it has the name without.
"""

import hashlib
import re
import secrets
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from urllib.parse import quote

from itsdangerous import BadSignature, TimestampSigner
from starlette.requests import HTTPConnection

from chatkit_link.caller import Caller
from chatkit_link.identity.authentication import Authentication
from chatkit_link.identity.locale import preferred_locale

COOKIE = "chatkit_link_user"
HOST_COOKIE = f"__Host-{COOKIE}"
# Changing this signs all visitors out: it separates these signatures from all others made with the same secret.
SALT = "chatkit-link.anonymous-user.v1"
LIFETIME = timedelta(days=365)
# Renewing on every request would send a cookie with every stream; once a month is enough for one in use.
RENEW_AFTER = timedelta(days=30)
# A cookie of ours has about 75 characters; a longer one is not worth a hash.
LONGEST = 200

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_USER = re.compile(r"anon_[A-Za-z0-9_-]{22}")


class AnonymousAuthenticator:
    """Recognises a browser by a signed cookie; never refuses a request.

    secret: HMAC-SHA256 key of the signature.
    secure: value of the cookie's ``Secure`` attribute; ``None`` follows the request's scheme.
    cross_site: let browsers send a Secure cookie from pages of other sites, too, and store one for each such
        site (``SameSite=None; Partitioned``): then a chat embedded there has one user.
    """

    def __init__(self, secret: bytes, *, secure: bool | None = None, cross_site: bool = False) -> None:
        # itsdangerous would use SHA-1 and concatenate key and salt.
        self._signer = TimestampSigner(secret, salt=SALT, key_derivation="hmac", digest_method=hashlib.sha256)
        self._secure = secure
        self._cross_site = cross_site

    async def identify(self, request: HTTPConnection, request_id: str) -> Authentication:
        name = self._name(request)
        # The other name is from before this server used HTTPS, or this version: its browser keeps its threads.
        other = COOKIE if name == HOST_COOKIE else HOST_COOKIE
        known = self._known(request.cookies.get(name, ""))
        earlier = None if known else self._known(request.cookies.get(other, ""))
        user, signed = known or earlier or (f"anon_{secrets.token_urlsafe(16)}", _LONG_AGO)
        renew = known is None or datetime.now(UTC) - signed > RENEW_AFTER
        caller = Caller(
            tenant="default",
            user=user,
            request_id=request_id,
            locale=preferred_locale(request.headers.getlist("accept-language")),
        )
        return Authentication(caller, self._cookie(user, request) if renew else None)

    def _is_secure(self, request: HTTPConnection) -> bool:
        return self._secure if self._secure is not None else request.url.scheme in ("https", "wss")

    def _name(self, request: HTTPConnection) -> str:
        return HOST_COOKIE if self._is_secure(request) and _path(request) == "/" else COOKIE

    def _known(self, cookie: str) -> tuple[str, datetime] | None:
        """The user and the time of signing; ``None`` if the cookie is not ours."""
        if cookie and len(cookie) <= LONGEST:
            try:
                value, signed = self._signer.unsign(
                    cookie, max_age=int(LIFETIME.total_seconds()), return_timestamp=True
                )
            except BadSignature:
                pass  # tampered, expired, or signed with an earlier secret
            else:
                user = value.decode("ascii", "replace")
                if _USER.fullmatch(user):
                    return user, signed
        return None

    def _cookie(self, user: str, request: HTTPConnection) -> str:
        jar = SimpleCookie({self._name(request): self._signer.sign(user).decode("ascii")})
        (morsel,) = jar.values()
        morsel["max-age"] = int(LIFETIME.total_seconds())
        morsel["path"] = _path(request)
        morsel["httponly"] = True
        morsel["samesite"] = "Lax"
        if not self._is_secure(request):
            return morsel.OutputString()
        morsel["secure"] = True
        if not self._cross_site:
            return morsel.OutputString()
        morsel["samesite"] = "None"
        return f"{morsel.OutputString()}; Partitioned"  # http.cookies knows the word from Python 3.14 on


def _path(request: HTTPConnection) -> str:
    """Mounted under a prefix, the cookie stays away from the rest of that site."""
    return quote(request.scope.get("root_path", ""), safe="/-._~") or "/"
