"""``chatkit-link token``: what it prints signs somebody in, and where it cannot, it says why."""

from typing import Any

import httpx2
import jwt
import pytest
from typer.testing import CliRunner

from chatkit_link.cli.program import cli
from chatkit_link.errors import ConfigurationError
from chatkit_link.identity import ServerKey, build_identity
from chatkit_link.identity.dev_token import create_dev_token
from chatkit_link.settings import Settings
from tests.identity.test_authentication import SECRET, request, settings


async def signed_in(chosen: Settings, token: str) -> tuple[str, str]:
    async with httpx2.AsyncClient(timeout=60) as http:
        identity = build_identity(chosen, http, ServerKey(None), None)
        return (await identity.identify(request({"Authorization": f"Bearer {token}"}), "r")).caller.owner


@pytest.mark.parametrize(
    ("given", "tenant"),
    [
        ({}, None),
        ({"jwt_issuer": "https://id", "jwt_audience": "chat"}, None),
        ({"jwt_tenant_claim": "org"}, "acme"),
        ({"jwt_tenant_claim": "app_metadata.tenant"}, "acme"),
    ],
)
async def test_a_token_signs_in_at_the_server_whose_settings_made_it(given: dict[str, Any], tenant: str | None) -> None:
    chosen = settings(jwt_secret=SECRET, **given)
    token = create_dev_token(chosen, user="ada", tenant=tenant, expires="1h")
    assert await signed_in(chosen, token) == (tenant or "default", "ada")


@pytest.mark.parametrize(("expires", "seconds"), [("30s", 30), ("15m", 900), ("1h", 3600), ("366d", 366 * 86_400)])
def test_it_lives_as_long_as_was_asked_for(expires: str, seconds: int) -> None:
    token = create_dev_token(settings(jwt_secret=SECRET), user="ada", tenant=None, expires=expires)
    claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    assert claims["exp"] - claims["iat"] == seconds


@pytest.mark.parametrize(
    ("given", "asked", "sentence"),
    [
        ({"jwt_jwks_url": "https://id/keys", "jwt_issuer": "https://id"}, {}, "private keys behind .*JWKS_URL"),
        ({}, {}, "takes no bearer tokens: set CHATKIT_LINK_JWT_SECRET"),
        ({"jwt_secret": SECRET}, {"tenant": "acme"}, "one tenant"),
        ({"jwt_secret": SECRET, "jwt_tenant_claim": "org"}, {}, "add --tenant"),
        ({"jwt_secret": SECRET}, {"user": " "}, "visible characters"),
        ({"jwt_secret": SECRET}, {"expires": "1"}, "--expires 1h"),
        ({"jwt_secret": SECRET}, {"expires": "367d"}, "at most 366d"),
        ({"jwt_secret": SECRET}, {"expires": "-1h"}, "--expires 1h"),
        ({"jwt_secret": SECRET}, {"expires": "0h"}, "--expires 1h"),
        ({"jwt_secret": SECRET}, {"expires": "999999999d"}, "at most 366d"),
    ],
)
def test_where_no_token_can_be_made_the_error_names_the_setting(
    given: dict[str, Any], asked: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        create_dev_token(settings(**given), **{"user": "ada", "tenant": None, "expires": "1h"} | asked)


async def test_the_command_prints_the_token_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATKIT_LINK_JWT_SECRET", SECRET)
    ran = CliRunner().invoke(cli, ["token", "--user", "ada", "--expires", "5m"])
    assert ran.exit_code == 0
    assert await signed_in(settings(jwt_secret=SECRET), ran.stdout.strip()) == ("default", "ada")
