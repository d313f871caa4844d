"""How requests are authenticated, and the cookie of anonymous users."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, SecretStr
from typing_extensions import override

from chatkit_link.settings.formats.addresses import SECURE_ADDRESS
from chatkit_link.settings.formats.keys import HEADER_NAME, OWN_KEY, SECRET, STORED_KEY_PREFIX
from chatkit_link.settings.group import SettingsConflict, SettingsGroup

# Those of the server key (``identity/server_key.py``).
_SERVER_KEY_HEADERS = frozenset({"x-chatkit-user", "x-chatkit-tenant"})
_AUTHENTICATORS = ("jwt_secret", "jwt_jwks_url", "proxy_user_header", "identify")


class IdentitySettings(SettingsGroup):
    secret: Annotated[SecretStr | None, SECRET] = Field(
        None,
        description="Signs the cookies of anonymous users, at least 32 characters; default: generated into the data "
        "folder.",
    )
    secret_previous: Annotated[SecretStr | None, SECRET] = Field(
        None, description="The secret before `secret`, while you replace it: what it signed is still accepted."
    )
    jwt_secret: Annotated[SecretStr | None, SECRET] = Field(
        None, description="HS256 key, at least 32 characters; callers must send a bearer JWT signed with it."
    )
    jwt_jwks_url: Annotated[str | None, SECURE_ADDRESS] = Field(
        None, description="JWKS address; callers must send a bearer JWT signed with one of its keys."
    )
    jwt_issuer: str | None = Field(None, description="Required `iss` of a bearer JWT.")
    jwt_audience: str | None = Field(None, description="Required `aud` of a bearer JWT.")
    jwt_tenant_claim: str | None = Field(None, description="Claim that names the tenant; without it, one tenant.")
    jwt_leeway: float = Field(
        30.0, ge=0, le=300, description="Seconds by which the clock of a JWT's issuer may be ahead."
    )
    proxy_user_header: Annotated[str | None, HEADER_NAME] = Field(
        None, description="Header in which a reverse proxy names the signed-in user; needs `trusted_proxies`."
    )
    proxy_tenant_header: Annotated[str | None, HEADER_NAME] = Field(
        None, description="Header in which that proxy names the tenant."
    )
    server_key: Annotated[SecretStr | None, OWN_KEY] = Field(
        None, description="Key of your back end, at least 32 characters; it acts for the users it names."
    )
    server_key_previous: Annotated[SecretStr | None, OWN_KEY] = Field(
        None, description="The server key before that, which stays good while your back ends change to the new one."
    )
    identify: str | None = Field(
        None, description="`module:function` or `file.py:function` that authenticates a request."
    )
    allow_anonymous: bool | None = Field(
        None,
        description="Accept anonymous users; default: only if neither an authenticator nor a server key is configured.",
    )
    cookie_secure: bool | None = Field(
        None, description="Mark the anonymous cookie Secure; default: when the request came over HTTPS."
    )
    cookie_cross_site: bool | None = Field(
        None, description="Send the anonymous cookie from pages of other sites; default: when `origins` are listed."
    )

    @property
    def identifying_headers(self) -> frozenset[str]:
        """Headers, in small letters, that name a user because these settings say so."""
        named = (self.proxy_user_header, self.proxy_tenant_header)
        return frozenset(name.lower() for name in named if name)

    @override
    def conflicts(self) -> Iterator[SettingsConflict]:
        chosen = [name for name in _AUTHENTICATORS if getattr(self, name)]
        if len(chosen) > 1:
            variables = " and ".join(f"CHATKIT_LINK_{name.upper()}" for name in chosen)
            yield SettingsConflict(
                tuple(chosen), f"{variables} are set: keep one of them, because an attacker would choose the weakest."
            )
        if self.jwt_jwks_url and not (self.jwt_issuer or self.jwt_audience):
            yield SettingsConflict(
                ("jwt_jwks_url", "jwt_issuer", "jwt_audience"),
                "CHATKIT_LINK_JWT_JWKS_URL needs CHATKIT_LINK_JWT_ISSUER or CHATKIT_LINK_JWT_AUDIENCE, or better both: "
                "issuers sign tokens for other services with the same keys.",
            )
        for name in ("server_key", "server_key_previous"):
            if (key := getattr(self, name)) and key in (self.jwt_secret, self.secret, self.secret_previous):
                yield SettingsConflict(
                    (name, "jwt_secret", "secret", "secret_previous"),
                    f"CHATKIT_LINK_{name.upper()} is another setting's secret: make a key of its own.",
                )
            if key and key.get_secret_value().startswith(STORED_KEY_PREFIX):
                yield SettingsConflict(
                    (name,),
                    f"CHATKIT_LINK_{name.upper()} is a key of chatkit-link keys: here it would open everything, and "
                    "could not be revoked. The server knows it from the database: give it to your back end alone.",
                )
        if self.server_key_previous and not self.server_key:
            yield SettingsConflict(
                ("server_key_previous", "server_key"),
                "CHATKIT_LINK_SERVER_KEY_PREVIOUS is set and CHATKIT_LINK_SERVER_KEY is not: set the key that takes "
                "its place, or unset both.",
            )
        if self.server_key_previous and self.server_key_previous == self.server_key:
            yield SettingsConflict(
                ("server_key_previous", "server_key"),
                "CHATKIT_LINK_SERVER_KEY_PREVIOUS is CHATKIT_LINK_SERVER_KEY itself: set the key before it, or none.",
            )
        if self.proxy_tenant_header and not self.proxy_user_header:
            yield SettingsConflict(
                ("proxy_tenant_header", "proxy_user_header"),
                "CHATKIT_LINK_PROXY_TENANT_HEADER needs CHATKIT_LINK_PROXY_USER_HEADER.",
            )
        for name in ("proxy_user_header", "proxy_tenant_header"):
            if (getattr(self, name) or "").lower() in _SERVER_KEY_HEADERS:
                yield SettingsConflict(
                    (name,),
                    f"CHATKIT_LINK_{name.upper()} must be another header: X-ChatKit-User and X-ChatKit-Tenant are "
                    "those of the server key.",
                )
        if self.cookie_cross_site and self.cookie_secure is False:
            yield SettingsConflict(
                ("cookie_cross_site", "cookie_secure"),
                "CHATKIT_LINK_COOKIE_CROSS_SITE needs a Secure cookie: unset CHATKIT_LINK_COOKIE_SECURE.",
            )
