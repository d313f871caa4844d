"""What the parameters of a constructor or a factory are filled with: by name, and by annotation.

A name alone is believed only where its annotation does not say otherwise: ``settings: MySettings`` is not ours.
"""

import inspect
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from chatkit.store import AttachmentStore, Store

from chatkit_link.settings import Settings

What = Literal["store", "files", "settings"]

_NAMES: dict[str, What] = {
    "store": "store",
    "data_store": "store",
    "attachment_store": "files",
    "file_store": "files",
    "settings": "settings",
}
_INTERFACES: dict[What, type[Any]] = {"store": Store, "files": AttachmentStore, "settings": Settings}
_VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@dataclass(frozen=True, slots=True)
class Parameter:
    """what: it is filled with; None for what cannot be known. asked: the class of theirs that it must be, if any."""

    name: str
    what: What | None
    asked: type[Any] | None
    required: bool
    positional_only: bool


@dataclass(frozen=True, slots=True)
class Parameters:
    """passes_on: ``**`` takes what ``ChatKitServer.__init__`` takes."""

    listed: list[Parameter]
    passes_on: bool

    def unknown(self) -> list[str]:
        """Names of those that cannot be filled and cannot be left out."""
        return [one.name for one in self.listed if one.required and one.what is None]


def parameters_of(made: Callable[..., Any]) -> Parameters:
    """The parameters of a class or a function. Raises ValueError where Python cannot tell them."""
    signature = inspect.signature(made)
    hints = _hints(made)
    listed: list[Parameter] = []
    passes_on = False
    for parameter in signature.parameters.values():
        if parameter.kind in _VARIABLE:
            passes_on = passes_on or parameter.kind is inspect.Parameter.VAR_KEYWORD
            continue
        classes = list(allowed_classes(hints.get(parameter.name, parameter.annotation)))
        required = parameter.default is inspect.Parameter.empty
        what, asked = _filling(parameter.name, classes, required=required)
        only = parameter.kind is inspect.Parameter.POSITIONAL_ONLY
        listed.append(Parameter(parameter.name, what, asked, required, only))
    return Parameters(listed, passes_on)


def _filling(name: str, classes: list[type[Any]], *, required: bool) -> tuple[What | None, type[Any] | None]:
    for what, interface in _INTERFACES.items():
        for cls in classes:
            if issubclass(cls, interface):
                return what, cls if cls is not interface else None
            if issubclass(interface, cls) and cls is not object and what != "settings":
                return what, None
    what = _NAMES.get(name)
    if what is None or (what == "settings" and not required):
        return None, None
    if not classes:
        return what, None
    # A class of theirs that is no Store by inheritance may be one by its methods.
    return (what, classes[0]) if what != "settings" and _looks_like(classes[0], _INTERFACES[what]) else (None, None)


def _looks_like(cls: type[Any], interface: type[Any]) -> bool:
    return all(hasattr(cls, name) for name in getattr(interface, "__abstractmethods__", ()))


def allowed_classes(annotation: Any) -> Iterator[type[Any]]:
    """The classes that an annotation allows: of ``Annotated[Store[dict] | None, ...]``, ``Store``."""
    if annotation in (inspect.Parameter.empty, Any, None, types.NoneType):
        return
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        for each in get_args(annotation):
            yield from allowed_classes(each)
    elif hasattr(annotation, "__metadata__"):
        yield from allowed_classes(get_args(annotation)[0])
    elif isinstance(origin or annotation, type):
        yield origin or annotation


def _hints(made: Callable[..., Any]) -> Mapping[str, Any]:
    function: Any = made.__init__ if isinstance(made, type) else inspect.unwrap(made)
    try:
        return get_type_hints(function, include_extras=True)
    except Exception:  # noqa: BLE001 - names that exist for a type checker only
        return {}


def listed(names: list[str]) -> str:
    """The names as ``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
