"""What widgets take, as a Python module for editors and type checkers: TypedDicts, and a ``load`` that knows them."""

import ast
import os
import re
from pathlib import Path

from chatkit_link.errors import ConfigurationError
from chatkit_link.widgets.templates import WidgetLibrary
from chatkit_link.workshop.typed_dicts import TypedDicts, quoted

#: The module's name in the folder of the widgets.
TYPED = "typed.py"

_MARK = '"""What the widgets take'
_HEAD = f'{_MARK}. Written by `chatkit-link widgets types`; it is not edited by hand."""\n'
_IMPORTED = {
    "collections.abc": ("Mapping",),
    "pathlib": ("Path",),
    "typing": ("Any", "Literal", "Never", "NotRequired", "overload"),
    "typing_extensions": ("TypedDict",),
    "chatkit_link": ("widgets",),
    "chatkit_link.widgets": ("Template",),
}


def write_module(library: WidgetLibrary, file: Path) -> str:
    """The text of the module for all widgets of the library. file: where it will be written.

    Raises WidgetError for the first invalid file.
    """
    taken = {"None", "True", "False", *(name for names in _IMPORTED.values() for name in names)}
    blocks: list[str] = []
    loads: list[str] = []
    names = library.names()
    for name in names:
        data = TypedDicts(library.load(name).schema, name, taken, blocks).root
        loads.append(f"def load(name: Literal[{quoted(name)}]) -> Template[{data}]:")
    if len(names) > 1:
        blocks.append("\n\n\n".join(f"@overload\n{load} ..." for load in loads))
        loads = ["def load(name: str) -> Template[Any]:"]
    place = Path(os.path.relpath(library.folder.absolute(), file.absolute().parent)).as_posix()
    folder = "Path(__file__).parent" + ("" if place == "." else f" / {quoted(place)}")
    doc = '"""The template in ``{name}.widget``; read again when the file changed. Raises ``WidgetError``."""'
    blocks += [f"{load}\n    {doc}\n    return widgets.load(name, {folder})" for load in loads]
    return _HEAD + _imports("\n\n\n".join(blocks))


def write_file(library: WidgetLibrary, file: Path) -> None:
    """Writes the module. Raises ConfigurationError where another file is in its place, and WidgetError."""
    text = write_module(library, file)
    try:
        if file.exists() and not _is_ours(file):
            raise ConfigurationError(f"{file} was not written by this command: name another file with --output.")
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written: {error.strerror}.") from error


def is_stale(library: WidgetLibrary, file: Path) -> bool:
    """Whether the file is such a module, and differs from what it would be now; layout and imports do not count."""
    if not file.is_file() or not _is_ours(file):
        return False
    try:
        return _code_lines(file.read_bytes()) != _code_lines(write_module(library, file))
    except (SyntaxError, ValueError):
        return True


def _code_lines(source: str | bytes) -> list[str]:
    return [ast.dump(part) for part in ast.parse(source).body if not isinstance(part, ast.Import | ast.ImportFrom)]


def _is_ours(file: Path) -> bool:
    return file.read_bytes().startswith(_MARK.encode())


def _imports(body: str) -> str:
    """The body under the imports of what it names."""
    used = {module: [n for n in names if re.search(rf"\b{n}\b", body)] for module, names in _IMPORTED.items()}
    lines = {module: f"from {module} import {', '.join(names)}\n" for module, names in used.items() if names}
    ours = [line for module, line in lines.items() if module.startswith("chatkit_link")]
    theirs = [lines.pop("typing_extensions", "")]
    standard = [line for module, line in lines.items() if not module.startswith("chatkit_link")]
    return "\n" + "\n".join("".join(group) for group in (standard, theirs, ours) if any(group)) + f"\n\n{body}\n"
