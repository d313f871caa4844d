"""Request -> Caller. ``app.py`` builds one ``Identity`` and ``http/`` asks it about every request."""

import httpx2

from chatkit_link.identity.anonymous import AnonymousIdentity
from chatkit_link.identity.bearer import BearerIdentity, SharedSecret
from chatkit_link.identity.identified import Identified, Identity
from chatkit_link.identity.jwks import KeySet
from chatkit_link.identity.secret import load_secret
from chatkit_link.settings import Settings


def build_identity(settings: Settings, secret: bytes, http: httpx2.AsyncClient) -> Identity:
    """Bearer tokens when the settings name a JWT key or a JWKS address, else anonymous cookies.

    secret: what ``load_secret`` gave. http: asks the JWKS address; stays the caller's to close.
    """
    if settings.jwt_secret is not None:
        keys = SharedSecret(settings.jwt_secret.get_secret_value())
    elif settings.jwt_jwks_url is not None:
        keys = KeySet(settings.jwt_jwks_url, http)
    else:
        # Behind a proxy the request itself may look like plain HTTP; an https public address says better.
        secure = True if settings.cookie_secure is None and settings.https else settings.cookie_secure
        return AnonymousIdentity(secret, secure=secure)
    return BearerIdentity(
        keys,
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        tenant_claim=settings.jwt_tenant_claim,
    )


__all__ = ["Identified", "Identity", "build_identity", "load_secret"]
