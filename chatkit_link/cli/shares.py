"""``chatkit-link shares``: the read-only links to users' threads."""

from typing import TYPE_CHECKING, Annotated

import typer

from chatkit_link.cli.options import JsonOption, examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatkit_link.store.shares import Share

shares_cli = typer.Typer(
    help="List and withdraw the links with which users share their chats.",
    epilog=examples("shares list", "shares list --user ada --json", "shares revoke shr_1a2b"),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@shares_cli.command("list", epilog=examples("shares list", "shares list --tenant acme --json"))
def list_shares(
    *,
    tenant: Annotated[str | None, typer.Option(metavar="TENANT", help="Only of this tenant.")] = None,
    user: Annotated[str | None, typer.Option(metavar="USER", help="Only of this user.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the links that are good, the newest first. The addresses themselves are not known."""
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.start import start
    from chatkit_link.store.open import open_existing
    from chatkit_link.store.shares import find_all

    settings = start("error")

    async def run() -> "Sequence[Share]":
        async with open_existing(settings) as database:
            return await find_all(database, tenant=tenant, user=user)

    _print(event_loop.run(run()), as_json=as_json)


@shares_cli.command(epilog=examples("shares revoke shr_1a2b"))
def revoke(share: Annotated[str, typer.Argument(metavar="SHARE", help="The link's id.")]) -> None:
    """Withdraw a link: what it displays, and its files, cannot be read with it any more."""
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.operator import operator
    from chatkit_link.cli.output import print_line
    from chatkit_link.cli.start import start
    from chatkit_link.errors import ConfigurationError
    from chatkit_link.store.open import open_existing
    from chatkit_link.store.shares import revoke_any

    settings = start("error")

    async def run() -> bool:
        async with open_existing(settings) as database:
            return await revoke_any(database, share, operator())

    if not event_loop.run(run()):
        raise ConfigurationError(f"There is no link {share}.")
    print_line(f"The link {share} is withdrawn.")


def _print(found: "Sequence[Share]", *, as_json: bool) -> None:
    from rich.markup import escape
    from rich.table import Table

    from chatkit_link.cli.output import console, print_json, print_line
    from chatkit_link.cli.render_widgets import clean

    if as_json:
        for share in found:
            print_json(
                {
                    "id": share.id,
                    "tenant": share.tenant,
                    "user": share.user,
                    "thread_id": share.thread_id,
                    "attachments": share.attachments,
                    "created_at": share.created_at.isoformat(),
                    "expires_at": share.expires_at.isoformat() if share.expires_at else None,
                },
                indent=None,
            )
        return
    if not found:
        print_line("Nothing is shared.")
        return
    table = Table("Id", "Tenant", "User", "Thread", "Files", "Made", "Expires", box=None, pad_edge=False)
    for share in found:
        expires = f"{share.expires_at:%Y-%m-%d %H:%M}" if share.expires_at else "never"
        files = "yes" if share.attachments else "no"
        named = (escape(clean(name)) for name in (share.id, share.tenant, share.user, share.thread_id))
        table.add_row(*named, files, f"{share.created_at:%Y-%m-%d %H:%M}", expires)
    console().print(table)
