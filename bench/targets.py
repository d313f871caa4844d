"""What was promised, as ratios within one run: of each the median of its rounds, and how far they lie apart."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bench.pages import Pages
from bench.slow_streams import SlowStreams
from bench.streams import Answers

MIB = 1024 * 1024
FULL_PAGE = 20


T = TypeVar("T")
#: What was measured in rounds.
Measured = TypeVar("Measured", Answers, SlowStreams, Pages)


def middle(rounds: list[Measured]) -> Measured:
    """Of several rounds, the one with the middle CPU; clients and the machine disturb some rounds more."""
    return sorted(rounds, key=lambda one: one.cpu)[(len(rounds) - 1) // 2]


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that a run measured, with the rounds of each. commit: seconds of one durable commit."""

    commit: float
    answers: list[list[Answers]]
    slow: list[list[SlowStreams]]
    pages: list[list[Pages]]

    def answer(
        self, server: str, path: str, deltas: int, clients: int, pace: float | None = None
    ) -> list[Answers] | None:
        """The rounds of one cell, if it was measured. The bare server knows no paths."""
        wanted = (server, "plain" if server == "bare" else path, deltas, clients, pace)
        for rounds in self.answers:
            row = rounds[0]
            if (row.server, row.path, row.deltas, row.clients, row.pace) == wanted:
                return rounds
        return None

    def streams(self, server: str, like: SlowStreams) -> list[SlowStreams] | None:
        """The rounds of another server with the same streams."""
        for rounds in self.slow:
            row = rounds[0]
            if (row.server, row.path, row.slow, row.minutes) == (server, like.path, like.slow, like.minutes):
                return rounds
        return None


@dataclass(frozen=True, slots=True)
class Target:
    """values: of each round. most: what their median may be at most; for ``least`` it is the other way round."""

    name: str
    values: list[float]
    bound: float
    unit: str
    least: bool = False

    @property
    def value(self) -> float:
        return statistics.median(self.values)

    @property
    def met(self) -> bool:
        return self.value >= self.bound if self.least else self.value <= self.bound

    @property
    def undecided(self) -> bool:
        """Whether its rounds lie further apart than the median from the bound: another run might say otherwise."""
        return min(self.values) <= self.bound <= max(self.values) and min(self.values) < max(self.values)


@dataclass(frozen=True, slots=True)
class Floor:
    """What no server of this kind can be better than, here."""

    name: str
    value: float
    unit: str


def ratios(of: Sequence[T] | None, to: Sequence[T] | None, value: Callable[[T], float]) -> list[float]:
    """One server's against another's, round by round: those of a round ran one after the other."""
    return [value(one) / value(other) for one, other in zip(of or (), to or (), strict=True)] if of and to else []


def _cpu(one: Answers | SlowStreams | Pages) -> float:
    return one.cpu


def _all_cpu(one: SlowStreams | Pages) -> float:
    return one.cpu + one.database_cpu


def _rate(one: Answers) -> float:
    return one.rate


def floors(result: Result) -> list[Floor]:
    """Those that this run has measured."""
    found = [Floor("First event: one durable commit, p50", 1000 * result.commit, "ms")]

    def add(name: str, values: list[float]) -> None:
        if values:
            found.append(Floor(name, statistics.median(values), "x"))

    for clients in (1, 32):
        runner, sdk = (result.answer(kind, "agents", 50, clients) for kind in ("runner", "sdk"))
        name = f"50 deltas, {clients} client{'s' * (clients > 1)}: Agents SDK alone / SDK in memory"
        add(f"CPU per request, {name}", ratios(runner, sdk, _cpu))
        add(f"Requests/s, {name}", ratios(runner, sdk, _rate))
    for rounds in result.slow:
        row = rounds[0]
        if row.server == "sdk" and row.minutes == 0:
            kind, name = ("bare", "one socket write") if row.path == "plain" else ("runner", "Agents SDK alone")
            name = f"CPU per event, {row.path} path, {row.slow}: {name} / SDK in memory"
            add(name, ratios(result.streams(kind, row), rounds, _cpu))
    return found


def targets(result: Result) -> list[Target]:
    """Those that this run has measured."""
    found = [*_answer_targets(result), *_slow_targets(result), *_page_targets(result)]
    return [target for target in found if target.values]


def _answer_targets(result: Result) -> list[Target]:
    get = result.answer
    name = "CPU per request, Agents SDK path, 50 deltas, 1 client: ours / SDK in memory"
    found = [Target(name, ratios(get("ours", "agents", 50, 1), get("sdk", "agents", 50, 1), _cpu), 0.5, "x")]
    for path in ("agents", "plain"):
        pairs = zip(get("ours", path, 50, 1) or (), get("bare", path, 50, 1) or (), strict=True)
        later = [1000 * (ours.first_p50 - bare.first_p50) for ours, bare in pairs]
        found.append(Target(f"First event, {path} path, 1 client: ours - bare", later, 1.5, "ms"))
    for clients in (1, 32):
        values = ratios(get("ours", "plain", 500, clients), get("bare", "plain", 500, clients), _cpu)
        name = f"CPU per request, plain path, 500 deltas, {clients} client{'s' * (clients > 1)}: ours / bare"
        found.append(Target(name, values, 2.0, "x"))
    for path in ("plain", "agents"):
        values = ratios(get("ours", path, 50, 32), get("sdk", path, 50, 32), _rate)
        name = f"Requests/s, {path} path, 50 deltas, 32 clients: ours / SDK in memory"
        found.append(Target(name, values, 2.0, "x", least=True))
    return found


def _slow_targets(result: Result) -> list[Target]:
    found: list[Target] = []
    for rounds in result.slow:
        row = rounds[0]
        if row.server != "ours":
            continue
        of, sdk = f"{row.path} path, {row.slow}", result.streams("sdk", row)
        found.append(Target(f"CPU per event, {of}: ours / SDK in memory", ratios(rounds, sdk, _cpu), 1.0, "x"))
        name = f"The same with PostgreSQL's, {of}"
        found.append(Target(name, ratios(rounds, sdk, _all_cpu), 1.4, "x"))
        # Later rounds find room that the first has left.
        memory = max(one.memory for one in rounds) / MIB
        after = f" after {row.minutes:g} minutes" if row.minutes else ""
        found.append(Target(f"Memory of a stream{after}, {of}", [memory], 0.1, "MiB"))
        late = [1000 * one.late_p99 for one in rounds]
        found.append(Target(f"Event loop late, p99, {of}", late, 50, "ms"))
    return found


def _page_targets(result: Result) -> list[Target]:
    found: list[Target] = []
    for kind in ("items", "threads"):
        cells = [each for each in result.pages if each[0].kind == kind and each[0].place == "newest"]
        cells = [each for each in cells if each[0].count >= FULL_PAGE]
        if len(cells) > 1:
            few, many = cells[0], cells[-1]
            name = f"A page of {kind}, {many[0].count:,} of them / {few[0].count:,} of them, CPU with PostgreSQL's"
            found.append(Target(name, ratios(many, few, _all_cpu), 1.3, "x"))
    return found
