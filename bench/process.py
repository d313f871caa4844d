"""The processes of a run: servers under test, their CPU and memory, and the clients."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.load import Asked, Measured


@dataclass(frozen=True, slots=True)
class Server:
    """A server under test. database: the PostgreSQL that works for it, if there is one."""

    kind: str
    port: int
    process: psutil.Process
    database: psutil.Process | None = None

    def cpu(self) -> float:
        """Seconds of CPU so far, as the server itself reports: the system's table counts in hundredths."""
        return float(self.get("/cpu"))

    def database_cpu(self) -> float:
        """The same of PostgreSQL: of all its processes, also of those that have ended."""
        return 0.0 if self.database is None else tree_cpu(self.database)

    def get(self, path: str, *, timeout: float = 30) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=timeout) as answer:
            return answer.read()

    def memory(self) -> int:
        """Bytes resident."""
        return self.process.memory_info().rss


def tree_cpu(parent: psutil.Process) -> float:
    """Seconds of CPU of a process and its children, also of those that have ended: it never gets less.

    What a child has used passes to its parent when it ends, so the parent is asked on both sides of the children.
    """
    while True:
        ended = _ended_cpu(parent)
        total = ended + sum(_cpu(process) for process in (parent, *parent.children()))
        if _ended_cpu(parent) == ended:
            return total


def _ended_cpu(parent: psutil.Process) -> float:
    times = parent.cpu_times()
    return times.children_user + times.children_system


def _cpu(process: psutil.Process) -> float:
    """In nanoseconds where the system counts them; its usual table counts hundredths of a second."""
    with suppress(OSError):
        return int(Path(f"/proc/{process.pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


@contextmanager
def server(kind: str, *given: str, database: psutil.Process | None = None) -> Iterator[Server]:
    """A server in a process of its own, up and listening inside the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.serve", kind, *given],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None  # both are pipes
    try:
        port = process.stdout.readline()
        if not port:
            raise SystemExit(f"The {kind} server did not start.")
        yield Server(kind, int(port), psutil.Process(process.pid), database)
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
        process.stdout.close()


def postmaster(folder: Path) -> psutil.Process:
    """The PostgreSQL that lives in a data folder."""
    pid = (folder / "postgres" / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0]
    return psutil.Process(int(pid))


def load(asked: Asked) -> Measured:
    """What the clients measured."""
    done = subprocess.run(_command(asked), stdout=subprocess.PIPE, text=True, check=True)
    return Measured(**json.loads(done.stdout))


@dataclass(frozen=True, slots=True)
class Held:
    """Streams that stay open. opening: seconds until each had started."""

    process: "subprocess.Popen[str]"
    opening: float

    def events(self) -> int:
        """Those that their clients have received so far."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextmanager
def holding(asked: Asked) -> Iterator[Held]:
    """``asked.hold`` streams are open inside the block, and each has started."""
    with subprocess.Popen(_command(asked), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # it is a pipe
        try:
            opened = process.stdout.readline()
            if not opened:
                raise SystemExit("The streams could not be opened.")
            yield Held(process, float(opened))
        finally:
            process.kill()


def _command(asked: Asked) -> list[str]:
    given = {name: getattr(asked, name) for name in asked.__dataclass_fields__}
    return [sys.executable, "-m", "bench.load", json.dumps(given)]


def say(text: str) -> None:
    """Progress, beside the tables that are printed."""
    print(text, file=sys.stderr, flush=True)
