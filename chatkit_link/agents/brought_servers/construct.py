"""From what a target names, a class, a factory or an instance, to a server, with our stores where it wants stores."""

import asyncio
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from chatkit.server import ChatKitServer
from chatkit.store import AttachmentStore, Store

from chatkit_link.agents.brought_servers.failure import described
from chatkit_link.agents.brought_servers.parameters import Parameter, Parameters, What, listed, parameters_of
from chatkit_link.agents.brought_servers.stand_in import stand_in
from chatkit_link.agents.load_time import LOAD_SECONDS, TookTooLong, late_sentence, time_limit
from chatkit_link.agents.sdk_methods import named, refuse_uncalled
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings

Server = ChatKitServer[Any]
#: Seconds that an asynchronous factory may take.
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class ServerFactory:
    """A function that makes a server, or may: that is known when it is called."""

    function: Callable[..., Any]

    @property
    def __module__(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride] - where its source is
        return self.function.__module__


@dataclass(frozen=True, slots=True)
class Offered:
    """What parameters are filled with. store: None where the server keeps a store of its own."""

    store: Store[Any] | None
    files: AttachmentStore[Any] | None
    settings: Settings


async def construct(
    found: type[Server] | Server | ServerFactory, offered: Offered, target: str, folder: Path
) -> Server:
    """The server that a target names.

    Args:
        folder: of the project, whose code may take a while only.

    Raises:
        ConfigurationError: a parameter is unknown, its code failed, it makes no server, or one that overrides what is
            never called here.
    """
    what = f"Agent target {target!r}"
    if isinstance(found, ChatKitServer):
        return _callable_here(found, what)
    made: Callable[..., Any] = found.function if isinstance(found, ServerFactory) else found
    try:
        parameters = parameters_of(made)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(
            f"{what}: Python cannot tell its parameters ({error}). Name a factory instead."
        ) from error
    if parameters.unknown() or (offered.store is None and _wants_store(parameters)):
        raise ConfigurationError(f"{what}: {_refusal(made, parameters, offered, target)}")
    try:
        with time_limit(LOAD_SECONDS, folder):
            server = _call(made, parameters, offered, what)
        if inspect.isawaitable(server):
            async with asyncio.timeout(_PATIENCE):
                server = await server
    except ConfigurationError:
        raise
    except TookTooLong as error:
        raise ConfigurationError(f"{what} {late_sentence(error, folder)}") from None
    except TimeoutError as error:
        raise ConfigurationError(f"{what} had made no server after {_PATIENCE:.0f} seconds.") from error
    except (Exception, SystemExit) as error:  # whatever the code does
        raise ConfigurationError(f"{what} cannot be made: {described(error)}.") from error
    if not isinstance(server, ChatKitServer):
        if inspect.isclass(server) and issubclass(server, ChatKitServer):
            raise ConfigurationError(
                f"{what} returned {named(cast('object', server))}: write `return {server.__name__}(store)`, with "
                "`store` as a parameter of the function."
            )
        kind = "nothing" if server is None else named(server)
        raise ConfigurationError(
            f"{what} is a function, was called as a factory, and returned {kind}. A factory returns a ChatKitServer; "
            "a function that answers is `async def respond(ctx)` and yields events."
        )
    if not hasattr(cast("Server", server), "store"):
        raise ConfigurationError(f"{what}: its __init__ does not call super().__init__(store).")
    return _callable_here(cast("Server", server), what)


def _callable_here(server: Server, what: str) -> Server:
    try:
        refuse_uncalled(server)
    except ConfigurationError as error:
        raise ConfigurationError(f"{what}: {error}") from None
    return server


def _call(made: Callable[..., Any], parameters: Parameters, offered: Offered, what: str) -> Any:
    by_position: list[Any] = []
    by_name: dict[str, Any] = {}
    for parameter in parameters.listed:
        if parameter.what is None or (parameter.what == "store" and offered.store is None):
            continue
        value = _value(parameter, offered, what)
        if parameter.positional_only:
            by_position.append(value)
        else:
            by_name[parameter.name] = value
    if parameters.passes_on and inspect.isclass(made) and offered.store is not None:
        passed = {"store": offered.store, "attachment_store": offered.files}
        filled = {parameter.what for parameter in parameters.listed}
        rest = {
            name: value
            for (name, value), role in zip(passed.items(), ("store", "files"), strict=True)
            if role not in filled
        }
        try:
            return made(*by_position, **by_name, **rest)
        except (TypeError, KeyError) as error:  # CPython 3.11 raises KeyError while another error is being handled
            if "store" not in str(error):
                raise
            # It gives super().__init__ a store of its own.
    return made(*by_position, **by_name)


def _value(parameter: Parameter, offered: Offered, what: str) -> Any:
    values: Mapping[What, Any] = {"store": offered.store, "files": offered.files, "settings": offered.settings}
    value = values[cast("What", parameter.what)]
    if parameter.asked is None or value is None or parameter.what == "settings":
        return value
    advice = "Use the methods of the SDK's class only."
    try:
        return stand_in(value, parameter.asked, None, advice)
    except TypeError as error:
        raise ConfigurationError(
            f"{what}: its parameter {parameter.name} must be a {parameter.asked.__name__}, and ChatKit Link's store "
            f"cannot be one ({error}). Annotate it with the SDK's class."
        ) from error


def _wants_store(parameters: Parameters) -> bool:
    return any(parameter.what == "store" and parameter.required for parameter in parameters.listed)


def _refusal(made: Callable[..., Any], parameters: Parameters, offered: Offered, target: str) -> str:
    """What is wanted and not known, and the factory to write."""
    name = made.__name__
    unknown = parameters.unknown()
    if not unknown:
        return (
            f'store = "keep" is for a server that makes a store of its own, but {name} is given one. Remove that line.'
        )
    if not inspect.isclass(made):
        return (
            f"ChatKit Link calls {name} as a factory of a ChatKitServer and does not know {listed(unknown)}, only "
            "store, attachment_store and settings. A function that answers is `async def respond(ctx)`, and yields."
        )
    given = [one for one in parameters.listed if one.what is not None]
    passed = [one.name if one.positional_only else f"{one.name}={one.name}" for one in given]
    passed += ["..." if one.positional_only else f"{one.name}=..." for one in parameters.listed if one.name in unknown]
    place = target.partition(":")[0]
    module = place.removesuffix(".py").replace("/", ".").strip(".")
    folder = f"{place.rpartition('/')[0]}/" if place.endswith(".py") and "/" in place else ""
    reason = (
        "caller: a server is made once, for all callers. Read the caller from the context of each call"
        if unknown == ["caller"]
        else f"{listed(unknown)}"
    )
    parts = [f"    from {module.rpartition('.')[2] if place.endswith('.py') else module} import {name}"]
    parts += [
        f"    def create_server({', '.join(one.name for one in given)}):",
        f"        return {name}({', '.join(passed)})",
    ]
    factory = "\n".join(parts)
    return (
        f"ChatKit Link does not know what {name}.__init__ wants as {reason}. Write a factory, and name it as "
        f'the target "{folder}server_factory.py:create_server":\n\n{factory}\n'
    )
