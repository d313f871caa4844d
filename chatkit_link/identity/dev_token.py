"""Bearer tokens for development: as an issuer would sign them, signed with the server's own HS256 key."""

import re
import time
from datetime import timedelta

import jwt

from chatkit_link.errors import ConfigurationError
from chatkit_link.identity.bearer import LONGEST_LIFE
from chatkit_link.identity.user_names import LONGEST_NAME, is_name
from chatkit_link.settings import Settings

_DURATION = re.compile(r"(?P<number>[1-9]\d{0,8})(?P<unit>[smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def create_dev_token(settings: Settings, *, user: str, tenant: str | None, expires: str) -> str:
    """A JWT that a server of these settings accepts. expires: a number and s, m, h or d, at most 366d.

    Raises ``ConfigurationError`` when these settings accept no token that could be signed here.
    """
    if settings.jwt_jwks_url:
        raise ConfigurationError(
            "Tokens for this server are signed by the holder of the private keys behind CHATKIT_LINK_JWT_JWKS_URL: "
            "get one from there, or set CHATKIT_LINK_JWT_SECRET instead while you develop."
        )
    if settings.jwt_secret is None:
        raise ConfigurationError(
            "This server takes no bearer tokens: set CHATKIT_LINK_JWT_SECRET, here and for the server."
        )
    if tenant is not None and settings.jwt_tenant_claim is None:
        raise ConfigurationError(
            "This server has one tenant: set CHATKIT_LINK_JWT_TENANT_CLAIM, or leave --tenant out."
        )
    if tenant is None and settings.jwt_tenant_claim is not None:
        raise ConfigurationError("This server keeps tenants apart (CHATKIT_LINK_JWT_TENANT_CLAIM): add --tenant.")
    if not is_name(user) or not (tenant is None or is_name(tenant)):
        raise ConfigurationError(f"A user or tenant has 1 to {LONGEST_NAME} visible characters, no space at the ends.")
    now = int(time.time())
    claims: dict[str, object] = {"sub": user, "iat": now, "exp": now + _seconds(expires)}
    if settings.jwt_issuer:
        claims["iss"] = settings.jwt_issuer
    if settings.jwt_audience:
        claims["aud"] = settings.jwt_audience
    if tenant is not None and settings.jwt_tenant_claim:
        claims[settings.jwt_tenant_claim] = tenant
    return jwt.encode(claims, settings.jwt_secret.get_secret_value(), "HS256")


def _seconds(text: str) -> int:
    match = _DURATION.fullmatch(text)
    seconds = int(timedelta(**{_UNITS[match["unit"]]: int(match["number"])}).total_seconds()) if match else 0
    if not 0 < seconds <= LONGEST_LIFE:
        raise ConfigurationError("--expires is a number with s, m, h or d, at most 366d: --expires 1h.")
    return seconds
