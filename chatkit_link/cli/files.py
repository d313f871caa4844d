"""``chatkit-link files``: which storage the files of this database are in."""

import typer

from chatkit_link.cli.options import examples

files_cli = typer.Typer(
    help="Say where the users' files are.",
    epilog=examples("files accept"),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@files_cli.callback()
def _files() -> None:
    pass


@files_cli.command(epilog=examples("files accept"))
def accept() -> None:
    """Let the next server that starts take its storage as the one of this database, whatever is in it. For files that
    are lost for good: links to them stay dead. Stop all other servers first.
    """
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.output import print_line
    from chatkit_link.cli.start import start
    from chatkit_link.files.storage_claim import ANY, MARKER
    from chatkit_link.store import deployment
    from chatkit_link.store.open import open_existing

    settings = start("error")

    async def run() -> None:
        async with open_existing(settings) as database:
            await deployment.replace(database, MARKER, ANY)

    event_loop.run(run())
    print_line("The next server that starts keeps the files of this database in its own storage.")
