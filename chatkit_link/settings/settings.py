"""The settings: every field, read from the environment and checked together; the only place that reads it."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from dotenv import dotenv_values
from pydantic import ValidationError, model_validator
from pydantic_settings import SettingsError

from chatkit_link.errors import ConfigurationError
from chatkit_link.net.ip import is_safe_for_keys, is_unbounded
from chatkit_link.settings.fields import Fields

#: An id as Agent Builder shows it.
WORKFLOW_ID = re.compile(r"wf_[A-Za-z0-9_-]{1,128}")
# Those of the server key (``identity/server_key.py``).
_OWN_HEADERS = frozenset({"x-chatkit-user", "x-chatkit-tenant"})


class Settings(Fields):
    """Refuses combinations that would be unsafe or could not work, in a sentence that says what to do."""

    @model_validator(mode="after")
    def _refuse_what_cannot_work(self) -> Self:
        if self.jwt_secret and len(self.jwt_secret.get_secret_value()) < 32:
            raise ConfigurationError("CHATKIT_LINK_JWT_SECRET is too short: use at least 32 characters (RFC 7518).")
        if self.secret and len(self.secret.get_secret_value()) < 32:
            raise ConfigurationError("CHATKIT_LINK_SECRET is too short: use at least 32 random characters.")
        self._refuse_unsafe_identity()
        _ = self.image_sources
        for choice, needed, variable in (
            ("searxng", self.searxng_url, "SEARXNG_URL"),
            ("tavily", self.tavily_api_key, "TAVILY_API_KEY"),
            ("brave", self.brave_api_key, "BRAVE_API_KEY"),
        ):
            if self.search == choice and not needed:
                raise ConfigurationError(f"CHATKIT_LINK_SEARCH is {choice}, but {variable} is not set.")
        self._check_limits()
        self._check_hosted()
        return self

    def _check_hosted(self) -> None:
        if not is_safe_for_keys(self.hosted_base_url):
            raise ConfigurationError(
                "CHATKIT_API_BASE (hosted_base_url) must be an https address: keys are sent there. Plain HTTP is taken "
                "for private addresses and hosts of one's own network only."
            )
        if wrong := next((name for name in self.listed_workflows if not WORKFLOW_ID.fullmatch(name)), None):
            raise ConfigurationError(
                f"CHATKIT_LINK_HOSTED_WORKFLOWS lists {wrong!r}: a workflow's id begins with wf_, such as wf_68df4b13."
            )

    def _check_limits(self) -> None:
        if self.limits_storage == "redis" and self.redis_url is None:
            raise ConfigurationError("CHATKIT_LINK_LIMITS_STORAGE is redis, but REDIS_URL is not set.")
        costs = (
            self.budget_user_day_cost, self.budget_user_month_cost,
            self.budget_tenant_day_cost, self.budget_tenant_month_cost,
        )  # fmt: skip
        if any(costs) and not self.prices:
            raise ConfigurationError(
                "A cost budget is set, but CHATKIT_LINK_PRICES is not: without prices everything would cost nothing."
            )

    def _refuse_unsafe_identity(self) -> None:
        ways = {
            "CHATKIT_LINK_JWT_SECRET": self.jwt_secret,
            "CHATKIT_LINK_JWT_JWKS_URL": self.jwt_jwks_url,
            "CHATKIT_LINK_PROXY_USER_HEADER": self.proxy_user_header,
            "CHATKIT_LINK_IDENTIFY": self.identify,
        }
        chosen = [name for name, value in ways.items() if value]
        if len(chosen) > 1:
            raise ConfigurationError(
                f"{' and '.join(chosen)} are set: keep one of them, because an attacker would choose the weakest."
            )
        if self.jwt_jwks_url and not is_safe_for_keys(self.jwt_jwks_url):
            raise ConfigurationError(
                "CHATKIT_LINK_JWT_JWKS_URL must be an https address: over plain HTTP anybody on the way could put in "
                "a key of their own. Plain HTTP is taken from private addresses and hosts of one's own network only."
            )
        if self.jwt_jwks_url and not (self.jwt_issuer or self.jwt_audience):
            raise ConfigurationError(
                "CHATKIT_LINK_JWT_JWKS_URL needs CHATKIT_LINK_JWT_ISSUER or CHATKIT_LINK_JWT_AUDIENCE, or better both: "
                "issuers sign tokens for other services with the same keys."
            )
        if self.server_key and len(self.server_key.get_secret_value()) < 32:
            raise ConfigurationError("CHATKIT_LINK_SERVER_KEY is too short: use at least 32 random characters.")
        if self.server_key and self.server_key in (self.jwt_secret, self.secret):
            raise ConfigurationError("CHATKIT_LINK_SERVER_KEY is another setting's secret: make a key of its own.")
        self._refuse_unsafe_proxies()
        if self.cookie_cross_site and self.cookie_secure is False:
            raise ConfigurationError(
                "CHATKIT_LINK_COOKIE_CROSS_SITE needs a Secure cookie: unset CHATKIT_LINK_COOKIE_SECURE."
            )
        if "*" in self.listed_origins and self.cookie_cross_site:
            raise ConfigurationError(
                "CHATKIT_LINK_COOKIE_CROSS_SITE needs CHATKIT_LINK_ORIGINS by name: `*` is never sent a cookie."
            )

    def _refuse_unsafe_proxies(self) -> None:
        networks = self.trusted_networks
        if self.proxy_tenant_header and not self.proxy_user_header:
            raise ConfigurationError("CHATKIT_LINK_PROXY_TENANT_HEADER needs CHATKIT_LINK_PROXY_USER_HEADER.")
        if self.proxy_user_header is None:
            return
        if {self.proxy_user_header.lower(), (self.proxy_tenant_header or "").lower()} & _OWN_HEADERS:
            raise ConfigurationError(
                "CHATKIT_LINK_PROXY_USER_HEADER must be another header: X-ChatKit-User is that of the server key."
            )
        if "trusted_proxies" not in self.model_fields_set or is_unbounded(networks):
            raise ConfigurationError(
                "CHATKIT_LINK_PROXY_USER_HEADER needs CHATKIT_LINK_TRUSTED_PROXIES with the proxy's own addresses: "
                "anybody else could write that header, too."
            )


def read_variables() -> Mapping[str, str]:
    """All variables of the environment, and of ``.env`` below them; for what names its variables elsewhere."""
    file = Path(".env")
    written = dotenv_values(file) if file.is_file() else {}
    return {name: value for name, value in written.items() if value is not None} | dict(os.environ)


def read_settings(**given: Any) -> Settings:
    """The settings of this process: what is given here, else the environment, else ``.env``, else the defaults.

    Raises:
        ConfigurationError: a value is not allowed; the sentence names its variable, and never repeats the value.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        field = str(first["loc"][0])
        name = field if field.isupper() else f"CHATKIT_LINK_{field.upper()}"
        raise ConfigurationError(f"{name} is not acceptable: {first['msg'][0].lower()}{first['msg'][1:]}.") from None
    except SettingsError as error:  # a value that must be JSON; its message names the field
        raise ConfigurationError(f"A setting that must be JSON is none: {error}.") from None
