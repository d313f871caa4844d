"""``make scale``: fill a database, measure what one message, event and page cost, and extrapolate to many people.

A simulation within bounds: one server, one PostgreSQL, one machine. It cannot see what only many machines have, such
as their network; what it knows is how much work there is, and who has to do it.
"""

import argparse
import asyncio
import json
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.pages import measure_pages
from bench.process import postmaster, say, server
from bench.report import write_into
from bench.scale.extrapolate import need_of
from bench.scale.fill import Volume, fill
from bench.scale.person import EVENTS_PER_SECOND, PEOPLE
from bench.scale.plans import explain_pages
from bench.scale.report import Figures, markdown
from bench.scale.units import measure_units
from bench.slow_streams import Slow
from bench.targets import middle
from chatkit_link.store.embedded import EmbeddedPostgres
from chatkit_link.store.engine import Database
from chatkit_link.store.migrate import migrate

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "explanation" / "scale.md"
_VOLUME = Volume(items=1_000_000, large=100_000, small=50_000)


@dataclass(frozen=True, slots=True)
class Size:
    """seconds: of each measurement. streams: that are open at once while events are counted."""

    volume: Volume
    seconds: float
    streams: int
    rounds: int


QUICK = Size(_VOLUME, 6.0, 60, 1)
FULL = Size(_VOLUME, 30.0, 60, 3)
SMOKE = Size(Volume(items=5_000, large=2_000, small=500, tenants=10), 0.5, 5, 1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="scale", description="What many people need, from what one costs.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--full", action="store_true", help="longer measurements: about eight minutes")
    size.add_argument("--smoke", action="store_true", help="hardly anything: does it run?")
    parser.add_argument("--document", action="store_true", help="write the tables into docs/explanation/scale.md")
    given = parser.parse_args()
    figures = measure(FULL if given.full else SMOKE if given.smoke else QUICK)
    text = markdown(figures)
    print(f"\n{text}\n")
    (HERE / "results.json").write_text(json.dumps(_as_json(figures), indent=1) + "\n", encoding="utf-8")
    if given.document:
        write_into(PAGE, text)
    if scanned := [plan.name for plan in figures.plans if plan.reads_all]:
        raise SystemExit(f"A whole table is read for: {', '.join(scanned)}.")


def measure(size: Size) -> Figures:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        folder.chmod(0o755)  # run as root, PostgreSQL is another user
        embedded = EmbeddedPostgres(folder)
        stack.callback(embedded.stop)
        url = embedded.start()
        asyncio.run(_prepare(url, size.volume))
        say("explaining")
        plans = asyncio.run(explain_pages(url))
        ours = stack.enter_context(server("ours", url, str(folder), database=postmaster(folder)))
        counts = {"items": [100, 1000], "threads": [100, 1000]}
        pages = measure_pages(ours, url, counts, size.seconds / 6, size.rounds)
        say("messages and events")
        slow = Slow(size.streams, EVENTS_PER_SECOND)
        units = measure_units(ours, url, list(map(middle, pages)), size.seconds, slow)
        return Figures(units, plans, size.volume, str(slow))


async def _prepare(url: str, volume: Volume) -> None:
    database = Database(url, patience=60)
    try:
        await migrate(database)
    finally:
        await database.close()
    await fill(url, volume)


def _as_json(figures: Figures) -> dict[str, object]:
    needs = [need_of(people, figures.units) for people in PEOPLE]
    return {**asdict(figures), "needs": [asdict(need) for need in needs]}


if __name__ == "__main__":
    main()
