"""What the editor works on: a .widget file taken apart into the three texts that are typed, and put together again."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ConfigDict
from pydantic_core import from_json

from chatkit_link.widgets.errors import WidgetError
from chatkit_link.widgets.json_text import pretty
from chatkit_link.widgets.templates import LARGEST_FILE, WidgetLibrary, decoded_view
from chatkit_link.workshop.checking import Texts, examine, examine_texts
from chatkit_link.workshop.export import python_call
from chatkit_link.workshop.folder import WidgetFolder, encode, revision, write_out
from chatkit_link.workshop.problems import TextName, WidgetProblem


class Draft(BaseModel):
    """title: the widget's name. template: Jinja2 text. schema_text, data: JSON as text, perhaps not yet right."""

    model_config = ConfigDict(extra="forbid")

    title: str
    template: str
    schema_text: str
    data: str


class Mark(BaseModel):
    """One problem at its place. text: which of the three it is in; None, and then no line, where it is in none.

    Lines and columns count from 1, columns in characters. notice: the widget can be built all the same.
    """

    message: str
    notice: bool
    text: TextName | None = None
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0


class Preview(BaseModel):
    """tree: None where nothing can be rendered. problems: messages. marks: the same, each at its place."""

    tree: dict[str, Any] | None
    problems: list[str]
    marks: list[Mark]


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
        texts = Texts(draft.template, draft.schema_text, draft.data)
        made: dict[str, Any] = {"version": "1.0", "name": draft.title, "template": draft.template}
        for what, text in (("schema", draft.schema_text), ("data", draft.data)):
            try:
                found = _parsed(what, text)
            except WidgetError:
                continue  # the examination says why, and looks at the rest without it
            made |= {"jsonSchema": found} if what == "schema" else {"encodedWidget": encode(found)}
        if len(write_out(made)) > LARGEST_FILE:
            return _preview(None, [WidgetProblem(f"{name}.widget", 1, "", f"larger than {LARGEST_FILE} bytes")])
        return _preview(*examine_texts(self._library, f"{name}.widget", made, texts, self._known))

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
            tree=pretty(tree),
            python=python_call(name, draft.title, _parsed("data", draft.data)),
        )

    def _content(self, name: str, draft: Draft, over: str | None) -> bytes:
        made = _definition(draft)
        tree = self.render(name, draft).tree
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
            schema_text=pretty(definition.get("jsonSchema") or {}),
            data=pretty(view.get("defaultState") or {}),
        )

    def _preview(self, file: str, content: bytes) -> Preview:
        return _preview(*examine(self._library, file, content, self._known))


def _preview(tree: dict[str, Any] | None, problems: list[WidgetProblem]) -> Preview:
    return Preview(tree=tree, problems=[one.sentence for one in problems], marks=[_mark(one) for one in problems])


def _mark(problem: WidgetProblem) -> Mark:
    place = asdict(problem.place) if problem.place else {}
    # What is marked in the template is found by eye; the path helps where nothing is.
    message = problem.reason if problem.place else problem.sentence
    return Mark(message=f"{message[:1].upper()}{message[1:]}", notice=problem.notice, **place)


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
