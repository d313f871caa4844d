"""`make test`: every suite, one after the other, and one line at the end that says how it went.

The suites are pytest (tests/), Vitest (frontend/src) and Playwright (frontend/e2e, against a server started
here). A suite that breaks down without naming a failed test counts as one failed test.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
# The names that frontend/playwright.config.ts looks for, too.
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_CHROMES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
NO_CHROMIUM = (
    "No Chromium was found, so the page was not tested in one: install it (on Debian: apt install chromium) "
    "or set CHATKIT_LINK_CHROMIUM to its path."
)


@dataclass
class Tally:
    """What happened. needs: for how many tests that ran, by what they needed."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    needs: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, other: "Tally") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        for need, count in other.needs.items():
            self.needs[need] = self.needs.get(need, 0) + count

    def need(self, *needs: str) -> None:
        for need in needs:
            self.needs[need] = self.needs.get(need, 0) + 1

    def broke_down(self, status: int) -> None:
        if status != 0 and self.failed == 0:
            self.failed = 1

    @property
    def ran(self) -> int:
        return self.passed + self.failed

    def sentence(self) -> str:
        parts = ", ".join(f"{count} {need}" for need, count in self.needs.items())
        return f"{self.ran} tests ran; of these {parts or 'none needed anything'}."

    def closing_line(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


class Counting:
    """A pytest plugin. A test is "over HTTP" when it opened a TCP connection to this machine."""

    def __init__(self) -> None:
        self.tally = Tally(needs={"with PostgreSQL": 0, "over HTTP": 0})
        self._connected = False
        sys.addaudithook(self._heard)

    def _heard(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "socket.connect" and isinstance(args[1], tuple) and args[1][0] in {"127.0.0.1", "::1"}:
            self._connected = True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._connected = False
        before = self.tally.ran
        result = yield
        if self.tally.ran > before:
            if "postgres_url" in getattr(item, "fixturenames", ()):
                self.tally.need("with PostgreSQL")
            if self._connected:
                self.tally.need("over HTTP")
            if item.get_closest_marker("browser"):
                self.tally.need("in Chromium")
            if item.get_closest_marker("wheel"):
                self.tally.need("with the installed wheel")
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped:
            self.tally.skipped += 1
        elif report.failed:
            self.tally.failed += 1
        elif report.when == "call":
            self.tally.passed += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.tally.failed += report.failed


def python_tests(results: Path) -> Tally:
    """In a process of its own: what ends that one, a signal or a crash, still leaves a closing line."""
    file = results / "pytest.json"
    status = subprocess.run([sys.executable, __file__, str(file)], stdin=subprocess.DEVNULL, check=False).returncode
    tally = Tally(**json.loads(file.read_text())) if file.is_file() else Tally()
    tally.broke_down(status)
    return tally


def run_pytest(file: Path) -> int:
    counting = Counting()
    try:
        # One file that cannot be read must not hide what the others would have said.
        return pytest.main(["--continue-on-collection-errors"], plugins=[counting])
    finally:
        file.write_text(json.dumps(asdict(counting.tally)))


def typescript_tests(results: Path) -> Tally:
    file = results / "vitest.json"
    status = npx("vitest", "run", "--reporter=default", "--reporter=json", f"--outputFile.json={file}")
    tally = Tally()
    if file.is_file():
        found = json.loads(file.read_text())
        tally = Tally(found["numPassedTests"], found["numFailedTests"], found["numPendingTests"])
    tally.broke_down(status)
    return tally


def browser_tests(results: Path) -> Tally:
    if not chromium():
        print(NO_CHROMIUM)
        return Tally(failed=1) if os.environ.get("CI") else Tally(skipped=1)
    file = results / "playwright.json"
    tally = Tally()
    try:
        with server() as (address, widgets):
            status = npx(
                "playwright",
                "test",
                "--reporter=list,json",
                CHATKIT_LINK_URL=f"{address}/",
                CHATKIT_LINK_E2E_WIDGETS=str(widgets),
                PLAYWRIGHT_JSON_OUTPUT_NAME=str(file),
            )
    except NotStarted as error:
        print(error)
        return Tally(failed=1)
    if file.is_file():
        found = json.loads(file.read_text())["stats"]
        tally = Tally(found["expected"] + found["flaky"], found["unexpected"], found["skipped"])
        tally.needs["in Chromium"] = tally.ran
    tally.broke_down(status)
    return tally


def npx(*command: str, **environment: str) -> int:
    program = FRONTEND / "node_modules" / ".bin" / command[0]
    plain = {} if sys.stdout.isatty() else {"NO_COLOR": "1"}
    return subprocess.run(
        [program, *command[1:]],
        cwd=FRONTEND,
        env=os.environ | plain | environment,
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode


def chromium() -> str | None:
    """The browser for the tests; told to Playwright through the environment when it is not on PATH."""
    if named := os.environ.get("CHATKIT_LINK_CHROMIUM"):
        return named
    if found := next(filter(None, map(shutil.which, CHROMIUMS)), None):
        return found
    if installed := next((path for path in MAC_CHROMES if Path(path).is_file()), None):
        os.environ["CHATKIT_LINK_CHROMIUM"] = installed
    return installed


# The origin is that of frontend/e2e/other-site.spec.ts. A browser takes Secure cookies of its own machine without TLS.
BROWSER_SETTINGS = {
    "CHATKIT_LINK_SEARCH": "local",
    "CHATKIT_LINK_CONFIG": str(FRONTEND / "e2e" / "agents.toml"),
    # One address asks more in a minute than a person would.
    "CHATKIT_LINK_RATE_MESSAGES": "0",
    "CHATKIT_LINK_RATE_UPLOADS": "0",
    "CHATKIT_LINK_ORIGINS": "http://shop.localhost",
    "CHATKIT_LINK_COOKIE_SECURE": "true",
    # Of the back end in frontend/e2e/sessions.spec.ts.
    "CHATKIT_LINK_SERVER_KEY": "the-server-key-of-the-browser-tests",
}


class NotStarted(Exception):
    """A server of the tests did not answer; with what it printed."""


@contextmanager
def server() -> Generator[tuple[str, Path]]:
    """A server with nothing in it and no settings of this machine, on a free port.

    Gives its address, and the folder of the widgets that its workshop edits: copies of the bundled ones.

    Raises:
        NotStarted: it does not answer.
    """
    program = Path(sys.executable).with_name("chatkit-link")
    private = ("CHATKIT_", "OPENAI_", "DATABASE_URL", "PORT", "SEARXNG_", "TAVILY_", "BRAVE_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(private)}
    with (
        tempfile.TemporaryDirectory(prefix="chatkit-link-", ignore_cleanup_errors=True) as folder,
        openai_stand_in() as openai,
    ):
        address = f"http://127.0.0.1:{free_port()}"
        widgets = Path(folder) / "widgets"
        shutil.copytree(ROOT / "widgets", widgets)
        log = Path(folder) / "server.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [program, "dev", "--port", address.rpartition(":")[2]],
                cwd=folder,
                env=environment | BROWSER_SETTINGS | {"CHATKIT_API_BASE": openai},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            if not answers(address, process):
                raise NotStarted(f"The server for the browser tests did not start:\n{log.read_text()}")
            yield address, widgets
        finally:
            process.terminate()
            process.wait(timeout=60)


@contextmanager
def openai_stand_in() -> Generator[str]:
    """The stand-in for OpenAI's addresses that makes sessions, on a free port; gives its address."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.openai_server", str(port)], cwd=ROOT, stdin=subprocess.DEVNULL
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def answers(address: str, process: "subprocess.Popen[bytes]") -> bool:
    deadline = time.monotonic() + 180  # on a machine that does much else, the imports alone take a minute
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):  # noqa: S310 - our own server
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def main() -> int:
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory(prefix="chatkit-link-results-") as folder:
        results = Path(folder)
        total = Tally()
        print("Python", flush=True)
        total.add(python_tests(results))
        print("\nTypeScript", flush=True)
        total.add(typescript_tests(results))
        print("\nBrowser", flush=True)
        total.add(browser_tests(results))
    print(f"\n{total.sentence()}")
    print(total.closing_line())
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(run_pytest(Path(sys.argv[1])) if len(sys.argv) > 1 else main())
