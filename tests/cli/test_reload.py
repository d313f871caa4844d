"""``serve --reload`` and ``uvicorn --reload``: real files, saved while the server runs and answers."""

import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
import pytest

from chatkit_link.workshop.folder import new_widget
from tests.cli.test_server import Run, databases, run
from tests.own_route.conftest import uvicorn

assert run  # a fixture
AGENT = """
import asyncio
import os
from datetime import datetime
from pathlib import Path

from chatkit.types import AssistantMessageContent, AssistantMessageItem, ThreadItemDoneEvent
from chatkit_link import widgets


async def respond(ctx):
    if "slow" in ctx.text:
        while not Path("go").exists():
            await asyncio.sleep(0.05)
    card = widgets.load("card", Path(__file__).parent / "widgets").build({"title": "t", "text": "x"})
    message = AssistantMessageItem(
        id=ctx.new_id("message"),
        thread_id=ctx.thread.id,
        created_at=datetime.now(),
        content=[AssistantMessageContent(text=f"version 1, {os.environ.get('SHOP_NAME')}")],
    )
    yield ThreadItemDoneEvent(item=message)
"""
CATALOG = """
default = "shop"

[agents.shop]
target = "agent.py"
"""
STARTS_WITHIN = 90.0


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="chatkit-link-reload-", ignore_cleanup_errors=True) as name:
        yield Path(name)


class Output:
    """What a server prints, line by line, as it comes."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self._lines: list[str] = []
        self._more = threading.Condition()
        self._stream = process.stdout
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._stream:
            with self._more:
                self._lines.append(line)
                self._more.notify_all()

    @property
    def text(self) -> str:
        return "".join(self._lines)

    def wait(self, words: str, times: int) -> None:
        with self._more:
            there = self._more.wait_for(lambda: self.text.count(words) >= times, STARTS_WITHIN)
        assert there, f"{words!r} did not come {times} times:\n{self.text}"

    @property
    def address(self) -> str:
        found = re.search(r"ready\s+(http://\S+)", self.text)
        assert found is not None
        return found[1]


def save(file: Path, text: str) -> None:
    """As an editor does it: a new file in the place of the old one."""
    draft = file.with_name(f"{file.name}~")
    draft.write_text(text)
    draft.replace(file)


def start_shop(folder: Path) -> None:
    (folder / "widgets").mkdir()
    (folder / "widgets" / "card.widget").write_bytes(new_widget("card"))
    (folder / "agent.py").write_text(AGENT)
    (folder / "chatkit-link.toml").write_text(CATALOG)
    (folder / ".env").write_text("SHOP_NAME=Tea\n")


def question(text: str) -> dict[str, object]:
    message = {"content": [{"type": "input_text", "text": text}], "attachments": [], "inference_options": {}}
    return {"type": "threads.create", "params": {"input": message}}


def ask(address: str, text: str) -> str:
    return httpx2.post(f"{address}/chatkit", json=question(text), timeout=STARTS_WITHIN).text


def test_a_save_meets_the_next_question_while_a_running_answer_is_finished(run: Run, folder: Path) -> None:
    start_shop(folder)
    process = run("serve", "--reload", "--port", "0")
    output = Output(process)
    output.wait("ready", 1)
    assert "version 1, Tea" in ask(output.address, "hello")

    slow: list[str] = []
    asking = threading.Thread(target=lambda: slow.append(ask(output.address, "slow")))
    asking.start()
    output.wait("POST /chatkit", 2)  # is logged when the answer begins
    save(folder / "agent.py", AGENT.replace("version 1", "version 2"))
    output.wait("ready", 2)
    assert "version 2, Tea" in ask(output.address, "hello")
    assert asking.is_alive()
    (folder / "go").touch()
    asking.join(STARTS_WITHIN)
    assert "version 1, Tea" in slow[0] and '"type":"error"' not in slow[0]

    save(folder / ".env", "SHOP_NAME=Coffee\n")
    output.wait("ready", 3)
    assert "version 2, Coffee" in ask(output.address, "hello")

    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    assert output.text.count("changed   ") == 2 and "Traceback" not in output.text
    assert databases(folder) == []


def test_a_broken_file_is_named_and_the_next_save_mends_it(run: Run, folder: Path) -> None:
    start_shop(folder)
    save(folder / "chatkit-link.toml", CATALOG + "\nwrong = [")
    process = run("serve", "--reload", "--port", "0")
    output = Output(process)
    output.wait("waiting   for the next save", 1)  # broken from the start
    assert "chatkit-link.toml is not valid TOML" in output.text
    save(folder / "chatkit-link.toml", CATALOG)
    output.wait("ready", 1)
    save(folder / "agent.py", AGENT + "\ndef broken(")
    output.wait("ready", 2)
    assert "agent.py, line" in output.text and "SyntaxError" in output.text
    assert "version 1" not in ask(output.address, "hello")
    save(folder / "chatkit-link.toml", CATALOG + "\nwrong = [")
    output.wait("waiting   for the next save", 2)
    assert httpx2.get(f"{output.address}/health", timeout=60).status_code == 200  # the one before goes on
    save(folder / "agent.py", AGENT)
    save(folder / "chatkit-link.toml", CATALOG)
    output.wait("ready", 3)
    assert "version 1, Tea" in ask(output.address, "hello")
    save(folder / "notes.txt", "what an agent writes is no change")
    servers = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    # What multiprocessing starts beside them ends when it sees that the process that watched is gone.
    _, left = psutil.wait_procs(servers, timeout=5)
    assert not [server for server in left if server.is_running() and server.status() != psutil.STATUS_ZOMBIE]


def test_a_file_that_hangs_when_it_is_imported_is_mended_by_the_next_save(run: Run, folder: Path) -> None:
    start_shop(folder)
    save(folder / "agent.py", "import time\nprint('it hangs', flush=True)\ntime.sleep(3600)\n")
    process = run("serve", "--reload", "--port", "0")
    output = Output(process)
    output.wait("it hangs", 1)
    save(folder / "agent.py", AGENT)
    output.wait("ready", 1)
    assert "version 1, Tea" in ask(output.address, "hello")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    assert "Traceback" not in output.text


def test_a_server_ends_with_the_process_that_watches(run: Run, folder: Path) -> None:
    start_shop(folder)
    process = run("serve", "--reload", "--port", "0")
    output = Output(process)
    output.wait("ready", 1)
    servers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    _, alive = psutil.wait_procs(servers, timeout=60)
    assert alive == []


MAIN = """
from chatkit_link import create_app

app = create_app()
"""


def test_uvicorn_reloads_an_app_of_ones_own(folder: Path, postgres_url: str) -> None:
    start_shop(folder)
    (folder / "main.py").write_text(MAIN)
    with uvicorn(folder, "--reload", DATABASE_URL=postgres_url) as (address, output):
        assert "version 1" in ask(address, "hello")
        save(folder / "agent.py", AGENT.replace("version 1", "version 2"))
        ends = time.monotonic() + STARTS_WITHIN
        while "version 2" not in (answer := _ask_if_it_answers(address)):
            assert time.monotonic() < ends, output.read_text() + answer
            time.sleep(0.1)  # uvicorn says nowhere that the old one is gone
    assert "Traceback" not in output.read_text()


def _ask_if_it_answers(address: str) -> str:
    try:
        return ask(address, "hello")
    except httpx2.TransportError as error:
        return str(error)
