"""The proxy in front signs users in and names them in a header.

Any client can write a header, so it is believed from the listed networks only, and by the address of the
connection itself: ``X-Forwarded-For`` is a header, too. A named user from anywhere else is refused.
"""

from collections.abc import Sequence

from starlette.requests import HTTPConnection

from chatkit_link.caller import Caller
from chatkit_link.errors import Unauthenticated
from chatkit_link.identity.authentication import Authentication
from chatkit_link.identity.locale import preferred_locale
from chatkit_link.identity.user_names import name_in_header
from chatkit_link.net.client_ip import peer_address
from chatkit_link.net.ip import Network, is_in


class ProxyAuthenticator:
    """``user_header`` names the user and, if it is set, ``tenant_header`` the tenant.

    networks: where the proxy's connections come from.
    """

    def __init__(self, user_header: str, tenant_header: str | None, networks: Sequence[Network]) -> None:
        self._user_header = user_header
        self._tenant_header = tenant_header
        self._networks = networks

    async def identify(self, request: HTTPConnection, request_id: str) -> Authentication | None:
        user = name_in_header(request, self._user_header)
        if user is None:
            return None
        if not is_in(peer_address(request), self._networks):
            raise Unauthenticated(
                "Sign in through the proxy: a user named from this address is not believed "
                "(CHATKIT_LINK_TRUSTED_PROXIES lists those that are)."
            )
        tenant = "default"
        if self._tenant_header is not None:
            named = name_in_header(request, self._tenant_header)
            if named is None:
                raise Unauthenticated(f"The proxy names a user and no tenant: it must send {self._tenant_header}, too.")
            tenant = named
        locale = preferred_locale(request.headers.getlist("accept-language"))
        # The proxy knows its users by a cookie of its own, which a browser sends by itself.
        return Authentication(Caller(tenant, user, request_id, locale))
