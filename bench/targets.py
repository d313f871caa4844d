"""What was promised, as ratios within one run."""

from dataclasses import dataclass
from typing import Any

from bench.pages import Pages
from bench.streams import Answers, OpenStreams

MIB = 1024 * 1024
FULL_PAGE = 20


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that a run measured. commit: seconds of one durable commit."""

    commit: float
    answers: list[Answers]
    open_streams: list[OpenStreams]
    pages: list[Pages]

    def answer(self, server: str, path: str, deltas: int, clients: int, pace: float | None = None) -> Answers | None:
        """One cell, if it was measured. The bare server knows no paths."""
        path = "plain" if server == "bare" else path
        for row in self.answers:
            if (row.server, row.path, row.deltas, row.clients, row.pace) == (server, path, deltas, clients, pace):
                return row
        return None


@dataclass(frozen=True, slots=True)
class Target:
    """most: what ``value`` may be at most; for ``least`` it is the other way round."""

    name: str
    value: float
    bound: float
    unit: str
    least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.bound if self.least else self.value <= self.bound


@dataclass(frozen=True, slots=True)
class Floor:
    """What no server of this kind can be better than, here."""

    name: str
    value: float
    unit: str


def floors(result: Result) -> list[Floor]:
    """Those that this run has measured."""
    found = [Floor("First event: one durable commit, p50", 1000 * result.commit, "ms")]
    for clients in (1, 32):
        runner, sdk = (result.answer(kind, "agents", 50, clients) for kind in ("runner", "sdk"))
        if runner is not None and sdk is not None:
            name = f"50 deltas, {clients} clients: Agents SDK alone / SDK in memory"
            found.append(Floor(f"CPU per request, {name}", runner.cpu / sdk.cpu, "x"))
            found.append(Floor(f"Requests/s, {name}", runner.rate / sdk.rate, "x"))
    return found


def targets(result: Result) -> list[Target]:
    """Those that this run has measured."""
    found: list[Target] = []

    def add(name: str, value: float, bound: float, unit: str, *, least: bool = False) -> None:
        found.append(Target(name, value, bound, unit, least))

    def ratio(of: Any, to: Any, name: str) -> float | None:
        return None if of is None or to is None else getattr(of, name) / getattr(to, name)

    get = result.answer
    if (value := ratio(get("ours", "agents", 50, 1), get("sdk", "agents", 50, 1), "cpu")) is not None:
        add("CPU per request, Agents SDK path, 50 deltas, 1 client: ours / SDK in memory", value, 0.5, "x")
    for path in ("agents", "plain"):
        ours, bare = get("ours", path, 50, 1), get("bare", path, 50, 1)
        if ours is not None and bare is not None:
            add(f"First event, {path} path, 1 client: ours - bare", 1000 * (ours.first_p50 - bare.first_p50), 1.5, "ms")
    for clients in (1, 32):
        value = ratio(get("ours", "plain", 500, clients), get("bare", "plain", 500, clients), "cpu")
        if value is not None:
            add(f"CPU per request, plain path, 500 deltas, {clients} clients: ours / bare", value, 3.0, "x")
    for path in ("plain", "agents"):
        value = ratio(get("ours", path, 50, 32), get("sdk", path, 50, 32), "rate")
        if value is not None:
            add(f"Requests/s, {path} path, 50 deltas, 32 clients: ours / SDK in memory", value, 2.0, "x", least=True)
    for row in result.open_streams:
        if row.server == "ours":
            add(f"Memory of an open stream, {row.streams} of them, {row.path} path", row.memory / MIB, 0.1, "MiB")
            add(f"Event loop late, p99, {row.streams} streams, {row.path} path", 1000 * row.late_p99, 50, "ms")
    for kind in ("items", "threads"):
        rows = [row for row in result.pages if row.kind == kind and row.place == "newest" and row.count >= FULL_PAGE]
        if len(rows) > 1:
            few, many = rows[0], rows[-1]
            name = f"A page of {kind}, {many.count:,} of them / {few.count:,} of them, CPU with PostgreSQL's"
            add(name, (many.cpu + many.database_cpu) / (few.cpu + few.database_cpu), 1.3, "x")
    return found
