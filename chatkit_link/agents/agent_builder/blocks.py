"""Branches in which nothing happens.

Agent Builder writes a branch that leads nowhere as ``else:`` with nothing in it, which is no Python. Such
a line gets a ``pass`` behind its colon, so that every line keeps its number.
"""

import ast
import re

from chatkit_link.agents.agent_builder import fstrings

_EMPTY = re.compile(r"expected an indented block after .* on line (\d+)")


def parse(text: str, filename: str) -> tuple[ast.Module, list[int], list[int]]:
    """The file's tree, the lines whose f-strings were mended, and those that begin an empty block.

    Raises SyntaxError with the file's own line.
    """
    lines = text.split("\n")
    filled: list[int] = []
    while True:
        try:
            return *fstrings.parse("\n".join(lines), filename), filled
        except IndentationError as error:
            empty = _EMPTY.match(error.msg)
            if empty is None or (line := _end_of_header(lines, int(empty[1]))) is None:
                raise
            lines[line - 1] = f"{lines[line - 1].rstrip()} pass"
            filled.append(line)


def _end_of_header(lines: list[str], first: int) -> int | None:
    """The line with the colon that begins a block; its statement may take several."""
    ends = (number for number, line in enumerate(lines[first - 1 :], start=first) if line.rstrip().endswith(":"))
    return next(ends, None)
