"""The figures of a run as Markdown tables, and their place in docs/explanation/performance.md."""

import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.slow_streams import SlowStreams
from bench.streams import Answers
from bench.targets import MIB, Result, Target, floors, middle, ratios, targets

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
_NAMES = {
    "bare": "bare Starlette",
    "runner": "Agents SDK alone",
    "sdk": "SDK, in memory",
    "ours": "ChatKit Link, Postgres",
}


def markdown(result: Result) -> str:
    """All tables."""
    sections = [
        ("## Targets", _targets(result)),
        ("## Floors", _floors(result)),
        ("## Cost of an answer", _answers(result)),
        ("## Cost of a slow stream", _slow_streams(result)),
        ("## Cost of a page", _pages(result)),
    ]
    return "\n\n".join(f"{title}\n\n{each}" for title, each in sections if each)


def write_into(page: Path, text: str) -> None:
    """Replace what stands between the markers of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def table(head: str, rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table, its head written with ``|`` between the columns; empty without a row."""
    columns = [cell.strip() for cell in head.split("|")]
    rule = ["---" if index == 0 else "---:" for index in range(len(columns))]
    lines = [columns, rule, *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) if len(lines) > 2 else ""


def _targets(result: Result) -> str:
    rows = (
        [
            target.name,
            f"{target.value:.2f} {target.unit}",
            f"{min(target.values):.2f} to {max(target.values):.2f}" if len(target.values) > 1 else "",
            f"{'at least' if target.least else 'at most'} {target.bound:g} {target.unit}",
            ("yes" if target.met else "**no**") + (", within the noise" if target.undecided else ""),
        ]
        for target in targets(result)
    )
    return table("What | median | rounds | target | met", rows)


def changes(before: Sequence[Target], after: Sequence[Target]) -> str:
    """What another run measured of the same targets, and whether the rounds of both lie apart."""
    known = {target.name: target for target in before}
    rows: list[list[str]] = []
    for new in after:
        if (old := known.get(new.name)) is None:
            continue
        apart = min(new.values) > max(old.values) or max(new.values) < min(old.values)
        better = (new.value > old.value) == new.least
        verdict = ("better" if better else "**worse**") if apart else "the noise exceeds the difference"
        rows.append([new.name, f"{old.value:.2f} {old.unit}", f"{new.value:.2f} {new.unit}", verdict])
    return table("What | before | now | change", rows)


def _floors(result: Result) -> str:
    return table("Floor | measured", ([floor.name, f"{floor.value:.2f} {floor.unit}"] for floor in floors(result)))


def _answers(result: Result) -> str:
    def row(rounds: list[Answers]) -> list[str]:
        answer = middle(rounds)
        times = ratios(rounds, result.answer("bare", answer.path, answer.deltas, answer.clients, answer.pace), _cpu)
        return [
            _NAMES[answer.server] + ("" if answer.server in ("bare", "runner") else f", {answer.path}"),
            "at once" if answer.pace is None else "one a turn",
            str(answer.deltas),
            str(answer.clients),
            f"{statistics.median(times):.1f}" if times else "",
            f"{1000 * answer.cpu:.2f}",
            f"{1e6 * answer.cpu / answer.events:.0f}",
            f"{1000 * answer.database_cpu:.2f}" if answer.database_cpu else "",
            f"{1000 * answer.first_p50:.1f}",
            f"{1000 * answer.first_p95:.1f}",
            f"{answer.rate:.0f}",
        ]

    head = (
        "Server, path | deltas come | deltas | clients | CPU / bare | CPU ms per request | CPU µs per event | "
        "PostgreSQL's CPU ms | first event p50 ms | p95 ms | requests/s"
    )
    return table(head, map(row, result.answers))


def _cpu(answer: Answers) -> float:
    return answer.cpu


def _slow_streams(result: Result) -> str:
    def row(rounds: list[SlowStreams]) -> list[str]:
        one = middle(rounds)
        return [
            f"{_NAMES[one.server]}, {one.path}",
            str(one.slow) + (f", after {one.minutes:g} minutes" if one.minutes else ""),
            f"{1e6 * one.cpu:.0f}",
            f"{1e6 * one.database_cpu:.0f}" if one.database_cpu else "",
            f"{max(each.memory for each in rounds) / MIB:.3f}",
            f"{1000 * one.late_p99:.1f}",
            f"{1000 * one.late_most:.0f}",
            f"{one.opening:.1f}",
        ]

    head = (
        "Server, path | streams | CPU µs per event | PostgreSQL's CPU µs | MiB each | loop late p99 ms | most ms | "
        "s to open all"
    )
    return table(head, map(row, result.slow))


def _pages(result: Result) -> str:
    rows = (
        [
            f"{row.kind}, {row.place} page",
            f"{row.count:,}",
            f"{1000 * row.cpu:.2f}",
            f"{1000 * row.database_cpu:.2f}",
            f"{1000 * row.whole_p50:.2f}",
        ]
        for row in map(middle, result.pages)
    )
    return table("Page of 20 | of | CPU ms | PostgreSQL's CPU ms | whole p50 ms", rows)
