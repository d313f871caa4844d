"""The default: the browser that holds the signed cookie is the user it names.

The cookie is the only key to the threads of an anonymous browser, so it is random, signed, invisible to scripts, and
renewed while it is in use. Two rules keep it:

- **Nobody plants one.** Over HTTPS its name begins with ``__Host-``, and browsers then see to it that no neighbouring
  subdomain and no page over plain HTTP can set it (RFC 6265bis section 4.1.3.2). A cookie of the name without is not
  read there. Below a prefix the name ends with a digest of the prefix, because such a cookie has the path ``/``.
- **None is replaced that may be somebody's.** A cookie that this server cannot read may have been signed with the
  secret of another replica, of another time or of another server on this host. Its visitor is given another user, under
  a name of this secret's own beside it. The old one stays, and counts again as soon as its secret is back.
"""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import quote

from starlette.requests import HTTPConnection

from chatkit_link.caller import Caller
from chatkit_link.identity.authentication import Authentication
from chatkit_link.identity.locale import preferred_locale
from chatkit_link.identity.request_cookies import cookies_named
from chatkit_link.identity.secret import fingerprint
from chatkit_link.identity.signed_user import LIFETIME, SignedUsers, new_user

COOKIE: Final = "chatkit_link_user"
HOST: Final = "__Host-"
HOST_COOKIE: Final = f"{HOST}{COOKIE}"
# Changing this signs all visitors out.
SALT: Final = "chatkit-link.anonymous-user.v1"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a request's cookies say. name: of the cookie for its user. user: ``None`` for a new one. due: to be set."""

    name: str
    user: str | None = None
    due: bool = True


class AnonymousAuthenticator:
    """Recognises a browser by a signed cookie; never refuses a request.

    secrets: HMAC-SHA256 keys; the first one signs, each of them reads.
    secure: value of the cookie's ``Secure`` attribute; ``None`` follows the request's scheme.
    cross_site: let browsers send a Secure cookie from pages of other sites, too, and store one for each such
        site (``SameSite=None; Partitioned``): then a chat embedded there has one user.
    """

    def __init__(self, secrets: tuple[bytes, ...], *, secure: bool | None = None, cross_site: bool = False) -> None:
        self._users = SignedUsers(secrets, SALT)
        self._fingerprints = [fingerprint(secret)[:8] for secret in secrets]
        self._secure = secure
        self._cross_site = cross_site
        self._warned = False

    async def identify(self, request: HTTPConnection, request_id: str) -> Authentication:
        known = self._known(request)
        user = known.user or new_user()
        locale = preferred_locale(request.headers.getlist("accept-language"))
        caller = Caller(tenant="default", user=user, request_id=request_id, locale=locale)
        return Authentication(caller, self._cookie(known.name, user, request) if known.due else None)

    def user_of(self, request: HTTPConnection) -> str | None:
        """The user of the cookie; ``None`` without one of ours."""
        return self._known(request).user

    def is_secure(self, request: HTTPConnection) -> bool:
        """Whether the browser keeps Secure cookies of this server."""
        return self._secure if self._secure is not None else request.url.scheme in ("https", "wss")

    def _known(self, request: HTTPConnection) -> _Known:
        protected = host_name(COOKIE, request)
        # A browser sends the protected one over HTTPS alone, also where a proxy does not say so.
        first, *others = [protected] if self.is_secure(request) else [COOKIE, protected]
        is_taken = False
        for name in [*others, first]:
            for each in self._names(name):
                values = cookies_named(request, each)
                # Of several, the last is the one with the shortest path, which is ours.
                for value in reversed(values):
                    if (read := self._users.read(value)) is not None:
                        return self._renewed(each, name, *read)
                if each == first:
                    is_taken = any(values)
        if not is_taken:
            return _Known(first)
        self._warn()
        return _Known(f"{first}_{self._fingerprints[0]}")

    def _names(self, name: str) -> Iterator[str]:
        """The name, and those that it has where another server's cookie has it."""
        yield name
        for each in self._fingerprints:
            yield f"{name}_{each}"

    def _renewed(self, found: str, name: str, user: str, due: bool) -> _Known:
        """The cookie to come: of the present secret, where the one that was found has an earlier one's name."""
        wanted = found if found == name else f"{name}_{self._fingerprints[0]}"
        return _Known(wanted, user, due or wanted != found)

    def _warn(self) -> None:
        if not self._warned:
            self._warned = True
            logger.warning(
                "A visitor's cookie is not signed with this server's secret. It is kept, and the visitor begins "
                "without a history beside it. If CHATKIT_LINK_SECRET was changed, set CHATKIT_LINK_SECRET_PREVIOUS to "
                "the one before. This is logged once."
            )

    def _cookie(self, name: str, user: str, request: HTTPConnection) -> str:
        jar = SimpleCookie({name: self._users.sign(user)})
        (morsel,) = jar.values()
        is_protected = name.startswith(HOST)
        morsel["max-age"] = int(LIFETIME.total_seconds())
        morsel["path"] = "/" if is_protected else _path(request)
        morsel["httponly"] = True
        morsel["samesite"] = "Lax"
        if not is_protected:
            return morsel.OutputString()
        morsel["secure"] = True
        if not self._cross_site:
            return morsel.OutputString()
        morsel["samesite"] = "None"
        return f"{morsel.OutputString()}; Partitioned"  # http.cookies knows the word from Python 3.14 on


def host_name(name: str, request: HTTPConnection) -> str:
    """The name of a cookie that no other host can set: below a prefix, one of that prefix's own."""
    path = _path(request)
    suffix = "" if path == "/" else f"_at_{hashlib.sha256(path.encode()).hexdigest()[:8]}"
    return f"{HOST}{name}{suffix}"


def _path(request: HTTPConnection) -> str:
    """Mounted under a prefix, the cookie stays away from the rest of that site."""
    return quote(request.scope.get("root_path", ""), safe="/-._~") or "/"
