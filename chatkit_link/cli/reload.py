"""``serve --reload``: a new server for each change of an agent's files, in the place of the one before.

This process listens on the socket and watches the files; each server is a process of its own that is given the socket.
When files have changed, the next server starts beside the running one. Once it takes requests, the running one stops
to accept them, finishes its answers and ends: a page that reads an answer keeps its connection, and a new question
meets the new code. A server that cannot start says why and ends, and the running one goes on until the next save.
"""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Final

from rich.console import Console
from watchfiles import Change, DefaultFilter, watch

from chatkit_link.agents.catalog import read_catalog, targets_given
from chatkit_link.cli.error_message import print_error
from chatkit_link.cli.one_server import ServeOptions, print_head, serve_once
from chatkit_link.cli.output import console
from chatkit_link.cli.server import bind
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings, read_settings
from chatkit_link.telemetry.logging import setup_logging

#: What an agent is written in. Others may be what it writes itself.
_SUFFIXES: Final = frozenset({".py", ".ts", ".toml", ".widget"})
#: Seconds that the answers of a replaced server get to finish.
_FINISH: Final = 600.0
#: Seconds between two looks at a server that starts, and milliseconds between two for changes meanwhile.
_GLANCE: Final = 0.2
_LOOK: Final = 200
#: Seconds that a stopped server gets beyond those for its running answers.
_STOPPING: Final = 8.0
_READY: Final = b"ready"
_LEAVE: Final = b"leave"
_LEFT: Final = b"left"
#: Seconds that a server takes at most to stop accepting.
_ACCEPTING: Final = 5.0


@dataclass(frozen=True, slots=True)
class _Turn:
    """A server's side of the pipe: it says when it serves, and hears when its time is over."""

    listener: socket.socket
    pipe: Connection

    def taken(self, leave: Callable[[float], None]) -> None:
        loop = asyncio.get_running_loop()

        def go(seconds: float) -> None:
            leave(seconds)
            with suppress(OSError):
                self.pipe.send_bytes(_LEFT)

        def hear() -> None:
            seconds = _FINISH
            while seconds:
                try:
                    self.pipe.recv_bytes()
                except (EOFError, OSError):  # the process that watches is gone
                    seconds = 0.0
                with suppress(RuntimeError):  # stopped meanwhile
                    loop.call_soon_threadsafe(go, seconds)

        threading.Thread(target=hear, name="handover", daemon=True).start()
        self.pipe.send_bytes(_READY)


def _serve_turn(options: ServeOptions, listener: socket.socket, pipe: Connection) -> None:
    """What the process of one server does."""
    try:
        serve_once(options, _Turn(listener, pipe))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if not print_error(error):
            raise
        sys.exit(2)


class _Servers:
    """The servers of one socket: the one that serves, and those that still finish their answers."""

    def __init__(self, options: ServeOptions, listener: socket.socket) -> None:
        self._options = options
        self._listener = listener
        self._context = multiprocessing.get_context("spawn")
        self._serving: tuple[BaseProcess, Connection] | None = None
        #: With the pipes, whose end would end them.
        self._leaving: list[tuple[BaseProcess, Connection]] = []

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def replace(self, given_up: Callable[[], bool]) -> bool:
        """Start a server; once it serves, the one before it leaves. False where it does not come to that.

        given_up: asked while it starts, whether it is not worth waiting for any more.
        """
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve_turn, args=(self._options, self._listener, theirs))
        process.start()
        theirs.close()
        if not _serves(process, ours, given_up):
            process.terminate()
            self._leaving.append((process, ours))
            return False
        if self._serving is not None:
            pipe = self._serving[1]
            with suppress(OSError, EOFError):  # it has ended by itself
                pipe.send_bytes(_LEAVE)
                if pipe.poll(_ACCEPTING):
                    pipe.recv_bytes()
            self._leaving.append(self._serving)
        self._serving = process, ours
        return True

    def has_ended(self) -> bool:
        """Whether the server has ended by itself; it is told once."""
        self._leaving = [server for server in self._leaving if server[0].is_alive()]
        if self._serving is None or self._serving[0].is_alive():
            return False
        self._serving = None
        return True

    def stop(self, seconds: float) -> None:
        """Stop all of them, and wait for that."""
        processes = [process for process, _ in [*self._leaving, *([self._serving] if self._serving else [])]]
        for process in processes:
            process.terminate()
        ends = time.monotonic() + seconds
        for process in processes:
            process.join(max(0.0, ends - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()


def _serves(process: BaseProcess, pipe: Connection, given_up: Callable[[], bool]) -> bool:
    while not given_up():
        try:
            if pipe.poll(_GLANCE):
                return pipe.recv_bytes() == _READY
        except (EOFError, OSError):
            return False
        if not process.is_alive():
            return False
    return False


def serve_and_reload(options: ServeOptions) -> None:
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
        servers = _Servers(options, listener)
        try:
            _watch(servers, settings, options, stopped, terminal)
        finally:
            servers.stop(settings.drain + _STOPPING)
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
