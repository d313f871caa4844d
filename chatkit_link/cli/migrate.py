"""``chatkit-link migrate``: the database at the schema of this version."""

from typing import Annotated

import typer


def migrate(
    *,
    new_secret: Annotated[
        bool,
        typer.Option(
            "--new-secret",
            help="Let the next server that starts decide on CHATKIT_LINK_SECRET. For a secret that is lost: visitors "
            "whose cookies it signed lose their history.",
        ),
    ] = False,
) -> None:
    """Bring the database to the schema of this version, and stop."""
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.output import print_line
    from chatkit_link.cli.start import start
    from chatkit_link.identity import FINGERPRINT
    from chatkit_link.store.deployment import forget
    from chatkit_link.store.migrate import head
    from chatkit_link.store.migrate import migrate as upgrade
    from chatkit_link.store.open import open_database

    settings = start("warning")

    async def run() -> None:
        async with open_database(settings) as database:
            await upgrade(database)
            if new_secret:
                await forget(database, FINGERPRINT)

    event_loop.run(run())
    print_line(f"The database is at schema {head()}.")
    if new_secret:
        print_line("The next server that starts decides which CHATKIT_LINK_SECRET is that of this database.")
