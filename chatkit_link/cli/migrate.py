"""``chatkit-link migrate``: the database at the schema of this version."""


def migrate() -> None:
    """Bring the database to the schema of this version, and stop."""
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.output import print_line
    from chatkit_link.cli.start import start
    from chatkit_link.store.migrate import head
    from chatkit_link.store.migrate import migrate as upgrade
    from chatkit_link.store.open import open_database

    settings = start("warning")

    async def run() -> None:
        async with open_database(settings) as database:
            await upgrade(database)

    event_loop.run(run())
    print_line(f"The database is at schema {head()}.")
