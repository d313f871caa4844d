"""What decides on who gets in, as the routes have it."""

from dataclasses import dataclass
from typing import Self

from chatkit_link.identity.admission import Admission
from chatkit_link.identity.anonymous import AnonymousAuthenticator
from chatkit_link.identity.document_key import DocumentKeys
from chatkit_link.identity.key_use import KeyUse
from chatkit_link.identity.server_key import ServerKey
from chatkit_link.identity.stored_keys import StoredKeys
from chatkit_link.identity.visitor import VisitorAuthenticator
from chatkit_link.settings import Settings
from chatkit_link.store.engine import Database


@dataclass(frozen=True, slots=True)
class Access:
    """visitors: recognises them; ``None`` where every user signs in. document_keys: for links of users who sign in."""

    admission: Admission
    server_key: ServerKey
    key_use: KeyUse
    visitors: VisitorAuthenticator | None
    document_keys: DocumentKeys | None

    @classmethod
    def build(cls, settings: Settings, database: Database, secrets: tuple[bytes, ...], admitted: Admission) -> Self:
        """secrets: what ``load_secrets`` returned."""
        given = (settings.server_key, settings.server_key_previous)
        keys = (key.get_secret_value() if key else None for key in given)
        return cls(
            admitted,
            ServerKey(*keys, stored=StoredKeys(database)),
            KeyUse(database),
            build_visitors(settings, secrets, admitted),
            None if admitted.anonymous else DocumentKeys(secrets),
        )


def build_visitors(settings: Settings, secrets: tuple[bytes, ...], admitted: Admission) -> VisitorAuthenticator | None:
    """Recognises anonymous visitors; ``None`` where every user signs in. secrets: what ``load_secrets`` returned."""
    if not admitted.anonymous:
        return None
    # Behind a proxy the request itself may look like plain HTTP; an https public address is conclusive.
    secure = True if settings.cookie_secure is None and settings.https else settings.cookie_secure
    cookies = AnonymousAuthenticator(secrets, secure=secure, cross_site=settings.cookie_crosses_sites)
    return VisitorAuthenticator(secrets, cookies)
