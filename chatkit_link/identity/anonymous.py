"""The default: whoever holds the signed cookie is the user it names.

The cookie is the only key to the threads of an anonymous browser, so it is random, signed, invisible
to scripts, and renewed while it is in use.
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
from chatkit_link.identity.identified import Identified
from chatkit_link.identity.locale import preferred_locale

COOKIE = "chatkit_link_user"
# Changing this signs everybody out: it separates these signatures from all others made with the same secret.
SALT = "chatkit-link.anonymous-user.v1"
LIFETIME = timedelta(days=365)
# Renewing on every request would send a cookie with every stream; once a month keeps a used one alive.
RENEW_AFTER = timedelta(days=30)
# A cookie of ours has about 75 characters; a longer one is not worth a hash.
LONGEST = 200

_USER = re.compile(r"anon_[A-Za-z0-9_-]{22}")


class AnonymousIdentity:
    """Knows a browser again by a signed cookie; never refuses anybody.

    secret: HMAC-SHA256 key of the signature.
    secure: value of the cookie's ``Secure`` attribute; ``None`` follows the request's scheme.
    """

    def __init__(self, secret: bytes, *, secure: bool | None = None) -> None:
        # itsdangerous would use SHA-1 and concatenate key and salt.
        self._signer = TimestampSigner(secret, salt=SALT, key_derivation="hmac", digest_method=hashlib.sha256)
        self._secure = secure

    async def identify(self, request: HTTPConnection, request_id: str) -> Identified:
        user, signed = self._known(request.cookies.get(COOKIE, ""))
        renew = datetime.now(UTC) - signed > RENEW_AFTER
        caller = Caller(
            tenant="default",
            user=user,
            request_id=request_id,
            locale=preferred_locale(request.headers.getlist("accept-language")),
        )
        return Identified(caller, self._cookie(user, request) if renew else None)

    def _known(self, cookie: str) -> tuple[str, datetime]:
        """The user and the time of signing; somebody new, signed long ago, if the cookie is not ours."""
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
        return f"anon_{secrets.token_urlsafe(16)}", datetime.min.replace(tzinfo=UTC)

    def _cookie(self, user: str, request: HTTPConnection) -> str:
        jar = SimpleCookie({COOKIE: self._signer.sign(user).decode("ascii")})
        morsel = jar[COOKIE]
        morsel["max-age"] = int(LIFETIME.total_seconds())
        # Mounted under a prefix, the cookie stays away from the rest of that site.
        morsel["path"] = quote(request.scope.get("root_path", ""), safe="/-._~") or "/"
        morsel["httponly"] = True
        morsel["samesite"] = "Lax"
        secure = self._secure if self._secure is not None else request.url.scheme in ("https", "wss")
        if secure:
            morsel["secure"] = True
        return morsel.OutputString()
