"""``target = "https://..."``: the address of an agent that is another service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx2

from chatkit_link.errors import ConfigurationError
from chatkit_link.net.ip import is_safe_for_keys


@dataclass(frozen=True, slots=True)
class Service:
    """secret: sent as a bearer token; None for a service that asks for none."""

    address: str
    secret: str | None = field(default=None, repr=False)


def is_address(target: str) -> bool:
    return target.startswith(("http://", "https://"))


def load_service(target: str, env: Sequence[str], variables: Mapping[str, str]) -> Service:
    """The service at an address. env: the name of the variable that holds its secret, if it asks for one.

    Raises:
        ConfigurationError: it is no usable address, it would carry messages in the clear, or the variable is not set.
    """
    try:
        address = httpx2.URL(target)
    except httpx2.InvalidURL as error:
        raise ConfigurationError(f"Agent target {target!r} is no address: {error}.") from error
    if not address.host or address.userinfo:
        raise ConfigurationError(
            "The address of an agent is https://host/path; its secret belongs into a variable (`env`)."
        )
    if not is_safe_for_keys(target):
        raise ConfigurationError(
            f"Agent target {target!r}: use https. Over http, everybody on the way could read the messages."
        )
    if len(env) > 1:
        raise ConfigurationError(f"Agent target {target!r}: `env` names one variable, the secret of the service.")
    if env and not variables.get(env[0]):
        raise ConfigurationError(f"Agent target {target!r} needs the variable {env[0]}, which is not set.")
    return Service(target, variables[env[0]] if env else None)
