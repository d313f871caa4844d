"""The operator's own code, loaded by name: ``package.module``, ``path/to/file.py`` or ``folder/``, a package.

A file is the module that an ``import`` of it would give, so that a module is loaded once, however it is named: a file
of a package is a part of that package, and its imports are looked for where it stands.

These folders are added to the end of ``sys.path``, because a project may have a module with the name of one that this
server needs; only what a target itself names is taken from the project first. Two projects of one process may both
have a package ``app``: the one that was loaded first makes room. Its modules get names of their own, under which
they still import each other as ``from .store import Store``.
"""

import ast
import hashlib
import importlib
import importlib.util
import os
import re
import sys
import traceback
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from types import ModuleType

from pydantic import ValidationError

from chatkit_link.errors import ConfigurationError
from chatkit_link.sdk_names import present_name


@contextmanager
def same_working_folder() -> Generator[None]:
    """Run code of somebody's in the block, which may change the working folder for itself, but not for what follows."""
    try:
        before = Path.cwd()
    except FileNotFoundError:  # it has been deleted
        yield
        return
    try:
        yield
    finally:
        with suppress(OSError):
            os.chdir(before)


@same_working_folder()
def load_module(place: str, what: str, beside: Path) -> ModuleType:
    """The module ``place``, or the file or the package (a folder that ends in /) of that name relative to ``beside``.

    What is loaded can import the modules of the folder ``beside``, and of the folders between it and its file.

    what: begins the message of an error, such as ``Agent target 'mine.py'``.

    Raises:
        ConfigurationError: there is no such file or module, or it does not load.
    """
    beside = Path(os.path.normpath(beside.absolute()))
    root, parts, folders = beside, place.split("."), [beside]
    if place.endswith((".py", "/")):
        path = Path(os.path.normpath(beside / place)) / ("__init__.py" if place.endswith("/") else "")
        if not path.is_file():
            raise ConfigurationError(f"{what}: there is no file {path}.")
        root, parts, folders = _as_import(path, beside)
    importlib.invalidate_caches()  # a file may be newer than what Python remembers of its folder
    try:
        _look_first_in(folders)
        if (spec := _first_spec(root, parts)) is None:
            return importlib.import_module(place)
        return _import(root, parts, spec)
    except ConfigurationError:
        raise
    except (Exception, SystemExit) as error:  # whatever the module does when it is loaded
        text, hint = words_of(error).removesuffix("."), _why_hidden(error, folders) or present_name(error)
        raise ConfigurationError(
            f"{what} does not load: {type(error).__name__}: {text}{_line_in(folders, error)}.{hint}"
        ) from error


def words_of(error: BaseException) -> str:
    """What an error says; of values that pydantic refuses, names and reasons, but not the values: one may be a key."""
    if not isinstance(error, ValidationError):
        return str(error)
    refused = error.errors(include_url=False, include_input=False, include_context=False)
    fields = ((".".join(map(str, one["loc"])), one["msg"]) for one in refused)
    return f"{error.title}: {'; '.join(f'{name}: {why}' if name else why for name, why in fields)}"


def _line_in(folders: Sequence[Path], error: BaseException) -> str:
    """Where in the project an error came up, to stand behind the error."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = Path(frame.filename)
        if "site-packages" not in file.parts and any(file.is_relative_to(folder) for folder in folders):
            return f" ({file.name}, line {frame.lineno})"
    return ""


def _as_import(path: Path, beside: Path) -> tuple[Path, list[str], list[Path]]:
    """A file as an import names it.

    The packages around it are its parents. A folder without an ``__init__.py`` is one, too, where it stands inside a
    package or, with no package around it, inside ``beside``.

    Returns:
        The folder that it is imported from; the parts of its name; the folders that its imports are looked for in.
    """
    root, plain = path.parent, list[Path]()
    for folder in path.parents:
        if (folder / "__init__.py").is_file():
            root = folder.parent
        elif folder.is_relative_to(beside):
            plain.append(folder)
        else:
            break
    in_package = (path.parent / "__init__.py").is_file() or root != path.parent
    if not in_package and root.is_relative_to(beside):
        root = beside
    package = root
    if root != beside and beside.is_relative_to(root) and path.is_relative_to(beside):
        # An empty __init__.py often lies where a project is started: its modules are named from there all the same.
        root = root if _is_of_package(path, beside, root) else beside
    parts = list(path.relative_to(root).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    if any("." in part for part in parts):  # a folder such as v1.2 is no part of a name
        root, parts = path.parent, [path.stem]
    return root, parts, list(dict.fromkeys([*plain, root, package]))


def _is_of_package(path: Path, beside: Path, root: Path) -> bool:
    """Whether a file below ``beside``, which is in a package, imports by the name of that package or relative to it."""
    try:
        nodes = list(ast.walk(ast.parse(path.read_bytes())))
    except (SyntaxError, ValueError):
        return True
    name, depth = beside.relative_to(root).parts[0], len(path.parent.relative_to(beside).parts)
    imported = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    imported += [node.module or "" for node in froms if not node.level]
    return any(node.level > depth for node in froms) or any(each.partition(".")[0] == name for each in imported)


def _import(root: Path, parts: Sequence[str], spec: ModuleSpec) -> ModuleType:
    top = parts[0]
    if _is_reserved(top, root):
        spec = _renamed(spec, _own_name("agent", top, root))
    name = ".".join([spec.name, *parts[1:]])
    _forget_if_changed(name)
    if spec.name not in sys.modules:
        module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
        assert spec.loader is not None  # a file's, or that of folders, which runs nothing
        try:
            spec.loader.exec_module(module)
        except BaseException:
            sys.modules.pop(spec.name, None)
            raise
    found = importlib.import_module(name)
    if found.__spec__ is not None:
        found.__spec__.loader_state = _version(found)
    return found


def _forget_if_changed(name: str) -> None:
    """A server that is started again in the same process has the agent that its file holds then."""
    known = sys.modules.get(name)
    if known is not None and known.__spec__ is not None and known.__spec__.loader_state not in (None, _version(known)):
        del sys.modules[name]


def _version(module: ModuleType) -> tuple[int, int] | None:
    try:
        found = Path(module.__file__ or "").stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _first_spec(root: Path, parts: Sequence[str]) -> ModuleSpec | None:
    """How to load the first part of a name from ``root``; None if it is not there."""
    top = parts[0]
    package, file = root / top / "__init__.py", root / f"{top}.py"
    if package.is_file():
        return importlib.util.spec_from_file_location(top, package, submodule_search_locations=[str(package.parent)])
    if file.is_file():
        return importlib.util.spec_from_file_location(top, file)
    named = root.joinpath(*parts)
    if not (named.is_dir() or named.with_name(f"{named.name}.py").is_file()):
        return None
    folder = ModuleSpec(top, None, is_package=True)
    # As a list: left to Python, it would grow by every folder of this name on sys.path.
    folder.submodule_search_locations = [str(package.parent)]
    return folder


def _renamed(spec: ModuleSpec, name: str) -> ModuleSpec:
    if spec.origin is None:
        folder = ModuleSpec(name, None, is_package=True)
        folder.submodule_search_locations = spec.submodule_search_locations
        return folder
    within = spec.submodule_search_locations
    renamed = importlib.util.spec_from_file_location(name, spec.origin, submodule_search_locations=within)
    assert renamed is not None  # a .py file always has one
    return renamed


def _own_name(kind: str, top: str, root: Path) -> str:
    return f"chatkit_link_{kind}_{top}_{hashlib.sha256(str(root).encode()).hexdigest()[:8]}"


def _is_reserved(top: str, root: Path) -> bool:
    """Whether the name belongs to Python, or to something that this server needs or has imported."""
    if top in sys.stdlib_module_names or top == "chatkit_link":
        return True
    if (loaded := sys.modules.get(top)) is not None:
        return not _is_of(loaded, [root])
    foreign = [entry for entry in sys.path if not isinstance(entry, _ProjectFolder) and Path(entry) != root]
    found = PathFinder.find_spec(top, foreign)
    if found is None or found.origin is None:
        return False
    # The project itself may be installed, too; then the files that are named count.
    needed = {re.split(r"[^\w.-]", line, maxsplit=1)[0].lower() for line in requires("chatkit-link") or ()}
    return any(name.lower() in needed for name in packages_distributions().get(top, ()))


class _ProjectFolder(str):
    """An entry of ``sys.path`` that was added here."""

    __slots__ = ()


def _look_first_in(folders: Sequence[Path]) -> None:
    """Put these before the folders of other projects, whose modules give way where a name is needed."""
    mine = [str(folder) for folder in folders]
    others = [entry for entry in sys.path if isinstance(entry, _ProjectFolder) and entry not in mine]
    sys.path[:] = [entry for entry in sys.path if not isinstance(entry, _ProjectFolder)]
    sys.path += [_ProjectFolder(entry) for entry in mine if entry not in sys.path] + others
    for folder in folders:
        for top in {entry.name.removesuffix(".py") for entry in folder.iterdir()}:
            loaded = sys.modules.get(top)
            if loaded is not None and not _is_of(loaded, folders):
                for other in map(Path, others):
                    if _is_of(loaded, [other]):
                        _rename(top, _own_name("aside", top, other))
            if top not in sys.modules and (aside := _own_name("aside", top, folder)) in sys.modules:
                _rename(aside, top)


def _is_of(module: ModuleType, folders: Sequence[Path]) -> bool:
    """Whether a module of the first level stands in one of these folders."""
    return any(place in folders for place in _places(module))


def _places(module: ModuleType) -> Iterator[Path]:
    if hasattr(module, "__path__"):
        yield from (Path(folder).parent for folder in module.__path__)
    elif file := getattr(module, "__file__", None):
        yield Path(file).parent


def _rename(top: str, new: str) -> None:
    for name in [name for name in sys.modules if name == top or name.startswith(f"{top}.")]:
        module = sys.modules.pop(name)
        sys.modules[new + name.removeprefix(top)] = module
        if (spec := module.__spec__) is not None:  # what `from .store import Store` inside a function goes by
            spec.name = new + name.removeprefix(top)
            module.__package__ = spec.parent


def _why_hidden(error: BaseException, folders: Sequence[Path]) -> str:
    """More words for an import that has met something else than the project's own module."""
    if not isinstance(error, ImportError) or not error.name:
        return ""
    top, *rest = error.name.split(".")
    found = sys.modules.get(top)
    if found is None or _is_of(found, folders):
        return ""
    for own in (path for folder in folders for path in (folder / f"{top}.py", folder / top)):
        # A folder `chatkit` without that module says nothing about a name that the SDK no longer has.
        meant = own.joinpath(*rest)
        if own.exists() and (meant.exists() or meant.with_name(f"{meant.name}.py").is_file()):
            return (
                f" {own.name} is hidden by an installed module of that name: rename it, or make it part of a package."
            )
    return ""
