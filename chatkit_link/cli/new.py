"""``chatkit-link new``: a folder with an agent of one's own, and all that it needs to run and to be deployed."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from chatkit_link.cli.options import JsonOption


def new(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="The new folder; its name becomes that of the agent.")
    ],
    source: Annotated[
        str, typer.Option("--from", metavar="NAME", help="What to begin with: agent, or professor-lock.")
    ] = "agent",
    *,
    as_json: JsonOption = False,
) -> None:
    """Make a folder with an agent: its widgets, settings and test, and the files that Docker Compose, Railway and
    Render deploy. The folder is new, or empty.
    """
    from chatkit_link.cli.new_project import make_project
    from chatkit_link.cli.output import print_json, print_line

    project = make_project(folder, source)
    if as_json:
        print_json({"folder": str(project.folder), "agent": project.agent, "files": project.files})
        return
    for file in project.files:
        print_line(str(folder / file))
    enter = [] if folder.absolute() == Path.cwd() else [f"cd {shlex.quote(str(folder))}"]
    print_line("\nNext:")
    for line in (*enter, "chatkit-link serve --reload"):
        print_line(f"  {line}")
