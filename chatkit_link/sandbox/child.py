"""The program of a sandboxed process: loads a job, confines itself, and only then reads what a stranger wrote.

It is started by its path, with an empty environment and nothing of the server's open. It writes a line when it has
loaded what the job needs: from then on its time is the job's. The line names what the system did not let it give up
(``confinement.py``). Then the bytes come on standard input, and the job's answer goes to standard output.

A job is a module with two functions: ``prepare`` loads what ``work`` will need, because nothing can be opened
afterwards, and ``work`` yields its answer. It ends with status 0, with the number of a ``SystemExit``, or with
``BROKEN``.
"""

import importlib
import json
import os
import sys
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Exit status of a job that raised.
BROKEN = 1


class Job(Protocol):
    """A module that works on the bytes of one file or page."""

    def prepare(self, *arguments: str) -> None:
        """Load what ``work`` needs: modules, codecs."""

    def work(self, data: bytes, *arguments: str) -> "Iterable[bytes]":
        """The answer. Raises ``SystemExit`` with a number that the server knows."""
        ...


def main() -> None:
    order = json.loads(sys.argv[1])
    sys.path[:] = order["path"]
    from chatkit_link.sandbox.confinement import Bounds, confine  # noqa: PLC0415 - found by the path of the line above

    job: Job = importlib.import_module(order["module"])  # pyright: ignore[reportAssignmentType] - a module
    job.prepare(*order["arguments"])
    missing = confine(Bounds(**order["bounds"]))
    write((" ".join(missing) + "\n").encode())
    try:
        for part in job.work(sys.stdin.buffer.read(), *order["arguments"]):
            write(part)
    except SystemExit as end:
        leave(end.code if isinstance(end.code, int) else BROKEN)
    except BaseException:  # noqa: BLE001 - it would write where it broke to standard error, which nobody reads
        leave(BROKEN)
    leave(0)


def write(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def leave(status: int) -> None:
    """End at once: what an interpreter does at its end is of no use, and takes as long as some jobs."""
    os._exit(status)


if __name__ == "__main__":
    main()
