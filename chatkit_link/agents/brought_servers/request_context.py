"""The context that a brought server was written for, made from the request and its Caller.

By default that is the Caller itself, which is a dictionary, too. A server of ``ChatKitServer[RequestContext]`` gets an
instance of that class where its fields are known; and with ``context = "module:make_context"`` in the catalog, what
that function returns.
"""

import inspect
import logging
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, Self, cast

from chatkit.server import ChatKitServer
from starlette.datastructures import Headers
from starlette.requests import Request

from chatkit_link.agents.brought_servers.failure import described
from chatkit_link.agents.brought_servers.parameters import allowed_classes, listed
from chatkit_link.agents.brought_servers.past_request import PastRequest
from chatkit_link.caller import Caller
from chatkit_link.errors import ConfigurationError
from chatkit_link.import_target import load_module

logger = logging.getLogger(__name__)

_ADVICE: Final = 'For a context of your own, name a function in chatkit-link.toml: context = "module:make_context".'


class CallerContext(Caller, dict[str, Any]):
    """A Caller that is a dictionary, too, with the keys that servers read. It takes more keys, for this request."""

    @classmethod
    def of(cls, caller: Caller) -> Self:
        request = caller.request or PastRequest.empty()
        values: dict[str, Any] = {field.name: getattr(caller, field.name) for field in fields(Caller)}
        values["request"] = request
        context = cls(**values)
        context.update(known_values(context, request))
        return context

    @property
    def user_id(self) -> str:
        return self.user

    @property
    def headers(self) -> Headers:
        assert self.request is not None
        return self.request.headers

    def __missing__(self, key: str) -> Any:
        raise KeyError(f"{key}: the keys of the context are {', '.join(self)}. {_ADVICE}")

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"The context has no attribute {name!r}. {_ADVICE}" if name[:1] != "_" else name)


def known_values(caller: Caller, request: Request) -> dict[str, Any]:
    """What can be known of a request, by the names that servers use."""
    return {
        "user_id": caller.user,
        "userId": caller.user,
        "user": caller.user,
        "tenant": caller.tenant,
        "tenant_id": caller.tenant,
        "request": request,
        "headers": request.headers,
        "request_id": caller.request_id,
        "locale": caller.locale,
        "zone": caller.zone,
    }


class ContextFactory:
    """Makes the context of an agent's server.

    The context of a request is made once, and all calls of its answer get the same one.
    """

    def __init__(self, make: Callable[[Caller, Request], Any], what: str = "", notice: str = "") -> None:
        """what: names the function in a message about its failure. notice: what its author should know at start."""
        self._make = make
        self._what = what
        self.notice = notice

    async def prepare(self, caller: Caller) -> None:
        """Make the context of a caller's request, for calls that cannot wait."""
        await self.context(caller)

    async def context(self, caller: Caller) -> Any:
        made = self._known(caller)
        if inspect.isawaitable(made):
            try:
                made = await made
            except Exception as error:
                self._report(error)
                raise
        return self._keep(caller, made)

    def context_now(self, caller: Caller) -> Any:
        """As ``context``, where nothing can be waited for: the Caller stands for one that is not prepared."""
        made = self._known(caller)
        if inspect.iscoroutine(made):
            made.close()
            return CallerContext.of(caller)
        return self._keep(caller, made)

    def _known(self, caller: Caller) -> Any:
        kept = self._kept(caller)
        if (id(self), caller.retry is None) in kept:
            return kept[id(self), caller.retry is None]
        try:
            return self._make(caller, caller.request or PastRequest.empty())
        except Exception as error:
            self._report(error)
            raise

    def _keep(self, caller: Caller, made: Any) -> Any:
        self._kept(caller)[id(self), caller.retry is None] = made
        return made

    @staticmethod
    def _kept(caller: Caller) -> dict[Any, Any]:
        if caller.request is None:
            return {}
        state: dict[str, Any] = caller.request.scope["state"]
        return state.setdefault("chatkit_link_contexts", {})

    def _report(self, error: Exception) -> None:
        if self._what:
            logger.error("%s failed: %s", self._what, described(error))


def context_factory(target: str, server: ChatKitServer[Any], what: str, beside: Path) -> ContextFactory:
    """What makes the contexts of a server.

    Args:
        target: ``module:function`` of the catalog, or empty.
        what: begins a message, such as ``Agent support (mine.py:Mine)``.

    Raises:
        ConfigurationError: the target names no function that can be called with a request and a caller.
    """
    if target:
        return ContextFactory(_given(target, beside), f"{what}: the context function {target!r}")
    asked = _context_class(type(server))
    if asked is None:
        return ContextFactory(lambda caller, _: CallerContext.of(caller))
    if issubclass(asked, Request):
        return ContextFactory(lambda _, request: request)
    make = _filled(asked)
    name = asked.__name__
    if not isinstance(make, str):
        return ContextFactory(make, f"{what}: {name}(...)")
    notice = (
        f"{what} is a ChatKitServer[{name}]. {make}; so it gets the Caller instead. Write `def make_context(request, "
        f'caller): return {name}(...)` and name it in chatkit-link.toml: context = "module:make_context".'
    )
    return ContextFactory(lambda caller, _: CallerContext.of(caller), notice=notice)


def _given(target: str, beside: Path) -> Callable[[Caller, Request], Any]:
    place, _, name = target.partition(":")
    what = f"context = {target!r}"
    found: Any = getattr(load_module(place, what, beside), name or "make_context", None)
    if not callable(found):
        raise ConfigurationError(f"{what}: there is no function {name or 'make_context'} in {place}.")
    fills = _fills(found, what)

    def make(caller: Caller, request: Request) -> Any:
        values: dict[str, Any] = {"caller": CallerContext.of(caller), "request": request}
        return found(*[values[each] for each in fills])

    return make


def _fills(function: Callable[..., Any], what: str) -> list[str]:
    """What each parameter of a context function gets: by name or annotation, else the request before the caller."""
    fills: list[str] = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
            continue
        classes = allowed_classes(parameter.annotation)
        if parameter.name in ("request", "caller"):
            fills.append(parameter.name)
        elif any(issubclass(cls, Request) for cls in classes):
            fills.append("request")
        elif any(issubclass(cls, Caller) for cls in classes):
            fills.append("caller")
        elif parameter.default is not inspect.Parameter.empty:
            break
        elif free := [each for each in ("request", "caller") if each not in fills]:
            fills.append(free[0])
        else:
            raise ConfigurationError(f"{what}: it is called with the request and the caller, and not with more.")
    return fills


def _context_class(server: type[Any]) -> type[Any] | None:
    """``RequestContext`` of ``ChatKitServer[RequestContext]``, where that is a class of the server's own."""
    for cls in server.__mro__:
        for generic in vars(cls).get("__orig_bases__", ()):
            origin, arguments = typing.get_origin(generic), typing.get_args(generic)
            if isinstance(origin, type) and issubclass(origin, ChatKitServer) and arguments:
                asked = arguments[0]
                if not isinstance(asked, type) or asked is Any:
                    return None
                cls_asked = cast("type[Any]", asked)
                return None if _takes_a_caller(cls_asked) else cls_asked
    return None


def _takes_a_caller(asked: type[Any]) -> bool:
    """Whether a Caller is what a server of this context expects: a dictionary, or anything."""
    return issubclass(asked, Mapping | dict | Caller) or asked is object or getattr(asked, "_is_protocol", False)


def _filled(asked: type[Any]) -> Callable[[Caller, Request], Any] | str:
    """What makes an instance of a class from what is known of a request, or why that is not enough."""
    try:
        hints = typing.get_type_hints(asked, include_extras=True)
        parameters = inspect.signature(asked).parameters.values()
    except Exception as error:  # noqa: BLE001 - the names of a type checker, or a class that Python cannot tell
        return f"Python cannot tell the fields of {asked.__name__} ({described(error)})"
    sample = known_values(Caller("default", "sample"), PastRequest.empty())
    names: list[str] = []
    unknown: list[str] = []
    for parameter in parameters:
        if parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
            continue
        classes = list(allowed_classes(hints.get(parameter.name, parameter.annotation)))
        value = {**sample, "caller": CallerContext.of(Caller("default", "sample"))}.get(parameter.name)
        if value is not None and (not classes or isinstance(value, tuple(classes))):
            names.append(parameter.name)
        elif parameter.default is inspect.Parameter.empty:
            unknown.append(parameter.name)
    if unknown:
        return f"ChatKit Link does not know what {asked.__name__} wants as {listed(unknown)}"

    def make(caller: Caller, request: Request) -> Any:
        values = {**known_values(caller, request), "caller": caller}
        return cast("Any", asked)(**{name: values[name] for name in names})

    try:
        make(Caller("default", "sample"), PastRequest.empty())
    except Exception as error:  # noqa: BLE001 - its own checks
        return f"{asked.__name__}({', '.join(f'{name}=...' for name in names)}) failed: {described(error)}"
    return make
