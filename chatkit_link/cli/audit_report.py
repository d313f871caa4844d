"""What ``chatkit-link audit`` reads, and what it prints and writes."""

import json
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any, TextIO, cast

from rich.markup import escape
from rich.table import Table

from chatkit_link.cli.duration import read_duration
from chatkit_link.cli.operator import operator
from chatkit_link.cli.output import console, print_json, print_line
from chatkit_link.cli.render_widgets import clean
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings
from chatkit_link.store import audit as log
from chatkit_link.store.audit import ACTIONS, Event, Recorded, Wanted
from chatkit_link.store.open import open_existing

#: Younger events are not deleted, whoever asks.
_LEAST_KEPT = timedelta(days=30)
_STANDARD_OUTPUT = Path("-")


def wanted_events(
    *, since: str | None, actor: str | None, action: str | None, tenant: str | None, user: str | None
) -> Wanted:
    """Raises ConfigurationError for what no event can have."""
    groups = {name.partition(".")[0] for name in ACTIONS}
    if action is not None and action not in groups | set(ACTIONS):
        raise ConfigurationError(f"--action {action}: the actions are {', '.join(ACTIONS)}.")
    return Wanted(None if since is None else read_duration(since, "--since"), actor, action, tenant, user)


async def newest(settings: Settings, wanted: Wanted, limit: int) -> list[Recorded]:
    async with open_existing(settings) as database:
        return await log.search(database, wanted, limit=limit)


def print_events(events: Sequence[Recorded], *, as_json: bool) -> None:
    """A table, or one JSON object a line."""
    if as_json:
        for event in events:
            print_json(_as_object(event), indent=None)
        return
    if not events:
        print_line("No event of the audit log is like that.")
        return
    table = Table("Time (UTC)", "Who", "Action", "Tenant", "User", "Target", "Details", box=None, pad_edge=False)
    for event in events:
        cells = (
            f"{event.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}", f"{event.actor_kind.replace('_', ' ')} {event.actor}",
            event.action, event.tenant or "", event.user or "", event.target or "", _details(event),
        )  # fmt: skip
        table.add_row(*(escape(clean(cell)) for cell in cells))
    console().print(table, soft_wrap=False)


def _details(event: Recorded) -> str:
    """The details in one line, without what only a program compares."""
    shown = {name: value for name, value in event.details.items() if name != "fingerprints"}
    if event.address:
        shown["from"] = event.address
    return ", ".join(f"{name} {_plain(value)}" for name, value in shown.items() if value not in (None, False))


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(_plain(part) for part in cast("list[Any]", value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


async def export_events(settings: Settings, wanted: Wanted, file: Path) -> None:
    """Write them, and print on standard error how many. Raises ConfigurationError for a file that cannot be written."""
    details = {name: str(value) for name, value in asdict(wanted).items() if value is not None}
    event = Event("audit.exported", operator(), target=str(file), details=details)
    if file == _STANDARD_OUTPUT:
        async with open_existing(settings) as database:
            written = await _write(log.export(database, wanted, event), sys.stdout)
    else:
        with _opened(file) as opened:
            async with open_existing(settings) as database:
                written = await _write(log.export(database, wanted, event), opened)
    console(stderr=True).print(f"{written:,} events.", markup=False)


def _opened(file: Path) -> TextIO:
    """For its owner alone: it names users and addresses. Raises ConfigurationError."""
    try:
        file.touch(0o600)
        return file.open("w", encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{file}: the log cannot be written ({error.strerror}).") from error


async def _write(events: AsyncIterator[Recorded], file: TextIO) -> int:
    written = 0
    async for event in events:
        file.write(json.dumps(_as_object(event)) + "\n")
        written += 1
    return written


async def prune_events(settings: Settings, older_than: str) -> None:
    """Delete old events, and print how many. Raises ConfigurationError."""
    kept = read_duration(older_than, "--older-than", least=_LEAST_KEPT)
    async with open_existing(settings) as database:
        deleted = await log.prune(database, kept, operator())
    print_line(f"{deleted:,} {'event' if deleted == 1 else 'events'} older than {kept.days} days deleted.")


def _as_object(event: Recorded) -> dict[str, Any]:
    return asdict(event) | {"at": event.at.astimezone(UTC).isoformat()}
