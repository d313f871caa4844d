"""``chatkit-link usage``: what models were used for."""

from typing import Annotated

import typer

#: As ``store/usage.py`` has them, which takes a second to import.
KEYS = ("day", "tenant", "user", "agent", "model", "kind")


def usage(
    *,
    days: Annotated[
        int, typer.Option(metavar="DAYS", min=1, max=3660, help="Today and the days before it, in UTC.")
    ] = 30,
    by: Annotated[
        str, typer.Option(metavar="KEYS", help=f"Group by some of {', '.join(KEYS)}, with commas.")
    ] = "day,user,agent,model",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line, for a script.")] = False,
) -> None:
    """Print what models were used for, by day, user, agent and model."""
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.output import console
    from chatkit_link.cli.start import start
    from chatkit_link.cli.usage_report import print_usage, usage_table
    from chatkit_link.errors import ConfigurationError
    from chatkit_link.store.open import open_existing
    from chatkit_link.store.usage import Line, report

    keys = list(dict.fromkeys(key.strip() for key in by.split(",")))
    if unknown := [key for key in keys if key not in KEYS]:
        raise ConfigurationError(f"--by {unknown[0]}: group by some of {', '.join(KEYS)}.")
    settings = start("error")

    async def run() -> list[Line]:
        async with open_existing(settings) as database:
            return await report(database, days=days, by=keys)

    lines = event_loop.run(run())
    if as_json:
        print_usage(keys, lines)
    else:
        console().print(usage_table(keys, lines), soft_wrap=False)
