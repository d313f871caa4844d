"""The models and the ending features of OpenAI's that the text of a Python file names."""

import ast
from collections.abc import Iterator
from datetime import date

from chatkit_link.agents.models.shutdowns import EVALS, PROMPTS, Notice, Shutdowns


def in_text(tree: ast.Module) -> Iterator[tuple[int, str, bool]]:
    """Line, name, and whether it is a feature, of what a file names: strings used as models, ids of prompts."""
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg=str(name), value=value):
                yield from _models(name, value)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield from _models(name, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield from _models(name, value)
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant):
                        yield from _models(str(key.value), value)
            case ast.arguments():
                yield from _defaults(node)
            case ast.Constant(value=str(text)) if text.startswith("pmpt_"):
                yield node.lineno, PROMPTS, True
            case ast.Attribute(value=ast.Attribute(attr="evals"), attr="create" | "retrieve" | "list" | "runs"):
                yield node.lineno, EVALS, True
            case _:
                pass


def _models(name: str, value: ast.expr) -> Iterator[tuple[int, str, bool]]:
    if "model" in name.lower():
        for node in ast.walk(value):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.lineno, node.value, False


def _defaults(node: ast.arguments) -> Iterator[tuple[int, str, bool]]:
    placed = [*node.posonlyargs, *node.args]
    for argument, value in zip(placed[len(placed) - len(node.defaults) :], node.defaults, strict=True):
        yield from _models(argument.arg, value)
    for argument, value in zip(node.kwonlyargs, node.kw_defaults, strict=True):
        if value is not None:
            yield from _models(argument.arg, value)


def file_notices(tree: ast.Module, table: Shutdowns, today: date) -> Iterator[tuple[int, Notice]]:
    """The lines of a file that name something that ends, each line and name once."""
    for line, name, feature in dict.fromkeys(in_text(tree)):
        notice = table.of_feature(name, today) if feature else table.of_model(name, today)
        if notice is not None:
            yield line, notice
