"""``chatkit-link widgets``: new, list, check, types, render."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer

from chatkit_link.agents.catalog import targets_given
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import read_settings
from chatkit_link.widgets.templates import WidgetLibrary
from chatkit_link.workshop.checking import WidgetProblem
from chatkit_link.workshop.checking import check as check_file
from chatkit_link.workshop.folder import WidgetFolder, new_widget
from chatkit_link.workshop.known import known_actions
from chatkit_link.workshop.picture import draw
from chatkit_link.workshop.typed import TYPED, is_stale, write_file

widgets_cli = typer.Typer(help="Make, check and draw .widget files.", no_args_is_help=True, rich_markup_mode=None)
FolderOption = Annotated[Path, typer.Option("--folder", help="The folder of the .widget files.")]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The file's name without .widget.")]
WIDGETS = Path("widgets")


@widgets_cli.command()
def new(name: NameArgument, folder: FolderOption = WIDGETS) -> None:
    """Make a small card to begin with."""
    typer.echo(WidgetFolder(folder).write(name, new_widget(name), over=None))


@widgets_cli.command("list")
def list_widgets(folder: FolderOption = WIDGETS) -> None:
    """List the widgets and what they are called."""
    library, files = WidgetLibrary(folder), WidgetFolder(folder)
    for name in files.names():
        problems = check_file(library, f"{name}.widget", files.read(name), None)
        typer.echo(f"{name}\t{problems[0].reason if problems else library.load(name).name}")


@widgets_cli.command()
def check(
    folder: FolderOption = WIDGETS,
    agent: Annotated[
        list[str] | None, typer.Option("--agent", help="An agent whose actions are answered, too: ID=file.py:name.")
    ] = None,
    action: Annotated[
        list[str] | None, typer.Option("--action", help="An action type that is answered, too. May be repeated.")
    ] = None,
) -> None:
    """Check every .widget file: with its sample data, node by node, down to its icons and actions."""
    files = WidgetFolder(folder)
    if not files.names():
        raise ConfigurationError(f"There is no .widget file in {folder}: name another folder with --folder.")
    config = read_settings().config
    known = known_actions(config, targets_given(agent, config))
    library = WidgetLibrary(folder)
    problems = [
        problem
        for name in files.names()
        for problem in check_file(
            library, f"{folder}/{name}.widget", files.read(name), None if known is None else known | set(action or ())
        )
    ]
    if not problems and is_stale(library, folder / TYPED):
        problems.append(
            WidgetProblem(f"{folder}/{TYPED}", 1, "", "the widgets have changed since: run chatkit-link widgets types")
        )
    for problem in problems:
        typer.echo(str(problem), err=True)
    typer.echo(f"{len(files.names())} widgets checked, {len(problems)} problems.")
    if problems:
        sys.exit(1)


@widgets_cli.command()
def types(
    folder: FolderOption = WIDGETS,
    output: Annotated[Path | None, typer.Option(help=f"The file to write; else {TYPED} beside the widgets.")] = None,
) -> None:
    """Write a Python module with the types of what the widgets take, for editors and type checkers."""
    if not (library := WidgetLibrary(folder)).names():
        raise ConfigurationError(f"There is no .widget file in {folder}: name another folder with --folder.")
    write_file(library, output or folder / TYPED)
    typer.echo(output or folder / TYPED)


@widgets_cli.command()
def render(
    name: NameArgument,
    folder: FolderOption = WIDGETS,
    data: Annotated[Path | None, typer.Option(help="A JSON file with the data; else the sample data.")] = None,
    png: Annotated[Path | None, typer.Option(help="Draw it into this file, in a Chromium of this machine.")] = None,
    width: Annotated[int, typer.Option(min=200, max=2000, help="Pixels of the picture.")] = 480,
    scheme: Annotated[str, typer.Option(help="light or dark.")] = "light",
) -> None:
    """Print the tree that a widget renders to, or draw it."""
    if scheme not in {"light", "dark"}:
        raise ConfigurationError(f"--scheme {scheme!r}: choose light or dark.")
    tree = WidgetLibrary(folder).load(name).checked_tree(read_data(data) if data else None)
    if png is None:
        typer.echo(json.dumps(tree, ensure_ascii=False, indent=2))
        return
    drawn = draw(tree, width=width, scheme=cast('Literal["light", "dark"]', scheme))
    try:
        png.write_bytes(drawn)
    except OSError as error:
        raise ConfigurationError(f"--png {png}: it cannot be written, {error.strerror}.") from error
    typer.echo(png)


def read_data(file: Path) -> dict[str, Any]:
    """The data in a JSON file. Raises ConfigurationError."""
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"--data {file}: it cannot be read as JSON.") from error
    if not isinstance(found, dict):
        raise ConfigurationError(f"--data {file}: the data of a widget is a JSON object.")
    return cast("dict[str, Any]", found)
