"""``chatkit-link keys``: the server keys of the database."""

from typing import Annotated

import typer

from chatkit_link.cli.options import JsonOption, examples

keys_cli = typer.Typer(
    help="Make, list, rotate and revoke server keys, which your back ends send.",
    epilog=examples("keys create shop --scope sessions", "keys list", "keys rotate shop --overlap 24h"),
    no_args_is_help=True,
    rich_markup_mode=None,
)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The key's name, as in the audit log.")]
_LENGTH = "How long it is good: a number with s, m, h or d."


@keys_cli.command(
    epilog=examples("keys create shop --scope sessions --scope threads", "keys create acme --scope admin --tenant acme")
)
def create(
    name: NameArgument,
    *,
    scope: Annotated[
        list[str], typer.Option(metavar="SCOPE", help="sessions, threads, read-only or admin. May be repeated.")
    ],
    tenant: Annotated[
        str | None, typer.Option(metavar="TENANT", help="The only tenant that it may act for. Without it, all.")
    ] = None,
    expires: Annotated[str | None, typer.Option(metavar="DURATION", help=f"{_LENGTH} Without it, for ever.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key and print it. It is printed this once: only its hash is stored."""
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.key_changes import created_key, print_created
    from chatkit_link.cli.start import start

    print_created(event_loop.run(created_key(start("error"), name, scope, tenant, expires)), as_json=as_json)


@keys_cli.command("list", epilog=examples("keys list", "keys list --json"))
def list_keys(*, as_json: JsonOption = False) -> None:
    """List all keys with their scopes and when they were used last. The keys themselves are not known."""
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.key_changes import all_keys, print_keys
    from chatkit_link.cli.start import start

    print_keys(event_loop.run(all_keys(start("error"))), as_json=as_json)


@keys_cli.command(epilog=examples("keys rotate shop", "keys rotate shop --overlap 0s"))
def rotate(
    name: NameArgument,
    *,
    overlap: Annotated[
        str, typer.Option(metavar="DURATION", help="How long the key before it stays good: a number with s, m, h or d.")
    ] = "24h",
    expires: Annotated[
        str | None, typer.Option(metavar="DURATION", help=f"{_LENGTH} Without it, as long as the one before.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print a new key of this name, with the same scopes. The one before it stays good for the overlap."""
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.key_changes import print_created, rotated_key
    from chatkit_link.cli.start import start

    print_created(event_loop.run(rotated_key(start("error"), name, overlap, expires)), as_json=as_json)


@keys_cli.command(epilog=examples("keys revoke shop"))
def revoke(name: NameArgument, *, as_json: JsonOption = False) -> None:
    """End all keys of this name, within three seconds."""
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.key_changes import print_revoked, revoked_keys
    from chatkit_link.cli.start import start

    print_revoked(name, event_loop.run(revoked_keys(start("error"), name)), as_json=as_json)
