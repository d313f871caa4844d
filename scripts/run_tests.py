"""`make test`, `make test-fast` and `make test-all`: every suite, and one line at the end that says how it went.

The suites are pytest (tests/), Vitest (frontend/src) and Playwright (frontend/e2e, against a server started
here). They run side by side, and each prints when it has ended, under a heading with its seconds. LOAD=2 in the
environment keeps two cores busy meanwhile. Where a few tests fail beside the others, they run once more by
themselves at the end: what passes then is named, and what fails then fails the run.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

import pytest

from scripts.side_by_side import Part, command, run_side_by_side
from tests.faults.processes import free_port
from tests.suite.browser_server import NotStarted, browser_server, chromium, missing_engines
from tests.suite.counting import Counting
from tests.suite.slow import unchanged_groups
from tests.suite.tally import Tally

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
#: More workers than cores: a test waits for a server, a database or a process about half of its time.
WORKERS = os.environ.get("CHATKIT_LINK_TEST_WORKERS") or str((os.cpu_count() or 1) + 1)
PYTHON = ("--numprocesses", WORKERS, "--dist", "worksteal", "--durations=20", "-p", "tests.suite.needs")
NO_CHROMIUM = (
    "No Chromium was found, so the page was not tested in one: install it (on Debian: apt install chromium) "
    "or set CHATKIT_LINK_CHROMIUM to its path."
)
NO_ENGINES = (
    "Not found: {missing}. So the chat was not tested in WebKitGTK and Firefox: install both "
    "(on Debian: apt install webkit2gtk-driver xvfb firefox-esr)."
)


@dataclass
class Suite:
    """run: prints there, and runs all, or only these tests. tally: how it went."""

    name: str
    run: Callable[[TextIO, Sequence[str]], Tally]
    tally: Tally = field(default_factory=Tally)

    def run_all(self, output: TextIO) -> Tally:
        self.tally = self.run(output, ())
        return self.tally

    def run_failed(self, output: TextIO) -> Tally:
        return self.run(output, self.tally.failures)


def python_tests(
    output: TextIO, only: Sequence[str], *, results: Path, arguments: list[str], folder: Path = ROOT
) -> Tally:
    """In a process of its own: what ends that one, a signal or a crash, still leaves a closing line."""
    file = results / "pytest.json"
    file.unlink(missing_ok=True)
    chosen = ["--numprocesses=0", *only] if only else arguments
    status = command([sys.executable, __file__, "--pytest", str(file), *chosen], output, cwd=folder)
    tally = Tally(**json.loads(file.read_text())) if file.is_file() else Tally()
    tally.broke_down(status)
    return tally


def run_pytest(file: Path, arguments: list[str]) -> int:
    counting = Counting()
    try:
        # One file that cannot be read must not hide what the others would have said.
        return pytest.main(["--continue-on-collection-errors", *PYTHON, *arguments], plugins=[counting])
    finally:
        file.write_text(json.dumps(asdict(counting.tally)))


def typescript_tests(output: TextIO, only: Sequence[str], *, results: Path) -> Tally:
    file = results / "vitest.json"
    file.unlink(missing_ok=True)
    status = npx(output, "vitest", "run", "--reporter=default", "--reporter=json", f"--outputFile.json={file}", *only)
    tally = Tally()
    if file.is_file():
        found = json.loads(file.read_text())
        tally = Tally(found["numPassedTests"], found["numFailedTests"], found["numPendingTests"])
        tally.failures = list(failed_files(found["testResults"]))
    tally.broke_down(status)
    return tally


def failed_files(files: list[dict[str, Any]]) -> Generator[str]:
    """The file of each failed test of a report of Vitest's, which runs files."""
    for file in files:
        for test in file["assertionResults"]:
            if test["status"] == "failed":
                yield os.path.relpath(file["name"], FRONTEND)


def browser_tests(output: TextIO, only: Sequence[str], *, results: Path, projects: tuple[str, ...]) -> Tally:
    if not chromium():
        print(NO_CHROMIUM, file=output)
        return Tally(failed=1) if os.environ.get("CI") else Tally(skipped=1)
    return playwright(output, only, results / f"{projects[0]}.json", projects, need="in Chromium")


def engine_tests(output: TextIO, only: Sequence[str], *, results: Path) -> Tally:
    """The journey of frontend/e2e/engines.spec.ts in WebKitGTK and Firefox, with a page of another site for each."""
    if missing := missing_engines():
        print(NO_ENGINES.format(missing=", ".join(missing)), file=output)
        return Tally(failed=1) if os.environ.get("CI") else Tally(skipped=1)
    shops = tuple(f"http://localhost:{free_port()}" for _ in range(2))
    need = "in WebKitGTK or Firefox"
    return playwright(output, only, results / "engines.json", ("engines",), need=need, shops=shops)


def playwright(
    output: TextIO,
    only: Sequence[str],
    file: Path,
    projects: tuple[str, ...],
    *,
    need: str,
    shops: tuple[str, ...] = (),
) -> Tally:
    file.unlink(missing_ok=True)
    chosen = [*(f"--project={project}" for project in projects), *only]
    try:
        with browser_server(output, shops) as (address, widgets):
            status = npx(
                output, "playwright", "test", "--reporter=list,json", *chosen,
                CHATKIT_LINK_URL=f"{address}/",
                CHATKIT_LINK_E2E_WIDGETS=str(widgets),
                CHATKIT_LINK_E2E_SHOPS=" ".join(shops),
                PLAYWRIGHT_JSON_OUTPUT_NAME=str(file),
            )  # fmt: skip
    except NotStarted as error:
        print(error, file=output)
        return Tally(failed=1)
    tally = Tally()
    if file.is_file():
        found = json.loads(file.read_text())
        stats = found["stats"]
        tally = Tally(stats["expected"] + stats["flaky"], stats["unexpected"], stats["skipped"])
        tally.needs[need] = tally.ran
        tally.failures = list(failed_in(found["suites"]))
    tally.broke_down(status)
    return tally


def failed_in(suites: list[dict[str, Any]]) -> Generator[str]:
    """The failed tests of a report of Playwright's, as its command line takes them: ``name.spec.ts:12``."""
    for suite in suites:
        yield from failed_in(suite.get("suites", []))
        for spec in suite.get("specs", []):
            for test in spec["tests"]:
                if test["status"] == "unexpected":
                    yield f"{spec['file']}:{spec['line']}"


def npx(output: TextIO, program: str, *arguments: str, **environment: str) -> int:
    path = FRONTEND / "node_modules" / ".bin" / program
    return command([path, *arguments], output, cwd=FRONTEND, **environment)


def suites(scope: str, results: Path, arguments: list[str]) -> list[list[Suite]]:
    """Groups of suites: those of one run side by side, and a group begins when the one before it has ended."""
    together = [
        Suite("Python", partial(python_tests, results=results, arguments=arguments)),
        Suite("TypeScript", partial(typescript_tests, results=results)),
    ]
    if scope == "fast":
        return [together]
    projects = ("desktop", "phone", "screen-reader")
    together.append(Suite("Browser", partial(browser_tests, results=results, projects=projects)))
    if not chromium():
        return [together]
    # Other browsers are started beside nothing else, and what measures frames has the machine to itself.
    engines = Suite("Other browsers", partial(engine_tests, results=results))
    timing = Suite("Browser, timing", partial(browser_tests, results=results, projects=("timing",)))
    return [together, [engines], [timing]]


def run_group(group: list[Suite]) -> list[str]:
    """Run them side by side. A line for each that says how long it took."""
    parts = [Part(suite.name, suite.run_all) for suite in group]
    for _ in run_side_by_side(parts, at_once=len(parts), describe=Tally.closing_line):
        pass
    return [f"{part.name}: {part.seconds:.0f} s" for part in parts]


def repeat_failed(suite: Suite) -> list[str]:
    """Run what failed once more, with nothing beside it. The tests that pass now."""
    failed = list(suite.tally.failures)
    again = Part(f"{suite.name}, what failed, alone", suite.run_failed)
    for tally in run_side_by_side([again], at_once=1, describe=Tally.closing_line):
        suite.tally.repeated(tally)
    return [test for test in failed if test not in suite.tally.failures]


@contextmanager
def busy_machine(processes: int) -> Generator[None]:
    """So many others that keep a core busy inside the block: no test may depend on a machine that is quick."""
    loop = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass"
    loops = [subprocess.Popen([sys.executable, "-c", loop]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in loops:
            process.kill()
            process.wait()


def main(scope: str) -> int:
    began = time.monotonic()
    os.chdir(ROOT)
    out = set[str]() if scope == "all" else unchanged_groups(ROOT)
    arguments = [f"--leave-out={group}" for group in sorted(out)]
    if scope == "fast":
        arguments += ["-m", "not browser and not wheel"]
    if scope == "all":
        arguments += ["--cov", "--cov-report=term:skip-covered"]
    with (
        tempfile.TemporaryDirectory(prefix="chatkit-link-results-") as folder,
        busy_machine(int(os.environ.get("LOAD") or 0)),
    ):
        groups = suites(scope, Path(folder), arguments)
        times = [line for group in groups for line in run_group(group)]
        tried = list(chain.from_iterable(groups))
        flaky = [test for suite in tried if suite.tally.can_be_repeated for test in repeat_failed(suite)]
    total = Tally()
    for suite in tried:
        total.add(suite.tally)
    print("", *times, sep="\n")
    if out:
        print(f"Left out, as their files have not changed: {', '.join(sorted(out))} (`make test-all` runs them, too).")
    print(f"{time.monotonic() - began:.0f} s in all. {total.sentence()}")
    for test in flaky:
        print(f"Flaky, it failed beside the others and passed alone: {test}")
    for test in total.failures:
        print(f"Failed: {test}")
    print(total.closing_line())
    return 1 if total.failed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--pytest"]:
        sys.exit(run_pytest(Path(sys.argv[2]), sys.argv[3:]))
    parser = argparse.ArgumentParser()
    parser.add_argument("scope", nargs="?", default="changed", choices=["changed", "fast", "all"])
    sys.exit(main(parser.parse_args().scope))
