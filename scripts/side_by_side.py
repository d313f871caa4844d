"""Parts of a run side by side, each with an output that can be read: it is printed when the part has ended."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TextIO, TypeVar

Result = TypeVar("Result")
#: Seconds between two lines that name what is still running.
_REMINDER = 60.0


@dataclass
class Part(Generic[Result]):
    """run: takes where to print. seconds: how long it took, once it has ended."""

    name: str
    run: Callable[[TextIO], Result]
    seconds: float = 0

    def timed(self, output: TextIO) -> Result:
        began = time.monotonic()
        try:
            return self.run(output)
        finally:
            self.seconds = time.monotonic() - began


def run_side_by_side(
    parts: Sequence[Part[Result]], *, at_once: int, describe: Callable[[Result], str]
) -> Generator[Result]:
    """Run them and give their results, as each ends and has been printed under a heading.

    Args:
        describe: how a result reads in the heading.
    """
    if not parts:
        return
    print(f"Running {', '.join(part.name for part in parts)} ...", flush=True)
    with ThreadPoolExecutor(at_once) as threads:
        outputs = {part.name: tempfile.TemporaryFile("w+", encoding="utf-8") for part in parts}  # noqa: SIM115 - closed when printed
        running = {threads.submit(part.timed, outputs[part.name]): part for part in parts}
        for future in _as_they_end(running):
            part, result = running[future], future.result()
            with outputs[part.name] as output:
                output.seek(0)
                print(
                    f"\n=== {part.name}: {describe(result)}, {part.seconds:.0f} s ===\n{output.read()}",
                    end="",
                    flush=True,
                )
            yield result


def _as_they_end(running: Mapping[Future[Result], Part[Result]]) -> Generator[Future[Result]]:
    """As ``as_completed``; once a minute it prints what is still running, since nothing else is printed meanwhile."""
    began, pending = time.monotonic(), set(running)
    while pending:
        done, pending = wait(pending, timeout=_REMINDER, return_when=FIRST_COMPLETED)
        if not done:
            names = ", ".join(sorted(running[future].name for future in pending))
            print(f"{time.monotonic() - began:.0f} s: {names} still running ...", flush=True)
        yield from done


def command(words: Sequence[str | Path], output: TextIO, *, cwd: Path, **environment: str) -> int:
    """Run a program that prints there; its exit status."""
    output.flush()
    done = subprocess.run(
        words,
        cwd=cwd,
        env=os.environ | {"NO_COLOR": "1"} | environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode
