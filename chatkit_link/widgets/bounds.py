"""Jinja's own filters, globals and the methods of strings, each held to a size.

What a template builds out of little is weighed: a list that is in itself twice, thirty levels deep, has a few
hundred bytes, and written out a billion.
"""

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from jinja2 import Environment, pass_environment
from jinja2.defaults import DEFAULT_NAMESPACE  # pyright: ignore[reportUnknownVariableType] - Jinja2's types
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS, make_attrgetter  # pyright: ignore[reportUnknownVariableType] - Jinja2's types
from jinja2.utils import generate_lorem_ipsum

# Characters of a rendered widget: more than any screen shows, and what a thread can afford to store.
LARGEST_OUTPUT = 512_000
LONGEST_RANGE = 1_000
#: Columns that a text may be padded to.
WIDEST = 1_000
#: ``"ab" * n``, ``[0] * n``
LONGEST_REPETITION = 10_000
LARGEST_NUMBER = 1e300
LARGEST_POWER = 64

#: Filters that put every part of a value into one text.
_WRITING = frozenset(
    "string pprint urlize urlencode xmlattr tojson wordwrap striptags e escape forceescape upper lower title "
    "capitalize trim wordcount".split()
)
#: Methods of a text that take a width.
_PADDING = frozenset({"center", "ljust", "rjust", "zfill", "expandtabs"})
#: Ways to a longer text that no widget needs.
_REFUSED = frozenset({"translate", "maketrans", "encode", "to_bytes"})
_WIDE = re.compile(r"%[^a-zA-Z%]*(\d{4,}|\*)")


def weigh(value: Any) -> Any:
    """The value itself. Raises ``SecurityError`` if it is too large when it is written out."""
    if isinstance(value, list | tuple | dict | set):
        left = LARGEST_OUTPUT
        pending: list[Any] = [value]
        while pending:
            part = pending.pop()
            left -= len(part) + 1 if isinstance(part, str | bytes) else 1
            if left < 0:
                raise SecurityError(f"a value of more than {LARGEST_OUTPUT} characters")
            if isinstance(part, dict):
                pending += part.keys()  # pyright: ignore[reportUnknownMemberType] - any data
                pending += part.values()  # pyright: ignore[reportUnknownMemberType] - any data
            elif isinstance(part, list | tuple | set):
                pending += part
    return cast("Any", value)


def join(parts: Iterable[str]) -> str:
    """One text. Raises ``SecurityError`` when it gets too long."""
    pieces: list[str] = []
    size = 0
    for part in parts:
        size += len(part)
        if size > LARGEST_OUTPUT:
            raise SecurityError(f"it renders to more than {LARGEST_OUTPUT} characters")
        pieces.append(part)
    return "".join(pieces)


def filters(write: Callable[[Any], str]) -> dict[str, Callable[..., Any]]:
    """Every filter of Jinja. write: makes a value a text for ``join``."""

    @pass_environment
    def joined(environment: Environment, values: Iterable[Any], d: Any = "", attribute: str | int | None = None) -> str:
        found = values if attribute is None else map(make_attrgetter(environment, attribute), values)

        def parts() -> Iterable[str]:
            for at, value in enumerate(found):
                if at:
                    yield write(d)
                yield write(value)

        return join(parts())

    known: dict[str, Callable[..., Any]] = {
        name: _weighing(found) if name in _WRITING else found
        for name, found in cast("dict[str, Callable[..., Any]]", FILTERS).items()
    }
    for name, largest in (("center", WIDEST), ("indent", 100), ("batch", WIDEST), ("slice", WIDEST), ("tojson", 16)):
        known[name] = _narrow(known[name], largest)
    return {**known, "join": joined, "replace": _replaced, "format": _formatted}


def globals_of_templates() -> dict[str, Any]:
    """``range``, ``dict``, ``namespace``, ``cycler``, ``joiner`` and ``lipsum``; and JavaScript's names for nothing."""
    # The Widget Builder writes a JavaScript `undefined` into its templates as it is.
    return {
        **cast("dict[str, Any]", DEFAULT_NAMESPACE),
        "range": _range,
        "lipsum": _lipsum,
        "undefined": None,
        "null": None,
    }


def is_refused(value: Any, attribute: str) -> bool:
    """Whether an attribute is out of reach, though Jinja's sandbox allows it."""
    return attribute in _REFUSED or isinstance(value, bytes)


def checked_arguments(called: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Any, ...]:
    """The arguments of a call. Raises ``SecurityError`` if its result may be too large."""
    for argument in (*args, *kwargs.values()):
        weigh(argument)
    owner, name = getattr(called, "__self__", None), getattr(called, "__name__", "")
    if isinstance(owner, str) and args:
        if name == "replace":
            _check_replacement(owner, *args[:2])
        elif name == "join":
            parts = list(cast("Iterable[Any]", args[0]))
            _check_size(sum(len(str(part)) + len(owner) for part in parts))
            return (parts, *args[1:])
        elif name in _PADDING and any(isinstance(argument, int) and abs(argument) > WIDEST for argument in args):
            raise SecurityError(f"{name} of more than {WIDEST} columns")
    elif isinstance(owner, list) and name == "extend" and args and hasattr(args[0], "__len__"):
        _check_size(len(cast("list[Any]", owner)) + len(args[0]))
    return args


def check_operation(operator: str, left: Any, right: Any) -> None:
    """Raises ``SecurityError`` where ``left operator right`` may be too large."""
    if all(isinstance(side, int | float) for side in (left, right)):
        if any(abs(side) > LARGEST_NUMBER for side in (left, right)):
            raise SecurityError(f"{operator} works on numbers below {LARGEST_NUMBER:g} only here")
        if operator == "**" and right > LARGEST_POWER:
            raise SecurityError("that power is too large")
    elif operator == "+" and all(isinstance(side, str | list | tuple) for side in (left, right)):
        if len(left) + len(right) > LARGEST_OUTPUT:
            raise SecurityError("that sum is too long")
    elif operator == "*":
        many, times = (right, left) if isinstance(left, int) else (left, right)
        if isinstance(many, str | list | tuple) and isinstance(times, int):
            if len(cast("str", many)) * times > LONGEST_REPETITION:
                raise SecurityError(f"a repetition of more than {LONGEST_REPETITION}")
            _check_size(_weight(many) * times)
    elif operator == "%" and isinstance(left, str):
        _check_percent(left, right)


def _check_percent(text: str, values: Any) -> None:
    if _WIDE.search(text):
        raise SecurityError("a format that is wider than any screen")
    _check_size(len(text) + text.count("%") * _weight(values))


def _weight(value: Any) -> int:
    weigh(value)
    if isinstance(value, str):
        return len(value)
    return len(str(cast("Any", value))) if isinstance(value, list | tuple | dict) else 320


def _check_size(size: int) -> None:
    if size > LARGEST_OUTPUT:
        raise SecurityError(f"a value of more than {LARGEST_OUTPUT} characters")


def _check_replacement(text: Any, old: Any = "", new: Any = "") -> None:
    times = str(text).count(str(old)) if old else len(str(text)) + 1
    _check_size(len(str(text)) + times * len(str(new)))


def _replaced(value: Any, old: Any, new: Any, count: int | None = None) -> str:
    text = str(weigh(value))
    _check_replacement(text, old, new)
    return text.replace(str(old), str(new), -1 if count is None else count)


def _formatted(value: Any, *args: Any, **kwargs: Any) -> str:
    _check_percent(str(value), kwargs or args)
    return str(value) % (kwargs or args)


def _weighing(found: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(found)  # with Jinja's mark of what is passed first
    def bounded(*args: Any, **kwargs: Any) -> Any:
        for argument in args:
            weigh(argument)
        return found(*args, **kwargs)

    return bounded


def _narrow(found: Callable[..., Any], largest: int) -> Callable[..., Any]:
    """With no argument, after the value itself, that is larger or longer."""
    after = 2 if hasattr(found, "jinja_pass_arg") else 1

    @functools.wraps(found)
    def bounded(*args: Any, **kwargs: Any) -> Any:
        for argument in (*args[after:], *kwargs.values()):
            if (isinstance(argument, int) and argument > largest) or (
                isinstance(argument, str) and len(argument) > largest
            ):
                raise SecurityError(f"{found.__name__.removeprefix('do_')} with more than {largest}")
        return found(*args, **kwargs)

    return bounded


def _range(*bounds: int) -> range:
    made = range(*bounds)
    if len(made) > LONGEST_RANGE:
        raise SecurityError(f"a range of more than {LONGEST_RANGE} numbers")
    return made


def _lipsum(n: int = 5, html: bool = True, min: int = 20, max: int = 100) -> str:  # noqa: A002, FBT002 - as in Jinja
    if n > 50 or max > WIDEST:
        raise SecurityError("lipsum of more than 50 paragraphs")
    return generate_lorem_ipsum(n, html, min, max)
