"""A limit on the time that an agent's file may take while it is loaded.

The file runs in the thread that starts the server: what it opens, such as a SQLite connection, belongs to the thread
that made it. So nothing can simply wait for it from outside. In the main thread of a Unix an alarm interrupts it,
also where it sleeps, reads or waits for input. Elsewhere another thread raises the error in it, which takes effect
at its next step of Python. A file that catches every error and goes on is stopped at the line that does so.
The import of a package from elsewhere, which may be large, has longer (docs/decisions/0026-loading-agents.md).
"""

import contextlib
import ctypes
import dis
import signal
import sys
import threading
import time
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final

#: Seconds between two attempts to stop what has taken too long.
_AGAIN: Final = 0.25
_OURS: Final = str(Path(__file__).parents[1])
_ENDING: Final = (_OURS, contextlib.__file__)
_IMPORTS: Final = "<frozen importlib"
_PACKAGES: Final = ("site-packages", "dist-packages")
#: Seconds that the own code of an agent's file may run while it is loaded.
LOAD_SECONDS: Final = 10.0
#: How much longer an import of a package may take.
PATIENCE: Final = 6
_BEGINS_HANDLING: Final = dis.opmap["PUSH_EXC_INFO"]
#: How often a thread is told that its time is up, which may catch it anywhere.
_MOST: Final = 40


class TookTooLong(BaseException):
    """Not an Exception, so that hardly an ``except`` of the file takes it."""

    seconds: float = 0


@contextmanager
def time_limit(seconds: float, folder: Path) -> Generator[None]:
    """Raise ``TookTooLong`` inside the block once its own code has run for so long.

    Args:
        folder: what is in it is the agent's own code; all other code that is being imported is a package.
    """
    limit = _Limit(seconds, str(folder))
    try:
        if threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
            with limit.alarm():
                yield
        else:
            with limit.watch():
                yield
    except TookTooLong as error:
        error.seconds = seconds
        raise


def late_sentence(error: TookTooLong, folder: Path) -> str:
    """What took too long, and what to do about it, behind the name of what was loaded."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(folder))]
    where = f": {Path(own[-1].filename).name}, line {own[-1].lineno}: `{own[-1].line}`" if own else ""
    return (
        f"was not loaded after {error.seconds:g} seconds{where}. Nothing may wait or go on for ever while a file is "
        "loaded: move it into a function, or remove it."
    )


class _Limit:
    def __init__(self, seconds: float, folder: str) -> None:
        self._seconds = seconds
        self._folder = folder
        self._last = time.monotonic() + seconds * PATIENCE
        self._is_ended = False

    # In the main thread of a Unix

    @contextmanager
    def alarm(self) -> Generator[None]:
        traced = sys.gettrace()
        before = signal.signal(signal.SIGALRM, self._interrupt)
        since = time.monotonic()
        # Once, and again by the handler: an alarm that repeats by itself may come within its own handler.
        left, interval = signal.setitimer(signal.ITIMER_REAL, self._seconds)
        try:
            yield
        finally:
            self._is_ended = True  # what is on its way must not set the next alarm
            signal.setitimer(signal.ITIMER_REAL, 0)
            sys.settrace(traced)
            signal.signal(signal.SIGALRM, before)
            if left:  # somebody else's alarm, which goes on
                signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - since), 0.001), interval)

    def _interrupt(self, _: int, frame: FrameType | None) -> None:
        if self._is_ended:
            return
        signal.setitimer(signal.ITIMER_REAL, _AGAIN)
        # Never where the block has just ended: what puts the alarm away must run to its end.
        if frame is None or frame.f_code.co_filename.startswith(_ENDING) or not self._is_over(frame):
            return
        while frame is not None and not frame.f_code.co_filename.startswith(_OURS):
            frame.f_trace = _stop
            frame = frame.f_back
        sys.settrace(_not_traced)  # which makes Python look at what the frames above have
        raise TookTooLong

    # Elsewhere

    @contextmanager
    def watch(self) -> Generator[None]:
        done = threading.Event()
        watched = threading.get_ident()
        watcher = threading.Thread(target=self._raise_in, args=(watched, done), name="load time", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            try:
                _meet(watcher, done)
            except TookTooLong:  # it came just before the first line in there
                _meet(watcher, done)

    def _raise_in(self, watched: int, done: threading.Event) -> None:
        wait, told = self._seconds, 0
        while told < _MOST and not done.wait(wait):
            wait = _AGAIN
            frames = sys._current_frames()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # documented
            if self._is_over(frames.get(watched)):
                told += 1
                _raise(watched, TookTooLong)

    def _is_over(self, frame: FrameType | None) -> bool:
        """Whether the time is up: of the agent's own code, or of the package that it is importing."""
        if time.monotonic() > self._last:
            return True
        while frame is not None:
            file = frame.f_code.co_filename
            if file.startswith(_IMPORTS):
                return False
            if file.startswith(self._folder) and not any(part in file for part in _PACKAGES):
                return True
            frame = frame.f_back
        return True


def _stop(frame: FrameType, event: str, _: Any) -> Any:
    """Raised at the next line, which may stand outside of the ``try`` that has taken the first one.

    Not at the step that begins an ``except``, or the end of a ``with``: CPython would leave it, and then take for
    the error being handled before, whatever it finds, which stays the context of all errors of this thread.
    """
    if event == "line" and frame.f_code.co_code[frame.f_lasti] != _BEGINS_HANDLING:
        raise TookTooLong
    return _stop


def _not_traced(_: FrameType, __: str, ___: Any) -> None:
    """For frames that begin later."""


def _raise(thread: int, error: type[BaseException]) -> None:
    """Raise an error in another thread, at its next step.

    It cannot be taken back: in CPython 3.11 that leaves every later step of the process believing that there is an
    error to raise, and the first function that a debugger or a measurement of coverage traces never returns.
    """
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))


def _meet(watcher: threading.Thread, done: threading.Event) -> None:
    """End the watcher, and take here what it has raised in this thread and has not come yet."""
    while True:
        try:
            done.set()
            watcher.join()
            for _ in range(10):  # each turn of a loop is such a step
                pass
        except TookTooLong:
            continue
        return
