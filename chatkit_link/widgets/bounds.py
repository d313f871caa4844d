"""Jinja's own filters, tests, globals and the methods of strings, each held to a size.

What a template builds out of little is weighed: a list that is in itself twice, thirty levels deep, has a few
hundred bytes, and written out a billion. What makes much out of a number or out of a short text by itself (a width, an
indentation, a precision, what stands between lines) has a bound of its own. Every filter looks at the clock, and what
it goes through piece by piece is weighed on the way, since nothing is known of it before.
"""

import functools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
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
#: Digits of a text that becomes a number.
_LONGEST_NUMBER = 400

#: Filters that put every part of a value into one text.
_WRITING = frozenset(
    "string pprint urlize urlencode xmlattr tojson wordwrap striptags e escape forceescape upper lower title "
    "capitalize trim wordcount".split()
)
#: Filters whose work grows faster than what they are given, and how much they take.
_SLOW: Mapping[str, int] = {
    "pprint": 1_000, "striptags": 50_000, "urlize": 50_000, "wordwrap": 50_000, "int": _LONGEST_NUMBER,
    "float": _LONGEST_NUMBER, "round": _LONGEST_NUMBER, "filesizeformat": _LONGEST_NUMBER,
}  # fmt: skip
#: Filters that make much of their arguments: the largest number, and the longest text.
_NARROW: Mapping[str, tuple[int, int]] = {
    "batch": (WIDEST, LARGEST_OUTPUT), "center": (WIDEST, 0), "indent": (100, 100), "int": (36, WIDEST),
    "round": (300, 10), "slice": (WIDEST, LARGEST_OUTPUT), "tojson": (16, 16), "truncate": (LARGEST_OUTPUT, WIDEST),
    "urlize": (WIDEST, 100), "wordwrap": (LARGEST_OUTPUT, 100),
    **dict.fromkeys(("groupby", "max", "min", "sort", "unique"), (LARGEST_OUTPUT, WIDEST)),
}  # fmt: skip
#: Methods of a text that take a width.
_PADDING = frozenset({"center", "ljust", "rjust", "zfill"})
#: Ways to a longer text that no widget needs.
_REFUSED = frozenset({"translate", "maketrans", "encode", "to_bytes"})
_FLAGS_AND_WIDTH = re.compile(r"[#0\- +]*(\*|\d*)(?:\.(\*|\d*))?")


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
            if len(pending) > left:  # each of these has at least one
                raise SecurityError(f"a value of more than {LARGEST_OUTPUT} characters")
    return cast("Any", value)


def bounded(values: Any) -> Any:
    """The same value; what is gone through piece by piece ends with a ``SecurityError`` where it gets too large."""
    return _weighed_on_the_way(cast("Iterator[Any]", values)) if isinstance(values, Iterator) else values


def _weighed_on_the_way(values: Iterator[Any]) -> Iterator[Any]:
    left = LARGEST_OUTPUT
    for value in values:
        left -= _weight(value)
        if left < 0:
            raise SecurityError(f"values of more than {LARGEST_OUTPUT} characters")
        yield value


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


def filters(write: Callable[[Any], str], look: Callable[[], None]) -> dict[str, Callable[..., Any]]:
    """Every filter of Jinja. write: makes a value a text for ``join``. look: raises when the time is over."""

    @pass_environment
    def joined(environment: Environment, values: Iterable[Any], d: Any = "", attribute: str | int | None = None) -> str:
        found = values if attribute is None else map(make_attrgetter(environment, attribute), values)

        def parts() -> Iterable[str]:
            for at, value in enumerate(found):
                if at:
                    yield write(d)
                yield write(value)

        return join(parts())

    @pass_environment
    def summed(
        environment: Environment, values: Iterable[Any], attribute: str | int | None = None, start: Any = 0
    ) -> Any:
        total = start
        for value in values if attribute is None else map(make_attrgetter(environment, attribute), values):
            look()  # a sum of lists copies what it has so far
            check_operation("+", total, value)
            total = total + value
        return total

    jinjas = cast("dict[str, Callable[..., Any]]", FILTERS)
    tojson = _as_json(jinjas["tojson"])
    own = {"join": joined, "sum": summed, "replace": _replaced, "format": _formatted, "tojson": tojson}
    known = {**jinjas, **own}
    return {name: _bounded(name, found, look) for name, found in known.items()}


def tests(known: Mapping[str, Callable[..., Any]], look: Callable[[], None]) -> dict[str, Callable[..., Any]]:
    """Every test of Jinja. look: raises when the time is over."""

    def timed(found: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(found)
        def looking(*args: Any, **kwargs: Any) -> Any:
            look()
            return found(*map(bounded, args), **kwargs)

        return looking

    return {name: timed(found) for name, found in known.items()}


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
    args = tuple(map(bounded, args))
    owner, name = getattr(called, "__self__", None), getattr(called, "__name__", "")
    if isinstance(owner, str):
        if name == "replace":
            _check_replacement(owner, *args[:2])
        elif name == "join" and args:
            parts = list(cast("Iterable[Any]", args[0]))
            _check_size(sum(len(str(part)) + len(owner) for part in parts))
            return (parts, *args[1:])
        elif name == "expandtabs":
            width = kwargs.get("tabsize", args[0] if args else 8)
            _check_size(len(owner) + owner.count("\t") * (abs(width) if isinstance(width, int) else 0))
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
    if any(part == "*" or len(part) > 3 for part in _widths(text)):
        raise SecurityError("a format that is wider than any screen")
    _check_size(len(text) + text.count("%") * _weight(values))


def _widths(text: str) -> Iterator[str]:
    """What stands for a width or a precision in a text for the operator ``%``: digits, or a star."""
    at = text.find("%")
    while at >= 0:
        at += 1
        if text[at : at + 1] == "(":  # a name, in which brackets are counted
            depth, at = 1, at + 1
            while depth and at < len(text):
                depth += {"(": 1, ")": -1}.get(text[at], 0)
                at += 1
        found = _FLAGS_AND_WIDTH.match(text, at)
        if found is not None:
            yield from (part for part in found.groups() if part)
            at = found.end()
        at = text.find("%", at + (text[at : at + 1] == "%"))


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


def _as_json(plain: Callable[..., Any]) -> Callable[..., Any]:
    """``tojson``: an indentation stands in front of each of its lines, once for each level."""

    @functools.wraps(plain)  # with Jinja's mark of what is passed first
    def tojson(context: Any, value: Any, indent: Any = None) -> Any:
        if indent is not None:
            options = {**context.environment.policies["json.dumps_kwargs"], "indent": indent}
            join(json.JSONEncoder(**options).iterencode(value))
        return plain(context, value, indent)

    return tojson


def _bounded(name: str, found: Callable[..., Any], look: Callable[[], None]) -> Callable[..., Any]:
    """A filter that looks at the clock, and at the size of what it is given and of the text that it makes."""
    after = 2 if hasattr(found, "jinja_pass_arg") else 1
    most, narrow = _SLOW.get(name), _NARROW.get(name)

    @functools.wraps(found)  # with Jinja's mark of what is passed first
    def filtered(*args: Any, **kwargs: Any) -> Any:
        look()
        for argument in args if name in _WRITING else ():
            weigh(argument)
        if most is not None and any(_size(argument) > most for argument in args[:after]):
            raise SecurityError(f"{name} of more than {most}")
        if narrow is not None:
            _check_arguments(name, (*args[after:], *kwargs.values()), *narrow)
        made = found(*map(bounded, args), **{key: bounded(value) for key, value in kwargs.items()})
        if isinstance(made, str):
            _check_size(len(made))
        return made

    return filtered


def _check_arguments(name: str, arguments: Iterable[Any], number: int, text: int) -> None:
    for argument in arguments:
        if isinstance(argument, int) and abs(argument) > number:
            raise SecurityError(f"{name} with more than {number}")
        if isinstance(argument, str) and len(argument) > text:
            raise SecurityError(f"{name} with a text of more than {text} characters")


def _size(value: Any) -> int:
    return _weight(value) if isinstance(value, str | list | tuple | dict) else 0


def _range(*bounds: int) -> range:
    made = range(*bounds)
    if len(made) > LONGEST_RANGE:
        raise SecurityError(f"a range of more than {LONGEST_RANGE} numbers")
    return made


def _lipsum(n: int = 5, html: bool = True, min: int = 20, max: int = 100) -> str:  # noqa: A002, FBT002 - as in Jinja
    if n > 50 or max > WIDEST:
        raise SecurityError("lipsum of more than 50 paragraphs")
    return generate_lorem_ipsum(n, html, min, max)
