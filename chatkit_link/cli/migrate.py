"""``chatkit-link migrate``: the database at the schema of this version, or of another one."""

from typing import Annotated

import typer


def migrate(
    *,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="REVISION",
            help="Another schema, such as 0014: that of an older version, before you start it again. Stop all servers "
            "first. A server of this version upgrades it again.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Delete what the older schema cannot hold.")] = False,
    new_secret: Annotated[
        bool,
        typer.Option(
            "--new-secret",
            help="Let the next server that starts decide on CHATKIT_LINK_SECRET. For a secret that is lost: visitors "
            "whose cookies it signed lose their history.",
        ),
    ] = False,
) -> None:
    """Bring the database to the schema of this version, or to that of --to, and stop."""
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.output import print_line
    from chatkit_link.cli.start import start
    from chatkit_link.errors import ConfigurationError
    from chatkit_link.identity import FINGERPRINT
    from chatkit_link.store.deployment import forget
    from chatkit_link.store.migrate import head, plan
    from chatkit_link.store.migrate import migrate as change_schema
    from chatkit_link.store.open import open_database

    settings = start("warning")

    async def run() -> None:
        async with open_database(settings) as database:
            if to is not None and (losses := (await plan(database, to)).losses) and not yes:
                raise ConfigurationError(
                    f"Schema {to} cannot hold everything. This would be deleted: {'; '.join(losses)}. "
                    "Make a backup, stop all servers and add --yes."
                )
            await change_schema(database, to)
            if new_secret:
                await forget(database, FINGERPRINT)

    event_loop.run(run())
    print_line(f"The database is at schema {to or head()}.")
    if to not in (None, head()):
        print_line("Start the version that needs it: a server of this one upgrades it again.")
    if new_secret:
        print_line("The next server that starts decides which CHATKIT_LINK_SECRET is that of this database.")
