"""Request -> Caller. ``app.py`` builds one ``Identity`` and ``http/`` asks it about every request."""

import httpx2

from chatkit_link.identity.anonymous import AnonymousIdentity
from chatkit_link.identity.bearer import BearerIdentity, SharedSecret
from chatkit_link.identity.client_secret import ClientSecrets
from chatkit_link.identity.document_key import DocumentKeys
from chatkit_link.identity.hook import Hook, HookIdentity, load_hook
from chatkit_link.identity.identified import Identified, Identity, Way
from chatkit_link.identity.jwks import KeySet
from chatkit_link.identity.proxy import ProxyIdentity
from chatkit_link.identity.secret import load_secret
from chatkit_link.identity.server_key import ServerKey
from chatkit_link.settings import Settings


def build_identity(
    settings: Settings,
    secret: bytes,
    http: httpx2.AsyncClient,
    server_key: ServerKey,
    hook: Hook | None = None,
    client_secrets: ClientSecrets | None = None,
) -> Identity:
    """The server key, then client secrets of sessions, then the one way for people that the settings name, then
    anonymous visitors if they are let in.

    secret: what ``load_secret`` gave. http: asks the JWKS address; stays the caller's to close.
    """
    ways: list[Way] = [server_key]
    wanted = "Sign in first."
    if hook is not None:
        ways.append(HookIdentity(hook))
    elif settings.proxy_user_header is not None:
        wanted = "Sign in first: this server is reached through the proxy that signs people in."
        networks = settings.trusted_networks
        ways.append(ProxyIdentity(settings.proxy_user_header, settings.proxy_tenant_header, networks))
    elif settings.jwt_secret is not None or settings.jwt_jwks_url is not None:
        wanted = "Sign in first: this server wants a bearer token in the Authorization header."
        ways.append(_bearer(settings, http))
    if settings.allow_anonymous or len(ways) == 1:
        # Behind a proxy the request itself may look like plain HTTP; an https public address says better.
        secure = True if settings.cookie_secure is None and settings.https else settings.cookie_secure
        ways.append(AnonymousIdentity(secret, secure=secure, cross_site=settings.cookie_crosses_sites))
    if client_secrets is not None:
        ways.insert(1, client_secrets)
    return Identity(ways, wanted=wanted)


def _bearer(settings: Settings, http: httpx2.AsyncClient) -> BearerIdentity:
    if settings.jwt_secret is not None:
        keys = SharedSecret(settings.jwt_secret.get_secret_value())
    else:
        assert settings.jwt_jwks_url is not None  # one of the two is why we are here
        keys = KeySet(settings.jwt_jwks_url, http)
    return BearerIdentity(
        keys,
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        tenant_claim=settings.jwt_tenant_claim,
        leeway=settings.jwt_leeway,
    )


__all__ = [
    "ClientSecrets",
    "DocumentKeys",
    "Hook",
    "Identified",
    "Identity",
    "ServerKey",
    "build_identity",
    "load_hook",
    "load_secret",
]
