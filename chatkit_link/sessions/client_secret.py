"""A client secret of a session of ours: ``Authorization: Bearer ek_...``.

Each request asks the database, so that a session that was cancelled is over at once, on every replica.
"""

import re
from datetime import UTC, datetime

from starlette.requests import HTTPConnection

from chatkit_link.caller import Caller, SessionPolicy
from chatkit_link.errors import Unauthenticated
from chatkit_link.identity.authentication import Authentication
from chatkit_link.identity.locale import preferred_locale
from chatkit_link.store.engine import Database
from chatkit_link.store.sessions import StoredSession, find_by_secret
from chatkit_link.translations import Localized

#: OpenAI's secrets begin like this, too. No JWT does.
PREFIX = "ek_"
_MEGABYTE = 1_000_000
_CREDENTIALS = re.compile(r"bearer +(?P<secret>ek_[A-Za-z0-9_-]{8,200}) *", re.ASCII | re.IGNORECASE)


class ClientSecrets:
    """Knows the holder of a client secret by the session that it belongs to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def identify(self, request: HTTPConnection, request_id: str) -> Authentication | None:
        lines = request.headers.getlist("authorization")
        match = _CREDENTIALS.fullmatch(lines[0]) if len(lines) == 1 else None
        if match is None:
            return None
        session = await find_by_secret(self._database, match["secret"])
        if session is None or session.agent is None:
            raise Unauthenticated("This client secret is not one of this server's: ask for a new session.")
        if session.cancelled:
            raise Unauthenticated(Localized("session_cancelled"))
        if session.over:
            raise Unauthenticated(Localized("session_expired"))
        locale = preferred_locale(request.headers.getlist("accept-language"))
        caller = Caller(
            session.tenant, session.user, request_id, locale, session=session_policy(session, session.agent)
        )
        left = int((session.expires_at - datetime.now(UTC)).total_seconds())
        return Authentication(caller, ambient=False, left=max(left, 1))


def session_policy(session: StoredSession, agent: str) -> SessionPolicy:
    """What a session allows."""
    uploads, history = session.configuration["file_upload"], session.configuration["history"]
    return SessionPolicy(
        id=session.id,
        agent=agent,
        state=session.workflow["state_variables"] or {},
        per_minute=session.per_minute,
        lifetime=int((session.expires_at - session.created_at).total_seconds()),
        titling=session.configuration["automatic_thread_titling"]["enabled"],
        uploads=uploads["enabled"],
        max_files=uploads["max_files"],
        max_file_size=uploads["max_file_size"] * _MEGABYTE,
        history=history["enabled"],
        recent_threads=history["recent_threads"],
    )
