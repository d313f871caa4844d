"""Options that several commands share: name, type and help. Imports nothing but typer."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

AgentOption = Annotated[
    list[str] | None,
    typer.Option(
        "--agent", metavar="ID=TARGET", help="Add an agent: ID=file.py:name or ID=module:name. May be repeated."
    ),
]
DayOption = Annotated[
    datetime | None,
    typer.Option(
        "--on", formats=["%Y-%m-%d"], metavar="DATE", help="Report models that are shut down by this day; else today."
    ),
]
#: The folder that `widgets` and `dev` look into.
WIDGETS = Path("widgets")
FolderOption = Annotated[
    Path, typer.Option("--folder", metavar="FOLDER", file_okay=False, help="The folder of the .widget files.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for a script.")]


def examples(*commands: str) -> str:
    """The end of a command's help: each example on its own line."""
    lines = "\n".join(f"  chatkit-link {command}" for command in commands)
    return f"\b\n{'Example' if len(commands) == 1 else 'Examples'}:\n{lines}"
