"""Everything that can be known to be wrong with a .widget file before a user sees the widget."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from chatkit_link.widgets.errors import WidgetError
from chatkit_link.widgets.templates import Template, WidgetLibrary

_FILE_KEYS = frozenset({"version", "name", "template", "jsonSchema", "encodedWidget"})
_ACTION_KEYS = ("onClickAction", "onChangeAction", "onSubmitAction", "action")


@dataclass(frozen=True, slots=True)
class WidgetProblem:
    """line: of the file, from 1. path: in the file, its data or the rendered tree; empty when it is the whole.

    notice: worth to know, while the widget can be built all the same.
    """

    file: str
    line: int
    path: str
    reason: str
    notice: bool = False

    def __str__(self) -> str:
        kind = "notice: " if self.notice else ""
        place = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}: {kind}{place}{self.reason}"


def check(library: WidgetLibrary, file: str, content: bytes, known: frozenset[str] | None) -> list[WidgetProblem]:
    """What is wrong with the bytes of a .widget file; nothing when it is right.

    known: the action types that the server answers; None where they cannot be determined.
    """
    return examine(library, file, content, known)[1]


def examine(
    library: WidgetLibrary, file: str, content: bytes, known: frozenset[str] | None
) -> tuple[dict[str, Any] | None, list[WidgetProblem]]:
    """The tree of the sample data, if it can be rendered, and the problems found all the same."""
    lines = _Lines(content)
    try:
        template = library.read(file, content)
    except WidgetError as error:
        return None, [_problem(file, lines, error)]
    told = disagreements(template)
    found = [WidgetProblem(file, lines.of("template"), "template", why, notice=True) for why in told.values()]
    if missing := _about_sample(template):
        found.append(WidgetProblem(file, lines.of("encodedWidget"), "encodedWidget", missing, notice=True))
    try:
        template.check()
    except WidgetError as error:
        problem = _problem(file, lines, error, template)
        name = re.search(r"'(\w+)'(?: is undefined|(?= \(line))", problem.reason)
        if problem.path == "template" and name and (why := told.get(name.group(1))):
            found = [one for one in found if one.reason != why]
            problem = replace(problem, reason=f"{why}, and its sample data does not have: {problem.reason}")
        return None, [*found, problem]
    tree = template.preview if template.example is None else template.tree(template.example)
    found += [WidgetProblem(file, lines.of("template"), *wrong) for wrong in unknown_actions(tree, known)]
    return tree, found


def _about_sample(template: Template) -> str | None:
    """What to know of a file without sample data, unless it is as it should be by hand: with none at all."""
    if (missing := template.without_example) is not None:
        return missing
    if template.sample is None and template.definition.get("encodedWidget"):
        return "there is no sample data in it: the widget was checked with data made of jsonSchema"
    return None


def disagreements(template: Template) -> dict[str, str]:
    """Name and message for each name that the template uses and its schema does not have.

    Names that are required and not used are usual; they are named where one may be what the template means.
    """
    spare = [repr(name) for name in sorted(template.unused)]
    instead = f"; of what it requires, the template does not use {', '.join(spare[:5])}" if spare else ""
    return {
        name: f"it uses {written!r}, which jsonSchema does not describe{instead}"
        for name, written in template.undescribed.items()
    }


def unknown_actions(tree: Any, known: frozenset[str] | None) -> list[tuple[str, str]]:
    """Path and message for each type of action that is sent to the server, and that no agent answers."""
    if known is None:
        return []
    first: dict[str, str] = {}
    for path, action in _actions(tree, ""):
        if action.get("handler", "server") == "server" and action["type"] not in known:
            first.setdefault(action["type"], path)
    return [(path, f"no agent of this server answers the action {name!r}") for name, path in first.items()]


def _actions(node: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, list):
        for at, part in enumerate(cast("list[Any]", node)):
            yield from _actions(part, f"{path}[{at}]")
    elif isinstance(node, dict):
        found = cast("dict[str, Any]", node)
        for key in _ACTION_KEYS:
            if isinstance(action := found.get(key), dict) and isinstance(cast("Any", action).get("type"), str):
                yield f"{path}.{key}".lstrip("."), cast("dict[str, Any]", action)
        for key in ("children", "confirm", "cancel"):
            yield from _actions(found.get(key), f"{path}.{key}".lstrip("."))


def _problem(file: str, lines: "_Lines", error: WidgetError, template: Template | None = None) -> WidgetProblem:
    if not error.path and (syntax := re.search(r"line (\d+) column", error.reason)):
        return WidgetProblem(file, int(syntax.group(1)), "", error.reason)
    key = re.split(r"[.\[]", error.path)[0]
    where = {"data": "encodedWidget"}.get(key) or (key if key in _FILE_KEYS else "template")
    line = template_line(error) if where == "template" else None
    reason = f"{error.reason} (line {line} of the template)" if line else error.reason
    if template and where == "template" and "(none)" in str(template.definition["template"]) and "valid" in reason:
        reason += "; the Widget Builder writes (none) for an expression that it cannot translate, such as tags.join()"
    return WidgetProblem(file, lines.of(where), error.path, reason)


def template_line(error: WidgetError) -> int | None:
    """The line of the template that Jinja2 was at, where it knows."""
    cause = error.__cause__
    if isinstance(line := getattr(cause, "lineno", None), int) and hasattr(cause, "source"):
        return line
    at, line = cause.__traceback__ if cause else None, None
    while at is not None:
        if at.tb_frame.f_code.co_filename == "<template>":
            line = at.tb_lineno
        at = at.tb_next
    return line


class _Lines:
    """The line of a top-level key in a JSON file: the least indented key of that name."""

    def __init__(self, content: bytes) -> None:
        self._text = content.decode("utf-8", errors="replace")

    def of(self, key: str) -> int:
        found = list(re.finditer(_key(key), self._text, re.MULTILINE))
        if not found:
            return 1
        first = min(found, key=lambda match: len(match.group(1)))
        return self._text.count("\n", 0, first.end()) + 1


def _key(name: str) -> str:
    return rf'^(\s*)(?:\{{\s*)?"{re.escape(name)}"\s*:'
