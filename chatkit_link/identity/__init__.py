"""Request -> Caller. ``composition/`` builds one ``Identity`` and ``http/`` asks it about every request."""

import httpx2

from chatkit_link.identity.access import Access, build_visitors
from chatkit_link.identity.admission import Admission, admission
from chatkit_link.identity.authentication import Authentication, Authenticator, Identity
from chatkit_link.identity.bearer import BearerAuthenticator, SharedSecret
from chatkit_link.identity.document_key import DocumentKeys
from chatkit_link.identity.hook import Hook, HookAuthenticator, load_hook
from chatkit_link.identity.jwks import KeySet
from chatkit_link.identity.key_use import KeyUse
from chatkit_link.identity.proxy import ProxyAuthenticator
from chatkit_link.identity.secret import (
    FINGERPRINT,
    OtherSecret,
    existing_secrets,
    fingerprint,
    is_other_secret,
    load_secrets,
    require_known_secret,
    warn_of_generated,
)
from chatkit_link.identity.server_key import ServerKey
from chatkit_link.identity.visitor import VisitorAuthenticator
from chatkit_link.settings import Settings
from chatkit_link.translations import Localized


def build_identity(
    settings: Settings,
    http: httpx2.AsyncClient,
    server_key: ServerKey,
    visitors: VisitorAuthenticator | None,
    hook: Hook | None = None,
    client_secrets: Authenticator | None = None,
) -> Identity:
    """The server key, then client secrets of sessions, then the one authenticator of users that the settings name, then
    anonymous visitors if they are allowed, by their token and else by their cookie.

    client_secrets: of sessions (``sessions/client_secret.py``). visitors: what ``build_visitors`` returned.
    http: fetches the JWKS address; the caller closes it.
    """
    authenticators: list[Authenticator] = [server_key]
    refusal: str | Localized = Localized("signed_out")
    if hook is not None:
        authenticators.append(HookAuthenticator(hook))
    elif settings.proxy_user_header is not None:
        refusal = "Sign in first: this server is reached through the proxy that signs users in."
        networks = settings.trusted_networks
        authenticators.append(ProxyAuthenticator(settings.proxy_user_header, settings.proxy_tenant_header, networks))
    elif settings.jwt_secret is not None or settings.jwt_jwks_url is not None:
        refusal = "Sign in first: this server wants a bearer token in the Authorization header."
        authenticators.append(_bearer(settings, http))
    if visitors is not None:
        authenticators += [visitors, visitors.cookies]
    if client_secrets is not None:
        authenticators.insert(1, client_secrets)
    return Identity(authenticators, refusal=refusal)


def _bearer(settings: Settings, http: httpx2.AsyncClient) -> BearerAuthenticator:
    if settings.jwt_secret is not None:
        keys = SharedSecret(settings.jwt_secret.get_secret_value())
    else:
        assert settings.jwt_jwks_url is not None  # one of the two is set where this is called
        keys = KeySet(settings.jwt_jwks_url, http)
    return BearerAuthenticator(
        keys,
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        tenant_claim=settings.jwt_tenant_claim,
        leeway=settings.jwt_leeway,
    )


__all__ = [
    "FINGERPRINT",
    "Access",
    "Admission",
    "Authentication",
    "DocumentKeys",
    "Hook",
    "Identity",
    "KeyUse",
    "OtherSecret",
    "ServerKey",
    "VisitorAuthenticator",
    "admission",
    "build_identity",
    "build_visitors",
    "existing_secrets",
    "fingerprint",
    "is_other_secret",
    "load_hook",
    "load_secrets",
    "require_known_secret",
    "warn_of_generated",
]
