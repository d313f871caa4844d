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
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bench.commit import measure_commit
from bench.pages import measure_pages
from bench.process import Server, postmaster, say, server
from bench.recording import teach
from bench.report import changes, markdown, write_into
from bench.slow_streams import Slow, SlowStreams, measure_slow_streams
from bench.streams import Answers, Case, measure_answers
from bench.targets import Result, Target, targets
from chatkit_link.store.embedded import EmbeddedPostgres

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
PAGE = HERE.parent / "docs" / "explanation" / "performance.md"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured. seconds: of load per case and round. slow_seconds: of counting slow streams.

    minutes: how long slow streams are held to see what they leave in memory; 0 for not at all.
    """

    seconds: float
    rounds: int
    clients: Sequence[int]
    slow: Sequence[Slow]
    slow_seconds: float
    minutes: float
    items: list[int]
    threads: list[int]


#: What each server answers: the floors are floors of one path.
_PATHS = {"bare": ("plain",), "runner": ("agents",), "sdk": ("plain", "agents"), "ours": ("plain", "agents")}
#: Those whose words come as slowly as a model's, up to many that hardly say anything.
_SLOW = (Slow(60, 20), Slow(200, 5), Slow(1000, 0.5))

QUICK = Size(0.5, 3, (1, 32), _SLOW[:2], 2.0, 0, [10, 100, 10_000], [10, 100, 10_000])
FULL = Size(3.0, 3, (1, 32, 200), _SLOW, 10.0, 10, [10, 100, 10_000, 1_000_000], [10, 100, 10_000, 100_000])
SMOKE = Size(0.1, 1, (1,), (Slow(20, 5),), 0.5, 0, [10, 100, 2000], [10, 100, 2000])


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description="Measure ChatKit Link beside its floor and the SDK.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--full", action="store_true", help="everything: about forty minutes")
    size.add_argument("--smoke", action="store_true", help="hardly anything: does it run?")
    parser.add_argument(
        "--slow",
        nargs="*",
        type=Slow.parse,
        metavar="STREAMSxRATE",
        help="slow streams: how many at once, and events per second of each, such as 200x5",
    )
    parser.add_argument(
        "--only", nargs="+", choices=("answers", "slow", "pages"), default=["answers", "slow", "pages"], help="parts"
    )
    parser.add_argument("--rounds", type=int, help="of each measurement; their median counts")
    parser.add_argument("--document", action="store_true", help="write the tables into docs/explanation/performance.md")
    given = parser.parse_args()
    _allow_many_sockets()
    chosen = FULL if given.full else SMOKE if given.smoke else QUICK
    if given.slow is not None:
        chosen = replace(chosen, slow=given.slow)
    if given.rounds is not None:
        chosen = replace(chosen, rounds=given.rounds)
    result = measure(chosen, given.only)
    text = markdown(result)
    print(f"\n{text}\n")
    before, now = _targets_before(), targets(result)
    if table := changes(before, now):
        print(f"## Changes since the run before\n\n{table}\n")
    RESULTS.write_text(json.dumps(_as_json(result), indent=1) + "\n", encoding="utf-8")
    if given.document:
        write_into(PAGE, text)
    missed = [target.name for target in now if not target.met]
    print(f"{len(missed)} targets missed" if missed else "All targets are met.")
    if undecided := sum(target.undecided for target in now):
        print(f"{undecided} within the noise: their rounds lie on both sides of the target.")


def _targets_before() -> list[Target]:
    """Those of the results that are there; none where an older version has written them."""
    try:
        known = json.loads(RESULTS.read_text(encoding="utf-8"))["targets"]
        return [Target(**{name: row[name] for name in Target.__dataclass_fields__}) for row in known]
    except (OSError, ValueError, KeyError):
        return []


def measure(size: Size, parts: Sequence[str]) -> Result:
    """Start the servers and measure these parts."""
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
        servers = [bare, runner, sdk, ours]
        counts = {"items": size.items, "threads": size.threads}
        return Result(
            commit=measure_commit(url),
            # First: what answers leave in memory would be room for streams.
            slow=_measure_slow(servers, size) if "slow" in parts else [],
            answers=_measure_answers(servers, size) if "answers" in parts else [],
            pages=measure_pages(ours, url, counts, size.seconds, size.rounds) if "pages" in parts else [],
        )


def _measure_answers(servers: list[Server], size: Size) -> list[list[Answers]]:
    found: list[list[Answers]] = []
    for deltas in (50, 500):
        for pace in (None, 0.0):
            for clients in size.clients if pace is None else size.clients[:2]:
                pairs = [(one, Case(path, deltas, clients, pace)) for one, path in _pairs(servers)]
                if not found:
                    for one, case in pairs:
                        measure_answers(one, case, size.seconds)  # warm-up: what is made once counts for no server
                rounds = [[measure_answers(one, case, size.seconds) for one, case in pairs] for _ in range(size.rounds)]
                found += map(list, zip(*rounds, strict=True))
                say(f"{deltas} deltas, {'at once' if pace is None else 'one a turn'}, clients: {clients}")
    return found


def _measure_slow(servers: list[Server], size: Size) -> list[list[SlowStreams]]:
    found: list[list[SlowStreams]] = []
    pairs = _pairs(servers)
    for one, path in pairs:
        measure_answers(one, Case(path, 50, 1), size.seconds)  # what is made once shall not count as theirs
    for slow in size.slow:
        rounds: list[list[SlowStreams]] = []
        for number in range(size.rounds):
            rounds.append([measure_slow_streams(one, path, slow, size.slow_seconds) for one, path in pairs])
            say(f"{slow}, round {number + 1}")
        found += map(list, zip(*rounds, strict=True))
    if size.minutes:
        for one, path in pairs:
            if one.kind == "ours":
                say(f"{size.slow[0]}, {path}, {size.minutes:g} minutes")
                found.append([measure_slow_streams(one, path, size.slow[0], size.slow_seconds, minutes=size.minutes)])
    return found


def _pairs(servers: list[Server]) -> list[tuple[Server, str]]:
    """Each path's servers in turn, so that those that are compared run close together."""
    return [(one, path) for path in ("plain", "agents") for one in servers if path in _PATHS[one.kind]]


def _as_json(result: Result) -> dict[str, object]:
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        **asdict(result),
        "targets": [asdict(target) | {"value": target.value, "met": target.met} for target in targets(result)],
    }


def _allow_many_sockets() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8192)), hard))


if __name__ == "__main__":
    main()
