"""Visitors of a chat that is embedded elsewhere: the token that the chat frame keeps in its own storage.

Browsers do not send this server's cookie from the pages of other sites, or not all of them do. So the frame asks for a
token once, keeps it for the page around it, and sends it in ``X-ChatKit-Visitor``. No page and no form sends that
header by itself, so another site's page can cause a request only without it.

A browser that blocks third-party cookies may refuse the frame its storage and still keep a partitioned cookie. So the
token comes with one, which is read where tokens are given and nowhere else. Over HTTPS it has a name that no
neighbouring subdomain can set; on a developer's own machine, without HTTPS, it is sent to that route alone.
"""

import hashlib
from urllib.parse import quote

from starlette.requests import HTTPConnection

from chatkit_link.caller import Caller
from chatkit_link.errors import Unauthenticated
from chatkit_link.identity.anonymous import AnonymousAuthenticator, host_name
from chatkit_link.identity.authentication import Authentication
from chatkit_link.identity.locale import preferred_locale
from chatkit_link.identity.request_cookies import cookies_named
from chatkit_link.identity.secret import fingerprint
from chatkit_link.identity.signed_user import LIFETIME, SignedUsers, new_user
from chatkit_link.net.origin import is_loopback
from chatkit_link.translations import Localized

HEADER = "X-ChatKit-Visitor"
# Changing this signs all visitors out.
SALT = "chatkit-link.visitor.v1"


class VisitorAuthenticator:
    """Makes the tokens of visitors, and recognises visitors by them.

    secrets: HMAC-SHA256 keys; the first one signs, each of them reads.
    cookies: recognises the browsers that send the cookie.
    """

    def __init__(self, secrets: tuple[bytes, ...], cookies: AnonymousAuthenticator) -> None:
        self._users = SignedUsers(secrets, SALT)
        self._secrets = secrets
        self.cookies = cookies

    async def identify(self, request: HTTPConnection, request_id: str) -> Authentication | None:
        tokens = request.headers.getlist(HEADER)
        if not tokens:
            return None
        known = self._users.read(tokens[0]) if len(tokens) == 1 else None
        if known is None:
            # The frame then asks for another token. A new visitor instead would be without threads, and not know why.
            raise Unauthenticated(Localized("signed_out"))
        locale = preferred_locale(request.headers.getlist("accept-language"))
        return Authentication(Caller("default", known[0], request_id, locale), ambient=False)

    def token_for(self, request: HTTPConnection, former: str, *, page: str | None, by_cookie: bool) -> str:
        """A token for the visitor of an earlier one, else for the user of the browser's cookie, else for a new one.

        page: the origin whose visitor it is, if this server's own frame asks. by_cookie: whether that page may have the
        user of the cookie.
        """
        known = self._users.read(former)
        user = known[0] if known else self._kept(request, page)[1] if page else None
        if user is None and by_cookie:
            user = self.cookies.user_of(request)
        return self._users.sign(user or new_user())

    def cookie(self, request: HTTPConnection, page: str, token: str) -> str | None:
        """``Set-Cookie`` that keeps the token for this page; ``None`` where browsers keep none for a frame."""
        path = "/"
        if not self.cookies.is_secure(request):
            if not is_loopback(request.headers.get("host", "")):
                return None
            path = quote(f"{request.scope.get('root_path', '')}/visitor", safe="/-._~")
        name, age = self._kept(request, page)[0], int(LIFETIME.total_seconds())
        return f"{name}={token}; Max-Age={age}; Path={path}; HttpOnly; Secure; SameSite=None; Partitioned"

    def _kept(self, request: HTTPConnection, page: str) -> tuple[str, str | None]:
        """The name of the cookie for this page, and its user. One for each page: a partition is that of a whole site.

        As that of ``AnonymousAuthenticator``, one that cannot be read may be of another secret, and is not replaced.
        """
        name = f"chatkit_link_visitor_{hashlib.sha256(page.encode()).hexdigest()[:16]}"
        if self.cookies.is_secure(request):
            name = host_name(name, request)
        beside = [f"{name}_{fingerprint(secret)[:8]}" for secret in self._secrets]
        for each in (name, *beside):
            for value in reversed(cookies_named(request, each)):
                if (read := self._users.read(value)) is not None:
                    return each, read[0]
        return (beside[0] if any(cookies_named(request, name)) else name), None
