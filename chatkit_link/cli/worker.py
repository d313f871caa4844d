"""One server process of several on one socket, from both sides of the pipe to the process that started it.

A worker is told by the pipe what to do, and not by signals: a terminal sends Ctrl-C to every process in it, and systemd
its SIGTERM to every process of a unit, so that a worker could not tell a second signal from the first one. A SIGTERM of
its own is that to stop, however often it comes.
"""

import asyncio
import multiprocessing
import signal
import socket
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Final

from chatkit_link.cli.error_message import print_error
from chatkit_link.cli.one_server import ServeOptions, Share, serve_once
from chatkit_link.cli.server import Serving

#: Exit status of a worker that cannot work, and has said why.
UNUSABLE: Final = 2
#: Seconds that the answers of a replaced worker get to finish.
FINISH: Final = 600.0
#: Seconds that a stopped worker gets beyond those for its running answers.
STOPPING: Final = 8.0
#: Seconds that a worker takes at most to stop accepting.
_ACCEPTING: Final = 5.0
_READY: Final = b"ready"
_LEFT: Final = b"left"
#: What a worker is told: another one serves; stop as at SIGTERM; stop as at SIGINT; end now.
_LEAVE: Final = b"leave"
_STOP: Final = b"stop"
_DRAIN: Final = b"drain"
_END: Final = b"end"


@dataclass(frozen=True, slots=True)
class _Turn:
    """The worker's side."""

    listener: socket.socket
    pipe: Connection
    orphaned: float | None

    def taken(self, server: Serving, access: str) -> None:
        loop = asyncio.get_running_loop()

        def obey(order: bytes | None) -> None:
            match order:
                case b"stop" | b"drain":
                    server.stop(grace=order == _STOP)
                case b"end":
                    server.end()
                case _:
                    server.leave(self.orphaned if order is None else FINISH)
                    with suppress(OSError):
                        self.pipe.send_bytes(_LEFT)

        def hear() -> None:
            order: bytes | None = b""
            while order is not None:
                try:
                    order = self.pipe.recv_bytes()
                except (EOFError, OSError):
                    order = None
                with suppress(RuntimeError):  # stopped meanwhile
                    loop.call_soon_threadsafe(obey, order)

        threading.Thread(target=hear, name="handover", daemon=True).start()
        self.pipe.send_bytes(_READY + access.encode())


def _serve(
    options: ServeOptions, share: Share, listener: socket.socket, pipe: Connection, orphaned: float | None
) -> None:
    """What the process of one worker does."""
    if sys.platform != "win32":
        # A handler, and not SIG_IGN, which the programs that this process starts would inherit.
        signal.signal(signal.SIGINT, lambda _number, _frame: None)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    try:
        serve_once(options, _Turn(listener, pipe, orphaned), share)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if not print_error(error):
            raise
        sys.exit(UNUSABLE)


class Worker:
    """The side of the process that starts it."""

    def __init__(
        self, options: ServeOptions, listener: socket.socket, share: Share, *, orphaned: float | None = None
    ) -> None:
        """Start it.

        Args:
            listener: bound, and inheritable.
            orphaned: seconds that its answers get once this process is gone; what the settings say if None.
        """
        self.number = share.number
        #: Of a worker that serves: how its callers get in.
        self.access = ""
        self.is_ready = False
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self.process = context.Process(
            target=_serve, args=(options, share, listener, theirs, orphaned), name=f"worker-{share.number}"
        )
        with _without_interrupts():
            self.process.start()
        theirs.close()

    @property
    def waits_on(self) -> tuple[Connection, int]:
        """What becomes readable when it serves, and when it has ended."""
        return self._pipe, self.process.sentinel

    @property
    def exitcode(self) -> int | None:
        return self.process.exitcode

    def is_alive(self) -> bool:
        return self.process.is_alive()

    def hear(self, within: float = 0.0) -> bool:
        """Whether it serves by now; waits at most so many seconds for its next word."""
        try:
            if self._pipe.poll(within):
                word = self._pipe.recv_bytes()
                if word.startswith(_READY):
                    self.is_ready, self.access = True, word.removeprefix(_READY).decode()
        except (EOFError, OSError):  # it has ended, or is about to
            self.process.join(_ACCEPTING)
        return self.is_ready

    def leave(self) -> None:
        """Let it finish its answers; returns once it accepts no connection any more."""
        with suppress(OSError, EOFError):  # it has ended by itself
            self._pipe.send_bytes(_LEAVE)
            if self._pipe.poll(_ACCEPTING):
                self._pipe.recv_bytes()

    def stop(self, *, grace: bool) -> None:
        """As SIGTERM stops a server, or as SIGINT does."""
        self._send(_STOP if grace else _DRAIN)

    def end(self) -> None:
        """As a second signal does."""
        self._send(_END)

    def kill(self) -> None:
        self.process.kill()
        self.process.join()

    def _send(self, order: bytes) -> None:
        if not self.is_ready:
            self.process.terminate()
            return
        with suppress(OSError):  # it has ended
            self._pipe.send_bytes(order)


@contextmanager
def _without_interrupts() -> Generator[None]:
    """A process that is started inside the block does not end by Ctrl-C before it can say what that means to it."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
