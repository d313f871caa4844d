"""What a stream costs whose words come slowly, as a real model's do, while many others are open."""

import json
import re
import time
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.process import Held, Server, holding
from bench.streams import Case, asking, quantile

#: More words than any stream here gets to.
ENDLESS = 100_000
#: Seconds: after all streams are open, of watching the event loop, and for what ended streams leave to do.
_SETTLE, _WATCH, _REST = 1.0, 0.5, 10.0
#: A process that uses less than this share of a core has nothing to do.
_IDLE = 0.03


@dataclass(frozen=True, slots=True)
class Slow:
    """So many streams at once. rate: events per second of each."""

    streams: int
    rate: float

    @classmethod
    def parse(cls, text: str) -> "Slow":
        """``200x5`` is 200 streams of five events a second. Raises ArgumentTypeError."""
        if not (found := re.fullmatch(r"([1-9]\d*)x(\d+(?:\.\d+)?)", text)) or not float(found[2]):
            raise ArgumentTypeError(f"{text!r} is not a number of streams and their rate, such as 200x5")
        return cls(int(found[1]), float(found[2]))

    def __str__(self) -> str:
        return f"{self.streams:,} streams of {self.rate:g} events/s"


@dataclass(frozen=True, slots=True)
class SlowStreams:
    """cpu, database_cpu: seconds per event. memory: bytes of each stream. late: seconds, of the event loop.

    minutes: how long they had been open, where that was what was measured.
    """

    server: str
    path: str
    slow: Slow
    events: int
    cpu: float
    database_cpu: float
    memory: float
    opening: float
    late_p99: float
    late_most: float
    minutes: float = 0.0


def measure_slow_streams(server: Server, path: str, slow: Slow, seconds: float, *, minutes: float = 0.0) -> SlowStreams:
    """Hold the streams open, let ``minutes`` pass, then count for so many seconds."""
    rest(server, 0.0)
    empty = server.memory()
    with open_streams(server, path, slow) as held:
        time.sleep(_SETTLE + 60 * minutes)
        events, cpu, database_cpu = held.events(), server.cpu(), server.database_cpu()
        time.sleep(seconds)
        cpu, database_cpu = server.cpu() - cpu, server.database_cpu() - database_cpu
        events = held.events() - events
        memory = server.memory() - empty
        late = json.loads(server.get(f"/lag?seconds={_WATCH}", timeout=60))
    rest(server, 1 / slow.rate)
    return SlowStreams(
        server=server.kind,
        path=path,
        slow=slow,
        events=events,
        cpu=cpu / events,
        database_cpu=database_cpu / events,
        memory=memory / slow.streams,
        opening=held.opening,
        late_p99=quantile(late, 0.99),
        late_most=max(late),
        minutes=minutes,
    )


@contextmanager
def open_streams(server: Server, path: str, slow: Slow) -> Iterator[Held]:
    """An answer of ours goes on without its readers, so that all are ended before the next ones start."""
    case = Case(path, ENDLESS, 1, 1 / slow.rate)
    with holding(asking(server, case, 0, hold=slow.streams)) as held:
        yield held
        server.get("/end")


def rest(server: Server, seconds: float) -> None:
    """Wait until its streams have written their last word, and it has nothing more to do."""
    time.sleep(seconds)
    until = time.monotonic() + _REST
    used = server.cpu()
    while time.monotonic() < until:
        time.sleep(0.2)
        before, used = used, server.cpu()
        if used - before < 0.2 * _IDLE:
            return
