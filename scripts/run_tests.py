"""`make test`, `make test-fast` and `make test-all`: every suite, and one line at the end that says how it went.

The suites are pytest (tests/), Vitest (frontend/src) and Playwright (frontend/e2e, against a server started
here). They run side by side, and each prints when it has ended, under a heading with its seconds. LOAD=2 in the
environment keeps two cores busy meanwhile.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TextIO

import pytest
from side_by_side import Part, command, run_side_by_side

from tests.faults.processes import free_port
from tests.suite.browser_server import NotStarted, browser_server, chromium, missing_engines
from tests.suite.counting import Counting
from tests.suite.slow import unchanged_groups
from tests.suite.tally import Tally

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
#: More workers than cores: a test waits for a server, a database or a process about half of its time.
WORKERS = os.environ.get("CHATKIT_LINK_TEST_WORKERS") or str((os.cpu_count() or 1) + 1)
PYTHON = ("--numprocesses", WORKERS, "--dist", "worksteal", "-p", "tests.suite.needs")
NO_CHROMIUM = (
    "No Chromium was found, so the page was not tested in one: install it (on Debian: apt install chromium) "
    "or set CHATKIT_LINK_CHROMIUM to its path."
)
NO_ENGINES = (
    "Not found: {missing}. So the chat was not tested in WebKitGTK and Firefox: install both "
    "(on Debian: apt install webkit2gtk-driver xvfb firefox-esr)."
)


def python_tests(results: Path, arguments: list[str]) -> Callable[[TextIO], Tally]:
    """In a process of its own: what ends that one, a signal or a crash, still leaves a closing line."""

    def run(output: TextIO) -> Tally:
        file = results / "pytest.json"
        status = command([sys.executable, __file__, "--pytest", str(file), *arguments], output, cwd=ROOT)
        tally = Tally(**json.loads(file.read_text())) if file.is_file() else Tally()
        tally.broke_down(status)
        return tally

    return run


def run_pytest(file: Path, arguments: list[str]) -> int:
    counting = Counting()
    try:
        # One file that cannot be read must not hide what the others would have said.
        return pytest.main(["--continue-on-collection-errors", *PYTHON, *arguments], plugins=[counting])
    finally:
        file.write_text(json.dumps(asdict(counting.tally)))


def typescript_tests(output: TextIO, results: Path) -> Tally:
    file = results / "vitest.json"
    status = npx(output, "vitest", "run", "--reporter=default", "--reporter=json", f"--outputFile.json={file}")
    tally = Tally()
    if file.is_file():
        found = json.loads(file.read_text())
        tally = Tally(found["numPassedTests"], found["numFailedTests"], found["numPendingTests"])
    tally.broke_down(status)
    return tally


def browser_tests(output: TextIO, results: Path, projects: tuple[str, ...]) -> Tally:
    if not chromium():
        print(NO_CHROMIUM, file=output)
        return Tally(failed=1) if os.environ.get("CI") else Tally(skipped=1)
    return playwright(output, results / f"{projects[0]}.json", projects, need="in Chromium")


def engine_tests(output: TextIO, results: Path) -> Tally:
    """The journey of frontend/e2e/engines.spec.ts in WebKitGTK and Firefox, with a page of another site for each."""
    if missing := missing_engines():
        print(NO_ENGINES.format(missing=", ".join(missing)), file=output)
        return Tally(failed=1) if os.environ.get("CI") else Tally(skipped=1)
    shops = tuple(f"http://localhost:{free_port()}" for _ in range(2))
    return playwright(output, results / "engines.json", ("engines",), need="in WebKitGTK or Firefox", shops=shops)


def playwright(
    output: TextIO, file: Path, projects: tuple[str, ...], *, need: str, shops: tuple[str, ...] = ()
) -> Tally:
    chosen = [f"--project={project}" for project in projects]
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
        found = json.loads(file.read_text())["stats"]
        tally = Tally(found["expected"] + found["flaky"], found["unexpected"], found["skipped"])
        tally.needs[need] = tally.ran
    tally.broke_down(status)
    return tally


def npx(output: TextIO, program: str, *arguments: str, **environment: str) -> int:
    path = FRONTEND / "node_modules" / ".bin" / program
    return command([path, *arguments], output, cwd=FRONTEND, **environment)


def suites(scope: str, results: Path, arguments: list[str]) -> list[list[Part[Tally]]]:
    """Groups of parts: those of one run side by side, and a group begins when the one before it has ended."""
    together = [
        Part("Python", python_tests(results, arguments)),
        Part("TypeScript", partial(typescript_tests, results=results)),
    ]
    if scope == "fast":
        return [together]
    together.append(
        Part("Browser", partial(browser_tests, results=results, projects=("desktop", "phone", "screen-reader")))
    )
    if not chromium():
        return [together]
    # Other browsers are started beside nothing else, and what measures frames has the machine to itself.
    engines = Part("Other browsers", partial(engine_tests, results=results))
    timing = Part("Browser, timing", partial(browser_tests, results=results, projects=("timing",)))
    return [together, [engines], [timing]]


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
    total = Tally()
    with (
        tempfile.TemporaryDirectory(prefix="chatkit-link-results-") as folder,
        busy_machine(int(os.environ.get("LOAD") or 0)),
    ):
        groups = suites(scope, Path(folder), arguments)
        for parts in groups:
            for tally in run_side_by_side(parts, at_once=len(parts), describe=Tally.closing_line):
                total.add(tally)
    print()
    for part in chain.from_iterable(groups):
        print(f"{part.name}: {part.seconds:.0f} s")
    if out:
        print(f"Left out, as their files have not changed: {', '.join(sorted(out))} (`make test-all` runs them, too).")
    print(f"{time.monotonic() - began:.0f} s in all. {total.sentence()}")
    print(total.closing_line())
    return 1 if total.failed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--pytest"]:
        sys.exit(run_pytest(Path(sys.argv[2]), sys.argv[3:]))
    parser = argparse.ArgumentParser()
    parser.add_argument("scope", nargs="?", default="changed", choices=["changed", "fast", "all"])
    sys.exit(main(parser.parse_args().scope))
