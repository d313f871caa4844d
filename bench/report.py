"""The figures of a run as Markdown tables, and their place in docs/explanation/performance.md."""

from collections.abc import Iterable
from pathlib import Path

from bench.streams import Answers
from bench.targets import MIB, Result, floors, targets

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
        ("## Cost of an open stream", _open_streams(result)),
        ("## Cost of a page", _pages(result)),
    ]
    return "\n\n".join(f"{title}\n\n{table}" for title, table in sections if table)


def write_into(page: Path, text: str) -> None:
    """Replace what stands between the markers of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def _table(head: str, rows: Iterable[Iterable[str]]) -> str:
    columns = [cell.strip() for cell in head.split("|")]
    rule = ["---" if index == 0 else "---:" for index in range(len(columns))]
    lines = [columns, rule, *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) if len(lines) > 2 else ""


def _targets(result: Result) -> str:
    rows = (
        [
            target.name,
            f"{target.value:.2f} {target.unit}",
            f"{'at least' if target.least else 'at most'} {target.bound:g} {target.unit}",
            "yes" if target.met else "**no**",
        ]
        for target in targets(result)
    )
    return _table("What | measured | target | met", rows)


def _floors(result: Result) -> str:
    return _table("Floor | measured", ([floor.name, f"{floor.value:.2f} {floor.unit}"] for floor in floors(result)))


def _answers(result: Result) -> str:
    def row(answer: Answers) -> list[str]:
        bare = result.answer("bare", answer.path, answer.deltas, answer.clients, answer.pace)
        times = answer.cpu / bare.cpu if bare else 0.0
        return [
            _NAMES[answer.server] + ("" if answer.server in ("bare", "runner") else f", {answer.path}"),
            "at once" if answer.pace is None else "one a turn",
            str(answer.deltas),
            str(answer.clients),
            f"{times:.1f}",
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
    return _table(head, map(row, result.answers))


def _open_streams(result: Result) -> str:
    rows = (
        [
            f"{_NAMES[row.server]}, {row.path}",
            str(row.streams),
            f"{row.memory / MIB:.3f}",
            f"{1e6 * row.cpu:.0f}",
            f"{1000 * row.late_p50:.1f}",
            f"{1000 * row.late_p99:.1f}",
            f"{1000 * row.late_most:.0f}",
            f"{row.opening:.1f}",
        ]
        for row in result.open_streams
    )
    head = "Server, path | streams | MiB each | CPU µs per event | loop late p50 ms | p99 ms | most ms | s to open all"
    return _table(head, rows)


def _pages(result: Result) -> str:
    rows = (
        [
            f"{row.kind}, {row.place} page",
            f"{row.count:,}",
            f"{1000 * row.cpu:.2f}",
            f"{1000 * row.database_cpu:.2f}",
            f"{1000 * row.whole_p50:.2f}",
        ]
        for row in result.pages
    )
    return _table("Page of 20 | of | CPU ms | PostgreSQL's CPU ms | whole p50 ms", rows)
