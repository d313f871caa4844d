"""A store of ours as an instance of a class of the server's own.

A server may ask for its own class: ``store: Annotated[MemoryStore, ...]`` in an ``AgentContext`` is checked by
pydantic, and helpers such as ``self.store.last_message(...)`` stand in that class and nowhere else. So what takes the
place of its store is made of both classes, ours first: ours loads and saves, and what only theirs has works on top.

What theirs kept its threads in must not be read any more; it would be empty. So the attributes that its loading and
saving use are left out, and a helper that reads one of them is refused with a sentence.
"""

import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any, TypeVar, cast

from chatkit.store import AttachmentStore, Store

T = TypeVar("T", Store[Any], AttachmentStore[Any])


def stand_in(ours: T, theirs: type[Any], replaced: object | None, advice: str, *, also: object | None = None) -> T:
    """``ours``, which is also an instance of ``theirs``.

    Args:
        replaced: the object whose place it takes, whose other attributes it gets.
        advice: the last sentence of an error about an attribute that is not there.
        also: an object that is replaced, too; an attribute that holds it is not left out.

    Raises:
        TypeError: Python cannot make an instance of both classes.
    """
    if isinstance(ours, theirs):
        return ours
    kept_in = _used_by_storing(theirs)

    def missing(_self: object, name: str) -> Any:
        if name.startswith("__"):  # asked for by Python, pydantic or a debugger
            raise AttributeError(name)
        raise AttributeError(
            f"{theirs.__name__}.{name} is not there: ChatKit Link's store has taken the place of this "
            f"{theirs.__name__}. {advice}"
        )

    both = type(
        theirs.__name__,
        (type(ours), theirs),
        {"__module__": theirs.__module__, "__doc__": theirs.__doc__, "__getattr__": missing},
    )
    made: Any = object.__new__(both)
    before: dict[str, Any] = getattr(replaced, "__dict__", {})
    other = {name: value for name, value in before.items() if name not in kept_in or value is also}
    made.__dict__ |= other | vars(ours)
    return made


def _used_by_storing(theirs: type[Any]) -> frozenset[str]:
    """The names that the methods of a store use, and the methods of the class that these call."""
    interface = cast("type[Any]", AttachmentStore if issubclass(theirs, AttachmentStore) else Store)
    theirs = cast("type[Any]", theirs)
    asked = [name for name in vars(interface) if not name.startswith(("_", "generate_"))]
    used: set[str] = set()
    while asked:
        function: Any = inspect.getattr_static(theirs, asked.pop(), None)
        function = function.fget if isinstance(function, property) else inspect.unwrap(function) if function else None
        if isinstance(function, FunctionType):
            new = set(_names(function.__code__)) - used
            used |= new
            asked += [name for name in new if inspect.getattr_static(theirs, name, None) is not None]
    return frozenset(used)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
