"""What an answer costs: CPU, first byte and throughput."""

import json
import statistics
from dataclasses import dataclass

from bench.load import Asked
from bench.process import Server, load


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
        first_p50=quantile(measured.first, 0.5),
        first_p95=quantile(measured.first, 0.95),
        whole_p50=quantile(measured.whole, 0.5),
    )


def quantile(values: list[float], share: float) -> float:
    """The value that such a share of them does not exceed."""
    if len(values) < 2:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]
