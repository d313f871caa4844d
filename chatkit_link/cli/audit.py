"""``chatkit-link audit``: who did what, from the audit log."""

from pathlib import Path
from typing import Annotated

import typer

from chatkit_link.cli.options import JsonOption, examples

audit_cli = typer.Typer(
    help="Read, export and prune the audit log.",
    epilog=examples("audit --since 7d --action key", "audit export audit.jsonl"),
    invoke_without_command=True,
    rich_markup_mode=None,
)
SinceOption = Annotated[
    str | None, typer.Option(metavar="DURATION", help="At most so long ago: a number with s, m, h or d.")
]
ActorOption = Annotated[str | None, typer.Option(metavar="NAME", help="What this user, key or account did.")]
ActionOption = Annotated[
    str | None, typer.Option(metavar="ACTION", help="One action, as thread.deleted, or its first part, as thread.")
]
TenantOption = Annotated[str | None, typer.Option(metavar="TENANT", help="What was done to data of this tenant.")]
UserOption = Annotated[str | None, typer.Option(metavar="USER", help="What was done to data of this user.")]


@audit_cli.callback(epilog=examples("audit --since 7d --action key", "audit --user ada --json"))
def audit(
    context: typer.Context,
    *,
    since: SinceOption = None,
    actor: ActorOption = None,
    action: ActionOption = None,
    tenant: TenantOption = None,
    user: UserOption = None,
    limit: Annotated[int, typer.Option(metavar="ROWS", min=1, max=10_000, help="The newest so many.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """Print the newest events of the audit log, newest first."""
    if context.invoked_subcommand is not None:
        return
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.audit_report import newest, print_events, wanted_events
    from chatkit_link.cli.start import start

    wanted = wanted_events(since=since, actor=actor, action=action, tenant=tenant, user=user)
    print_events(event_loop.run(newest(start("error"), wanted, limit)), as_json=as_json)


@audit_cli.command(epilog=examples("audit export audit.jsonl", "audit export --since 30d --action thread -"))
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON Lines, oldest first; - for standard output.")],
    *,
    since: SinceOption = None,
    actor: ActorOption = None,
    action: ActionOption = None,
    tenant: TenantOption = None,
    user: UserOption = None,
) -> None:
    """Write events into a file, one JSON object a line. The export is an event itself."""
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.audit_report import export_events, wanted_events
    from chatkit_link.cli.start import start

    wanted = wanted_events(since=since, actor=actor, action=action, tenant=tenant, user=user)
    event_loop.run(export_events(start("error"), wanted, file))


@audit_cli.command(epilog=examples("audit prune --older-than 400d"))
def prune(
    *,
    older_than: Annotated[
        str, typer.Option(metavar="DURATION", help="Keep what is younger: a number with d, at least 30d.")
    ],
) -> None:
    """Delete old events. DATABASE_URL must connect as the owner of the tables; it is an event itself."""
    from chatkit_link.cli import event_loop
    from chatkit_link.cli.audit_report import prune_events
    from chatkit_link.cli.start import start

    event_loop.run(prune_events(start("error"), older_than))
