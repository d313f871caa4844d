"""What the editor works on: a .widget file taken apart into the three texts that are typed, and put together again."""

import json
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ConfigDict
from pydantic_core import from_json

from chatkit_link.widgets.errors import WidgetError
from chatkit_link.widgets.templates import WidgetLibrary, decoded_view
from chatkit_link.workshop.checking import WidgetProblem, examine
from chatkit_link.workshop.export import python_call
from chatkit_link.workshop.folder import WidgetFolder, encode, revision, write_out


class Draft(BaseModel):
    """title: the widget's name. template: Jinja2 text. schema_text, data: JSON as text, perhaps not yet right."""

    model_config = ConfigDict(extra="forbid")

    title: str
    template: str
    schema_text: str
    data: str


class Preview(BaseModel):
    """tree: None where nothing can be rendered. problems: messages."""

    tree: dict[str, Any] | None
    problems: list[str]


class OpenedWidget(Preview):
    """draft: None for a file that is not even JSON."""

    name: str
    revision: str
    draft: Draft | None


class Export(BaseModel):
    """file: the text of a .widget file. tree: the JSON of its nodes. python: a tool that shows it."""

    file: str
    tree: str
    python: str


class Workshop:
    """The files of one folder. known: the action types that the server answers; None if that is not known."""

    def __init__(self, folder: Path, known: frozenset[str] | None) -> None:
        self.files = WidgetFolder(folder)
        self._library = WidgetLibrary(folder)
        self._known = known

    def all(self) -> list[OpenedWidget]:
        """Every widget of the folder."""
        return [self.open(name) for name in self.files.names()]

    def open(self, name: str) -> OpenedWidget:
        """Raises NotFound and Unprocessable."""
        return self.take_apart(name, self.files.read(name))

    def take_apart(self, name: str, content: bytes) -> OpenedWidget:
        """Any .widget file, such as one of the Widget Builder, with its own sample data."""
        preview = self._preview(f"{name}.widget", content)
        draft = self._draft(name, content)
        return OpenedWidget(name=name, revision=revision(content), draft=draft, **preview.model_dump())

    def render(self, name: str, draft: Draft) -> Preview:
        """What the draft renders to, and what is wrong with it."""
        try:
            definition = _definition(draft)
        except WidgetError as error:
            return Preview(tree=None, problems=[str(error)])
        return self._preview(f"{name}.widget", write_out(definition))

    def save(self, name: str, draft: Draft, over: str | None) -> OpenedWidget:
        """Writes the draft, and preserves the other contents of the file that it replaces.

        Raises WidgetError, Conflict and Unprocessable.
        """
        content = self._content(name, draft, over)
        self.files.write(name, content, over=over)
        return self.take_apart(name, content)

    def rename(self, name: str, to: str) -> OpenedWidget:
        """Raises Conflict, NotFound and Unprocessable."""
        self.files.rename(name, to)
        return self.open(to)

    def put_back(self, name: str, content: str) -> OpenedWidget:
        """A deleted file as it was. Raises Conflict and Unprocessable."""
        self.files.write(name, content.encode(), over=None)
        return self.open(name)

    def export(self, name: str, draft: Draft, over: str | None) -> Export:
        """The draft for use elsewhere. Raises WidgetError where it cannot be rendered."""
        content = self._content(name, draft, over)
        tree = self._library.read(f"{name}.widget", content).checked_tree()
        return Export(
            file=content.decode(),
            tree=_pretty(tree),
            python=python_call(name, draft.title, _parsed("data", draft.data)),
        )

    def _content(self, name: str, draft: Draft, over: str | None) -> bytes:
        made = _definition(draft)
        tree = self._preview(f"{name}.widget", write_out(made)).tree
        preserved = _object(self.files.read(name)) if over is not None else {}
        view = decoded_view(preserved.get("encodedWidget"))
        if view is not None:
            made["encodedWidget"] = encode(json.loads(draft.data), view)
        if tree is not None:
            made["outputJsonPreview"] = tree
        return write_out({**preserved, **made})

    def _draft(self, name: str, content: bytes) -> Draft | None:
        definition = _object(content)
        if not definition:
            return None
        view = decoded_view(definition.get("encodedWidget")) or {}
        return Draft(
            title=str(definition.get("name") or name),
            template=str(definition.get("template") or ""),
            schema_text=_pretty(definition.get("jsonSchema") or {}),
            data=_pretty(view.get("defaultState") or {}),
        )

    def _preview(self, file: str, content: bytes) -> Preview:
        tree, problems = examine(self._library, file, content, self._known)
        return Preview(tree=tree, problems=[_sentence(problem) for problem in problems])


def _sentence(problem: WidgetProblem) -> str:
    return f"{problem.path}: {problem.reason}" if problem.path else problem.reason


def _definition(draft: Draft) -> dict[str, Any]:
    return {
        "version": "1.0",
        "name": draft.title,
        "template": draft.template,
        "jsonSchema": _parsed("schema", draft.schema_text),
        "encodedWidget": encode(_parsed("data", draft.data)),
    }


def _parsed(what: str, text: str) -> dict[str, Any]:
    try:
        found = from_json(text)
    except ValueError as error:
        raise WidgetError(f"the {what}", "", f"not JSON: {error}") from error
    if not isinstance(found, dict):
        raise WidgetError(f"the {what}", "", "must be a JSON object")
    return cast("dict[str, Any]", found)


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = from_json(content)
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
