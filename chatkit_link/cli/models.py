"""``chatkit-link models``: when models are shut down."""

from pathlib import Path
from typing import Annotated

import typer

from chatkit_link.cli.options import JsonOption, examples

models_cli = typer.Typer(
    help="Find out when models are shut down.",
    epilog=examples("models refresh"),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@models_cli.command("refresh", epilog=examples("models refresh"))
def refresh_models(
    *,
    file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="Update this file instead of the one in the data folder."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Update the shutdown dates. Asks the model's server which of its models are shut down, and when."""
    from chatkit_link.cli.model_checks import day, refresh_dates
    from chatkit_link.cli.output import print_json, print_line
    from chatkit_link.cli.start import start

    written, found = refresh_dates(start("error"), file, day(None))
    if as_json:
        print_json({"file": str(written), "listed": found.listed, "dated": found.dated})
    else:
        known = f"{found.dated} of {found.listed} models have a day on which they are shut down"
        print_line(f"{written} is up to date: {known}.")
