"""How far a command is, on standard error: a line in a terminal that moves, once the command takes more than a second.

In a pipe and in a log there is no such line.
"""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from chatkit_link.cli.output import console

#: Seconds that nobody wonders about.
PATIENCE = 1.0
_WIDTH = 20


class ProgressBar:
    """One line for the part that is being done, which goes away with the bar."""

    def __init__(self, part: str, terminal: Console | None = None) -> None:
        terminal = terminal or console(stderr=True)
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(_WIDTH),
            TextColumn("{task.fields[count]}"),
        )
        self._bars = Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal)
        self._task = self._bars.add_task(part, total=None, count="")
        self._lock, self._is_closed, self._is_shown = threading.Lock(), False, False
        self._timer = threading.Timer(PATIENCE, self._start)
        self._timer.daemon = True
        if terminal.is_terminal:
            self._timer.start()

    def report(self, part: str, done: int, total: int | None) -> None:
        """What is being done, and how much of it. Any thread may call this."""
        count = f"{done:,} of {total:,}" if total else f"{done:,}" if done else ""
        self._bars.update(self._task, description=part, completed=done, total=total, count=count)

    def _start(self) -> None:
        with self._lock:
            if not self._is_closed:
                self._is_shown = True
                self._bars.start()

    def close(self) -> None:
        """Take the line away. No effect the second time."""
        self._timer.cancel()
        with self._lock:
            self._is_closed = True
            if self._is_shown:  # Rich ends with an empty line where it has drawn nothing
                self._is_shown = False
                self._bars.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def counting(part: str) -> Generator[Callable[[], None]]:
    """Counts what is done, where nobody knows how much there is."""
    with ProgressBar(part) as bar:
        done = 0

        def advance() -> None:
            nonlocal done
            done += 1
            bar.report(part, done, None)

        yield advance
