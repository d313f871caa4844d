"""What makes much out of little in a template: every filter, test, global and method, with hostile arguments."""

import inspect
import itertools
import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jinja2
import pytest
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS  # pyright: ignore[reportUnknownVariableType] - Jinja2's types
from jinja2.tests import TESTS  # pyright: ignore[reportUnknownVariableType] - Jinja2's types

from chatkit_link.widgets.bounds import LARGEST_OUTPUT
from chatkit_link.widgets.errors import WidgetError
from chatkit_link.widgets.sandbox import LONGEST_RENDER, WidgetSandbox, compiled, render
from chatkit_link.widgets.templates import FAILURES, WidgetLibrary

#: Bytes that a template may take for a moment: some copies of the largest output, in Python's objects.
MOST_MEMORY = 256 * 1024 * 1024
DATA: dict[str, Any] = {
    "n": 2_000_000_000,
    "f": 2e9,
    "big": "x" * 100_000,
    "mixed": "http://a.b/(\t<!-- a & b -->\n" * 1000,
    "s": "abc\tdef\n",
    "rows": list(range(1000)),
    "deep": [1, [2, {"a": "b"}]],
    "d": {"a": "b" * 100, "c": 1},
}
#: What is known to have got through, and its like.
HOSTILE = (
    "{{ deep | tojson(indent=2000000000) }}",
    "{{ [deep] | map('tojson', indent=n) | list }}",
    "{% set x = rows * 9 %}" + "{% set x = [x] %}" * 300 + "{{ x | tojson(indent=16) }}",
    "{{ '\t'.expandtabs(tabsize=n) }}",
    "{{ mixed.expandtabs(90000) }}",
    "{{ '%(a)2000000000d' % {'a': 1} }}",
    "{{ '%(a(b)c)2000000000d' % {'a(b)c': 1} }}",
    "{{ '%s%%%1000000000d' % ('a', 1) }}",
    "{{ '%.2000000000f' % 1 }}",
    "{{ '%(a)2000000000d' | format(a=1) }}",
    "{{ '{:>999999999}'.format(1) }}",
    "{{ ([s] | map(attribute='center') | first)(n) }}",
    "{{ f | round(2000000000, 'ceil') }}",
    "{{ (10 ** 64) | round(n, 'floor') }}",
    "{{ big | wordwrap(1, wrapstring=big) }}",
    "{{ big | wordwrap(1, true, big) }}",
    "{{ mixed | urlize(rel=big) }}",
    "{{ mixed | urlize(target=big) }}",
    "{{ (rows * 9) | map('string') | map('replace', '', big) | list }}",
    "{{ (rows * 9) | map('string') | map('center', 1000) | map('list') | map('batch', 1) | map('list') | list }}",
    "{{ cycler(*(rows | map('string') | map('center', 1000) | map('replace', ' ', 'y' * 500))) }}",
    "{{ 'x'.join(rows | map('string') | map('center', 1000) | map('replace', ' ', 'y' * 500)) }}",
    "{% for x in rows | map('string') | map('center', 999) | map('replace', ' ', big) %}{{ loop.last }}{% endfor %}",
    "{{ (rows * 9) | map('string') | map('list') | sum(start=[]) | length }}{{ (rows * 10) | map('list') | sum }}",
    "{{ ([[1] * 50] * 9999) | sum(start=[]) | length }}",
    "{% set a = big * 0 ~ 'f' * 9999 %}{{ ((a ~ a) | int(0, 16)) // 3 }}",
    "{{ (big | replace('x', '9')) | int }}",
    "{{ (big | replace('x', '9')) | float }}",
    "{% for i in range(17) %}{% set _ = rows.append(rows) %}{% endfor %}{{ rows | pprint }}",
    "{% set _ = big | list | sort %}" * 3000,
    "{% for i in range(17) %}{% set _ = rows.append(rows) %}{% endfor %}{{ rows == [rows] }}",
)  # fmt: skip


@pytest.fixture(scope="module")
def sandbox() -> WidgetSandbox:
    return WidgetSandbox()


def outcome(sandbox: WidgetSandbox, template: str) -> str | Exception:
    """What it renders to, or the error; with no more memory and no longer than a template may take."""
    started = time.thread_time()
    try:
        with little_memory():
            code = compiled(sandbox, sandbox.parse(template))
            result: str | Exception = render(code, DATA, optional=frozenset(), changed=True)
            assert len(result) <= LARGEST_OUTPUT
    except FAILURES as error:
        if isinstance(error, MemoryError):
            raise
        result = error
    # The time of one step is looked at only when it is over.
    assert time.thread_time() - started < LONGEST_RENDER + 2, template[:200]
    return result


@contextmanager
def little_memory() -> Iterator[None]:
    """Within it, a MemoryError is raised for what takes more."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MOST_MEMORY, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.parametrize("template", HOSTILE, ids=lambda template: template[:60])
def test_what_makes_much_out_of_little_is_refused(sandbox: WidgetSandbox, template: str) -> None:
    assert isinstance(outcome(sandbox, template), SecurityError | ValueError | TypeError)


def calls(name: str, found: Any) -> Iterator[str]:
    """The name with each of its arguments, and with two of them, as what is larger than any widget needs."""
    try:
        parameters = list(inspect.signature(found).parameters)
    except ValueError:
        parameters = []
    yield from (
        f"{name}({argument})" for argument in ("n", "big", "f", "n, 'y'", "n, n", "big, big", "'x', big", "1, n", "-n")
    )
    yield from (f"{name}({key}={value})" for key in parameters[1:] for value in ("n", "big") if key != "args")


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_no_filter_takes_much_with_any_argument(sandbox: WidgetSandbox, name: str) -> None:
    for value, call in itertools.product(("s", "mixed", "rows", "deep", "f"), (name, *calls(name, FILTERS[name]))):
        outcome(sandbox, f"{{{{ {value} | {call} }}}}")
        mapped = f"'{name}'{call.removeprefix(name).replace('(', ', ', 1) or ')'}"
        outcome(sandbox, f"{{{{ [{value}] | map({mapped} | list }}}}")


@pytest.mark.parametrize("kind", [str, list, dict, int, float, tuple], ids=lambda kind: kind.__name__)
def test_no_method_takes_much_with_any_argument(sandbox: WidgetSandbox, kind: type) -> None:
    values = {
        str: ("s", "mixed", "'\\t'"),
        list: ("rows", "deep"),
        dict: ("d",),
        int: ("n",),
        float: ("f",),
        tuple: ("(1, 2)",),
    }
    for name in (name for name in dir(kind) if not name.startswith("_") and callable(getattr(kind, name))):
        for value, call in itertools.product(values[kind], (f"{name}()", *calls(name, getattr(kind, name)))):
            outcome(sandbox, f"{{{{ ({value}).{call} }}}}")


def test_no_test_and_no_global_takes_much_with_any_argument(sandbox: WidgetSandbox) -> None:
    for name, found in TESTS.items():
        for call in (name, *calls(name, found)) if name.isidentifier() else ():
            outcome(sandbox, f"{{{{ mixed is {call} }}}}{{{{ n is {call} }}}}")
    for name, found in ((name, found) for name, found in sandbox.globals.items() if callable(found)):
        for call in calls(name, found):
            outcome(sandbox, f"{{{{ {call} }}}}")


def test_what_a_widget_needs_is_still_there(sandbox: WidgetSandbox) -> None:
    """As with Jinja's own, character by character."""
    for template in (
        "{{ deep | tojson }}{{ deep | tojson(indent=2) }}{{ d | tojson(2) }}",
        "{{ '%s in 2024, %5.2f %% of %(x)s' if false else '%s in 2024, %5.2f %%' % ('a', 3.14159) }}",
        "{{ '%(price)s (2000) %(of)10s' % {'price': 3, 'of': 'x'} }}{{ '100% 2000' }}",
        "{{ rows | sum }}{{ [[1], [2]] | sum(start=[]) }}{{ [{'a': 1}, {'a': 2}] | sum('a') }}{{ [1] | sum(start=5) }}",
        "{{ 3.14159 | round(2) }}{{ 1234.5 | round(-2, 'floor') }}{{ '12' | int }}{{ 'ff' | int(0, 16) }}",
        "{{ 'a b c d' | wordwrap(3) }}{{ 'x' | center(20) }}{{ mixed[:80] | striptags }}{{ '1.5' | float }}",
        "{{ 'see https://a.example' | urlize }}",
        "{{ 'a\tb'.expandtabs(4) }}{{ 'a'.ljust(9, '.') }}{{ 'x' | indent(4, true) }}{{ s | replace('a', 'b') }}",
        "{% for x in rows[:3] | map('string') %}{{ loop.index }}/{{ loop.length }}{{ x }}{% endfor %}",
        "{{ rows | batch(300) | list | length }}{{ rows | slice(3) | list | length }}{{ [1, 2] | join }}",
        "{{ cycler(*rows[:3]).next() }}{{ dict(a=1) }}{{ rows[0] == 0 and 'a' in d and n is divisibleby(2) }}",
    ):
        plain = jinja2.Environment().from_string(template).render(DATA)
        # The sandbox has no HTML, so tojson writes what it is.
        assert outcome(sandbox, template) == plain


@pytest.mark.parametrize(
    "template",
    [
        "{{ " + "9" * 5000 + " }}",
        "{{ " + "(" * 9000 + "1" + ")" * 9000 + " }}",
        "{% if 1 %}" * 200 + "{% endif %}" * 200,
    ],
)
def test_a_template_that_cannot_be_compiled_is_an_error_of_the_file(template: str, tmp_path: Path) -> None:
    content = json.dumps({"version": "1.0", "name": "x", "template": template}).encode()
    with pytest.raises(WidgetError):
        WidgetLibrary(tmp_path).read("x.widget", content)
