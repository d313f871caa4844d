"""What is wrong with a widget, and where: in the file, and in the text that a person typed."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Literal, cast

from chatkit_link.widgets import json_text
from chatkit_link.widgets.json_text import Span

TextName = Literal["template", "schema", "data"]


@dataclass(frozen=True, slots=True)
class Place:
    """Of a text. Lines and columns count from 1, columns in characters; the end is behind the last one."""

    text: TextName
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column} of the {self.text}"


@dataclass(frozen=True, slots=True)
class WidgetProblem:
    """line: of the file, from 1. path: in the file, its data or the rendered tree; empty when it is the whole.

    notice: worth to know, while the widget can be built all the same. place: where it is in what was typed.
    """

    file: str
    line: int
    path: str
    reason: str
    notice: bool = False
    place: Place | None = None

    def __str__(self) -> str:
        kind = "notice: " if self.notice else ""
        return f"{self.file}:{self.line}: {kind}{self.sentence}"

    @property
    def sentence(self) -> str:
        """Without the file, for where it is known."""
        where = f"{self.path}: " if self.path else ""
        # The template is one line of the file, the sample data is encoded in it.
        place = f" ({self.place})" if self.place and self.place.text == "template" else ""
        return f"{where}{self.reason}{place}"


class Text:
    """One of the texts. Offsets in it become places; what stands in its JSON is found by its path."""

    def __init__(self, name: TextName, text: str) -> None:
        self.name: TextName = name
        self.text = text
        self._ends = list(accumulate(len(line) + 1 for line in text.split("\n")))
        self._json: json_text.Located | None = None
        self._is_read = False

    def place(self, span: Span) -> Place:
        """The line and column of a part."""
        line, column = self._position(span.start)
        end_line, end_column = self._position(max(span.end, span.start))
        return Place(self.name, line, column, end_line, end_column)

    def of(self, path: list[str | int], *, member: str | None = None) -> Place | None:
        """The place of a value in the JSON, or of the name of a member of it. None where the text is no JSON."""
        if not self._is_read:
            self._json, self._is_read = json_text.read(self.text)[0], True
        if self._json is None:
            return None
        found = self._json.nearest(path)
        if member is not None and member in found.keys:
            return self.place(found.keys[member])
        # Of a long value, its first bracket: all of it underlined says nothing.
        whole = found.span
        return self.place(Span(whole.start, whole.start + 1) if isinstance(found.value, dict | list) else whole)

    def _position(self, offset: int) -> tuple[int, int]:
        line = min(bisect_right(self._ends, offset), len(self._ends) - 1)
        return line + 1, offset - (self._ends[line - 1] if line else 0) + 1


class FileLines:
    """The lines of a .widget file. Without content, all is in its first line."""

    def __init__(self, content: bytes | None) -> None:
        self._content = content
        self._text: Text | None = None

    def of(self, *path: str | int) -> int:
        """The line where the name of a member stands, or the value where it is an item of a list."""
        if self._content is None or not path:
            return 1
        if self._text is None:
            self._text = Text("data", self._content.decode("utf-8", errors="replace"))
        *owner, last = path
        place = self._text.of(list(owner), member=last) if isinstance(last, str) else self._text.of(list(path))
        return place.line if place else 1


def path_of(written: str) -> list[str | int]:
    """``children[2].status.icon`` as its parts."""
    parts: list[str | int] = []
    for name in written.split(".") if written else []:
        word, *indexes = name.replace("]", "").split("[")
        parts += [word] if word else []
        parts += [int(index) for index in indexes if index.isdecimal()]
    return parts


def flattened(located: json_text.Located) -> json_text.Located:
    """With its children as ``builder_flaws`` makes them: no null, no true or false, and lists of them as one list."""
    children = located.members.get("children")
    if children is None:
        return located
    if isinstance(children.value, list):
        items = [flattened(child) for child in _flat(children.items)]
        children = json_text.Located([one.value for one in items], children.span, items=items)
    elif isinstance(children.value, dict):
        children = flattened(children)
    members = {**located.members, "children": children}
    value = cast("dict[str, Any]", {**located.value, "children": children.value})
    return json_text.Located(value, located.span, located.keys, members, located.items)


def _flat(children: list[json_text.Located]) -> list[json_text.Located]:
    flat: list[json_text.Located] = []
    for child in children:
        if isinstance(child.value, list):
            flat += _flat(child.items)
        elif child.value is not None and not isinstance(child.value, bool):
            flat.append(child)
    return flat
