"""``serve --reload``: a new server for each change of an agent's files, in the place of the one before.

This process listens on the socket and watches the files; each server is a process of its own that is given the socket.
When files have changed, the next server starts beside the running one. Once it takes requests, the running one stops
to accept them, finishes its answers and ends: a page that reads an answer keeps its connection, and a new question
meets the new code. A server that cannot start says why and ends, and the running one goes on until the next save.
"""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from rich.console import Console
from watchfiles import Change, DefaultFilter, watch

from chatkit_link.agents.catalog import read_catalog, targets_given
from chatkit_link.cli.one_server import ServeOptions, Share, print_head
from chatkit_link.cli.output import console
from chatkit_link.cli.server import bind
from chatkit_link.cli.worker import STOPPING, Worker
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings, read_settings
from chatkit_link.telemetry.logging import setup_logging

#: What an agent is written in. Others may be what it writes itself.
_SUFFIXES: Final = frozenset({".py", ".ts", ".toml", ".widget"})
#: Seconds between two looks at a server that starts, and milliseconds between two for changes meanwhile.
_GLANCE: Final = 0.2
_LOOK: Final = 200


class _Servers:
    """The servers of one socket: those that serve, and those that still finish their answers."""

    def __init__(self, options: ServeOptions, listener: socket.socket, count: int) -> None:
        self._options = options
        self._listener = listener
        self._count = count
        self._serving: list[Worker] = []
        self._leaving: list[Worker] = []

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def replace(self, given_up: Callable[[], bool]) -> bool:
        """Start servers; once all serve, those before them leave. False where it does not come to that.

        given_up: asked while they start, whether it is not worth waiting for any more.
        """
        started: list[Worker] = []
        for number in range(1, self._count + 1):
            worker = Worker(self._options, self._listener, Share(number, self._count), orphaned=0)
            started.append(worker)
            if not _serves(worker, given_up):
                for one in started:
                    one.stop(grace=False)
                self._leaving += started
                return False
        for worker in self._serving:
            worker.leave()
        self._leaving += self._serving
        self._serving = started
        return True

    def has_ended(self) -> bool:
        """Whether a server has ended by itself; it is told once."""
        self._leaving = [worker for worker in self._leaving if worker.is_alive()]
        living = [worker for worker in self._serving if worker.is_alive()]
        ended = len(living) < len(self._serving)
        self._serving = living
        return ended

    def stop(self, seconds: float) -> None:
        """Stop all of them, and wait for that."""
        workers = [*self._leaving, *self._serving]
        for worker in workers:
            worker.stop(grace=False)
        ends = time.monotonic() + seconds
        for worker in workers:
            worker.process.join(max(0.0, ends - time.monotonic()))
            if worker.is_alive():
                worker.kill()


def _serves(worker: Worker, given_up: Callable[[], bool]) -> bool:
    while not given_up():
        if worker.hear(_GLANCE):
            return True
        if not worker.is_alive():
            return False
    return False


def serve_and_reload(options: ServeOptions, workers: int = 1) -> None:
    """Serve until SIGINT or SIGTERM; a change of a watched file replaces the server.

    Raises:
        ConfigurationError: the settings cannot work at the start, or the port is taken.
    """
    # Without ``start``: what .env says would stay in the environment of each server, whatever it says later.
    given = {name: value for name, value in (("host", options.host), ("port", options.port)) if value is not None}
    settings = read_settings(**given)
    setup_logging(settings.log_level)
    terminal = console(stderr=True)
    print_head(terminal, settings)
    stopped = threading.Event()
    with bind(settings.host, settings.port) as listener, _stopped_by_signals(stopped):
        listener.set_inheritable(True)
        servers = _Servers(options, listener, workers)
        try:
            _watch(servers, settings, options, stopped, terminal)
        finally:
            servers.stop(settings.drain + STOPPING)
    terminal.print("Stopped.")


def _watch(
    servers: _Servers, settings: Settings, options: ServeOptions, stopped: threading.Event, terminal: Console
) -> None:
    address = settings.model_copy(update={"port": servers.port}).address + ("/workshop" if options.workshop else "")
    wait = "  [yellow]waiting   for the next save[/yellow]"
    saved: Sequence[str] = ()

    def given_up() -> bool:
        """A server that hangs at its start is mended by a save, too."""
        nonlocal saved
        saved = saved or next(changes, ())
        return bool(saved) or stopped.is_set()

    terminal.print("  starting ...")
    changes = _changes(watched(settings, options), settings.data, stopped)
    next(changes, None)  # from here on, no save is missed: also not one while the first server starts
    while not stopped.is_set():
        if servers.replace(given_up):
            terminal.print(f"  [bold green]ready     {address}[/bold green]  (Ctrl-C stops)")
        elif not given_up():
            terminal.print(wait)
        while not given_up():
            if servers.has_ended():
                terminal.print("  [red]ended[/red]     the server has ended by itself")
                terminal.print(wait)
        if saved:
            terminal.print(f"  changed   {', '.join(saved)}", markup=False)
            saved = ()


def watched(settings: Settings, options: ServeOptions) -> Sequence[Path]:
    """The folders of the catalog, of its agents and of the options, and ``.env`` of the working folder."""
    here = Path.cwd()
    beside = settings.config.absolute().parent
    found = {beside}
    if (here / ".env").is_file():
        found.add(here / ".env")
    try:
        catalog = read_catalog(settings.config, targets_given(options.agent, settings.config))
    except ConfigurationError:  # the server says what is wrong with it
        targets: list[Path] = []
    else:
        targets = [beside / entry.target.partition(":")[0] for entry in catalog.agents.values()]
    if options.app is not None:
        place = options.app.partition(":")[0]
        targets.append(here / (place if place.endswith(".py") else place.partition(".")[0]))
    for target in targets:
        if target.exists():
            found.add((target if target.is_dir() else target.parent).resolve())
    if options.workshop is not None and options.workshop.is_dir():
        found.add(options.workshop.absolute())
    folders = {path for path in found if path.is_dir()}
    return sorted(path for path in found if not folders & set(path.parents))


def _changes(paths: Sequence[Path], data: Path, stopped: threading.Event) -> Iterator[Sequence[str]]:
    """The names of changed files, each time some have changed; and nothing a few times in a second."""
    kept = _Watched(ignore_paths=[data.absolute()])
    for changes in watch(
        *paths, watch_filter=kept, stop_event=stopped, rust_timeout=_LOOK, yield_on_timeout=True,
        ignore_permission_denied=True,
    ):  # fmt: skip
        yield sorted({os.path.relpath(path) for _, path in changes})


class _Watched(DefaultFilter):
    """Files of agents, and no caches, environments and data."""

    def __call__(self, change: Change, path: str) -> bool:
        name = Path(path)
        return (name.suffix in _SUFFIXES or name.name == ".env") and super().__call__(change, path)


@contextmanager
def _stopped_by_signals(stopped: threading.Event) -> Generator[None]:
    """SIGINT and SIGTERM set the event inside the block."""

    def hear(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
