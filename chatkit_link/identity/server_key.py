"""The server key: a back end of the same operator, acting for the user that it names.

``Authorization: Bearer <key>`` with ``X-ChatKit-User``, and ``X-ChatKit-Tenant`` where there are tenants.
"""

import hmac

from starlette.requests import HTTPConnection

from chatkit_link.caller import Caller
from chatkit_link.errors import BadRequest, Unauthenticated
from chatkit_link.identity.authentication import Authentication
from chatkit_link.identity.locale import preferred_locale
from chatkit_link.identity.user_names import name_in_header

USER_HEADER = "X-ChatKit-User"
TENANT_HEADER = "X-ChatKit-Tenant"


class ServerKey:
    """The key of the settings; with ``None`` no request has it, and naming a user is still refused."""

    def __init__(self, key: str | None) -> None:
        self._key = key.encode() if key else None

    def is_sent_with(self, request: HTTPConnection) -> bool:
        """Whether the request carries the key. Takes equally long however much of a wrong key is right."""
        lines = request.headers.getlist("authorization")
        if self._key is None or len(lines) != 1:
            return False
        scheme, _, token = lines[0].partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode("latin-1"), self._key)

    def acts_for(self, request: HTTPConnection, request_id: str) -> Caller | None:
        """The user that a request with the key names, if it names one."""
        tenant, user = name_in_header(request, TENANT_HEADER), name_in_header(request, USER_HEADER)
        if user is None:
            return None
        locale = preferred_locale(request.headers.getlist("accept-language"))
        return Caller(tenant or "default", user, request_id, locale)

    async def identify(self, request: HTTPConnection, request_id: str) -> Authentication | None:
        if not self.is_sent_with(request):
            if USER_HEADER in request.headers or TENANT_HEADER in request.headers:
                # A back end whose key is wrong must not become an anonymous visitor with a user's message.
                raise Unauthenticated(
                    f"{USER_HEADER} is taken from servers only: send CHATKIT_LINK_SERVER_KEY as bearer."
                )
            return None
        caller = self.acts_for(request, request_id)
        if caller is None:
            raise BadRequest(f"The server key acts for a user: name the user in {USER_HEADER}.")
        return Authentication(caller, ambient=False, by_back_end=True)
