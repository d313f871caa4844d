"""Files beside an exported one that it imports: ``from prompts import X``, ``from .prompts import X``, packages.

Two agents may each have a ``prompts.py``, so none of them is imported by that name. Every folder is a package with a
name of its own, which only the import statements of such files lead to: ``rewrite.py`` changes these. The files are
loaded as the exported one is, with the same repairs.
"""

import ast
import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, Final

_PREFIX: Final = "chatkit_link_folder_"
#: Before a folder in ``__path__``, so that Python's own finder, which repairs nothing, leaves it alone.
_OURS: Final = "chatkit-link:"
#: Never a file of the author's, whatever lies in the folder.
_LIBRARIES: Final = frozenset({"agents", "openai", "chatkit", "guardrails", "pydantic", "chatkit_link"})
Execute = Callable[[ModuleType, Path, "Sequence[Path]"], None]


def package_of(folder: Path, roots: Sequence[Path]) -> str:
    """The name of the package that a folder is.

    roots: where the absolute imports of its files are looked up, in this order.
    """
    name = _PREFIX + hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    if name not in sys.modules:
        package = sys.modules[name] = ModuleType(name)
        package.__path__ = [f"{_OURS}{folder}"]
        package.__file__ = None
        package.__dict__["roots"] = tuple(roots)
    return name


def install(execute: Execute) -> None:
    """Let the import system find these packages. execute: runs a file as a module."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder(execute))


def resolve(node: ast.Import | ast.ImportFrom, path: Path, roots: Sequence[Path]) -> list[ast.stmt]:
    """The import statement of the file ``path``, where it names files beside it; itself where it does not."""
    if isinstance(node, ast.Import):
        return list(_plain_imports(node, path, roots))
    if node.level:
        base = path.parents[min(node.level, len(path.parents)) - 1]
    elif (base := _root_with((node.module or "").partition(".")[0], path, roots)) is None:
        return [node]
    return [ast.ImportFrom(_module_name(base, node.module or "", roots), node.names, 0)]


def _module_name(base: Path, dotted: str, roots: Sequence[Path]) -> str:
    """One module has one name, however it is imported: that of its folder, and its own."""
    if not dotted:
        return package_of(base, roots)
    *folders, name = dotted.split(".")
    return f"{package_of(base.joinpath(*folders), roots)}.{name}"


def _plain_imports(node: ast.Import, path: Path, roots: Sequence[Path]) -> Iterator[ast.stmt]:
    for name in node.names:
        top = name.name.partition(".")[0]
        base = _root_with(top, path, roots)
        if base is None:
            yield ast.Import([name])
        elif name.asname or "." not in name.name:
            *folders, last = name.name.split(".")
            package = package_of(base.joinpath(*folders), roots)
            yield ast.ImportFrom(package, [ast.alias(last, name.asname or last)], 0)
        else:  # `import a.b` binds a, which has b
            package = package_of(base, roots)
            yield ast.Import([ast.alias(f"{package}.{name.name}", f"__{top}_loaded")])
            yield ast.ImportFrom(package, [ast.alias(top, top)], 0)


def _root_with(top: str, path: Path, roots: Sequence[Path]) -> Path | None:
    """The first folder that has a module or package of this name; only the file's own hides an installed one."""
    if not top or top in sys.stdlib_module_names or top in _LIBRARIES:
        return None
    for number, root in enumerate(roots):
        if not _has_module(root, top) or path == root / f"{top}.py":  # a file is no neighbour of its own
            continue
        if number == 0 or importlib.util.find_spec(top) is None:
            return root
    return None


def is_sibling(top: str, path: Path, roots: Sequence[Path]) -> bool:
    """Whether ``import top`` in the file ``path`` is one of its neighbours."""
    return _root_with(top, path, roots) is not None


def _has_module(root: Path, top: str) -> bool:
    return (root / f"{top}.py").is_file() or ((root / top).is_dir() and any((root / top).glob("*.py")))


class _Finder(MetaPathFinder):
    def __init__(self, execute: Execute) -> None:
        self._execute = execute

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(_PREFIX) or not path:
            return None
        folder, name = Path(path[0].removeprefix(_OURS)), fullname.rpartition(".")[2]
        file, inside = folder / f"{name}.py", folder / name
        if not file.is_file() and not inside.is_dir():
            return None
        package = [f"{_OURS}{inside}"] if inside.is_dir() and not file.is_file() else None
        if package:
            file = inside / "__init__.py"
        roots: Sequence[Path] = getattr(sys.modules[fullname.partition(".")[0]], "roots", (folder,))
        loader = _Loader(self._execute, file, roots)
        return importlib.util.spec_from_file_location(fullname, file, loader=loader, submodule_search_locations=package)


class _Loader(Loader):
    def __init__(self, execute: Execute, path: Path, roots: Sequence[Path]) -> None:
        self._execute = execute
        self._path = path
        self._roots = roots

    def create_module(self, spec: ModuleSpec) -> Any:
        return None

    def exec_module(self, module: ModuleType) -> None:
        if self._path.is_file():  # a folder without an __init__.py is a package, too
            self._execute(module, self._path, self._roots)
