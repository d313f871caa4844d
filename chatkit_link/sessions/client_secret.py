"""The client secret of a session: how one is made, and how a request with ``Authorization: Bearer ek_...`` is known.

Each request asks the database, so that a session that was cancelled is over at once, on every replica.
"""

import base64
import hmac
import re
import secrets
from datetime import UTC, datetime

from starlette.requests import HTTPConnection

from chatkit_link.caller import Caller
from chatkit_link.errors import Unauthenticated
from chatkit_link.identity.authentication import Authentication
from chatkit_link.identity.locale import preferred_locale
from chatkit_link.sessions.policy import session_policy
from chatkit_link.store.engine import Database
from chatkit_link.store.sessions import find_by_secret
from chatkit_link.translations import Localized

#: OpenAI's secrets begin like this, too. No JWT does.
_PREFIX = "ek_"
_CREDENTIALS = re.compile(rf"bearer +(?P<secret>{_PREFIX}.*)", re.IGNORECASE | re.DOTALL)
_SECRET = re.compile(rf"{_PREFIX}[A-Za-z0-9_-]{{8,200}}", re.ASCII)


def new_client_secret() -> str:
    """256 random bits."""
    return f"{_PREFIX}{secrets.token_urlsafe(32)}"


def derived_client_secret(secret: bytes, tenant: str, session_id: str, key: str) -> str:
    """256 bits that only this server's secret makes of a session and its idempotency key: the answer to a request
    that is repeated has them again, although they are not stored.
    """
    made = hmac.digest(secret, f"client secret\0{tenant}\0{session_id}\0{key}".encode(), "sha256")
    return _PREFIX + base64.urlsafe_b64encode(made).decode().rstrip("=")


class ClientSecretAuthenticator:
    """Identifies the holder of a client secret by the session that it belongs to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def identify(self, request: HTTPConnection, request_id: str) -> Authentication | None:
        lines = request.headers.getlist("authorization")
        matches = [match for line in lines if (match := _CREDENTIALS.fullmatch(line))]
        if not matches:
            return None
        secret = matches[0]["secret"].strip()
        # One that is cut off is a client secret, too: its holder must not become an anonymous visitor.
        is_one = len(lines) == 1 and _SECRET.fullmatch(secret)
        session = await find_by_secret(self._database, secret) if is_one else None
        if session is None or session.agent is None:
            raise Unauthenticated("This client secret is not one of this server's: ask for a new session.")
        if session.cancelled:
            raise Unauthenticated(Localized("session_cancelled"))
        if session.over:
            raise Unauthenticated(Localized("session_expired"))
        locale = preferred_locale(request.headers.getlist("accept-language"))
        policy = session_policy(session, session.agent)
        caller = Caller(session.tenant, session.user, request_id, locale, session=policy)
        left = int((session.expires_at - datetime.now(UTC)).total_seconds())
        return Authentication(caller, ambient=False, left=max(left, 1))
