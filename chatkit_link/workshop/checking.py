"""Everything that can be known to be wrong with a .widget file before a user sees the widget, each at its place.

The places are in the three texts that a person types: the template, its schema and its data. One mistake does not hide
the others: a schema that is none is left out, a tree that is not JSON is read as far as it can be, and so on. What may
only follow from another mistake is not reported beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, cast

from chatkit_link.widgets import json_text
from chatkit_link.widgets.errors import WidgetError
from chatkit_link.widgets.templates import Template, WidgetLibrary, decoded_view
from chatkit_link.workshop.json_problems import data_place, json_problems, misfits, schema_problems
from chatkit_link.workshop.problems import FileLines, Text, WidgetProblem
from chatkit_link.workshop.template_problems import TemplateProblems

_FILE_KEYS: Final = frozenset({"version", "name", "template", "jsonSchema", "encodedWidget"})
_ACTION_KEYS: Final = ("onClickAction", "onChangeAction", "onSubmitAction", "action")
_MOST_OF_ONE_KIND: Final = 20


@dataclass(frozen=True, slots=True)
class Texts:
    """What a person types of a widget."""

    template: str
    schema: str
    data: str


def check(library: WidgetLibrary, file: str, content: bytes, known: frozenset[str] | None) -> list[WidgetProblem]:
    """What is wrong with the bytes of a .widget file; nothing when it is right.

    known: the action types that the server answers; None where they cannot be determined.
    """
    return examine(library, file, content, known)[1]


def examine(
    library: WidgetLibrary, file: str, content: bytes, known: frozenset[str] | None
) -> tuple[dict[str, Any] | None, list[WidgetProblem]]:
    """The tree of the sample data, if it can be rendered, and the problems found all the same."""
    try:
        definition = library.definition(file, content)
    except WidgetError as error:
        return None, [_of_file(file, content, error)]
    view = decoded_view(definition.get("encodedWidget")) or {}
    template = definition.get("template")
    texts = Texts(
        template if isinstance(template, str) else "",
        json_text.pretty(definition.get("jsonSchema") or {}),
        json_text.pretty(view.get("defaultState") or {}),
    )
    examination = _Examination(library, file, definition, texts, FileLines(content))
    return examination.run(known), examination.found()


def examine_texts(
    library: WidgetLibrary, file: str, definition: dict[str, Any], texts: Texts, known: frozenset[str] | None
) -> tuple[dict[str, Any] | None, list[WidgetProblem]]:
    """The same of what a person has typed. definition: made of the texts, as far as they are JSON objects."""
    examination = _Examination(library, file, definition, texts, FileLines(None))
    examination.check_json()
    return examination.run(known, is_draft=True), examination.found()


def _of_file(file: str, content: bytes, error: WidgetError) -> WidgetProblem:
    text = Text("data", content.decode("utf-8", errors="replace"))
    mistakes = json_text.read(text.text)[1] if error.reason.startswith("not JSON") else []
    if not mistakes:
        return WidgetProblem(file, 1, error.path, error.reason)
    place = text.place(mistakes[0].span)
    return WidgetProblem(file, place.line, "", f"not JSON: {mistakes[0].reason} (column {place.column})")


class _Examination:
    def __init__(
        self, library: WidgetLibrary, file: str, definition: dict[str, Any], texts: Texts, lines: FileLines
    ) -> None:
        self._problems: list[WidgetProblem] = []
        self._library, self._file, self._lines = library, file, lines
        self._definition: dict[str, Any] = definition
        self._schema = Text("schema", texts.schema)
        self._data = Text("data", texts.data)
        self._template = TemplateProblems(library.tokens(texts.template))
        self._is_broken = False

    def found(self) -> list[WidgetProblem]:
        """The problems so far, each once, in the order of the texts."""
        return sorted(dict.fromkeys(self._problems), key=_order)

    def check_json(self) -> None:
        """Whether the schema and the data are JSON at all."""
        for text, key in ((self._schema, "jsonSchema"), (self._data, "encodedWidget")):
            for reason, place in json_problems(text):
                self._is_broken = True
                self._add(key, f"the {text.name}", reason, place)

    def run(self, known: frozenset[str] | None, *, is_draft: bool = False) -> dict[str, Any] | None:
        """Finds the problems, and gives the tree if it can be drawn."""
        self._check_schema()
        template = self._compiled()
        if template is None:
            self._check_data(None)
            self._is_broken = True
            return None
        told = self._disagreements(template)
        if not self._is_broken and (missing := _about_sample(template)):
            self._add("encodedWidget", "encodedWidget", missing, None, notice=True)
        self._check_data(template)
        tree = self._tree(template, told)
        if tree is None or any(not one.notice for one in self._problems):
            return None
        for path, reason in unknown_actions(tree, known):
            place = self._template.of_tree(f"{path}.type", of_name=False)
            # The agent often comes after the widget.
            self._add("template", path, reason, self._template.place(place), notice=is_draft)
        return tree

    def _add(self, key: str, path: str, reason: str, place: Any, *, notice: bool = False) -> None:
        line = self._lines.of(key)
        self._problems.append(WidgetProblem(self._file, line, path, reason, notice, place))

    def _check_schema(self) -> None:
        schema: Any = self._definition.get("jsonSchema") or {}
        found = list(islice(schema_problems(schema), _MOST_OF_ONE_KIND))
        for path, reason in found:
            written = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
            line = self._lines.of("jsonSchema", *path)
            place = self._schema.of(path)
            self._problems.append(WidgetProblem(self._file, line, f"jsonSchema{written}", reason, place=place))
        if found:
            self._is_broken = True
            self._definition = {**self._definition, "jsonSchema": {}}

    def _compiled(self) -> Template | None:
        try:
            return self._library.compile(self._file, self._definition)
        except WidgetError as error:
            key = error.path if error.path in _FILE_KEYS else "template"
            span, reason = self._template.syntax(error) if key == "template" else (None, error.reason)
            self._add(key, error.path, reason, self._template.place(span))
            return None

    def _disagreements(self, template: Template) -> dict[str, str]:
        told = disagreements(template)
        for name, why in told.items():
            self._add("template", "template", why, self._template.place(self._template.named(name)), notice=True)
        return told

    def _check_data(self, template: Template | None) -> None:
        sample = (decoded_view(self._definition.get("encodedWidget")) or {}).get("defaultState")
        if not isinstance(sample, dict):
            return
        data = cast("dict[str, Any]", sample)
        schema: Any = self._definition.get("jsonSchema") or {}
        try:
            found = template.data_problems(data) if template else misfits(schema, data)
            for error in islice(found, _MOST_OF_ONE_KIND):
                self._is_broken = True
                path = error.json_path.replace("$", "data", 1)
                self._add("encodedWidget", path, error.message[:300], data_place(self._data, error))
        except WidgetError as error:
            self._is_broken = True
            self._add("jsonSchema", error.path, error.reason, self._schema.of([]))

    def _tree(self, template: Template, told: dict[str, str]) -> dict[str, Any] | None:
        """What the example renders to, if it is a widget."""
        if template.sample is None and template.preview is not None:
            for problem in self._library.tree_problems(template.preview):
                self._add("outputJsonPreview", problem.path, problem.reason, None)
        example = template.made if self._is_broken and template.sample is None else template.example
        if example is None:
            return template.preview
        try:
            tree = template.rendered(example)
        except WidgetError as error:
            self._not_rendered(template, error, told)
            return None
        self._template.trace(template, example)
        self._check_tree(template, tree)
        return cast("dict[str, Any]", tree)

    def _check_tree(self, template: Template, tree: Any) -> None:
        seen: set[tuple[Any, str]] = set()  # a loop writes one mistake many times
        for problem in self._library.tree_problems(tree):
            span = self._template.of_tree(problem.place, of_name=problem.of_name)
            if (span, problem.reason) in seen:
                continue
            # A value that the data has, while the data is wrong, is the same mistake once more.
            if not self._is_broken or self._template.is_literal(span):
                reason = _with_hint(template, problem.reason)
                self._add("template", problem.path, reason, self._template.place(span))
            if span is not None:
                seen.add((span, problem.reason))

    def _not_rendered(self, template: Template, error: WidgetError, told: dict[str, str]) -> None:
        names = {*template.variables, *template.described, *(template.example or {})}
        for span, reason, name in self._template.not_rendered(template, error, names):
            if self._is_broken and name not in told and not self._template.is_literal(span):
                continue
            words = reason
            if why := told.get(name):
                self._problems = [one for one in self._problems if one.reason != why]
                words = f"{why}, and its sample data does not have: {reason}"
                if "did you mean" in reason:
                    words = f"{reason} jsonSchema does not describe it"
            self._add("template", "template", _with_hint(template, words), self._template.place(span))
        if (tree := self._template.mended_tree) is not None:
            self._is_broken = True
            self._check_tree(template, tree)


def _order(problem: WidgetProblem) -> tuple[int, int, int]:
    place = problem.place
    if place is None:
        return 0, problem.line, 0
    return 1 + ("template", "schema", "data").index(place.text), place.line, place.column


def _with_hint(template: Template, reason: str) -> str:
    if "(none)" in template.text and ("valid" in reason or "JSON" in reason or "text" in reason):
        hint = "the Widget Builder writes (none) for an expression that it cannot translate, such as tags.join()"
        return f"{reason}; {hint}"
    return reason


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
