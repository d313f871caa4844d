"""The browsers of the machine, and the server that Playwright's tests of frontend/e2e ask."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from tests.examples.service_variables import variables
from tests.faults.processes import free_port

ROOT = Path(__file__).parents[2]
FRONTEND = ROOT / "frontend"
# The names that frontend/playwright.config.ts looks for, too.
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_CHROMES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def chromium() -> str | None:
    """The browser for the tests; told to Playwright through the environment when it is not on PATH."""
    if named := os.environ.get("CHATKIT_LINK_CHROMIUM"):
        return named
    if found := next(filter(None, map(shutil.which, CHROMIUMS)), None):
        return found
    if installed := next((path for path in MAC_CHROMES if Path(path).is_file()), None):
        os.environ["CHATKIT_LINK_CHROMIUM"] = installed
    return installed


def missing_engines() -> list[str]:
    """What frontend/e2e/engines.spec.ts starts and this machine does not have."""
    return [program for program in ("WebKitWebDriver", "Xvfb", "firefox-esr") if shutil.which(program) is None]


# The origins are those of frontend/e2e/other-site.spec.ts and anywhere.spec.ts. A browser takes Secure cookies of its
# own machine without TLS.
BROWSER_SETTINGS = {
    "CHATKIT_LINK_SEARCH": "local",
    "CHATKIT_LINK_CONFIG": str(FRONTEND / "e2e" / "agents.toml"),
    # One address asks more in a minute than a person would.
    "CHATKIT_LINK_RATE_MESSAGES": "0",
    "CHATKIT_LINK_RATE_UPLOADS": "0",
    "CHATKIT_LINK_ORIGINS": "http://shop.localhost https://shop.example https://news.example",
    "CHATKIT_LINK_COOKIE_SECURE": "true",
    # Of the back end in frontend/e2e/sessions.spec.ts.
    "CHATKIT_LINK_SERVER_KEY": "the-server-key-of-the-browser-tests",
    "CHATKIT_LINK_ALLOW_ANONYMOUS": "true",
}


class NotStarted(Exception):
    """A server of the tests did not answer; with what it printed."""


@contextmanager
def browser_server(output: TextIO, shops: Sequence[str] = ()) -> Generator[tuple[str, Path]]:
    """A server with nothing in it and no settings of this machine, on a free port.

    Gives its address, and the folder of the widgets that its workshop edits: copies of the bundled ones.
    ``output`` takes what its stand-ins print.

    Args:
        shops: origins of pages on other sites that are served over HTTP. Not every browser takes Secure cookies there.

    Raises:
        NotStarted: it does not answer.
    """
    settings = dict(BROWSER_SETTINGS)
    if shops:
        settings |= {"CHATKIT_LINK_ORIGINS": ",".join(shops), "CHATKIT_LINK_COOKIE_SECURE": "false"}
    with (
        tempfile.TemporaryDirectory(prefix="chatkit-link-", ignore_cleanup_errors=True) as folder,
        _stand_in("tests.openai_server", output) as openai,
        _stand_in("tests.examples.services", output) as services,
    ):
        widgets = Path(folder) / "widgets"
        shutil.copytree(ROOT / "widgets", widgets)
        settings |= {"CHATKIT_API_BASE": openai, **variables(services)}
        with serving("dev", Path(folder), settings) as address:
            yield address, widgets


@contextmanager
def serving(command: str, folder: Path, settings: dict[str, str]) -> Generator[str]:
    """``chatkit-link`` in that folder, with these settings and none of this machine, on a free port.

    Gives its address.

    Args:
        command: ``serve`` or ``dev``.

    Raises:
        NotStarted: it does not answer.
    """
    program = Path(sys.executable).with_name("chatkit-link")
    private = ("CHATKIT_", "OPENAI_", "DATABASE_URL", "PORT", "SEARXNG_", "TAVILY_", "BRAVE_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(private)}
    address = f"http://127.0.0.1:{free_port()}"
    log = folder / "server.log"
    with log.open("w") as lines:
        process = subprocess.Popen(
            [program, command, "--port", address.rpartition(":")[2]],
            cwd=folder,
            env=environment | settings,
            stdin=subprocess.DEVNULL,
            stdout=lines,
            stderr=subprocess.STDOUT,
        )
    try:
        if not _answers(address, process):
            raise NotStarted(f"The server for the browser did not start:\n{log.read_text()}")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


@contextmanager
def _stand_in(module: str, output: TextIO) -> Generator[str]:
    """A stand-in for services of others, such as OpenAI's that makes sessions, on a free port; gives its address."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", module, str(port)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)


def _answers(address: str, process: "subprocess.Popen[bytes]") -> bool:
    deadline = time.monotonic() + 180  # on a machine that does much else, the imports alone take a minute
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False
