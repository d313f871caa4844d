"""The import of threads in a terminal: whose threads are imported, how far it is, and what came of it."""

import asyncio
import csv
import json
import math
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table

from chatkit_link.caller import Caller
from chatkit_link.cli.operator import operator
from chatkit_link.cli.output import console
from chatkit_link.cli.render_widgets import clean
from chatkit_link.errors import ConfigurationError, LinkError
from chatkit_link.hosted.client import hosted_client
from chatkit_link.hosted.importing import Import, ImportProblem, Mover, Report
from chatkit_link.hosted.refusals import Refusals
from chatkit_link.hosted.sessions import HostedKey
from chatkit_link.hosted.threads import HostedThreads
from chatkit_link.identity.user_names import LONGEST_NAME, is_name
from chatkit_link.settings import Settings
from chatkit_link.store.audit import Event, record_all
from chatkit_link.store.embedded import EmbeddedPostgres
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import migrate
from chatkit_link.store.open import open_database, open_existing

#: Seconds for one try of a request: no user waits for it.
_PATIENCE = 20.0
#: Maximum problems in the terminal; the file of --report has all.
_MOST_PROBLEMS = 20
_COLUMNS = 3


def read_movers(users: Sequence[str], file: Path | None, *, name_here: str | None, tenant: str) -> list[Mover]:
    """The users whose threads are imported, each once. Raises ConfigurationError."""
    if bool(users) == (file is not None):
        raise ConfigurationError("Name whose threads to import: with --user, or with --all-users-from FILE.")
    if name_here is not None and len(users) != 1:
        raise ConfigurationError("--as names one user here: use it with one --user.")
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
        raise ConfigurationError(f"{file}: there is no user in it.")
    return list(movers.values())


def _lines(file: Path) -> list[list[str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            return [line for line in csv.reader(text) if any(field.strip() for field in line)]
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read ({error.strerror}).") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(f"{file}: cannot be read as CSV in UTF-8.") from error


async def bring_threads(settings: Settings, movers: Sequence[Mover], *, again: bool, dry_run: bool) -> Report:
    """Run the import, and print on standard error how far it is. One that is stopped has a report, too."""
    if settings.hosted_key is None:
        raise ConfigurationError("Set CHATKIT_LINK_HOSTED_API_KEY to the OpenAI key that the threads were made with.")
    key = HostedKey(settings.hosted_key.get_secret_value(), own=False)
    async with (
        _dry(settings) if dry_run else _migrated(settings) as database,
        hosted_client(settings, patience=_PATIENCE) as client,
    ):
        if not dry_run:
            await _record(database, {"state": "started", "users": len(movers)})
        with _Progress(len(movers)) as progress:
            run = Import(
                HostedThreads(client, Refusals(lambda: None), key, on_wait=progress.waiting),
                database,
                dry_run=dry_run,
                again=again,
                on_user=progress.user_begins,
                on_user_done=progress.user_done,
                on_thread=progress.thread_done,
            )
            try:
                report = await run.run(movers)
            except asyncio.CancelledError:  # Ctrl-C; what is written is written
                if (task := asyncio.current_task()) is not None:
                    task.uncancel()
                report = run.report
                report.stopped = "You stopped it."
        if not dry_run:
            state = "stopped" if report.stopped else "ended"
            with suppress(LinkError):  # the report states why the database is away
                await _record(database, {"state": state, "threads": report.threads, "items": report.items})
        return report


async def _record(database: Database, details: dict[str, Any]) -> None:
    await record_all(database, Event("threads.imported", operator(), details=details))


@asynccontextmanager
async def _dry(settings: Settings) -> AsyncGenerator[Database]:
    """The database as it is; where none was made yet, an empty one that is thrown away afterwards."""
    if settings.database_url is not None or EmbeddedPostgres(settings.data).exists():
        async with open_existing(settings) as database:
            yield database
        return
    with tempfile.TemporaryDirectory(prefix="chatkit-link-", ignore_cleanup_errors=True) as folder:
        async with _migrated(settings.model_copy(update={"data": Path(folder)})) as database:
            yield database


@asynccontextmanager
async def _migrated(settings: Settings) -> AsyncGenerator[Database]:
    async with open_database(settings) as database:
        await migrate(database)
        yield database


class _Progress:
    """How far it is: bars in a terminal, and anywhere else a line for each user."""

    def __init__(self, users: int) -> None:
        terminal = console(stderr=True)
        columns = (
            "{task.description}",
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            "{task.fields[note]}",
        )
        self._console = terminal
        self._bars = Progress(*columns, console=terminal, disable=not terminal.is_terminal)
        self._users = self._bars.add_task("Users", total=users, note="")
        self._threads = self._bars.add_task("Threads", total=0, note="")
        self._total = self._done = self._users_done = 0
        self._of = users

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def user_begins(self, threads: int) -> None:
        self._total += threads
        self._bars.update(self._threads, total=self._total)

    def user_done(self) -> None:
        self._users_done += 1
        self._bars.advance(self._users)
        self._line(f"{self._users_done:,} of {self._of:,} users, {self._done:,} threads")

    def thread_done(self) -> None:
        self._done += 1
        self._bars.advance(self._threads)

    def waiting(self, seconds: float) -> None:
        """0: no longer."""
        text = f"OpenAI is busy or away: trying again in {math.ceil(seconds)} s" if seconds else ""
        self._bars.update(self._threads, note=text)
        if seconds >= 1:  # a shorter wait is not worth a line
            self._line(text)

    def _line(self, text: str) -> None:
        if not self._console.is_terminal:
            self._console.print(text, markup=False)


def import_summary(report: Report) -> RenderableType:
    """What came of it, and the first problems."""
    table = Table("", "", box=None, pad_edge=False, show_header=False)
    for name, number in (
        ("Users", report.users),
        ("Threads that would be imported" if report.dry_run else "Threads imported", report.threads),
        ("Threads that were already here", report.known),
        ("Threads that are missing", sum(problem.lost and problem.thread is not None for problem in report.problems)),
        ("Items", report.items),
        ("Names of files, without their bytes", report.files),
    ):
        table.add_row(name, f"{number:,}")
    if report.without_threads:  # which may be right, and is what a misspelt name looks like
        table.add_row("Users without threads at OpenAI", f"{len(report.without_threads):,}")
    if whole := sum(problem.lost and problem.thread is None for problem in report.problems):
        table.add_row("Users whose threads could not be listed", f"{whole:,}")
    parts: list[RenderableType] = [table]
    problems = sorted(report.problems, key=lambda problem: not problem.lost)
    parts += [escape(clean(_message(problem))) for problem in problems[:_MOST_PROBLEMS]]
    if (more := len(report.problems) - _MOST_PROBLEMS) > 0:
        parts.append(f"... and {more:,} more: see them with --report FILE.")
    if report.stopped:
        parts.append(f"[red]Stopped:[/red] {escape(report.stopped)}")
    if not report.complete:
        parts.append("Run the same command again for what is missing.")
    return Group(*parts)


def _message(problem: ImportProblem) -> str:
    place = " ".join(part for part in (problem.user, problem.thread, problem.item) if part)
    return f"{place}: {problem.what}"


def require_writable(report: Path) -> None:
    """Raises ConfigurationError now, and not after hours."""
    try:
        report.touch(0o600)
    except OSError as error:
        raise ConfigurationError(f"{report}: the report cannot be written ({error.strerror}).") from error


def write_report(found: Report, file: Path) -> None:
    """Raises ConfigurationError."""
    text = json.dumps(report_as_object(found), ensure_ascii=False, indent=2)
    try:
        file.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{file}: the report cannot be written ({error.strerror}).") from error


def report_as_object(report: Report) -> dict[str, Any]:
    """The whole report, for JSON."""
    return asdict(report) | {"complete": report.complete}
