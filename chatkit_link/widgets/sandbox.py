"""Where templates are rendered: Jinja2's sandbox, made narrower.

The sandbox keeps a template away from Python's insides, but not from memory: ``"x" * 10**10`` is
allowed in it. A .widget file may come from anywhere, so what makes much out of little is taken out
(padding, formatting, repetition) or bounded (joining, ranges, output, time). Jinja2 hands nothing out
between two pieces of output, so the time is looked at in every turn of a loop and at every macro's end, too.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, ClassVar

from jinja2 import StrictUndefined, Template, meta, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from typing_extensions import override

# Characters of a rendered widget: more than any screen shows, and what a thread can afford to store.
LARGEST_OUTPUT = 512_000
# Seconds of processor time; a widget of a hundred rows takes about a hundredth of it.
LONGEST_RENDER = 1.0
LONGEST_RANGE = 1_000
LARGEST_NUMBER = 1e9
LARGEST_POWER = 64

_FILTERS = frozenset(
    "abs capitalize count d default dictsort first float groupby int items last length list lower map max min reject "
    "rejectattr reverse round safe select selectattr sort string sum title tojson trim truncate unique upper "
    "wordcount".split()
)
_PADDING = frozenset({"center", "ljust", "rjust", "zfill", "expandtabs", "format", "format_map", "replace", "join"})


# When the rendering that goes on has to be done, on the clock of its thread: a busy server refuses no good widget.
_deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))
_TIMED = "(timed)"  # no name that a template could write


class _Generator(CodeGenerator):
    """Compiles ``a ~ b`` to a join of ours: Jinja2's own has no bound and cannot be intercepted."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - Jinja2's name
        self.write("environment.concat(map(str, (")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write(")))")


class WidgetSandbox(ImmutableSandboxedEnvironment):
    """An environment for widget templates: an undefined name is an error, and nothing grows without bound."""

    code_generator_class = _Generator
    intercepted_binops: ClassVar[frozenset[str]] = frozenset({"+", "*", "**", "%"})  # pyright: ignore[reportIncompatibleVariableOverride] - the same, typed more narrowly

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=False)
        known: dict[str, Callable[..., Any]] = {name: self.filters[name] for name in _FILTERS}
        self.filters = {**known, "join": _join_filter, _TIMED: _timed}
        self.globals = {"range": _range, "dict": dict}

    @override
    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        for loop in source.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, _TIMED, [], [], None, None, lineno=loop.lineno)
        source.set_environment(self)
        return super()._generate(source, name, filename, defer_init)

    @staticmethod
    def concat(parts: Iterable[str]) -> str:  # pyright: ignore[reportIncompatibleVariableOverride] - a function there
        """Joins what a macro wrote, or the sides of ``~``."""
        return _join(parts)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "+" and all(isinstance(side, str | list | tuple) for side in (left, right)):
            if len(left) + len(right) > LARGEST_OUTPUT:
                raise SecurityError("that sum is too long")
        elif not all(isinstance(side, int | float) and abs(side) < LARGEST_NUMBER for side in (left, right)):
            raise SecurityError(f"{operator} works on numbers below {LARGEST_NUMBER:g} only here")
        elif operator == "**" and right > LARGEST_POWER:
            raise SecurityError("that power is too large")
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return not (isinstance(obj, str) and attr in _PADDING) and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        """No ``str.format``, not even the sandbox's own: a width of a billion is a gigabyte."""


def variables(sandbox: WidgetSandbox, text: str) -> frozenset[str]:
    """The names that a template takes from its data. Raises jinja2's TemplateSyntaxError."""
    parsed = sandbox.parse(text)
    # Jinja2 counts a name that is set in one branch only among the undeclared.
    own = {name.name for name in parsed.find_all(nodes.Name) if name.ctx == "store"}
    return frozenset(meta.find_undeclared_variables(parsed) - sandbox.globals.keys() - own)


def render(template: Template, data: Mapping[str, Any]) -> str:
    """The rendered text. Raises jinja2's errors, and ``SecurityError`` when it grows past the bounds."""
    token = _deadline.set(time.thread_time() + LONGEST_RENDER)
    try:
        return _join(_timed(template.generate(data)))
    finally:
        _deadline.reset(token)


def _timed(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        _look_at_the_clock()
        yield value


def _look_at_the_clock() -> None:
    if time.thread_time() > _deadline.get():
        raise SecurityError(f"it takes longer than {LONGEST_RENDER:g} s to render")


def _join(parts: Iterable[str]) -> str:
    _look_at_the_clock()
    pieces: list[str] = []
    size = 0
    for part in parts:
        size += len(part)
        if size > LARGEST_OUTPUT:
            raise SecurityError(f"it renders to more than {LARGEST_OUTPUT} characters")
        pieces.append(part)
    return "".join(pieces)


def _join_filter(values: Iterable[Any], separator: str = "") -> str:
    def parts() -> Iterable[str]:
        for at, value in enumerate(values):
            if at:
                yield separator
            yield str(value)

    return _join(parts())


def _range(*bounds: int) -> range:
    made = range(*bounds)
    if len(made) > LONGEST_RANGE:
        raise SecurityError(f"a range of more than {LONGEST_RANGE} numbers")
    return made
