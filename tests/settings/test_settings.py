"""Settings that would let in whom they should not are refused, in a sentence that says what to change."""

from typing import Any

import pytest

from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import read_settings

KEY = "0123456789" * 4
JWKS = {"jwt_jwks_url": "https://id.example.com/keys", "jwt_issuer": "https://id.example.com"}
PROXY = {"proxy_user_header": "X-User", "trusted_proxies": "10.0.0.0/8"}

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a JWT secret and a JWKS address": ({"jwt_secret": KEY} | JWKS, "JWT_SECRET and CHATKIT_LINK_JWT_JWKS_URL"),
    "a JWT and a proxy": ({"jwt_secret": KEY} | PROXY, "JWT_SECRET and CHATKIT_LINK_PROXY_USER_HEADER are set"),
    "a proxy and a function": ({"identify": "a:b"} | PROXY, "PROXY_USER_HEADER and CHATKIT_LINK_IDENTIFY are set"),
    "keys for anybody's service": ({"jwt_jwks_url": "https://id.example.com/keys"}, "needs CHATKIT_LINK_JWT_ISSUER"),
    "keys over plain HTTP": (JWKS | {"jwt_jwks_url": "http://id.example.com/keys"}, "must be an https address"),
    "keys from a file": (JWKS | {"jwt_jwks_url": "file:///etc/keys"}, "must be an https address"),
    "keys from nowhere": (JWKS | {"jwt_jwks_url": "https://"}, "must be an https address"),
    "a short server key": ({"server_key": "x" * 31}, "SERVER_KEY is too short"),
    "a server key that issues tokens": ({"server_key": KEY, "jwt_secret": KEY}, "make a key of its own"),
    "a server key that signs cookies": ({"server_key": KEY, "secret": KEY}, "make a key of its own"),
    "a former server key that signs cookies": ({"server_key_previous": KEY, "secret": KEY}, "make a key of its own"),
    "a former server key that is the present one": (
        {"server_key_previous": KEY, "server_key": KEY},
        "set the key before it",
    ),
    "a former server key alone, which would open the server": (
        {"server_key_previous": KEY},
        "CHATKIT_LINK_SERVER_KEY_PREVIOUS is set and CHATKIT_LINK_SERVER_KEY is not",
    ),
    "a stored key, which would lose its scopes": (
        {"server_key": f"cklk_{KEY}"},
        "CHATKIT_LINK_SERVER_KEY is a key of chatkit-link keys",
    ),
    "a header from anywhere": ({"proxy_user_header": "X-User"}, "needs CHATKIT_LINK_TRUSTED_PROXIES"),
    "a header from everybody": (PROXY | {"trusted_proxies": "*"}, "needs CHATKIT_LINK_TRUSTED_PROXIES"),
    "a header from everybody in digits": (PROXY | {"trusted_proxies": "0.0.0.0/0"}, "needs CHATKIT_LINK_TRUSTED"),
    "the server key's header": (PROXY | {"proxy_user_header": "x-chatkit-user"}, "must be another header"),
    "a tenant and no user": ({"proxy_tenant_header": "X-Org"}, "needs CHATKIT_LINK_PROXY_USER_HEADER"),
    "a host name for a proxy": ({"trusted_proxies": "proxy.local"}, "must list addresses"),
    "a network with bits to spare": ({"trusted_proxies": "10.0.0.1/8"}, "must list addresses"),
    "an origin with a path": ({"origins": "https://shop.example.com/chat"}, "must list origins"),
    "an origin without a scheme": ({"origins": "shop.example.com"}, "must list origins"),
    "an origin with a pattern": ({"origins": "https://*.example.com"}, "must list origins"),
    "an origin of a file": ({"origins": "null"}, "must list origins"),
    "an origin that adds a policy": ({"origins": "https://a;script-src"}, "must list origins"),
    "an origin with a password": ({"origins": "https://a:b@c.example"}, "must list origins"),
    "an origin with a huge port": ({"origins": "https://a:99999"}, "must list origins"),
    "a cookie for every site": ({"origins": "*", "cookie_cross_site": True}, "ORIGINS by name"),
    "a cookie for other sites that is not secure": (
        {"cookie_cross_site": True, "cookie_secure": False},
        "needs a Secure cookie",
    ),
}


@pytest.mark.parametrize(("given", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_would_be_unsafe_is_refused(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence) as refused:
        read_settings(**given)
    assert KEY not in str(refused.value)


@pytest.mark.parametrize(
    "given",
    [
        {"jwt_secret": KEY, "server_key": KEY[::-1], "allow_anonymous": True},
        JWKS,
        JWKS | {"jwt_jwks_url": "http://127.0.0.1:8080/keys"},
        JWKS | {"jwt_jwks_url": "http://keycloak:8080/realms/a/protocol/openid-connect/certs"},
        PROXY | {"proxy_tenant_header": "X-Org", "server_key": KEY},
        {"trusted_proxies": "*"},
        {"identify": "mine:identify", "server_key": KEY},
        {"origins": "https://shop.example.com,http://localhost:5173", "cookie_cross_site": False},
    ],
)
def test_what_works_together_is_taken(given: dict[str, Any]) -> None:
    assert read_settings(**given)


def test_origins_are_read_as_browsers_write_them() -> None:
    read = read_settings(
        origins="HTTPS://Shop.Example.com:443/, http://localhost:80 https://a:8443 http://[::1]:5173 https://a:8443"
    )
    assert read.listed_origins == (
        "https://shop.example.com",
        "http://localhost",
        "https://a:8443",
        "http://[::1]:5173",
    )


def test_uvicorns_variable_for_proxies_is_still_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.0.0.0/8")
    assert read_settings().trusted_proxies == "10.0.0.0/8"
    assert read_settings(proxy_user_header="X-User").proxy_user_header == "X-User"
