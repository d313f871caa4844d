"""``serve --workers N``: several server processes on one port, and the process that starts, replaces and stops them.

uvicorn has such a supervisor, too. It tells its workers to stop by signals, does not wait for answers, and starts a
worker that cannot start again and again, each with its own application; here a worker is ``cli/worker.py``'s.

This process binds the socket and holds the embedded PostgreSQL. The first worker migrates the database and indexes the
documents; the others start once it serves, so that a mistake in the settings is said once. A worker that ends is
replaced at once; the other workers go on with its answers, as with those of any replica (``runs/takeover.py``), and
accept connections. SIGHUP replaces all workers one after the other, with no
connection refused and no answer cut. The system gives a new connection to whichever worker is idle.
"""

import logging
import multiprocessing.connection
import signal
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from chatkit_link.cli.one_server import ServeOptions, Share, print_head
from chatkit_link.cli.output import console
from chatkit_link.cli.server import bind
from chatkit_link.cli.worker import STOPPING, UNUSABLE, Worker
from chatkit_link.data_folder import mend
from chatkit_link.errors import ConfigurationError
from chatkit_link.sandbox.system_calls import hide_memory
from chatkit_link.settings import Settings, read_settings
from chatkit_link.store.embedded import EmbeddedPostgres
from chatkit_link.telemetry.logging import setup_logging

if TYPE_CHECKING:
    from rich.console import Console

logger = logging.getLogger(__name__)

#: Starts in a row that may fail, for any of the workers, before the whole server gives up.
_TRIES: Final = 3
#: Seconds between two starts of one worker, at least.
_PAUSE: Final = 1.0
#: Seconds between two looks at the clock.
_TICK: Final = 0.5
#: What PostgreSQL keeps free by default, of its default of 100.
_EMBEDDED_CONNECTIONS: Final = 97
#: Connections of a worker beside its pool: one listens, one renews leases.
_BESIDE_POOL: Final = 2
#: The least that the setting allows.
_LEAST_POOL: Final = 4
_ABSENT_SIGNAL: Final = -1
_HANGUP: Final = int(getattr(signal, "SIGHUP", _ABSENT_SIGNAL))


def serve_with_workers(options: ServeOptions, count: int) -> int:
    """Serve until SIGINT or SIGTERM; the exit status.

    Raises:
        ConfigurationError: the settings cannot work, the port is taken, or the embedded database does not start.
    """
    # Without ``start``: what .env says would stay in the environment of each worker, whatever it says later.
    given = {name: value for name, value in (("host", options.host), ("port", options.port)) if value is not None}
    settings = read_settings(**given)
    setup_logging(settings.log_level)
    hide_memory()
    terminal = console(stderr=True)
    print_head(terminal, settings)
    terminal.print(f"  workers   {count}")
    with bind(settings.host, settings.port) as listener, _signals() as signals, _embedded(settings, count):
        listener.set_inheritable(True)
        terminal.print("  starting ...")
        status = _Workers(options, settings, listener, count, terminal).run(signals)
    terminal.print("Stopped.")
    return status


class _Workers:
    """All workers of one socket, from the first start to the last end."""

    def __init__(
        self, options: ServeOptions, settings: Settings, listener: socket.socket, count: int, terminal: "Console"
    ) -> None:
        self._options = options
        self._settings = settings
        self._listener = listener
        self._count = count
        self._terminal = terminal
        #: By number: the worker that serves, or starts.
        self._workers: dict[int, Worker] = {}
        #: By number: the one that starts to take the place of another that serves.
        self._successors: dict[int, Worker] = {}
        self._leaving: list[Worker] = []
        #: Numbers of the workers that are still to be replaced, at SIGHUP.
        self._outdated: list[int] = []
        self._started: dict[int, float] = {}
        self._failures = 0
        self._is_ready = False
        #: When a stop has to be over; None before one begins.
        self._ends: float | None = None
        self._status = 0

    def run(self, signals: socket.socket) -> int:
        """Until all workers have ended; the exit status. signals: gives the numbers of those that arrive."""
        try:
            while self._ends is None or self._all:
                self._fill()
                self._rest(signals)
                for number in _received(signals):
                    self._hear(number)
                self._look()
        finally:
            for worker in self._all:
                worker.kill()
        return self._status

    @property
    def _all(self) -> list[Worker]:
        return [*self._workers.values(), *self._successors.values(), *self._leaving]

    def _rest(self, signals: socket.socket) -> None:
        """Wait until something happens."""
        watched = [signals, *(one for worker in self._all for one in worker.waits_on)]
        multiprocessing.connection.wait(watched, _TICK)

    def _fill(self) -> None:
        """Start the workers that are missing: first the first one."""
        if self._ends is not None:
            return
        now = time.monotonic()
        numbers = range(1, self._count + 1) if self._is_ready or self._serves(1) else [1]
        for number in numbers:
            if number not in self._workers and now - self._started.get(number, -_PAUSE) >= _PAUSE:
                self._started[number] = now
                self._workers[number] = self._start(number)
        if self._outdated and not self._successors and self._is_ready:
            number = self._outdated[0]
            self._successors[number] = self._start(number)

    def _start(self, number: int) -> Worker:
        return Worker(self._options, self._listener, Share(number, self._count))

    def _serves(self, number: int) -> bool:
        worker = self._workers.get(number)
        return worker is not None and worker.is_ready

    def _hear(self, number: int) -> None:
        if number == _HANGUP:
            if self._ends is None:
                logger.info("all workers are replaced, one after the other")
                self._outdated = list(range(1, self._count + 1))
        elif self._ends is None:
            self._stop(grace=number == signal.SIGTERM)
        else:
            self._ends = min(self._ends, time.monotonic() + STOPPING)
            for worker in self._all:
                worker.end()

    def _stop(self, *, grace: bool) -> None:
        grace = grace and self._is_ready  # else nobody was sent here yet
        waits = self._settings.grace if grace else 0.0
        self._ends = time.monotonic() + waits + self._settings.drain + STOPPING
        for worker in self._all:
            worker.hear()
            worker.stop(grace=grace)

    def _look(self) -> None:
        """See who serves by now, and who has ended."""
        for number, worker in list(self._workers.items()):
            if not worker.is_ready and worker.hear():
                self._failures = 0
            if not worker.is_alive():
                del self._workers[number]
                self._lost(worker)
        for number, worker in list(self._successors.items()):
            self._succeed(number, worker)
        for worker in [worker for worker in self._leaving if not worker.is_alive()]:
            self._leaving.remove(worker)
            self._note_end(worker)
        if not self._is_ready and len(self._workers) == self._count and all(map(self._serves, self._workers)):
            self._is_ready = True
            address = self._settings.model_copy(update={"port": self._listener.getsockname()[1]}).address
            self._terminal.print(f"  access    {self._workers[1].access}", markup=False)
            self._terminal.print(f"  [bold green]ready     {address}[/bold green]  (Ctrl-C stops)")
        if self._ends is not None and time.monotonic() > self._ends:
            for worker in self._all:
                logger.error("worker %d did not stop in time and is killed", worker.number)
                worker.kill()

    def _succeed(self, number: int, worker: Worker) -> None:
        """Let the worker with this number leave, once the one that takes its place serves."""
        if worker.hear():
            before = self._workers.get(number)
            if before is not None:
                before.leave()
                self._leaving.append(before)
            logger.info("worker %d is replaced", number)
            self._workers[number] = self._successors.pop(number)
            if number in self._outdated:
                self._outdated.remove(number)
        elif not worker.is_alive():
            del self._successors[number]
            self._outdated = []
            if self._ends is None:
                logger.error("worker %d could not be replaced: the workers before go on", number)

    def _lost(self, worker: Worker) -> None:
        """A worker has ended, and was not asked to leave."""
        self._note_end(worker)
        if self._ends is not None:
            return
        if worker.is_ready:
            logger.warning("worker %d ended (%s): another one takes its place", worker.number, _cause(worker.exitcode))
            return
        self._failures += 1
        # What cannot work at the first start does not begin to work by trying again.
        hopeless = not self._is_ready and worker.exitcode == UNUSABLE
        if not hopeless and self._failures < _TRIES:
            logger.warning("worker %d did not start (%s): trying again", worker.number, _cause(worker.exitcode))
            return
        if not hopeless:
            logger.error(
                "worker %d did not start (%s), %d times in a row: the server stops",
                worker.number, _cause(worker.exitcode), self._failures,
            )  # fmt: skip
        self._status = UNUSABLE if worker.exitcode == UNUSABLE else 1
        self._stop(grace=True)

    def _note_end(self, worker: Worker) -> None:
        if self._ends is not None and worker.is_ready and worker.exitcode != 0:
            self._status = self._status or 1


def _cause(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        with suppress(ValueError):
            return f"killed by {signal.Signals(-exitcode).name}"
    return f"exit status {exitcode}"


@contextmanager
def _embedded(settings: Settings, count: int) -> Generator[None]:
    """The embedded PostgreSQL of these settings, if they want it, runs inside the block, whichever worker ends."""
    if settings.database_url is not None:
        yield
        return
    if count * (settings.database_pool + _BESIDE_POOL) > _EMBEDDED_CONNECTIONS:
        most = _EMBEDDED_CONNECTIONS // count - _BESIDE_POOL
        raise ConfigurationError(
            f"{count} workers with {settings.database_pool} connections each are too many for the embedded PostgreSQL: "
            f"set CHATKIT_LINK_DATABASE_POOL to {most} or less, or DATABASE_URL to a PostgreSQL address."
            if most >= _LEAST_POOL
            else f"{count} workers are too many for the embedded PostgreSQL: set DATABASE_URL to a PostgreSQL address."
        )
    mend(settings.data)
    embedded = EmbeddedPostgres(settings.data)
    try:
        embedded.start()
        yield
    finally:
        embedded.stop()


@contextmanager
def _signals() -> Generator[socket.socket]:
    """Gives the numbers of the signals that arrive inside the block, a byte each; none of them ends this process."""
    arrived, written = socket.socketpair()
    numbers = [signal.SIGINT, signal.SIGTERM, *([signal.Signals(_HANGUP)] if _HANGUP != _ABSENT_SIGNAL else [])]
    with arrived, written:
        for end in (arrived, written):
            end.settimeout(0)
        before = {number: signal.signal(number, lambda _number, _frame: None) for number in numbers}
        former = signal.set_wakeup_fd(written.fileno())
        try:
            yield arrived
        finally:
            signal.set_wakeup_fd(former)
            for number, handler in before.items():
                signal.signal(number, handler)


def _received(signals: socket.socket) -> bytes:
    try:
        return signals.recv(64)
    except BlockingIOError:
        return b""
