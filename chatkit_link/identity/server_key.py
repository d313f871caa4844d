"""The server keys: a back end of the same operator, acting for the user that it names.

``Authorization: Bearer <key>`` with ``X-ChatKit-User``, and ``X-ChatKit-Tenant`` where there are tenants. A key is that
of the settings, the one before it while it is replaced, or one of the database (``identity/stored_keys.py``).
"""

import hmac

from starlette.requests import HTTPConnection

from chatkit_link.caller import Caller, KeyGrant
from chatkit_link.errors import BadRequest, Forbidden, Unauthenticated
from chatkit_link.identity.authentication import Authentication
from chatkit_link.identity.locale import preferred_locale
from chatkit_link.identity.stored_keys import StoredKeys
from chatkit_link.identity.user_names import name_in_header

USER_HEADER = "X-ChatKit-User"
TENANT_HEADER = "X-ChatKit-Tenant"
#: What the keys of the settings are called in the audit log.
SETTINGS_KEY = "CHATKIT_LINK_SERVER_KEY"
SETTINGS_KEY_BEFORE = "CHATKIT_LINK_SERVER_KEY_PREVIOUS"


class OtherTenant(Forbidden):
    """A key of one tenant with the name of another. It is counted as refused, so it holds whose key it was."""

    def __init__(self, grant: KeyGrant, named: str) -> None:
        super().__init__("This server key is for another tenant than the request names.")
        self.grant = grant
        self.named = named


class ServerKey:
    """Recognises the back ends that may act for users.

    key, previous: of the settings; with ``None`` no request has it. stored: the keys of the database. Without any of
    them, naming a user is still refused.
    """

    def __init__(self, key: str | None, previous: str | None = None, stored: StoredKeys | None = None) -> None:
        given = ((key, SETTINGS_KEY), (previous, SETTINGS_KEY_BEFORE))
        self._keys = [(text.encode(), KeyGrant(name)) for text, name in given if text]
        self._stored = stored

    async def grant(self, request: HTTPConnection) -> KeyGrant | None:
        """What the key in a request allows; ``None`` without one. Takes equally long however much of a key is right.

        Raises:
            Unauthenticated: a key of the database that is none, or no longer.
            Unavailable: the keys of the database cannot be read.
        """
        lines = request.headers.getlist("authorization")
        if len(lines) != 1:
            return None
        scheme, _, token = lines[0].partition(" ")
        if scheme.lower() != "bearer":
            return None
        text = token.strip()
        sent = text.encode("latin-1")
        matches = [grant for key, grant in self._keys if hmac.compare_digest(sent, key)]
        if matches:
            return matches[0]
        if self._stored is None or not self._stored.is_one(text):
            return None
        found = await self._stored.find(text)
        if found is None:
            raise Unauthenticated(
                "This server key is not valid: it was mistyped, revoked, has expired, or is another server's."
            )
        return KeyGrant(found.name, found.scopes, found.tenant, found.id)

    def tenant(self, grant: KeyGrant, request: HTTPConnection) -> str:
        """The tenant that a request with a key is about: the one that it names, else the key's own.

        Raises OtherTenant for another one than the key is for.
        """
        named = name_in_header(request, TENANT_HEADER)
        if named is not None and grant.tenant not in (None, named):
            raise OtherTenant(grant, named)
        return named or grant.tenant or "default"

    def acts_for(self, grant: KeyGrant, request: HTTPConnection, request_id: str) -> Caller | None:
        """The user that a request with a key names, if it names one. Raises as ``tenant``."""
        tenant, user = self.tenant(grant, request), name_in_header(request, USER_HEADER)
        if user is None:
            return None
        locale = preferred_locale(request.headers.getlist("accept-language"))
        return Caller(tenant, user, request_id, locale, key=grant)

    async def identify(self, request: HTTPConnection, request_id: str) -> Authentication | None:
        grant = await self.grant(request)
        if grant is None:
            if USER_HEADER in request.headers or TENANT_HEADER in request.headers:
                # A back end whose key is wrong must not become an anonymous visitor with a user's message.
                raise Unauthenticated(
                    f"{USER_HEADER} is taken from servers only: send CHATKIT_LINK_SERVER_KEY as bearer."
                )
            return None
        caller = self.acts_for(grant, request, request_id)
        if caller is None:
            raise BadRequest(f"The server key acts for a user: name the user in {USER_HEADER}.")
        return Authentication(caller, ambient=False, by_back_end=True)
