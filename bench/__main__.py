"""``make bench``: servers side by side, the same load on each, and what it cost as ratios.

The rounds are interleaved (one server after the other for each case), and CPU is counted per process, so
that whatever else this machine does disturbs all alike, and the ratios least.
"""

import argparse
import json
import platform
import resource
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.commit import measure_commit
from bench.pages import measure_pages
from bench.process import Server, postmaster, say, server
from bench.recording import teach
from bench.report import markdown, write_into
from bench.streams import Answers, Case, OpenStreams, measure_answers, measure_open_streams, middle
from bench.targets import Result, targets
from chatkit_link.store.embedded import EmbeddedPostgres

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "explanation" / "performance.md"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured. seconds: of load per case and round. pace: seconds between words of a slow stream."""

    seconds: float
    rounds: int
    clients: Sequence[int]
    streams: int
    pace: float
    items: list[int]
    threads: list[int]


#: What each server answers: the floors are floors of one path.
_PATHS = {"bare": ("plain",), "runner": ("agents",), "sdk": ("plain", "agents"), "ours": ("plain", "agents")}

QUICK = Size(0.5, 2, (1, 32), 300, 1.0, [10, 100, 10_000], [10, 100, 10_000])
FULL = Size(3.0, 3, (1, 32, 200), 1000, 2.0, [10, 100, 10_000, 1_000_000], [10, 100, 10_000, 100_000])
SMOKE = Size(0.1, 1, (1,), 20, 0.2, [10, 100, 2000], [10, 100, 2000])


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description="Measure ChatKit Link beside its floor and the SDK.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--full", action="store_true", help="everything: about fifteen minutes")
    size.add_argument("--smoke", action="store_true", help="hardly anything: does it run?")
    parser.add_argument("--document", action="store_true", help="write the tables into docs/explanation/performance.md")
    given = parser.parse_args()
    _allow_many_sockets()
    result = measure(FULL if given.full else SMOKE if given.smoke else QUICK)
    text = markdown(result)
    print(f"\n{text}\n")
    (HERE / "results.json").write_text(json.dumps(_as_json(result), indent=1) + "\n", encoding="utf-8")
    if given.document:
        write_into(PAGE, text)
    missed = [target.name for target in targets(result) if not target.met]
    print(f"{len(missed)} targets missed" if missed else "All targets are met.")


def measure(size: Size) -> Result:
    """Start the servers and measure everything."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        folder.chmod(0o755)  # run as root, PostgreSQL is another user
        embedded = EmbeddedPostgres(folder)
        stack.callback(embedded.stop)
        url = embedded.start()
        ours = stack.enter_context(server("ours", url, str(folder), database=postmaster(folder)))
        sdk = stack.enter_context(server("sdk"))
        bare = stack.enter_context(server("bare"))
        runner = stack.enter_context(server("runner"))
        for one in (bare, runner):
            teach(ours, one, (50, 500))
        return Result(
            commit=measure_commit(url),
            answers=_measure_answers([bare, runner, sdk, ours], size),
            open_streams=_measure_open_streams([bare, sdk, ours], size),
            pages=measure_pages(ours, url, {"items": size.items, "threads": size.threads}, size.seconds),
        )


def _measure_answers(servers: list[Server], size: Size) -> list[Answers]:
    found: list[Answers] = []
    for deltas in (50, 500):
        for pace in (None, 0.0):
            for clients in size.clients if pace is None else size.clients[:2]:
                cases = [Case(path, deltas, clients, pace) for path in ("plain", "agents")]
                pairs = [(one, case) for case in cases for one in servers if case.path in _PATHS[one.kind]]
                if not found:
                    for one, case in pairs:
                        measure_answers(one, case, size.seconds)  # warm-up: what is made once counts for no server
                rounds = [[measure_answers(one, case, size.seconds) for one, case in pairs] for _ in range(size.rounds)]
                found += [middle(list(samples)) for samples in zip(*rounds, strict=True)]
                say(f"{deltas} deltas, {'at once' if pace is None else 'one a turn'}, clients: {clients}")
    return found


def _measure_open_streams(servers: list[Server], size: Size) -> list[OpenStreams]:
    found: list[OpenStreams] = []
    for one in servers:
        for path in _PATHS[one.kind]:
            found.append(measure_open_streams(one, path, size.streams, pace=size.pace, seconds=5 * size.pace))
            say(f"{size.streams:,} open streams of {one.kind}, {path}")
    return found


def _as_json(result: Result) -> dict[str, object]:
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        **asdict(result),
        "targets": [asdict(target) | {"met": target.met} for target in targets(result)],
    }


def _allow_many_sockets() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8192)), hard))


if __name__ == "__main__":
    main()
