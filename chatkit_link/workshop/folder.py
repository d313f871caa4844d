"""The folder of .widget files, which is the only place that is written to."""

import base64
import hashlib
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from chatkit_link.errors import Conflict, NotFound, Unprocessable
from chatkit_link.widgets.templates import LARGEST_FILE

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}")


def encode(sample: dict[str, Any], view: dict[str, Any] | None = None) -> str:
    """Sample data as ``encodedWidget`` holds it: base64url JSON, without padding. view: the fields beside it."""
    text = json.dumps({**(view or {}), "defaultState": sample}, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def write_out(definition: dict[str, Any]) -> bytes:
    """A definition as the bytes of its file."""
    return json.dumps(definition, ensure_ascii=False, indent=2).encode() + b"\n"


def revision(content: bytes) -> str:
    """Changes whenever the bytes do."""
    return hashlib.sha256(content).hexdigest()[:16]


class WidgetFolder:
    """Reads and writes ``{name}.widget`` in one folder; what leads out of it, a link too, is refused."""

    def __init__(self, folder: Path) -> None:
        self.path = folder.absolute()

    def names(self) -> list[str]:
        """The file names without ``.widget``, sorted."""
        if not self.path.is_dir():
            return []
        return sorted(file.stem for file in self.path.glob("*.widget") if file.is_file() and not file.is_symlink())

    def read(self, name: str) -> bytes:
        """Raises NotFound and Unprocessable."""
        file = self._file(name)
        if not file.is_file():
            raise NotFound(f"There is no {file.name} in {self.path.name}/.")
        with file.open("rb") as opened:
            return opened.read(LARGEST_FILE + 1)  # one more, so that the check reports it as too large

    def write(self, name: str, content: bytes, *, over: str | None) -> Path:
        """Replaces the file at once, or not at all.

        over: the revision that is replaced; None for a new file.

        Raises Conflict when the file has another revision, and Unprocessable.
        """
        file = self._file(name)
        if len(content) > LARGEST_FILE:
            raise Unprocessable(f"A .widget file has at most {LARGEST_FILE:,} bytes; this would have {len(content):,}.")
        there = revision(file.read_bytes()) if file.is_file() else None
        if there != over:
            raise Conflict(
                f"{file.name} exists already: choose another name."
                if over is None
                else f"{file.name} was changed on disk meanwhile: load it again, or save under another name."
            )
        self.path.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.path, prefix=".", suffix=".new", delete=False) as new:
            new.write(content)
        Path(new.name).chmod(0o644)
        os.replace(new.name, file)  # noqa: PTH105 - the name as given, links not followed
        return file

    @property
    def writable(self) -> bool:
        """Whether the folder, or the one that it would be made in, can be written to."""
        there = next(folder for folder in (self.path, *self.path.parents) if folder.exists())
        return there.is_dir() and os.access(there, os.W_OK)

    def remove(self, name: str, *, over: str) -> str:
        """Deletes the file and returns what it held, so that it can be put back.

        A file that could not be put back as it was is not deleted.

        over: the revision that is deleted.

        Raises Conflict when the file has another revision, NotFound and Unprocessable.
        """
        content = self.read(name)
        if revision(content) != over:
            raise Conflict(f"{name}.widget was changed on disk meanwhile: look at it again before you delete it.")
        try:
            text = content.decode()
        except UnicodeDecodeError:
            text = None
        if text is None or len(content) > LARGEST_FILE:
            raise Unprocessable(f"{name}.widget is too large or no text, and could not be restored: delete it by hand.")
        self._file(name).unlink()
        return text

    def rename(self, name: str, to: str) -> None:
        """Raises Conflict when there is a file of the new name, NotFound and Unprocessable."""
        file, new = self._file(name), self._file(to)
        if not file.is_file():
            raise NotFound(f"There is no {file.name} in {self.path.name}/.")
        if new.exists():
            raise Conflict(f"{new.name} exists already: choose another name.")
        file.rename(new)

    def _file(self, name: str) -> Path:
        file = self.path / f"{name}.widget"
        if not _NAME.fullmatch(name) or ".." in name:
            raise Unprocessable(
                "A widget's name has letters, digits, spaces, dots, dashes and underscores only: it is a file "
                f"in {self.path.name}/."
            )
        if file.is_symlink() or file.resolve().parent != self.path.resolve():
            raise Unprocessable(f"{file.name} leads out of {self.path.name}/, so it is neither read nor written.")
        return file


def new_widget(name: str) -> bytes:
    """A small card to start from, as the bytes of its file."""
    sample = {"title": name.replace("-", " ").capitalize(), "text": "Change me."}
    template = (
        '{"type":"Card","children":[\n'
        '  {"type":"Title","value":{{ title | tojson }},"size":"sm"},\n'
        '  {"type":"Text","value":{{ text | tojson }},"color":"secondary"}\n'
        "]}"
    )
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"title": {"type": "string"}, "text": {"type": "string"}},
        "required": ["title", "text"],
        "additionalProperties": False,
    }
    preview = {
        "type": "Card",
        "children": [
            {"type": "Title", "value": sample["title"], "size": "sm"},
            {"type": "Text", "value": sample["text"], "color": "secondary"},
        ],
    }
    return write_out(
        {
            "version": "1.0",
            "name": sample["title"],
            "template": template,
            "jsonSchema": schema,
            "outputJsonPreview": preview,
            "encodedWidget": encode(sample),
        }
    )
