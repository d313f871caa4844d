"""``chatkit-link widgets``: new, list, check, types, render."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from chatkit_link.cli.options import WIDGETS, FolderOption, JsonOption, examples

if TYPE_CHECKING:
    from chatkit_link.workshop.problems import WidgetProblem

widgets_cli = typer.Typer(
    help="Make, check and draw .widget files.",
    epilog=examples("widgets new order-status", "widgets check", "widgets render order-status --png card.png"),
    no_args_is_help=True,
    rich_markup_mode=None,
)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The file's name without .widget.")]


@widgets_cli.command(epilog=examples("widgets new order-status"))
def new(name: NameArgument, folder: FolderOption = WIDGETS) -> None:
    """Make a new .widget file, a small card."""
    from chatkit_link.workshop.folder import WidgetFolder, new_widget

    typer.echo(WidgetFolder(folder).write(name, new_widget(name), over=None))


@widgets_cli.command("list", epilog=examples("widgets list", "widgets list --json"))
def list_widgets(folder: FolderOption = WIDGETS, *, as_json: JsonOption = False) -> None:
    """List the widgets and what they are called. The exit status is 1 if one of them does not load."""
    from chatkit_link.cli.output import print_json
    from chatkit_link.cli.render_widgets import clean
    from chatkit_link.widgets.templates import WidgetLibrary
    from chatkit_link.workshop.checking import check as check_file
    from chatkit_link.workshop.folder import WidgetFolder

    library, files = WidgetLibrary(folder), WidgetFolder(folder)
    found: list[dict[str, str | None]] = []
    for name in files.names():
        problems = [one for one in check_file(library, f"{name}.widget", files.read(name), None) if not one.notice]
        title, problem = (None, problems[0].reason) if problems else (library.load(name).name, None)
        found.append({"name": name, "title": title, "problem": problem})
    if as_json:
        print_json(found)
    else:
        if not found:
            typer.echo(f"There is no .widget file in {folder}: make one with chatkit-link widgets new NAME.", err=True)
        for one in found:
            typer.echo(clean(f"{one['name']}\t{one['problem'] or one['title']}"))
    if any(one["problem"] for one in found):
        sys.exit(1)


@widgets_cli.command(epilog=examples("widgets check --folder widgets --agent lock=agent.py", "widgets check --json"))
def check(
    *,
    folder: FolderOption = WIDGETS,
    agent: Annotated[
        list[str] | None,
        typer.Option("--agent", metavar="ID=TARGET", help="An agent whose actions are answered, too: ID=file.py:name."),
    ] = None,
    action: Annotated[
        list[str] | None,
        typer.Option("--action", metavar="TYPE", help="An action type that is answered, too. May be repeated."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check every .widget file. Renders its sample data and looks at every node, icon and action.

    Without sample data, it is made of the schema. Notices do not change the exit status.
    """
    from dataclasses import asdict

    from chatkit_link.cli.output import print_json

    checked, found = _check(folder, agent, action)
    problems = sum(not one.notice for one in found)
    if as_json:
        print_json({"checked": checked, "problems": [asdict(one) for one in found]})
    else:
        for one in found:
            typer.echo(str(one), err=True)
        counts = [_counted(problems, "problem"), *([_counted(n, "notice")] if (n := len(found) - problems) else [])]
        typer.echo(f"{_counted(checked, 'widget')} checked, {', '.join(counts)}.")
    if problems:
        sys.exit(1)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _check(folder: Path, agent: list[str] | None, action: list[str] | None) -> "tuple[int, list[WidgetProblem]]":
    from chatkit_link.agents.catalog import targets_given
    from chatkit_link.errors import ConfigurationError
    from chatkit_link.settings import read_settings
    from chatkit_link.widgets.templates import WidgetLibrary
    from chatkit_link.workshop.checking import check as check_file
    from chatkit_link.workshop.folder import WidgetFolder
    from chatkit_link.workshop.known_actions import known_actions
    from chatkit_link.workshop.problems import WidgetProblem
    from chatkit_link.workshop.type_stubs import TYPED, is_stale

    files = WidgetFolder(folder)
    if not files.names():
        raise ConfigurationError(f"There is no .widget file in {folder}: name another folder with --folder.")
    config = read_settings().config
    known = known_actions(config, targets_given(agent, config))
    answered = None if known is None else known | set(action or ())
    library = WidgetLibrary(folder)
    problems = [
        problem
        for name in files.names()
        for problem in check_file(library, f"{folder}/{name}.widget", files.read(name), answered)
    ]
    if all(one.notice for one in problems) and is_stale(library, folder / TYPED):
        problems.append(
            WidgetProblem(f"{folder}/{TYPED}", 1, "", "the widgets have changed since: run chatkit-link widgets types")
        )
    return len(files.names()), problems


@widgets_cli.command(epilog=examples("widgets types"))
def types(
    folder: FolderOption = WIDGETS,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="The file to write; else typed.py beside the widgets."),
    ] = None,
) -> None:
    """Write the types of the widgets' data. The result is a Python module for editors and type checkers."""
    from chatkit_link.errors import ConfigurationError
    from chatkit_link.widgets.templates import WidgetLibrary
    from chatkit_link.workshop.type_stubs import TYPED, write_file

    if not (library := WidgetLibrary(folder)).names():
        raise ConfigurationError(f"There is no .widget file in {folder}: name another folder with --folder.")
    write_file(library, output or folder / TYPED)
    typer.echo(output or folder / TYPED)


@widgets_cli.command(epilog=examples("widgets render order-status", "widgets render order-status --png card.png"))
def render(
    name: NameArgument,
    folder: FolderOption = WIDGETS,
    data: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A JSON file with the data; else the sample data.")
    ] = None,
    png: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw it into this file, in a Chromium of this machine.")
    ] = None,
    width: Annotated[int, typer.Option(metavar="PIXELS", min=200, max=2000, help="Width of the picture.")] = 480,
    scheme: Annotated[Literal["light", "dark"], typer.Option(help="Colours of the picture.")] = "light",
) -> None:
    """Print the tree that a widget renders to, or draw it."""
    from chatkit_link.cli.output import print_json
    from chatkit_link.errors import ConfigurationError
    from chatkit_link.widgets.templates import WidgetLibrary
    from chatkit_link.workshop.screenshot import draw

    tree = WidgetLibrary(folder).load(name).checked_tree(read_data(data) if data else None)
    if png is None:
        print_json(tree)
        return
    drawn = draw(tree, width=width, scheme=scheme)
    try:
        png.write_bytes(drawn)
    except OSError as error:
        raise ConfigurationError(f"--png {png}: it cannot be written, {error.strerror}.") from error
    typer.echo(png)


def read_data(file: Path) -> dict[str, Any]:
    """The data in a JSON file. Raises ConfigurationError."""
    import json

    from chatkit_link.errors import ConfigurationError

    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"--data {file}: it cannot be read as JSON.") from error
    if not isinstance(found, dict):
        raise ConfigurationError(f"--data {file}: the data of a widget is a JSON object.")
    return cast("dict[str, Any]", found)
