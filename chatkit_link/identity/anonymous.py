"""The default: the browser that holds the signed cookie is the user it names.

The cookie is the only key to the threads of an anonymous browser, so it is random, signed, invisible
to scripts, and renewed while it is in use. Over HTTPS its name begins with ``__Host-``, and browsers then see
to it that no neighbouring subdomain can plant one (RFC 6265bis section 4.1.3.2); below a prefix, where
such a cookie cannot stay, and over plain HTTP it has the name without.
"""

from datetime import UTC, datetime
from http.cookies import SimpleCookie
from urllib.parse import quote

from starlette.requests import HTTPConnection

from chatkit_link.caller import Caller
from chatkit_link.identity.authentication import Authentication
from chatkit_link.identity.locale import preferred_locale
from chatkit_link.identity.signed_user import LIFETIME, SignedUsers, is_due, new_user

COOKIE = "chatkit_link_user"
HOST_COOKIE = f"__Host-{COOKIE}"
# Changing this signs all visitors out.
SALT = "chatkit-link.anonymous-user.v1"

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class AnonymousAuthenticator:
    """Recognises a browser by a signed cookie; never refuses a request.

    secret: HMAC-SHA256 key of the signature.
    secure: value of the cookie's ``Secure`` attribute; ``None`` follows the request's scheme.
    cross_site: let browsers send a Secure cookie from pages of other sites, too, and store one for each such
        site (``SameSite=None; Partitioned``): then a chat embedded there has one user.
    """

    def __init__(self, secret: bytes, *, secure: bool | None = None, cross_site: bool = False) -> None:
        self._users = SignedUsers(secret, SALT)
        self._secure = secure
        self._cross_site = cross_site

    async def identify(self, request: HTTPConnection, request_id: str) -> Authentication:
        known, earlier = self._known(request)
        user, signed = known or earlier or (new_user(), _LONG_AGO)
        renew = known is None or is_due(signed)
        caller = Caller(
            tenant="default",
            user=user,
            request_id=request_id,
            locale=preferred_locale(request.headers.getlist("accept-language")),
        )
        return Authentication(caller, self._cookie(user, request) if renew else None)

    def user_of(self, request: HTTPConnection) -> str | None:
        """The user of the cookie; ``None`` without one of ours."""
        known, earlier = self._known(request)
        found = known or earlier
        return found and found[0]

    def is_secure(self, request: HTTPConnection) -> bool:
        """Whether the browser keeps Secure cookies of this server."""
        return self._secure if self._secure is not None else request.url.scheme in ("https", "wss")

    def _name(self, request: HTTPConnection) -> str:
        return HOST_COOKIE if self.is_secure(request) and _path(request) == "/" else COOKIE

    def _known(self, request: HTTPConnection) -> tuple[tuple[str, datetime] | None, tuple[str, datetime] | None]:
        """The user and the time of signing, by the cookie of this name and else by that of the other."""
        name = self._name(request)
        # The other name is from before this server used HTTPS, or this version: its browser keeps its threads.
        other = COOKIE if name == HOST_COOKIE else HOST_COOKIE
        known = self._users.read(request.cookies.get(name, ""))
        return known, None if known else self._users.read(request.cookies.get(other, ""))

    def _cookie(self, user: str, request: HTTPConnection) -> str:
        jar = SimpleCookie({self._name(request): self._users.sign(user)})
        (morsel,) = jar.values()
        morsel["max-age"] = int(LIFETIME.total_seconds())
        morsel["path"] = _path(request)
        morsel["httponly"] = True
        morsel["samesite"] = "Lax"
        if not self.is_secure(request):
            return morsel.OutputString()
        morsel["secure"] = True
        if not self._cross_site:
            return morsel.OutputString()
        morsel["samesite"] = "None"
        return f"{morsel.OutputString()}; Partitioned"  # http.cookies knows the word from Python 3.14 on


def _path(request: HTTPConnection) -> str:
    """Mounted under a prefix, the cookie stays away from the rest of that site."""
    return quote(request.scope.get("root_path", ""), safe="/-._~") or "/"
