"""``chatkit-link import``: threads from OpenAI's ChatKit."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from chatkit_link.cli.options import examples

import_cli = typer.Typer(
    help="Import threads from elsewhere.",
    epilog=examples("import threads --user ada --dry-run"),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@import_cli.command(
    "threads",
    epilog=examples(
        "import threads --user ada --dry-run", "import threads --all-users-from users.csv --report out.json"
    ),
)
def import_threads(
    *,
    user: Annotated[
        list[str] | None, typer.Option(metavar="USER", help="A user's name at OpenAI. May be repeated.")
    ] = None,
    all_users_from: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="CSV: name at OpenAI, user here if another, tenant if another.",
        ),
    ] = None,
    name_here: Annotated[
        str | None, typer.Option("--as", metavar="USER", help="What the one --user is called here.")
    ] = None,
    tenant: Annotated[str, typer.Option(metavar="TENANT", help="The tenant of the users here.")] = "default",
    again: Annotated[bool, typer.Option("--again", help="Look into threads that are here for later items.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read everything, store nothing.")] = False,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", dir_okay=False, help="Write the whole report as JSON.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole report as JSON instead.")] = False,
) -> None:
    """Import users' threads from OpenAI's ChatKit. Run it again after a break: it continues from there."""
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.import_threads import (
        bring_threads,
        import_summary,
        read_movers,
        report_as_object,
        require_writable,
        write_report,
    )
    from chatkit_link.cli.output import console, print_json
    from chatkit_link.cli.start import start

    movers = read_movers(user or [], all_users_from, name_here=name_here, tenant=tenant)
    if report is not None:
        require_writable(report)
    found = event_loop.run(bring_threads(start("error"), movers, again=again, dry_run=dry_run))
    if as_json:
        print_json(report_as_object(found))
    else:
        console().print(import_summary(found))
    if report is not None:
        write_report(found, report)
    if not found.complete:
        sys.exit(1)
