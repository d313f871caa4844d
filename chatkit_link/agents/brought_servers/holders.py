"""Every place in a server that holds an object, so that another can take its place.

A server hands its store on when it is made: to a converter, to a file store, to the context of its agent, to a tool
that is a closure. So what can be reached from the server is walked: its attributes, and those of objects of the
project's own, the containers in them, what functions close over, and the globals of the project's own modules.
Objects of libraries are not entered; what they hold is theirs.
"""

import sys
import sysconfig
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from types import CellType, FunctionType, MethodType, ModuleType
from typing import Any, cast

#: How many objects are between the server and a place at most.
_DEPTH = 6
_LIBRARIES = tuple({Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")})


def replace_everywhere(server: object, places: dict[int, tuple[object, object]]) -> None:
    """Put the second object of each pair wherever the first one is held. places: id of the first -> the pair."""
    _Walk(server, places).run()


class _Walk:
    def __init__(self, server: object, places: dict[int, tuple[object, object]]) -> None:
        self._server = server
        self._places = places
        self._seen: set[int] = set()
        self._package = type(server).__module__.partition(".")[0]

    def run(self) -> None:
        self._enter(self._server, _DEPTH)
        # Afterwards: from a global, less deep is gone.
        for names in self._globals():
            self._enter(names, 2)

    def _enter(self, root: object, depth: int) -> None:
        layer = [root]
        for left in range(depth, 0, -1):
            found: list[object] = []
            for holder in layer:
                if id(holder) not in self._seen:
                    self._seen.add(id(holder))
                    inside = list(self._replaced_in(holder))
                    found += [each for each in inside if left > 1 and self._is_entered(each)]
            layer = found

    def _globals(self) -> Iterator[dict[str, Any]]:
        """Those of the server's own module, which need not be the one of that name, and of its project."""
        for cls in type(self._server).__mro__:
            if self._is_own(cls.__module__):
                yield from (each.__globals__ for each in vars(cls).values() if isinstance(each, FunctionType))
        for module in self._own_modules(type(self._server).__module__):
            yield vars(module)

    def _replaced_in(self, holder: object) -> Iterator[object]:
        """What a holder holds, after the replacement."""
        match holder:
            case dict():
                yield from self._in_mapping(cast("dict[Any, Any]", holder))
            case list():
                yield from self._in_sequence(cast("list[Any]", holder))
            case tuple() | frozenset() | set():
                yield from cast("tuple[object, ...]", holder)
            case FunctionType():
                yield from self._in_cells(holder)
            case MethodType():
                yield holder.__self__
            case _:
                yield from self._in_mapping(getattr(holder, "__dict__", {}))
                yield from self._in_slots(holder)

    def _in_mapping(self, mapping: MutableMapping[str, Any]) -> Iterator[object]:
        for name, value in list(mapping.items()):
            new = self._new(value)
            if new is not value:
                mapping[name] = new
            yield new

    def _in_sequence(self, sequence: list[Any]) -> Iterator[object]:
        for position, value in enumerate(list(sequence)):
            new = self._new(value)
            if new is not value:
                sequence[position] = new
            yield new

    def _in_cells(self, function: FunctionType) -> Iterator[object]:
        for cell in function.__closure__ or ():
            value = _content(cell)
            new = self._new(value)
            if new is not value:
                cell.cell_contents = new
            yield new

    def _in_slots(self, holder: object) -> Iterator[object]:
        names = {name for cls in type(holder).__mro__ for name in _slots(cls)}
        for name in names:
            value: object = getattr(holder, name, None)
            new = self._new(value)
            if new is not value:
                object.__setattr__(holder, name, new)
            yield new

    def _new(self, value: object) -> object:
        """What takes the place of a value; the value itself, if nothing does."""
        before, after = self._places.get(id(value), (None, None))
        return after if before is value and before is not None else value

    def _is_entered(self, value: object) -> bool:
        if isinstance(value, dict | list | tuple | set | frozenset | FunctionType | MethodType):
            return True
        if isinstance(value, type | ModuleType) or value is None:
            return False
        # A tool of the Agents SDK is an object of a library around a function of the project's own.
        return self._is_own(type(value).__module__) or type(value).__module__.partition(".")[0] == "agents"

    def _own_modules(self, name: str) -> Iterator[ModuleType]:
        """The modules of the server's package, and those beside its file."""
        folder = _file(sys.modules.get(name))
        for other, module in list(sys.modules.items()):
            if other.partition(".")[0] == self._package:
                yield module
            elif folder is not None and (file := _file(module)) is not None:
                beside = file.is_relative_to(folder.parent) and not _is_library(file)
                if beside and other.partition(".")[0] != "chatkit_link":
                    yield module

    def _is_own(self, module: str) -> bool:
        if module.partition(".")[0] == self._package:
            return True
        file = _file(sys.modules.get(module))
        return file is not None and not _is_library(file) and not module.startswith("chatkit_link.")


def _file(module: ModuleType | None) -> Path | None:
    file = getattr(module, "__file__", None)
    return Path(file) if file else None


def _is_library(file: Path) -> bool:
    return any(file.is_relative_to(folder) for folder in _LIBRARIES)


def _content(cell: CellType) -> object | None:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


def _slots(cls: type) -> tuple[str, ...]:
    names: Any = vars(cls).get("__slots__", ())
    names = (names,) if isinstance(names, str) else tuple(names)
    return tuple(name for name in names if not name.startswith("__"))
