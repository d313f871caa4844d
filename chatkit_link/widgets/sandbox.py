"""Where templates are rendered: Jinja2's sandbox, made narrower.

A template finds what the SDK's ``WidgetTemplate`` gives it: all of Jinja2's filters, tests and globals. The
sandbox keeps it away from Python's insides, but not from memory: ``"x" * 10**10`` is allowed in it. A .widget
file may come from anywhere, so what makes much out of little is bounded (``bounds``), as are output and time.
Jinja2 hands nothing out between two pieces of output, so the time is looked at in every turn of a loop and at
every macro's end, too.
"""

import copy
import time
import types
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, ClassVar, cast

from jinja2 import StrictUndefined, Template, Undefined, meta, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment, SandboxedFormatter
from typing_extensions import override

from chatkit_link.widgets import bounds
from chatkit_link.widgets.bounds import LARGEST_OUTPUT

# Seconds of processor time; a widget of a hundred rows takes about a hundredth of it.
LONGEST_RENDER = 1.0
_TIMED, _WEIGHED, _BOUNDED = "(timed)", "(weighed)", "(bounded)"  # no names that a template could write
_CHANGES = frozenset("append extend insert pop popitem remove clear update setdefault sort reverse".split())


@dataclass(frozen=True, slots=True)
class _Rendering:
    """deadline: on the clock of its thread, as a busy server refuses no good widget. optional: names of the schema."""

    deadline: float = float("inf")
    optional: frozenset[str] = frozenset()


_current: ContextVar[_Rendering] = ContextVar("rendering", default=_Rendering())  # noqa: B039 - frozen


class _Missing(StrictUndefined):
    """What the data does not have. For a name of the schema it is what JavaScript's undefined is; else an error."""

    __slots__ = ()

    def _known(self) -> bool:
        return self._undefined_name in _current.get().optional or self._fail_with_undefined_error()

    def __bool__(self) -> bool:
        return not self._known()

    def __eq__(self, other: object) -> bool:
        return self._known() and (other is None or isinstance(other, Undefined))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._known())

    def as_json(self) -> None:
        """null, for ``tojson``. Raises UndefinedError."""
        self._known()


class _Formatter(SandboxedFormatter):
    """``str.format`` up to a size."""

    def __init__(self, env: SandboxedEnvironment) -> None:
        super().__init__(env)
        self._size = 0

    @override
    def format_field(self, value: Any, format_spec: str) -> str:
        if any(int(width) > bounds.WIDEST for width in "".join(c if c.isdigit() else " " for c in format_spec).split()):
            raise SecurityError(f"a format of more than {bounds.WIDEST} columns")
        made = str(super().format_field(bounds.weigh(value), format_spec))
        self._size += len(made)
        if self._size > LARGEST_OUTPUT:
            raise SecurityError(f"a value of more than {LARGEST_OUTPUT} characters")
        return made


class _Generator(CodeGenerator):
    """Compiles ``a ~ b`` to a join of ours: Jinja2's own has no bound and cannot be intercepted."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - Jinja2's name
        self.write("environment.concat(map(environment.written, (")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write(")))")


class WidgetSandbox(SandboxedEnvironment):
    """An environment for widget templates: an undefined name is an error, and nothing grows without bound."""

    code_generator_class = _Generator
    intercepted_binops: ClassVar[frozenset[str]] = frozenset({"+", "*", "**", "%"})  # pyright: ignore[reportIncompatibleVariableOverride] - the same, typed more narrowly

    def __init__(self) -> None:
        super().__init__(undefined=_Missing, autoescape=False, finalize=bounds.weigh)
        known: dict[str, Callable[..., Any]] = bounds.filters(self.written, _look_at_the_clock)
        self.filters = {**known, _TIMED: _timed, _WEIGHED: _weighed, _BOUNDED: bounds.bounded}
        self.tests = bounds.tests(self.tests, _look_at_the_clock)
        self.globals = bounds.globals_of_templates()
        self.policies["json.dumps_kwargs"] = {"sort_keys": True, "default": _as_json}

    @override
    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        for loop in source.find_all(nodes.For):
            loop.iter = _filtered(loop.iter, _TIMED)
        for assignment in source.find_all(nodes.Assign):
            assignment.node = _filtered(assignment.node, _WEIGHED)
        for block in source.find_all(nodes.With):
            block.values = [_filtered(value, _WEIGHED) for value in block.values]
        for comparison in source.find_all(nodes.Compare):
            comparison.expr = _filtered(comparison.expr, _WEIGHED)
        for call in source.find_all((nodes.Call, nodes.Filter, nodes.Test)):
            if call.dyn_args is not None:  # Python puts all of them into one tuple first
                call.dyn_args = _filtered(call.dyn_args, _BOUNDED)
        source.set_environment(self)
        return super()._generate(source, name, filename, defer_init)

    @staticmethod
    def written(value: Any) -> str:
        """As text."""
        return str(bounds.weigh(value))

    @staticmethod
    def concat(parts: Iterable[str]) -> str:  # pyright: ignore[reportIncompatibleVariableOverride] - a function there
        """Joins what a macro wrote, or the sides of ``~``."""
        _look_at_the_clock()
        return bounds.join(parts)

    @override
    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805, PYI063 - Jinja2's
        _look_at_the_clock()
        return super().call(__context, __obj, *bounds.checked_arguments(__obj, args, kwargs), **kwargs)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "+" and isinstance(left, str) != isinstance(right, str):
            left, right = _as_javascript_adds(left), _as_javascript_adds(right)
        _look_at_the_clock()
        bounds.check_operation(operator, left, right)
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return not bounds.is_refused(obj, attr) and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """``str.format``, bounded: a width of a billion is a gigabyte."""
        if not isinstance(value, types.MethodType | types.BuiltinMethodType):
            return None
        text: object = value.__self__
        if not isinstance(text, str) or value.__name__ not in ("format", "format_map"):
            return None
        by_map = value.__name__ == "format_map"

        def formatted(*args: Any, **kwargs: Any) -> str:
            given: Mapping[str, Any] = args[0] if by_map else kwargs
            return _Formatter(self).vformat(str(text), () if by_map else args, given)

        return update_wrapper(formatted, value)


def variables(sandbox: WidgetSandbox, parsed: nodes.Template) -> frozenset[str]:
    """The names that a template takes from its data."""
    # Jinja2 counts a name that is set in one branch only among the undeclared.
    own = {name.name for name in parsed.find_all(nodes.Name) if name.ctx == "store"}
    return frozenset(meta.find_undeclared_variables(parsed) - sandbox.globals.keys() - own)


def changes_its_data(parsed: nodes.Template) -> bool:
    """Whether a template may change what it was given, as in ``rows.append(1)``."""
    return any(
        isinstance(call.node, nodes.Getattr) and call.node.attr in _CHANGES for call in parsed.find_all(nodes.Call)
    )


def render(template: Template, data: Mapping[str, Any], *, optional: frozenset[str], changed: bool) -> str:
    """The rendered text. Raises jinja2's errors, and ``SecurityError`` when it grows past the bounds.

    optional: names that may be missing. changed: whether the template works on a copy of the data.
    """
    with _within(_Rendering(time.thread_time() + LONGEST_RENDER, optional)):
        return WidgetSandbox.concat(_timed(template.generate(copy.deepcopy(data) if changed else data)))


def compiled(sandbox: WidgetSandbox, parsed: nodes.Template) -> Template:
    """The template, which Jinja works out as far as it can without data.

    Raises jinja2's errors, and Python's: for a template that is nested too deeply, or has a number that is too long.
    """
    with _within(_Rendering(time.thread_time() + LONGEST_RENDER)):
        return sandbox.from_string(parsed)


@contextmanager
def _within(rendering: _Rendering) -> Generator[None]:
    token = _current.set(rendering)
    try:
        yield
    finally:
        _current.reset(token)


def _filtered(node: nodes.Node, name: str) -> nodes.Filter:
    return nodes.Filter(cast("nodes.Expr", node), name, [], [], None, None, lineno=node.lineno)


def _weighed(value: Any) -> Any:
    _look_at_the_clock()
    return bounds.weigh(value)


def _timed(values: Iterable[Any]) -> Iterator[Any]:
    for value in bounds.bounded(values):  # Jinja may put all of them into a list: for ``loop.length``
        _look_at_the_clock()
        yield value


def _look_at_the_clock() -> None:
    if time.thread_time() > _current.get().deadline:
        raise SecurityError(f"it takes longer than {LONGEST_RENDER:g} s to render")


def _as_json(value: Any) -> None:
    if not isinstance(value, _Missing):
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
    value.as_json()


def _as_javascript_adds(value: Any) -> Any:
    """A number beside a text: the Widget Builder writes its + as it is."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
