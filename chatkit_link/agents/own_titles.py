"""Whether a server names its threads itself: then it is left to that, and no model is asked for a title."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any

from chatkit.server import ChatKitServer


def names_threads(server: type[ChatKitServer[Any]]) -> bool:
    """Whether the class, or one that it is made from, sets the title of a thread somewhere in its code.

    It need not do so in the first answer: a server may wait until there is something to name.
    """
    return any(_sets_title(tree) for cls in server.__mro__ if (tree := _parsed(cls)) is not None)


def _parsed(cls: type[Any]) -> ast.AST | None:
    if cls is object or cls.__module__.partition(".")[0] == "chatkit":
        return None
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError, SyntaxError):  # made at run time, or its file is gone
        return None


def _sets_title(tree: ast.AST) -> bool:
    return any(_assigns(node) or (isinstance(node, ast.Call) and _changes_title(node)) for node in ast.walk(tree))


def _assigns(node: ast.AST) -> bool:
    """``thread.title = ...``."""
    match node:
        case ast.Attribute(value=target, attr="title", ctx=ast.Store()):
            return _is_thread(target)
        case _:
            return False


def _changes_title(call: ast.Call) -> bool:
    """``setattr(thread, "title", ...)`` or ``thread.model_copy(update={"title": ...})``."""
    match call:
        case ast.Call(func=ast.Name(id="setattr"), args=[target, ast.Constant(value="title"), _]):
            return _is_thread(target)
        case ast.Call(func=ast.Attribute(value=target, attr="model_copy")):
            return _is_thread(target) and "title" in _keys(call)
        case _:
            return False


def _keys(call: ast.Call) -> Iterator[object]:
    for each in call.keywords:
        if isinstance(each.value, ast.Dict):
            yield from (key.value for key in each.value.keys if isinstance(key, ast.Constant))


def _is_thread(target: ast.expr) -> bool:
    """``thread``, ``ctx.context.thread``, ``self._thread``, ``loaded_thread``: by name, there are no types here."""
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return "thread" in name.lower()
        case _:
            return False
