"""What an exported file does to start itself, which is left out when a server loads it.

People try a file before they bring it: ``asyncio.run(main())`` at its end, a ``print`` of an answer, a loop around
``input()``. Such a statement at the top of the file is taken out, and so is all that only its results are for.
What a function of the file needs stays, whatever it does.
"""

import ast
from collections.abc import Iterable
from typing import Final

#: Calls that start something, or wait for a person or for arguments.
_STARTS: Final = frozenset(
    "asyncio.run asyncio.get_event_loop.run_until_complete anyio.run uvicorn.run agents.Runner.run "
    "agents.Runner.run_sync agents.Runner.run_streamed agents.run_demo_loop agents.repl.run_demo_loop input".split()
)
_METHODS: Final = frozenset({"run_until_complete", "parse_args", "parse_known_args"})
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NEVER = (*_DEFINITIONS, ast.Import, ast.ImportFrom)


def drop_script_start(tree: ast.Module, imported: dict[str, str], entry: str) -> list[int]:
    """Take the statements out of ``tree`` that start the file as a script; the lines that they stood at.

    Args:
        imported: local name -> what it is.
        entry: the name of the workflow's function; a call of it starts the file, too.
    """
    starters = _starters(tree, imported, entry)
    needed = {name for node in tree.body if isinstance(node, _DEFINITIONS) for name in _global_names(node)}
    dropped: list[ast.stmt] = []
    lost: set[str] = set()
    for node in tree.body:
        if isinstance(node, _NEVER) or _is_main_guard(node):
            continue
        bound = _bound(node)
        if bound & needed or _defines(node):
            continue
        if _starts(node, imported, starters) or (lost & _names_in([node])):
            dropped.append(node)
            lost |= bound
    # A name that a statement still uses must stay, with all that it is made of.
    changed = True
    while changed:
        kept = _names_in([node for node in tree.body if node not in dropped and not isinstance(node, _DEFINITIONS)])
        back = [node for node in dropped if _bound(node) & kept]
        dropped = [node for node in dropped if node not in back]
        changed = bool(back)
    tree.body = [node for node in tree.body if node not in dropped]
    return [node.lineno for node in dropped]


def _starters(tree: ast.Module, imported: dict[str, str], entry: str) -> set[str]:
    """Functions of the file that start something when they are called, such as ``main``."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    found = {entry}
    while True:
        more = {node.name for node in functions if any(_is_start(each, imported, found) for each in ast.walk(node))}
        if more <= found:
            return found
        found |= more


def _starts(node: ast.stmt, imported: dict[str, str], starters: set[str]) -> bool:
    return any(_is_start(each, imported, starters) for each in ast.walk(node))


def _is_start(node: ast.AST, imported: dict[str, str], starters: set[str]) -> bool:
    if isinstance(node, ast.Await):
        return isinstance(node.value, ast.Call) and _is_start(node.value, imported, starters)
    if not isinstance(node, ast.Call):
        return False
    name = called(node.func, imported)
    return name in _STARTS or name in starters or (isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS)


def called(node: ast.expr, imported: dict[str, str]) -> str:
    """What a call calls, spelled out; a call in between is left out: ``f().g`` is "f.g"."""
    if isinstance(node, ast.Name):
        return imported.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        return f"{called(node.value, imported)}.{node.attr}"
    return called(node.func, imported) if isinstance(node, ast.Call) else ""


def _is_main_guard(node: ast.stmt) -> bool:
    """``if __name__ == "__main__"``, which does nothing here by itself."""
    return isinstance(node, ast.If) and "__name__" in _names_in([node.test])


def _defines(node: ast.stmt) -> bool:
    return any(isinstance(each, _DEFINITIONS) for each in ast.walk(node))


def _bound(node: ast.stmt) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}


def _global_names(node: ast.AST) -> set[str]:
    """What a function or class uses of the file: the names that it does not bind itself."""
    used: set[str] = set()
    own: set[str] = set()
    for each in ast.walk(node):
        match each:
            case ast.Name(id=name, ctx=ast.Load()):
                used.add(name)
            case ast.Name(id=name) | ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
                own.add(name)
            case ast.Global():
                return _names_in([node])
            case _:
                pass
    return used - own


def _names_in(nodes: Iterable[ast.AST]) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        found |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}
    return found
