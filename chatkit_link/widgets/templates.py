"""``.widget`` files: loaded, checked, and built with data.

A .widget file (what ChatKit's widget builder exports) is JSON: ``version`` "1.0", ``name``,
``template`` (Jinja2 text that renders to JSON), ``jsonSchema`` of the data, ``outputJsonPreview``, and
``encodedWidget`` (base64url JSON with the builder's JSX view and ``defaultState``, the sample data).
The SDK's ``WidgetTemplate`` neither checks data against the schema nor renders in a sandbox; this does. What
``WidgetTemplate`` builds of a file and its data is built here, too.
"""

import base64
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, cast

import jinja2
from chatkit.widgets import DynamicWidgetRoot
from jinja2 import TemplateError
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from jsonschema.exceptions import ValidationError as DataError
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from referencing import Registry
from referencing.exceptions import Unresolvable
from typing_extensions import TypeVar

from chatkit_link.widgets.agreement import (
    described_names,
    is_excused,
    is_mentioned,
    required_names,
    undescribed_names,
)
from chatkit_link.widgets.builder_flaws import mend, parse
from chatkit_link.widgets.errors import WidgetError
from chatkit_link.widgets.sample_data import sample_of
from chatkit_link.widgets.sandbox import WidgetSandbox, changes_its_data, compiled, render, variables
from chatkit_link.widgets.source_map import SourceMap, mark, unmarked
from chatkit_link.widgets.template_tokens import TemplateTokens
from chatkit_link.widgets.validation import TreeChecker, TreeProblem

LARGEST_FILE = 512_000
#: What a template ends with that does not fit its data: Jinja's errors, and Python's inside its filters.
FAILURES = (
    TemplateError, ValueError, TypeError, ArithmeticError, LookupError, RecursionError, AttributeError, AssertionError,
    MemoryError,
)  # fmt: skip
#: About a file without sample data, for which none can be made.
_NO_SAMPLE = "there is no sample data in it, and with data made of jsonSchema it is no widget"
_WRITE_ONE = 'write an example of its data into jsonSchema, as {"examples": [{...}]}'

#: What a template takes: any data, or the types in the module that `chatkit-link widgets types` has written.
Data = TypeVar("Data", bound=Mapping[str, Any] | BaseModel, default=Mapping[str, Any] | BaseModel)


class Template(Generic[Data]):
    """One .widget file, compiled. Raises ``WidgetError`` when the file itself is not right."""

    def __init__(self, source: str, definition: dict[str, Any], sandbox: WidgetSandbox, checker: TreeChecker) -> None:
        self.source = source
        self.definition = definition
        self._checker = checker
        self._sandbox = sandbox
        if definition.get("version") != "1.0":
            raise WidgetError(source, "version", 'only version "1.0" is known')
        self.name = _text(source, definition, "name")
        self.schema = cast("dict[str, Any]", definition.get("jsonSchema") or {})
        try:
            Draft202012Validator.check_schema(self.schema)
            # An empty registry: a $ref to an address elsewhere is an error, not a request.
            self._validator = Draft202012Validator(self.schema, registry=Registry())
            self.text = text = _text(source, definition, "template")
            #: Names that the schema has, at any depth.
            self.described = described_names(self.schema)
            parsed = mend(sandbox.parse(text), self._view, self.described)
            #: Names that the template takes from its data.
            self.variables = variables(sandbox, parsed)
            #: Names of its data that the schema does not have, to how the template writes them: ``item.name``.
            self.undescribed = undescribed_names(parsed, self.variables, self.schema)
            #: Names that the schema requires and the template does not use.
            self.unused = frozenset(name for name in required_names(self.schema) if not is_mentioned(name, text))
            self._changes_data = changes_its_data(parsed)
            self._template: jinja2.Template = compiled(sandbox, parsed)
        except SchemaError as error:
            raise WidgetError(source, "jsonSchema", error.message) from error
        except TemplateError as error:
            raise WidgetError(source, "template", str(error)) from error
        except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
            raise WidgetError(source, "template", f"it cannot be compiled: {str(error)[:200]}") from error

    @property
    def sample(self) -> dict[str, Any] | None:
        """The sample data that came with the file, or None: ``encodedWidget`` may be missing or garbage."""
        state = (decoded_view(self.definition.get("encodedWidget")) or {}).get("defaultState")
        if isinstance(state, dict):
            return cast("dict[str, Any]", state)
        return None if self.variables or self.schema.get("required") else {}

    @property
    def example(self) -> dict[str, Any] | None:
        """The sample data, or data made of the schema that it takes and that renders; None where there is neither."""
        return self._example if isinstance(self._example, dict) else None

    @property
    def without_example(self) -> str | None:
        """What is to be done where there is no sample data and none can be made."""
        problem = self._example
        if not isinstance(problem, WidgetError):
            return None
        return f"{_NO_SAMPLE} ({problem.path or 'the whole'}: {problem.reason}): {_WRITE_ONE}"

    @cached_property
    def _example(self) -> "dict[str, Any] | WidgetError":
        if self.sample is not None:
            return self.sample
        try:
            self._checker.check(self.source, self.tree(self.made))
        except WidgetError as error:
            return error
        return self.made

    @cached_property
    def made(self) -> dict[str, Any]:
        """Data made of the schema, whether the template takes it or not."""
        made = sample_of(self.schema) or {}
        return made | {name: name for name in self.variables if name not in made and name in self.undescribed}

    @property
    def _view(self) -> str | None:
        """The JSX that the Widget Builder made the template of."""
        view = (decoded_view(self.definition.get("encodedWidget")) or {}).get("view")
        return view if isinstance(view, str) else None

    def build(self, data: Data) -> DynamicWidgetRoot:
        """The widget for this data, or for a pydantic model as its JSON.

        Raises ``WidgetError`` when the data does not fit the schema or the template does not render to a
        widget. The tree is not checked node by node here (``check`` does, and tests do for ours).
        """
        tree = self.tree(data)
        try:
            return DynamicWidgetRoot.model_validate(tree)
        except ValidationError as error:
            raise WidgetError(self.source, "", "it does not render to a widget") from error

    def tree(self, data: Mapping[str, Any] | BaseModel) -> Any:
        """The same as plain JSON values."""
        if isinstance(data, BaseModel):
            data = data.model_dump(mode="json")
        self._check_data(data)
        return self.rendered(data)

    def rendered(self, data: Mapping[str, Any]) -> Any:
        """The same of data that may not fit the schema."""
        try:
            rendered = render(self._template, data, optional=self.described, changed=self._changes_data)
            return parse(rendered)
        except FAILURES as error:
            raise WidgetError(self.source, "template", str(error)[:300]) from error

    def traced(self, data: Mapping[str, Any]) -> SourceMap | None:
        """The rendered text and what of the template wrote it; None where that cannot be told.

        Raises what rendering raises.
        """
        plain = render(self._template, data, optional=self.described, changed=self._changes_data)
        try:
            parsed = self._sandbox.parse(self.text)
            pieces = mark(parsed, TemplateTokens(self._sandbox, self.text))
            template = compiled(self._sandbox, mend(parsed, self._view, self.described))
            marked = render(template, data, optional=self.described, changed=self._changes_data)
        except FAILURES:
            return None
        found = unmarked(marked, pieces)
        return found if found.text == plain else None

    def data_problems(self, data: Mapping[str, Any]) -> Iterator[DataError]:
        """Where the data does not fit the schema, though it should. Raises ``WidgetError`` for a $ref to nowhere."""
        problems = cast("Iterator[DataError]", self._validator.iter_errors(data))  # pyright: ignore[reportUnknownMemberType] - jsonschema's types
        undescribed = frozenset(self.undescribed)
        try:
            yield from (found for found in problems if not is_excused(found, undescribed, self.unused))
        except (Unresolvable, RecursionError) as error:
            raise WidgetError(self.source, "jsonSchema", "a $ref in it leads nowhere in this file") from error

    def _check_data(self, data: Mapping[str, Any]) -> None:
        # The first error is enough; looking for the best of all would go through all the rows.
        if problem := next(self.data_problems(data), None):
            raise WidgetError(self.source, problem.json_path.replace("$", "data", 1), problem.message[:300])

    def check(self, data: dict[str, Any] | None = None) -> None:
        """Builds with the data (the sample, if None) and checks every node. Raises ``WidgetError``.

        A file without sample data is checked by the preview that it carries, too.
        """
        if data is None and self.sample is None and self.preview is not None:
            self._checker.check(self.source, self.preview)
        if data is not None or self.example is not None:
            self.checked_tree(data)

    @property
    def preview(self) -> dict[str, Any] | None:
        """The tree that came with the file, if there is one."""
        found = self.definition.get("outputJsonPreview")
        return cast("dict[str, Any]", found) if isinstance(found, dict) and "type" in found else None

    def checked_tree(self, data: dict[str, Any] | None = None) -> dict[str, Any]:
        """What ``check`` has checked."""
        data = self.example if data is None else data
        if data is None:
            raise WidgetError(self.source, "encodedWidget", self.without_example or _NO_SAMPLE)
        tree = self.tree(data)
        self._checker.check(self.source, tree)
        return cast("dict[str, Any]", tree)


class WidgetLibrary:
    """The templates of one folder; each is read and compiled when it is first asked for, and when it changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sandbox = WidgetSandbox()
        self._checker = TreeChecker()
        self._loaded: dict[str, tuple[tuple[int, int], Template]] = {}

    def names(self) -> list[str]:
        """The file names without ``.widget``, sorted."""
        return sorted(file.stem for file in self.folder.glob("*.widget"))

    def load(self, name: str) -> Template:
        """The template in ``{name}.widget``. Raises ``WidgetError``."""
        file = self.folder / f"{name}.widget"
        if "/" in name or "\\" in name or not file.is_file():
            raise WidgetError(f"{name}.widget", "", "there is no such file")
        state = file.stat()
        version = (state.st_mtime_ns, state.st_size)
        if name not in self._loaded or self._loaded[name][0] != version:
            self._loaded[name] = version, self.read(file.name, file.read_bytes())
        return self._loaded[name][1]

    def read(self, source: str, content: bytes) -> Template:
        """A template from the bytes of a .widget file that is not in the folder. Raises ``WidgetError``."""
        return self.compile(source, self.definition(source, content))

    def definition(self, source: str, content: bytes) -> dict[str, Any]:
        """What the bytes of a .widget file hold. Raises ``WidgetError``."""
        if len(content) > LARGEST_FILE:
            raise WidgetError(source, "", f"larger than {LARGEST_FILE} bytes")
        try:
            found = from_json(content)
        except ValueError as error:
            raise WidgetError(source, "", f"not JSON: {error}") from error
        if not isinstance(found, dict):
            raise WidgetError(source, "", "not a JSON object")
        return cast("dict[str, Any]", found)

    def compile(self, source: str, definition: dict[str, Any]) -> Template:
        """A template from what such a file holds. Raises ``WidgetError``."""
        return Template(source, definition, self._sandbox, self._checker)

    def tokens(self, template: str) -> TemplateTokens:
        """What the text of a template is made of, also of one that cannot be compiled."""
        return TemplateTokens(self._sandbox, template)

    def tree_problems(self, tree: Any) -> list[TreeProblem]:
        """All that is wrong with a rendered tree, in its order."""
        return list(self._checker.problems(tree))


def _text(source: str, definition: dict[str, Any], key: str) -> str:
    value = definition.get(key)
    if not isinstance(value, str) or not value:
        raise WidgetError(source, key, "must be a text that is not empty")
    return value


def decoded_view(encoded: Any) -> dict[str, Any] | None:
    """What ``encodedWidget`` holds; None for garbage."""
    if not isinstance(encoded, str):
        return None
    try:
        view = from_json(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except ValueError:
        return None
    return cast("dict[str, Any]", view) if isinstance(view, dict) else None
