"""All groups of settings in one model, and every problem of them in one error."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

from pydantic import ModelWrapValidatorHandler, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from typing_extensions import override

from chatkit_link.configuration_error import ConfigurationError
from chatkit_link.net.ip import is_unbounded
from chatkit_link.settings.database import DatabaseSettings
from chatkit_link.settings.files import FileSettings
from chatkit_link.settings.formats.text import RefusedValue, variable, variables
from chatkit_link.settings.group import SettingsConflict, SettingsGroup
from chatkit_link.settings.hosted import HostedSettings
from chatkit_link.settings.identity import IdentitySettings
from chatkit_link.settings.limits import LimitSettings
from chatkit_link.settings.models import ModelSettings
from chatkit_link.settings.operations import OperationSettings
from chatkit_link.settings.search import SearchSettings
from chatkit_link.settings.server import ServerSettings

#: The groups by name, in the order of the documentation. Each is the file of that name.
GROUPS: Mapping[str, type[SettingsGroup]] = {
    "server": ServerSettings,
    "database": DatabaseSettings,
    "identity": IdentitySettings,
    "models": ModelSettings,
    "search": SearchSettings,
    "files": FileSettings,
    "limits": LimitSettings,
    "hosted": HostedSettings,
    "operations": OperationSettings,
}


#: Errors of pydantic whose messages speak of parsing, in plain words.
_PLAIN: Mapping[str, str] = {
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "decimal_parsing": "a number",
    "bool_parsing": "true or false",
}


# Fields of the last base come first: this is the order of GROUPS from its end.
class Settings(
    OperationSettings,
    HostedSettings,
    LimitSettings,
    FileSettings,
    SearchSettings,
    ModelSettings,
    IdentitySettings,
    DatabaseSettings,
    ServerSettings,
):
    """Every setting: what is given, else the environment, else ``.env``, else the default.

    Raises:
        ConfigurationError: settings that cannot work or would be unsafe, all of them in one message.
    """

    @model_validator(mode="wrap")
    @classmethod
    def _report_all_problems(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        refused: dict[str, str] = {}
        try:
            settings = handler(data)
        except ValidationError as error:
            for detail in error.errors(include_input=False, include_url=False):
                refused.setdefault(*cls._refusal(detail))
            # The others can still be looked at together: those that were refused count as unset.
            ignored = {
                name.lower() for field in refused for name in (field, *variables(cls.model_fields[field], field))
            }
            settings = handler({name: value for name, value in data.items() if name.lower() not in ignored})
        conflicts = (
            conflict.message for conflict in settings.conflicts() if refused.keys().isdisjoint(conflict.fields)
        )
        if problems := [*refused.values(), *conflicts]:
            raise ConfigurationError(_message(problems)) from None
        return settings

    @classmethod
    def _refusal(cls, detail: ErrorDetails) -> tuple[str, str]:
        """The field that an error of pydantic is about, and the message about it."""
        field = str(detail["loc"][0])
        error = detail.get("ctx", {}).get("error")
        if isinstance(error, RefusedValue):
            return field, str(error)
        message = detail["msg"]
        name = variable(cls.model_fields[field], field)
        if (plain := _PLAIN.get(detail["type"])) is not None:
            return field, f"{name} must be {plain}."
        return field, f"{name} is not acceptable: {message[0].lower()}{message[1:]}."

    @override
    def conflicts(self) -> Iterator[SettingsConflict]:
        for group in GROUPS.values():
            yield from group.conflicts(self)
        if self.proxy_user_header and (
            "trusted_proxies" not in self.model_fields_set or is_unbounded(self.trusted_networks)
        ):
            yield SettingsConflict(
                ("proxy_user_header", "trusted_proxies"),
                "CHATKIT_LINK_PROXY_USER_HEADER needs CHATKIT_LINK_TRUSTED_PROXIES with the proxy's own addresses: "
                "any other client could send that header, too.",
            )
        if self.fanout == "redis" and self.redis_url is None:
            yield SettingsConflict(("fanout", "redis_url"), "CHATKIT_LINK_FANOUT is redis, but REDIS_URL is not set.")
        if self.cookie_cross_site and "*" in self.listed_origins:
            yield SettingsConflict(
                ("cookie_cross_site", "origins"),
                "CHATKIT_LINK_COOKIE_CROSS_SITE needs CHATKIT_LINK_ORIGINS by name: `*` is never sent a cookie.",
            )

    @property
    def cookie_crosses_sites(self) -> bool:
        """Whether a Secure cookie is to be sent from pages of other sites."""
        if self.cookie_cross_site is not None:
            return self.cookie_cross_site
        return bool(self.listed_origins) and "*" not in self.listed_origins

    @property
    def hosted_key(self) -> SecretStr | None:
        """The key for hosted workflows. With ``openai_base_url``, OPENAI_API_KEY is another server's."""
        return self.hosted_api_key or (None if self.openai_base_url else self.openai_api_key)


def _message(problems: list[str]) -> str:
    if len(problems) == 1:
        return problems[0]
    return "\n".join([f"{len(problems)} settings cannot work:", *(f"- {problem}" for problem in problems)])
