"""What the commands print: plain text where it does not go to a terminal, and JSON for scripts."""

import json
import sys
from typing import Any

import typer
from rich.console import Console

#: Of a table in a file or a pipe: wider than any, so that a line is not broken where a script would look for it.
_PIPE = 1000


def console(*, stderr: bool = False) -> Console:
    """A terminal, or a pipe: then without colours and control characters, and a line is as long as it is."""
    made = Console(stderr=stderr, highlight=False, soft_wrap=True)
    if not made.is_terminal:
        made.width = _PIPE
    return made


def print_line(text: str) -> None:
    """One line, exactly as it is."""
    console().print(text, markup=False)


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """A value as JSON; ``indent=None`` for one line."""
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    typer.echo(json.dumps(value, ensure_ascii=not unicode, indent=indent))
