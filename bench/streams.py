"""What an answer costs: CPU, first byte and throughput, and what streams cost that stay open."""

import json
import statistics
import time
from dataclasses import dataclass

from bench.load import Asked
from bench.process import Server, holding, load


@dataclass(frozen=True, slots=True)
class Case:
    """One cell of the table. path: ``plain`` or ``agents``. pace: see ``answers.py``."""

    path: str
    deltas: int
    clients: int
    pace: float | None = None

    @property
    def text(self) -> str:
        return str(self.deltas) if self.pace is None else f"{self.deltas} {self.pace:g}"


@dataclass(frozen=True, slots=True)
class Answers:
    """What answering took. cpu, database_cpu, first, whole: seconds, of one request."""

    server: str
    path: str
    deltas: int
    clients: int
    pace: float | None
    requests: int
    events: float
    cpu: float
    database_cpu: float
    rate: float
    first_p50: float
    first_p95: float
    whole_p50: float


@dataclass(frozen=True, slots=True)
class OpenStreams:
    """What streams cost that are open at once. memory: bytes of each. cpu: seconds per event. late: the event loop."""

    server: str
    path: str
    streams: int
    opening: float
    memory: float
    cpu: float
    late_p50: float
    late_p99: float
    late_most: float


def create_request(text: str) -> str:
    content = [{"type": "input_text", "text": text}]
    given = {"content": content, "attachments": [], "quoted_text": None, "inference_options": {}}
    return json.dumps({"type": "threads.create", "params": {"input": given}, "metadata": {}})


def asking(server: Server, case: Case, seconds: float, *, hold: int = 0) -> Asked:
    # Those who know their bytes in advance have one path: the bytes are the same however they were made.
    path = "/chatkit/plain" if server.kind in ("bare", "runner") else f"/chatkit/{case.path}"
    return Asked(server.port, path, create_request(case.text), case.clients, seconds, hold)


def measure_answers(server: Server, case: Case, seconds: float) -> Answers:
    """Let ``case.clients`` ask one after the other for so many seconds."""
    cpu, database_cpu = server.cpu(), server.database_cpu()
    measured = load(asking(server, case, seconds))
    cpu, database_cpu = server.cpu() - cpu, server.database_cpu() - database_cpu
    count = len(measured.whole)
    return Answers(
        server=server.kind,
        path=case.path,
        deltas=case.deltas,
        clients=case.clients,
        pace=case.pace,
        requests=count,
        events=measured.events / count,
        cpu=cpu / count,
        database_cpu=database_cpu / count,
        rate=count / measured.seconds,
        first_p50=_quantile(measured.first, 0.5),
        first_p95=_quantile(measured.first, 0.95),
        whole_p50=_quantile(measured.whole, 0.5),
    )


def middle(samples: list[Answers]) -> Answers:
    """Of several rounds, the one with the middle CPU; clients and the machine disturb some rounds more."""
    return sorted(samples, key=lambda sample: sample.cpu)[(len(samples) - 1) // 2]


def measure_open_streams(server: Server, path: str, streams: int, *, pace: float, seconds: float) -> OpenStreams:
    """Hold streams open that send a word every ``pace`` seconds; everything is measured once all are open."""
    measure_answers(server, Case(path, 50, 32), 1.0)  # what is made once shall not count as theirs
    time.sleep(0.5)
    idle = server.memory()
    with holding(asking(server, Case(path, 100_000, 1, pace), 0, hold=streams)) as held:
        time.sleep(1.0)
        cpu = server.cpu()
        late = _lateness(server, seconds)
        cpu = server.cpu() - cpu
        memory = server.memory()
        opening = held.close().seconds
    return OpenStreams(
        server=server.kind,
        path=path,
        streams=streams,
        opening=opening,
        memory=(memory - idle) / streams,
        cpu=cpu / (streams * seconds / pace),
        late_p50=_quantile(late, 0.5),
        late_p99=_quantile(late, 0.99),
        late_most=max(late),
    )


def _lateness(server: Server, seconds: float) -> list[float]:
    return json.loads(server.get(f"/lag?seconds={seconds}", timeout=seconds + 60))


def _quantile(values: list[float], share: float) -> float:
    if len(values) < 2:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]
