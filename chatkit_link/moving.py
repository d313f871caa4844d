"""The import of threads as one sees it in a terminal: who moves, how far it is, and what became of it."""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from chatkit_link.caller import Caller
from chatkit_link.errors import ConfigurationError
from chatkit_link.hosted.client import hosted_client
from chatkit_link.hosted.importing import Import, Mover, Problem, Report
from chatkit_link.hosted.refusals import Refusals
from chatkit_link.hosted.sessions import HostedKey
from chatkit_link.hosted.threads import HostedThreads
from chatkit_link.identity.names import LONGEST_NAME, is_name
from chatkit_link.settings import Settings
from chatkit_link.store.engine import Database
from chatkit_link.widget_text import clean

#: Seconds for one request: nobody waits at a page for it.
_PATIENCE = 60.0
#: Problems that a terminal shows; the file of --report has all.
_SHOWN = 20
_COLUMNS = 3


def read_movers(users: Sequence[str], file: Path | None, *, name_here: str | None, tenant: str) -> list[Mover]:
    """Who is to be brought, each once. Raises ConfigurationError."""
    if bool(users) == (file is not None):
        raise ConfigurationError("Name whose threads to import: with --user, or with --all-users-from FILE.")
    if name_here is not None and len(users) != 1:
        raise ConfigurationError("--as says who one user is here: use it with one --user.")
    lines = [[user, name_here or user] for user in users] if file is None else _lines(file)
    movers: dict[tuple[str, str, str], Mover] = {}
    for number, line in enumerate(lines, 1):
        hosted, here, where = (field.strip() for field in [*line, "", ""][:_COLUMNS])
        here, where = here or hosted, where or tenant
        if len(line) > _COLUMNS or not all(is_name(name) for name in (hosted, here, where)):
            place = f"{file}, line {number}" if file else "--user"
            raise ConfigurationError(f"{place}: a name has 1 to {LONGEST_NAME} visible characters.")
        movers[hosted, here, where] = Mover(hosted, Caller(where, here))
    if not movers:
        raise ConfigurationError(f"{file}: there is nobody in it.")
    return list(movers.values())


def _lines(file: Path) -> list[list[str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            return [line for line in csv.reader(text) if any(field.strip() for field in line)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(f"{file}: cannot be read as CSV in UTF-8.") from error


async def bring_threads(
    settings: Settings, movers: Sequence[Mover], database: Database, *, again: bool, dry_run: bool
) -> Report:
    """Run the import, with a progress bar on standard error."""
    if settings.hosted_key is None:
        raise ConfigurationError("Set CHATKIT_LINK_HOSTED_API_KEY to the OpenAI key that the threads were made with.")
    key = HostedKey(settings.hosted_key.get_secret_value(), own=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    async with hosted_client(settings, patience=_PATIENCE) as client:
        with Progress(*columns, console=Console(stderr=True)) as progress:
            users = progress.add_task("Users", total=len(movers))
            threads = progress.add_task("Threads", total=0)
            total = 0

            def user_begins(number: int) -> None:
                nonlocal total
                total += number
                progress.update(threads, total=total)

            run = Import(
                HostedThreads(client, Refusals(lambda: None), key),
                database,
                dry_run=dry_run,
                again=again,
                on_user=user_begins,
                on_user_done=lambda: progress.advance(users),
                on_thread=lambda: progress.advance(threads),
            )
            return await run.run(movers)


def import_summary(report: Report) -> RenderableType:
    """What became of it, and the first problems."""
    table = Table("", "", box=None, pad_edge=False, show_header=False)
    for name, number in (
        ("Users", report.users),
        ("Threads that would be brought" if report.dry_run else "Threads brought", report.threads),
        ("Threads that were here already", report.known),
        ("Threads that are missing", sum(problem.lost for problem in report.problems)),
        ("Items", report.items),
        ("Names of files, without their bytes", report.files),
    ):
        table.add_row(name, f"{number:,}")
    parts: list[RenderableType] = [table]
    parts += [escape(clean(_sentence(problem))) for problem in report.problems[:_SHOWN]]
    if (more := len(report.problems) - _SHOWN) > 0:
        parts.append(f"... and {more:,} more: see them with --report FILE.")
    if report.stopped:
        parts.append(f"[red]Stopped:[/red] {escape(report.stopped)}")
    if not report.complete:
        parts.append("Run the same command again for what is missing.")
    return Group(*parts)


def _sentence(problem: Problem) -> str:
    place = " ".join(part for part in (problem.user, problem.thread, problem.item) if part)
    return f"{place}: {problem.what}"


def import_as_json(report: Report) -> str:
    return json.dumps(asdict(report) | {"complete": report.complete}, ensure_ascii=False, indent=2) + "\n"
